/* watch_take.c - what chain files and composite CRLs put in force; see
 * watch.h. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/time32.h"
#include "keys/component_anchors.h"
#include "service/watch_int.h"

#define KEPT	    "data/crl.oer"
#define KEPT_MAX    ((size_t)64 << 20)
#define MEMORY	    ((size_t)64 << 20)
#define SERIES_LINE 1 /* linkage seeds: nothing to components but the MA */

/* ---- roots and electors ---- */

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

static enum fault
vote_ballots(struct watch *w, bool *news, const struct crl_parts *parts,
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

/* ---- lists ---- */

static struct crl_rules
rules(void)
{
	return (struct crl_rules){.now = time32_now(), .tolerance = 60};
}

static const struct crl *
find(const struct crl_composite *in, const struct crl *like)
{
	for (size_t k = 0; k < in->parts.lists; k++)
		if (in->list[k].series == like->series &&
		    memcmp(in->list[k].craca, like->craca, CERT_ID_SIZE) == 0)
			return &in->list[k];
	return NULL;
}

/* None may be older than the one in force. */
static enum fault
check_follows(const struct watch *w, const struct crl_composite *new,
    struct fault_info *fi)
{
	for (size_t k = 0; k < new->parts.lists; k++) {
		const struct crl *old = find(&w->lists, &new->list[k]);

		if (old != NULL &&
		    crl_check_follows(old, &new->list[k], fi) != FAULT_OK)
			return fault_prefix(
			    fi, "series %u", new->list[k].series);
	}
	return FAULT_OK;
}

/* The lists of the new one, and those in force that it does not have. */
static enum fault
merge(const struct watch *w, struct bytes *out, struct arena *arena,
    const struct crl_composite *new, struct fault_info *fi)
{
	size_t most = new->parts.lists + w->lists.parts.lists;
	struct bytes *list = ARENA_ARRAY(arena, most + 1, struct bytes);
	struct crl_parts parts = {.list = list};
	uint32_t now = time32_now();

	if (list == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "composite CRL");
	for (size_t k = 0; k < new->parts.lists; k++)
		list[parts.lists++] = new->list[k].raw;
	for (size_t k = 0; k < w->lists.parts.lists; k++) {
		const struct crl *old = &w->lists.list[k];

		if (find(new, old) == NULL && old->signer->end > now)
			list[parts.lists++] = old->raw;
	}
	return crl_composite_build(out, arena, &parts, fi);
}

/* Lists in memory of their own, in force. */
static enum fault
take_lists(struct watch *w, struct bytes octets, struct fault_info *fi)
{
	struct arena arena = arena_new(CRL_MEMORY(octets.n) + octets.n);
	struct crl_rules any = rules();
	struct crl_composite lists;
	struct bytes copy = bytes_copy(&arena, octets);
	enum fault fault =
	    crl_composite_open(&lists, &arena, copy, w->self->trust, &any, fi);

	if (fault != FAULT_OK) {
		arena_free(&arena);
		return fault;
	}
	arena_free(&w->lists_arena);
	w->lists_arena = arena;
	w->lists = lists;
	return FAULT_OK;
}

static enum fault
keep_lists(struct watch *w, struct arena *arena, struct bytes octets,
    const struct crl_composite *new, struct fault_info *fi)
{
	char path[PATH_SIZE];
	struct bytes all;

	TRY(check_follows(w, new, fi));
	TRY(merge(w, &all, arena, new, fi));
	/* Those that were kept may be of a generator that is gone. */
	if (take_lists(w, all, NULL) != FAULT_OK) {
		all = octets;
		TRY(take_lists(w, all, fi));
	}
	service_path(w->service, path, KEPT);
	return file_write(path, all, 0600, fi);
}

enum fault
watch_take_crl(
    struct watch *w, bool *news, struct bytes octets, struct fault_info *fi)
{
	struct arena arena = arena_new(2 * CRL_MEMORY(octets.n));
	struct crl_rules now = rules();
	struct crl_composite new;
	struct crl_parts parts;
	enum fault fault;

	fault = crl_composite_read(&parts, &arena, octets, fi);
	if (fault == FAULT_OK)
		fault = vote_ballots(w, news, &parts, fi);
	if (fault == FAULT_OK)
		fault = crl_composite_open(
		    &new, &arena, octets, w->self->trust, &now, fi);
	if (fault == FAULT_OK)
		fault = keep_lists(w, &arena, octets, &new, fi);
	if (fault == FAULT_OK)
		*news = true;
	arena_free(&arena);
	return fault;
}

enum fault
watch_restore(struct watch *w, struct fault_info *fi)
{
	struct arena arena;
	char path[PATH_SIZE];
	struct bytes kept;
	enum fault fault;

	w->anchors_arena = arena_new(MEMORY);
	TRY(component_anchors_read(
	    &w->anchors, &w->anchors_arena, w->service->dir, fi));
	service_path(w->service, path, KEPT);
	arena = arena_new(KEPT_MAX + 4096);
	fault = file_read(&kept, &arena, path, KEPT_MAX, fi);
	if (fault == FAULT_OK)
		fault = take_lists(w, kept, fi);
	else if (fault == FAULT_NOT_FOUND)
		fault = FAULT_OK;
	arena_free(&arena);
	if (fault != FAULT_OK) {
		/* The store has it, too. */
		log_warn("%s is passed over: %s", path, fi->text);
		fault = FAULT_OK;
	}
	return fault;
}

/* ---- in force ---- */

/* Roots and electors that were removed, as a list of no series. */
static void
list_removed(
    struct crl *out, struct crl_hash_entry *entry, const struct anchors *a)
{
	*out = (struct crl){.entry = entry, .entries = a->removed_n};
	for (size_t k = 0; k < a->removed_n; k++) {
		memcpy(entry[k].id,
		    a->removed[k].hash.b + SHA256_SIZE - CRL_ID_SIZE,
		    CRL_ID_SIZE);
		entry[k].expiry = a->removed[k].end;
	}
}

static enum fault
expand(struct watch *w, struct fault_info *fi)
{
	const struct environment *e = &w->service->environment;
	const struct revoked_terms terms = {.now = time32_now(),
	    .i_zero = (uint32_t)e->i_zero,
	    .i_seconds = (uint32_t)e->i_period_seconds,
	    .tolerance = UINT32_MAX};
	struct crl_hash_entry entry[REMOVED_MOST];
	struct crl list[REVOKED_LISTS];
	struct digest source = {{0}};
	struct revoked *made;
	size_t n = 1;

	list_removed(&list[0], entry, &w->anchors);
	for (size_t k = 0; k < w->lists.parts.lists && n < REVOKED_LISTS; k++)
		if (w->lists.list[k].series != SERIES_LINE ||
		    w->service->def->meets_pseudonyms)
			list[n++] = w->lists.list[k];
	TRY(revoked_new(&made, list, n, w->revoked, &source, &terms, fi));
	trust_revoke(w->self->trust, made);
	w->revoked = made;
	return FAULT_OK;
}

/* A copy: the component's own is read by others meanwhile. */
static void
judge_self(struct watch *w)
{
	struct arena arena = arena_new(MEMORY);
	struct fault_info fi = {.text = ""};
	struct cert *self;
	bool stop;

	stop = cert_load(&self, &arena, w->self->cert->raw, &fi) == FAULT_OK &&
	       trust_check_chain(NULL, w->self->trust, self, TRUST_ANY_TIME,
		   &fi) == FAULT_REVOKED;
	if (stop != atomic_load(w->closed))
		log_error("%s%s", stop ? "stopped: " : "goes on", fi.text);
	pthread_mutex_lock(&w->lock);
	snprintf(w->stopped, sizeof(w->stopped), "%s", stop ? fi.text : "");
	pthread_mutex_unlock(&w->lock);
	atomic_store(w->closed, stop);
	arena_free(&arena);
}

/* Once for each change.  What takes trust away is in force even if it cannot
 * be written. */
static void
write_audit(struct watch *w)
{
	char text[sizeof(w->said)];
	struct fault_info fi;

	snprintf(text, sizeof(text),
	    "roots=%zu electors=%zu removed=%zu lists=%zu issued=%u stopped=%d",
	    w->anchors.roots, w->anchors.electors, w->anchors.removed_n,
	    w->lists.parts.lists, w->issued, (int)atomic_load(w->closed));
	if (strcmp(text, w->said) == 0)
		return;
	if (audit_write(w->service->audit, AUDIT_TRUST, &fi, "%s", text) !=
	    FAULT_OK)
		log_error("audit log: %s", fi.text);
	else
		memcpy(w->said, text, sizeof(text));
}

static void
note(struct watch *w)
{
	pthread_mutex_lock(&w->lock);
	w->roots = w->anchors.roots;
	w->electors = w->anchors.electors;
	w->issued = 0;
	for (size_t k = 0; k < w->lists.parts.lists; k++)
		if (w->lists.list[k].issued > w->issued)
			w->issued = w->lists.list[k].issued;
	pthread_mutex_unlock(&w->lock);
}

enum fault
watch_apply(struct watch *w, struct fault_info *fi)
{
	for (size_t k = 0; k < w->anchors.roots; k++)
		TRY(trust_add_root(
		    w->self->trust, w->anchors.root[k]->raw, fi));
	TRY(expand(w, fi));
	judge_self(w);
	note(w);
	write_audit(w);
	return FAULT_OK;
}
