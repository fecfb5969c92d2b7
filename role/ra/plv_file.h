/*
 * plv_file.h - the encrypted pre-linkage values of one chain for a range of
 * periods.
 *
 *	"RAPL" 01 i_min(2) i_max(2) j_max(1) stride1(2) stride2(2)
 *	rows for i_min <= i < i_max, each: (plv1 plv2) for j = 0 .. j_max - 1
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

/* values: the rows as above.  Durable when it returns. */
enum fault must_check plv_file_write(const char *path, const struct plv_head *,
    struct bytes rows, struct arena *, struct fault_info *);
/* FAULT_NOT_FOUND: no file, or i outside its range; FAULT_STORE: damaged. */
enum fault must_check plv_file_read(struct plv_row *, struct arena *,
    const char *path, uint32_t i, struct fault_info *);

#endif /* RA_PLV_FILE_H */
