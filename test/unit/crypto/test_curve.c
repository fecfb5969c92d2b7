/*
 * The four curves, one operation at a time.  The openssl program makes keys
 * and signatures that must verify here, and judges ours.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/err.h>

#include "common.h"
#include "crypto/aes.h"
#include "crypto/curve.h"
#include "crypto/hash.h"

static const enum curve all[] = {
    CURVE_P256, CURVE_BRAINPOOL_P256R1, CURVE_BRAINPOOL_P384R1, CURVE_P384};
static const char *const openssl_name[] = {
    [CURVE_P256] = "prime256v1",
    [CURVE_BRAINPOOL_P256R1] = "brainpoolP256r1",
    [CURVE_BRAINPOOL_P384R1] = "brainpoolP384r1",
    [CURVE_P384] = "secp384r1",
};
#define CURVES 4

static char folder[] = "/tmp/monarch-test-XXXXXX";

static int
setup(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static int
teardown(void **state)
{
	static const char *const file[] = {
	    "key.pem", "pub.der", "message", "sig.der", "pub.pem"};

	(void)state;
	for (size_t i = 0; i < sizeof(file) / sizeof(file[0]); i++)
		unlink(file[i]);
	return chdir("/") != 0 || rmdir(folder) != 0;
}

static void
hex48(uint8_t *out, const char *hex)
{
	assert_true(hex_decode(out, strlen(hex) / 2, hex));
}

static int
run(const char *before, const char *argument, const char *after)
{
	char line[512];

	snprintf(line, sizeof(line), "openssl %s%s%s", before, argument, after);
	return system(line);
}

static size_t
slurp(const char *name, uint8_t *out, size_t limit)
{
	FILE *f = fopen(name, "rb");
	size_t n;

	assert_non_null(f);
	n = fread(out, 1, limit, f);
	fclose(f);
	return n;
}

static void
spill(const char *name, const uint8_t *p, size_t n)
{
	FILE *f = fopen(name, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

/* One DER INTEGER into n octets. */
static const uint8_t *
der_integer(const uint8_t *p, uint8_t *out, size_t n)
{
	size_t m = p[1];

	assert_int_equal(p[0], 2);
	p += 2;
	if (p[0] == 0 && m == n + 1) {
		p++;
		m--;
	}
	assert_true(m <= n);
	memset(out, 0, n);
	memcpy(out + n - m, p, m);
	return p + m;
}

static uint8_t *
put_integer(uint8_t *p, const uint8_t *v, size_t n)
{
	while (n > 1 && v[0] == 0) {
		v++;
		n--;
	}
	*p++ = 2;
	*p++ = (uint8_t)(n + (v[0] >> 7));
	if (v[0] >> 7)
		*p++ = 0;
	memcpy(p, v, n);
	return p + n;
}

static void
message_hash(uint8_t hash[48], size_t n)
{
	uint8_t message[200];

	test_random(message, sizeof(message));
	spill("message", message, sizeof(message));
	if (n == 32)
		sha256(hash, BYTES(message));
	else
		sha384(hash, BYTES(message));
}

/* Key and signature of the openssl program. */
static void
from_openssl(enum curve c, struct curve_point *key, struct curve_signature *sig,
    uint8_t hash[48])
{
	size_t n = curve_octets(c), got;
	uint8_t der[256];
	const uint8_t *p;

	message_hash(hash, n);
	assert_int_equal(run("genpkey -algorithm EC -pkeyopt "
			     "ec_paramgen_curve:",
			     openssl_name[c], " -out key.pem 2>/dev/null"),
	    0);
	assert_int_equal(
	    run("pkey -in key.pem -pubout -outform ", "DER", " -out pub.der"),
	    0);
	assert_int_equal(run("dgst -", n == 32 ? "sha256" : "sha384",
			     " -sign key.pem -out sig.der message"),
	    0);
	got = slurp("pub.der", der, sizeof(der));
	assert_true(got > 2 * n);
	memset(key, 0, sizeof(*key));
	key->curve = c;
	key->form = POINT_UNCOMPRESSED;
	memcpy(key->x, der + got - 2 * n, n);
	memcpy(key->y, der + got - n, n);
	got = slurp("sig.der", der, sizeof(der));
	assert_true(der[0] == 0x30 && der[1] + 2u == got);
	memset(sig, 0, sizeof(*sig));
	sig->r.curve = c;
	sig->r.form = POINT_X_ONLY;
	p = der_integer(der + 2, sig->r.x, n);
	assert_ptr_equal(der_integer(p, sig->s, n), der + got);
}

static void
openssl_signs(void **state)
{
	(void)state;
	for (size_t c = 0; c < CURVES; c++) {
		size_t n = curve_octets(all[c]);
		struct curve_signature sig;
		struct curve_point key;
		struct fault_info fi;
		uint8_t hash[48];

		from_openssl(all[c], &key, &sig, hash);
		for (enum point_form f = POINT_X_ONLY; f <= POINT_UNCOMPRESSED;
		     f++) {
			sig.r.form = f;
			assert_int_equal(
			    curve_verify(&key, hash, n, &sig, &fi), FAULT_OK);
		}
		sig.r.form = POINT_X_ONLY;
		curve_compress(&key);
		assert_int_equal(
		    curve_verify(&key, hash, n, &sig, &fi), FAULT_OK);
		key.form = key.form == POINT_COMPRESSED_Y_0
			       ? POINT_COMPRESSED_Y_1
			       : POINT_COMPRESSED_Y_0;
		assert_int_equal(curve_verify(&key, hash, n, &sig, &fi),
		    FAULT_BAD_SIGNATURE);
		key.form = POINT_X_ONLY;
		assert_int_equal(
		    curve_verify(&key, hash, n, &sig, &fi), FAULT_BAD_POINT);
	}
}

static void
openssl_verifies(void **state)
{
	(void)state;
	for (size_t c = 0; c < CURVES; c++) {
		size_t n = curve_octets(all[c]);
		uint8_t hash[48], d[48], der[256], spki[256], *p;
		struct curve_signature sig;
		struct curve_point key;
		size_t got;

		/* The key file gives the frame for our public key. */
		from_openssl(all[c], &key, &sig, hash);
		curve_generate(d, &key, all[c]);
		assert_int_equal(
		    curve_sign(&sig, all[c], d, hash, n, NULL), FAULT_OK);
		assert_int_equal(sig.r.form, POINT_X_ONLY);
		got = slurp("pub.der", spki, sizeof(spki));
		memcpy(spki + got - 2 * n, key.x, n);
		memcpy(spki + got - n, key.y, n);
		spill("pub.der", spki, got);
		p = put_integer(der + 2, sig.r.x, n);
		p = put_integer(p, sig.s, n);
		der[0] = 0x30;
		der[1] = (uint8_t)(p - der - 2);
		spill("sig.der", der, (size_t)(p - der));
		assert_int_equal(
		    run("dgst -", n == 32 ? "sha256" : "sha384",
			" -verify pub.der "
			"-keyform DER -signature sig.der message >/dev/null"),
		    0);
		assert_int_equal(
		    curve_verify(&key, hash, n, &sig, NULL), FAULT_OK);
	}
}

static void
refused(void **state)
{
	(void)state;
	for (size_t c = 0; c < CURVES; c++) {
		size_t n = curve_octets(all[c]);
		uint8_t hash[48], d[48];
		struct curve_signature sig, s;
		struct curve_point key, k;
		struct fault_info fi;

		test_random(hash, sizeof(hash));
		curve_generate(d, &key, all[c]);
		assert_int_equal(
		    curve_sign(&sig, all[c], d, hash, n, NULL), FAULT_OK);
		for (size_t bit = 0; bit < 8 * n; bit += 5) {
			uint8_t mask = (uint8_t)(1 << bit % 8);

			s = sig;
			s.r.x[bit / 8] ^= mask;
			assert_int_equal(curve_verify(&key, hash, n, &s, &fi),
			    FAULT_BAD_SIGNATURE);
			s = sig;
			s.s[bit / 8] ^= mask;
			assert_int_equal(curve_verify(&key, hash, n, &s, &fi),
			    FAULT_BAD_SIGNATURE);
			hash[bit / 8] ^= mask;
			assert_int_equal(curve_verify(&key, hash, n, &sig, &fi),
			    FAULT_BAD_SIGNATURE);
			hash[bit / 8] ^= mask;
			k = key;
			k.y[bit / 8] ^= mask;
			assert_int_equal(curve_verify(&k, hash, n, &sig, &fi),
			    FAULT_BAD_POINT);
		}
		for (int what = 0; what < 8; what++) {
			s = sig;
			s.r.form =
			    what & 1 ? POINT_COMPRESSED_Y_0 : POINT_X_ONLY;
			memset(what & 2 ? s.s : s.r.x, what & 4 ? 0xff : 0, n);
			assert_int_equal(curve_verify(&key, hash, n, &s, &fi),
			    FAULT_BAD_SIGNATURE);
		}
		for (size_t other = 0; other < CURVES; other++) {
			s = sig;
			s.r.curve = all[other];
			assert_int_equal(curve_verify(&key, hash, n, &s, &fi),
			    other == c ? FAULT_OK : FAULT_CURVE_MISMATCH);
		}
	}
}

/* r + n where it fits: no r, and no x either once it reaches p.  (On
 * brainpoolP256r1 that is every other signature.) */
static void
r_not_reduced(void **state)
{
	uint8_t n[48], hash[48] = {2}, d[48];
	struct curve_signature sig;
	struct curve_point key;
	unsigned carry = 1;

	(void)state;
	hex48(n, "A9FB57DBA1EEA9BC3E660A909D838D71"
		 "8C397AA3B561A6F7901E0E82974856A7");
	curve_generate(d, &key, CURVE_BRAINPOOL_P256R1);
	while (carry != 0) {
		assert_int_equal(
		    curve_sign(&sig, CURVE_BRAINPOOL_P256R1, d, hash, 32, NULL),
		    FAULT_OK);
		sig.r.form = POINT_COMPRESSED_Y_0;
		assert_int_equal(
		    curve_verify(&key, hash, 32, &sig, NULL), FAULT_OK);
		carry = 0;
		for (size_t i = 32; i-- > 0; carry >>= 8) {
			carry += (unsigned)sig.r.x[i] + n[i];
			sig.r.x[i] = (uint8_t)carry;
		}
	}
	for (enum point_form f = POINT_X_ONLY; f <= POINT_UNCOMPRESSED; f++) {
		sig.r.form = f;
		assert_int_equal(curve_verify(&key, hash, 32, &sig, NULL),
		    FAULT_BAD_SIGNATURE);
	}
}

static void
private_keys(void **state)
{
	(void)state;
	for (size_t c = 0; c < CURVES; c++) {
		uint8_t zero[48] = {0}, big[48], hash[48] = {1};
		struct curve_signature sig;
		struct curve_point key;

		memset(big, 0xff, sizeof(big));
		assert_int_equal(
		    curve_public(&key, all[c], zero, NULL), FAULT_BAD_SCALAR);
		assert_int_equal(
		    curve_public(&key, all[c], big, NULL), FAULT_BAD_SCALAR);
		assert_int_equal(curve_sign(&sig, all[c], zero, hash, 32, NULL),
		    FAULT_BAD_SCALAR);
		assert_int_equal(curve_sign(&sig, all[c], big, hash, 32, NULL),
		    FAULT_BAD_SCALAR);
	}
}

static void
compression(void **state)
{
	(void)state;
	for (size_t c = 0; c < CURVES; c++) {
		struct curve_point key, k;
		uint8_t d[48];
		size_t bad = 0;

		for (size_t i = 0; i < 40; i++) {
			curve_generate(d, &key, all[c]);
			k = key;
			curve_compress(&k);
			assert_zero(k.y);
			assert_int_equal(
			    curve_decompress(&k, &k, NULL), FAULT_OK);
			assert_same(k, key);
			curve_compress(&k);
			k.x[3] ^= 1;
			bad +=
			    curve_decompress(&k, &k, NULL) == FAULT_BAD_POINT;
		}
		assert_in_range(bad, 5, 35);
		memset(k.x, 0xff, sizeof(k.x));
		assert_int_equal(
		    curve_decompress(&k, &k, NULL), FAULT_BAD_POINT);
	}
}

/* RFC 5114 A.6 for P-256 is among the CAMP vectors; RFC 7027 for
 * brainpool. */
static void
rfc7027(void **state)
{
	uint8_t d[2][48], z[48], expected[48];
	struct curve_point Q[2];

	(void)state;
	hex48(d[0], "81DB1EE100150FF2EA338D708271BE38"
		    "300CB54241D79950F77B063039804F1D");
	hex48(d[1], "55E40BC41E37E3E2AD25C3C6654511FF"
		    "A8474A91A0032087593852D3E7D76BD3");
	hex48(expected, "89AFC39D41D3B327814B80940B042590"
			"F96556EC91E6AE7939BCE31F3A18BF2B");
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(
		    curve_public(&Q[i], CURVE_BRAINPOOL_P256R1, d[i], NULL),
		    FAULT_OK);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(
		    curve_shared(z, &Q[i], d[1 - i], NULL), FAULT_OK);
		assert_memory_equal(z, expected, 32);
	}
	hex48(d[0], "1E20F5E048A5886F1F157C74E91BDE2B98C8B52D58E5003D"
		    "57053FC4B0BD65D6F15EB5D1EE1610DF870795143627D042");
	hex48(d[1], "032640BC6003C59260F7250C3DB58CE647F98E1260ACCE4A"
		    "CDA3DD869F74E01F8BA5E0324309DB6A9831497ABAC96670");
	hex48(expected, "0BD9D3A7EA0B3D519D09D8E48D0785FB744A6B355E6304BC"
			"51C229FBBCE239BBADF6403715C35D4FB2A5444F575D4F42");
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(
		    curve_public(&Q[i], CURVE_BRAINPOOL_P384R1, d[i], NULL),
		    FAULT_OK);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(
		    curve_shared(z, &Q[i], d[1 - i], NULL), FAULT_OK);
		assert_memory_equal(z, expected, 48);
	}
}

/* RFC 6979 A.2.6: P-384 with SHA-384, "sample". */
static void
rfc6979_p384(void **state)
{
	struct curve_point key = {CURVE_P384, POINT_UNCOMPRESSED, {0}, {0}};
	struct curve_signature sig = {
	    {CURVE_P384, POINT_X_ONLY, {0}, {0}}, {0}};
	uint8_t hash[48];

	(void)state;
	hex48(key.x, "EC3A4E415B4E19A4568618029F427FA5DA9A8BC4AE92E02E"
		     "06AAE5286B300C64DEF8F0EA9055866064A254515480BC13");
	hex48(key.y, "8015D9B72D7D57244EA8EF9AC0C621896708A59367F9DFB9"
		     "F54CA84B3F1C9DB1288B231C3AE0D4FE7344FD2533264720");
	hex48(sig.r.x, "94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA7"
		       "3D64C4EA95AD133C81A648152E44ACF96E36DD1E80FABE46");
	hex48(sig.s, "99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526"
		     "203B6351D0A3A94FA329C145786E679E7B82C71A38628AC8");
	sha384(hash, bytes_of_string("sample"));
	assert_int_equal(curve_verify(&key, hash, 48, &sig, NULL), FAULT_OK);
	hash[0] ^= 1;
	assert_int_equal(
	    curve_verify(&key, hash, 48, &sig, NULL), FAULT_BAD_SIGNATURE);
}

/* A longer hash is cut to the left octets, a shorter one taken whole. */
static void
other_hash(void **state)
{
	uint8_t hash[48], d[48];
	struct curve_signature sig;
	struct curve_point key;

	(void)state;
	test_random(hash, sizeof(hash));
	for (size_t c = 0; c < CURVES; c++) {
		size_t n = curve_octets(all[c]) == 32 ? 48 : 32;

		curve_generate(d, &key, all[c]);
		assert_int_equal(
		    curve_sign(&sig, all[c], d, hash, n, NULL), FAULT_OK);
		assert_int_equal(
		    curve_verify(&key, hash, n, &sig, NULL), FAULT_OK);
		assert_int_equal(curve_verify(&key, hash, 80 - n, &sig, NULL),
		    n == 48 ? FAULT_OK : FAULT_BAD_SIGNATURE);
	}
}

/* What input provokes must not stay in OpenSSL's queue, where TLS would find
 * it and take it for its own. */
static void
no_errors_linger(void **state)
{
	struct curve_signature sig = {.r.form = POINT_X_ONLY};
	uint8_t hash[48] = {1}, d[48];
	struct curve_point key;
	struct key16 k = {{0}};
	uint8_t box[32] = {0};
	struct ccm_item item = {k.b, box, BYTES(box), box};

	(void)state;
	ERR_clear_error();
	for (size_t c = 0; c < CURVES; c++) {
		curve_generate(d, &key, all[c]);
		sig.r.curve = all[c];
		for (int octet = 0; octet < 3; octet++) {
			memset(sig.r.x, octet == 2 ? 0xff : octet, 48);
			memcpy(sig.s, sig.r.x, 48);
			assert_int_equal(
			    curve_verify(&key, hash, 32, &sig, NULL),
			    FAULT_BAD_SIGNATURE);
		}
		key.y[9] ^= 1;
		assert_int_equal(
		    curve_verify(&key, hash, 32, &sig, NULL), FAULT_BAD_POINT);
		memset(key.x, 0xff, 48);
		key.form = POINT_COMPRESSED_Y_0;
		assert_int_equal(
		    curve_decompress(&key, &key, NULL), FAULT_BAD_POINT);
		key.form = POINT_X_ONLY;
		assert_int_equal(
		    curve_shared(hash, &key, d, NULL), FAULT_BAD_POINT);
	}
	assert_int_equal(ccm_open(&item, NULL, 1), FAULT_BAD_TAG);
	assert_int_equal(ERR_peek_error(), 0);
}

static void
p256_conversions(void **state)
{
	struct curve_point c;
	struct point p, q;
	struct scalar d;

	(void)state;
	p256_generate(&d, &p, 1);
	curve_of_p256(&c, &p);
	assert_int_equal(curve_to_p256(&q, &c, NULL), FAULT_OK);
	assert_same(p, q);
	curve_compress(&c);
	assert_int_equal(curve_to_p256(&q, &c, NULL), FAULT_OK);
	assert_same(p, q);
	c.form = POINT_X_ONLY;
	assert_int_equal(curve_to_p256(&q, &c, NULL), FAULT_BAD_POINT);
	c.curve = CURVE_P384;
	assert_int_equal(curve_to_p256(&q, &c, NULL), FAULT_UNSUPPORTED);
	curve_of_p256(&c, &p);
	c.y[0] ^= 1;
	assert_int_equal(curve_to_p256(&q, &c, NULL), FAULT_BAD_POINT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(openssl_signs),
	    cmocka_unit_test(openssl_verifies),
	    cmocka_unit_test(refused),
	    cmocka_unit_test(r_not_reduced),
	    cmocka_unit_test(private_keys),
	    cmocka_unit_test(compression),
	    cmocka_unit_test(rfc7027),
	    cmocka_unit_test(rfc6979_p384),
	    cmocka_unit_test(other_hash),
	    cmocka_unit_test(no_errors_linger),
	    cmocka_unit_test(p256_conversions),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
