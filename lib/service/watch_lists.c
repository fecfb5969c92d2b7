/* watch_lists.c - lists of composite CRLs come into force; see watch.h. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/time32.h"
#include "cert/profile.h"
#include "service/watch_int.h"

#define KEPT		WATCH_KEPT
#define KEPT_MAX	((size_t)64 << 20)
#define CLOCK_TOLERANCE 60

/* Lists on their way into force, by root and series. */
struct taking {
	struct watch *w;
	struct arena arena;
	struct crl list[REVOKED_LISTS];
	size_t n;
	bool changed;
	enum fault first; /* of a list that is not taken */
};

static struct crl *
find(struct taking *t, const struct crl *like)
{
	for (size_t k = 0; k < t->n; k++)
		if (t->list[k].series == like->series &&
		    memcmp(t->list[k].craca, like->craca, CERT_ID_SIZE) == 0)
			return &t->list[k];
	return NULL;
}

static enum fault
put(struct taking *t, const struct crl *new, struct fault_info *fi)
{
	struct crl *held = find(t, new);

	if (held != NULL) {
		TRY(crl_check_follows(held, new, fi));
		if (bytes_equal(held->raw, new->raw))
			return FAULT_OK;
	} else if (t->n == REVOKED_LISTS - 1) { /* one is ours */
		return fault_set(fi, FAULT_TOO_LARGE, "too many CRLs");
	} else {
		held = &t->list[t->n++];
	}
	*held = *new;
	t->changed = true;
	return FAULT_OK;
}

/* Lists about certificates of roots that are not in force are passed over. */
static bool
is_ours(struct taking *t, struct bytes raw)
{
	const struct anchors *a = &t->w->anchors;
	struct crl crl;

	if (crl_peek(&crl, &t->arena, raw, NULL) != FAULT_OK)
		return true;
	for (size_t k = 0; k < a->roots; k++)
		if (memcmp(a->root[k]->id, crl.craca, CERT_ID_SIZE) == 0)
			return !anchors_is_removed(a, a->root[k], NULL);
	return false;
}

static void
take_list(struct taking *t, struct bytes raw, size_t k, struct fault_info *fi)
{
	const struct crl_rules rules = {
	    .now = time32_now(), .tolerance = CLOCK_TOLERANCE};
	struct fault_info why;
	enum fault f;
	struct crl new;

	if (!is_ours(t, raw))
		return;
	f = crl_open(&new, &t->arena, raw, t->w->self->trust, &rules, &why);
	if (f == FAULT_OK)
		f = put(t, &new, &why);
	if (f == FAULT_OK || t->first != FAULT_OK)
		return;
	t->first = f;
	if (fi != NULL) {
		*fi = why;
		fault_prefix(fi, "CRL %zu", k + 1);
	}
}

/* A generator that the root has revoked here made no list that counts. */
static void
drop_revoked(struct taking *t)
{
	size_t n = 0;

	for (size_t k = 0; k < t->n; k++) {
		bool revoked = false;

		for (size_t i = 0; i < t->n; i++)
			revoked |= t->list[i].series == CRL_SERIES_SPECIAL &&
				   crl_names(&t->list[i], t->list[k].signer);
		if (!revoked)
			t->list[n++] = t->list[k];
	}
	t->changed |= n < t->n;
	t->n = n;
}

/* In memory of their own, in force. */
static void
install(struct taking *t)
{
	struct watch *w = t->w;

	arena_free(&w->lists_arena);
	w->lists_arena = t->arena;
	memcpy(w->list, t->list, sizeof(w->list));
	w->lists = t->n;
}

/* All that is held, one after another, as one composite CRL. */
static enum fault
build(struct bytes *out, struct taking *t, struct fault_info *fi)
{
	struct bytes raw[REVOKED_LISTS];
	const struct crl_parts parts = {.list = raw, .lists = t->n};

	for (size_t k = 0; k < t->n; k++)
		raw[k] = t->list[k].raw;
	return crl_composite_build(out, &t->arena, &parts, fi);
}

/* Opens what a composite has; what is wrong with a list is in fi. */
static enum fault
take_composite(struct taking *t, struct bytes octets, struct fault_info *fi)
{
	struct bytes copy = bytes_copy(&t->arena, octets);
	struct crl_parts parts;

	TRY(crl_composite_read(&parts, &t->arena, copy, fi));
	for (size_t k = 0; k < parts.lists; k++)
		take_list(t, parts.list[k], k, fi);
	drop_revoked(t);
	return FAULT_OK;
}

static struct taking *
begin(struct watch *w, size_t octets)
{
	struct taking *t = calloc(1, sizeof(*t));

	if (t == NULL)
		log_fatal("out of memory");
	t->w = w;
	t->arena = arena_new(2 * CRL_MEMORY(octets));
	return t;
}

/* What is held already is opened from the same octets again, so that all of it
 * is in one arena: first that, then what is new. */
static enum fault
take_lists(struct watch *w, bool *news, struct bytes new, struct fault_info *fi)
{
	struct taking *t = begin(w, new.n + w->kept.n);
	struct bytes octets = BYTES_NONE;
	char path[PATH_SIZE];
	enum fault fault = FAULT_OK, first;

	if (w->kept.n > 0)
		fault = take_composite(t, w->kept, NULL);
	t->changed = false;
	t->first = FAULT_OK;
	if (fault == FAULT_OK)
		fault = take_composite(t, new, fi);
	first = t->first;
	if (fault == FAULT_OK && t->changed)
		fault = build(&octets, t, fi);
	service_path(w->service, path, KEPT);
	if (octets.n > 0 && fault == FAULT_OK)
		fault = file_write(path, octets, 0600, fi);
	if (octets.n > 0 && fault == FAULT_OK) {
		w->kept = octets;
		install(t);
		*news = true;
	} else {
		arena_free(&t->arena);
	}
	free(t);
	return fault != FAULT_OK ? fault : first;
}

enum fault
watch_take_crl(
    struct watch *w, bool *news, struct bytes octets, struct fault_info *fi)
{
	struct arena arena = arena_new(CRL_MEMORY(octets.n));
	struct crl_parts parts;
	enum fault fault;

	fault = crl_composite_read(&parts, &arena, octets, fi);
	if (fault == FAULT_OK)
		fault = watch_take_ballots(w, news, &parts, fi);
	if (fault == FAULT_OK)
		fault = take_lists(w, news, octets, fi);
	arena_free(&arena);
	return fault;
}

/* What does not open any more, the store may have anew. */
enum fault
watch_restore_lists(struct watch *w, struct fault_info *fi)
{
	struct arena arena = arena_new(KEPT_MAX + 4096);
	struct taking *t;
	char path[PATH_SIZE];
	struct bytes kept;
	enum fault fault;

	service_path(w->service, path, KEPT);
	fault = file_read(&kept, &arena, path, KEPT_MAX, fi);
	if (fault == FAULT_OK) {
		t = begin(w, kept.n);
		fault = take_composite(t, kept, fi);
		if (fault == FAULT_OK)
			fault = build(&w->kept, t, fi);
		if (fault == FAULT_OK)
			install(t);
		else
			arena_free(&t->arena);
		free(t);
	}
	arena_free(&arena);
	return fault;
}
