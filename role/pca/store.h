/*
 * store.h - what a PCA keeps: answers until the RA has them, and for the MA
 * what belongs to each certificate.
 *
 * Any thread may call anything.
 */
#ifndef PCA_STORE_H
#define PCA_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "crypto/hash.h"
#include "crypto/linkage.h"
#include "plv/plv.h"

#define BATCH_ID_OCTETS 16
#define HPCR_OCTETS	32

/* Pseudonym certificates, and those asked for by auth-cert-req, are kept on
 * shelves of their own. */
enum pca_shelf { SHELF_PSEUDONYM, SHELF_AUTH, SHELVES };

/*
 * A record as it is kept:
 *	batchId(16)	only while the answer is kept
 *	i(2) lv(9) EncryptedIndividualPLV(101) of LA1, of LA2
 *	reply		only while the answer is kept
 * and that of auth-cert-req:
 *	batchId(16)	only while the answer is kept
 *	HashedId10 of the certificate
 *	reply		only while the answer is kept
 */
#define AUTH_AT_ID	BATCH_ID_OCTETS
#define AUTH_AT_REPLY	(AUTH_AT_ID + 10)
#define RECORD_AT_I	BATCH_ID_OCTETS
#define RECORD_AT_LV	(RECORD_AT_I + 2)
#define RECORD_AT_PLV1	(RECORD_AT_LV + sizeof(struct lv))
#define RECORD_AT_PLV2	(RECORD_AT_PLV1 + PLV_OCTETS)
#define RECORD_AT_REPLY (RECORD_AT_PLV2 + PLV_OCTETS)
#define ISSUED_OCTETS	(RECORD_AT_REPLY - RECORD_AT_I)

struct pca_store;

/* Opens DIR/data. */
enum fault must_check pca_store_open(
    struct pca_store **, const char *data, struct fault_info *);
void pca_store_close(struct pca_store *); /* NULL is fine */

/*
 * The HPCRs a message is about, none twice: waits until no other message
 * works on any of them, then holds them until pca_store_release.
 */
void pca_store_claim(struct pca_store *, const uint8_t *const hpcr[], size_t n);
void
pca_store_release(struct pca_store *, const uint8_t *const hpcr[], size_t n);

/* Records with replies of those that are waiting for confirmation; p NULL:
 * none. */
enum fault must_check pca_store_find_pending(struct pca_store *, enum pca_shelf,
    struct bytes records[], struct arena *, const uint8_t *const hpcr[],
    size_t n, struct fault_info *);
/* Which of them are issued, and confirmed? */
void pca_store_are_confirmed(struct pca_store *, enum pca_shelf, bool out[],
    const uint8_t *const hpcr[], size_t n);

/* Sets n linkage values aside for new certificates; taken[t] false: there is
 * one with it already. */
void pca_store_take_lvs(
    struct pca_store *, bool taken[], const struct lv *const[], size_t n);
void
pca_store_return_lvs(struct pca_store *, const struct lv *const[], size_t n);

struct pca_record {
	const uint8_t *hpcr;
	struct bytes octets;
};
/* Makes all of a message durable at once. */
enum fault must_check pca_store_put(struct pca_store *, enum pca_shelf,
    const struct pca_record *, size_t n,
    const uint8_t batch_id[BATCH_ID_OCTETS], struct fault_info *);

/* The RA has the answers of this batch: they go, the rest stays.  Fine if
 * there is no such batch (any more). */
enum fault must_check pca_store_confirm(struct pca_store *,
    const uint8_t batch_id[BATCH_ID_OCTETS], struct fault_info *);

/*
 * What the MA asks for, confirmed or not: the HPCR of a linkage value, and the
 * record of an HPCR from i on, ISSUED_OCTETS, in the arena.  FAULT_NOT_FOUND.
 */
enum fault must_check pca_store_find_lv(struct pca_store *,
    uint8_t hpcr[HPCR_OCTETS], const struct lv *, struct fault_info *);
enum fault must_check pca_store_find_record(struct pca_store *,
    struct bytes *record, struct arena *, const uint8_t hpcr[HPCR_OCTETS],
    struct fault_info *);

struct pca_counts {
	uint64_t issued, pending, octets; /* pseudonym certificates */
	uint64_t auth_issued, auth_pending;
};
void pca_store_counts(struct pca_store *, struct pca_counts *);

#endif /* PCA_STORE_H */
