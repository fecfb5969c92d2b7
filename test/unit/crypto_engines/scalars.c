/* scalars.c - arithmetic mod n. */
#include "operation.h"
#include "plain.h"

#define K_SIZE sizeof(struct scalar)

static void
fill(struct batch *b, struct stream *s)
{
	for (size_t i = 0; i < b->n; i++) {
		struct scalar *each[] = {&b->k[i], &b->m[i], &b->c[i]};

		for (size_t t = 0; t < 3; t++)
			if (batch_wild(b, s, i))
				input_scalar(s, each[t]);
			else
				input_random(s, each[t]);
	}
}

/* Sum, difference, product, and product plus c, side by side. */
static enum fault
run(const struct batch *b, void *out, bool *ok)
{
	struct scalar *r = out;

	for (size_t i = 0; i < b->n; i++, r += 5) {
		const struct scalar *k = &b->k[i], *m = &b->m[i];

		if (b->in_place) /* every output is an input */
			r[0] = r[1] = r[2] = r[3] = r[4] = *k;
		if (b->in_place)
			k = r;
		scalar_reduce(&r[4], b->in_place ? r[4].b : k->b);
		scalar_mul_add(&r[3], b->in_place ? &r[3] : k, m, &b->c[i]);
		scalar_mul(&r[2], b->in_place ? &r[2] : k, m);
		scalar_sub(&r[1], b->in_place ? &r[1] : k, m);
		scalar_add(&r[0], k, m);
	}
	return batch_good(b, ok);
}

static bool
right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	const struct scalar *k = &b->k[i], *m = &b->m[i];
	struct scalar r[5], minus;

	plain_mul_add(&r[0], k, NULL, m);
	plain_negative(&minus, m);
	plain_mul_add(&r[1], k, NULL, &minus);
	plain_mul_add(&r[2], k, m, NULL);
	plain_mul_add(&r[3], k, m, &b->c[i]);
	plain_mod(&r[4], k->b, 32);
	return same(out, ok, r, sizeof(r), true);
}

static enum fault
invert_run(const struct batch *b, void *out, bool *ok)
{
	if (b->in_place)
		memcpy(out, b->k, b->n * K_SIZE);
	scalar_invert(out, b->in_place ? out : b->k, b->n);
	return batch_good(b, ok);
}

static bool
invert_right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	struct scalar r;

	plain_invert(&r, &b->k[i]);
	return same(out, ok, &r, K_SIZE, true);
}

static void
wide_fill(struct batch *b, struct stream *s)
{
	struct scalar k;

	for (size_t i = 0; i < b->n; i++) {
		stream_octets(s, b->wide[i], 48);
		if (!batch_wild(b, s, i))
			continue;
		input_scalar(s, &k);
		memcpy(b->wide[i] + stream_below(s, 17), k.b, 32);
		if (stream_below(s, 2) == 0)
			memset(b->wide[i], (int)stream_below(s, 2) * 0xff, 16);
	}
}

static enum fault
wide_run(const struct batch *b, void *out, bool *ok)
{
	struct scalar *r = out;

	for (size_t i = 0; i < b->n; i++)
		scalar_reduce384(&r[i], b->wide[i]);
	return batch_good(b, ok);
}

static bool
wide_right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	struct scalar r;

	plain_mod(&r, b->wide[i], 48);
	return same(out, ok, &r, K_SIZE, true);
}

const struct operation operations_scalars[] = {
    {"scalar", 5 * K_SIZE, "kmc", fill, run, right},
    {"scalar_invert", K_SIZE, "kmc", fill, invert_run, invert_right},
    {"scalar_reduce384", K_SIZE, "l", wide_fill, wide_run, wide_right},
};
const size_t operations_scalars_n =
    sizeof(operations_scalars) / sizeof(operations_scalars[0]);
