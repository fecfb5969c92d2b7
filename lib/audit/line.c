/* line.c - see line.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/line.h"
#include "crypto/hash.h"

#define HEX    (AUDIT_HASH - 1)
#define MARK   " sha256="
#define MARK_N (sizeof(MARK) - 1)

void
audit_end_init(struct audit_end *end)
{
	end->number = 0;
	memset(end->hash, '0', HEX);
	end->hash[HEX] = '\0';
}

static void
chain_hash(
    char out[AUDIT_HASH], const char before[AUDIT_HASH], struct bytes text)
{
	const struct bytes parts[] = {{(const uint8_t *)before, HEX}, text};
	uint8_t digest[SHA256_SIZE];

	sha256_parts(digest, parts, 2);
	hex_encode(out, digest, sizeof(digest));
}

size_t
audit_line_write(char out[AUDIT_LINE], struct audit_end *end, const char *text)
{
	int n = snprintf(out, AUDIT_LINE, "%" PRIu64 " ", end->number + 1);
	size_t at = (size_t)n, last = at + AUDIT_TEXT;

	for (; *text != '\0' && at < last; text++)
		out[at++] = *text >= ' ' && *text < 0x7f ? *text : '?';
	chain_hash(
	    end->hash, end->hash, (struct bytes){(const uint8_t *)out, at});
	end->number++;
	n = snprintf(out + at, AUDIT_LINE - at, MARK "%s\n", end->hash);
	return at + (size_t)n;
}

enum fault
audit_line_read(struct audit_end *end, struct bytes line, struct fault_info *fi)
{
	size_t tail = MARK_N + HEX, i = 0;

	if (line.n <= tail || line.n >= AUDIT_LINE ||
	    memcmp(line.p + line.n - tail, MARK, MARK_N) != 0)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "a line without its hash");
	end->number = 0;
	for (; i < 19 && line.p[i] >= '0' && line.p[i] <= '9'; i++)
		end->number = 10 * end->number + (line.p[i] - (unsigned)'0');
	if (i == 0 || line.p[i] != ' ')
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "a line without its number");
	memcpy(end->hash, line.p + line.n - HEX, HEX);
	end->hash[HEX] = '\0';
	return FAULT_OK;
}

enum fault
audit_line_check(
    struct audit_end *end, struct bytes line, struct fault_info *fi)
{
	char hash[AUDIT_HASH];
	struct fault_info why;
	struct audit_end is;

	if (audit_line_read(&is, line, &why) != FAULT_OK)
		return fault_set(fi, FAULT_HASH_MISMATCH,
		    "after line %" PRIu64 ": %s", end->number, why.text);
	if (is.number != end->number + 1)
		return fault_set(fi, FAULT_HASH_MISMATCH,
		    "line %" PRIu64 " is followed by line %" PRIu64,
		    end->number, is.number);
	chain_hash(
	    hash, end->hash, (struct bytes){line.p, line.n - MARK_N - HEX});
	if (memcmp(hash, is.hash, HEX) != 0)
		return fault_set(fi, FAULT_HASH_MISMATCH,
		    "line %" PRIu64 " is not what was written", is.number);
	*end = is;
	return FAULT_OK;
}
