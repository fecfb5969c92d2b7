/* common.c - see common.h. */
#include <stdio.h>
#include <stdlib.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

#include "common.h"
#include "crypto/engine_int.h"

/* Before main: a test is skipped where its engine cannot run. */
static void __attribute__((constructor)) engine_or_skip(void)
{
	const char *name = getenv("MONARCH_ENGINE");

	if (name == NULL || engine_find(name) != NULL)
		return;
	printf("skipped: this machine cannot run the %s engine\n", name);
	exit(77);
}

json_t *
vectors_load(const char *name)
{
	const char *folder = getenv("MONARCH_VECTORS");
	char path[1024];
	json_error_t e;
	json_t *j;

	assert_non_null(folder);
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	j = json_load_file(path, 0, &e);
	if (j == NULL)
		fail_msg("%s: %s", path, e.text);
	return j;
}

const char *
vector_string(const json_t *v, const char *name)
{
	const char *s = json_string_value(json_object_get(v, name));

	if (s == NULL)
		fail_msg("no string \"%s\"", name);
	return s;
}

void
vector_hex(const json_t *v, const char *name, void *out, size_t n)
{
	if (!hex_decode(out, n, vector_string(v, name)))
		fail_msg("\"%s\" has not %zu octets", name, n);
}

struct bytes
vector_bytes(const json_t *v, const char *name)
{
	static uint8_t buffer[16][4096];
	static size_t next;
	const char *s = vector_string(v, name);
	uint8_t *b = buffer[next++ % 16];

	assert_true(strlen(s) / 2 <= sizeof(buffer[0]));
	vector_hex(v, name, b, strlen(s) / 2);
	return (struct bytes){b, strlen(s) / 2};
}

uint32_t
vector_u32(const json_t *v, const char *name)
{
	const json_t *i = json_object_get(v, name);

	assert_true(json_is_integer(i));
	return (uint32_t)json_integer_value(i);
}

struct point
vector_point(const json_t *v, const char *x, const char *y)
{
	struct point p;

	vector_hex(v, x, p.x, sizeof(p.x));
	vector_hex(v, y, p.y, sizeof(p.y));
	return p;
}

size_t
vectors_each(const char *file, const char *op, void (*f)(const json_t *))
{
	json_t *j = vectors_load(file);
	size_t i, n = 0;
	json_t *v;

	json_array_foreach(json_object_get(j, "vectors"), i,
	    v) if (strcmp(vector_string(v, "op"), op) == 0)
	{
		f(v);
		n++;
	}
	json_decref(j);
	return n;
}

struct scalar
scalar_hex(const char *hex)
{
	struct scalar k;

	assert_true(hex_decode(&k, sizeof(k), hex));
	return k;
}

void
test_random(void *out, size_t n)
{
	static uint64_t state = 88172645463325252u;
	uint8_t *p = out;

	while (n-- > 0) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		*p++ = (uint8_t)(state >> 32);
	}
}

static EC_GROUP *
group(void)
{
	static EC_GROUP *g;

	if (g == NULL)
		g = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	assert_non_null(g);
	return g;
}

static EC_POINT *
ref_point(const struct point *p)
{
	uint8_t sec1[65] = {4};
	EC_POINT *q = EC_POINT_new(group());

	memcpy(sec1 + 1, p->x, 32);
	memcpy(sec1 + 33, p->y, 32);
	assert_int_equal(EC_POINT_oct2point(group(), q, sec1, 65, NULL), 1);
	return q;
}

bool
ref_mul(struct point *out, const struct scalar *k, const struct point *P,
    const struct scalar *m)
{
	BIGNUM *a = BN_bin2bn(k->b, 32, NULL);
	BIGNUM *b = m == NULL ? NULL : BN_bin2bn(m->b, 32, NULL);
	EC_POINT *p = P == NULL ? NULL : ref_point(P);
	EC_POINT *r = EC_POINT_new(group());
	uint8_t sec1[65];
	bool finite;

	assert_int_equal(EC_POINT_mul(group(), r, a, p, b, NULL), 1);
	finite = !EC_POINT_is_at_infinity(group(), r);
	if (finite) {
		assert_int_equal(
		    EC_POINT_point2oct(group(), r,
			POINT_CONVERSION_UNCOMPRESSED, sec1, 65, NULL),
		    65);
		memcpy(out->x, sec1 + 1, 32);
		memcpy(out->y, sec1 + 33, 32);
	}
	EC_POINT_free(p);
	EC_POINT_free(r);
	BN_free(a);
	BN_free(b);
	return finite;
}

static EVP_PKEY *
ref_key(const struct point *key)
{
	uint8_t sec1[65] = {4};
	char name[] = "P-256";
	OSSL_PARAM param[] = {
	    OSSL_PARAM_construct_utf8_string("group", name, 0),
	    OSSL_PARAM_construct_octet_string("pub", sec1, sizeof(sec1)),
	    OSSL_PARAM_construct_end(),
	};
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *k = NULL;

	memcpy(sec1 + 1, key->x, 32);
	memcpy(sec1 + 33, key->y, 32);
	assert_int_equal(EVP_PKEY_fromdata_init(c), 1);
	assert_int_equal(
	    EVP_PKEY_fromdata(c, &k, EVP_PKEY_PUBLIC_KEY, param), 1);
	EVP_PKEY_CTX_free(c);
	return k;
}

bool
ref_verify(const struct point *key, const uint8_t *hash, size_t hash_n,
    const uint8_t r[32], const uint8_t s[32])
{
	EVP_PKEY *k = ref_key(key);
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(k, NULL);
	ECDSA_SIG *sig = ECDSA_SIG_new();
	uint8_t *der = NULL;
	bool good;
	int n;

	ECDSA_SIG_set0(sig, BN_bin2bn(r, 32, NULL), BN_bin2bn(s, 32, NULL));
	n = i2d_ECDSA_SIG(sig, &der);
	assert_true(n > 0);
	assert_int_equal(EVP_PKEY_verify_init(c), 1);
	good = EVP_PKEY_verify(c, der, (size_t)n, hash, hash_n) == 1;
	OPENSSL_free(der);
	ECDSA_SIG_free(sig);
	EVP_PKEY_CTX_free(c);
	EVP_PKEY_free(k);
	return good;
}

struct scalar
ref_negative(const struct scalar *k)
{
	BIGNUM *a = BN_bin2bn(k->b, 32, NULL), *r = BN_new();
	BN_CTX *ctx = BN_CTX_new();
	struct scalar out;

	BN_mod(a, a, EC_GROUP_get0_order(group()), ctx);
	BN_sub(r, EC_GROUP_get0_order(group()), a);
	assert_int_equal(BN_bn2binpad(r, out.b, 32), 32);
	BN_free(a);
	BN_free(r);
	BN_CTX_free(ctx);
	return out;
}
