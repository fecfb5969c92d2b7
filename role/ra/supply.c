/* supply.c - see supply.h. */
#include "role/ra/supply.h"
#include "role/ra/ra.h"

#define DAY 86400u

void
supply_policy(const struct ra *ra, struct ra_policy *out, uint32_t time)
{
	/* it reads the file anew when that has changed, and locks for it */
	ra_policy_at((struct ra *)(uintptr_t)ra, out, time);
}

static uint32_t
least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* As far as a message to the PCA has room for 2K - 1 devices. */
static uint32_t
certs_of(const struct environment *e, const struct ra_policy *p)
{
	return least(p->certs_per_i_period, environment_certs_most(e));
}

/* 0: all are supplied. */
static uint32_t
contact_of(const struct environment *e, uint32_t time)
{
	uint64_t age = (uint64_t)e->inactive_after_days * DAY;

	return age == 0 || age > time ? 0 : time - (uint32_t)age;
}

static bool
fits(const struct environment *e, const struct ra_policy *p)
{
	return p->i_period_seconds == e->i_period_seconds;
}

void
supply_rule_at(struct supply_rule *out, const struct ra *ra, uint32_t time)
{
	const struct environment *e = ra->environment;
	struct ra_policy p;

	supply_policy(ra, &p, time);
	*out = (struct supply_rule){
	    .certs = certs_of(e, &p),
	    .periods =
		fits(e, &p)
		    ? least(p.supply_seconds / e->i_period_seconds, RA_I_END)
		    : 0,
	    .contact = contact_of(e, time),
	    .until = p.until,
	};
}

enum fault
supply_check(const struct ra *ra, uint32_t time, struct fault_info *fi)
{
	const struct environment *e = ra->environment;
	struct ra_policy p;

	supply_policy(ra, &p, time);
	if (!fits(e, &p))
		return fault_set(fi, FAULT_CONFIG,
		    "nothing is generated: the policy's i_period is %u s, that "
		    "of the environment %u s",
		    p.i_period_seconds, e->i_period_seconds);
	if (certs_of(e, &p) < p.certs_per_i_period)
		return fault_set(fi, FAULT_CONFIG,
		    "%u certificates per period are generated, not %u: "
		    "messages "
		    "of 2 shuffle_devices - 1 = %u devices have no room for "
		    "more",
		    certs_of(e, &p), p.certs_per_i_period,
		    2 * e->shuffle_devices - 1);
	return FAULT_OK;
}

/* ---- what will be ---- */

void
supply_plan_make(struct supply_plan *out, const struct ra *ra, uint32_t now)
{
	struct supply_rule rule = {.until = now};

	out->now = now;
	out->i_zero = ra->environment->i_zero;
	out->i_seconds = ra->environment->i_period_seconds;
	for (out->n = 0; out->n < SUPPLY_SPANS && rule.until != UINT32_MAX;
	     out->n++) {
		out->span[out->n].from = rule.until;
		supply_rule_at(&rule, ra, rule.until);
		out->span[out->n].periods = rule.periods;
	}
}

/* When a period comes so near that it is generated. */
static uint64_t
time_for(const struct supply_plan *plan, uint32_t i, uint32_t periods)
{
	uint32_t running = i + 1 > periods ? i + 1 - periods : 0;

	return plan->i_zero + (uint64_t)running * plan->i_seconds;
}

uint32_t
supply_next(const struct supply *s, const struct supply_plan *plan)
{
	if (s->waiting)
		return plan->now;
	if (s->next_i >= least(s->end_i, s->pca_end))
		return SUPPLY_NEVER;
	for (size_t k = 0; k < plan->n; k++) {
		uint32_t from = plan->span[k].from;
		uint64_t end =
		    k + 1 < plan->n ? plan->span[k + 1].from : SUPPLY_NEVER;
		uint64_t t = time_for(plan, s->next_i, plan->span[k].periods);

		if (t < from)
			t = from;
		if (plan->span[k].periods > 0 && t < end)
			return (uint32_t)t;
	}
	return SUPPLY_NEVER;
}
