/*
 * batch.h - one message to the PCA and what it is made of.
 *
 * The requests of units * each certificates stand in the message in a random
 * order.  Position p holds the request order[p] = u * each + j: certificate j
 * of the unit of devices[u].
 */
#ifndef RA_BATCH_H
#define RA_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "crypto/hash.h"

#define BATCH_ID_SIZE 16

struct batch {
	int64_t number;		   /* of its row; 0: none yet */
	uint8_t id[BATCH_ID_SIZE]; /* what the PCA sees */
	int64_t class, pca;	   /* rows */
	uint32_t i;
	uint32_t each; /* requests of a unit */
	size_t units;
	const int64_t *devices;	   /* [units], rising */
	int64_t drawn;		   /* highest of their lots (pool.h) */
	const uint32_t *order;	   /* [units * each] */
	const struct digest *hpcr; /* [units * each], by position */
	struct bytes message;	   /* signed octets */
};

static inline size_t
batch_requests(const struct batch *b)
{
	return b->units * b->each;
}

#endif /* RA_BATCH_H */
