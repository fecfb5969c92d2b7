/*
 * sums.c - add + known_k * known + var_k * var + base_k * G with any of the
 * terms, as engine_int.h has it: verification, implicit keys and butterfly
 * expansion are made of such sums.
 */
#include <stdlib.h>

#include "crypto/engine_int.h"
#include "operation.h"
#include "plain.h"

/* Terms: add in P or Q, known_k in k, var in R, var_k in m, base_k in c. */
enum {
	ADD = 1,
	ADD_SAME = 2, /* with ADD: Q for all */
	KNOWN = 4,
	VAR = 8,
	BASE = 16,
};

static const unsigned kinds[] = {ADD | BASE, KNOWN | BASE, VAR | BASE,
    KNOWN | VAR | BASE, ADD | VAR, ADD | KNOWN, ADD | ADD_SAME | BASE,
    ADD | ADD_SAME | VAR, KNOWN, VAR, BASE, KNOWN | VAR,
    ADD | KNOWN | VAR | BASE, ADD | ADD_SAME | KNOWN | BASE};

static const struct scalar one = {{[31] = 1}};

/* sum += part of k * f */
static void
part(struct stream *s, struct scalar *sum, const struct scalar *k,
    const struct scalar *f)
{
	struct scalar w;

	if (stream_below(s, 4) == 0)
		return;
	input_in_hand(s, &w, k);
	plain_mul_add(sum, &w, f, sum);
}

/* The last unknown, such that parts of the terms are equal or opposite. */
static void
collide(struct batch *b, struct stream *s, size_t i, const struct scalar *q,
    const struct scalar *v)
{
	struct scalar sum = {{0}}, w;

	if (b->terms & KNOWN)
		part(s, &sum, &b->k[i], q);
	if (b->terms & BASE)
		part(s, &sum, &b->c[i], &one);
	if (b->terms & VAR && b->terms & ADD)
		part(s, &sum, &b->m[i], v);
	if (stream_below(s, 2) == 0)
		plain_negative(&sum, &sum);
	if (b->terms & ADD) {
		if (!plain_mul(&b->P[i], &sum, NULL, NULL))
			input_wild_point(s, &b->P[i]);
	} else if (b->terms & VAR) {
		input_in_hand(s, &w, &b->m[i]);
		plain_invert(&w, &w);
		plain_mul_add(&w, &w, &sum, NULL);
		if (!plain_mul(&b->R[i], &w, NULL, NULL))
			input_wild_point(s, &b->R[i]);
	} else if (b->terms & BASE) {
		b->c[i] = sum;
	}
}

static void
fill(struct batch *b, struct stream *s)
{
	struct scalar q, v, u;

	b->terms = kinds[stream_below(s, sizeof(kinds) / sizeof(kinds[0]))];
	b->known_at = stream_below(s, KNOWN_KEYS);
	known_key(&b->Q, &q, b->known_at);
	for (size_t i = 0; i < b->n; i++) {
		struct scalar *each[] = {&b->k[i], &b->m[i], &b->c[i]};
		bool wild = batch_wild(b, s, i);

		for (size_t t = 0; t < 3; t++)
			if (batch_wild(b, s, i))
				input_scalar(s, each[t]);
			else
				input_random(s, each[t]);
		input_point(s, &b->P[i], &u);
		input_point(s, &b->R[i], &v);
		if (!wild)
			continue;
		collide(b, s, i, &q, &v);
		if (stream_below(s, 16) == 0)
			input_bad_point(s, &b->P[i]);
		if (stream_below(s, 16) == 0)
			input_bad_point(s, &b->R[i]);
	}
	if (b->terms & ADD_SAME && b->n > 0)
		b->Q = b->P[stream_below(s, b->n)];
}

struct sum {
	struct point p;
	uint8_t fault;
};

static enum fault
run(const struct batch *b, void *out, bool *ok)
{
	bool same_add = (b->terms & ADD_SAME) != 0;
	struct p256_terms t = {
	    .add = !(b->terms & ADD) ? NULL
		   : same_add	     ? &b->Q
				     : b->P,
	    .add_same = same_add,
	    .known = b->terms & KNOWN ? b->known : NULL,
	    .known_k = b->k,
	    .var = b->terms & VAR ? b->R : NULL,
	    .var_k = b->m,
	    .base_k = b->terms & BASE ? b->c : NULL,
	};
	struct point *r = calloc(b->n + 1, sizeof(*r));
	enum fault *f = calloc(b->n + 1, sizeof(*f)), first = FAULT_OK;
	struct sum *to = out;

	if (r == NULL || f == NULL)
		plain_failed("out of memory");
	if (b->in_place && t.add != NULL && !same_add) {
		memcpy(r, b->P, b->n * sizeof(*r));
		t.add = r;
	}
	for (size_t i = 0, n; i < b->n; i += n) {
		struct p256_terms rest = terms_from(&t, i);

		n = batch(b->n, i);
		engine()->sum(r + i, f + i, &rest, n);
	}
	for (size_t i = 0; i < b->n; i++) {
		if (first == FAULT_OK)
			first = f[i];
		if (ok != NULL)
			ok[i] = f[i] == FAULT_OK;
		to[i] = (struct sum){r[i], (uint8_t)f[i]};
	}
	free(r);
	free(f);
	return first;
}

/* a += k * P (P = NULL: G); finite says whether a is a point at all. */
static void
plus(struct point *a, bool *finite, const struct scalar *k,
    const struct point *P)
{
	struct point x;

	if (P == NULL ? !plain_mul(&x, k, NULL, NULL)
		      : !plain_mul(&x, NULL, P, k))
		return;
	if (*finite) {
		*finite = plain_add(a, a, &x);
	} else {
		*a = x;
		*finite = true;
	}
}

static enum fault
expected(struct point *r, const struct batch *b, size_t i)
{
	const struct point *add = b->terms & ADD_SAME ? &b->Q : &b->P[i];
	bool finite = false;
	struct point Q;

	if ((b->terms & ADD && !plain_on_curve(add)) ||
	    (b->terms & VAR && !plain_on_curve(&b->R[i])))
		return FAULT_BAD_POINT;
	if (b->terms & KNOWN) {
		known_key(&Q, NULL, b->known_at);
		plus(r, &finite, &b->k[i], &Q);
	}
	if (b->terms & VAR)
		plus(r, &finite, &b->m[i], &b->R[i]);
	if (!finite && b->terms & KNOWN && b->terms & VAR)
		return FAULT_BAD_SCALAR;
	if (b->terms & BASE)
		plus(r, &finite, &b->c[i], NULL);
	if (b->terms & ADD)
		plus(r, &finite, &one, add);
	return finite ? FAULT_OK : FAULT_BAD_SCALAR;
}

static bool
right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	static const struct point none;
	enum fault f;
	struct point r;
	struct sum got;

	f = expected(&r, b, i);
	memcpy(&got, out, sizeof(got));
	return got.fault == f && ok == (f == FAULT_OK) &&
	       memcmp(&got.p, ok ? &r : &none, sizeof(r)) == 0;
}

const struct operation operations_sums[] = {
    {"sum", sizeof(struct sum), "PRkmcq", fill, run, right},
};
const size_t operations_sums_n = 1;
