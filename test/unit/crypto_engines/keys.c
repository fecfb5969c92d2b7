/* keys.c - implicit certificates, wrapped keys, butterfly keys. */
#include <stdlib.h>

#include "crypto/p256_int.h"
#include "operation.h"
#include "plain.h"

static const struct scalar one = {{[31] = 1}};

/* What will be drawn: valid, and hard now and then. */
static void
draw(struct batch *b, struct stream *s)
{
	for (size_t i = 0; i < b->n; i++)
		input_private(s, &b->m[i], batch_wild(b, s, i));
	b->drawn = b->m;
}

/* (+-next - sum) * f mod n, for some moment of k: a point which k * F, if f
 * belongs to F, must not meet. */
static void
meeting(struct stream *s, struct scalar *out, const struct scalar *k,
    const struct scalar *f)
{
	struct input_moment m;

	input_moment(s, &m, k);
	plain_negative(out, stream_below(s, 4) == 0 ? k : &m.sum);
	if (stream_below(s, 4) != 0)
		plain_mul_add(out, out, NULL, &m.next);
	if (stream_below(s, 8) == 0)
		plain_negative(out, out);
	plain_mul_add(out, out, f, NULL);
	if (plain_zero(out))
		*out = one;
}

static void
point_at(struct point *P, const struct scalar *d)
{
	if (!plain_mul(P, d, NULL, NULL))
		plain_failed("infinity");
}

static void
hash_value(const struct batch *b, struct stream *s, size_t i)
{
	struct scalar k;

	stream_octets(s, b->e[i].b, 32);
	if (!batch_wild(b, s, i))
		return;
	input_scalar(s, &k);
	memcpy(b->e[i].b, k.b, 32);
}

static struct scalar
hash_scalar(const struct digest *e)
{
	struct scalar k;

	memcpy(k.b, e->b, sizeof(k.b));
	return k;
}

/*
 * ECQV
 */

struct issued {
	struct point p_u;
	struct scalar k;
};

static void
issue_fill(struct batch *b, struct stream *s)
{
	struct scalar d;

	draw(b, s);
	for (size_t i = 0; i < b->n; i++) {
		if (!batch_wild(b, s, i)) {
			input_point(s, &b->P[i], NULL);
			continue;
		}
		switch (stream_below(s, 3)) {
		case 0:
			meeting(s, &d, &b->m[i], &one);
			point_at(&b->P[i], &d);
			break;
		case 1:
			input_bad_point(s, &b->P[i]);
			break;
		default:
			input_wild_point(s, &b->P[i]);
			break;
		}
	}
}

static enum fault
issue_run(const struct batch *b, void *out, bool *ok)
{
	struct issued *to = out;
	enum fault f;

	if (b->in_place)
		memcpy(b->R, b->P, b->n * sizeof(b->R[0]));
	memcpy(b->k, b->m, b->n * sizeof(b->k[0]));
	f = ecqv_issue_with(b->R, b->k, b->in_place ? b->R : b->P, ok, b->n);
	for (size_t i = 0; i < b->n; i++)
		to[i] = (struct issued){b->R[i], b->k[i]};
	return f;
}

static bool
issue_right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	struct issued x;
	bool good;

	x.k = b->m[i];
	good = plain_on_curve(&b->P[i]) &&
	       plain_mul(&x.p_u, &b->m[i], &b->P[i], &one);
	return same(out, ok, &x, sizeof(x), good);
}

static void
respond_fill(struct batch *b, struct stream *s)
{
	input_private(s, &b->d, b->wild > 0);
	for (size_t i = 0; i < b->n; i++) {
		bool wild = batch_wild(b, s, i);

		input_private(s, &b->m[i], wild);
		if (wild && stream_below(s, 4) == 0)
			input_scalar(s, &b->m[i]);
		hash_value(b, s, i);
	}
}

static enum fault
respond_run(const struct batch *b, void *out, bool *ok)
{
	struct scalar *to = out;
	enum fault f;

	memcpy(b->k, b->m, b->n * sizeof(b->k[0]));
	f = ecqv_respond(b->c, b->k, b->e, &b->d, ok, b->n);
	for (size_t i = 0; i < b->n; i++) {
		to[2 * i] = b->c[i];
		to[2 * i + 1] = b->k[i];
	}
	return f;
}

static bool
respond_right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	struct scalar x[2] = {{{0}}}, e = hash_scalar(&b->e[i]), k;
	bool good;

	plain_mod(&k, b->m[i].b, 32);
	good = !plain_zero(&e) && !plain_zero(&k) &&
	       memcmp(&k, &b->m[i], sizeof(k)) == 0;
	plain_mul_add(&x[0], &e, &k, &b->d);
	return same(out, ok, x, sizeof(x), good);
}

/* e * P + Q; for wild ones e * P is, on its way or in the end, +-Q. */
static void
public_one(struct batch *b, struct stream *s, size_t i, const struct scalar *q)
{
	struct scalar e, w, d;

	input_private(s, &e, stream_below(s, 2) == 0);
	memcpy(b->e[i].b, e.b, 32);
	meeting(s, &w, &e, &one);
	plain_invert(&w, &w);
	plain_mul_add(&d, &w, q, NULL);
	if (plain_zero(&d))
		d = one;
	point_at(&b->P[i], &d);
}

static void
public_fill(struct batch *b, struct stream *s)
{
	struct scalar q, q_i;

	input_point(s, &b->Q, &q);
	for (size_t i = 0; i < b->n; i++) {
		bool wild = batch_wild(b, s, i);

		hash_value(b, s, i);
		input_point(s, &b->P[i], NULL);
		if (b->R == NULL) {
			q_i = q;
		} else {
			input_point(s, &b->R[i], &q_i);
			if (wild && stream_below(s, 16) == 0)
				input_bad_point(s, &b->R[i]);
		}
		if (!wild)
			continue;
		switch (stream_below(s, 4)) {
		case 0:
			input_bad_point(s, &b->P[i]);
			break;
		case 1:
			input_wild_point(s, &b->P[i]);
			break;
		default:
			public_one(b, s, i, &q_i);
			break;
		}
	}
	if (stream_below(s, 32) == 0)
		input_bad_point(s, &b->Q);
}

static enum fault
public_run(const struct batch *b, void *out, bool *ok)
{
	if (!b->in_place)
		return ecqv_public(out, b->e, b->P, &b->Q, ok, b->n);
	memcpy(out, b->P, b->n * sizeof(b->P[0]));
	return ecqv_public(out, b->e, out, &b->Q, ok, b->n);
}

static enum fault
public_mixed_run(const struct batch *b, void *out, bool *ok)
{
	if (!b->in_place)
		return ecqv_public_mixed(out, b->e, b->P, b->R, ok, b->n);
	memcpy(out, b->R, b->n * sizeof(b->R[0]));
	return ecqv_public_mixed(out, b->e, b->P, out, ok, b->n);
}

static bool
public_right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	const struct point *Q = b->R == NULL ? &b->Q : &b->R[i];
	struct scalar e = hash_scalar(&b->e[i]);
	struct point p, q;
	bool good;

	good = plain_on_curve(&b->P[i]) && plain_on_curve(Q);
	if (good && plain_mul(&p, NULL, &b->P[i], &e)) {
		good = plain_add(&q, &p, Q);
	} else if (good) {
		q = *Q;
	}
	return same(out, ok, &q, sizeof(q), good);
}

/* Shares stand in k (k_u) and m (r). */
static void
private_fill(struct batch *b, struct stream *s)
{
	struct scalar e, d;

	for (size_t i = 0; i < b->n; i++) {
		bool wild = batch_wild(b, s, i);

		hash_value(b, s, i);
		e = hash_scalar(&b->e[i]);
		input_private(s, &b->k[i], wild);
		input_private(s, &b->m[i], wild);
		plain_mul_add(&d, &e, &b->k[i], &b->m[i]);
		if (!plain_mul(&b->P[i], &d, NULL, NULL) || !wild)
			continue;
		switch (stream_below(s, 6)) {
		case 0: /* d = 0 */
			plain_mul_add(&b->m[i], &e, &b->k[i], NULL);
			plain_negative(&b->m[i], &b->m[i]);
			if (stream_below(s, 2) == 0)
				memset(&b->P[i], 0, sizeof(b->P[i]));
			break;
		case 1:
			b->P[i].y[31] ^= 1;
			break;
		case 2:
			input_wild_point(s, &b->P[i]);
			break;
		default:
			break;
		}
	}
}

static enum fault
private_run(const struct batch *b, void *out, bool *ok)
{
	struct ecqv_share *share = calloc(b->n + 1, sizeof(*share));
	enum fault f;

	if (share == NULL)
		plain_failed("out of memory");
	for (size_t i = 0; i < b->n; i++)
		share[i] = (struct ecqv_share){b->k[i], b->m[i]};
	f = ecqv_private(out, share, b->e, b->P, ok, b->n);
	free(share);
	return f;
}

static bool
private_right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	struct scalar e = hash_scalar(&b->e[i]), d;
	struct point q;
	bool good;

	plain_mul_add(&d, &e, &b->k[i], &b->m[i]);
	good = plain_mul(&q, &d, NULL, NULL) &&
	       memcmp(&q, &b->P[i], sizeof(q)) == 0;
	return same(out, ok, &d, sizeof(d), good);
}

/*
 * ECIES
 */

static void
wrap(struct ecies *out, const struct point *to, const struct scalar *v,
    const struct key16 *key, const uint8_t p1[32])
{
	uint8_t k[48], tag[32];
	struct point V, S;

	point_at(&V, v);
	if (!plain_mul(&S, NULL, to, v))
		plain_failed("infinity");
	point_compress(&out->v, &V);
	plain_kdf2(k, sizeof(k), BYTES(S.x), (struct bytes){p1, 32});
	for (size_t i = 0; i < 16; i++)
		out->c[i] = key->b[i] ^ k[i];
	plain_hmac(tag, (struct bytes){k + 16, 32}, BYTES(out->c));
	memcpy(out->t, tag, sizeof(out->t));
}

static void
recipient(struct batch *b, struct stream *s, size_t i, bool *good)
{
	*good = true;
	if (!batch_wild(b, s, i)) {
		input_point(s, &b->P[i], NULL);
	} else if (stream_below(s, 3) == 0) {
		input_bad_point(s, &b->P[i]);
		*good = false;
	} else {
		input_wild_point(s, &b->P[i]);
	}
}

static void
encrypt_fill(struct batch *b, struct stream *s)
{
	bool good;

	draw(b, s);
	stream_octets(s, b->p1, sizeof(b->p1));
	for (size_t i = 0; i < b->n; i++) {
		recipient(b, s, i, &good);
		stream_octets(s, b->key[i].b, 16);
	}
}

static enum fault
encrypt_run(const struct batch *b, void *out, bool *ok)
{
	return ecies_encrypt(out, b->P, b->key, b->p1, ok, b->n);
}

static bool
encrypt_right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	struct ecies x = {0};
	bool good = plain_on_curve(&b->P[i]);

	if (good)
		wrap(&x, &b->P[i], &b->m[i], &b->key[i], b->p1);
	return same(out, ok, &x, sizeof(x), good);
}

static void
spoil(struct batch *b, struct stream *s, size_t i)
{
	struct ecies *w = &b->wrapped[i];
	struct point P;

	switch (stream_below(s, 8)) {
	case 0:
		w->c[stream_below(s, 16)] ^= (uint8_t)(1 << stream_below(s, 8));
		break;
	case 1:
		w->t[stream_below(s, 16)] ^= (uint8_t)(1 << stream_below(s, 8));
		break;
	case 2:
		w->v.y_bit ^= 1; /* the same x of S, so no matter */
		break;
	case 3:
		w->v.y_bit = 2;
		break;
	case 4:
		input_bad_point(s, &P);
		memcpy(w->v.x, P.x, 32);
		break;
	case 5:
		memset(&b->k[i], 0, sizeof(b->k[i]));
		break;
	case 6:
		input_scalar(s, &b->k[i]);
		break;
	default:
		stream_octets(s, w->v.x, 32);
		break;
	}
}

static void
decrypt_fill(struct batch *b, struct stream *s)
{
	struct scalar v;
	struct point to;

	stream_octets(s, b->p1, sizeof(b->p1));
	for (size_t i = 0; i < b->n; i++) {
		bool wild = batch_wild(b, s, i);

		input_private(s, &b->k[i], wild);
		input_private(s, &v, wild);
		stream_octets(s, b->key[i].b, 16);
		point_at(&to, &b->k[i]);
		wrap(&b->wrapped[i], &to, &v, &b->key[i], b->p1);
		if (wild && stream_below(s, 2) == 0)
			spoil(b, s, i);
	}
}

static enum fault
decrypt_run(const struct batch *b, void *out, bool *ok)
{
	return ecies_decrypt(out, b->wrapped, b->k, b->p1, ok, b->n);
}

static bool
decrypt_right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	const struct ecies *w = &b->wrapped[i];
	struct key16 key;
	uint8_t k[48], tag[32];
	struct point V, S;
	bool good;

	good = plain_decompress(&V, &w->v) && plain_mul(&S, NULL, &V, &b->k[i]);
	if (good) {
		plain_kdf2(k, sizeof(k), BYTES(S.x), BYTES(b->p1));
		plain_hmac(tag, (struct bytes){k + 16, 32}, BYTES(w->c));
		good = memcmp(tag, w->t, sizeof(w->t)) == 0;
		for (size_t j = 0; j < 16; j++)
			key.b[j] = w->c[j] ^ k[j];
	}
	return same(out, ok, &key, sizeof(key), good);
}

/*
 * Butterfly keys
 */

static void
expand_fill(struct batch *b, struct stream *s)
{
	b->butterfly.use = stream_below(s, 2) == 0 ? BUTTERFLY_CERTIFICATE
						   : BUTTERFLY_ENCRYPTION;
	stream_octets(s, b->butterfly.expansion.b, 16);
	for (size_t i = 0; i < b->n; i++) {
		stream_octets(s, &b->ij[i], sizeof(b->ij[i]));
		if (stream_below(s, 2) == 0) {
			b->ij[i].i &= 0xffff;
			b->ij[i].j %= 20;
		}
		if (batch_wild(b, s, i))
			b->ij[i].j = UINT32_MAX - b->ij[i].j % 3;
	}
}

static void
expansion(struct scalar *f, const struct batch *b, size_t at)
{
	uint8_t x[16], y[48];

	for (size_t t = 0; t < 3; t++) {
		struct writer w = writer_of(x, sizeof(x));

		write_uint(&w,
		    b->butterfly.use == BUTTERFLY_ENCRYPTION ? UINT32_MAX : 0,
		    4);
		write_uint(&w, b->ij[at].i, 4);
		write_uint(&w, b->ij[at].j, 4);
		write_uint(&w, t + 1, 4);
		plain_aes(y + 16 * t, b->butterfly.expansion.b, x);
		for (size_t i = 0; i < 16; i++)
			y[16 * t + i] ^= x[i];
	}
	plain_mod(f, y, sizeof(y));
}

static enum fault
expand_run(const struct batch *b, void *out, bool *ok)
{
	butterfly_expand(out, &b->butterfly, b->ij, b->n);
	return batch_good(b, ok);
}

static bool
expand_right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	struct scalar f;

	expansion(&f, b, i);
	return same(out, ok, &f, sizeof(f), true);
}

/* A, and a: hard for one of the elements. */
static void
cocoon_fill(struct batch *b, struct stream *s)
{
	struct scalar f;

	expand_fill(b, s);
	input_private(s, &b->d, false);
	if (b->wild > 0 && b->n > 0 && stream_below(s, 2) == 0) {
		expansion(&f, b, stream_below(s, b->n));
		meeting(s, &b->d, &f, &one);
	}
	point_at(&b->Q, &b->d);
	if (stream_below(s, 32) == 0)
		input_bad_point(s, &b->Q);
}

static enum fault
cocoon_public_run(const struct batch *b, void *out, bool *ok)
{
	return butterfly_public(out, &b->butterfly, &b->Q, b->ij, ok, b->n);
}

static bool
cocoon_public_right(
    const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	struct scalar f;
	struct point p;
	bool good;

	expansion(&f, b, i);
	good = plain_on_curve(&b->Q) && plain_mul(&p, &f, &b->Q, &one);
	return same(out, ok, &p, sizeof(p), good);
}

static enum fault
cocoon_private_run(const struct batch *b, void *out, bool *ok)
{
	return butterfly_private(out, &b->butterfly, &b->d, b->ij, ok, b->n);
}

static bool
cocoon_private_right(
    const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	struct scalar f;

	expansion(&f, b, i);
	plain_mul_add(&f, &f, NULL, &b->d);
	return same(out, ok, &f, sizeof(f), !plain_zero(&f));
}

#define P_SIZE sizeof(struct point)
#define K_SIZE sizeof(struct scalar)

const struct operation operations_keys[] = {
    {"ecqv_issue", sizeof(struct issued), "PRkm", issue_fill, issue_run,
	issue_right},
    {"ecqv_respond", 2 * K_SIZE, "kmce", respond_fill, respond_run,
	respond_right},
    {"ecqv_public", P_SIZE, "Pe", public_fill, public_run, public_right},
    {"ecqv_public_mixed", P_SIZE, "PRe", public_fill, public_mixed_run,
	public_right},
    {"ecqv_private", K_SIZE, "Pkme", private_fill, private_run, private_right},
    {"ecies_encrypt", sizeof(struct ecies), "PmK", encrypt_fill, encrypt_run,
	encrypt_right},
    {"ecies_decrypt", sizeof(struct key16), "kwK", decrypt_fill, decrypt_run,
	decrypt_right},
    {"butterfly_expand", K_SIZE, "i", expand_fill, expand_run, expand_right},
    {"butterfly_public", P_SIZE, "i", cocoon_fill, cocoon_public_run,
	cocoon_public_right},
    {"butterfly_private", K_SIZE, "i", cocoon_fill, cocoon_private_run,
	cocoon_private_right},
};
const size_t operations_keys_n =
    sizeof(operations_keys) / sizeof(operations_keys[0]);
