/*
 * operation.h - the operations of lib/crypto as one table, so that each can be
 * made by every engine on the same inputs and by OpenSSL used plainly.
 */
#ifndef TEST_CRYPTO_ENGINES_OPERATION_H
#define TEST_CRYPTO_ENGINES_OPERATION_H

#include "crypto/butterfly.h"
#include "crypto/ecdsa.h"
#include "crypto/ecies.h"
#include "crypto/ecqv.h"
#include "crypto/linkage.h"
#include "inputs.h"

#define BATCH_MAX  4100
#define KNOWN_KEYS 4 /* G, -G, 2*G, and some other point */

/* The inputs of a batch: an operation uses what it needs.  Arrays of n, each
 * as long as it must be and not aligned. */
struct batch {
	size_t n;
	bool in_place; /* outputs take the place of inputs */
	unsigned wild; /* of 256 elements so many are hard ones, about */
	size_t only;   /* unless SIZE_MAX: the one that is hard */
	uint64_t seed; /* of the randomness while it runs, */
	const struct scalar *drawn; /* but first these n, unless NULL */

	/* for all elements */
	unsigned terms; /* of a sum; see sums.c */
	size_t known_at;
	const struct p256_known *known;
	struct point Q;
	struct scalar d;
	uint8_t p1[32], la_id[2];
	uint32_t j;
	size_t j_n;
	struct butterfly butterfly;

	/* for each */
	struct point *P, *R;
	struct scalar *k, *m, *c;
	struct compressed *x;
	struct digest *e;
	struct p256_signature *sig;
	struct ecies *wrapped;
	struct key16 *key;
	struct butterfly_index *ij;
	uint8_t (*wide)[48];
	struct bytes *text, *more;
};

struct operation {
	const char *name;
	size_t size; /* octets of the result of one element */
	/* Arrays of the batch that it uses, by the letters of batch_new(); q:
	 * the known key. */
	const char *arrays;
	void (*fill)(struct batch *, struct stream *);
	/* By the engine that is chosen.  out: n * size octets. */
	enum fault (*run)(const struct batch *, void *out, bool *ok);
	/* Whether the result of element i is right, says OpenSSL. */
	bool (*right)(
	    const struct batch *, size_t i, const uint8_t *out, bool ok);
};

/* The tables that make it up. */
extern const struct operation operations_points[], operations_sums[],
    operations_scalars[], operations_signatures[], operations_keys[],
    operations_symmetric[];
extern const size_t operations_points_n, operations_sums_n,
    operations_scalars_n, operations_signatures_n, operations_keys_n,
    operations_symmetric_n;

/* NULL: none of this name. */
const struct operation *operation_find(const char *name);
const struct operation *operation_at(size_t i);

/* n elements with the inputs that s gives; freed by batch_free. */
struct batch *batch_new(const struct operation *, struct stream *s, size_t n);
void batch_free(struct batch *);
/* Whether element i is to be a hard one. */
bool batch_wild(const struct batch *, struct stream *, size_t i);
/* n random octets for text[i] or more[i]. */
void batch_text(struct bytes *, struct stream *, size_t n);
/* ok[i] of operations that cannot fail. */
enum fault batch_good(const struct batch *, bool *ok);
/* A known key; d may be NULL. */
void known_key(struct point *, struct scalar *d, size_t at);

/* ok and the result are as expected; when not ok, it is zeros. */
bool same(const uint8_t *out, bool ok, const void *expected, size_t n,
    bool expected_ok);

#endif /* TEST_CRYPTO_ENGINES_OPERATION_H */
