/* chain.c - linkage chains: seed, identifier, values. */
#include <assert.h>
#include <string.h>

#include "base/file.h"
#include "base/secret.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "role/la/chain.h"

void
chain_keys_derive(
    struct chain_keys *out, const uint8_t storage_key[STORAGE_KEY_OCTETS])
{
	static const uint8_t p1[] = "monarch-la-storage";
	struct {
		struct key16 seal, lci;
		uint8_t id[32];
	} k;

	kdf2_sha256((uint8_t *)&k, sizeof(k), storage_key, STORAGE_KEY_OCTETS,
	    p1, sizeof(p1) - 1);
	out->seal = k.seal;
	symm_key_make(&out->lci, &k.lci);
	memcpy(out->id, k.id, sizeof(out->id));
	wipe(&k, sizeof(k));
}

enum fault
chain_keys_load(
    struct chain_keys *out, const char *path, bool fresh, struct fault_info *fi)
{
	uint8_t memory[2 * STORAGE_KEY_OCTETS], key[STORAGE_KEY_OCTETS];
	struct arena arena = arena_of(memory, sizeof(memory));
	struct bytes in = BYTES(key);
	enum fault f;

	if (fresh && !file_exists(path)) {
		random_bytes(key, sizeof(key));
		f = file_create(path, in, 0600, fi);
	} else {
		f = file_read(&in, &arena, path, STORAGE_KEY_OCTETS, fi);
		if (f == FAULT_OK && in.n != STORAGE_KEY_OCTETS)
			f = fault_set(
			    fi, FAULT_CONFIG, "%s is no storage key", path);
	}
	if (f == FAULT_OK)
		chain_keys_derive(out, in.p);
	wipe(key, sizeof(key));
	wipe(memory, sizeof(memory));
	return f;
}

void
chain_make(struct chain *out, uint16_t i0)
{
	out->i0 = i0;
	random_bytes(&out->seed, sizeof(out->seed));
}

static void
pack(uint8_t out[CHAIN_PLAIN_OCTETS], const struct chain *c)
{
	out[0] = (uint8_t)(c->i0 >> 8);
	out[1] = (uint8_t)c->i0;
	memcpy(out + 2, c->seed.b, sizeof(c->seed.b));
}

static void
unpack(struct chain *c, const uint8_t in[CHAIN_PLAIN_OCTETS])
{
	c->i0 = (uint16_t)(in[0] << 8 | in[1]);
	memcpy(c->seed.b, in + 2, sizeof(c->seed.b));
}

void
chain_id(uint8_t out[CHAIN_ID_OCTETS], const struct chain_keys *keys,
    const struct chain *c)
{
	uint8_t plain[CHAIN_PLAIN_OCTETS], mac[SHA256_SIZE];

	pack(plain, c);
	hmac_sha256(mac, BYTES(keys->id), BYTES(plain));
	memcpy(out, mac, CHAIN_ID_OCTETS);
	wipe(plain, sizeof(plain));
}

void
chain_seal(uint8_t out[CHAIN_SEALED_OCTETS], const struct chain_keys *keys,
    const struct chain *c)
{
	uint8_t plain[CHAIN_PLAIN_OCTETS];
	struct ccm_item item = {
	    keys->seal.b, out, BYTES(plain), out + CCM_NONCE_SIZE};

	pack(plain, c);
	random_bytes(out, CCM_NONCE_SIZE);
	ccm_seal(&item, 1);
	wipe(plain, sizeof(plain));
}

enum fault
chain_unseal(struct chain *out, const struct chain_keys *keys, struct bytes in)
{
	uint8_t plain[CHAIN_PLAIN_OCTETS];
	struct ccm_item item = {keys->seal.b, in.p, BYTES_NONE, plain};

	if (in.n != CHAIN_SEALED_OCTETS)
		return FAULT_BAD_TAG;
	item.in = (struct bytes){in.p + CCM_NONCE_SIZE, in.n - CCM_NONCE_SIZE};
	TRY(ccm_open(&item, NULL, 1));
	unpack(out, plain);
	wipe(plain, sizeof(plain));
	return FAULT_OK;
}

void
chain_to_lci(uint8_t out[LCI_OCTETS], const struct chain_keys *keys,
    const struct chain *c)
{
	uint8_t plain[CHAIN_PLAIN_OCTETS];

	pack(plain, c);
	symm_seal(out, LCI_OCTETS, &keys->lci, plain, sizeof(plain), 1);
	wipe(plain, sizeof(plain));
}

enum fault
chain_of_lci(
    struct chain *out, const struct chain_keys *keys, const encrypted_data *lci)
{
	uint8_t plain[CHAIN_PLAIN_OCTETS];
	struct symm_data data;
	const uint8_t *id;
	bool ok;

	if (!symm_data_of(&data, &id, lci) ||
	    memcmp(id, keys->lci.id, sizeof(keys->lci.id)) != 0)
		return FAULT_NOT_FOUND;
	data.key = &keys->lci;
	symm_open(plain, sizeof(plain), &data, &ok, 1);
	if (!ok)
		return FAULT_NOT_FOUND;
	unpack(out, plain);
	wipe(plain, sizeof(plain));
	return FAULT_OK;
}

/* ---- quantities ---- */

size_t
quantity_octets(size_t n)
{
	size_t octets = 2;

	for (; n > 0xff; n >>= 8)
		octets++;
	return octets;
}

void
write_quantity(struct writer *w, size_t n)
{
	unsigned octets = (unsigned)quantity_octets(n) - 1;

	write_uint(w, octets, 1);
	write_uint(w, n, octets);
}
