/* Encrypted messages: every kind of recipient, layouts, wrong keys. */
#include "cert/convert.h"
#include "cert/encrypt.h"
#include "cert/spdu.h"
#include "common.h"
#include "crypto/hash.h"

static const char text[] = "what nobody else may read";

static struct bytes
plaintext(void)
{
	return bytes_of_string(text);
}

/* ---- certificates ---- */

/* ECIES taken apart here, from the layout of asn1-facts 8. */
static void
to_certificate_by_hand(void **state)
{
	const struct world *w = world();
	uint8_t kb[48], k[16], t[32], nonce_and_text[64];
	struct bytes out, p1 = plain_hash(32, w->ra.cert->raw), c;
	struct compressed small;
	struct point v, z;
	struct ccm_item item;
	size_t i;

	(void)state;
	OK(spdu_encrypt(&out, &A, plaintext(), w->ra.cert, FI));
	/* 03 82 0101 82 id(8) 80 82|83 v(32) c(16) t(16) 80 nonce(12) len */
	assert_bytes(((struct bytes){out.p, 14}),
	    cat(cat(hex("0382010182"), (struct bytes){p1.p + 24, 8}),
		hex("80")));
	small.y_bit = out.p[14] & 1;
	memcpy(small.x, out.p + 15, 32);
	assert_int_equal(p256_decompress(&v, &small, NULL, 1), FAULT_OK);
	assert_int_equal(p256_mul(&z, &v, &w->ra.e, NULL, 1), FAULT_OK);
	kdf2_sha256(kb, 48, z.x, 32, p1.p, 32);
	for (i = 0; i < 16; i++)
		k[i] = out.p[47 + i] ^ kb[i];
	hmac_sha256(
	    t, (struct bytes){kb + 16, 32}, (struct bytes){out.p + 47, 16});
	assert_memory_equal(t, out.p + 63, 16);
	assert_int_equal(out.p[79], 0x80);
	c = (struct bytes){out.p + 93, out.n - 93};
	assert_int_equal(out.p[92], c.n);
	item = (struct ccm_item){k, out.p + 80, c, nonce_and_text};
	assert_int_equal(ccm_open(&item, NULL, 1), FAULT_OK);
	assert_memory_equal(nonce_and_text, text, sizeof(text) - 1);
}

static void
to_certificate(void **state)
{
	const struct world *w = world();
	struct decryption_key right, wrong, other;
	struct bytes out, in;

	(void)state;
	decryption_key_of_scalar(&right, &w->ra.e, w->ra.cert);
	decryption_key_of_scalar(&wrong, &w->pca.e, w->ra.cert);
	decryption_key_of_scalar(&other, &w->pca.e, w->pca.cert);
	OK(spdu_encrypt(&out, &A, plaintext(), w->ra.cert, FI));
	OK(spdu_decrypt(&in, &A, out, &right, 1, FI));
	assert_bytes(in, plaintext());
	FAULT_IS(NOT_FOR_US, spdu_decrypt(&in, &A, out, &wrong, 1, FI));
	FAULT_IS(NOT_FOR_US, spdu_decrypt(&in, &A, out, &other, 1, FI));
	FAULT_IS(NOT_FOR_US, spdu_decrypt(&in, &A, out, NULL, 0, FI));
	/* Several keys at hand. */
	OK(spdu_decrypt(&in, &A, out,
	    (struct decryption_key[]){other, wrong, right}, 3, FI));
	FAULT_IS(
	    UNSUPPORTED, spdu_encrypt(&out, &A, plaintext(), w->pg.cert, FI));
}

static void
changed_octets(void **state)
{
	const struct world *w = world();
	struct decryption_key k;
	struct bytes out, in, b;
	size_t i;
	enum fault f;

	(void)state;
	decryption_key_of_scalar(&k, &w->ra.e, w->ra.cert);
	OK(spdu_encrypt(&out, &A, plaintext(), w->ra.cert, FI));
	for (i = 0; i < out.n; i++) {
		f = spdu_decrypt(&in, &A, flipped(out, i, 1), &k, 1, NULL);
		/* The y bit of V is not authenticated (crypto-facts 4). */
		if (f == FAULT_OK && i != 14)
			fail_msg("octet %zu may be changed", i);
		if (i >= 93)
			assert_int_equal(f, FAULT_BAD_TAG);
	}
	for (b = out; b.n-- > 0;)
		FAULT_IS(TRUNCATED, spdu_decrypt(&in, &A, b, &k, 1, FI));
	FAULT_IS(
	    BAD_VERSION, spdu_decrypt(&in, &A, flipped(out, 0, 4), &k, 1, FI));
	FAULT_IS(
	    BAD_MESSAGE, spdu_decrypt(&in, &A, hex("03800100"), &k, 1, FI));
}

/* ---- response keys ---- */

static void
to_response_key(void **state)
{
	const struct world *w = world();
	struct curve_point q;
	struct decryption_key k;
	struct recipient to;
	struct bytes out, in, coer;

	(void)state;
	curve_of_p256(&q, &w->ra.k);
	recipient_of_key(&to, &q);
	/* id = HashedId8(00 80 82|83 x) */
	coer =
	    cat(hex(w->ra.k.y[31] & 1 ? "008083" : "008082"), BYTES(w->ra.k.x));
	assert_memory_equal(to.id, plain_hash(32, coer).p + 24, 8);
	assert_memory_equal(to.p1, plain_hash(32, BYTES_NONE).p, 32);
	OK(spdu_encrypt_to(&out, &A, plaintext(), &to, 1, FI));
	assert_int_equal(out.p[4], 0x84);
	decryption_key_of_scalar(&k, &w->ra.e, NULL);
	OK(spdu_decrypt(&in, &A, out, &k, 1, FI));
	assert_bytes(in, plaintext());
	/* The id is never used for look-up: field servers put another one. */
	OK(spdu_decrypt(&in, &A, flipped(out, 6, 0xff), &k, 1, FI));
	decryption_key_of_scalar(&k, &w->pca.e, NULL);
	FAULT_IS(NOT_FOR_US, spdu_decrypt(&in, &A, out, &k, 1, FI));
}

/* The same message with a V that is not compressed. */
static struct bytes
with_uncompressed_v(struct bytes in)
{
	encrypted_data_encryption_key *k;
	ieee1609_dot2_data d;
	struct curve_point v, full;
	struct bytes out;

	OK(coer_decode(&ieee1609_dot2_data_asn, &d, &A, in, FI));
	k = &d.content.encrypted_data.recipients.v[0].rek_recip_info.enc_key;
	OK(point_of_schema(&v, CURVE_P256, &k->ecies_nist_p256.v, FI));
	OK(curve_decompress(&full, &v, FI));
	full.form = POINT_UNCOMPRESSED;
	point_to_schema(&k->ecies_nist_p256.v, &full);
	OK(coer_encode_new(&out, &A, &ieee1609_dot2_data_asn, &d, FI));
	assert_int_equal(out.n, in.n + 32);
	return out;
}

static void
batch(void **state)
{
	enum { N = 150 };
	const struct world *w = world();
	struct scalar d[N];
	struct point q[N];
	struct curve_point p;
	struct recipient to, two[2];
	struct bytes in[N], out[N];
	enum fault verdict[N];
	size_t i;

	(void)state;
	p256_generate(d, q, N);
	for (i = 0; i < N; i++) {
		curve_of_p256(&p, &q[i]);
		recipient_of_key(&to, &p);
		OK(spdu_encrypt_to(&in[i], &A,
		    bytes_of_string(arena_printf(&A, "%zu", i)), &to, 1, FI));
	}
	/* Not of the usual form: a second recipient, V uncompressed. */
	curve_of_p256(&p, &q[20]);
	OK(recipient_of_cert(&two[0], w->ra.cert, FI));
	recipient_of_key(&two[1], &p);
	OK(spdu_encrypt_to(&in[20], &A, bytes_of_string("20"), two, 2, FI));
	in[21] = with_uncompressed_v(in[21]);
	in[9] = flipped(in[9], in[9].n - 1, 1);
	in[70].n--;
	d[71] = d[72];
	OK(spdu_encrypt(&in[140], &A, plaintext(), w->ra.cert, FI));
	assert_int_equal(
	    spdu_decrypt_batch(out, verdict, &A, in, d, N), FAULT_BAD_TAG);
	for (i = 0; i < N; i++) {
		assert_int_equal(verdict[i], i == 9    ? FAULT_BAD_TAG
					     : i == 70 ? FAULT_TRUNCATED
					     : i == 71 || i == 140
						 ? FAULT_NOT_FOR_US
						 : FAULT_OK);
		if (verdict[i] == FAULT_OK)
			assert_bytes(out[i],
			    bytes_of_string(arena_printf(&A, "%zu", i)));
	}
}

/* ---- a key that a signed message brought ---- */

static void
to_signed_message(void **state)
{
	const struct world *w = world();
	encryption_key key = {.is = encryption_key_public_};
	struct spdu_header h = {.psid = 0x23, .encryption_key = &key};
	base_public_encryption_key *b = &key.public_.public_key;
	struct bytes message, out, in, small;
	struct decryption_key k;
	struct recipient to;

	(void)state;
	/* Uncompressed in the message: id and P1 are of the canonical one. */
	b->is = base_public_encryption_key_ecies_nist_p256;
	b->ecies_nist_p256.is = ecc_p256_curve_point_uncompressed_p256;
	memcpy(b->ecies_nist_p256.uncompressed_p256.x.b, w->ra.k.x, 32);
	memcpy(b->ecies_nist_p256.uncompressed_p256.y.b, w->ra.k.y, 32);
	OK(spdu_sign(
	    &message, &A, &h, hex("00"), SIGNER_DIGEST, &w->ra.signer, FI));
	OK(recipient_of_message(&to, &A, message, FI));
	OK(spdu_canonical(&small, &A, message, FI));
	assert_int_not_equal(small.n, message.n);
	assert_memory_equal(to.p1, plain_hash(32, small).p, 32);
	assert_memory_equal(to.id, to.p1 + 24, 8);
	OK(spdu_encrypt_to(&out, &A, plaintext(), &to, 1, FI));
	assert_int_equal(out.p[4], 0x83);
	OK(decryption_key_of_message(&k, &A, &w->ra.e, message, FI));
	OK(spdu_decrypt(&in, &A, out, &k, 1, FI));
	assert_bytes(in, plaintext());
	/* Another message with the same key is another recipient. */
	OK(spdu_sign(
	    &message, &A, &h, hex("01"), SIGNER_DIGEST, &w->ra.signer, FI));
	OK(decryption_key_of_message(&k, &A, &w->ra.e, message, FI));
	FAULT_IS(NOT_FOR_US, spdu_decrypt(&in, &A, out, &k, 1, FI));
	h.encryption_key = NULL;
	OK(spdu_sign(
	    &message, &A, &h, hex("01"), SIGNER_DIGEST, &w->ra.signer, FI));
	FAULT_IS(NOT_FOUND, recipient_of_message(&to, &A, message, FI));
	FAULT_IS(NOT_FOUND,
	    decryption_key_of_message(&k, &A, &w->ra.e, message, FI));
	FAULT_IS(
	    BAD_MESSAGE, recipient_of_message(&to, &A, hex("03800100"), FI));
}

/* ---- shared keys ---- */

static void
shared_keys(void **state)
{
	struct key16 key = {"0123456789abcde"}, other = {"fedcba987654321"};
	struct decryption_key k;
	struct recipient to;
	struct bytes out, in;

	(void)state;
	recipient_of_secret(&to, RECIPIENT_SYMMETRIC, &key);
	assert_memory_equal(
	    to.id, plain_hash(32, cat(hex("80"), BYTES(key.b))).p + 24, 8);
	/* As EncryptedIndividualPLV: 01 01 81 id 80 nonce 32 .. 80 nonce 27 */
	OK(encrypted_data_seal(&out, &A,
	    hex("024e"
		"0102030405060708"
		"09"),
	    &to, 1, FI));
	assert_int_equal(out.n, 3 + 8 + 1 + 12 + 1 + 32 + 1 + 12 + 1 + 27);
	assert_memory_equal(out.p, "\x01\x01\x81", 3);
	assert_memory_equal(out.p + 3, to.id, 8);
	decryption_key_of_secret(&k, RECIPIENT_SYMMETRIC, &key);
	OK(encrypted_data_open(&in, &A, out, &k, 1, FI));
	assert_bytes(in, hex("024e"
			     "0102030405060708"
			     "09"));
	decryption_key_of_secret(&k, RECIPIENT_SYMMETRIC, &other);
	FAULT_IS(NOT_FOR_US, encrypted_data_open(&in, &A, out, &k, 1, FI));
	memcpy(k.id, to.id, sizeof(k.id)); /* right name, wrong key */
	FAULT_IS(NOT_FOR_US, encrypted_data_open(&in, &A, out, &k, 1, FI));

	recipient_of_secret(&to, RECIPIENT_PSK, &key);
	OK(spdu_encrypt_to(&out, &A, plaintext(), &to, 1, FI));
	assert_bytes(((struct bytes){out.p, 14}),
	    cat(cat(hex("0382010180"), BYTES(to.id)), hex("80")));
	decryption_key_of_secret(&k, RECIPIENT_PSK, &key);
	OK(spdu_decrypt(&in, &A, out, &k, 1, FI));
	assert_bytes(in, plaintext());
	memcpy(k.secret.b, other.b, 16);
	FAULT_IS(BAD_TAG, spdu_decrypt(&in, &A, out, &k, 1, FI));
	/* A key for one purpose does not open another kind. */
	decryption_key_of_secret(&k, RECIPIENT_SYMMETRIC, &key);
	FAULT_IS(NOT_FOR_US, spdu_decrypt(&in, &A, out, &k, 1, FI));
}

static void
several_recipients(void **state)
{
	const struct world *w = world();
	struct key16 key = {"0123456789abcde"};
	struct decryption_key k[3];
	struct recipient to[3];
	struct bytes out, in;
	size_t i;

	(void)state;
	OK(recipient_of_cert(&to[0], w->ra.cert, FI));
	OK(recipient_of_cert(&to[1], w->pca.cert, FI));
	recipient_of_secret(&to[2], RECIPIENT_SYMMETRIC, &key);
	OK(spdu_encrypt_to(&out, &A, plaintext(), to, 3, FI));
	decryption_key_of_scalar(&k[0], &w->ra.e, w->ra.cert);
	decryption_key_of_scalar(&k[1], &w->pca.e, w->pca.cert);
	decryption_key_of_secret(&k[2], RECIPIENT_SYMMETRIC, &key);
	for (i = 0; i < 3; i++) {
		OK(spdu_decrypt(&in, &A, out, &k[i], 1, FI));
		assert_bytes(in, plaintext());
	}
	recipient_of_secret(&to[2], RECIPIENT_PSK, &key);
	FAULT_IS(USAGE, spdu_encrypt_to(&out, &A, plaintext(), to, 3, FI));
	FAULT_IS(USAGE, spdu_encrypt_to(&out, &A, plaintext(), to, 0, FI));
}

/* Hundreds of recipients that look like ours cost no more than a few. */
static void
tries_end(void **state)
{
	const struct world *w = world();
	struct decryption_key k;
	struct recipient to[17];
	struct bytes out, in;
	size_t i;

	(void)state;
	decryption_key_of_scalar(&k, &w->ra.e, w->ra.cert);
	for (i = 0; i < 17; i++) {
		OK(recipient_of_cert(&to[i], w->ra.cert, FI));
		to[i].key = w->pca.cert->encryption_key;
	}
	OK(recipient_of_cert(&to[15], w->ra.cert, FI));
	OK(spdu_encrypt_to(&out, &A, plaintext(), to, 17, FI));
	OK(spdu_decrypt(&in, &A, out, &k, 1, FI));
	assert_bytes(in, plaintext());
	to[16] = to[15];
	to[15].key = w->pca.cert->encryption_key;
	OK(spdu_encrypt_to(&out, &A, plaintext(), to, 17, FI));
	FAULT_IS(NOT_FOR_US, spdu_decrypt(&in, &A, out, &k, 1, FI));
}

/* Two encryptions of one plaintext have nothing in common but the recipient. */
static void
fresh_keys_and_nonces(void **state)
{
	const struct world *w = world();
	struct bytes a, b;

	(void)state;
	OK(spdu_encrypt(&a, &A, plaintext(), w->ra.cert, FI));
	OK(spdu_encrypt(&b, &A, plaintext(), w->ra.cert, FI));
	assert_memory_not_equal(a.p + 15, b.p + 15, 32); /* V */
	assert_memory_not_equal(a.p + 47, b.p + 47, 16); /* C */
	assert_memory_not_equal(a.p + 80, b.p + 80, 12); /* nonce */
	assert_memory_not_equal(a.p + 93, b.p + 93, a.n - 93);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(to_certificate_by_hand),
	    T(to_certificate),
	    T(changed_octets),
	    T(to_response_key),
	    T(batch),
	    T(to_signed_message),
	    T(shared_keys),
	    T(several_recipients),
	    T(tries_end),
	    T(fresh_keys_and_nonces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
