/* zip.c - see zip.h. */
#include <assert.h>
#include <string.h>

#include <zlib.h>

#include "role/ra/zip.h"

#define LOCAL_SIGNATURE	  0x04034b50u
#define CENTRAL_SIGNATURE 0x02014b50u
#define END_SIGNATURE	  0x06054b50u
#define COMMON_SIZE	  26
#define LOCAL_SIZE	  (4 + COMMON_SIZE)
#define CENTRAL_SIZE	  46
#define END_SIZE	  22
#define VERSION		  10	       /* 1.0: nothing but stored */
#define DATE		  (1 << 5 | 1) /* 1980-01-01 */

/* ZIP is the one little-endian format here. */
static void
write_le(struct writer *w, size_t v, unsigned octets)
{
	uint8_t b[4];

	for (unsigned k = 0; k < octets; k++)
		b[k] = (uint8_t)(v >> 8 * k);
	write_span(w, b, octets);
}

/* From "version needed" to "extra field length", the same in both headers. */
static void
write_common(struct writer *w, const struct zip_entry *e)
{
	write_le(w, VERSION, 2);
	write_le(w, 0, 2); /* flags */
	write_le(w, 0, 2); /* stored */
	write_le(w, 0, 2); /* time */
	write_le(w, DATE, 2);
	write_le(w, crc32_z(0, e->contents.p, e->contents.n), 4);
	write_le(w, e->contents.n, 4);
	write_le(w, e->contents.n, 4);
	write_le(w, strlen(e->name), 2);
	write_le(w, 0, 2); /* extra field */
}

static void
write_local(struct writer *w, const struct zip_entry *e)
{
	write_le(w, LOCAL_SIGNATURE, 4);
	write_common(w, e);
	write_bytes(w, bytes_of_string(e->name));
	write_bytes(w, e->contents);
}

/* local is the local header, at offset in the file: much of it comes again, and
 * checksums cost most of a ZIP's time. */
static void
write_central(struct writer *w, const struct zip_entry *e, const uint8_t *local,
    size_t offset)
{
	write_le(w, CENTRAL_SIGNATURE, 4);
	write_le(w, VERSION, 2); /* made by */
	write_span(w, local + 4, COMMON_SIZE);
	write_le(w, 0, 2); /* comment */
	write_le(w, 0, 2); /* disk */
	write_le(w, 0, 2); /* attributes */
	write_le(w, 0, 4);
	write_le(w, offset, 4);
	write_bytes(w, bytes_of_string(e->name));
}

static size_t
local_size(const struct zip_entry *e)
{
	return LOCAL_SIZE + strlen(e->name) + e->contents.n;
}

size_t
zip_size(const struct zip_entry *e, size_t n)
{
	size_t size = END_SIZE;

	for (size_t k = 0; k < n; k++)
		size += local_size(&e[k]) + CENTRAL_SIZE + strlen(e[k].name);
	return size;
}

void
zip_write(struct writer *w, const struct zip_entry *e, size_t n)
{
	const uint8_t *start = w->p;
	size_t at = 0, central = 0;

	assert(n <= ZIP_ENTRIES_MAX && zip_size(e, n) <= UINT32_MAX);
	for (size_t k = 0; k < n; k++)
		write_local(w, &e[k]);
	for (size_t k = 0; k < n && !w->failed; k++) {
		write_central(w, &e[k], start + at, at);
		at += local_size(&e[k]);
		central += CENTRAL_SIZE + strlen(e[k].name);
	}
	write_le(w, END_SIGNATURE, 4);
	write_le(w, 0, 2); /* disks */
	write_le(w, 0, 2);
	write_le(w, n, 2);
	write_le(w, n, 2);
	write_le(w, central, 4);
	write_le(w, at, 4);
	write_le(w, 0, 2); /* comment */
}
