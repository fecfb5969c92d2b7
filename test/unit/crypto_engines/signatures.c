/* signatures.c - ECDSA, good and bad. */
#include <stdlib.h>

#include "operation.h"
#include "plain.h"

static const uint8_t order[32] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00,
    0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
    0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25,
    0x51};

static void
sign_fill(struct batch *b, struct stream *s)
{
	input_private(s, &b->d, b->wild > 0);
	for (size_t i = 0; i < b->n; i++)
		if (batch_wild(b, s, i)) {
			struct scalar e;

			input_scalar(s, &e);
			memcpy(b->e[i].b, e.b, 32);
		} else {
			stream_octets(s, b->e[i].b, 32);
		}
	if (!plain_mul(&b->Q, &b->d, NULL, NULL))
		plain_failed("a private key of infinity");
}

static enum fault
sign_run(const struct batch *b, void *out, bool *ok)
{
	ecdsa_sign(out, b->e, &b->d, b->n);
	return batch_good(b, ok);
}

/* The multipliers u1 = e / s, u2 = r / s. */
static void
multipliers(struct scalar *u1, struct scalar *u2, const struct digest *e,
    const struct p256_signature *sig)
{
	struct scalar h, r, w;

	memcpy(h.b, e->b, 32);
	memcpy(r.b, sig->r, 32);
	memcpy(w.b, sig->s, 32);
	plain_invert(&w, &w);
	plain_mul_add(u1, &h, &w, NULL);
	plain_mul_add(u2, &r, &w, NULL);
}

static bool
sign_right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	struct p256_signature sig;
	struct scalar u1, u2;
	struct point R;

	memcpy(&sig, out, sizeof(sig));
	multipliers(&u1, &u2, &b->e[i], &sig);
	return ok && !sig.r_is_point && plain_verify(&b->Q, &b->e[i], &sig) &&
	       plain_mul(&R, &u1, &b->Q, &u2) && memcmp(R.x, sig.r, 32) == 0 &&
	       (R.y[31] & 1) == sig.y_bit;
}

/* The signature that is verified by u1 * G + u2 * Q; a good one, unless that
 * is infinity. */
static void
signature_of(struct stream *s, struct p256_signature *sig, struct digest *e,
    const struct point *Q, const struct scalar *u1, const struct scalar *u2)
{
	struct scalar r, w, h;
	struct point R;

	if (!plain_mul(&R, u1, Q, u2))
		stream_octets(s, R.x, 32);
	plain_mod(&r, R.x, 32);
	plain_invert(&w, u2);
	plain_mul_add(&w, &w, &r, NULL);
	plain_mul_add(&h, u1, &w, NULL);
	memcpy(e->b, h.b, 32);
	memcpy(sig->s, w.b, 32);
	sig->y_bit = (uint8_t)stream_below(s, 2);
	sig->r_is_point = stream_below(s, 4) == 0;
	memcpy(sig->r, sig->r_is_point ? R.x : r.b, 32);
}

static void
any_scalar(struct stream *s, struct scalar *k)
{
	input_private(s, k, stream_below(s, 3) == 0);
}

/* out = a / b, or false */
static bool
quotient(struct scalar *out, const struct scalar *a, const struct scalar *b)
{
	struct scalar w;

	plain_invert(&w, b);
	plain_mul_add(out, a, &w, NULL);
	return !plain_zero(out);
}

/* Q chosen so that what is in hand of u1 * G and u2 * Q is equal, opposite. */
static void
hard_key(struct stream *s, struct point *Q, const struct scalar *u1,
    const struct scalar *u2)
{
	struct scalar a, b, q;

	input_in_hand(s, &a, u1);
	input_in_hand(s, &b, u2);
	if (!quotient(&q, &a, &b) || !plain_mul(Q, &q, NULL, NULL))
		input_wild_point(s, Q);
}

/* R chosen first: x of R at the edges of field and order. */
static void
hard_result(struct stream *s, struct point *Q, const struct scalar *u1,
    const struct scalar *u2)
{
	struct scalar w, v;
	struct point R;

	input_wild_point(s, &R);
	plain_invert(&w, u2);
	plain_mul_add(&v, u1, &w, NULL);
	plain_negative(&v, &v);
	if (!plain_mul(Q, &v, &R, &w))
		input_wild_point(s, Q);
}

static void
add_order(uint8_t b[32])
{
	unsigned carry = 0;
	uint8_t sum[32];

	for (size_t i = 32; i-- > 0;) {
		carry += (unsigned)b[i] + order[i];
		sum[i] = (uint8_t)carry;
		carry >>= 8;
	}
	if (carry == 0)
		memcpy(b, sum, 32);
}

static void
spoil(struct stream *s, struct p256_signature *sig, struct digest *e)
{
	uint8_t *part[] = {sig->r, sig->s, e->b};
	uint8_t *victim = part[stream_below(s, 3)];
	struct scalar k;

	switch (stream_below(s, 7)) {
	case 0:
		memset(victim, 0, 32);
		break;
	case 1:
		memcpy(victim, order, 32);
		break;
	case 2:
		add_order(victim);
		break;
	case 3: /* the other s is as good */
		memcpy(k.b, sig->s, 32);
		plain_negative(&k, &k);
		memcpy(sig->s, k.b, 32);
		break;
	case 4:
		input_scalar(s, &k);
		memcpy(victim, k.b, 32);
		break;
	case 5:
		sig->r_is_point = !sig->r_is_point;
		break;
	default:
		victim[stream_below(s, 32)] ^=
		    (uint8_t)(1 << stream_below(s, 8));
		break;
	}
}

static void
verify_fill(struct batch *b, struct stream *s)
{
	struct scalar u1, u2;

	for (size_t i = 0; i < b->n; i++) {
		bool wild = batch_wild(b, s, i);

		any_scalar(s, &u1);
		any_scalar(s, &u2);
		switch (wild ? stream_below(s, 4) : 3) {
		case 0:
			hard_key(s, &b->P[i], &u1, &u2);
			break;
		case 1:
			hard_result(s, &b->P[i], &u1, &u2);
			break;
		case 2:
			input_wild_point(s, &b->P[i]);
			break;
		default:
			input_point(s, &b->P[i], NULL);
			break;
		}
		signature_of(s, &b->sig[i], &b->e[i], &b->P[i], &u1, &u2);
		if (!wild)
			continue;
		if (stream_below(s, 4) == 0)
			spoil(s, &b->sig[i], &b->e[i]);
		if (stream_below(s, 16) == 0)
			input_bad_point(s, &b->P[i]);
	}
}

static enum fault
verify_run(const struct batch *b, void *out, bool *ok)
{
	(void)out;
	return ecdsa_verify(b->P, b->e, b->sig, ok, b->n);
}

static bool
verify_right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	(void)out;
	return ok == plain_verify(&b->P[i], &b->e[i], &b->sig[i]);
}

static void
verify_known_fill(struct batch *b, struct stream *s)
{
	struct scalar u1, u2, a, q;

	b->known_at = stream_below(s, KNOWN_KEYS);
	known_key(&b->Q, &q, b->known_at);
	for (size_t i = 0; i < b->n; i++) {
		bool wild = batch_wild(b, s, i);

		any_scalar(s, &u1);
		any_scalar(s, &u2);
		switch (wild ? stream_below(s, 4) : 3) {
		case 0: /* u1 * G meets a part of u2 * Q, */
			input_in_hand(s, &a, &u2);
			plain_mul_add(&u1, &a, &q, NULL);
			break;
		case 1: /* and the other way round, */
			input_in_hand(s, &a, &u1);
			if (!quotient(&u2, &a, &q))
				any_scalar(s, &u2);
			break;
		case 2: /* or at every step, if Q is +-G. */
			u2 = u1;
			break;
		default:
			break;
		}
		signature_of(s, &b->sig[i], &b->e[i], &b->Q, &u1, &u2);
		if (wild && stream_below(s, 4) == 0)
			spoil(s, &b->sig[i], &b->e[i]);
	}
}

static enum fault
verify_known_run(const struct batch *b, void *out, bool *ok)
{
	(void)out;
	return ecdsa_verify_known(b->known, b->e, b->sig, ok, b->n);
}

static bool
verify_known_right(const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	(void)out;
	return ok == plain_verify(&b->Q, &b->e[i], &b->sig[i]);
}

/* The key of an implicit certificate: e_u (in c) times P_U (in P), and Q. */
static bool
implicit_key(struct point *out, const struct batch *b, size_t i)
{
	struct point p;

	if (!plain_on_curve(&b->P[i]))
		return false;
	if (!plain_mul(&p, NULL, &b->P[i], &b->c[i])) {
		*out = b->Q;
		return true;
	}
	return plain_add(out, &p, &b->Q);
}

/* P_U such that parts of u1*G, u2*Q and u2*e_u*P_U add up to nothing, or Q and
 * e_u*P_U do, or are equal. */
static void
hard_certificate(struct batch *b, struct stream *s, size_t i,
    const struct scalar *q, const struct scalar *u1, const struct scalar *u2)
{
	struct scalar u3, a, p;

	plain_mul_add(&u3, u2, &b->c[i], NULL);
	memset(&a, 0, sizeof(a));
	if (stream_below(s, 2) == 0) {
		u3 = b->c[i];
		a = *q;
		if (stream_below(s, 2) == 0)
			plain_negative(&a, &a);
	} else {
		if (stream_below(s, 3) != 0) {
			input_in_hand(s, &p, u2);
			plain_mul_add(&a, &p, q, NULL);
		}
		if (stream_below(s, 3) != 0) {
			input_in_hand(s, &p, u1);
			plain_mul_add(&a, &p, NULL, &a);
		}
		input_in_hand(s, &u3, &u3);
	}
	if (!quotient(&p, &a, &u3) || !plain_mul(&b->P[i], &p, NULL, NULL))
		input_wild_point(s, &b->P[i]);
}

static void
verify_implicit_fill(struct batch *b, struct stream *s)
{
	struct scalar u1, u2, q;
	struct point Q;

	b->known_at = stream_below(s, KNOWN_KEYS);
	known_key(&b->Q, &q, b->known_at);
	for (size_t i = 0; i < b->n; i++) {
		bool wild = batch_wild(b, s, i);

		any_scalar(s, &u1);
		any_scalar(s, &u2);
		any_scalar(s, &b->c[i]);
		input_point(s, &b->P[i], NULL);
		if (wild && stream_below(s, 2) == 0)
			hard_certificate(b, s, i, &q, &u1, &u2);
		else if (wild && stream_below(s, 4) == 0)
			memset(&b->c[i], 0, sizeof(b->c[i]));
		if (!implicit_key(&Q, b, i))
			input_point(s, &Q, NULL);
		signature_of(s, &b->sig[i], &b->e[i], &Q, &u1, &u2);
		if (!wild)
			continue;
		if (stream_below(s, 4) == 0)
			spoil(s, &b->sig[i], &b->e[i]);
		if (stream_below(s, 16) == 0)
			input_bad_point(s, &b->P[i]);
	}
}

static enum fault
verify_implicit_run(const struct batch *b, void *out, bool *ok)
{
	struct digest *e_u = calloc(b->n + 1, sizeof(*e_u));
	enum fault f;

	(void)out;
	if (e_u == NULL)
		plain_failed("out of memory");
	for (size_t i = 0; i < b->n; i++)
		memcpy(e_u[i].b, b->c[i].b, 32);
	f = ecdsa_verify_implicit(b->known, b->P, e_u, b->e, b->sig, ok, b->n);
	free(e_u);
	return f;
}

static bool
verify_implicit_right(
    const struct batch *b, size_t i, const uint8_t *out, bool ok)
{
	struct point Q;

	(void)out;
	return ok == (implicit_key(&Q, b, i) &&
			 plain_verify(&Q, &b->e[i], &b->sig[i]));
}

const struct operation operations_signatures[] = {
    {"sign", sizeof(struct p256_signature), "e", sign_fill, sign_run,
	sign_right},
    {"verify", 0, "Pes", verify_fill, verify_run, verify_right},
    {"verify_known", 0, "esq", verify_known_fill, verify_known_run,
	verify_known_right},
    {"verify_implicit", 0, "Pcesq", verify_implicit_fill, verify_implicit_run,
	verify_implicit_right},
};
const size_t operations_signatures_n =
    sizeof(operations_signatures) / sizeof(operations_signatures[0]);
