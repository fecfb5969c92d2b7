/* component_announce.c - new certificates become known: chain files of higher
 * versions, and the folders known and trust of the peers. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "cert/ballot.h"
#include "cert/chains.h"
#include "service/versions.h"
#include "tool/scms/component.h"
#include "tool/scms/electors.h"

#define FILE_LIMIT ((size_t)4 << 20)
#define GCCF	   "public/GCCF.oer"
#define LCCF	   "public/LCCF.oer"

#define GCCF_NAME     "global_certificate_chains_"
#define LCCF_IN_FORCE "ra/data/lccf.oer"

/* ---- chain files ---- */

/* What is in force now: PG and RA make chain files by themselves, too. */
static enum fault
find_chain_file(char path[PATH_SIZE], const struct component_job *job,
    bool local, struct fault_info *fi)
{
	char folder[PATH_SIZE], name[VERSION_NAME];

	if (local) {
		path_join(path, job->site->dir, LCCF_IN_FORCE);
		return FAULT_OK;
	}
	path_join(folder, job->site->dir, "pg/data");
	TRY(versions_last(name, folder, GCCF_NAME, fi));
	path_join(path, folder, name);
	return FAULT_OK;
}

/* By all electors in force whose keys are in the offline folder. */
static enum fault
elect_root(
    struct bytes *ballot, struct component_job *job, struct fault_info *fi)
{
	const struct passphrase *p = job->c.passphrase;
	struct electors electors;
	enum fault f;

	TRY(electors_read(&electors, &job->c.arena, job->site, fi));
	f = electors_take(&electors, job->offline,
	    (struct bytes){(const uint8_t *)p->text, p->n}, fi);
	if (f == FAULT_OK)
		f = electors_vote(ballot, &electors, ENDORSE_ADD_ROOT,
		    job->c.actor[ACTOR_ROOT].cert, job->c.now, fi);
	if (f == FAULT_OK)
		ceremony_record(&job->c,
		    "Ballot: %zu of %zu electors endorse the root, quorum %d",
		    electors.n, electors.anchors.electors, QUORUM);
	electors_free(&electors);
	return f;
}

/* Certificates that come (root and MA have places of their own, auditors are
 * nobody's matter but their peers') and go. */
static void
fill_update(struct chains_update *u, struct bytes added[ACTOR_COUNT],
    struct bytes gone[ACTOR_COUNT], const struct component_job *job)
{
	const struct component_plan *p = &job->plan;

	*u = (struct chains_update){
	    .added = added, .gone = gone, .now = job->c.now};
	for (enum actor_id id = 0; id < ACTOR_COUNT; id++) {
		if (p->verb == COMPONENT_RETIRE && id == p->actor)
			gone[u->gone_n++] = job->c.actor[id].raw;
		if (!p->is_new[id] || id == ACTOR_ROOT ||
		    actor_info[id].profile == PROFILE_AUDITOR)
			continue;
		if (id == ACTOR_MA)
			u->ma = job->c.actor[id].raw;
		else
			added[u->added_n++] = job->c.actor[id].raw;
	}
}

/* Under its versioned name, too: old versions stay. */
static enum fault
write_chain_file(struct component_job *job, const struct chain_file *f,
    struct bytes octets, struct fault_info *fi)
{
	char name[CHAIN_FILE_NAME + 16], plain[CHAIN_FILE_NAME];
	struct change *change = &job->change;

	if (f->local) {
		chain_file_name(plain, f);
		TRY(change_write(change, LCCF, octets, 0644, fi));
		TRY(change_write(change, LCCF_IN_FORCE, octets, 0644, fi));
	} else {
		snprintf(plain, sizeof(plain), GCCF_NAME "%04u.oer",
		    f->gccf_version);
		snprintf(name, sizeof(name), "pg/data/%s", plain);
		TRY(change_write(change, GCCF, octets, 0644, fi));
		TRY(change_write(change, name, octets, 0644, fi));
	}
	snprintf(name, sizeof(name), "public/chains/%s", plain);
	TRY(change_write(change, name, octets, 0644, fi));
	ceremony_record_hash(&job->c, plain, octets);
	return FAULT_OK;
}

/* The one before may have no place among the old ones yet. */
static enum fault
keep_former(struct component_job *job, const struct chain_file *f,
    struct bytes octets, struct fault_info *fi)
{
	char name[CHAIN_FILE_NAME + 16], plain[CHAIN_FILE_NAME];

	if (f->local)
		chain_file_name(plain, f);
	else
		snprintf(plain, sizeof(plain), GCCF_NAME "%04u.oer",
		    f->gccf_version);
	snprintf(name, sizeof(name), "public/chains/%s", plain);
	return change_write(&job->change, name, octets, 0644, fi);
}

static enum fault
write_next(struct component_job *job, bool local, struct chains_update *u,
    struct fault_info *fi)
{
	struct chain_file old, next;
	struct bytes octets;
	char path[PATH_SIZE];

	TRY(find_chain_file(path, job, local, fi));
	TRY(file_read(&octets, &job->c.arena, path, FILE_LIMIT, fi));
	TRY(chain_file_open(&old, &job->c.arena, octets, fi));
	TRY(keep_former(job, &old, octets, fi));
	TRY(chains_next(&octets, &next, &job->c.arena, &old, u, fi));
	u->gccf_version = next.gccf_version;
	return write_chain_file(job, &next, octets, fi);
}

enum fault
component_chain_files(
    struct component_job *job, struct chains_update *u, struct fault_info *fi)
{
	ceremony_record(&job->c, "Chain files (SHA-256)");
	TRY(write_next(job, false, u, fi));
	return write_next(job, true, u, fi);
}

static enum fault
write_chain_files(struct component_job *job, struct fault_info *fi)
{
	struct bytes added[ACTOR_COUNT], gone[ACTOR_COUNT], ballot;
	struct chains_update u;

	fill_update(&u, added, gone, job);
	if (job->plan.is_new[ACTOR_ROOT]) {
		TRY(elect_root(&ballot, job, fi));
		u.root_ballot = &ballot;
		u.root_ballots = 1;
	}
	return component_chain_files(job, &u, fi);
}

/* ---- known and trust ---- */

static bool
is_there(const struct component_job *job, enum part_id part)
{
	return part_is_there(job->site->dir, &parts[part]) ||
	       (job->plan.verb == COMPONENT_ADD &&
		   actor_part(job->plan.actor) == part);
}

/* "<folder>/<file>.oer", and what was there before, while it is valid, as
 * "<folder>/<file>-<HashedId8>.oer". */
static enum fault
introduce(struct component_job *job, enum part_id part, const char *sub,
    enum actor_id id, struct fault_info *fi)
{
	const char *folder = parts[part].name, *file = actor_info[id].file;
	char name[128], hex[2 * CERT_ID_SIZE + 1];
	struct cert *former;

	snprintf(name, sizeof(name), "%s/%s/%s.oer", folder, sub, file);
	TRY(change_write(&job->change, name, job->c.actor[id].raw, 0644, fi));
	if (job->former[id].n == 0)
		return FAULT_OK;
	TRY(cert_load(&former, &job->c.arena, job->former[id], fi));
	if (former->end <= job->c.now)
		return FAULT_OK;
	hex_encode(hex, former->id, CERT_ID_SIZE);
	snprintf(name, sizeof(name), "%s/%s/%s-%s.oer", folder, sub, file, hex);
	return change_write(&job->change, name, job->former[id], 0644, fi);
}

/* Former certificates that are over by now. */
static enum fault
forget(struct component_job *job, enum part_id part, const char *sub,
    struct fault_info *fi)
{
	char folder[PATH_SIZE], path[PATH_SIZE], name[PATH_SIZE];
	enum fault f = FAULT_OK;
	struct dirent *e;
	struct bytes raw;
	struct cert *c;
	size_t n;
	DIR *d;

	snprintf(name, sizeof(name), "%s/%s", parts[part].name, sub);
	path_join(folder, job->site->dir, name);
	if ((d = opendir(folder)) == NULL)
		return FAULT_OK; /* a new part, or nothing former */
	while (f == FAULT_OK && (e = readdir(d)) != NULL) {
		n = strlen(e->d_name);
		if (n < 5 || strcmp(e->d_name + n - 4, ".oer") != 0 ||
		    (strchr(e->d_name, '-') == NULL &&
			strcmp(sub, "former") != 0))
			continue;
		path_join(path, folder, e->d_name);
		if (file_read(&raw, &job->c.arena, path, FILE_LIMIT, NULL) !=
			FAULT_OK ||
		    cert_load(&c, &job->c.arena, raw, NULL) != FAULT_OK ||
		    c->end > job->c.now)
			continue;
		snprintf(name, sizeof(name), "%s/%s/%s", parts[part].name, sub,
		    e->d_name);
		f = change_remove(&job->change, name, fi);
		memcpy(name + strlen(name) - 4, ".key", 4);
		if (f == FAULT_OK)
			f = change_remove(&job->change, name, fi);
	}
	closedir(d);
	return f;
}

static enum fault
inform(struct component_job *job, enum part_id part, struct fault_info *fi)
{
	for (enum actor_id id = 0; id < ACTOR_COUNT; id++) {
		if (!job->plan.is_new[id])
			continue;
		if (id == ACTOR_ROOT)
			TRY(introduce(job, part, "trust", id, fi));
		else if (ceremony_part_knows(part, actor_info[id].profile))
			TRY(introduce(job, part, "known", id, fi));
	}
	TRY(forget(job, part, "known", fi));
	TRY(forget(job, part, "trust", fi));
	return forget(job, part, "former", fi);
}

enum fault
component_announce(struct component_job *job, struct fault_info *fi)
{
	TRY(write_chain_files(job, fi));
	for (enum part_id part = 0; part < PART_COUNT; part++)
		if (part != PART_LOP && is_there(job, part))
			TRY(inform(job, part, fi));
	return FAULT_OK;
}
