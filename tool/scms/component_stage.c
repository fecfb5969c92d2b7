/* component_stage.c - lays out a change of components; see component.h. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/time32.h"
#include "cert/perm.h"
#include "device/anchors.h"
#include "keys/component.h"
#include "keys/component_anchors.h"
#include "service/crash.h"
#include "tool/scms/account.h"
#include "tool/scms/component.h"
#include "tool/scms/process.h"

#define MEMORY		((size_t)64 << 20)
#define CERTIFICATE_MAX 4096u
#define FILE_LIMIT	(1u << 20)
#define RECORDS		"changes"

/* ---- what is there ---- */

static enum fault
load_actor(struct component_job *job, enum actor_id id, struct fault_info *fi)
{
	struct actor *a = &job->c.actor[id];
	char name[64], path[PATH_SIZE];

	snprintf(name, sizeof(name), "public/%s.oer", actor_info[id].file);
	path_join(path, job->site->dir, name);
	if (!file_exists(path))
		return FAULT_OK;
	TRY(file_read(&a->raw, &job->c.arena, path, CERTIFICATE_MAX, fi));
	TRY(cert_load(&a->cert, &job->c.arena, a->raw, fi));
	a->name = actor_info[id].label != NULL
		      ? cert_name(&job->c.arena, a->cert)
		      : actor_info[id].file;
	job->there[id] = true;
	return FAULT_OK;
}

static enum fault
load_trust(struct component_job *job, struct fault_info *fi)
{
	struct bytes gccf;
	char path[PATH_SIZE];

	job->c.trust = trust_new();
	path_join(path, job->site->dir, "pg/trust");
	TRY(trust_add_folder(job->c.trust, path, true, fi));
	path_join(path, job->site->dir, "public/GCCF.oer");
	TRY(file_read(&gccf, &job->c.arena, path, FILE_LIMIT, fi));
	return trust_add_known(job->c.trust, gccf, fi);
}

enum fault
component_open(struct component_job *job, const struct site *site,
    const char *offline, struct fault_info *fi)
{
	*job = (struct component_job){.site = site, .offline = offline};
	job->c = (struct ceremony){.dir = job->change.files,
	    .env = &site->env,
	    .arena = arena_new(MEMORY),
	    .now = time32_now()};
	job->c.start = job->c.now - CEREMONY_HEAD_START;
	for (enum actor_id id = 0; id < ACTOR_COUNT; id++)
		TRY(load_actor(job, id, fi));
	return load_trust(job, fi);
}

void
component_close(struct component_job *job)
{
	ceremony_free(&job->c);
}

/* ---- keys and certificates ---- */

static struct bytes
secret_of(const struct component_job *job)
{
	return (struct bytes){
	    (const uint8_t *)job->c.passphrase->text, job->c.passphrase->n};
}

/* The key of somebody offline who signs as he is. */
static enum fault
load_signer(struct component_job *job, enum actor_id id, struct fault_info *fi)
{
	struct actor *a = &job->c.actor[id];
	char name[64], path[PATH_SIZE];

	if (a->sign_key != NULL)
		return FAULT_OK;
	snprintf(name, sizeof(name), "%s/sign.key",
	    actor_info[id].folder + strlen("offline/"));
	path_join(path, job->offline, name);
	TRY(key_load(&a->sign_key, path, secret_of(job), fi));
	return key_signer(&a->signer, a->sign_key, a->cert, fi);
}

static enum fault
make(struct component_job *job, enum actor_id id, struct fault_info *fi)
{
	const struct actor_info *info = &actor_info[id];
	struct actor *a = &job->c.actor[id];

	if (job->there[id])
		job->former[id] = a->raw;
	*a = (struct actor){0};
	if (!job->plan.is_new[info->issuer])
		TRY(load_signer(job, info->issuer, fi));
	TRY(change_folder(&job->change, info->folder, fi));
	if (ceremony_make_actor(&job->c, id, fi) != FAULT_OK)
		return fault_prefix(fi, "%s", info->file);
	return FAULT_OK;
}

static enum fault
make_all(struct component_job *job, struct fault_info *fi)
{
	ceremony_record(&job->c, "IEEE 1609.2 certificates");
	for (enum actor_id id = 0; id < ACTOR_COUNT; id++)
		if (job->plan.is_new[id])
			TRY(make(job, id, fi));
	return FAULT_OK;
}

/* Whoever has keys of 1609.2 and runs gets new ones of TLS as well. */
static enum fault
make_tls(struct component_job *job, struct fault_info *fi)
{
	const char *folders[ACTOR_COUNT + 1];
	size_t n = 0;

	for (enum actor_id id = 0; id < ACTOR_COUNT; id++)
		if (job->plan.is_new[id] && actor_part(id) < PART_COUNT)
			folders[n++] = actor_info[id].folder;
	if (job->plan.tls != NULL)
		folders[n++] = job->plan.tls;
	for (size_t i = 0; i < n; i++)
		TRY(change_folder(&job->change, folders[i], fi));
	return n > 0 ? ceremony_make_tls(&job->c, job->offline, folders, n, fi)
		     : FAULT_OK;
}

/* ---- files of one component ---- */

/* Copies a file of the environment into the change; mode as it is. */
static enum fault
copy_as(struct component_job *job, const char *from, const char *to,
    struct fault_info *fi)
{
	char path[PATH_SIZE];
	struct bytes b;
	struct stat st;

	path_join(path, job->site->dir, from);
	if (stat(path, &st) != 0)
		return fault_errno(fi, FAULT_IO, "%s", path);
	TRY(file_read(&b, &job->c.arena, path, FILE_LIMIT, fi));
	return change_write(&job->change, to, b, st.st_mode & 0777, fi);
}

/* What one of its kind knows and trusts is what the new one will. */
static enum fault
copy_folder(struct component_job *job, const char *model, const char *part,
    const char *sub, struct fault_info *fi)
{
	char from[PATH_SIZE], to[PATH_SIZE], path[PATH_SIZE];
	enum fault f = FAULT_OK;
	struct dirent *e;
	DIR *d;

	snprintf(from, sizeof(from), "%s/%s", model, sub);
	path_join(path, job->site->dir, from);
	if ((d = opendir(path)) == NULL)
		return fault_errno(fi, FAULT_IO, "%s", path);
	while (f == FAULT_OK && (e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(from, sizeof(from), "%s/%s/%s", model, sub, e->d_name);
		snprintf(to, sizeof(to), "%s/%s/%s", part, sub, e->d_name);
		f = copy_as(job, from, to, fi);
	}
	closedir(d);
	return f;
}

static enum fault
stage_part(struct component_job *job, enum part_id part, struct fault_info *fi)
{
	static const char *const inside[] = {
	    "trust", "known", "data", "log", "run"};
	const char *name = parts[part].name, *model = NULL;
	char folder[64];

	for (size_t i = 0; i < PART_COUNT && model == NULL; i++)
		if (i != part && parts[i].program != NULL &&
		    strcmp(parts[i].program, parts[part].program) == 0)
			model = parts[i].name;
	if (model == NULL)
		return fault_set(fi, FAULT_INTERNAL, "no model for %s", name);
	for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++) {
		snprintf(folder, sizeof(folder), "%s/%s", name, inside[i]);
		TRY(change_folder(&job->change, folder, fi));
	}
	TRY(copy_folder(job, model, name, "trust", fi));
	TRY(copy_folder(job, model, name, "known", fi));
	return ceremony_write_conf(&job->c, part, fi);
}

/* Devices that have not seen the new certificate yet encrypt to the old one;
 * its signing key is gone, its other key stays until it ends. */
static enum fault
keep_former_key(
    struct component_job *job, enum actor_id actor, struct fault_info *fi)
{
	const char *folder = actor_info[actor].folder;
	char name[64], from[64], id[2 * CERT_ID_SIZE + 1];
	struct cert *former;

	if (job->former[actor].n == 0)
		return FAULT_OK;
	TRY(cert_load(&former, &job->c.arena, job->former[actor], fi));
	if (former->end <= job->c.now)
		return FAULT_OK;
	hex_encode(id, former->id, CERT_ID_SIZE);
	snprintf(name, sizeof(name), "%s/former/%s.oer", folder, id);
	TRY(change_write(&job->change, name, job->former[actor], 0644, fi));
	snprintf(name, sizeof(name), "%s/former/%s.key", folder, id);
	snprintf(from, sizeof(from), "%s/enc.key", folder);
	return copy_as(job, from, name, fi);
}

static enum fault
remove_part(struct component_job *job, struct fault_info *fi)
{
	/* Its data stay: the misbehavior authority may ask for them. */
	static const char *const files[] = {"sign.key", "enc.key", "tls.key",
	    "tls.pem", "cert.oer", "component.conf"};
	const struct actor_info *info = &actor_info[job->plan.actor];
	char name[64];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(name, sizeof(name), "%s/%s", info->folder, files[i]);
		TRY(change_remove(&job->change, name, fi));
	}
	snprintf(name, sizeof(name), "public/%s.oer", info->file);
	return change_remove(&job->change, name, fi);
}

/* ---- settings that name others ---- */

static enum fault
stage_hosts(struct component_job *job, const char *file, struct fault_info *fi)
{
	const struct part *part = &parts[actor_part(job->plan.actor)];
	char path[PATH_SIZE], address[ADDRESS_TEXT], name[300];
	struct bytes text;

	path_join(path, job->site->dir, file);
	TRY(file_read(&text, &job->c.arena, path, FILE_LIMIT, fi));
	part_address(address, job->site->env.net, part->host, 0);
	snprintf(
	    name, sizeof(name), "%s.%s", part->name, job->site->env.domain);
	TRY(component_set_host(&text, &job->c.arena, text, name,
	    job->plan.verb == COMPONENT_ADD ? address : NULL, fi));
	return change_write(&job->change, file, text, 0644, fi);
}

/* "pca, pca2": those that work from now on. */
static const char *
pca_list(struct component_job *job)
{
	const char *list = "";

	for (enum actor_id id = 0; id < ACTOR_COUNT && list != NULL; id++) {
		bool retired =
		    id == job->plan.actor && job->plan.verb == COMPONENT_RETIRE;

		if (actor_info[id].profile == PROFILE_PCA && !retired &&
		    (job->there[id] || job->plan.is_new[id]))
			list = arena_printf(&job->c.arena, "%s%s%s", list,
			    list[0] != '\0' ? ", " : "", actor_info[id].folder);
	}
	return list;
}

/* RA, LAs and MA have a list of PCAs in their settings; an MA of before it was
 * a running part has none. */
static enum fault
stage_pca_lists(struct component_job *job, struct fault_info *fi)
{
	static const enum part_id whose[] = {
	    PART_RA, PART_LA1, PART_LA2, PART_MA};
	const char *list = pca_list(job);
	char name[64], path[PATH_SIZE];
	struct bytes text;

	if (list == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "list of PCAs");
	for (size_t i = 0; i < sizeof(whose) / sizeof(whose[0]); i++) {
		snprintf(name, sizeof(name), "%s/component.conf",
		    parts[whose[i]].name);
		path_join(path, job->site->dir, name);
		if (whose[i] == PART_MA && !file_exists(path))
			continue;
		TRY(file_read(&text, &job->c.arena, path, FILE_LIMIT, fi));
		TRY(component_set_line(
		    &text, &job->c.arena, text, "pca", list, fi));
		TRY(change_write(&job->change, name, text, 0644, fi));
	}
	return FAULT_OK;
}

static enum fault
stage_settings(struct component_job *job, struct fault_info *fi)
{
	if (job->plan.verb == COMPONENT_RENEW)
		return FAULT_OK;
	TRY(stage_hosts(job, "hosts", fi));
	TRY(stage_hosts(job, "operator/hosts", fi));
	return actor_info[job->plan.actor].profile == PROFILE_PCA
		   ? stage_pca_lists(job, fi)
		   : FAULT_OK;
}

/* ---- what the second half must know ---- */

/* Does a part find anything new in its folder that it reads at its start? */
static bool
changes(const struct component_job *job, enum part_id part)
{
	char path[PATH_SIZE];
	struct dirent *e;
	bool any = false;
	DIR *d;

	path_join(path, job->change.files, parts[part].name);
	if ((d = opendir(path)) == NULL)
		return false;
	while ((e = readdir(d)) != NULL)
		any = any ||
		      (e->d_name[0] != '.' && strcmp(e->d_name, "data") != 0);
	closedir(d);
	return any;
}

/* Is it to stand still while its files are written? */
static bool
must_stop(const struct component_job *job, enum part_id part)
{
	for (enum actor_id id = 0; id < ACTOR_COUNT; id++)
		if (actor_part(id) == part &&
		    (job->plan.is_new[id] ||
			(id == job->plan.actor &&
			    job->plan.verb == COMPONENT_RETIRE)))
			return true;
	return false;
}

static enum fault
note_parts(struct component_job *job, struct fault_info *fi)
{
	bool any = false;

	for (enum part_id i = 0; i < PART_COUNT; i++) {
		struct process p;
		bool stops = must_stop(job, i);

		process_find(&p, job->site->dir, &parts[i]);
		if (p.pid != 0) {
			any = true;
			TRY(change_note(
			    &job->change, "run", parts[i].name, fi));
		}
		process_close(&p);
		if (stops)
			TRY(change_note(
			    &job->change, "stop", parts[i].name, fi));
		else if (changes(job, i))
			TRY(change_note(
			    &job->change, "restart", parts[i].name, fi));
	}
	if (any && job->plan.verb == COMPONENT_ADD)
		return change_note(&job->change, "run",
		    actor_info[job->plan.actor].folder, fi);
	return FAULT_OK;
}

/* New keys of one side, or a new side: LA and PCA agree again. */
static enum fault
note_agreements(struct component_job *job, struct fault_info *fi)
{
	char line[64];

	for (enum actor_id pca = 0; pca < ACTOR_COUNT; pca++)
		for (enum actor_id la = 0; la < ACTOR_COUNT; la++) {
			if (actor_info[pca].profile != PROFILE_PCA ||
			    actor_info[la].profile != PROFILE_LA ||
			    (!job->there[pca] && !job->plan.is_new[pca]) ||
			    (!job->plan.is_new[pca] && !job->plan.is_new[la]))
				continue;
			snprintf(line, sizeof(line), "%s %s",
			    actor_info[pca].folder, actor_info[la].folder);
			TRY(change_note(&job->change, "agree", line, fi));
		}
	return FAULT_OK;
}

/* ---- limits ---- */

/* Certificates of a folder that are valid still and were not removed by
 * ballot, of one role or (0) of any. */
static enum fault
count_valid(size_t *n, struct component_job *job, const char *name, int role,
    const struct anchors *anchors, struct fault_info *fi)
{
	char folder[PATH_SIZE], path[PATH_SIZE];
	struct dirent *e;
	struct bytes raw;
	struct cert *c;
	size_t length;
	DIR *d;

	*n = 0;
	path_join(folder, job->site->dir, name);
	if ((d = opendir(folder)) == NULL)
		return errno == ENOENT
			   ? FAULT_OK
			   : fault_errno(fi, FAULT_IO, "%s", folder);
	while ((e = readdir(d)) != NULL) {
		length = strlen(e->d_name);
		if (length < 5 || strcmp(e->d_name + length - 4, ".oer") != 0)
			continue;
		path_join(path, folder, e->d_name);
		*n += file_read(&raw, &job->c.arena, path, CERTIFICATE_MAX,
			  NULL) == FAULT_OK &&
		      cert_load(&c, &job->c.arena, raw, NULL) == FAULT_OK &&
		      c->end > job->c.now &&
		      !anchors_is_removed(anchors, c, NULL) &&
		      (role == 0 || (int)perm_role(c) == role);
	}
	closedir(d);
	return FAULT_OK;
}

static size_t
count_new(const struct component_job *job, enum profile profile)
{
	size_t n = 0;

	for (enum actor_id id = 0; id < ACTOR_COUNT; id++)
		n += job->plan.is_new[id] && actor_info[id].profile == profile;
	return n;
}

/* What components and devices have no room for is refused here: afterwards
 * they would not start, or not follow. */
static enum fault
check_limits(struct component_job *job, struct fault_info *fi)
{
	static const struct {
		enum profile profile;
		const char *folder;
		int role;
		size_t most;
		const char *what;
	} limits[] = {
	    {PROFILE_ROOT, "pg/trust", 0, ROOTS_MOST,
		"valid roots, and devices keep"},
	    {PROFILE_ECA, "ra/known", SCMS_ECA, COMPONENT_ECAS,
		"valid certificates of ECAs, and an RA takes"},
	    {PROFILE_RA, "ra/former", 0, COMPONENT_FORMER,
		"former keys of the RA that are valid, and it keeps"},
	    {PROFILE_MA, "ma/former", 0, COMPONENT_FORMER,
		"former keys of the MA that are valid, and it keeps"},
	};

	struct anchors anchors;
	char pg[PATH_SIZE];

	path_join(pg, job->site->dir, parts[PART_PG].name);
	TRY(component_anchors_read(&anchors, &job->c.arena, pg, fi));
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		size_t new = count_new(job, limits[i].profile), n;

		if (new == 0)
			continue;
		TRY(count_valid(
		    &n, job, limits[i].folder, limits[i].role, &anchors, fi));
		if (n + new > limits[i].most)
			return fault_set(fi, FAULT_DENIED,
			    "it would be %zu %s at most %zu: wait until one "
			    "has ended",
			    n + new, limits[i].what, limits[i].most);
	}
	return FAULT_OK;
}

/* ---- the whole ---- */

/* A folder of its own: changes/0003/renew pca.txt */
enum fault
component_record(
    struct component_job *job, const char *words, struct fault_info *fi)
{
	char path[PATH_SIZE], name[128], text[TIME32_TEXT];
	struct ceremony *c = &job->c;
	unsigned n = 0;

	do {
		snprintf(name, sizeof(name), RECORDS "/%04u", ++n);
		path_join(path, job->site->dir, name);
	} while (file_exists(path));
	TRY(change_folder(&job->change, name, fi));
	TRY(change_note(&job->change, "what", words, fi));
	snprintf(name, sizeof(name), RECORDS "/%04u/%s.txt", n, words);
	path_join(job->record, job->change.files, name);
	if ((c->record = fopen(job->record, "wxe")) == NULL)
		return fault_errno(fi, FAULT_IO, "%s", job->record);
	time32_text(text, c->now);
	ceremony_record(c, "%s in the %s environment %s, %s (Time32 %u)", words,
	    c->env->kind, c->env->domain, text, c->now);
	return FAULT_OK;
}

enum fault
component_record_end(
    struct component_job *job, const char *words, struct fault_info *fi)
{
	if (fflush(job->c.record) != 0)
		return fault_errno(fi, FAULT_IO, "%s", job->record);
	return account_record(
	    job->site->dir, job->record, fi, "what=\"%s\"", words);
}

static enum fault
lay_out(struct component_job *job, struct fault_info *fi)
{
	struct bytes special;
	char words[64];

	component_words(words, &job->plan);
	TRY(component_record(job, words, fi));
	TRY(change_folder(&job->change, "public", fi));
	TRY(make_all(job, fi));
	if (job->plan.is_new[ACTOR_ROOT])
		TRY(ceremony_special(&job->c, &special, fi));
	if (job->plan.verb == COMPONENT_ADD)
		TRY(stage_part(job, actor_part(job->plan.actor), fi));
	TRY(make_tls(job, fi));
	TRY(keep_former_key(job, ACTOR_RA, fi));
	TRY(keep_former_key(job, ACTOR_MA, fi));
	TRY(component_crl(job, fi));
	TRY(stage_settings(job, fi));
	if (job->plan.verb == COMPONENT_RETIRE)
		TRY(remove_part(job, fi));
	if (job->plan.tls == NULL)
		TRY(component_announce(job, fi));
	TRY(note_parts(job, fi));
	TRY(note_agreements(job, fi));
	return component_record_end(job, words, fi);
}

enum fault
component_stage(struct component_job *job, const struct passphrase *passphrase,
    struct fault_info *fi)
{
	enum fault f;

	job->c.passphrase = passphrase;
	TRY(check_limits(job, fi));
	TRY(change_begin(&job->change, job->site->dir, job->offline, fi));
	if ((f = lay_out(job, fi)) == FAULT_OK) {
		crash_point("change-laid-out");
		f = change_commit(&job->change, fi);
		crash_point("change-committed");
	}
	if (f != FAULT_OK)
		change_abandon(&job->change);
	return f;
}
