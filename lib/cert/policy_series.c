/* policy_series.c - what is in force at a time; see policy.h. */
#include <stdio.h>
#include <string.h>

#include "cert/policy.h"

#define number	 POLICY_NUMBER
#define model	 POLICY_MODEL
#define lifetime POLICY_LIFETIME
#define text	 POLICY_TEXT
#define octets	 POLICY_OCTETS
const struct policy_info policy_info[POLICY_KEYS] = {
#define GLOBAL(id, series, element, member, kind, name) \
	[POLICY_##id] = {name, kind},
#define LOCAL(id, series, element, member, kind, name) \
	[POLICY_##id] = {name, kind},
#include "cert/policy.def"
};
#undef number
#undef model
#undef lifetime
#undef text
#undef octets

/* ---- one series ---- */

const struct policy_value *
policy_value_at(const struct policy_series *s, uint64_t time)
{
	size_t n = s->n;

	while (n > 1 && s->v[n - 1].start > time)
		n--;
	return n == 0 ? NULL : &s->v[n - 1].value;
}

static bool
value_equal(enum policy_key k, const struct policy_value *a,
    const struct policy_value *b)
{
	switch (policy_info[k].kind) {
	case POLICY_LIFETIME:
		return lifetime_seconds(a->lifetime) ==
		       lifetime_seconds(b->lifetime);
	case POLICY_TEXT:
	case POLICY_OCTETS:
		return bytes_equal(a->octets, b->octets);
	case POLICY_NUMBER:
	case POLICY_MODEL:
		break;
	}
	return a->number == b->number;
}

bool
policy_series_equal(enum policy_key k, const struct policy_series *a,
    const struct policy_series *b)
{
	size_t i;

	if (a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++)
		if (a->v[i].start != b->v[i].start ||
		    !value_equal(k, &a->v[i].value, &b->v[i].value))
			return false;
	return true;
}

static void
hex_text(char out[POLICY_TEXT_SIZE], struct bytes b)
{
	size_t n = POLICY_TEXT_SIZE / 2 - 1;

	hex_encode(out, b.p, b.n < n ? b.n : n);
}

void
policy_value_text(
    char out[POLICY_TEXT_SIZE], enum policy_key k, const struct policy_value *v)
{
	static const char *const units[] = {"microseconds", "milliseconds",
	    "seconds", "minutes", "hours", "sixtyHours", "years"};

	switch (policy_info[k].kind) {
	case POLICY_NUMBER:
		snprintf(out, POLICY_TEXT_SIZE, "%u", v->number);
		break;
	case POLICY_MODEL:
		snprintf(out, POLICY_TEXT_SIZE, "%s",
		    v->number != 0 ? "non-concurrent" : "concurrent");
		break;
	case POLICY_LIFETIME:
		snprintf(out, POLICY_TEXT_SIZE, "%u %s", v->lifetime.value,
		    v->lifetime.unit < sizeof(units) / sizeof(*units)
			? units[v->lifetime.unit]
			: "?");
		break;
	case POLICY_TEXT:
		snprintf(
		    out, POLICY_TEXT_SIZE, "%s", (const char *)v->octets.p);
		break;
	case POLICY_OCTETS:
		hex_text(out, v->octets);
		break;
	}
}

/* ---- all of them ---- */

#define number(type, v)	  (type)(v)->number
#define model(type, v)	  (v)->number != 0
#define lifetime(type, v) (v)->lifetime
#define octets(type, v)	  (v)->octets
#define text(type, v)	  (const char *)(v)->octets.p

#define TAKE(id, member, kind)                                          \
	if ((v = policy_value_at(&set->of[POLICY_##id], time)) != NULL) \
		out->member = kind(__typeof__(out->member), v);

void
policy_global_at(
    struct policy_global *out, const struct policy_set *set, uint64_t time)
{
	const struct policy_value *v;

	*out = policy_global_default;
#define GLOBAL(id, series, element, member, kind, name) TAKE(id, member, kind)
#include "cert/policy.def"
}

void
policy_local_at(
    struct policy_local *out, const struct policy_set *set, uint64_t time)
{
	const struct policy_value *v;

	memset(out, 0, sizeof(*out));
#define LOCAL(id, series, element, member, kind, name) TAKE(id, member, kind)
#include "cert/policy.def"
}

uint64_t
policy_next_change(const struct policy_set *set, uint64_t time)
{
	uint64_t next = UINT64_MAX;

	for (size_t k = 0; k < POLICY_KEYS; k++)
		for (size_t i = 1; i < set->of[k].n; i++) {
			uint64_t start = set->of[k].v[i].start;

			if (start > time && start < next)
				next = start;
		}
	return next;
}

void
policy_set_override(struct policy_set *out, const struct policy_set *base,
    const struct policy_set *over)
{
	for (size_t k = 0; k < POLICY_KEYS; k++)
		out->of[k] = over->of[k].n > 0 ? over->of[k] : base->of[k];
}

/* ---- made of values ---- */

static bool
put(struct policy_series *out, struct arena *a, struct policy_value value)
{
	struct policy_point *v = ARENA_NEW(a, struct policy_point);

	if (v == NULL)
		return false;
	v->value = value;
	*out = (struct policy_series){v, 1};
	return true;
}

#undef number
#undef model
#undef lifetime
#undef octets
#undef text
#define number(v)             \
	(struct policy_value) \
	{                     \
		.number = (v) \
	}
#define model(v)              \
	(struct policy_value) \
	{                     \
		.number = (v) \
	}
#define lifetime(v)             \
	(struct policy_value)   \
	{                       \
		.lifetime = (v) \
	}
#define octets(v)             \
	(struct policy_value) \
	{                     \
		.octets = (v) \
	}
#define text(v)                              \
	(struct policy_value)                \
	{                                    \
		.octets = bytes_of_string(v) \
	}

#define there_number(v)	  ((v) != 0)
#define there_lifetime(v) ((v).value != 0)
#define there_octets(v)	  ((v).n != 0)
#define there_text(v)	  ((v) != NULL)

enum fault
policy_set_values(struct policy_set *out, struct arena *a,
    const struct policy_global *g, const struct policy_local *l,
    struct fault_info *fi)
{
	bool ok = true;

	memset(out, 0, sizeof(*out));
#define GLOBAL(id, series, element, member, kind, name) \
	if (g != NULL)                                  \
		ok &= put(&out->of[POLICY_##id], a, kind(g->member));
#include "cert/policy.def"
#define LOCAL(id, series, element, member, kind, name) \
	if (l != NULL && there_##kind(l->member))      \
		ok &= put(&out->of[POLICY_##id], a, kind(l->member));
#include "cert/policy.def"
	return ok ? FAULT_OK
		  : fault_set(
			fi, FAULT_TOO_LARGE, "no memory left for a policy");
}
