/* fault.c - see fault.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"

static const char *const names[] = {
#define FAULT(name, text) [FAULT_##name] = #name,
#include "base/fault.def"
#undef FAULT
};

static const char *const texts[] = {
#define FAULT(name, text) [FAULT_##name] = text,
#include "base/fault.def"
#undef FAULT
};

const char *
fault_name(enum fault f)
{
	return f < FAULT_COUNT ? names[f] : "?";
}

const char *
fault_text(enum fault f)
{
	return f < FAULT_COUNT ? texts[f] : "?";
}

enum fault
fault_set(struct fault_info *fi, enum fault code, const char *fmt, ...)
{
	va_list ap;

	if (fi == NULL)
		return code;
	fi->code = code;
	fi->offset = 0;
	va_start(ap, fmt);
	vsnprintf(fi->text, sizeof(fi->text), fmt, ap);
	va_end(ap);
	return code;
}

enum fault
fault_errno(struct fault_info *fi, enum fault code, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;
	size_t n;

	if (fi == NULL)
		return code;
	fi->code = code;
	fi->offset = 0;
	va_start(ap, fmt);
	vsnprintf(fi->text, sizeof(fi->text), fmt, ap);
	va_end(ap);
	n = strlen(fi->text);
	snprintf(fi->text + n, sizeof(fi->text) - n, ": %s", strerror(saved));
	return code;
}

enum fault
fault_prefix(struct fault_info *fi, const char *fmt, ...)
{
	char old[sizeof(fi->text)];
	va_list ap;
	size_t n;

	if (fi == NULL)
		return FAULT_INTERNAL;
	memcpy(old, fi->text, sizeof(old));
	va_start(ap, fmt);
	vsnprintf(fi->text, sizeof(fi->text), fmt, ap);
	va_end(ap);
	n = strlen(fi->text);
	snprintf(fi->text + n, sizeof(fi->text) - n, ": %.*s",
	    (int)(sizeof(fi->text) - n - 3), old);
	return fi->code;
}
