/*
 * chain.h - linkage chains: seed, identifier, values.
 *
 * A chain is i0 || ls(i0).  It is written down twice, each time under a key
 * that only this LA has: sealed in the database, and as the LinkageChainId
 * that the RA keeps.
 */
#ifndef LA_CHAIN_H
#define LA_CHAIN_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "plv/plv.h"

#define CHAIN_PLAIN_OCTETS  18 /* i0 || ls(i0) */
#define CHAIN_SEALED_OCTETS (CCM_NONCE_SIZE + CHAIN_PLAIN_OCTETS + CCM_TAG_SIZE)
#define LCI_OCTETS	    SYMM_OCTETS(CHAIN_PLAIN_OCTETS)
#define CHAIN_ID_OCTETS	    16
#define STORAGE_KEY_OCTETS  32

struct chain {
	uint16_t i0;
	struct key16 seed; /* ls(i0) */
};

/* What the storage key yields. */
struct chain_keys {
	struct key16 seal;
	struct symm_key lci;
	uint8_t id[32];
};

void chain_keys_derive(
    struct chain_keys *, const uint8_t storage_key[STORAGE_KEY_OCTETS]);
/* Reads the file of the storage key; makes it (0600) if it is missing and
 * fresh is true. */
enum fault must_check chain_keys_load(
    struct chain_keys *, const char *path, bool fresh, struct fault_info *);

/* A fresh chain, which begins with week i0. */
void chain_make(struct chain *, uint16_t i0);
/* The name of a chain in the database: HMAC of it, which tells nothing to
 * who has not the storage key. */
void chain_id(uint8_t out[CHAIN_ID_OCTETS], const struct chain_keys *,
    const struct chain *);
void chain_seal(uint8_t out[CHAIN_SEALED_OCTETS], const struct chain_keys *,
    const struct chain *);
/* FAULT_BAD_TAG: not sealed by us, or changed. */
enum fault must_check chain_unseal(
    struct chain *, const struct chain_keys *, struct bytes);

/* LinkageChainId: EncryptedData, LCI_OCTETS. */
void chain_to_lci(
    uint8_t out[LCI_OCTETS], const struct chain_keys *, const struct chain *);
/* FAULT_NOT_FOUND: not an LCI of ours. */
enum fault must_check chain_of_lci(
    struct chain *, const struct chain_keys *, const encrypted_data *);

/* Which values of a chain: weeks i_min <= i < i_max, j = 0 .. j_n - 1. */
struct chain_range {
	uint16_t i_min, i_max;
	uint8_t j_n;
};

/* COER quantity of a SEQUENCE OF. */
void write_quantity(struct writer *, size_t);
size_t quantity_octets(size_t);

#endif /* LA_CHAIN_H */
