/*
 * supply.h - how much devices are to have: what the policy and the settings say
 * of the generation of pseudonym certificates.
 *
 * A policy is in force from its start time on, for what is planned from then
 * on; units that are planned stay as they are.
 */
#ifndef RA_SUPPLY_H
#define RA_SUPPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/fault.h"

struct environment;
struct ra;
struct ra_policy;

/* ra_policy_at for who only looks. */
void supply_policy(const struct ra *, struct ra_policy *, uint32_t time);

/* What holds for a device that is planned at some time. */
struct supply_rule {
	uint32_t certs;	  /* of a unit */
	uint32_t periods; /* ahead, the running one included; 0: none */
	uint32_t contact; /* whoever was not here since then gets nothing */
	uint32_t until;	  /* Time32 of the next change */
};
void supply_rule_at(struct supply_rule *, const struct ra *, uint32_t time);
/* Is anything to be generated?  FAULT_CONFIG: the policy has periods of another
 * length than the environment, whose certificates would not fit together. */
enum fault must_check supply_check(
    const struct ra *, uint32_t time, struct fault_info *);

/* How far ahead is generated, from now on: spans between changes. */
#define SUPPLY_SPANS 32
struct supply_plan {
	uint32_t now; /* when the first span begins */
	uint32_t i_zero, i_seconds;
	size_t n;
	struct {
		uint32_t from; /* Time32 */
		uint32_t periods;
	} span[SUPPLY_SPANS];
};
void supply_plan_make(struct supply_plan *, const struct ra *, uint32_t now);

/* What a device has and may have. */
struct supply {
	uint32_t next_i, end_i; /* of its row */
	uint32_t pca_end;	/* first period never generated, as yet */
	bool waiting;		/* something of it is under way */
};

#define SUPPLY_NEVER UINT32_MAX
/* When the next batch of a device is made (Time32): now, when some period has
 * come near enough, or SUPPLY_NEVER when generation has ended. */
uint32_t supply_next(const struct supply *, const struct supply_plan *);

#endif /* RA_SUPPLY_H */
