/* elector_make.c - a new elector: keys, certificate, its first votes. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cert/issue.h"
#include "cert/profile.h"
#include "tool/scms/elector.h"

/* Who has the highest number of all elector<n> of a folder. */
static enum fault
highest(unsigned *n, const char *folder, struct fault_info *fi)
{
	struct dirent *e;
	DIR *d = opendir(folder);

	if (d == NULL)
		return fault_errno(fi, FAULT_IO, "%s", folder);
	while ((e = readdir(d)) != NULL) {
		unsigned one;

		if (sscanf(e->d_name, "elector%3u", &one) == 1 && one > *n)
			*n = one;
	}
	closedir(d);
	return FAULT_OK;
}

/* A number that nobody had before: it is in the certificate. */
static enum fault
next_number(unsigned *n, const struct component_job *job, struct fault_info *fi)
{
	char path[PATH_SIZE];

	*n = ELECTORS;
	TRY(highest(n, job->offline, fi));
	path_join(path, job->site->dir, "public");
	TRY(highest(n, path, fi));
	path_join(path, job->site->dir, "pg/electors");
	TRY(highest(n, path, fi));
	++*n;
	return *n <= UINT8_MAX
		   ? FAULT_OK
		   : fault_set(fi, FAULT_TOO_LARGE, "no number after 255");
}

static enum fault
issue(struct cert **out, struct component_job *job, struct key *key,
    unsigned number, struct fault_info *fi)
{
	const struct conf_duration d = job->c.env->elector_lifetime;
	uint32_t end = environment_end(job->c.env);
	struct profile_params p = {.binary_id = (uint8_t)number,
	    .start = job->c.start,
	    .verify_key = *key_public(key)};
	certificate *template;
	struct signer self;
	struct bytes raw;

	p.lifetime = lifetime_within(
	    (struct lifetime){(uint8_t)d.unit, d.n}, end - p.start);
	TRY(profile_build(&template, &job->c.arena, PROFILE_ELECTOR, &p, fi));
	TRY(key_signer(&self, key, NULL, fi));
	TRY(cert_issue_explicit(&raw, &job->c.arena, template, &self, fi));
	TRY(anchors_load(out, &job->c.arena, raw, SCMS_ELECTOR, fi));
	return profile_check(PROFILE_ELECTOR, *out, fi);
}

/* The roots in force want its vote, too: others may be removed later. */
static enum fault
endorse_roots(struct elector_change *c, struct component_job *job,
    const struct electors *e, struct key *key, struct fault_info *fi)
{
	struct bytes vote;
	struct signer signer;

	TRY(key_signer(&signer, key, c->subject, fi));
	for (size_t k = 0; k < e->anchors.roots; k++) {
		if (anchors_is_removed(&e->anchors, e->anchors.root[k], NULL))
			continue;
		TRY(endorsement_sign(&vote, &job->c.arena, ENDORSE_ADD_ROOT,
		    e->anchors.root[k], job->c.now, &signer, fi));
		TRY(ballot_build(&c->on_root[c->on_roots++], &job->c.arena,
		    e->anchors.root[k], &vote, 1, fi));
	}
	return FAULT_OK;
}

static enum fault
save(const struct elector_change *c, struct component_job *job,
    const struct key *key, struct fault_info *fi)
{
	const struct passphrase *p = job->c.passphrase;
	char name[64], path[PATH_SIZE];

	snprintf(name, sizeof(name), "offline/%s", c->name);
	TRY(change_folder(&job->change, name, fi));
	snprintf(name, sizeof(name), "offline/%s/sign.key", c->name);
	path_join(path, job->change.files, name);
	TRY(key_save(
	    key, path, (struct bytes){(const uint8_t *)p->text, p->n}, fi));
	snprintf(name, sizeof(name), "offline/%s/cert.oer", c->name);
	return change_write(&job->change, name, c->subject->raw, 0644, fi);
}

enum fault
elector_make(struct elector_change *c, struct component_job *job,
    const struct electors *e, struct fault_info *fi)
{
	struct key *key;
	unsigned number;
	enum fault f;

	TRY(next_number(&number, job, fi));
	c->name = arena_printf(&job->c.arena, "elector%u", number);
	if (c->name == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "elector");
	key = key_generate(CURVE_P256);
	f = issue(&c->subject, job, key, number, fi);
	if (f == FAULT_OK)
		f = endorse_roots(c, job, e, key, fi);
	if (f == FAULT_OK)
		f = save(c, job, key, fi);
	key_free(key);
	return f;
}
