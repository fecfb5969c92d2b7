/* account.c - see account.h. */
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "role/pca/account.h"
#include "service/crash.h"

static const char *const kind[] = {
    [SHELF_PSEUDONYM] = "pseudonym",
    [SHELF_AUTH] = "auth",
};

static enum fault
digest_hpcrs(uint8_t out[SHA256_SIZE], const struct pca_record *record,
    size_t n, struct fault_info *fi)
{
	uint8_t *all = malloc(n * HPCR_OCTETS);

	if (all == NULL)
		return fault_set(fi, FAULT_INTERNAL, "out of memory");
	for (size_t t = 0; t < n; t++)
		memcpy(all + t * HPCR_OCTETS, record[t].hpcr, HPCR_OCTETS);
	sha256(out, (struct bytes){all, n * HPCR_OCTETS});
	free(all);
	return FAULT_OK;
}

enum fault
pca_account(struct pca *pca, enum pca_shelf shelf,
    const struct pca_record *record, size_t n,
    const uint8_t batch_id[BATCH_ID_OCTETS], struct fault_info *fi)
{
	char hpcrs[2 * SHA256_SIZE + 1], id[2 * BATCH_ID_OCTETS + 1];
	uint8_t digest[SHA256_SIZE];

	TRY(digest_hpcrs(digest, record, n, fi));
	hex_encode(hpcrs, digest, sizeof(digest));
	hex_encode(id, batch_id, BATCH_ID_OCTETS);
	TRY(audit_write(pca->audit, AUDIT_ISSUE, fi,
	    "kind=%s batch=%s count=%zu hpcrs=%s", kind[shelf], id, n, hpcrs));
	crash_point("pca-batch-accounted");
	return pca_store_put(pca->store, shelf, record, n, batch_id, fi);
}
