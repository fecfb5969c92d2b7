/* policy_diff.c - what a draft would change, in words; see policy.h. */
#include <string.h>

#include "base/time32.h"
#include "tool/scms/policy.h"

#define SECOND UINT64_C(1000000)

/* ---- one parameter ---- */

static bool
is_value(enum policy_key k, const struct policy_value *a,
    const struct policy_value *b)
{
	struct policy_point p = {.start = 0}, q = p;

	if (a == NULL || b == NULL)
		return a == b;
	p.value = *a;
	q.value = *b;
	return policy_series_equal(
	    k, &(struct policy_series){&p, 1}, &(struct policy_series){&q, 1});
}

static void
say(FILE *to, enum policy_key k, const struct policy_value *v)
{
	char text[POLICY_TEXT_SIZE];

	if (v == NULL) {
		fprintf(to, "(nothing)");
		return;
	}
	policy_value_text(text, k, v);
	fprintf(to, "%s", text);
}

/* The earliest start after time in either. */
static uint64_t
next_start(
    const struct policy_series *a, const struct policy_series *b, uint64_t time)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < a->n; i++)
		if (a->v[i].start > time && a->v[i].start < next)
			next = a->v[i].start;
	for (size_t i = 0; i < b->n; i++)
		if (b->v[i].start > time && b->v[i].start < next)
			next = b->v[i].start;
	return next;
}

static void
say_change(FILE *to, const struct policy_line *l,
    const struct policy_value *was, const struct policy_value *is,
    uint64_t time, bool at_once)
{
	char start[TIME32_TEXT];

	fprintf(to, "%s: ", l->name);
	say(to, l->key, was);
	fprintf(to, " becomes ");
	say(to, l->key, is);
	time32_text(start, (uint32_t)(time / SECOND));
	if (at_once)
		fprintf(to, " as soon as it is published\n");
	else
		fprintf(to, " from %s\n", start);
}

/* Says whenever what is said differs in another way than before. */
static bool
diff_line(FILE *to, const struct policy_line *l, const struct policy_series *a,
    const struct policy_series *b, uint64_t now)
{
	const struct policy_value *was, *is, *was_last = NULL, *is_last = NULL;
	bool any = false;
	uint64_t time;

	for (time = now; time != UINT64_MAX; time = next_start(a, b, time)) {
		was = policy_value_at(a, time);
		is = policy_value_at(b, time);
		if (is_value(l->key, was, is)) {
			was_last = is_last = NULL;
			continue;
		}
		if (was_last == NULL || is_last == NULL ||
		    !is_value(l->key, was, was_last) ||
		    !is_value(l->key, is, is_last))
			say_change(to, l, was, is, time, time == now);
		was_last = was;
		is_last = is;
		any = true;
	}
	if (any)
		fprintf(to, "    %s\n", l->help);
	return any;
}

bool
policy_diff(FILE *to, struct policy_desk *d, const struct policy_view *view)
{
	uint64_t now = time32_now() * SECOND;
	bool any = false;

	for (size_t i = 0; i < POLICY_LINES; i++) {
		const struct policy_line *l = policy_line(i);

		/* This one is set by who makes the file. */
		if (l->part == POLICY_GLOBAL && l->key == POLICY_CHAIN_FILE_ID)
			continue;
		any |= diff_line(to, l, &d->now.part[l->part].of[l->key],
		    &view->part[l->part].of[l->key], now);
	}
	return any;
}

/* ---- is it possible? ---- */

/* Periods are numbered by their length, for the life of an environment. */
static enum fault
check_period(const struct policy_desk *d, const struct policy_set *set,
    struct fault_info *fi)
{
	const struct policy_series *s = &set->of[POLICY_I_PERIOD];

	for (size_t i = 0; i < s->n; i++)
		if (lifetime_seconds(s->v[i].value.lifetime) !=
		    d->site->env.i_period_seconds)
			return fault_set(fi, FAULT_DENIED,
			    "iPeriod must stay %u seconds: all periods are "
			    "numbered by it",
			    d->site->env.i_period_seconds);
	return FAULT_OK;
}

enum fault
policy_check(
    struct policy_desk *d, const struct policy_view *to, struct fault_info *fi)
{
	const struct policy_set *global = &to->part[POLICY_GLOBAL];
	uint32_t least = d->site->env.certs_per_i_period;
	uint64_t now = time32_now() * SECOND;
	struct policy_set both, all;

	if (least > POLICY_LEAST_CERTS)
		least = POLICY_LEAST_CERTS;
	for (enum policy_key k = 0; k < POLICY_GLOBAL_KEYS; k++)
		if (global->of[k].n == 0)
			return fault_set(fi, FAULT_DENIED,
			    "global.%s is missing", policy_info[k].name);
	TRY(policy_check_values(global, least, fi));
	TRY(check_period(d, global, fi));
	policy_set_override(&both, global, &to->part[POLICY_CUSTOM]);
	policy_set_override(&all, &both, &to->part[POLICY_LOCAL]);
	TRY(policy_check_values(&all, least, fi));
	TRY(policy_check_custom(&all, global, now, fi));
	return policy_check_local(&all, now, fi);
}
