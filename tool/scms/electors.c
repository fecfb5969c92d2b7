/* electors.c - see electors.h. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time32.h"
#include "keys/component_anchors.h"
#include "service/versions.h"
#include "tool/scms/electors.h"

#define FILE_LIMIT	((size_t)1 << 20)
#define CERTIFICATE_MAX 4096u
#define BALLOTS_MOST	64

/* ---- names ---- */

static const struct {
	const char *verb, *words;
} kinds[] = {
    [ENDORSE_ADD_ROOT] = {"add-root", "add root"},
    [ENDORSE_ADD_ELECTOR] = {"add-elector", "add elector"},
    [ENDORSE_REMOVE_ROOT] = {"remove-root", "remove root"},
    [ENDORSE_REMOVE_ELECTOR] = {"remove-elector", "remove elector"},
};

const char *
endorsement_words(enum endorsement kind)
{
	return kinds[kind].words;
}

const char *
endorsement_verb(enum endorsement kind)
{
	return kinds[kind].verb;
}

enum fault
endorsement_parse(
    enum endorsement *out, const char *verb, struct fault_info *fi)
{
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		if (strcmp(kinds[k].verb, verb) == 0) {
			*out = (enum endorsement)k;
			return FAULT_OK;
		}
	return fault_set(fi, FAULT_USAGE,
	    "%s: add-root, add-elector, remove-root or remove-elector needed",
	    verb);
}

/* ---- in force ---- */

static int
is_oer(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 4 && d->d_name[0] != '.' &&
	       strcmp(d->d_name + n - 4, ".oer") == 0;
}

/* Ballots that the CRLG publishes; which of them are about electors, their
 * votes say, so each is in both lists. */
static enum fault
read_ballots(struct bytes *list, size_t *n, struct arena *arena,
    const struct site *site, struct fault_info *fi)
{
	char folder[PATH_SIZE], path[PATH_SIZE];
	enum fault f = FAULT_OK;
	struct dirent **names;
	int count;

	*n = 0;
	path_join(folder, site->dir, "crlg/ballots");
	if ((count = scandir(folder, &names, is_oer, alphasort)) < 0)
		return errno == ENOENT
			   ? FAULT_OK
			   : fault_errno(fi, FAULT_IO, "%s", folder);
	for (int i = 0; i < count; i++) {
		path_join(path, folder, names[i]->d_name);
		if (f == FAULT_OK && *n < BALLOTS_MOST)
			f = file_read(
			    &list[(*n)++], arena, path, FILE_LIMIT, fi);
		free(names[i]);
	}
	free(names);
	return f;
}

static enum fault
read_chains(struct chain_file *out, struct arena *arena,
    const struct site *site, struct fault_info *fi)
{
	char folder[PATH_SIZE], path[PATH_SIZE], name[VERSION_NAME];
	struct bytes octets;

	path_join(folder, site->dir, "pg/data");
	TRY(versions_last(name, folder, "global_certificate_chains_", fi));
	path_join(path, folder, name);
	TRY(file_read(&octets, arena, path, FILE_LIMIT, fi));
	return chain_file_open(out, arena, octets, fi);
}

enum fault
electors_read(struct electors *e, struct arena *arena, const struct site *site,
    struct fault_info *fi)
{
	struct bytes list[BALLOTS_MOST];
	struct anchors_removals removals = {.root = list, .elector = list};
	char pg[PATH_SIZE];
	uint32_t now = time32_now();

	*e = (struct electors){.arena = arena};
	path_join(pg, site->dir, "pg");
	TRY(component_anchors_read(&e->anchors, arena, pg, fi));
	if (e->anchors.electors == 0)
		return fault_set(fi, FAULT_NOT_FOUND,
		    "%s/electors: nobody; this environment was made before "
		    "components knew electors",
		    pg);
	TRY(read_chains(&e->chains, arena, site, fi));
	TRY(read_ballots(list, &removals.n_root, arena, site, fi));
	removals.n_elector = removals.n_root;
	/* Each may be what the other depends on. */
	TRY(anchors_vote(&e->anchors, arena, &e->chains, now, fi));
	anchors_vote_ballots(&e->anchors, &removals, now);
	TRY(anchors_vote(&e->anchors, arena, &e->chains, now, fi));
	anchors_vote_ballots(&e->anchors, &removals, now);
	return FAULT_OK;
}

/* ---- at hand ---- */

enum fault
elector_load(struct elector *e, struct arena *arena, const char *folder,
    struct bytes passphrase, struct fault_info *fi)
{
	char path[PATH_SIZE];
	struct bytes raw;
	enum fault f;

	*e = (struct elector){.key = NULL};
	snprintf(e->folder, sizeof(e->folder), "%s", folder);
	path_join(path, folder, "cert.oer");
	TRY(file_read(&raw, arena, path, CERTIFICATE_MAX, fi));
	if (anchors_load(&e->cert, arena, raw, SCMS_ELECTOR, fi) != FAULT_OK)
		return fault_prefix(fi, "%s", path);
	path_join(path, folder, "sign.key");
	TRY(key_load(&e->key, path, passphrase, fi));
	f = key_signer(&e->signer, e->key, e->cert, fi);
	if (f != FAULT_OK) {
		fault_prefix(fi, "%s", path);
		key_free(e->key);
		e->key = NULL;
	}
	return f;
}

static bool
is_in_force(const struct electors *e, const struct cert *cert)
{
	for (size_t k = 0; k < e->anchors.electors; k++)
		if (bytes_equal(
			e->anchors.elector[k]->canonical, cert->canonical))
			return true;
	return false;
}

static bool
is_at_hand(const struct electors *e, const struct cert *cert)
{
	for (size_t k = 0; k < e->n; k++)
		if (bytes_equal(e->hand[k].cert->canonical, cert->canonical))
			return true;
	return false;
}

/* One folder; those who are not in force any more are passed over. */
static enum fault
take_one(struct electors *e, const char *folder, struct bytes passphrase,
    struct fault_info *fi)
{
	struct cert *cert;
	char path[PATH_SIZE];
	struct bytes raw;

	path_join(path, folder, "cert.oer");
	TRY(file_read(&raw, e->arena, path, CERTIFICATE_MAX, fi));
	TRY(cert_load(&cert, e->arena, raw, fi));
	if (!is_in_force(e, cert) || is_at_hand(e, cert) ||
	    e->n == ELECTORS_MOST)
		return FAULT_OK;
	TRY(elector_load(&e->hand[e->n], e->arena, folder, passphrase, fi));
	e->n++;
	return FAULT_OK;
}

static int
is_elector(const struct dirent *d)
{
	return strncmp(d->d_name, "elector", strlen("elector")) == 0;
}

static enum fault
take_all(struct electors *e, const char *folder, struct bytes passphrase,
    struct fault_info *fi)
{
	enum fault f = FAULT_OK;
	struct dirent **names;
	char path[PATH_SIZE];
	int n = scandir(folder, &names, is_elector, alphasort);

	if (n < 0)
		return fault_errno(fi, FAULT_NOT_FOUND, "%s", folder);
	for (int i = 0; i < n; i++) {
		path_join(path, folder, names[i]->d_name);
		if (f == FAULT_OK)
			f = take_one(e, path, passphrase, fi);
		free(names[i]);
	}
	free(names);
	return n > 0 ? f
		     : fault_set(fi, FAULT_NOT_FOUND, "%s: no elector is there",
			   folder);
}

enum fault
electors_take(struct electors *e, const char *folder, struct bytes passphrase,
    struct fault_info *fi)
{
	char path[PATH_SIZE];

	path_join(path, folder, "sign.key");
	return file_exists(path) ? take_one(e, folder, passphrase, fi)
				 : take_all(e, folder, passphrase, fi);
}

enum fault
electors_vote(struct bytes *ballot, struct electors *e, enum endorsement kind,
    const struct cert *subject, uint32_t now, struct fault_info *fi)
{
	struct bytes endorsement[ELECTORS_MOST];

	if (e->n < QUORUM)
		return fault_set(fi, FAULT_NO_QUORUM,
		    "%zu of %zu electors are here, %d are needed", e->n,
		    e->anchors.electors, QUORUM);
	for (size_t k = 0; k < e->n; k++)
		TRY(endorsement_sign(&endorsement[k], e->arena, kind, subject,
		    now, &e->hand[k].signer, fi));
	TRY(ballot_build(ballot, e->arena, subject, endorsement, e->n, fi));
	return ballot_check(NULL, e->arena, *ballot, kind, e->anchors.elector,
	    e->anchors.electors, QUORUM, now, fi);
}

void
electors_free(struct electors *e)
{
	for (size_t k = 0; k < e->n; k++)
		key_free(e->hand[k].key);
	e->n = 0;
}
