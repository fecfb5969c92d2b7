/* account.c - see account.h. */
#include <stdarg.h>
#include <stdio.h>

#include "crypto/hash.h"
#include "service/versions.h"
#include "tool/scms/account.h"

#define TEXT	   512
#define RECORD_MAX ((size_t)1 << 20)

static enum fault
hash_record(
    char hex[2 * SHA256_SIZE + 1], const char *record, struct fault_info *fi)
{
	struct arena arena = arena_new(RECORD_MAX + 64);
	uint8_t hash[SHA256_SIZE];
	struct bytes file;
	enum fault f = file_read(&file, &arena, record, RECORD_MAX, fi);

	if (f == FAULT_OK) {
		sha256(hash, file);
		hex_encode(hex, hash, sizeof(hash));
	}
	arena_free(&arena);
	return f;
}

enum fault
account_record(const char *dir, const char *record, struct fault_info *fi,
    const char *fmt, ...)
{
	char text[TEXT], hex[2 * SHA256_SIZE + 1];
	struct audit *audit;
	enum fault f;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	TRY(hash_record(hex, record, fi));
	TRY(audit_open(&audit, dir, fi));
	f = audit_write(audit, AUDIT_CEREMONY, fi, "by=%.100s %s record=%s",
	    versions_user(), text, hex);
	audit_close(audit);
	return f;
}
