/*
 * trust.h - which certificates are trusted, and the check of whole chains.
 *
 * A struct trust holds roots, which are trusted because somebody put them
 * there, and known certificates, which are looked up as issuers and signers
 * and trusted only as far as their chains check out.  It grows and never
 * shrinks, so pointers it gives out live as long as it does; what is revoked
 * stays in it and is refused.  Any number of
 * threads may use it at once.
 *
 * A known certificate's own chain is checked once; after that a leaf costs
 * one signature verification or ECQV reconstruction, and a batch of leaves of
 * one issuer costs them as a batch.
 */
#ifndef CERT_TRUST_H
#define CERT_TRUST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "cert/cert.h"

struct revoked; /* cert/revoked.h */
struct trust;

struct trust *trust_new(void);
void trust_free(struct trust *);

/* A self-signed certificate that is trusted from now on; its form and own
 * signature are checked.  Adding the same again is fine. */
enum fault must_check trust_add_root(
    struct trust *, struct bytes raw, struct fault_info *);
/* One certificate, or a whole chain file: LCCF or GCCF (bare ScmsFile), of
 * which all certificates are taken, those of electors excepted.  Nothing is
 * trusted by this.  Faults as cert_load; DUPLICATE: another certificate has
 * this HashedId8. */
enum fault must_check trust_add_known(
    struct trust *, struct bytes raw, struct fault_info *);
/* Every regular file *.oer of a folder, as roots or as known certificates;
 * files in the order of their names; the fault's text names the file. */
enum fault must_check trust_add_folder(
    struct trust *, const char *path, bool roots, struct fault_info *);

/* By HashedId8; NULL: not known.  Says nothing about trust. */
const struct cert *trust_find(struct trust *, const uint8_t id[CERT_ID_SIZE]);

/* cracaId, the last octets of a root's HashedId8: is there a trusted root of
 * that kind?  If not, what names it is of another environment. */
#define TRUST_CRACA_SIZE 3
bool trust_has_craca(struct trust *, const uint8_t craca[TRUST_CRACA_SIZE]);

/*
 * Remembers a checked leaf whose issuer is known, so that messages that name
 * it by digest can be opened and its chain need not be computed again.  Room
 * is for about a thousand; newer ones replace older ones.
 */
void trust_remember(struct trust *, const struct cert *);
/* Room for about so many, at most 65,536 and 620 octets each; to be called
 * before any is remembered. */
void trust_set_memory(struct trust *, size_t n);
/* A known or remembered certificate, in the arena if it is the latter.
 * UNKNOWN_ISSUER: neither. Says nothing about trust. */
enum fault must_check trust_find_signer(struct cert **out, struct arena *,
    struct trust *, const uint8_t id[CERT_ID_SIZE], struct fault_info *);

/*
 * From now on what this says is revoked, and nothing else (NULL: nothing is):
 * no chain through such a certificate holds, be it leaf, CA or root, whatever
 * was checked or remembered before.  The trust takes it over and frees the one
 * it had, while others go on checking.
 */
void trust_revoke(struct trust *, struct revoked *);
/* revoked_check (revoked.h) against it alone, without the chain. */
enum fault must_check trust_check_revoked(
    struct trust *, const struct cert *, uint32_t time, struct fault_info *);

/* Everything but the present time is judged. */
#define TRUST_ANY_TIME UINT32_MAX

/* The checks, in the order they are made from the root down. */
enum chain_check {
	CHAIN_ISSUER,	   /* UNKNOWN_ISSUER, CHAIN_TOO_LONG */
	CHAIN_ROOT,	   /* UNTRUSTED_ROOT */
	CHAIN_FORM,	   /* CHAIN_LENGTH_NOT_PERMITTED, CONSTRAINT */
	CHAIN_SIGNATURE,   /* BAD_SIGNATURE, CURVE_MISMATCH, BAD_POINT */
	CHAIN_VALIDITY,	   /* VALIDITY_NOT_NESTED */
	CHAIN_REGION,	   /* REGION_NOT_NESTED */
	CHAIN_PERMISSIONS, /* PSID_, SSP_, CHAIN_LENGTH_, EE_TYPE_... */
	CHAIN_TIME,	   /* NOT_YET_VALID, EXPIRED */
	CHAIN_REVOKED,	   /* REVOKED, OVERDUE */
	CHAIN_CHECKS
};
const char *chain_check_name(enum chain_check);

/* What was checked, root first; a check that could not be made (nothing to
 * check against) has no step. */
struct chain_step {
	const struct cert *cert;
	enum chain_check check;
	struct fault_info verdict; /* code FAULT_OK: holds */
};
struct chain_report {
	size_t n;
	struct chain_step step[(CERT_CHAIN_MAX + 1) * CHAIN_CHECKS];
};

/*
 * All checks of leaf and of what is above it, at time.  On success leaf has
 * its key and issuer.  With a report (else NULL) all checks that can be made
 * are made anew, from the root on, and the first failing one is the fault.
 * *leaf may be a CA certificate, or a trusted root itself.
 */
enum fault must_check trust_check_chain(struct chain_report *, struct trust *,
    struct cert *leaf, uint32_t time, struct fault_info *);
/* The same; where known certificates do not lead to a trusted root, those that
 * came along may serve as issuers, of the leaf and of one another. */
enum fault must_check trust_check_chain_with(struct chain_report *,
    struct trust *, struct cert *leaf, uint32_t time, struct cert *const *along,
    size_t n_along, struct fault_info *);
/*
 * Many leaves: signatures and reconstructions run as batches.  verdict[i] is
 * that of leaf[i]; returns the first that is not FAULT_OK.
 */
enum fault must_check trust_check_batch(struct trust *,
    struct cert *const *leaf, enum fault *verdict, size_t n, uint32_t time);

#endif /* CERT_TRUST_H */
