/*
 * derive.h - every secret of a simulated device, from the seed of the fleet
 * and the number of the device, so that nothing secret is stored and a message
 * can be made again, octet for octet.
 *
 * These devices guard nothing: their keys are worth as much as the seed.
 */
#ifndef FLEET_DERIVE_H
#define FLEET_DERIVE_H

#include <stdint.h>

#include "crypto/hash.h"
#include "crypto/p256.h"
#include "device/provision_file.h"

enum derived {
	DERIVED_ENROLLMENT, /* key of the enrollment request */
	DERIVED_CERTIFICATE,
	DERIVED_CERTIFICATE_EXPANSION,
	DERIVED_RESPONSE,
	DERIVED_RESPONSE_EXPANSION,
	/* of one message, told by its digest */
	DERIVED_NONCE,	   /* of the signature */
	DERIVED_EPHEMERAL, /* ECIES */
	DERIVED_DATA_KEY,  /* AES key (16), nonce (12) */
};

struct seed {
	uint8_t b[SHA256_SIZE];
};

struct seed seed_of(uint64_t number);
/* message may be NULL: of the device itself. */
void derive(uint8_t out[SHA256_SIZE], const struct seed *, enum derived,
    uint32_t device, const struct digest *message);
void derive_scalar(struct scalar *, const struct seed *, enum derived,
    uint32_t device, const struct digest *message);
/* Both caterpillar keys; the rest of *out is zeros. */
void derive_caterpillars(
    struct provision_file *out, const struct seed *, uint32_t device);

#endif /* FLEET_DERIVE_H */
