/* watch_apply.c - what is in force, for the trust of a component. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/time32.h"
#include "cert/profile.h"
#include "keys/component_anchors.h"
#include "service/watch_int.h"

#define MEMORY ((size_t)64 << 20)

enum fault
watch_restore(struct watch *w, struct fault_info *fi)
{
	enum fault fault;

	w->anchors_arena = arena_new(MEMORY);
	TRY(component_anchors_read(
	    &w->anchors, &w->anchors_arena, w->service->dir, fi));
	fault = watch_restore_lists(w, fi);
	if (fault != FAULT_OK && fault != FAULT_NOT_FOUND)
		log_warn("%s is passed over: %s", WATCH_KEPT, fi->text);
	return FAULT_OK;
}

/* Roots and electors that were removed, as a list of no series. */
static void
list_removed(
    struct crl *out, struct crl_hash_entry *entry, const struct anchors *a)
{
	*out = (struct crl){
	    .next = UINT32_MAX, .entry = entry, .entries = a->removed_n};
	for (size_t k = 0; k < a->removed_n; k++) {
		memcpy(entry[k].id,
		    a->removed[k].hash.b + SHA256_SIZE - CRL_ID_SIZE,
		    CRL_ID_SIZE);
		entry[k].expiry = a->removed[k].end;
		if (a->removed[k].from > out->issued)
			out->issued = a->removed[k].from;
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
	for (size_t k = 0; k < w->lists; k++)
		if (w->list[k].series != CRL_SERIES_PSEUDONYM ||
		    w->service->def->meets_pseudonyms)
			list[n++] = w->list[k];
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
	    w->lists, w->issued, (int)atomic_load(w->closed));
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
	for (size_t k = 0; k < w->lists; k++)
		if (w->list[k].issued > w->issued)
			w->issued = w->list[k].issued;
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
