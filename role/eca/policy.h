/*
 * policy.h - what the ECA grants.
 *
 * A request is judged field by field against the enrollment profile and the
 * settings of the environment.  What may be overridden is (crlSeries, cracaId,
 * name, chain lengths, a lifetime or region beyond what is permitted); what
 * may not is refused with the number that EcaEndEntityError has for it.
 *
 * All PSIDs of a request are of one kind.  For pseudonym certificates the SSP
 * has length zero and the region is made of the environment's countries; for
 * the others SSPs and region are what the ECA's own certificate permits.
 */
#ifndef ECA_POLICY_H
#define ECA_POLICY_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "cert/cert.h"
#include "cert/profile.h"
#include "schema/eca_ee.h"
#include "schema/scms_errors.h"
#include "service/conf.h"

/* What an enrollment certificate lets its device request. */
enum enrollment_kind {
	ENROLLMENT_PSEUDONYM,
	ENROLLMENT_APPLICATION, /* and identification certificates */
	ENROLLMENT_KINDS
};

struct eca_policy {
	/* That may be asked for; no PSID is in both lists. */
	struct conf_uints psids[ENROLLMENT_KINDS];
	struct conf_duration lifetime[ENROLLMENT_KINDS]; /* longest */
	struct conf_uints countries; /* of ENROLLMENT_PSEUDONYM */
	uint32_t max_age;	     /* seconds; of a request */
	uint32_t tolerance;	     /* seconds; currentTime in the future */
	uint32_t start_ahead;	     /* seconds; validity in the future */
	const struct cert *eca;	     /* certificates end before it does */
};

/* What goes into the certificate; memory is in the arena or the request's. */
struct eca_grant {
	struct point key;
	uint32_t start;
	struct lifetime lifetime;
	const geographic_region *region;
	enum enrollment_kind kind;
	const sequence_of_psid_group_permissions *permissions; /* one group */
};

/* FAULT_DENIED with *error and a text that names the cause. */
enum fault must_check eca_policy_judge(struct eca_grant *,
    eca_end_entity_error *error, struct arena *, const ee_eca_cert_request *,
    const struct eca_policy *, uint32_t now, struct fault_info *);

#endif /* ECA_POLICY_H */
