/* special.c - see special.h. */
#include <stdio.h>
#include <string.h>

#include "cert/profile.h"
#include "tool/scms/special.h"

void
special_name(char out[SPECIAL_NAME], const struct cert *root)
{
	char hex[2 * CERT_ID_SIZE + 1];

	hex_encode(hex, root->id, CERT_ID_SIZE);
	snprintf(out, SPECIAL_NAME, SPECIAL_FOLDER "/%s.oer", hex);
}

enum fault
special_sign(struct bytes *out, struct arena *a, uint32_t serial,
    const struct crl_hash_entry *entry, size_t n, uint32_t now,
    const struct signer *root, struct fault_info *fi)
{
	struct crl crl = {.series = CRL_SERIES_SPECIAL,
	    .issued = now,
	    .next = now + SPECIAL_YEAR,
	    .serial = serial,
	    .entry = entry,
	    .entries = n};

	memcpy(crl.craca, root->cert->id, sizeof(crl.craca));
	return crl_sign(out, a, &crl, root, fi);
}
