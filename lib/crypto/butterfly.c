/* butterfly.c - see butterfly.h. */
#include <endian.h>
#include <string.h>

#include "base/secret.h"
#include "crypto/butterfly.h"
#include "crypto/p256_int.h"
#include "crypto/scratch.h"
#include "crypto/symmetric_int.h"

/* x + 1, x + 2, x + 3 for x = prefix || i || j || 0^32: the last 32 bits
 * never carry. */
static void
fill(uint8_t block[48], enum butterfly_use use, struct butterfly_index ij)
{
	uint32_t w[4] = {use == BUTTERFLY_ENCRYPTION ? UINT32_MAX : 0,
	    htobe32(ij.i), htobe32(ij.j), 0};

	for (uint32_t t = 0; t < 3; t++) {
		w[3] = htobe32(t + 1);
		memcpy(block + 16 * t, w, 16);
	}
}

/* The blocks of one (i, j), or what AES makes of them. */
struct triple {
	uint8_t b[48];
};

static struct triple *
fill_all(enum butterfly_use use, const struct butterfly_index *ij, size_t n)
{
	struct triple *x = SCRATCH(struct triple, n);

	for (size_t t = 0; t < n; t++)
		fill(x[t].b, use, ij[t]);
	return x;
}

/* devices * n <= BATCH, and f has no gaps. */
static void
expand(struct scalar *f, const struct butterfly *const *device, size_t devices,
    const struct butterfly_index *ij, size_t n)
{
	size_t mark = scratch_mark();
	struct triple *y = SCRATCH(struct triple, devices * n);
	struct triple *x[2] = {NULL, NULL}; /* of either use */
	struct aes_job *job = SCRATCH(struct aes_job, devices);

	for (size_t d = 0; d < devices; d++) {
		bool encryption = device[d]->use == BUTTERFLY_ENCRYPTION;

		if (x[encryption] == NULL)
			x[encryption] = fill_all(device[d]->use, ij, n);
		job[d] = (struct aes_job){
		    device[d]->expansion.b, x[encryption]->b, y[d * n].b};
	}
	symmetric()->feed_forward(job, devices, 3 * n);
	engine()->reduce384(f, (const uint8_t(*)[48])y, devices * n);
	scratch_leave(mark);
}

void
butterfly_expand_many(struct scalar *f, const struct butterfly *const *device,
    size_t devices, const struct butterfly_index *ij, size_t n)
{
	for (size_t t = 0, m; t < n; t += m) {
		size_t k;

		m = batch(n, t);
		for (size_t d = 0; d < devices; d += k) {
			k = m < n ? 1 : BATCH / n;
			if (k > devices - d)
				k = devices - d;
			expand(f + d * n + t, device + d, k, ij + t, m);
		}
	}
}

void
butterfly_expand(struct scalar *f, const struct butterfly *b,
    const struct butterfly_index *ij, size_t n)
{
	butterfly_expand_many(f, &b, 1, ij, n);
}

enum fault
butterfly_public(struct point *out, const struct butterfly *b,
    const struct point *A, const struct butterfly_index *ij, bool *ok, size_t n)
{
	struct point seed = *A;
	enum fault first = FAULT_OK;
	size_t mark = scratch_mark(), most = batch(n, 0);
	struct scalar *f = SCRATCH(struct scalar, most);
	struct p256_terms t = {.add = &seed, .add_same = true, .base_k = f};
	enum fault g;

	for (size_t i = 0, m; i < n; i += m) {
		m = batch(n, i);
		butterfly_expand(f, b, ij + i, m);
		g = p256_sum(out + i, &t, ok == NULL ? NULL : ok + i, m);
		if (first == FAULT_OK)
			first = g;
	}
	scratch_leave(mark);
	return first;
}

enum fault
butterfly_private(struct scalar *out, const struct butterfly *b,
    const struct scalar *a, const struct butterfly_index *ij, bool *ok,
    size_t n)
{
	struct verdict v = {FAULT_OK, ok};
	struct scalar seed = *a;

	butterfly_expand(out, b, ij, n);
	for (size_t t = 0; t < n; t++) {
		scalar_add(&out[t], &seed, &out[t]);
		verdict_add(&v, t,
		    scalar_valid_secret(&out[t]) ? FAULT_OK : FAULT_BAD_SCALAR);
	}
	wipe(&seed, sizeof(seed));
	return v.first;
}
