/*
 * response.h - the PCA's certificate responses, as a batch: signature,
 * decryption, certificate, chain, contents, key.
 */
#ifndef DEVICE_RESPONSE_H
#define DEVICE_RESPONSE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "cert/cert.h"
#include "cert/trust.h"
#include "device/monarch.h"
#include "device/provision_file.h"

struct response {
	uint32_t i, j;	     /* by its name */
	struct bytes octets; /* SignedEncryptedCertificateResponse */

	/* Results; certificate and s only if the verdict is FAULT_OK. */
	enum fault verdict;
	const char *step; /* that gave the verdict, for people */
	struct bytes certificate;
	struct scalar s;
	uint32_t start, end;
	const struct cert *issuer;
};

struct response_rules {
	enum monarch_kind kind;
	struct trust *trust;
	const struct cert *enrollment;
	const struct provision_file *keys;
	uint32_t now;
	uint32_t i_zero, i_seconds; /* application: not used */
};

/*
 * Checks n responses, each for itself.  Certificates lie in the arena, which
 * should allow some 16 KB for each.  Costs far less per response when n is
 * some hundred.  Returns how many are good.
 */
size_t response_check(
    struct response *, size_t n, struct arena *, const struct response_rules *);

#endif /* DEVICE_RESPONSE_H */
