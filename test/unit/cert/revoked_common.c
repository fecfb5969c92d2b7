/* revoked_common.c - see revoked_common.h. */
#include <openssl/evp.h>

#include "base/time32.h"
#include "revoked_common.h"

const uint8_t plain_la1[2] = {0x2a, 0xa0}, plain_la2[2] = {0x0e, 0x7e};

static void
plain_step(uint8_t out[16], const uint8_t la[2], const uint8_t seed[16])
{
	uint8_t in[32] = {0};

	memcpy(in, la, 2);
	memcpy(in + 2, seed, 16);
	memcpy(out, plain_hash(32, BYTES(in)).p, 16);
}

void
plain_device(struct plain_device *d)
{
	random_bytes(d->seed1[0], 16);
	random_bytes(d->seed2[0], 16);
	for (unsigned t = 1; t < PERIODS; t++) {
		plain_step(d->seed1[t], plain_la1, d->seed1[t - 1]);
		plain_step(d->seed2[t], plain_la2, d->seed2[t - 1]);
	}
}

/* AES of a block, fed forward; the first 9 octets are mixed into out. */
static void
mix_plv(uint8_t out[9], const uint8_t la[2], const uint8_t seed[16], uint32_t j)
{
	uint8_t in[16] = {la[0], la[1], (uint8_t)(j >> 24), (uint8_t)(j >> 16),
	    (uint8_t)(j >> 8), (uint8_t)j};
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	uint8_t block[16];
	int n;

	assert_int_equal(
	    EVP_EncryptInit_ex(c, EVP_aes_128_ecb(), NULL, seed, NULL), 1);
	EVP_CIPHER_CTX_set_padding(c, 0);
	assert_int_equal(EVP_EncryptUpdate(c, block, &n, in, 16), 1);
	EVP_CIPHER_CTX_free(c);
	for (unsigned o = 0; o < 9; o++)
		out[o] ^= block[o] ^ in[o];
}

void
plain_linkage(
    uint8_t out[9], const struct plain_device *d, uint32_t i, uint32_t j)
{
	memset(out, 0, 9);
	mix_plv(out, plain_la1, d->seed1[i - FIRST], j);
	mix_plv(out, plain_la2, d->seed2[i - FIRST], j);
}

void
plain_crl(struct crl *l, const struct plain_device *d, size_t n, uint32_t i_rev,
    uint16_t i_max)
{
	struct crl_linkage_group *g = ARENA_NEW(&A, struct crl_linkage_group);
	struct key16 *seed1 = ARENA_ARRAY(&A, n, struct key16);
	struct key16 *seed2 = ARENA_ARRAY(&A, n, struct key16);

	assert_true(g != NULL && seed1 != NULL && seed2 != NULL);
	for (size_t k = 0; k < n; k++) {
		memcpy(seed1[k].b, d[k].seed1[i_rev - FIRST], 16);
		memcpy(seed2[k].b, d[k].seed2[i_rev - FIRST], 16);
	}
	*g = (struct crl_linkage_group){.jmax = JMAX,
	    .la1 = {plain_la1[0], plain_la1[1]},
	    .la2 = {plain_la2[0], plain_la2[1]},
	    .i_max = i_max,
	    .seed1 = seed1,
	    .seed2 = seed2,
	    .n = n};
	*l = (struct crl){.series = CRL_SERIES_PSEUDONYM,
	    .craca = {9, 9, 9, 9, 9, 1, 2, 3},
	    .issued = NOW - 60,
	    .next = NOW + 604800,
	    .i_rev = (uint16_t)i_rev,
	    .group = g,
	    .groups = 1,
	    /* stands for the octets of a list with these contents */
	    .raw = cat((struct bytes){seed1[0].b, 16 * n},
		(struct bytes){(const uint8_t *)&i_rev, sizeof(i_rev)})};
}

void
digest_crl(struct crl *l, uint16_t series, struct cert *const *cert, size_t n)
{
	struct crl_hash_entry *e = ARENA_ARRAY(&A, n, struct crl_hash_entry);

	assert_true(n == 0 || e != NULL);
	for (size_t k = 0; k < n; k++) {
		memcpy(e[k].id, crl_id_of(cert[k]), sizeof(e[k].id));
		e[k].expiry = cert[k]->end;
	}
	*l = (struct crl){.series = series,
	    .craca = {9, 9, 9, 9, 9, 1, 2, 3},
	    .issued = NOW - 60,
	    .next = NOW + 604800,
	    .entry = e,
	    .entries = n};
}

struct revoked *
revoked_of(
    const struct crl *l, size_t n, uint32_t now, const struct revoked *former)
{
	const struct revoked_terms terms = {.now = now, .tolerance = 1000};
	static const struct digest source = {{0x55}};
	struct revoked *r;

	OK(revoked_new(&r, l, n, former, &source, &terms, FI));
	return r;
}

uint32_t
period_start(uint32_t i)
{
	return I_ZERO_DEFAULT + i * I_PERIOD_DEFAULT;
}

struct cert *
linked_cert(const uint8_t lv[9], uint32_t i)
{
	struct party p;
	certificate *c = template_for(&p, PROFILE_PSEUDONYM);
	linkage_data *data = &c->to_be_signed.id.linkage_data;

	data->i_cert = (uint16_t)i;
	memcpy(data->linkage_value.b, lv, 9);
	issue(&p, c, &world()->pca);
	return p.cert;
}
