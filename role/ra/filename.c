/* filename.c - see filename.h. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "role/ra/filename.h"

#define HASH_DIGITS  16
#define I_DIGITS_MAX 8

static int
digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* Digits at the start of text as a number; how many there are. */
static size_t
number(uint64_t *out, struct bytes text, size_t max)
{
	size_t n = 0;

	*out = 0;
	while (n < max && n < text.n && digit(text.p[n]) >= 0)
		*out = *out << 4 | (uint64_t)digit(text.p[n++]);
	return n;
}

static bool
ends(struct bytes text, const char *with)
{
	return text.n == strlen(with) &&
	       strncasecmp((const char *)text.p, with, text.n) == 0;
}

static struct bytes
after(struct bytes text, size_t n)
{
	return (struct bytes){text.p + n, text.n - n};
}

bool
filename_parse(struct filename *out, struct bytes text)
{
	uint64_t v;
	size_t n;

	*out = (struct filename){.kind = FILENAME_INFO};
	if (number(&v, text, HASH_DIGITS) != HASH_DIGITS)
		return false;
	for (size_t k = 0; k < sizeof(out->hash); k++)
		out->hash[k] = (uint8_t)(v >> (56 - 8 * k));
	text = after(text, HASH_DIGITS);
	if (ends(text, ".info"))
		return true;
	out->kind = FILENAME_SINGLE;
	if (ends(text, ".zip"))
		return true;
	out->kind = FILENAME_BATCH;
	if (text.n == 0 || text.p[0] != '_')
		return false;
	text = after(text, 1);
	n = number(&v, text, I_DIGITS_MAX);
	out->i = (uint32_t)v;
	return n > 0 && ends(after(text, n), ".zip");
}

void
filename_text(char out[FILENAME_TEXT], const struct filename *name)
{
	size_t n = 0;

	for (size_t k = 0; k < sizeof(name->hash); k++)
		n += (size_t)snprintf(
		    out + n, FILENAME_TEXT - n, "%02X", name->hash[k]);
	switch (name->kind) {
	case FILENAME_BATCH:
		snprintf(out + n, FILENAME_TEXT - n, "_%X.zip", name->i);
		break;
	case FILENAME_SINGLE:
		snprintf(out + n, FILENAME_TEXT - n, ".zip");
		break;
	case FILENAME_INFO:
		snprintf(out + n, FILENAME_TEXT - n, ".info");
	}
}
