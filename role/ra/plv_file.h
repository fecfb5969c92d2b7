/*
 * plv_file.h - the encrypted pre-linkage values of some chains for a range of
 * periods: what came of one order.
 *
 *	"RAPL" 01 i_min(2) i_max(2) j_max(1) stride1(2) stride2(2)
 *	chain by chain: rows for i_min <= i < i_max,
 *	each: (plv1 plv2) for j = 0 .. j_max - 1
 *
 * Values are encoded EncryptedIndividualPLVs; those of one LA have all the
 * same size, its stride.  So a unit's values are one read of one row.
 */
#ifndef RA_PLV_FILE_H
#define RA_PLV_FILE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"

struct plv_head {
	uint16_t i_min, i_max;
	uint8_t j_max;
	uint16_t stride[2];
};

/* What a unit needs. */
struct plv_row {
	uint8_t j_max;
	uint16_t stride[2];
	const uint8_t *p;
};

static inline size_t
plv_row_size(const struct plv_head *h)
{
	return (size_t)h->j_max * ((size_t)h->stride[0] + h->stride[1]);
}

/* Value of LA1 (la 0) or LA2 (la 1) for certificate j. */
static inline struct bytes
plv_row_value(const struct plv_row *row, size_t j, unsigned la)
{
	size_t at = j * ((size_t)row->stride[0] + row->stride[1]);

	return (struct bytes){
	    row->p + at + (la == 0 ? 0 : row->stride[0]), row->stride[la]};
}

/* ---- making one ---- */

size_t plv_file_size(const struct plv_head *, size_t chains);
/* What stands before the rows. */
void plv_file_head(struct writer *, const struct plv_head *);

/* ---- reading ---- */

#define PLV_NAME  64 /* of a file, with the final 0 */
#define PLV_FILES 16

/* Files that are open, because a message takes many rows of each. */
struct plv_files {
	const char *folder;
	struct {
		char name[PLV_NAME];
		int fd;
		struct plv_head head;
	} v[PLV_FILES];
	size_t n, next; /* in use; which gives way */
};

/* Nothing is open at first; folder is borrowed. */
void plv_files_init(struct plv_files *, const char *folder);
void plv_files_close(struct plv_files *);
/* The row of period i of the chain at a place (0 ..) of a file.
 * FAULT_NOT_FOUND: no file, or i outside its range; FAULT_STORE: damaged;
 * FAULT_IO: not to be read at this moment. */
enum fault must_check plv_files_read(struct plv_row *, struct arena *,
    struct plv_files *, const char *name, uint32_t place, uint32_t i,
    struct fault_info *);

#endif /* RA_PLV_FILE_H */
