/* share.c - see share.h. */
#include "crypto/lanes/share.h"
#include "base/secret.h"

/* a^(p-2), p - 2 = ffffffff 00000001 00000000 00000000 00000000 ffffffff
 * ffffffff fffffffd: xn is a^(2^n - 1). */
void
LANES(fe_invert)(struct fe *r, const struct fe *a)
{
	struct fe x2, x3, x6, x12, x15, x30, x32, t;

	fe_square_times(&t, a, 1);
	fe_mul_loose(&x2, &t, a);
	fe_square_times(&t, &x2, 1);
	fe_mul_loose(&x3, &t, a);
	fe_square_times(&t, &x3, 3);
	fe_mul_loose(&x6, &t, &x3);
	fe_square_times(&t, &x6, 6);
	fe_mul_loose(&x12, &t, &x6);
	fe_square_times(&t, &x12, 3);
	fe_mul_loose(&x15, &t, &x3);
	fe_square_times(&t, &x15, 15);
	fe_mul_loose(&x30, &t, &x15);
	fe_square_times(&t, &x30, 2);
	fe_mul_loose(&x32, &t, &x2);
	fe_square_times(&t, &x32, 32);
	fe_mul_loose(&t, &t, a);
	fe_square_times(&t, &t, 128);
	fe_mul_loose(&t, &t, &x32);
	fe_square_times(&t, &t, 32);
	fe_mul_loose(&t, &t, &x32);
	fe_square_times(&t, &t, 30);
	fe_mul_loose(&t, &t, &x30);
	fe_square_times(&t, &t, 2);
	fe_mul_loose(r, &t, a);
}

/* Each chain becomes its inverse. */
static void
invert_chains(struct fe c[4], const struct fe *p01, const struct fe *p23,
    const struct fe *product)
{
	struct fe inverse, of01, of23, t;

	LANES(fe_invert)(&inverse, product);
	fe_mul_loose(&of01, &inverse, p23);
	fe_mul_loose(&of23, &inverse, p01);
	t = c[0];
	fe_mul_loose(&c[0], &of01, &c[1]);
	fe_mul_loose(&c[1], &of01, &t);
	t = c[2];
	fe_mul_loose(&c[2], &of23, &c[3]);
	fe_mul_loose(&c[3], &of23, &t);
}

static void
replace_zeros(struct share *s, struct fe *d, mask8 *odd, size_t n)
{
	struct fe one;

	fe_set(&one, fe_one);
	share_begin(s, s->before);
	for (size_t v = 0; v < n; v++) {
		mask8 zero = fe_is_zero(&d[v]);

		fe_choose(&d[v], zero, &one, &d[v]);
		odd[v] |= zero;
		share_put(s, v, &d[v]);
	}
}

void
LANES(share_invert)(struct share *s, struct fe *d, mask8 *odd, size_t n)
{
	struct fe p01, p23, product;
	mask8 zero;

	for (;;) {
		fe_mul_loose(&p01, &s->chain[0], &s->chain[1]);
		fe_mul_loose(&p23, &s->chain[2], &s->chain[3]);
		fe_mul_loose(&product, &p01, &p23);
		zero = fe_is_zero(&product);
		/* A secret and random scalar brings a zero about with a
		 * probability near 2^-250; with others it is no secret. */
		ct_public(&zero, sizeof(zero));
		if (zero == 0)
			break;
		replace_zeros(s, d, odd, n);
	}
	invert_chains(s->chain, &p01, &p23, &product);
}
