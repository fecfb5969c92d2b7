/*
 * plv.h - EncryptedIndividualPLV, as an LA makes it and the PCA opens it:
 *
 *	01 laId(2) EncryptedData		101 octets
 *
 * The plaintext is ToBeEncryptedIndividualPLV: iValue(2) plv(9).
 */
#ifndef PLV_PLV_H
#define PLV_PLV_H

#include "crypto/linkage.h"
#include "plv/symm.h"

#define PLV_PLAIN_OCTETS 11
#define PLV_OCTETS	 (3 + SYMM_OCTETS(PLV_PLAIN_OCTETS))

struct plv {
	uint16_t i;
	struct lv value;
};

/* n values, one behind the other, PLV_OCTETS each. */
void plv_seal(uint8_t *out, const uint8_t la_id[2], const struct symm_key *,
    const struct plv *, size_t n);
/* ok[t]: out[t] is what some holder of the key has sealed. */
void plv_open(struct plv *out, const struct symm_data *, bool *ok, size_t n);

#endif /* PLV_PLV_H */
