/*
 * Certificates of our own, against plain OpenSSL and against the hazards that
 * real generators fell into (crypto-facts 1 and 2).
 */
#include "cert/convert.h"
#include "common.h"
#include "crypto/ecqv.h"

/* ---- where things stand in an encoded certificate ---- */

#define EXPLICIT_TBS 12 /* 80 03 00 80 id(8) */
#define SELF_TBS     5	/* 80 03 00 81 00 */
#define IMPLICIT_TBS 12 /* 00 03 01 80 id(8) */
#define SIGNATURE    66 /* 80 80 r(32) s(32) */

static struct bytes
part(struct bytes b, size_t from, size_t end_without)
{
	assert_true(b.n > from + end_without);
	return (struct bytes){b.p + from, b.n - from - end_without};
}

static bool
plainly_signed(
    struct bytes raw, size_t tbs_at, struct bytes issuer, const struct point *q)
{
	const uint8_t *r = raw.p + raw.n - 64;

	return plain_verify(CURVE_P256, q->x, q->y,
	    plain_to_sign(32, part(raw, tbs_at, SIGNATURE), issuer), r, r + 32);
}

static void
signatures_by_plain_openssl(void **state)
{
	const struct world *w = world();
	const struct party *by_root[] = {&w->ica, &w->ma, &w->pg, &w->crlg};
	const struct party *by_ica[] = {&w->eca, &w->pca, &w->ra, &w->la};
	size_t i;

	(void)state;
	assert_true(plainly_signed(
	    w->root.cert->raw, SELF_TBS, BYTES_NONE, &w->root.q));
	for (i = 0; i < 4; i++) {
		assert_true(plainly_signed(by_root[i]->cert->raw, EXPLICIT_TBS,
		    w->root.cert->raw, &w->root.q));
		assert_true(plainly_signed(by_ica[i]->cert->raw, EXPLICIT_TBS,
		    w->ica.cert->raw, &w->ica.q));
		/* Not by accident: another issuer does not verify. */
		assert_false(plainly_signed(by_ica[i]->cert->raw, EXPLICIT_TBS,
		    w->root.cert->raw, &w->ica.q));
	}
}

/* Q_U = e*P_U + Q_CA with e composed here. */
static void
implicit_key_by_hand(void **state)
{
	const struct world *w = world();
	struct bytes raw = w->pseudonym.cert->raw, e;
	struct compressed c;
	struct point p_u, q, sum;
	struct scalar k;

	(void)state;
	e = plain_to_sign(32, part(raw, IMPLICIT_TBS, 0), w->pca.cert->raw);
	memcpy(k.b, e.p, 32);
	memcpy(c.x, raw.p + raw.n - 32, 32);
	c.y_bit = raw.p[raw.n - 33] & 1;
	assert_int_equal(raw.p[raw.n - 33] & 0xfe, 0x82);
	assert_int_equal(p256_decompress(&p_u, &c, NULL, 1), FAULT_OK);
	assert_int_equal(p256_mul(&q, &p_u, &k, NULL, 1), FAULT_OK);
	/* e*P_U + Q_CA, and Q_CA = d_CA*G. */
	assert_int_equal(
	    p256_add_base_mul(&sum, &q, &w->pca.d, NULL, 1), FAULT_OK);
	assert_memory_equal(&sum, &w->pseudonym.cert->key_p256, sizeof(sum));
	/* And the device's key is that of the certificate. */
	assert_int_equal(p256_base_mul(&q, &w->pseudonym.d, NULL, 1), FAULT_OK);
	assert_memory_equal(&sum, &q, sizeof(sum));
}

static void
implicit_batch(void **state)
{
	enum { N = 130 };
	const struct world *w = world();
	struct implicit_issuer by = {w->pca.cert, &w->pca.d};
	const certificate *t[N];
	struct implicit_certificate out[N];
	enum fault verdict[N];
	struct scalar k_u[N], d;
	struct point r_u[N];
	struct ecqv_share share;
	struct party p;
	struct cert *k;
	struct digest e;
	size_t i;

	(void)state;
	p256_generate(k_u, r_u, N);
	for (i = 0; i < N; i++)
		t[i] = template_for(&p, PROFILE_PSEUDONYM);
	r_u[7].y[31] ^= 1;
	memset(&r_u[128], 0, sizeof(r_u[128]));
	assert_int_equal(
	    cert_issue_implicit_batch(out, verdict, &A, t, r_u, N, &by),
	    FAULT_BAD_POINT);
	for (i = 0; i < N; i++) {
		if (i == 7 || i == 128) {
			assert_int_equal(verdict[i], FAULT_BAD_POINT);
			assert_int_equal(out[i].raw.n, 0);
			continue;
		}
		assert_int_equal(verdict[i], FAULT_OK);
		OK(cert_load(&k, &A, out[i].raw, FI));
		OK(trust_check_chain(NULL, w->trust, k, NOW, FI));
		share.k_u = k_u[i];
		share.r = out[i].r;
		cert_ecqv_hash(&e, k, w->pca.cert);
		assert_int_equal(
		    ecqv_private(&d, &share, &e, &k->key_p256, NULL, 1),
		    FAULT_OK);
	}
}

/* With an encryption key, which is hashed compressed in either form. */
static void
implicit_with_encryption_key(void **state)
{
	const struct world *w = world();
	struct curve_point k;
	struct party p, q;
	certificate *c;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		c = template_for(&p, PROFILE_PSEUDONYM);
		c->to_be_signed.encryption_key =
		    ARENA_NEW(&A, public_encryption_key);
		curve_of_p256(&k, &p.k);
		if (i == 0)
			curve_compress(&k);
		encryption_key_to_schema(c->to_be_signed.encryption_key, &k);
		/* issue() fails unless the device's key fits. */
		issue(&p, c, &w->pca);
		assert_int_equal(
		    p.cert->raw.n, p.cert->canonical.n + (i == 0 ? 0 : 32));
		assert_true(p.cert->has_encryption_key);
		assert_memory_equal(p.cert->encryption_key.x, p.k.x, 32);
		assert_memory_equal(p.cert->encryption_key.y, p.k.y, 32);
		OK(cert_load(&q.cert, &A, p.cert->raw, FI));
		OK(trust_check_chain(NULL, w->trust, q.cert, NOW, FI));
		assert_memory_equal(&q.cert->key_p256, &p.q, sizeof(p.q));
	}
}

/* ---- hazards ---- */

/* The template of an ECA with both keys uncompressed. */
static certificate *
uncompressed_template(struct party *p)
{
	certificate *c = template_for(p, PROFILE_ECA);
	struct curve_point q, k;

	curve_of_p256(&q, &p->q);
	curve_of_p256(&k, &p->k);
	q.form = k.form = POINT_UNCOMPRESSED;
	key_to_schema(
	    &c->to_be_signed.verify_key_indicator.verification_key, &q);
	encryption_key_to_schema(c->to_be_signed.encryption_key, &k);
	return c;
}

static void
uncompressed_points_are_canonicalised(void **state)
{
	const struct world *w = world();
	struct party eca, device;
	struct trust *t;

	(void)state;
	issue(&eca, uncompressed_template(&eca), &w->ica);
	assert_int_equal(eca.cert->raw.n, eca.cert->canonical.n + 64);
	assert_int_equal(
	    eca.cert->raw.p[eca.cert->raw.n - SIGNATURE - 65], 0x84);
	/* Signed and hashed as if compressed. */
	assert_true(plainly_signed(
	    eca.cert->canonical, EXPLICIT_TBS, w->ica.cert->raw, &w->ica.q));
	assert_bytes(BYTES(eca.cert->id),
	    part(plain_hash(32, eca.cert->canonical), 24, 0));
	t = trust_of(&w->root, &w->ica, &eca, (struct party *)NULL);
	issue(&device, template_for(&device, PROFILE_ENROLLMENT), &eca);
	OK(trust_check_chain(NULL, t, device.cert, NOW, FI));
	trust_free(t);
}

/* A signature that hashes the octets as they are, as some generators do. */
static void
uncanonical_hash_is_refused(void **state)
{
	const struct world *w = world();
	struct p256_signature sig;
	struct party eca;
	struct digest e;
	struct bytes raw;
	struct cert *k;
	uint8_t *p;

	(void)state;
	issue(&eca, uncompressed_template(&eca), &w->ica);
	raw = eca.cert->raw;
	memcpy(e.b,
	    plain_to_sign(
		32, part(raw, EXPLICIT_TBS, SIGNATURE), w->ica.cert->raw)
		.p,
	    32);
	ecdsa_sign(&sig, &e, &w->ica.d, 1);
	raw = flipped(raw, 0, 0);
	p = arena_alloc(&A, raw.n, 1);
	memcpy(p, raw.p, raw.n);
	memcpy(p + raw.n - 64, sig.r, 32);
	memcpy(p + raw.n - 32, sig.s, 32);
	OK(cert_load(&k, &A, (struct bytes){p, raw.n}, FI));
	FAULT_IS(BAD_SIGNATURE, trust_check_chain(NULL, w->trust, k, NOW, FI));
}

/* The signature of raw with r in another form. */
static struct bytes
with_r(struct bytes raw, enum point_form form)
{
	struct curve_point in = {CURVE_P256, POINT_COMPRESSED_Y_0, {0}, {0}}, r;
	struct bytes head = part(raw, 0, 65), s = part(raw, raw.n - 32, 0);
	uint8_t tag = 0x82;

	memcpy(in.x, raw.p + raw.n - 64, 32);
	OK(curve_decompress(&r, &in, FI));
	if (form == POINT_UNCOMPRESSED)
		return cat(cat(cat(head, BYTES(((uint8_t[]){0x84}))),
			       (struct bytes){r.x, 32}),
		    cat((struct bytes){r.y, 32}, s));
	if (form == POINT_COMPRESSED_Y_1)
		tag = 0x83;
	return cat(
	    cat(head, (struct bytes){&tag, 1}), part(raw, raw.n - 64, 0));
}

static void
forms_of_r(void **state)
{
	static const enum point_form forms[] = {
	    POINT_COMPRESSED_Y_0, POINT_COMPRESSED_Y_1, POINT_UNCOMPRESSED};
	const struct world *w = world();
	struct cert *k;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		OK(cert_load(&k, &A, with_r(w->eca.cert->raw, forms[i]), FI));
		OK(trust_check_chain(NULL, w->trust, k, NOW, FI));
		assert_bytes(BYTES(k->id), BYTES(w->eca.cert->id));
		assert_bytes(k->canonical, w->eca.cert->raw);
	}
}

static void
octets_not_under_the_signature(void **state)
{
	const struct world *w = world();
	struct bytes raw = w->eca.cert->raw, soft = w->pseudonym.cert->raw;
	struct cert *k;

	(void)state;
	FAULT_IS(BAD_VERSION, cert_load(&k, &A, flipped(raw, 1, 1), FI));
	FAULT_IS(BAD_VERSION, cert_load(&k, &A, flipped(soft, 1, 4), FI));
	FAULT_IS(
	    BAD_CERTIFICATE_TYPE, cert_load(&k, &A, flipped(raw, 2, 1), FI));
	FAULT_IS(
	    BAD_CERTIFICATE_TYPE, cert_load(&k, &A, flipped(soft, 2, 1), FI));
	FAULT_IS(
	    BAD_CERTIFICATE_TYPE, cert_load(&k, &A, flipped(raw, 2, 2), FI));
	/* Wrong issuer hash. */
	OK(cert_load(&k, &A, flipped(raw, 4, 1), FI));
	FAULT_IS(UNKNOWN_ISSUER, trust_check_chain(NULL, w->trust, k, NOW, FI));
	FAULT_IS(UNKNOWN_ISSUER, cert_check_issued(k, w->ica.cert, FI));
}

/* Every octet of an explicit certificate matters. */
static void
each_octet_counts(void **state)
{
	const struct world *w = world();
	struct bytes raw = w->ra.cert->raw;
	struct cert *k;
	size_t i;

	(void)state;
	for (i = 0; i < raw.n; i++) {
		if (cert_load(&k, &A, flipped(raw, i, 0x01), NULL) != FAULT_OK)
			continue;
		if (trust_check_chain(NULL, w->trust, k, NOW, NULL) == FAULT_OK)
			fail_msg("octet %zu may be changed", i);
	}
}

static void
truncated_and_trailing(void **state)
{
	const struct world *w = world();
	const struct bytes all[] = {w->ra.cert->raw, w->pseudonym.cert->raw};
	struct bytes b;
	struct cert *k;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		for (b = all[i]; b.n-- > 0;)
			FAULT_IS(TRUNCATED, cert_load(&k, &A, b, FI));
		FAULT_IS(
		    TRAILING, cert_load(&k, &A, cat(all[i], hex("00")), FI));
	}
}

/* The x of half of all points does not exist. */
static void
points_off_the_curve(void **state)
{
	const struct world *w = world();
	struct bytes raw = w->eca.cert->raw;
	/* ... 80|83 00 80 82|83 x(32) 80 80 82|83 x(32) 80 80 r s */
	const size_t verify = raw.n - SIGNATURE - 32,
		     encryption = verify - 3 - 32;
	struct cert *k;
	int i, bad[2] = {0, 0};

	(void)state;
	for (i = 1; i < 32; i++) {
		bad[0] +=
		    cert_load(&k, &A, flipped(raw, verify + 31, (uint8_t)i),
			NULL) == FAULT_BAD_POINT;
		bad[1] +=
		    cert_load(&k, &A, flipped(raw, encryption + 31, (uint8_t)i),
			NULL) == FAULT_BAD_POINT;
	}
	assert_in_range(bad[0], 3, 28);
	assert_in_range(bad[1], 3, 28);
}

static void
wrong_templates(void **state)
{
	const struct world *w = world();
	struct party p, q;
	certificate *c = template_for(&p, PROFILE_ROOT);
	struct bytes raw;
	struct signer s;

	(void)state;
	p256_generate(&q.d, &q.q, 1);
	OK(signer_of_scalar(&s, &q.d, NULL, FI));
	FAULT_IS(KEY_MISMATCH, cert_issue_explicit(&raw, &A, c, &s, FI));
	FAULT_IS(WRONG_PROFILE,
	    cert_issue_explicit(&raw, &A, template_for(&p, PROFILE_PSEUDONYM),
		&w->pca.signer, FI));
	FAULT_IS(KEY_MISMATCH, signer_of_scalar(&s, &q.d, w->pca.cert, FI));
	memset(&q.d, 0, sizeof(q.d));
	FAULT_IS(BAD_SCALAR, signer_of_scalar(&s, &q.d, NULL, FI));
}

/* ---- other curves ---- */

struct other {
	enum curve curve;
	uint8_t d[CURVE_OCTETS_MAX];
	struct curve_point q;
	struct cert *cert;
	struct signer signer;
};

static enum fault
other_sign(void *ctx, struct curve_signature *out, const uint8_t *hash,
    size_t n, struct fault_info *fi)
{
	const struct other *o = ctx;

	return curve_sign(out, o->curve, o->d, hash, n, fi);
}

/* A root on another curve. */
static void
other_root(struct other *o, enum curve curve)
{
	struct curve_point small;
	struct party p;
	certificate *c = template_for(&p, PROFILE_ROOT);
	struct bytes raw;

	memset(o, 0, sizeof(*o));
	o->curve = curve;
	curve_generate(o->d, &o->q, curve);
	small = o->q;
	curve_compress(&small);
	key_to_schema(
	    &c->to_be_signed.verify_key_indicator.verification_key, &small);
	o->signer =
	    (struct signer){.public = o->q, .sign_any = other_sign, .ctx = o};
	OK(cert_issue_explicit(&raw, &A, c, &o->signer, FI));
	OK(cert_load(&o->cert, &A, raw, FI));
	o->signer.cert = o->cert;
}

/* The certificate with R in full, and its keys uncompressed. */
static struct bytes
at_length(struct bytes raw)
{
	struct curve_signature sig;
	struct curve_point full;
	struct bytes out;
	certificate c;

	OK(coer_decode(&certificate_asn, &c, &A, raw, FI));
	OK(signature_of_schema(&sig, c.signature, FI));
	sig.r.form = POINT_COMPRESSED_Y_1;
	OK(curve_decompress(&full, &sig.r, FI));
	sig.r = full;
	sig.r.form = POINT_UNCOMPRESSED;
	signature_to_schema(c.signature, &sig);
	OK(key_of_schema(
	    &full, &c.to_be_signed.verify_key_indicator.verification_key, FI));
	OK(curve_decompress(&full, &full, FI));
	full.form = POINT_UNCOMPRESSED;
	key_to_schema(
	    &c.to_be_signed.verify_key_indicator.verification_key, &full);
	OK(coer_encode_new(&out, &A, &certificate_asn, &c, FI));
	return out;
}

static void
four_curves(void **state)
{
	static const enum curve curves[] = {CURVE_P256, CURVE_BRAINPOOL_P256R1,
	    CURVE_BRAINPOOL_P384R1, CURVE_P384};
	struct trust *t;
	struct other o;
	struct party ica;
	struct bytes raw, sig, tbs;
	size_t i, j, n;
	struct bytes out;
	struct cert *k;

	(void)state;
	for (i = 1; i < 4; i++) {
		other_root(&o, curves[i]);
		n = curve_octets(curves[i]);
		assert_int_equal(o.cert->hash_n, n);
		assert_bytes(((struct bytes){o.cert->hash, n}),
		    plain_hash(n, o.cert->raw));
		t = trust_new();
		OK(trust_add_root(t, o.cert->raw, FI));
		OK(cert_issue_explicit(
		    &raw, &A, template_for(&ica, PROFILE_ICA), &o.signer, FI));
		OK(cert_load(&ica.cert, &A, raw, FI));
		OK(trust_check_chain(NULL, t, ica.cert, NOW, FI));
		/* sha384AndDigest 82 is behind "...": its length follows. */
		if (n == 48)
			assert_memory_equal(raw.p + 3, "\x82\x08", 2);
		else
			assert_int_equal(raw.p[3], 0x80);
		assert_memory_equal(raw.p + (n == 48 ? 5 : 4), o.cert->id, 8);
		/* brainpoolP384r1 82 and P384 83 likewise: 82 61 80 r s. */
		sig = part(raw, raw.n - 2 * n, 0);
		tbs = part(raw, n == 48 ? 13 : 12, 2 * n + (n == 48 ? 3 : 2));
		assert_true(plain_verify(curves[i], o.q.x, o.q.y,
		    plain_to_sign(n, tbs, o.cert->raw), sig.p, sig.p + n));
		/* However it is written, it is the same certificate. */
		for (j = 0; j < 2; j++) {
			raw = j == 0 ? o.cert->raw : ica.cert->raw;
			out = at_length(raw);
			assert_true(out.n >= raw.n + 2 * 32);
			OK(cert_load(&k, &A, out, FI));
			assert_bytes(k->canonical, raw);
			OK(trust_check_chain(NULL, t, k, NOW, FI));
		}
		trust_free(t);
	}
}

static void
key_and_signature_on_different_curves(void **state)
{
	struct other o;
	struct trust *t;
	struct party ica;
	struct bytes raw;
	struct cert *k;

	(void)state;
	other_root(&o, CURVE_P384);
	t = trust_new();
	OK(trust_add_root(t, o.cert->raw, FI));
	OK(cert_issue_explicit(
	    &raw, &A, template_for(&ica, PROFILE_ICA), &o.signer, FI));
	/* 83 61 80 r s -> 82: brainpoolP384r1 */
	assert_int_equal(raw.p[raw.n - 99], 0x83);
	OK(cert_load(&k, &A, flipped(raw, raw.n - 99, 1), FI));
	FAULT_IS(CURVE_MISMATCH, trust_check_chain(NULL, t, k, NOW, FI));
	/* The root itself: the tag of its key 83 -> 82, too. */
	FAULT_IS(CURVE_MISMATCH,
	    trust_add_root(t, flipped(o.cert->raw, o.cert->raw.n - 99, 1), FI));
	/* And its HashAlgorithm: sha384 -> sha256. */
	assert_memory_equal(o.cert->raw.p + 3, "\x81\x01", 2);
	FAULT_IS(
	    HASH_MISMATCH, cert_load(&k, &A, flipped(o.cert->raw, 4, 1), FI));
	trust_free(t);
}

static void
names(void **state)
{
	const struct world *w = world();
	to_be_signed_certificate tbs = *w->pca.cert->tbs;
	struct cert odd = *w->pca.cert;

	(void)state;
	assert_string_equal(cert_name(&A, w->pca.cert), "PCA");
	tbs.id.name = (struct bytes){(const uint8_t *)"PCA\0x\n\x1b", 7};
	odd.tbs = &tbs;
	assert_string_equal(cert_name(&A, &odd), "PCA?x??");
	assert_string_equal(cert_name(&A, w->enrollment.cert), "no name");
	assert_string_equal(
	    cert_name(&A, w->pseudonym.cert), "linkage data i=590");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(signatures_by_plain_openssl),
	    T(implicit_key_by_hand),
	    T(implicit_batch),
	    T(implicit_with_encryption_key),
	    T(uncompressed_points_are_canonicalised),
	    T(uncanonical_hash_is_refused),
	    T(forms_of_r),
	    T(octets_not_under_the_signature),
	    T(each_octet_counts),
	    T(truncated_and_trailing),
	    T(points_off_the_curve),
	    T(wrong_templates),
	    T(four_curves),
	    T(key_and_signature_on_different_curves),
	    T(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
