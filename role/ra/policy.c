/* policy.c - see policy.h. */
#include <string.h>

#include "base/log.h"
#include "role/ra/ra.h"

#define MEMORY ((size_t)8 << 20)
/* Where an LPF has none: a year and an hour, as the first one. */
#define KEY_UPDATE   31556952u
#define RETRIEVAL    3600u
#define MICROSECONDS UINT64_C(1000000)

void
ra_policies_init(struct ra_policies *p)
{
	memset(p, 0, sizeof(*p));
	pthread_mutex_init(&p->lock, NULL);
	p->arena = arena_new(MEMORY);
}

void
ra_policies_destroy(struct ra_policies *p)
{
	arena_free(&p->arena);
	pthread_mutex_destroy(&p->lock);
}

/* ---- values ---- */

static uint32_t
seconds(struct lifetime l)
{
	uint64_t s = lifetime_seconds(l);

	return s < UINT32_MAX ? (uint32_t)s : UINT32_MAX;
}

/* A value that an LPF does not have, or 0, which means nothing here. */
static uint32_t
value_or(uint32_t value, uint32_t otherwise)
{
	return value != 0 ? value : otherwise;
}

static uint32_t
least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint32_t
supply_of(const struct environment *e)
{
	uint64_t s = (uint64_t)e->supply_weeks * e->i_period_seconds;

	return s < UINT32_MAX ? (uint32_t)s : UINT32_MAX;
}

static void
take(struct ra_policy *out, const struct environment *e,
    const struct policy_global *g, const struct policy_local *l)
{
	*out = (struct ra_policy){
	    .certs_per_i_period =
		value_or(l->certs_per_i_period, g->min_certs_per_i_period),
	    .i_period_seconds =
		value_or(seconds(g->i_period), e->i_period_seconds),
	    .supply_seconds =
		value_or(seconds(g->max_cert_supply), supply_of(e)),
	    .shuffle_count =
		value_or(l->shuffle_threshold, g->shuffle_threshold),
	    .request_max_age = seconds(g->max_request_age),
	    .application_seconds = seconds(g->rse_validity),
	    .application_overlap = seconds(g->rse_overlap),
	    .key_update_seconds =
		value_or(seconds(l->shared_key_update), KEY_UPDATE),
	    .retrieval_seconds =
		value_or(seconds(g->max_retrieval_interval), RETRIEVAL),
	};
	out->shuffle_max_age =
	    least(e->shuffle_max_age_seconds, out->request_max_age);
}

/* No LPF, ever: what it would say if it were made of the settings. */
static void
take_settings(struct ra_policy *out, const struct environment *e)
{
	struct policy_global g = policy_global_default;
	const struct policy_local l = {
	    .shuffle_threshold = e->shuffle_count,
	    .certs_per_i_period = (uint8_t)e->certs_per_i_period,
	};

	g.i_period = g.max_cert_supply = (struct lifetime){0};
	take(out, e, &g, &l);
	/* The settings know no limit of the age but their own. */
	out->shuffle_max_age = e->shuffle_max_age_seconds;
	if (out->request_max_age < out->shuffle_max_age)
		out->request_max_age = out->shuffle_max_age;
}

/* Values in force at time, from when, until when. */
static void
evaluate(struct ra_policies *p, const struct environment *e, uint32_t time)
{
	uint64_t t = time * MICROSECONDS, next;
	struct policy_global g;
	struct policy_local l;

	policy_global_at(&g, &p->set, t);
	policy_local_at(&l, &p->set, t);
	if (p->seen != 0)
		take(&p->now, e, &g, &l);
	else
		take_settings(&p->now, e);
	next = policy_next_change(&p->set, t);
	p->now.until =
	    next / MICROSECONDS < UINT32_MAX
		? (uint32_t)((next + MICROSECONDS - 1) / MICROSECONDS)
		: UINT32_MAX;
	p->since = time;
}

/* ---- the file ---- */

/* It was verified when it was taken for publication (published_lpf). */
static enum fault
read_set(struct ra *ra, struct arena *arena, struct fault_info *fi)
{
	struct policy_file file;
	struct bytes contents;
	const char *name;

	TRY(published_get(&ra->lpf, &name, &contents, arena, fi));
	TRY(policy_open(
	    &file, arena, contents, ra->self.trust, TRUST_ANY_TIME, fi));
	ra->policies.set = file.set;
	return FAULT_OK;
}

/* What cannot be read leaves the former policy in force. */
static void
read_anew(struct ra *ra, unsigned reading)
{
	struct ra_policies *p = &ra->policies;
	struct arena arena = arena_new(MEMORY);
	struct fault_info fi;

	if (read_set(ra, &arena, &fi) != FAULT_OK) {
		arena_free(&arena);
		log_error("policy stays as it was: %s", fi.text);
		return;
	}
	arena_free(&p->arena);
	p->arena = arena;
	p->seen = reading;
	p->since = UINT32_MAX; /* nothing is evaluated */
}

void
ra_policy_at(struct ra *ra, struct ra_policy *out, uint32_t time)
{
	struct ra_policies *p = &ra->policies;
	unsigned reading;

	pthread_mutex_lock(&p->lock);
	reading = published_reading(&ra->lpf);
	if (reading != 0 && reading != p->seen)
		read_anew(ra, reading);
	if (p->seen == 0 || time < p->since || time >= p->now.until)
		evaluate(p, ra->environment, time);
	*out = p->now;
	pthread_mutex_unlock(&p->lock);
}
