/* elector_publish.c - a ballot on its way to everybody. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time32.h"
#include "service/crash.h"
#include "tool/scms/elector.h"

#define CERTIFICATE_MAX 4096u
#define IN_A_BUNDLE	3

/* "<verb>-<HashedId8>.oer" */
static enum fault
write_removal(struct component_job *job, const struct elector_change *c,
    struct fault_info *fi)
{
	char name[128], id[2 * CERT_ID_SIZE + 1];

	hex_encode(id, c->subject->id, CERT_ID_SIZE);
	snprintf(name, sizeof(name), "crlg/ballots/%s-%s.oer",
	    endorsement_verb(c->kind), id);
	TRY(change_write(&job->change, name, c->ballot, 0644, fi));
	ceremony_record_hash(&job->c, name, c->ballot);
	return change_note(&job->change, "crl", "now", fi);
}

static enum fault
write_addition(struct component_job *job, const struct elector_change *c,
    struct fault_info *fi)
{
	struct chains_update u = {.now = job->c.now};
	struct bytes roots[ROOTS_MOST + 1];

	memcpy(roots, c->on_root, sizeof(c->on_root));
	u.root_ballot = roots;
	u.root_ballots = c->on_roots;
	if (c->kind == ENDORSE_ADD_ROOT) {
		roots[u.root_ballots++] = c->ballot;
	} else {
		u.elector_ballot = &c->ballot;
		u.elector_ballots = 1;
	}
	return component_chain_files(job, &u, fi);
}

/* ---- electors for new devices ---- */

static int
is_elector(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return strncmp(d->d_name, "elector", strlen("elector")) == 0 && n > 4 &&
	       strcmp(d->d_name + n - 4, ".oer") == 0;
}

/* Is the elector of this file among those that will be in force? */
static bool
remains(struct component_job *job, const struct electors *e,
    const struct elector_change *c, const char *path)
{
	struct bytes raw;
	struct cert *cert;

	if (file_read(&raw, &job->c.arena, path, CERTIFICATE_MAX, NULL) !=
		FAULT_OK ||
	    cert_load(&cert, &job->c.arena, raw, NULL) != FAULT_OK ||
	    (c->kind == ENDORSE_REMOVE_ELECTOR &&
		bytes_equal(cert->canonical, c->subject->canonical)))
		return false;
	for (size_t k = 0; k < e->anchors.electors; k++)
		if (bytes_equal(
			e->anchors.elector[k]->canonical, cert->canonical))
			return true;
	return false;
}

/* Bundles hold three: one that was removed stays among the public files until
 * there is another. */
static enum fault
tidy_public(struct component_job *job, const struct electors *e,
    const struct elector_change *c, struct fault_info *fi)
{
	char folder[PATH_SIZE], path[PATH_SIZE], name[300];
	struct dirent **names;
	enum fault f = FAULT_OK;
	int n, left;

	path_join(folder, job->site->dir, "public");
	if ((n = scandir(folder, &names, is_elector, alphasort)) < 0)
		return fault_errno(fi, FAULT_IO, "%s", folder);
	left = n + (c->kind == ENDORSE_ADD_ELECTOR ? 1 : 0);
	for (int i = 0; i < n; i++) {
		path_join(path, folder, names[i]->d_name);
		snprintf(name, sizeof(name), "public/%.200s", names[i]->d_name);
		if (f == FAULT_OK && left > IN_A_BUNDLE &&
		    !remains(job, e, c, path)) {
			f = change_remove(&job->change, name, fi);
			left--;
		}
		free(names[i]);
	}
	free(names);
	return f;
}

static enum fault
publish_elector(struct component_job *job, const struct electors *e,
    const struct elector_change *c, struct fault_info *fi)
{
	char name[64], id[2 * CERT_ID_SIZE + 1];

	hex_encode(id, c->subject->id, CERT_ID_SIZE);
	if (c->kind == ENDORSE_ADD_ELECTOR) {
		snprintf(name, sizeof(name), "public/%s%s.oer",
		    c->name != NULL ? c->name : "elector-",
		    c->name != NULL ? "" : id);
		TRY(change_write(
		    &job->change, name, c->subject->raw, 0644, fi));
	}
	return tidy_public(job, e, c, fi);
}

/* ---- the whole ---- */

static enum fault
lay_out(struct component_job *job, const struct electors *e,
    const struct elector_change *c, struct fault_info *fi)
{
	char words[64], id[2 * CERT_ID_SIZE + 1];
	struct ballot b;

	hex_encode(id, c->subject->id, CERT_ID_SIZE);
	TRY(ballot_check(&b, &job->c.arena, c->ballot, c->kind,
	    e->anchors.elector, e->anchors.electors, QUORUM, job->c.now, fi));
	snprintf(words, sizeof(words), "%s %s", endorsement_words(c->kind), id);
	TRY(component_record(job, words, fi));
	ceremony_record(&job->c, "Ballot: %zu of %zu electors, quorum %d",
	    b.agree, e->anchors.electors, QUORUM);
	if (c->kind == ENDORSE_ADD_ROOT || c->kind == ENDORSE_ADD_ELECTOR)
		TRY(write_addition(job, c, fi));
	else
		TRY(write_removal(job, c, fi));
	if (c->kind == ENDORSE_ADD_ELECTOR || c->kind == ENDORSE_REMOVE_ELECTOR)
		TRY(publish_elector(job, e, c, fi));
	return component_record_end(job, words, fi);
}

enum fault
elector_publish(struct component_job *job, const struct electors *e,
    const struct elector_change *c, struct fault_info *fi)
{
	TRY(lay_out(job, e, c, fi));
	crash_point("change-laid-out");
	TRY(change_commit(&job->change, fi));
	crash_point("change-committed");
	return component_finish(job->site, fi);
}
