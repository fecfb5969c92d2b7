/* watch_anchors.c - roots and electors, as ballots say; see watch.h. */
#include "base/log.h"
#include "base/time32.h"
#include "keys/component_anchors.h"
#include "service/watch_int.h"

#define MEMORY ((size_t)64 << 20)

/* Makes next what is in force, in memory of its own. */
static enum fault
keep_anchors(struct watch *w, const struct anchors *next, struct fault_info *fi)
{
	struct arena old = w->anchors_arena, arena = arena_new(MEMORY);
	struct anchors copy;
	struct bytes octets;
	enum fault fault;

	fault = component_anchors_keep(w->service->dir, next, fi);
	if (fault == FAULT_OK)
		fault = anchors_build(&octets, &arena, next, fi);
	if (fault == FAULT_OK)
		fault = anchors_open(&copy, &arena, octets, fi);
	if (fault != FAULT_OK) {
		arena_free(&arena);
		return fault;
	}
	w->anchors = copy;
	w->anchors_arena = arena;
	arena_free(&old);
	log_info("in force: %zu roots, %zu electors; removed: %zu", copy.roots,
	    copy.electors, copy.removed_n);
	return FAULT_OK;
}

static enum fault
vote_chains(struct watch *w, bool *news, struct arena *arena,
    const struct chain_file *file, struct fault_info *fi)
{
	struct anchors next = w->anchors;

	/* An environment made before components knew electors. */
	if (w->anchors.electors == 0)
		return FAULT_OK;
	TRY(anchors_vote(&next, arena, file, time32_now(), fi));
	if (next.changed) {
		TRY(keep_anchors(w, &next, fi));
		*news = true;
	}
	return FAULT_OK;
}

enum fault
watch_take_chains(
    struct watch *w, bool *news, struct bytes octets, struct fault_info *fi)
{
	struct arena arena = arena_new(MEMORY);
	struct chain_file file;
	enum fault fault = chain_file_open(&file, &arena, octets, fi);

	if (fault == FAULT_OK && file.local)
		fault =
		    fault_set(fi, FAULT_BAD_MESSAGE, "not a global chain file");
	if (fault == FAULT_OK)
		fault = vote_chains(w, news, &arena, &file, fi);
	if (fault == FAULT_OK)
		fault = trust_add_known(w->self->trust, octets, fi);
	arena_free(&arena);
	if (fault == FAULT_OK)
		*news = true;
	return fault;
}

enum fault
watch_take_ballots(struct watch *w, bool *news, const struct crl_parts *parts,
    struct fault_info *fi)
{
	const struct anchors_removals removals = {parts->root_ballot,
	    parts->elector_ballot, parts->root_ballots, parts->elector_ballots};
	struct anchors next = w->anchors;

	if (w->anchors.electors == 0)
		return FAULT_OK;
	anchors_vote_ballots(&next, &removals, time32_now());
	if (!next.changed)
		return FAULT_OK;
	*news = true;
	return keep_anchors(w, &next, fi);
}
