/* judge.h - for the files that judge a request together: policy.c (time, form,
 * key, validity) and permissions.c (PSIDs, region). */
#ifndef ECA_JUDGE_H
#define ECA_JUDGE_H

#include "role/eca/policy.h"

/* What the checks of one request share. */
struct judge {
	struct eca_grant *grant;
	eca_end_entity_error *error;
	struct arena *arena;
	const ee_eca_cert_request *request;
	const to_be_signed_certificate *tbs;
	const struct eca_policy *policy;
	uint32_t now;
	struct fault_info *fi;
};

/* FAULT_DENIED with this number and text. */
enum fault judge_refuse(struct judge *, eca_end_entity_error, const char *fmt,
    ...) printf_like(3, 4);

/* Which kind of enrollment it is, and its PSIDs and SSPs. */
enum fault must_check judge_psids(struct judge *);
/* Once the kind is known. */
enum fault must_check judge_region(struct judge *);

#endif /* ECA_JUDGE_H */
