/* elector_judge.c - would a ballot do what it says? */
#include <stdio.h>
#include <string.h>

#include "cert/perm.h"
#include "service/versions.h"
#include "tool/scms/elector.h"

#define CERTIFICATE_MAX 4096u
#define FILE_LIMIT	((size_t)1 << 20)

static bool
adds(enum endorsement kind)
{
	return kind == ENDORSE_ADD_ROOT || kind == ENDORSE_ADD_ELECTOR;
}

static bool
is_on_roots(enum endorsement kind)
{
	return kind == ENDORSE_ADD_ROOT || kind == ENDORSE_REMOVE_ROOT;
}

static bool
is_in_force(const struct anchors *a, bool root, const struct cert *subject)
{
	struct cert *const *list = root ? a->root : a->elector;
	size_t n = root ? a->roots : a->electors;

	for (size_t k = 0; k < n; k++)
		if (bytes_equal(list[k]->canonical, subject->canonical))
			return !anchors_is_removed(a, subject, NULL);
	return false;
}

static enum fault
check_room(const struct anchors *a, bool root, struct fault_info *fi)
{
	size_t n = root ? a->roots : a->electors;
	size_t most = root ? (size_t)ROOTS_MOST : (size_t)ELECTORS_MOST;

	return n < most ? FAULT_OK
			: fault_set(fi, FAULT_DENIED,
			      "there are %zu %s, and devices keep at most %zu: "
			      "remove one first",
			      n, root ? "roots" : "electors", most);
}

enum fault
elector_room(const struct electors *e, struct fault_info *fi)
{
	return check_room(&e->anchors, false, fi);
}

static enum fault
judge_add(const struct anchors *a, bool root, struct cert *subject,
    struct arena *arena, uint32_t now, struct fault_info *fi)
{
	const char *name = cert_name(arena, subject);
	struct cert *checked;

	TRY(anchors_load(&checked, arena, subject->raw,
	    root ? SCMS_ROOT : SCMS_ELECTOR, fi));
	if (anchors_is_removed(a, subject, NULL))
		return fault_set(fi, FAULT_DENIED,
		    "%s was removed, which is for good", name);
	if (is_in_force(a, root, subject))
		return fault_set(
		    fi, FAULT_EXISTS, "%s is in force already", name);
	if (subject->end <= now)
		return fault_set(fi, FAULT_EXPIRED, "%s is over", name);
	return check_room(a, root, fi);
}

/* Would this root still have a quorum's endorsements without that elector? */
static enum fault
keeps_quorum(const struct electors *e, const struct chain_file *chains,
    size_t root, const struct cert *gone, struct arena *arena,
    struct fault_info *fi)
{
	struct cert *rest[ELECTORS_MOST], *subject;
	struct bytes left;
	size_t n = 0, kept;

	TRY(ballot_subject(&subject, arena, chains->root_ballot[root], fi));
	if (!is_in_force(&e->anchors, true, subject))
		return FAULT_OK;
	for (size_t k = 0; k < e->anchors.electors; k++)
		if (!bytes_equal(
			e->anchors.elector[k]->canonical, gone->canonical))
			rest[n++] = e->anchors.elector[k];
	TRY(ballot_keep(
	    &left, &kept, arena, chains->root_ballot[root], rest, n, fi));
	return kept >= QUORUM
		   ? FAULT_OK
		   : fault_set(fi, FAULT_DENIED,
			 "%s would have the votes of %zu electors, %d are "
			 "needed: add an elector first, who votes for it",
			 cert_name(arena, subject), kept, QUORUM);
}

static enum fault
judge_remove(const struct electors *e, bool root, struct cert *subject,
    struct arena *arena, struct fault_info *fi)
{
	const char *name = cert_name(arena, subject);

	if (anchors_is_removed(&e->anchors, subject, NULL))
		return fault_set(
		    fi, FAULT_EXISTS, "%s was removed already", name);
	if (!is_in_force(&e->anchors, root, subject))
		return fault_set(fi, FAULT_NOT_FOUND, "%s: no %s in force",
		    name, root ? "root" : "elector");
	if (root)
		return FAULT_OK;
	if (e->anchors.electors <= QUORUM)
		return fault_set(fi, FAULT_DENIED,
		    "%zu electors would be left, %d are needed: add one first",
		    e->anchors.electors - 1, QUORUM);
	for (size_t k = 0; k < e->chains.n_root_ballot; k++)
		TRY(keeps_quorum(e, &e->chains, k, subject, arena, fi));
	return FAULT_OK;
}

enum fault
elector_judge_subject(const struct electors *e, enum endorsement kind,
    struct cert *subject, struct arena *arena, uint32_t now,
    struct fault_info *fi)
{
	bool root = is_on_roots(kind);

	return adds(kind)
		   ? judge_add(&e->anchors, root, subject, arena, now, fi)
		   : judge_remove(e, root, subject, arena, fi);
}

enum fault
elector_judge(struct elector_change *c, const struct electors *e,
    struct arena *arena, uint32_t now, struct fault_info *fi)
{
	static const enum endorsement kinds[] = {ENDORSE_ADD_ROOT,
	    ENDORSE_ADD_ELECTOR, ENDORSE_REMOVE_ROOT, ENDORSE_REMOVE_ELECTOR};
	enum fault f = FAULT_NO_QUORUM;
	struct fault_info why, best = {.code = FAULT_OK};
	struct ballot b;

	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		f = ballot_check(&b, arena, c->ballot, kinds[k],
		    e->anchors.elector, e->anchors.electors, QUORUM, now, &why);
		if (f == FAULT_OK) {
			c->kind = kinds[k];
			c->subject = b.subject;
			return elector_judge_subject(
			    e, kinds[k], b.subject, arena, now, fi);
		}
		/* The kind that most agree on: "1 of 3". */
		if (best.code == FAULT_OK || strcmp(why.text, best.text) > 0)
			best = why;
	}
	if (fi != NULL)
		*fi = best;
	return f;
}

/* ---- whom a name means ---- */

static enum fault
find_file(struct cert **out, struct arena *arena, const char *path,
    struct fault_info *fi)
{
	struct bytes raw;

	TRY(file_read(&raw, arena, path, CERTIFICATE_MAX, fi));
	return cert_load(out, arena, raw, fi);
}

static struct cert *
find_id(struct cert *const *list, size_t n, const char *name)
{
	uint8_t id[CERT_ID_SIZE];

	if (strlen(name) != 2 * sizeof(id) || !hex_decode(id, sizeof(id), name))
		return NULL;
	for (size_t k = 0; k < n; k++)
		if (memcmp(list[k]->id, id, sizeof(id)) == 0)
			return list[k];
	return NULL;
}

enum fault
elector_find(struct cert **out, const struct electors *e,
    const struct site *site, const char *name, struct fault_info *fi)
{
	const struct anchors *a = &e->anchors;
	char path[PATH_SIZE], folder[PATH_SIZE], file[64];

	if ((*out = find_id(a->root, a->roots, name)) != NULL ||
	    (*out = find_id(a->elector, a->electors, name)) != NULL)
		return FAULT_OK;
	if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789") ==
		strlen(name) &&
	    snprintf(file, sizeof(file), "%s.oer", name) < (int)sizeof(file)) {
		path_join(folder, site->dir, "public");
		path_join(path, folder, file);
		if (file_exists(path))
			return find_file(out, e->arena, path, fi);
	}
	if (!file_exists(name))
		return fault_set(fi, FAULT_NOT_FOUND,
		    "%s: no file, nor a root or elector in force", name);
	return find_file(out, e->arena, name, fi) == FAULT_OK
		   ? FAULT_OK
		   : fault_prefix(fi, "%s", name);
}
