/*
 * perm.h - PSIDs and SSPs: who may issue, request and use what.
 *
 * Chain length (1609.2 6.4.30): the number of certificates below the one that
 * holds the permission, down to and including the end of the chain.  A CA
 * with minChainLength 1 and chainLengthRange 0 issues exactly end entities;
 * range -1 has no upper end; min 0 occurs in request permissions only.
 *
 * "all" in subjectPermissions means all PSIDs that no other group of the same
 * list names.  An absent sspRange means any SSP; an absent SSP is the same as
 * a zero-length one where ranges are opaque.
 *
 * Every permission at the end of a chain must be granted by each certificate
 * above it, at its distance.  Hence a CA may claim wider chain lengths than
 * its issuer grants (CAMP's ICA does); that gives it nothing.  What a CA
 * claims must still lie within PSIDs, SSPs and end-entity types of each
 * certificate above, with at least one chain length in common.
 */
#ifndef CERT_PERM_H
#define CERT_PERM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"

typedef struct psid_ssp psid_ssp;
typedef struct psid_ssp_range psid_ssp_range;
typedef struct sequence_of_psid_ssp sequence_of_psid_ssp;
typedef struct sequence_of_psid_group_permissions
    sequence_of_psid_group_permissions;
typedef struct service_specific_permissions service_specific_permissions;
typedef struct ssp_range ssp_range;
struct cert;

#define PSID_BSM	 0x20u
#define PSID_SECURITY	 0x23u /* SCMS-internal messages */
#define PSID_MISBEHAVIOR 0x26u
#define PSID_CRL	 0x100u

#define EE_APP	 0x80u /* EndEntityType */
#define EE_ENROL 0x40u

/* ssp NULL: absent; range NULL: absent. */
bool
perm_ssp_in_range(const service_specific_permissions *ssp, const ssp_range *);
bool perm_range_in_range(const ssp_range *inner, const ssp_range *outer);

/*
 * Does a list of groups (certIssuePermissions or certRequestPermissions)
 * grant this PSID and SSP at this chain length to this end-entity type?
 * PSID_NOT_PERMITTED, SSP_NOT_PERMITTED, CHAIN_LENGTH_NOT_PERMITTED,
 * EE_TYPE_NOT_PERMITTED: how far the best matching group came.
 */
enum fault must_check perm_check(const sequence_of_psid_group_permissions *,
    const psid_ssp *, unsigned length, uint8_t ee_type, struct fault_info *);
/* All of a list. */
enum fault must_check perm_check_all(const sequence_of_psid_group_permissions *,
    const sequence_of_psid_ssp *, unsigned length, uint8_t ee_type,
    struct fault_info *);

/*
 * May ancestor, which stands distance (1..) above cert, have cert below it?
 * Looks at appPermissions (as "app"), certRequestPermissions (as "enrol") and
 * certIssuePermissions of cert.  Faults as perm_check, naming the PSID.
 * Request permissions of an SCMS component (RA, DCM: it has PSID 0x23 among
 * its appPermissions) may also be judged one certificate further down, where
 * the certificates that it requests for others will be: the 2018 chain needs
 * it.
 */
enum fault must_check perm_check_issued(const struct cert *,
    const struct cert *ancestor, unsigned distance, struct fault_info *);
/* Groups of a certificate in themselves: minChainLength not 0 when issuing,
 * chainLengthRange -1 or above, no SSP range of bad form.
 * CHAIN_LENGTH_NOT_PERMITTED, CONSTRAINT. */
enum fault must_check perm_check_form(const struct cert *, struct fault_info *);

/* May the holder of an enrollment certificate request a certificate with
 * these permissions? (groups with eeType app and chain length 0) */
enum fault must_check perm_check_request(const struct cert *enrollment,
    const sequence_of_psid_ssp *, struct fault_info *);
/*
 * What an enrollment certificate's certRequestPermissions ask for, as the
 * appPermissions of a certificate: of each PSID in their order no SSP where
 * any will do, the first of an opaque list, the value of a bitmap.
 * PSID_NOT_PERMITTED: no permissions, "all", or a PSID named twice.
 */
enum fault must_check perm_requested(sequence_of_psid_ssp **out, struct arena *,
    const struct cert *enrollment, struct fault_info *);
/* Are all PSIDs that may be requested on this list?  PSID_NOT_PERMITTED, its
 * text names the first one that is not. */
enum fault must_check perm_check_listed(const struct cert *enrollment,
    const uint32_t *psids, size_t n, struct fault_info *);
/* May cert sign messages of this PSID?  PSID_NOT_PERMITTED. */
enum fault must_check perm_check_use(
    const struct cert *, uint64_t psid, struct fault_info *);
/* The entry of appPermissions for this PSID; NULL: none. */
const psid_ssp *perm_find(const struct cert *, uint64_t psid);

/* Role of an SCMS component by its SSP under PSID 0x23; numbers are those of
 * the CHOICE ScmsSsp.  CAMP names auditors of the MA's questions and has no
 * SSP for them: ours is the first extension, AuditorSsp { version 1, ... }. */
enum scms_role {
	SCMS_ELECTOR,
	SCMS_ROOT,
	SCMS_PG,
	SCMS_ICA,
	SCMS_ECA,
	SCMS_PCA,
	SCMS_CRLG,
	SCMS_DCM,
	SCMS_LA,
	SCMS_LOP,
	SCMS_MA,
	SCMS_RA,
	SCMS_AUDITOR,
	SCMS_NO_ROLE,
};
enum scms_role perm_role(const struct cert *);
/* FAULT_SSP_NOT_PERMITTED unless cert has this role. */
enum fault must_check perm_check_role(
    const struct cert *, enum scms_role, struct fault_info *);
/* The la-id in an LA's SSP; false: not an LA. */
bool must_check perm_la_id(uint8_t out[2], const struct cert *);
const char *scms_role_name(enum scms_role);

#endif /* CERT_PERM_H */
