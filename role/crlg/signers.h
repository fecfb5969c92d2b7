/*
 * signers.h - with what the generator signs: its own certificate, and those it
 * had under former roots.  Certificates of a former root are valid for years
 * after the root was replaced, and must be revocable as long; so its lists go
 * on, with the same entries, until the generator's certificate under it ends.
 *
 * In the folder roots/: <HashedId8>.oer and <HashedId8>.key of each, put there
 * by scms component renew root.
 */
#ifndef CRLG_SIGNERS_H
#define CRLG_SIGNERS_H

#include "cert/sign.h"
#include "cert/trust.h"
#include "keys/component.h"

#define SIGNERS_MOST 9

struct crlg_signer {
	const struct cert *cert;
	struct key *key; /* of a former one; NULL: the component's */
	struct signer signer;
	uint8_t craca[CERT_ID_SIZE]; /* whose certificates it signs about */
};

struct signers {
	struct crlg_signer v[SIGNERS_MOST]; /* the present one first */
	size_t n;
};

/* CONFIG: too many; DENIED, SSP_NOT_PERMITTED: a certificate that may not sign
 * series 1 to 4; faults of the keys.  To be freed in any case. */
enum fault must_check signers_load(struct signers *, struct component *,
    const char *folder, struct fault_info *);
void signers_free(struct signers *);
/* The one for certificates with this cracaId; NULL: none. */
const struct crlg_signer *
signers_find(const struct signers *, const uint8_t craca_id[TRUST_CRACA_SIZE]);

#endif /* CRLG_SIGNERS_H */
