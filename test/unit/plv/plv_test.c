/* plv_test.c - what LA and PCA share, against plain OpenSSL and the codec. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/file.h"
#include "plv/plv.h"
#include "plv/ring.h"
#include "schema/scms_base.h"

/* AES-128-CCM by EVP: returns the octets of plaintext, or -1. */
static int
evp_open(uint8_t *out, const uint8_t *key, const uint8_t *nonce,
    const uint8_t *in, int n)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int got = 0, ok;

	assert_int_equal(
	    EVP_DecryptInit_ex(c, EVP_aes_128_ccm(), NULL, NULL, NULL), 1);
	EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_IVLEN, 12, NULL);
	EVP_CIPHER_CTX_ctrl(
	    c, EVP_CTRL_AEAD_SET_TAG, 16, (void *)(uintptr_t)(in + n - 16));
	EVP_DecryptInit_ex(c, NULL, NULL, key, nonce);
	EVP_DecryptUpdate(c, NULL, &got, NULL, n - 16);
	ok = EVP_DecryptUpdate(c, out, &got, in, n - 16);
	EVP_CIPHER_CTX_free(c);
	return ok == 1 ? got : -1;
}

static void
evp_seal(uint8_t *out, const uint8_t *key, const uint8_t *nonce,
    const uint8_t *in, int n)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int got;

	EVP_EncryptInit_ex(c, EVP_aes_128_ccm(), NULL, NULL, NULL);
	EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_IVLEN, 12, NULL);
	EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, 16, NULL);
	EVP_EncryptInit_ex(c, NULL, NULL, key, nonce);
	EVP_EncryptUpdate(c, NULL, &got, NULL, n);
	assert_int_equal(EVP_EncryptUpdate(c, out, &got, in, n), 1);
	EVP_EncryptFinal_ex(c, out + got, &got);
	EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16, out + n);
	EVP_CIPHER_CTX_free(c);
}

static void
evp_id8(uint8_t out[8], const void *p, size_t n)
{
	uint8_t hash[32];

	assert_int_equal(EVP_Digest(p, n, hash, NULL, EVP_sha256(), NULL), 1);
	memcpy(out, hash + 24, 8);
}

static const struct key16 shared = {
    {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
static const uint8_t la[2] = {0x2a, 0xa0};

enum { N = 150 }; /* more than two chunks */

static void
make_values(struct plv v[N])
{
	for (size_t t = 0; t < N; t++) {
		v[t].i = (uint16_t)(400 + t);
		memset(v[t].value.b, (int)t, sizeof(v[t].value.b));
		v[t].value.b[3] = 0x77;
	}
}

/* What the LA seals, the codec reads and plain EVP opens. */
static void
sealed_values_are_read_by_the_codec_and_plain_evp(void **state)
{
	static uint8_t out[N * PLV_OCTETS], memory[1 << 16];
	struct plv v[N];
	struct symm_key key;
	uint8_t coer[17] = {0x80}, id[8], back[PLV_OCTETS];

	(void)state;
	assert_int_equal(PLV_OCTETS, 101);
	make_values(v);
	symm_key_make(&key, &shared);
	memcpy(coer + 1, shared.b, 16);
	evp_id8(id, coer, sizeof(coer));
	assert_memory_equal(id, key.id, 8);
	plv_seal(out, la, &key, v, N);
	for (size_t t = 0; t < N; t++) {
		const uint8_t *m = out + t * PLV_OCTETS;
		struct arena arena = arena_of(memory, sizeof(memory));
		struct writer w = writer_of(back, sizeof(back));
		uint8_t one[16], plain[11], want[11];
		encrypted_individual_plv p;
		const symm_recipient_info *r;

		assert_int_equal(
		    coer_decode(&encrypted_individual_plv_asn, &p, &arena,
			(struct bytes){m, PLV_OCTETS}, NULL),
		    FAULT_OK);
		assert_int_equal(
		    coer_encode(&encrypted_individual_plv_asn, &p, &w, NULL),
		    FAULT_OK);
		assert_memory_equal(back, m, PLV_OCTETS);
		assert_memory_equal(p.la_id.b, la, 2);
		r = &p.enc_plv.recipients.v[0].symm_recip_info;
		assert_memory_equal(r->recipient_id.b, id, 8);
		assert_int_equal(
		    evp_open(one, shared.b, r->enc_key.aes128ccm.nonce.b,
			r->enc_key.aes128ccm.ccm_ciphertext.p, 32),
		    16);
		assert_int_equal(
		    evp_open(plain, one, p.enc_plv.ciphertext.aes128ccm.nonce.b,
			p.enc_plv.ciphertext.aes128ccm.ccm_ciphertext.p, 27),
		    11);
		want[0] = (uint8_t)(v[t].i >> 8);
		want[1] = (uint8_t)v[t].i;
		memcpy(want + 2, v[t].value.b, 9);
		assert_memory_equal(plain, want, 11);
		/* Nonces and keys are fresh each time. */
		if (t > 0) {
			assert_memory_not_equal(
			    m + 15, m + 15 - PLV_OCTETS, 12);
			assert_memory_not_equal(
			    m + 61, m + 61 - PLV_OCTETS, 12);
		}
	}
}

static void
flip(uint8_t *p, size_t bit)
{
	p[bit / 8] ^= (uint8_t)(1 << bit % 8);
}

/* What plain EVP sealed opens; one bad message does not disturb others. */
static void
what_plain_evp_sealed_opens_and_bad_ones_stand_alone(void **state)
{
	uint8_t nonce[2][12] = {{1}, {2}}, one[16] = {9};
	static uint8_t wrapped[N][32], text[N][27];
	struct symm_data in[N];
	struct plv v[N], out[N];
	struct symm_key key, other;
	bool ok[N];

	(void)state;
	make_values(v);
	symm_key_make(&key, &shared);
	symm_key_make(&other, (const struct key16 *)one);
	for (size_t t = 0; t < N; t++) {
		uint8_t plain[11] = {(uint8_t)(v[t].i >> 8), (uint8_t)v[t].i};

		memcpy(plain + 2, v[t].value.b, 9);
		one[1] = (uint8_t)t;
		evp_seal(wrapped[t], shared.b, nonce[0], one, 16);
		evp_seal(text[t], one, nonce[1], plain, 11);
		in[t] = (struct symm_data){&key, nonce[0], nonce[1],
		    BYTES(wrapped[t]), BYTES(text[t])};
	}
	flip(wrapped[3], 17);
	flip(text[70], 0);
	in[0].key = NULL;
	in[5].key = &other;
	in[64].wrapped.n = 31;
	in[149].ciphertext.n = 26;
	plv_open(out, in, ok, N);
	for (size_t t = 0; t < N; t++) {
		bool bad = t == 0 || t == 3 || t == 5 || t == 64 || t == 70 ||
			   t == 149;

		assert_int_equal(ok[t], !bad);
		if (bad) {
			static const struct lv zero;

			assert_int_equal(out[t].i, 0);
			assert_memory_equal(out[t].value.b, zero.b, 9);
		} else {
			assert_int_equal(out[t].i, v[t].i);
			assert_memory_equal(out[t].value.b, v[t].value.b, 9);
		}
	}
}

/* Every bit of a message matters, but for the recipientId and the lengths,
 * which the codec judges. */
static void
every_bit_under_a_tag_matters(void **state)
{
	uint8_t m[PLV_OCTETS], memory[4096];
	struct symm_key key;
	struct plv v = {7, {{1}}}, out;
	size_t opened = 0;

	(void)state;
	symm_key_make(&key, &shared);
	plv_seal(m, la, &key, &v, 1);
	for (size_t bit = 0; bit < 8 * sizeof(m); bit++) {
		struct arena arena = arena_of(memory, sizeof(memory));
		encrypted_individual_plv p;
		struct symm_data d;
		const uint8_t *id;
		bool ok = false;

		flip(m, bit);
		if (coer_decode(&encrypted_individual_plv_asn, &p, &arena,
			BYTES(m), NULL) == FAULT_OK &&
		    symm_data_of(&d, &id, &p.enc_plv)) {
			d.key = memcmp(id, key.id, 8) == 0 ? &key : NULL;
			plv_open(&out, &d, &ok, 1);
		}
		opened += ok;
		if (ok) /* laId is not under the tag: caller checks */
			assert_true(bit / 8 == 1 || bit / 8 == 2);
		flip(m, bit);
	}
	assert_int_equal(opened, 16);
}

static const struct plv_agreement sample = {
    .la_id = {0x31, 0x32},
    .start = 1000,
    .end = 2000,
    .request_hash = {8, 7, 6, 5, 4, 3, 2, 1},
    .r_pca = {0xaa, 1},
    .r_la = {0xbb, 2},
    .peer = "la1.example",
};

/* KDF2 and MACs written out with EVP. */
static void
keys_and_macs_are_those_written_out_with_evp(void **state)
{
	uint8_t z[64 + 4 + 11], k[64], t[64 + 8], mac[32], want[32];
	struct plv_key key;
	unsigned n;

	(void)state;
	memcpy(z, sample.r_pca, 32);
	memcpy(z + 32, sample.r_la, 32);
	memcpy(z + 68, "scms-la-pca", 11);
	for (uint8_t c = 1; c <= 2; c++) {
		memcpy(z + 64, (uint8_t[]){0, 0, 0, c}, 4);
		EVP_Digest(
		    z, sizeof(z), k + 32 * (c - 1), NULL, EVP_sha256(), NULL);
	}
	plv_key_derive(&key, &sample);
	assert_memory_equal(key.symm.key.b, k, 16);
	assert_memory_equal(key.mac, k + 16, 32);
	memcpy(t, z, 64);
	memcpy(t + 64, "scms-la", 7);
	HMAC(EVP_sha256(), k + 16, 32, t, 71, want, &n);
	plv_key_mac(mac, &key, "scms-la");
	assert_memory_equal(mac, want, 32);
	memcpy(t + 64, "scms-pca", 8);
	HMAC(EVP_sha256(), k + 16, 32, t, 72, want, &n);
	plv_key_mac(mac, &key, "scms-pca");
	assert_memory_equal(mac, want, 32);
}

static void
name_key_file(char out[PATH_SIZE], const char *folder, const char *hex)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "%s.key", hex);
	path_join(out, folder, name);
}

struct place {
	char dir[64], keys[PATH_SIZE];
};

static int
make_place(void **state)
{
	static struct place p;

	(void)snprintf(p.dir, sizeof(p.dir), "/tmp/plv_test.XXXXXX");
	if (mkdtemp(p.dir) == NULL)
		return -1;
	path_join(p.keys, p.dir, "plv-keys");
	*state = &p;
	return 0;
}

static int
remove_place(void **state)
{
	struct place *p = *state;
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf %s", p->dir);
	return system(command);
}

/* From pending to key; again after a crash between the two steps. */
static void
an_agreement_becomes_a_key_once(void **state)
{
	struct place *p = *state;
	struct plv_agreement a = sample, b;
	struct fault_info fi;
	struct plv_ring *ring;
	const struct plv_key *k;
	struct plv_key want;
	struct stat st;
	char path[PATH_SIZE], hex[17];

	memset(a.r_la, 0, sizeof(a.r_la));
	assert_int_equal(plv_ring_open(&ring, p->keys, &fi), FAULT_OK);
	assert_int_equal(plv_pending_save(p->keys, &a, &fi), FAULT_OK);
	assert_int_equal(plv_pending_save(p->keys, &a, &fi), FAULT_EXISTS);
	assert_int_equal(
	    plv_pending_load(&b, p->keys, a.request_hash, &fi), FAULT_OK);
	assert_memory_equal(&b, &a, sizeof(a));
	assert_int_equal(
	    plv_pending_load(&b, p->keys, a.r_pca, &fi), FAULT_NOT_FOUND);
	a = sample;
	assert_int_equal(plv_key_save(p->keys, &a, &fi), FAULT_OK);
	assert_int_equal(plv_key_save(p->keys, &a, &fi), FAULT_OK);
	assert_int_equal(plv_pending_remove(p->keys, &a, &fi), FAULT_OK);
	assert_int_equal(plv_pending_load(&b, p->keys, a.request_hash, &fi),
	    FAULT_NOT_FOUND);
	assert_int_equal(plv_pending_remove(p->keys, &a, &fi), FAULT_OK);

	plv_key_derive(&want, &sample);
	assert_null(plv_ring_current(ring, "la1.example", 1500));
	assert_int_equal(plv_ring_refresh(ring, &fi), FAULT_OK);
	k = plv_ring_find(ring, want.symm.id, "la1.example");
	assert_non_null(k);
	assert_memory_equal(k->symm.key.b, want.symm.key.b, 16);
	assert_memory_equal(k->agreement.la_id, "12", 2);
	assert_null(plv_ring_find(ring, want.symm.id, "la2.example"));
	assert_null(plv_ring_find(ring, want.mac, "la1.example"));
	plv_ring_free(ring);

	hex_encode(hex, want.symm.id, 8);
	name_key_file(path, p->keys, hex);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

/* Renewal: the key that starts last is used, older ones are still found. */
static void
the_newest_key_seals_and_old_ones_open(void **state)
{
	struct place *p = *state;
	struct plv_agreement a = sample;
	struct plv_ring *ring;
	struct plv_key old, new;
	struct fault_info fi;

	assert_int_equal(plv_ring_open(&ring, p->keys, &fi), FAULT_OK);
	plv_key_derive(&old, &sample);
	a.start = 1500;
	a.end = 3000;
	a.r_pca[5] = 1;
	memset(a.request_hash, 9, 8);
	plv_key_derive(&new, &a);
	assert_int_equal(plv_key_save(p->keys, &a, &fi), FAULT_OK);
	assert_int_equal(plv_ring_refresh(ring, &fi), FAULT_OK);
	assert_memory_equal(
	    plv_ring_current(ring, a.peer, 1499)->symm.id, old.symm.id, 8);
	assert_memory_equal(
	    plv_ring_current(ring, a.peer, 1500)->symm.id, new.symm.id, 8);
	assert_memory_equal(
	    plv_ring_current(ring, a.peer, 2999)->symm.id, new.symm.id, 8);
	assert_null(plv_ring_current(ring, a.peer, 3000));
	assert_null(plv_ring_current(ring, a.peer, 999));
	assert_null(plv_ring_current(ring, "nobody", 1500));
	assert_non_null(plv_ring_find(ring, old.symm.id, a.peer));
	plv_ring_free(ring);
}

/* A damaged key is named, not passed over. */
static void
a_damaged_key_file_is_named(void **state)
{
	struct place *p = *state;
	struct plv_ring *ring = NULL;
	struct plv_key key;
	struct fault_info fi;
	char path[PATH_SIZE], hex[17];
	FILE *f;

	plv_key_derive(&key, &sample);
	hex_encode(hex, key.symm.id, 8);
	name_key_file(path, p->keys, hex);
	f = fopen(path, "r+b");
	assert_non_null(f);
	(void)fseek(f, 30, SEEK_SET);
	(void)fputc(0x55, f);
	(void)fclose(f);
	assert_int_equal(plv_ring_open(&ring, p->keys, &fi), FAULT_CONFIG);
	assert_non_null(strstr(fi.text, hex));
	assert_null(ring);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sealed_values_are_read_by_the_codec_and_plain_evp),
	    cmocka_unit_test(
		what_plain_evp_sealed_opens_and_bad_ones_stand_alone),
	    cmocka_unit_test(every_bit_under_a_tag_matters),
	    cmocka_unit_test(keys_and_macs_are_those_written_out_with_evp),
	    cmocka_unit_test(an_agreement_becomes_a_key_once),
	    cmocka_unit_test(the_newest_key_seals_and_old_ones_open),
	    cmocka_unit_test(a_damaged_key_file_is_named),
	};

	return cmocka_run_group_tests(tests, make_place, remove_place);
}
