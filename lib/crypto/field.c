/* field.c - arithmetic mod p: is it a point, and which y belongs to x. */
#include <string.h>

#include "crypto/mont.h"
#include "crypto/p256_int.h"

/* b and 3, in Montgomery form. */
static const struct mont curve_b = {{0xd89cdf6229c4bddf, 0xacf005cd78843090,
    0xe5a220abf7212ed6, 0xdc30061d04874834}};
static const struct mont three = {{0x0000000000000003, 0xfffffffd00000000,
    0xffffffffffffffff, 0x00000002fffffffc}};

static const struct mont integer_1 = {{1, 0, 0, 0}};

static __attribute__((noinline)) void
mul(struct mont *r, const struct mont *a, const struct mont *b)
{
	mont_mul(r, a, b, &mont_p);
}

static void
enter(struct mont *r)
{
	mul(r, r, &mont_p.rr);
}

static bool
load_reduced(struct mont *r, const uint8_t b[32])
{
	struct mont d;

	*r = mont_load(b);
	return mont_sub_raw(&d, r, &mont_p.m) == 1;
}

static bool
equal(const struct mont *a, const struct mont *b)
{
	struct mont d;

	mont_sub(&d, a, b, &mont_p);
	return mont_is_zero(&d) == 1;
}

/* (x^2 - 3) * x + b; all in Montgomery form. */
static void
right_side(struct mont *r, const struct mont *x)
{
	mul(r, x, x);
	mont_sub(r, r, &three, &mont_p);
	mul(r, r, x);
	mont_add(r, r, &curve_b, &mont_p);
}

bool
p256_reduced(const uint8_t x[32])
{
	struct mont v;

	return load_reduced(&v, x);
}

bool
p256_on_curve(const struct point *p)
{
	struct mont x, y, r;

	if (!load_reduced(&x, p->x) || !load_reduced(&y, p->y))
		return false;
	enter(&x);
	enter(&y);
	right_side(&r, &x);
	mul(&y, &y, &y);
	return equal(&y, &r);
}

/* r = a^(2^times) * b */
static void
shift_times(
    struct mont *r, const struct mont *a, int times, const struct mont *b)
{
	struct mont x = *a;

	while (times-- > 0)
		mul(&x, &x, &x);
	mul(r, &x, b);
}

/* a^((p + 1) / 4), a root of a if it has one;
 * (p + 1) / 4 = ((2^64 - 2^32 + 1) * 2^96 + 1) * 2^94. */
static void
square_root(struct mont *r, const struct mont *a)
{
	struct mont x = *a;

	/* x = a^(2^k - 1) for k = 2, 4, 8, 16, 32 */
	for (int k = 1; k < 32; k *= 2)
		shift_times(&x, &x, k, &x);
	shift_times(&x, &x, 32, a);
	shift_times(&x, &x, 96, a);
	shift_times(r, &x, 94, &mont_p.one);
}

bool
p256_root(struct point *out, const struct compressed *in)
{
	struct mont x, y, r, square, minus;
	uint64_t odd;

	if (!load_reduced(&x, in->x) || in->y_bit > 1)
		return false;
	enter(&x);
	right_side(&r, &x);
	square_root(&y, &r);
	mul(&square, &y, &y);
	if (!equal(&square, &r))
		return false;
	mul(&y, &y, &integer_1);
	/* y is never 0: the order of the group is odd. */
	mont_sub(&minus, &(struct mont){{0}}, &y, &mont_p);
	odd = (y.l[0] & 1) ^ in->y_bit;
	mont_select(&y, mont_mask(odd), &minus, &y);
	memmove(out->x, in->x, sizeof(out->x));
	mont_store(out->y, &y);
	return true;
}

enum fault
point_of_sec1(struct point *out, struct bytes in)
{
	struct compressed c;
	struct point p;

	if (in.n == 33 && (in.p[0] == 2 || in.p[0] == 3)) {
		memcpy(c.x, in.p + 1, sizeof(c.x));
		c.y_bit = in.p[0] & 1;
		return p256_decompress(out, &c, NULL, 1);
	}
	if (in.n != 65 || in.p[0] != 4)
		return FAULT_BAD_POINT;
	memcpy(p.x, in.p + 1, sizeof(p.x));
	memcpy(p.y, in.p + 33, sizeof(p.y));
	if (!p256_on_curve(&p))
		return FAULT_BAD_POINT;
	*out = p;
	return FAULT_OK;
}

void
point_to_sec1(uint8_t out[33], const struct point *p)
{
	out[0] = 2 | (p->y[31] & 1);
	memcpy(out + 1, p->x, sizeof(p->x));
}
