/* policy_check.c - the limits of policies; see policy.h. */
#include <stdio.h>

#include "base/time32.h"
#include "cert/policy.h"

#define MICROSECONDS UINT64_C(1000000)

/* What an RA may do with a global value, and whether its devices need it. */
enum rule { EQUAL, AT_MOST, AT_LEAST, BELOW };

static const struct {
	enum rule rule;
	bool critical;
} rules[POLICY_GLOBAL_KEYS] = {
    [POLICY_SCMS_VERSION] = {EQUAL, true},
    [POLICY_CHAIN_FILE_ID] = {EQUAL, true},
    [POLICY_OVERDUE_CRL_TOLERANCE] = {AT_MOST, true},
    [POLICY_I_PERIOD] = {EQUAL, true},
    [POLICY_MIN_CERTS] = {AT_LEAST, true},
    [POLICY_VALIDITY_MODEL] = {EQUAL, true},
    [POLICY_MAX_SUPPLY] = {AT_MOST, true},
    [POLICY_MAX_REQUEST_AGE] = {AT_MOST, false},
    [POLICY_SHUFFLE] = {AT_LEAST, false},
    [POLICY_HASH_SIZE] = {EQUAL, false},
    [POLICY_RETRIEVAL] = {AT_MOST, false},
    [POLICY_RSE_VALIDITY] = {AT_MOST, false},
    [POLICY_RSE_OVERLAP] = {AT_MOST, false},
};

/* Values in the unit of the kind: numbers, or seconds. */
static const struct {
	uint32_t least, most;
} ranges[POLICY_KEYS] = {
    [POLICY_SCMS_VERSION] = {1, 1},
    [POLICY_CHAIN_FILE_ID] = {1, UINT16_MAX},
    [POLICY_OVERDUE_CRL_TOLERANCE] = {0, UINT32_MAX},
    [POLICY_I_PERIOD] = {60, 31536000},
    [POLICY_MIN_CERTS] = {1, 255},
    [POLICY_VALIDITY_MODEL] = {0, 0},
    [POLICY_MAX_SUPPLY] = {60, UINT32_MAX},
    [POLICY_MAX_REQUEST_AGE] = {0, 31536000},
    [POLICY_SHUFFLE] = {1, 10000000},
    [POLICY_HASH_SIZE] = {32, 32},
    [POLICY_RETRIEVAL] = {1, 31536000},
    [POLICY_RSE_VALIDITY] = {60, UINT32_MAX},
    [POLICY_RSE_OVERLAP] = {0, UINT32_MAX},
    [POLICY_LOCAL_SHUFFLE] = {1, 10000000},
    [POLICY_LOCAL_CERTS] = {1, 255},
    [POLICY_KEY_UPDATE] = {60, UINT32_MAX},
};

static uint64_t
magnitude(enum policy_key k, const struct policy_value *v)
{
	return policy_info[k].kind == POLICY_LIFETIME
		   ? lifetime_seconds(v->lifetime)
		   : v->number;
}

/* "iPeriod = 5 minutes from 2027-01-04T09:00:00Z: why" */
static enum fault
deny(enum policy_key k, const struct policy_value *v, uint64_t start,
    const char *why, struct fault_info *fi)
{
	char value[POLICY_TEXT_SIZE], since[TIME32_TEXT];

	policy_value_text(value, k, v);
	time32_text(since, (uint32_t)(start / MICROSECONDS));
	return fault_set(fi, FAULT_DENIED, "%s = %s%s%s: %s",
	    policy_info[k].name, value, start == 0 ? "" : " from ",
	    start == 0 ? "" : since, why);
}

/* ---- one parameter against another ---- */

static bool
permits(enum rule rule, uint64_t value, uint64_t limit)
{
	switch (rule) {
	case AT_MOST:
		return value <= limit;
	case AT_LEAST:
		return value >= limit;
	case BELOW:
		return value < limit;
	case EQUAL:
		break;
	}
	return value == limit;
}

struct limit {
	enum policy_key key, of; /* this one by that one */
	enum rule rule;
};

static enum fault
check_at(const struct limit *l, const struct policy_series *s,
    const struct policy_series *limits, uint64_t time, uint64_t since,
    struct fault_info *fi)
{
	static const char *const words[] = {"is", "permits at most",
	    "permits no less than", "permits less than"};
	const struct policy_value *v = policy_value_at(s, time);
	const struct policy_value *limit = policy_value_at(limits, time);
	char text[POLICY_TEXT_SIZE], why[2 * POLICY_TEXT_SIZE];

	if (permits(l->rule, magnitude(l->key, v), magnitude(l->of, limit)))
		return FAULT_OK;
	policy_value_text(text, l->of, limit);
	snprintf(why, sizeof(why), "the %s policy %s %s",
	    l->key < POLICY_GLOBAL_KEYS ? "global" : "RA's", words[l->rule],
	    text);
	return deny(l->key, v, time > since ? time : 0, why, fi);
}

/* A value is looked at at since, and whenever it or its limit changes. */
static enum fault
check_limit(const struct limit *l, const struct policy_series *s,
    const struct policy_series *limits, uint64_t since, struct fault_info *fi)
{
	const struct policy_series *both[] = {s, limits};

	TRY(check_at(l, s, limits, since, since, fi));
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < both[k]->n; i++)
			if (both[k]->v[i].start > since)
				TRY(check_at(l, s, limits, both[k]->v[i].start,
				    since, fi));
	return FAULT_OK;
}

enum fault
policy_check_custom(const struct policy_set *custom,
    const struct policy_set *global, uint64_t since, struct fault_info *fi)
{
	for (enum policy_key k = 0; k < POLICY_GLOBAL_KEYS; k++) {
		const struct policy_series *s = &custom->of[k];
		const struct limit l = {k, k, rules[k].rule};

		if (s->n == 0 && global->of[k].n > 0 && rules[k].critical)
			return fault_set(fi, FAULT_DENIED,
			    "%s is missing, but devices need it",
			    policy_info[k].name);
		if (s->n > 0 && global->of[k].n == 0)
			return deny(k, &s->v[0].value, 0,
			    "the global policy does not have it", fi);
		if (s->n > 0)
			TRY(check_limit(&l, s, &global->of[k], since, fi));
	}
	return FAULT_OK;
}

enum fault
policy_check_local(
    const struct policy_set *set, uint64_t since, struct fault_info *fi)
{
	static const struct limit limits[] = {
	    {POLICY_LOCAL_CERTS, POLICY_MIN_CERTS, AT_LEAST},
	    {POLICY_LOCAL_SHUFFLE, POLICY_SHUFFLE, AT_LEAST},
	};
	size_t i;

	for (i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		const struct limit *l = &limits[i];

		if (set->of[l->key].n > 0 && set->of[l->of].n > 0)
			TRY(check_limit(
			    l, &set->of[l->key], &set->of[l->of], since, fi));
	}
	return FAULT_OK;
}

/* ---- what is possible at all ---- */

static enum fault
check_range(enum policy_key k, const struct policy_series *s, uint64_t least,
    uint64_t most, struct fault_info *fi)
{
	char why[80];
	size_t i;

	for (i = 0; i < s->n; i++) {
		uint64_t m = magnitude(k, &s->v[i].value);

		if (m >= least && m <= most)
			continue;
		snprintf(why, sizeof(why), "must be between %llu and %llu%s",
		    (unsigned long long)least, (unsigned long long)most,
		    policy_info[k].kind == POLICY_LIFETIME ? " seconds" : "");
		return deny(k, &s->v[i].value, s->v[i].start, why, fi);
	}
	return FAULT_OK;
}

/* Where one limits the other, in the same set. */
static enum fault
check_pair(
    const struct limit *l, const struct policy_set *set, struct fault_info *fi)
{
	const struct policy_series *s = &set->of[l->key];
	const struct policy_series *limits = &set->of[l->of];

	if (s->n == 0 || limits->n == 0)
		return FAULT_OK;
	if (check_limit(l, s, limits, 0, fi) == FAULT_OK)
		return FAULT_OK;
	return fault_prefix(fi, "%s must %s %s", policy_info[l->key].name,
	    l->rule == BELOW ? "be less than" : "not exceed",
	    policy_info[l->of].name);
}

enum fault
policy_check_values(
    const struct policy_set *set, uint32_t least_certs, struct fault_info *fi)
{
	static const struct limit supply = {
	    POLICY_I_PERIOD, POLICY_MAX_SUPPLY, AT_MOST};
	/* else each certificate could be followed by another at once */
	static const struct limit overlap = {
	    POLICY_RSE_OVERLAP, POLICY_RSE_VALIDITY, BELOW};

	for (enum policy_key k = 0; k < POLICY_KEYS; k++) {
		uint32_t least = ranges[k].least;

		if (policy_info[k].kind == POLICY_TEXT ||
		    policy_info[k].kind == POLICY_OCTETS)
			continue;
		if (k == POLICY_MIN_CERTS && least_certs > least)
			least = least_certs;
		TRY(check_range(k, &set->of[k], least, ranges[k].most, fi));
	}
	TRY(check_pair(&supply, set, fi));
	return check_pair(&overlap, set, fi);
}

bool
policy_is_older(const struct policy_file *a, const struct policy_file *than)
{
	if (a->head.generation_time != than->head.generation_time)
		return a->head.generation_time < than->head.generation_time;
	return a->local_head.generation_time < than->local_head.generation_time;
}
