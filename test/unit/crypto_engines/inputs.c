/* inputs.c - see inputs.h. */
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>

#include "inputs.h"
#include "plain.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *const edge[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000001",
    "0000000000000000000000000000000000000000000000000000000000000002",
    /* (n - 1) / 2, (n + 1) / 2 */
    "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8",
    "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a9",
    "8000000000000000000000000000000000000000000000000000000000000000",
    /* n - 2, n - 1, n, n + 1, n + 2 */
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc63254f",
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550",
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632552",
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632553",
    /* p - 1, p, p + 1 */
    "ffffffff00000001000000000000000000000000fffffffffffffffffffffffe",
    "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
    "ffffffff00000001000000000000000000000001000000000000000000000000",
    /* p - n, and twice that */
    "000000000000000000000000000000004319055358e8617b0c46353d039cdaae",
    "0000000000000000000000000000000086320aa6b1d0c2f6188c6a7a0739b55c",
    /* 2^256 - n, 2^256 - 1 */
    "00000000ffffffff00000000000000004319055258e8617b0c46353d039cdaaf",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
};

/* Points with x = 0, or whose y is near 0 or an edge; p - y belongs to -P. */
static const char *const special[][2] = {
    {"0000000000000000000000000000000000000000000000000000000000000000",
	"66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4"},
    {"6916fac45e568b6b9e2e2ecd611b282e5fcc40a3067d601057f879ce5a8a73cc",
	"0000000000000000000000000000000000000000000000000000000000000001"},
    {"b06686a59b4e8bbedd0e9275a9d9476d260626aa5367ec7b42f769a182121e22",
	"0000000000000000000000000000000000000000000000000000000000000004"},
    {"3b66431ec128c3da8a6edfc31751e001897386251e95a594f878a4a300b87330",
	"0000000000000000000000000000000000000000000000000010000000000000"},
    {"3dc7750778635de2a97366b30dc42a91907b84663ce6cad95d26d74323b0d98d",
	"000000000000000000000000000000000000000000000000000fffffffffffff"},
    {"e5c2744273c9cc88109d887277ef0cc4064a083ca32ce209a494ebdb31ba3406",
	"0000000000000000000000000000000000000100000000000000000000000000"},
    {"926acf0248f21b3850e1436573ffec970afaa74b267d270707cd6f1124555e0d",
	"000000000000fffffffffffffffffffffffffffffffffffffffffffffffffffe"},
    {"faab2b575874acf3f88a2d1c144791aaaa0e401aa055a22a09d7b4187661827c",
	"0000000100000000000000000000000000000000000000000000000000000000"},
    {"4c42b994bf3cbe59da9b9eacb623291092f039f0416a3f5690626d2d2f806067",
	"00000000ffffffffffffffffffffffffffffffffffffffffffffffffffffffff"},
};

static const char order[] =
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
static const char prime[] =
    "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";

static BIGNUM *
from_hex(const char *hex)
{
	BIGNUM *a = NULL;

	if (BN_hex2bn(&a, hex) == 0)
		plain_failed("BN_hex2bn");
	return a;
}

/* Octets of hex, as the vectors above have them. */
static void
copy_hex(uint8_t out[32], const char *hex)
{
	if (!hex_decode(out, 32, hex))
		plain_failed("hex_decode");
}

/* a mod 2^256; a is freed. */
static void
give(uint8_t out[32], BIGNUM *a)
{
	uint8_t all[80];

	if (BN_bn2binpad(a, all, sizeof(all)) != sizeof(all))
		plain_failed("BN_bn2binpad");
	memcpy(out, all + sizeof(all) - 32, 32);
	BN_free(a);
}

void
input_random(struct stream *s, struct scalar *k)
{
	stream_octets(s, k->b, sizeof(k->b));
}

static void
negate_half(struct stream *s, struct scalar *k)
{
	if (stream_below(s, 2) == 1)
		plain_negative(k, k);
}

static void
edge_value(struct stream *s, struct scalar *k)
{
	copy_hex(k->b, edge[stream_below(s, COUNT(edge))]);
}

/* +-j, and +n where that fits */
static void
small(struct stream *s, struct scalar *k)
{
	size_t j = stream_below(s, 300);
	BIGNUM *a = from_hex(order);

	memset(k, 0, sizeof(*k));
	k->b[30] = (uint8_t)(j >> 8);
	k->b[31] = (uint8_t)j;
	if (stream_below(s, 2) == 1)
		BN_add_word(a, j);
	else
		BN_sub_word(a, j);
	if (stream_below(s, 2) == 1)
		give(k->b, a);
	else
		BN_free(a);
}

/* +-j * 2^t mod n: among them all multiples that are twice a digit, for which
 * the last addition of a recoded scalar is a doubling. */
static void
shifted(struct stream *s, struct scalar *k)
{
	uint8_t wide[80] = {0};
	size_t j = stream_below(s, 256), t = stream_below(s, 300);

	wide[79 - t / 8] = (uint8_t)(j << t % 8);
	wide[78 - t / 8] = (uint8_t)(j << t % 8 >> 8);
	plain_mod(k, wide, sizeof(wide));
	negate_half(s, k);
}

/* +-2 * d * 2^t, where d is a digit of the topmost windows: when all lower
 * digits are added up, they may be equal to the last. */
static void
top_digit(struct stream *s, struct scalar *k)
{
	size_t bits = 4 + stream_below(s, 5);
	size_t at = (257 + bits - 1) / bits - 1 - stream_below(s, 2);
	BIGNUM *n = from_hex(order), *a = BN_new();
	BN_CTX *ctx = BN_CTX_new();

	BN_set_word(a, 2 * stream_below(s, (size_t)1 << (bits - 1)) + 1);
	BN_lshift(a, a, (int)(bits * at + 1));
	BN_nnmod(a, a, n, ctx);
	give(k->b, a);
	BN_free(n);
	BN_CTX_free(ctx);
	negate_half(s, k);
}

/* Bits from..to - 1 flipped. */
static void
flip(struct scalar *k, size_t from, size_t to)
{
	for (; from < to && from < 256; from++)
		k->b[31 - from / 8] ^= (uint8_t)(1 << from % 8);
}

/* The edge of a limb, or next to it. */
static size_t
limb_edge(struct stream *s)
{
	static const size_t at[] = {
	    0, 52, 104, 156, 208, 256, 64, 128, 192, 32, 96, 224};

	return at[stream_below(s, COUNT(at))] + stream_below(s, 3);
}

/* One to three runs of ones that end near the edges of limbs. */
static void
runs(struct stream *s, struct scalar *k)
{
	memset(k, 0, sizeof(*k));
	for (size_t n = 1 + stream_below(s, 3); n > 0; n--) {
		size_t a = limb_edge(s), b = limb_edge(s);

		flip(k, a < b ? a : b, a < b ? b : a);
	}
}

static void
sparse(struct stream *s, struct scalar *k)
{
	memset(k, 0, sizeof(*k));
	for (size_t n = 1 + stream_below(s, 4); n > 0; n--) {
		size_t bit = stream_below(s, 256);

		flip(k, bit, bit + 1);
	}
}

static void
patterns(struct stream *s, struct scalar *k)
{
	static const uint8_t octet[] = {0x00, 0xff, 0x80, 0x7f, 0x01, 0xfe};

	for (size_t i = 0; i < sizeof(k->b); i++)
		k->b[i] = octet[stream_below(s, COUNT(octet))];
}

/* Digits at their extremes, in windows of 4 to 8 bits. */
static void
extremes(struct stream *s, struct scalar *k)
{
	size_t bits = 4 + stream_below(s, 5);

	memset(k, 0, sizeof(*k));
	for (size_t at = 0; at < 256; at += bits)
		switch (stream_below(s, 5)) {
		case 0: /* all ones */
			flip(k, at, at + bits);
			break;
		case 1: /* all but the top bit */
			flip(k, at, at + bits - 1);
			break;
		case 2: /* the top bit */
			flip(k, at + bits - 1, at + bits);
			break;
		case 3:
			flip(k, at, at + 1);
			break;
		default:
			break;
		}
}

void
input_scalar(struct stream *s, struct scalar *k)
{
	static void (*const kind[])(struct stream *, struct scalar *) = {
	    edge_value, small, shifted, top_digit, runs, sparse, patterns,
	    extremes};

	kind[stream_below(s, COUNT(kind))](s, k);
	/* A value that is not reduced, of the same residue. */
	if (stream_below(s, 8) == 0) {
		BIGNUM *n = from_hex(order), *a = BN_bin2bn(k->b, 32, NULL);

		BN_add(n, n, a);
		if (BN_num_bits(n) <= 256)
			give(k->b, n);
		else
			BN_free(n);
		BN_free(a);
	}
}

void
input_private(struct stream *s, struct scalar *k, bool wild)
{
	if (wild)
		input_scalar(s, k);
	else
		input_random(s, k);
	plain_mod(k, k->b, sizeof(k->b));
	if (plain_zero(k))
		k->b[31] = 1;
}

void
input_point(struct stream *s, struct point *P, struct scalar *d)
{
	struct scalar k;

	input_private(s, &k, false);
	if (!plain_mul(P, &k, NULL, NULL))
		plain_failed("a private key of infinity");
	if (d != NULL)
		*d = k;
}

/* The first point whose x is not before (or after) the given one. */
static void
near_x(struct stream *s, struct point *P, const struct scalar *k)
{
	bool up = stream_below(s, 2) == 0;
	BIGNUM *x = BN_bin2bn(k->b, 32, NULL), *p = from_hex(prime);
	BN_CTX *ctx = BN_CTX_new();
	struct compressed c;

	c.y_bit = (uint8_t)stream_below(s, 2);
	do {
		if (up)
			BN_add_word(x, 1);
		else if (BN_is_zero(x) || BN_sub_word(x, 1) == 0)
			BN_sub(x, p, BN_value_one());
		BN_nnmod(x, x, p, ctx);
		if (BN_bn2binpad(x, c.x, 32) != 32)
			plain_failed("BN_bn2binpad");
	} while (!plain_decompress(P, &c));
	BN_free(x);
	BN_free(p);
	BN_CTX_free(ctx);
}

static void
opposite(struct point *P)
{
	BIGNUM *p = from_hex(prime), *y = BN_bin2bn(P->y, 32, NULL);

	BN_sub(p, p, y);
	give(P->y, p);
	BN_free(y);
}

void
input_wild_point(struct stream *s, struct point *P)
{
	struct scalar k;
	size_t i;

	switch (stream_below(s, 3)) {
	case 0:
		do
			shifted(s, &k);
		while (!plain_mul(P, &k, NULL, NULL));
		break;
	case 1:
		i = stream_below(s, COUNT(special));
		copy_hex(P->x, special[i][0]);
		copy_hex(P->y, special[i][1]);
		if (stream_below(s, 2) == 1)
			opposite(P);
		break;
	default:
		input_scalar(s, &k);
		near_x(s, P, &k);
		break;
	}
}

/* x + p, if that fits 256 bits. */
static bool
unreduced(uint8_t x[32])
{
	BIGNUM *a = BN_bin2bn(x, 32, NULL), *p = from_hex(prime);
	bool fits;

	BN_add(a, a, p);
	fits = BN_num_bits(a) <= 256;
	if (fits)
		give(x, a);
	else
		BN_free(a);
	BN_free(p);
	return fits;
}

void
input_bad_point(struct stream *s, struct point *P)
{
	static const struct scalar zero;
	struct point Q;

	input_wild_point(s, P);
	switch (stream_below(s, 8)) {
	case 0:
		memset(P, 0, sizeof(*P));
		break;
	case 1: /* the residues would be a point */
		near_x(s, P, &zero);
		if (unreduced(P->x))
			break;
		P->x[31] ^= 1;
		break;
	case 2:
		copy_hex(P->x, special[1][0]);
		copy_hex(P->y, special[1][1]);
		if (!unreduced(P->y))
			plain_failed("1 + p");
		break;
	case 3:
		memset(P->x, 0xff, 32);
		break;
	case 4:
		copy_hex(stream_below(s, 2) == 0 ? P->x : P->y, prime);
		break;
	case 5: /* coordinates of two points */
		input_point(s, &Q, NULL);
		memcpy(P->y, Q.y, 32);
		break;
	case 6:
		input_scalar(s, (struct scalar *)P->x);
		input_scalar(s, (struct scalar *)P->y);
		break;
	default:
		P->y[stream_below(s, 32)] ^= (uint8_t)(1 << stream_below(s, 8));
		break;
	}
	if (plain_on_curve(P))
		memset(P, 0, sizeof(*P));
}

/* Signed odd digits of k (or k + n, whichever is odd); how many there are. */
static size_t
recode(int digit[80], const struct scalar *k, size_t bits)
{
	BIGNUM *n = from_hex(order), *a;
	struct scalar r;
	size_t i, count = (257 + bits - 1) / bits;

	plain_mod(&r, k->b, 32);
	a = BN_bin2bn(r.b, 32, NULL);
	if (!BN_is_odd(a))
		BN_add(a, a, n);
	for (i = 0; i + 1 < count; i++) {
		int low = (int)BN_mod_word(a, (BN_ULONG)2 << bits);

		digit[i] = low - (1 << bits);
		if (digit[i] < 0)
			BN_add_word(a, (BN_ULONG)-digit[i]);
		else
			BN_sub_word(a, (BN_ULONG)digit[i]);
		BN_rshift(a, a, (int)bits);
	}
	digit[i] = (int)BN_get_word(a);
	BN_free(a);
	BN_free(n);
	return count;
}

/* The digits from..to - 1, each at its place, added up mod n. */
static void
add_up(
    struct scalar *sum, const int *digit, size_t from, size_t to, size_t bits)
{
	BIGNUM *n = from_hex(order), *a = BN_new();
	BN_CTX *ctx = BN_CTX_new();

	while (to-- > from) {
		BN_lshift(a, a, (int)bits);
		if (digit[to] < 0)
			BN_sub_word(a, (BN_ULONG)-digit[to]);
		else
			BN_add_word(a, (BN_ULONG)digit[to]);
	}
	BN_lshift(a, a, (int)(from * bits));
	BN_nnmod(a, a, n, ctx);
	give(sum->b, a);
	BN_free(n);
	BN_CTX_free(ctx);
}

void
input_moment(struct stream *s, struct input_moment *m, const struct scalar *k)
{
	int digit[80];
	size_t bits = 4 + stream_below(s, 5);
	size_t count = recode(digit, k, bits), at = stream_below(s, count);

	if (stream_below(s, 2) == 0) /* from the lowest digit up */
		add_up(&m->sum, digit, 0, at, bits);
	else
		add_up(&m->sum, digit, at + 1, count, bits);
	add_up(&m->next, digit, at, at + 1, bits);
	negate_half(s, &m->next);
}

void
input_in_hand(struct stream *s, struct scalar *out, const struct scalar *k)
{
	struct input_moment m;

	input_moment(s, &m, k);
	switch (stream_below(s, 4)) {
	case 0:
		plain_mod(out, k->b, 32);
		break;
	case 1:
		*out = m.sum;
		break;
	case 2:
		*out = m.next;
		break;
	default:
		plain_mul_add(out, &m.sum, NULL, &m.next);
		break;
	}
	if (stream_below(s, 2) == 0)
		plain_negative(out, out);
}

size_t
input_length(struct stream *s, bool wild)
{
	static const size_t at[] = {
	    0, 16, 32, 48, 64, 119, 128, 183, 192, 256, 1024};
	size_t n;

	if (!wild)
		return stream_below(s, 320);
	if (stream_below(s, 16) == 0)
		return stream_below(s, 5000);
	n = at[stream_below(s, COUNT(at))] + stream_below(s, 19);
	return n < 9 ? n : n - 9;
}
