/*
 * engine_int.h - what an engine does (private to lib/crypto and its tests).
 *
 * Only that which pays in lanes is here; all else (ECDSA, ECIES, ECQV, KDF2)
 * is made of it, once.  An engine is asked for 1 to BATCH elements at a time;
 * outputs may be inputs of the same type.
 */
#ifndef CRYPTO_ENGINE_INT_H
#define CRYPTO_ENGINE_INT_H

#include <openssl/ec.h>

#include "crypto/engine.h"
#include "crypto/p256.h"

/* Elements that an engine takes at once, and for which scratch is made. */
#define BATCH 4096

extern const struct point p256_generator;

/* A point with tables of its multiples: of each engine that was asked. */
struct p256_known {
	struct point q;
	EC_GROUP *group;   /* portable: its generator is q */
	struct fixed *odd; /* lanes: see lanes/fixed.h */
};

/*
 * add[i] + known_k[i] * known + var_k[i] * var[i] + base_k[i] * G, without
 * the terms that are NULL.  Faults: BAD_POINT where add[i] or var[i] is no
 * point, BAD_SCALAR where the sum is infinity or (which tells that the
 * implicit public key in a merged verification is none) the sum of the
 * second and third terms is, where both stand.
 */
struct p256_terms {
	const struct point *add;
	bool add_same; /* add is one point for all, and no part of out */
	const struct p256_known *known;
	const struct scalar *known_k;
	const struct point *var;
	const struct scalar *var_k;
	const struct scalar *base_k;
};

/* a[i * step] */
struct scalars {
	const struct scalar *at;
	size_t step; /* 1, or 0: the same for all */
};

/* symmetric_int.h */
struct engine_symmetric;

struct engine {
	const char *name;
	const struct engine_symmetric *symmetric;

	void (*check)(bool *ok, const struct point *p, size_t n);
	/* Zeros where there is none. */
	void (*decompress)(
	    struct point *out, bool *ok, const struct compressed *in, size_t n);
	/* Zeros where there is none; f[i] says why, or FAULT_OK. */
	void (*sum)(struct point *out, enum fault *f, const struct p256_terms *,
	    size_t n);
	/* Fills in the engine's table of known->q, a point. */
	void (*know)(struct p256_known *);

	/* Arithmetic mod n in constant time, as the functions of p256.h. */
	void (*invert)(struct scalar *out, const struct scalar *in, size_t n);
	/* a * b + c */
	void (*mul_add)(struct scalar *out, struct scalars a, struct scalars b,
	    struct scalars c, size_t n);
	void (*reduce384)(
	    struct scalar *out, const uint8_t (*in)[48], size_t n);
};

extern const struct engine portable_engine;
#ifdef HAVE_LANES
extern const struct engine lanes_engine;
#endif
/* The source of the lanes without AVX-512: in the library crypto_emulated,
 * which only tests link. */
extern const struct engine emulated_engine;

/* The engine of this process. */
const struct engine *engine(void);
/* From now on in the whole process; NULL: the machine's best again. */
void engine_use_for_tests(const struct engine *);
/* Known answers: NULL, or the name of what is wrong. */
const char *engine_self_test(const struct engine *);
/* p256_known_new, with the table of a certain engine. */
struct p256_known *p256_known_by(const struct engine *, const struct point *);
/* By name ("lanes", "portable"); NULL if the machine cannot do it. */
const struct engine *engine_find(const char *name);

/* Terms from element i on. */
static inline struct p256_terms
terms_from(const struct p256_terms *t, size_t i)
{
	struct p256_terms r = *t;

	if (r.add != NULL && !r.add_same)
		r.add += i;
	if (r.known != NULL)
		r.known_k += i;
	if (r.var != NULL) {
		r.var += i;
		r.var_k += i;
	}
	if (r.base_k != NULL)
		r.base_k += i;
	return r;
}

static inline struct scalars
scalars_from(struct scalars a, size_t i)
{
	return (struct scalars){a.at + i * a.step, a.step};
}

static inline size_t
batch(size_t n, size_t i)
{
	return n - i < BATCH ? n - i : BATCH;
}

#endif /* CRYPTO_ENGINE_INT_H */
