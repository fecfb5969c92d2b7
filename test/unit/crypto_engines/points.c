/* points.c - multiplications, additions and encodings of points. */
#include "operation.h"
#include "plain.h"

#define P_SIZE sizeof(struct point)

static const struct scalar one = {{[31] = 1}};

static void
scalar_of(const struct batch *b, struct stream *s, size_t i, struct scalar *k)
{
	if (batch_wild(b, s, i))
		input_scalar(s, k);
	else
		input_random(s, k);
}

/* k * G, k * Q */
static void
base_fill(struct batch *b, struct stream *s)
{
	for (size_t i = 0; i < b->n; i++)
		scalar_of(b, s, i, &b->k[i]);
	b->known_at = stream_below(s, KNOWN_KEYS);
}

static enum fault
base_run(const struct batch *b, void *out, bool *ok)
{
	return p256_base_mul(out, b->k, ok, b->n);
}

static bool
base_right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	struct point p;
	bool finite = plain_mul(&p, &b->k[i], NULL, NULL);

	return same(out, ok, &p, P_SIZE, finite);
}

static enum fault
known_run(const struct batch *b, void *out, bool *ok)
{
	return p256_known_mul(out, b->known, b->k, ok, b->n);
}

static bool
known_right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	struct point p;
	bool finite;

	known_key(&p, NULL, b->known_at);
	finite = plain_mul(&p, NULL, &p, &b->k[i]);
	return same(out, ok, &p, P_SIZE, finite);
}

/* k * P */
static void
any_point(const struct batch *b, struct stream *s, size_t i, struct point *P)
{
	if (!batch_wild(b, s, i))
		input_point(s, P, NULL);
	else if (stream_below(s, 3) == 0)
		input_bad_point(s, P);
	else
		input_wild_point(s, P);
}

static void
mul_fill(struct batch *b, struct stream *s)
{
	for (size_t i = 0; i < b->n; i++) {
		any_point(b, s, i, &b->P[i]);
		scalar_of(b, s, i, &b->k[i]);
		if (batch_wild(b, s, i) && stream_below(s, 4) == 0) {
			b->k[i] = one; /* gives P or -P */
			if (stream_below(s, 2) == 0)
				plain_negative(&b->k[i], &one);
		}
	}
}

static enum fault
mul_run(const struct batch *b, void *out, bool *ok)
{
	if (!b->in_place)
		return p256_mul(out, b->P, b->k, ok, b->n);
	memcpy(out, b->P, b->n * P_SIZE);
	return p256_mul(out, out, b->k, ok, b->n);
}

static bool
mul_right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	struct point p;
	bool finite =
	    plain_on_curve(&b->P[i]) && plain_mul(&p, NULL, &b->P[i], &b->k[i]);

	return same(out, ok, &p, P_SIZE, finite);
}

/* R - k * G, so that adding k * G gives R, whose coordinates are hard. */
static void
hard_result(struct stream *s, struct point *P, struct scalar *k)
{
	struct scalar minus;
	struct point R;

	input_random(s, k);
	input_wild_point(s, &R);
	plain_negative(&minus, k);
	if (!plain_mul(P, &minus, &R, &one))
		input_wild_point(s, P);
}

/* P + k * G.  Hard: P = (+-next - sum) * G, so that it meets the next digit's
 * multiple, or its opposite, in the middle; P = -k * G. */
static void
hard_sum(struct stream *s, struct point *P, struct scalar *k)
{
	struct input_moment m;
	struct scalar d;

	input_scalar(s, k);
	if (stream_below(s, 2) == 0)
		input_random(s, k);
	input_moment(s, &m, k);
	plain_negative(&d, stream_below(s, 8) == 0 ? k : &m.sum);
	if (stream_below(s, 8) != 0)
		plain_mul_add(&d, &d, NULL, &m.next);
	if (!plain_mul(P, &d, NULL, NULL))
		input_wild_point(s, P);
}

static void
add_base_fill(struct batch *b, struct stream *s)
{
	for (size_t i = 0; i < b->n; i++)
		if (batch_wild(b, s, i) && stream_below(s, 2) == 0) {
			if (stream_below(s, 8) == 0)
				hard_result(s, &b->P[i], &b->k[i]);
			else
				hard_sum(s, &b->P[i], &b->k[i]);
		} else {
			any_point(b, s, i, &b->P[i]);
			scalar_of(b, s, i, &b->k[i]);
		}
}

static enum fault
add_base_run(const struct batch *b, void *out, bool *ok)
{
	if (!b->in_place)
		return p256_add_base_mul(out, b->P, b->k, ok, b->n);
	memcpy(out, b->P, b->n * P_SIZE);
	return p256_add_base_mul(out, out, b->k, ok, b->n);
}

static bool
add_base_right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	struct point p;
	bool finite =
	    plain_on_curve(&b->P[i]) && plain_mul(&p, &b->k[i], &b->P[i], &one);

	return same(out, ok, &p, P_SIZE, finite);
}

/* Compressed points */
static void
decompress_fill(struct batch *b, struct stream *s)
{
	struct scalar k;
	struct point P;

	for (size_t i = 0; i < b->n; i++) {
		if (!batch_wild(b, s, i)) {
			input_point(s, &P, NULL);
			point_compress(&b->x[i], &P);
			continue;
		}
		switch (stream_below(s, 4)) {
		case 0:
			input_wild_point(s, &P);
			point_compress(&b->x[i], &P);
			continue;
		case 1:
			input_bad_point(s, &P);
			memcpy(b->x[i].x, P.x, 32);
			break;
		case 2:
			input_scalar(s, &k);
			memcpy(b->x[i].x, k.b, 32);
			break;
		default: /* half of them are points */
			stream_octets(s, b->x[i].x, 32);
			break;
		}
		b->x[i].y_bit = (uint8_t)stream_below(s, 2);
		if (stream_below(s, 16) == 0)
			b->x[i].y_bit = (uint8_t)stream_below(s, 256);
	}
}

static enum fault
decompress_run(const struct batch *b, void *out, bool *ok)
{
	return p256_decompress(out, b->x, ok, b->n);
}

static bool
decompress_right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	struct point p;
	bool good = plain_decompress(&p, &b->x[i]);

	return same(out, ok, &p, P_SIZE, good);
}

static enum fault
check_run(const struct batch *b, void *out, bool *ok)
{
	(void)out;
	return p256_check(b->P, ok, b->n);
}

static bool
check_right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	(void)out;
	return ok == plain_on_curve(&b->P[i]);
}

/* Random keys; the seed makes them the same for all engines. */
static void
nothing(struct batch *b, struct stream *s)
{
	(void)b;
	(void)s;
}

struct key_pair {
	struct scalar d;
	struct point Q;
};

static enum fault
generate_run(const struct batch *b, void *out, bool *ok)
{
	struct key_pair *pair = out;

	p256_generate(b->k, b->P, b->n);
	for (size_t i = 0; i < b->n; i++) {
		pair[i] = (struct key_pair){b->k[i], b->P[i]};
		if (ok != NULL)
			ok[i] = true;
	}
	return FAULT_OK;
}

static bool
generate_right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	struct key_pair pair;
	struct point Q;

	(void)b;
	(void)i;
	memcpy(&pair, out, sizeof(pair));
	return ok && plain_mul(&Q, &pair.d, NULL, NULL) &&
	       memcmp(&Q, &pair.Q, sizeof(Q)) == 0;
}

const struct operation operations_points[] = {
    {"base_mul", P_SIZE, "k", base_fill, base_run, base_right},
    {"known_mul", P_SIZE, "kq", base_fill, known_run, known_right},
    {"mul", P_SIZE, "Pk", mul_fill, mul_run, mul_right},
    {"add_base_mul", P_SIZE, "Pk", add_base_fill, add_base_run, add_base_right},
    {"decompress", P_SIZE, "x", decompress_fill, decompress_run,
	decompress_right},
    {"check", 0, "Pk", mul_fill, check_run, check_right},
    {"generate", sizeof(struct key_pair), "kP", nothing, generate_run,
	generate_right},
};
const size_t operations_points_n =
    sizeof(operations_points) / sizeof(operations_points[0]);
