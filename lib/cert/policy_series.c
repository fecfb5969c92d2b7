/* policy_series.c - what is in force at a time; see policy.h. */
#include <string.h>

#include "cert/policy.h"

const struct policy_value *
policy_value_at(const struct policy_series *s, uint64_t time)
{
	size_t n = s->n;

	while (n > 1 && s->v[n - 1].start > time)
		n--;
	return n == 0 ? NULL : &s->v[n - 1].value;
}

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
