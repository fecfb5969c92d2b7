/* Many at once: each gets what it would get alone. */
#include "cert/convert.h"
#include "cert/encrypt.h"
#include "cert/signature.h"
#include "common.h"

#define N 150 /* more than two chunks */

static const char text[] = "what nobody else may read";

/* ---- decryption ---- */

enum kind {
	GOOD,
	NOT_ENCRYPTED,
	TRUNCATED,
	WRONG_TAG,
	WRONG_WRAPPING,
	BAD_POINT,
	FOR_ANOTHER,
	FOR_TWO,
	BY_RESPONSE_KEY,
	KINDS
};

static struct bytes
message_of(enum kind kind)
{
	const struct world *w = world();
	const struct bytes plain = bytes_of_string(text);
	struct recipient to[2];
	struct bytes out;

	OK(recipient_of_cert(&to[0], w->pca.cert, FI));
	OK(recipient_of_cert(&to[1], w->ra.cert, FI));
	OK(spdu_encrypt(&out, &A, plain, w->ra.cert, FI));
	switch (kind) {
	case NOT_ENCRYPTED:
		return cat(hex("038003"), bytes_of_string("abc"));
	case TRUNCATED:
		return (struct bytes){out.p, out.n - 1};
	case WRONG_TAG:
		return flipped(out, out.n - 1, 1);
	case WRONG_WRAPPING:
		return flipped(out, 63, 1);
	case BAD_POINT: /* x is not below p */
		return cat(cat((struct bytes){out.p, 15},
			       hex("ffffffffffffffffffffffffffffffff"
				   "ffffffffffffffffffffffffffffffff")),
		    (struct bytes){out.p + 47, out.n - 47});
	case FOR_ANOTHER:
		OK(spdu_encrypt_to(&out, &A, plain, to, 1, FI));
		return out;
	case FOR_TWO:
		OK(spdu_encrypt_to(&out, &A, plain, to, 2, FI));
		return out;
	case BY_RESPONSE_KEY:
		recipient_of_key(&to[0], &w->ra.cert->encryption_key);
		OK(spdu_encrypt_to(&out, &A, plain, to, 1, FI));
		return out;
	case GOOD:
	case KINDS:
		break;
	}
	return out;
}

static void
decryption(void **state)
{
	static const enum fault wanted[KINDS] = {
	    [GOOD] = FAULT_OK,
	    [NOT_ENCRYPTED] = FAULT_BAD_MESSAGE,
	    [TRUNCATED] = FAULT_TRUNCATED,
	    [WRONG_TAG] = FAULT_BAD_TAG,
	    [WRONG_WRAPPING] = FAULT_NOT_FOR_US,
	    [BAD_POINT] = FAULT_NOT_FOR_US,
	    [FOR_ANOTHER] = FAULT_NOT_FOR_US,
	    [FOR_TWO] = FAULT_OK,
	    [BY_RESPONSE_KEY] = FAULT_NOT_FOR_US,
	};
	const struct world *w = world();
	struct encrypted_spdu many[N + 1];
	static struct fault_info why[N + 1];
	struct fault_info fi = {0};
	struct decryption_key key, single;
	struct bytes out;

	(void)state;
	decryption_key_of_scalar(&key, &w->ra.e, w->ra.cert);
	for (size_t i = 0; i < N; i++)
		many[i] = (struct encrypted_spdu){.arena = &A,
		    .in = message_of((enum kind)(i * 7 % KINDS)),
		    .fi = &why[i]};
	/* one that has failed before stays as it is */
	many[N] = (struct encrypted_spdu){.arena = &A,
	    .in = message_of(GOOD),
	    .fault = FAULT_TOO_MANY,
	    .fi = &why[N]};
	spdu_decrypt_many(many, N + 1, &key);
	for (size_t i = 0; i < N; i++) {
		enum kind kind = (enum kind)(i * 7 % KINDS);

		assert_string_equal(
		    fault_name(many[i].fault), fault_name(wanted[kind]));
		assert_string_equal(fault_name(spdu_decrypt(
					&out, &A, many[i].in, &key, 1, &fi)),
		    fault_name(wanted[kind]));
		if (wanted[kind] == FAULT_OK)
			assert_bytes(many[i].out, bytes_of_string(text));
		else
			assert_string_equal(why[i].text, fi.text);
	}
	assert_int_equal(many[N].fault, FAULT_TOO_MANY);
	assert_null(many[N].out.p);
	/* a key that can do one at a time only */
	single = key;
	single.unwrap_many = NULL;
	for (size_t i = 0; i < N; i++)
		many[i].fault = FAULT_OK;
	spdu_decrypt_many(many, N, &single);
	for (size_t i = 0; i < N; i++)
		assert_string_equal(fault_name(many[i].fault),
		    fault_name(wanted[i * 7 % KINDS]));
}

/* ---- signatures ---- */

/* The second in three is over another digest, the third under another key. */
static void
signatures(void **state)
{
	const struct world *w = world();
	const struct party *signer[] = {&w->ra, &w->pca, &w->enrollment};
	struct signature_case many[N + 1];
	static struct fault_info why[N];
	static signature made[N];

	(void)state;
	for (size_t i = 0; i < N; i++) {
		const struct party *p = signer[i / 3 % 3];
		const struct party *other = signer[(i / 3 + 1) % 3];

		many[i] = (struct signature_case){.fi = &why[i],
		    .signature = &made[i],
		    .key = i % 3 == 2 ? &other->cert->key : &p->cert->key};
		random_bytes(many[i].e.b, sizeof(many[i].e.b));
		OK(signature_make(&made[i], &p->signer, many[i].e.b, FI));
		if (i % 3 == 1)
			many[i].e.b[i % 32] ^= 0x10;
	}
	many[N] = (struct signature_case){.fault = FAULT_EXPIRED};
	signature_check_many(many, N + 1);
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(
		    many[i].fault, i % 3 == 0 ? FAULT_OK : FAULT_BAD_SIGNATURE);
		if (i % 3 != 0)
			assert_int_equal(why[i].code, FAULT_BAD_SIGNATURE);
	}
	assert_int_equal(many[N].fault, FAULT_EXPIRED);
}

/* A signature on another curve than the key's does not stop its neighbours. */
static void
other_curves(void **state)
{
	const struct world *w = world();
	struct signature_case many[3];
	struct fault_info why[3];
	signature made[3];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		many[i] = (struct signature_case){.fi = &why[i],
		    .signature = &made[i],
		    .key = &w->ra.cert->key};
		random_bytes(many[i].e.b, sizeof(many[i].e.b));
		OK(signature_make(&made[i], &w->ra.signer, many[i].e.b, FI));
	}
	made[1].is = signature_ecdsa_brainpool_p256r1_signature;
	made[1].ecdsa_brainpool_p256r1_signature =
	    made[0].ecdsa_nist_p256_signature;
	signature_check_many(many, 3);
	assert_int_equal(many[0].fault, FAULT_OK);
	assert_string_equal(fault_name(many[1].fault), "CURVE_MISMATCH");
	assert_int_equal(many[2].fault, FAULT_OK);
}

/* ---- chains ---- */

/* What was remembered spares the reconstruction of its key, nothing else. */
static void
remembered_leaves(void **state)
{
	const struct world *w = world();
	struct trust *t =
	    trust_of(&w->root, &w->ica, &w->eca, (struct party *)NULL);
	struct party p[3];
	struct cert *leaf[3], *again[3];
	enum fault verdict[3];

	(void)state;
	trust_set_memory(t, 4096);
	for (size_t i = 0; i < 3; i++) {
		issue(&p[i], template_for(&p[i], PROFILE_ENROLLMENT), &w->eca);
		OK(cert_load(&leaf[i], &A, p[i].cert->raw, FI));
		OK(cert_load(&again[i], &A, p[i].cert->raw, FI));
	}
	assert_int_equal(trust_check_batch(t, leaf, verdict, 3, NOW), FAULT_OK);
	trust_remember(t, leaf[0]);
	trust_remember(t, leaf[2]);
	assert_int_equal(
	    trust_check_batch(t, again, verdict, 3, NOW), FAULT_OK);
	for (size_t i = 0; i < 3; i++) {
		assert_memory_equal(
		    &again[i]->key_p256, &p[i].q, sizeof(p[i].q));
		assert_ptr_equal(again[i]->issuer, leaf[i]->issuer);
	}
	assert_int_equal(trust_check_batch(t, again, verdict, 3, leaf[0]->end),
	    FAULT_EXPIRED);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(verdict[i], FAULT_EXPIRED);
	trust_free(t);
}

/* A street full of senders: none pushes another out. */
static void
senders_in_turns(void **state)
{
	enum { STREET = 100 };
	const struct world *w = world();
	struct trust *t =
	    trust_of(&w->root, &w->ica, &w->eca, (struct party *)NULL);
	static struct party p[STREET];
	struct cert *leaf[STREET], *found;
	enum fault verdict[STREET];

	(void)state;
	for (size_t i = 0; i < STREET; i++) {
		issue(&p[i], template_for(&p[i], PROFILE_ENROLLMENT), &w->eca);
		OK(cert_load(&leaf[i], &A, p[i].cert->raw, FI));
	}
	assert_int_equal(
	    trust_check_batch(t, leaf, verdict, STREET, NOW), FAULT_OK);
	for (size_t i = 0; i < STREET; i++)
		trust_remember(t, leaf[i]);
	for (size_t i = 0; i < STREET; i++) {
		OK(trust_find_signer(&found, &A, t, leaf[i]->id, FI));
		assert_true(bytes_equal(found->raw, leaf[i]->raw));
	}
	trust_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(senders_in_turns),
	    T(decryption),
	    T(signatures),
	    T(other_curves),
	    T(remembered_leaves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
