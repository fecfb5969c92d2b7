/* crl_watch.c - see crl_watch.h. */
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "cert/profile.h"
#include "device/anchors.h"
#include "device/crl_watch.h"

#define ARENA_LIMIT ((size_t)1 << 30)

/* ---- what is looked up ---- */

/* What ballots have removed, as a list: the certificates of roots and electors
 * have series 0 and cracaId 0. */
static void
list_removed(struct crl *out, struct crl_hash_entry entry[REMOVED_MOST],
    const struct anchors *anchors)
{
	for (size_t k = 0; k < anchors->removed_n; k++) {
		const struct anchors_removed *r = &anchors->removed[k];

		memcpy(entry[k].id, r->hash.b + SHA256_SIZE - CRL_ID_SIZE,
		    CRL_ID_SIZE);
		entry[k].expiry = UINT32_MAX;
	}
	*out = (struct crl){
	    .next = UINT32_MAX, .entry = entry, .entries = anchors->removed_n};
	if (anchors->removed_n > 0)
		out->issued = anchors->removed[anchors->removed_n - 1].from;
}

enum fault
crl_expand(struct revoked **out, const struct crl_lists *l,
    const struct anchors *anchors, const struct revoked *former,
    const struct digest *source, struct fault_info *fi)
{
	struct crl_hash_entry entry[REMOVED_MOST];
	struct crl all[CRL_LISTS_MOST + 1];
	size_t n = l->n;

	memcpy(all, l->list, n * sizeof(*all));
	if (anchors->removed_n > 0)
		list_removed(&all[n++], entry, anchors);
	return revoked_new(out, all, n, former, source, &l->terms, fi);
}

/* ---- watching ---- */

void
crl_watch_init(struct crl_watch *w, const struct folder *f, struct trust *trust)
{
	*w = (struct crl_watch){.trust = trust};
	folder_within(&w->folder, f, NULL);
	if (pthread_mutex_init(&w->mutex, NULL) != 0)
		log_fatal("out of memory");
}

void
crl_watch_free(struct crl_watch *w)
{
	if (w->trust != NULL)
		pthread_mutex_destroy(&w->mutex);
	w->trust = NULL;
}

static struct crl_mark
mark_of(const struct folder *f, const char *name)
{
	char path[PATH_SIZE];
	struct stat st;

	folder_path(path, f, name);
	if (stat(path, &st) != 0)
		return (struct crl_mark){0};
	return (struct crl_mark){st.st_ino, (uint64_t)st.st_mtim.tv_sec,
	    (uint64_t)st.st_mtim.tv_nsec, (uint64_t)st.st_size};
}

/* All that a struct revoked is made of. */
struct material {
	struct crl_lists lists;
	struct anchors anchors;
	struct digest source;
};

static void
name_source(struct material *m, struct bytes anchors_file)
{
	const struct bytes parts[] = {BYTES(m->lists.sum.b), anchors_file};

	sha256_parts(m->source.b, parts, 2);
}

/* Of the folder: what is not there, is empty. */
static enum fault
read_anchors(struct material *m, struct arena *a, const struct folder *f,
    struct fault_info *fi)
{
	struct bytes file = BYTES_NONE;
	enum fault fault = folder_read(&file, a, f, FOLDER_TRUST, fi);

	m->anchors = (struct anchors){.roots = 0};
	if (fault == FAULT_OK)
		fault = anchors_read(&m->anchors, a, f, fi);
	if (fault != FAULT_OK && fault != FAULT_NOT_FOUND)
		return fault;
	name_source(m, file);
	return FAULT_OK;
}

static enum fault
read_material(struct material *m, struct arena *a, const struct folder *f,
    struct fault_info *fi)
{
	enum fault fault = crl_file_read(&m->lists, a, f, fi);

	if (fault != FAULT_OK && fault != FAULT_NOT_FOUND)
		return fault;
	return read_anchors(m, a, f, fi);
}

static void
save(const struct crl_watch *w, const struct revoked *r, const char *path)
{
	struct fault_info fi;

	if (folder_mkdir(&w->folder, FOLDER_CRL, &fi) != FAULT_OK ||
	    revoked_save(r, path, &fi) != FAULT_OK)
		log_warn("%s", fi.text); /* so it is done again next time */
}

/* From the file, if that is what is needed; else anew. */
static enum fault
load(struct revoked **out, const struct crl_watch *w, struct material *m,
    struct arena *a, struct fault_info *fi)
{
	struct revoked *former = NULL;
	char path[PATH_SIZE];
	enum fault fault;

	folder_path(path, &w->folder, FOLDER_CRL_EXPANDED);
	if (revoked_map(&former, path, &m->lists.terms, NULL) == FAULT_OK &&
	    memcmp(revoked_source(former), &m->source, sizeof(m->source)) ==
		0 &&
	    revoked_is_current(former, m->lists.terms.now)) {
		*out = former;
		return FAULT_OK;
	}
	fault = m->lists.composite.n > 0 ? crl_file_lists(&m->lists, a, fi)
					 : FAULT_OK;
	if (fault == FAULT_OK)
		fault = crl_expand(
		    out, &m->lists, &m->anchors, former, &m->source, fi);
	revoked_free(former);
	if (fault == FAULT_OK && w->keep)
		save(w, *out, path);
	return fault;
}

static enum fault
renew(struct crl_watch *w, struct arena *a, uint32_t now, struct fault_info *fi)
{
	struct crl_mark lists = mark_of(&w->folder, FOLDER_CRL_LISTS);
	struct crl_mark anchors = mark_of(&w->folder, FOLDER_TRUST);
	struct material *m = ARENA_NEW(a, struct material);
	struct revoked *r = NULL;

	if (m == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	TRY(read_material(m, a, &w->folder, fi));
	m->lists.terms.now = now;
	if (!w->overdue)
		m->lists.terms.tolerance = UINT32_MAX;
	if (m->lists.composite.n + m->anchors.removed_n > 0)
		TRY(load(&r, w, m, a, fi));
	trust_revoke(w->trust, r);
	w->revoked = r;
	w->renewals++;
	w->lists = lists;
	w->anchors = anchors;
	return FAULT_OK;
}

static bool
is_same(const struct crl_watch *w, const char *name, const struct crl_mark *had)
{
	const struct crl_mark mark = mark_of(&w->folder, name);

	return memcmp(&mark, had, sizeof(mark)) == 0;
}

static bool
is_current(const struct crl_watch *w, uint32_t now)
{
	return is_same(w, FOLDER_CRL_LISTS, &w->lists) &&
	       is_same(w, FOLDER_TRUST, &w->anchors) &&
	       (w->revoked == NULL || revoked_is_current(w->revoked, now));
}

enum fault
crl_watch_renew(struct crl_watch *w, uint32_t now, struct fault_info *fi)
{
	enum fault fault = FAULT_OK;
	struct arena a;

	pthread_mutex_lock(&w->mutex);
	if (!is_current(w, now)) {
		a = arena_new(ARENA_LIMIT);
		fault = renew(w, &a, now, fi);
		arena_free(&a);
	}
	pthread_mutex_unlock(&w->mutex);
	return fault;
}

enum fault
crl_watch_install(struct crl_watch *w, struct arena *a, struct crl_lists *l,
    struct fault_info *fi)
{
	struct material *m = ARENA_NEW(a, struct material);
	const struct digest before = l->sum;
	const uint32_t now = l->terms.now;
	struct revoked *r = NULL;
	struct bytes file;

	if (m == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	TRY(crl_file_build(&file, a, l, fi));
	if (memcmp(&before, &l->sum, sizeof(before)) == 0)
		return crl_watch_renew(w, now, fi);
	m->lists = *l;
	m->lists.composite = BYTES_NONE; /* it has been looked into */
	TRY(read_anchors(m, a, &w->folder, fi));
	TRY(load(&r, w, m, a, fi));
	revoked_free(r);
	TRY(folder_mkdir(&w->folder, FOLDER_CRL, fi));
	TRY(folder_write(&w->folder, FOLDER_CRL_LISTS, file, fi));
	return crl_watch_renew(w, now, fi);
}
