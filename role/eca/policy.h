/*
 * policy.h - what the ECA grants.
 *
 * A request is judged field by field against the enrollment profile and the
 * settings of the environment.  What may be overridden is (crlSeries, cracaId,
 * name, chain lengths, a lifetime or region beyond what is permitted); what
 * may not is refused with the number that EcaEndEntityError has for it.
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

struct eca_policy {
	struct conf_uints psids;       /* that may be asked for */
	struct conf_uints countries;   /* of the region */
	struct conf_duration lifetime; /* longest */
	uint32_t max_age;	       /* seconds; of a request */
	uint32_t tolerance;	       /* seconds; currentTime in the future */
	const struct cert *eca;	       /* certificates end before it does */
};

/* What goes into the certificate; memory is in the arena or the request's. */
struct eca_grant {
	struct point key;
	uint32_t start;
	struct lifetime lifetime;
	const geographic_region *region;
	uint64_t *psids;
	size_t psids_n;
};

/* FAULT_DENIED with *error and a text that names the cause. */
enum fault must_check eca_policy_judge(struct eca_grant *,
    eca_end_entity_error *error, struct arena *, const ee_eca_cert_request *,
    const struct eca_policy *, uint32_t now, struct fault_info *);

#endif /* ECA_POLICY_H */
