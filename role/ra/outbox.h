/*
 * outbox.h - the file of a batch on its way: everything that is needed to send
 * the same octets again and to understand the answer.
 *
 *	"RAOB" 01 i(2) each(1) class(8) id(16) units(4) message octets(4)
 *	devices(8 each) order(4 each) HPCRs(32 each) message
 *
 * Integers are big endian.
 */
#ifndef RA_OUTBOX_H
#define RA_OUTBOX_H

#include "base/arena.h"
#include "base/fault.h"
#include "role/ra/batch.h"

/* Durable when it returns; *octets, in arena memory, are those of the file. */
enum fault must_check outbox_write(struct bytes *octets, const char *path,
    const struct batch *, struct arena *, struct fault_info *);
/* The batch in the octets of a file, into which it points.  The number of the
 * row is not in them and stays 0.  FAULT_STORE: not an outbox file, or
 * damaged. */
enum fault must_check outbox_open(struct batch *, struct arena *,
    struct bytes octets, const char *path, struct fault_info *);
enum fault must_check outbox_read(
    struct batch *, struct arena *, const char *path, struct fault_info *);

#endif /* RA_OUTBOX_H */
