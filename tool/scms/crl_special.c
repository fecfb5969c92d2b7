/* crl_special.c - scms crl special: the root revokes MA, PG or CRL generator by
 * a list that it signs itself, offline. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "audit/audit.h"
#include "base/secret.h"
#include "base/time32.h"
#include "cert/profile.h"
#include "keys/key.h"
#include "schema/dot2.h"
#include "tool/scms/crl.h"
#include "tool/scms/passphrase.h"
#include "tool/scms/special.h"

#define CERTIFICATE_MAX 4096u
#define LIST_MAX	((size_t)1 << 20)

struct signing {
	struct crl_desk *desk;
	const struct crl_special *ask;
	struct cert *root;
	char path[PATH_SIZE]; /* of the list */
	struct crl_hash_entry *entry;
	size_t n;
	uint32_t serial;
};

/* ---- what is on the list ---- */

static bool
is_there(const struct signing *s, const uint8_t id[CRL_ID_SIZE])
{
	for (size_t k = 0; k < s->n; k++)
		if (memcmp(s->entry[k].id, id, CRL_ID_SIZE) == 0)
			return true;
	return false;
}

static void
add(struct signing *s, const uint8_t id[CRL_ID_SIZE], uint32_t expiry)
{
	memcpy(s->entry[s->n].id, id, CRL_ID_SIZE);
	s->entry[s->n++].expiry = expiry;
}

/* Two lists of one second could not be told apart. */
static enum fault
wait_for_next(
    struct crl_desk *d, const struct crl *former, struct fault_info *fi)
{
	const struct timespec pause = {.tv_nsec = 50000000};

	if (former->issued > d->now)
		return fault_set(fi, FAULT_BAD_TIME,
		    "the list that is there was signed later than now");
	while (former->issued == d->now) {
		nanosleep(&pause, NULL);
		d->now = time32_now();
	}
	return FAULT_OK;
}

/* Entries of the former list whose certificates have not ended. */
static enum fault
take_former(struct signing *s, struct fault_info *fi)
{
	const struct crl_rules any = {.now = TRUST_ANY_TIME};
	struct crl_desk *d = s->desk;
	struct crl former = {.entries = 0};
	struct bytes in;
	enum fault f = file_read(&in, &d->arena, s->path, LIST_MAX, fi);

	if (f == FAULT_OK) {
		TRY(crl_open(&former, &d->arena, in, d->trust, &any, fi));
		s->serial = former.serial + 1;
		TRY(wait_for_next(d, &former, fi));
	} else if (f != FAULT_NOT_FOUND)
		return f;
	s->entry = ARENA_ARRAY(&d->arena, former.entries + (size_t)s->ask->argc,
	    struct crl_hash_entry);
	if (s->entry == NULL && former.entries + (size_t)s->ask->argc > 0)
		return fault_set(fi, FAULT_TOO_LARGE, "list");
	for (size_t k = 0; k < former.entries; k++)
		if (former.entry[k].expiry > d->now)
			add(s, former.entry[k].id, former.entry[k].expiry);
	return FAULT_OK;
}

static enum fault
check_special(
    const struct signing *s, const struct cert *k, struct fault_info *fi)
{
	if (k->tbs->crl_series != CRL_SERIES_SPECIAL)
		return fault_set(fi, FAULT_DENIED,
		    "a certificate of series %u is revoked by scms crl revoke",
		    k->tbs->crl_series);
	if (memcmp(k->tbs->craca_id.b,
		s->root->id + CERT_ID_SIZE - TRUST_CRACA_SIZE,
		TRUST_CRACA_SIZE) != 0)
		return fault_set(fi, FAULT_UNTRUSTED_ROOT,
		    "the certificate is on the CRLs of another root");
	if (is_there(s, crl_id_of(k)))
		return fault_set(
		    fi, FAULT_DUPLICATE, "the certificate is revoked already");
	return FAULT_OK;
}

static enum fault
take_new(struct signing *s, struct fault_info *fi)
{
	for (int n = 0; n < s->ask->argc; n++) {
		const char *path = s->ask->argv[n];
		struct cert *k;

		TRY(crl_desk_certificate(&k, s->desk, path, fi));
		if (check_special(s, k, fi) != FAULT_OK)
			return fault_prefix(fi, "%s", path);
		printf("series 256: %s\n", cert_name(&s->desk->arena, k));
		add(s, crl_id_of(k), k->end);
	}
	return FAULT_OK;
}

/* ---- signature ---- */

static enum fault
load_root(struct signing *s, struct fault_info *fi)
{
	const char *dir = s->desk->site->dir;
	char folder[PATH_SIZE], name[SPECIAL_NAME], path[PATH_SIZE];
	struct bytes raw;

	path_join(path, dir, "public/root.oer");
	TRY(file_read(&raw, &s->desk->arena, path, CERTIFICATE_MAX, fi));
	TRY(cert_load(&s->root, &s->desk->arena, raw, fi));
	TRY(trust_check_chain(NULL, s->desk->trust, s->root, s->desk->now, fi));
	special_name(name, s->root);
	path_join(folder, dir, SPECIAL_PART);
	path_join(s->path, folder, name);
	path_join(path, folder, SPECIAL_FOLDER);
	return file_mkdir(path, 0700, fi);
}

static enum fault
load_key(struct key **key, const struct signing *s, struct fault_info *fi)
{
	char offline[PATH_SIZE], path[PATH_SIZE];
	struct passphrase passphrase;
	enum fault f;

	path_join(offline, s->desk->site->dir, "offline");
	path_join(path, s->ask->offline != NULL ? s->ask->offline : offline,
	    "root/sign.key");
	if (!file_exists(path))
		return fault_set(fi, FAULT_NOT_FOUND,
		    "%s: the root's key is needed; --offline names its folder",
		    path);
	TRY(passphrase_get(&passphrase, s->ask->passphrase_file, fi));
	f = key_load(key, path,
	    (struct bytes){(const uint8_t *)passphrase.text, passphrase.n}, fi);
	wipe(&passphrase, sizeof(passphrase));
	return f;
}

static enum fault
write_audit(const struct signing *s, struct bytes list, struct fault_info *fi)
{
	char folder[PATH_SIZE], hex[2 * SHA256_SIZE + 1];
	uint8_t hash[SHA256_SIZE];
	struct audit *audit;
	enum fault f;

	path_join(folder, s->desk->site->dir, SPECIAL_PART);
	sha256(hash, list);
	hex_encode(hex, hash, sizeof(hash));
	TRY(audit_open(&audit, folder, fi));
	f = audit_write(audit, AUDIT_CEREMONY, fi,
	    "series=256 serial=%u entries=%zu list=%s", s->serial, s->n, hex);
	audit_close(audit);
	return f;
}

static enum fault
sign(struct signing *s, struct key *key, struct fault_info *fi)
{
	struct signer signer;
	struct bytes list;

	TRY(key_signer(&signer, key, s->root, fi));
	TRY(special_sign(&list, &s->desk->arena, s->serial, s->entry, s->n,
	    s->desk->now, &signer, fi));
	TRY(write_audit(s, list, fi));
	TRY(file_write(s->path, list, 0644, fi));
	printf("%s: serial %u, entries %zu\n", s->path, s->serial, s->n);
	fflush(stdout);
	return FAULT_OK;
}

enum fault
crl_special(
    struct crl_desk *d, const struct crl_special *ask, struct fault_info *fi)
{
	struct signing s = {.desk = d, .ask = ask};
	struct key *key;
	enum fault f;

	TRY(load_root(&s, fi));
	TRY(take_former(&s, fi));
	TRY(take_new(&s, fi));
	TRY(load_key(&key, &s, fi));
	f = sign(&s, key, fi);
	key_free(key);
	TRY(f);
	return crl_desk_run(d, "now", 0, NULL, fi);
}
