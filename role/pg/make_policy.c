/* make_policy.c - the next version of the global policy. */
#include <string.h>

#include "cert/chainfile.h"
#include "role/pg/pg.h"
#include "service/versions.h"

/* policyID: the version in 2 octets, the most significant first. */
#define ID_OCTETS 2

static enum fault
next_id(uint8_t out[ID_OCTETS], const struct policy_file *last,
    struct fault_info *fi)
{
	struct reader r = reader_of(last->head.id);
	uint64_t id;

	if (last->head.id.n != ID_OCTETS ||
	    (id = read_uint(&r, ID_OCTETS)) >= UINT16_MAX)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "the policy in force has a policyID that nothing can "
		    "follow");
	out[0] = (uint8_t)((id + 1) >> 8);
	out[1] = (uint8_t)(id + 1);
	return FAULT_OK;
}

/* The policy names the chain file that belongs to it. */
static enum fault
set_chain_file(struct pg *pg, struct policy_set *set, struct arena *arena,
    struct fault_info *fi)
{
	struct policy_point *v = ARENA_NEW(arena, struct policy_point);
	struct chain_file file;
	struct bytes octets;
	const char *name;

	if (v == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "policy");
	TRY(pg_chain_file(pg, &octets, &name, arena, fi));
	TRY(chain_file_open(&file, arena, octets, fi));
	v->value.number = file.gccf_version;
	set->of[POLICY_CHAIN_FILE_ID] = (struct policy_series){v, 1};
	return FAULT_OK;
}

/* Environments for experiments may have begun with fewer than CAMP's 20. */
static uint32_t
least_certs(const struct policy_set *last)
{
	const struct policy_series *s = &last->of[POLICY_MIN_CERTS];
	uint32_t least = POLICY_LEAST_CERTS;

	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].value.number < least)
			least = s->v[i].value.number;
	return least;
}

static bool
is_same(const struct policy_set *a, const struct policy_set *b)
{
	for (enum policy_key k = 0; k < POLICY_GLOBAL_KEYS; k++)
		if (!policy_series_equal(k, &a->of[k], &b->of[k]))
			return false;
	return true;
}

static enum fault
sign(struct pg *pg, struct bytes *out, struct arena *arena,
    const struct policy_head *head, const struct policy_set *set,
    struct fault_info *fi)
{
	struct policy_file made;
	struct bytes tbs, base;

	TRY(policy_tbs_global(&tbs, arena, head, set, fi));
	TRY(policy_countersign(
	    &base, arena, tbs, head->generation_time, &pg->self.signer, fi));
	TRY(policy_gpf(out, arena, base, &pg->self.signer, fi));
	/* What nobody could verify is not to be published. */
	return policy_open(&made, arena, *out, pg->self.trust,
	    (uint32_t)(head->generation_time / 1000000), fi);
}

enum fault
pg_make_policy(struct pg *pg, const char **name, struct arena *arena,
    struct bytes tbs, uint64_t now, struct fault_info *fi)
{
	struct policy_file wanted, last;
	struct policy_head head = {.generation_time = now, .active_time = now};
	uint8_t id[ID_OCTETS];
	struct bytes file;

	TRY(policy_read_tbs(&wanted, arena, POLICY_GLOBAL, tbs, 0, fi));
	TRY(pg_global_policy(pg, &file, name, arena, fi));
	TRY(policy_open(
	    &last, arena, file, pg->self.trust, TRUST_ANY_TIME, fi));
	TRY(set_chain_file(pg, &wanted.set, arena, fi));
	TRY(policy_check_values(&wanted.set, least_certs(&last.set), fi));
	if (is_same(&wanted.set, &last.set) &&
	    memcmp(last.pg->id, pg->self.cert->id, sizeof(last.pg->id)) == 0)
		return FAULT_OK;
	if (now <= last.head.generation_time)
		return fault_set(fi, FAULT_BAD_TIME,
		    "%s was made later than now: is the clock right?", *name);
	TRY(next_id(id, &last, fi));
	head.id = BYTES(id);
	TRY(sign(pg, &file, arena, &head, &wanted.set, fi));
	*name = arena_printf(arena, PG_POLICY "%02x%02x.oer", id[0], id[1]);
	if (*name == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "policy");
	return versions_add(pg->audit, pg->folder, *name, file, NULL, fi);
}

/* The values in force, made anew. */
static enum fault
renew(struct pg *pg, struct arena *arena, uint64_t now, struct fault_info *fi)
{
	const struct policy_head nobody = {.id = BYTES_NONE};
	struct policy_file last;
	struct bytes file, tbs;
	const char *name;

	TRY(pg_global_policy(pg, &file, &name, arena, fi));
	TRY(policy_open(
	    &last, arena, file, pg->self.trust, TRUST_ANY_TIME, fi));
	TRY(policy_tbs_global(&tbs, arena, &nobody, &last.set, fi));
	return pg_make_policy(pg, &name, arena, tbs, now, fi);
}

enum fault
pg_renew_policy(struct pg *pg, uint64_t now, struct fault_info *fi)
{
	struct arena arena = arena_new((size_t)8 * PG_FILE_MAX);
	enum fault f;
	int lock;

	f = versions_lock(&lock, pg->folder, fi);
	if (f == FAULT_OK) {
		f = renew(pg, &arena, now, fi);
		versions_unlock(lock);
	}
	arena_free(&arena);
	return f;
}
