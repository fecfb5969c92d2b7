/* component.c - a component's certificate, keys and trust. */
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "keys/component.h"
#include "keys/component_anchors.h"
#include "schema/dot2.h"

#define CERTIFICATE_MAX 4096
#define ARENA_MAX	(256u << 10)

static enum fault
load_trust(struct component *c, const char *folder, struct fault_info *fi)
{
	char path[PATH_SIZE];
	struct anchors anchors;

	c->trust = trust_new();
	path_join(path, folder, "trust");
	TRY(trust_add_folder(c->trust, path, true, fi));
	TRY(component_anchors_read(&anchors, &c->arena, folder, fi));
	for (size_t k = 0; k < anchors.roots; k++)
		TRY(trust_add_root(c->trust, anchors.root[k]->raw, fi));
	path_join(path, folder, "known");
	return trust_add_folder(c->trust, path, false, fi);
}

static enum fault
load_certificate(struct component *c, const char *folder, struct fault_info *fi)
{
	char path[PATH_SIZE];
	struct bytes raw;

	path_join(path, folder, "cert.oer");
	TRY(file_read(&raw, &c->arena, path, CERTIFICATE_MAX, fi));
	if (cert_load(&c->cert, &c->arena, raw, fi) != FAULT_OK ||
	    trust_check_chain(NULL, c->trust, c->cert, TRUST_ANY_TIME, fi) !=
		FAULT_OK)
		return fault_prefix(fi, "%s", path);
	if (c->cert->tbs->id.is != certificate_id_name)
		return fault_set(
		    fi, FAULT_WRONG_PROFILE, "%s has no name", path);
	c->name = cert_name(&c->arena, c->cert);
	return FAULT_OK;
}

static enum fault
load_keys(struct component *c, const char *folder, struct fault_info *fi)
{
	char path[PATH_SIZE];

	path_join(path, folder, "sign.key");
	TRY(key_load(&c->sign_key, path, BYTES_NONE, fi));
	if (key_signer(&c->signer, c->sign_key, c->cert, fi) != FAULT_OK)
		return fault_prefix(fi, "%s", path);
	if (!c->cert->has_encryption_key)
		return FAULT_OK;
	path_join(path, folder, "enc.key");
	TRY(key_load(&c->enc_key, path, BYTES_NONE, fi));
	if (key_decryption(&c->decryption, c->enc_key, c->cert, fi) != FAULT_OK)
		return fault_prefix(fi, "%s", path);
	return FAULT_OK;
}

/* "X.oer" and "X.key" of the folder former. */
static enum fault
load_former(struct component *c, const char *folder, const char *file,
    struct fault_info *fi)
{
	struct cert *cert;
	struct bytes raw;
	char path[PATH_SIZE];
	size_t n = c->former_n;

	if (n == COMPONENT_FORMER)
		return fault_set(fi, FAULT_CONFIG, "%s: more than %d keys",
		    folder, COMPONENT_FORMER);
	path_join(path, folder, file);
	TRY(file_read(&raw, &c->arena, path, CERTIFICATE_MAX, fi));
	if (cert_load(&cert, &c->arena, raw, fi) != FAULT_OK)
		return fault_prefix(fi, "%s", path);
	memcpy(path + strlen(path) - 4, ".key", 4);
	TRY(key_load(&c->former_key[n], path, BYTES_NONE, fi));
	c->former_n++;
	if (key_decryption(&c->former[n], c->former_key[n], cert, fi) !=
	    FAULT_OK)
		return fault_prefix(fi, "%s", path);
	return FAULT_OK;
}

static enum fault
load_all_former(struct component *c, const char *folder, struct fault_info *fi)
{
	char path[PATH_SIZE];
	enum fault f = FAULT_OK;
	struct dirent *e;
	size_t n;
	DIR *d;

	path_join(path, folder, "former");
	if ((d = opendir(path)) == NULL)
		return errno == ENOENT ? FAULT_OK
				       : fault_errno(fi, FAULT_IO, "%s", path);
	while (f == FAULT_OK && (e = readdir(d)) != NULL) {
		n = strlen(e->d_name);
		if (n > 4 && strcmp(e->d_name + n - 4, ".oer") == 0)
			f = load_former(c, path, e->d_name, fi);
	}
	closedir(d);
	return f;
}

enum fault
component_load(struct component *c, const char *folder, struct fault_info *fi)
{
	enum fault f;

	memset(c, 0, sizeof(*c));
	c->arena = arena_new(ARENA_MAX);
	f = load_trust(c, folder, fi);
	if (f == FAULT_OK)
		f = load_certificate(c, folder, fi);
	if (f == FAULT_OK)
		f = load_keys(c, folder, fi);
	if (f == FAULT_OK)
		f = load_all_former(c, folder, fi);
	if (f != FAULT_OK)
		component_free(c);
	return f;
}

void
component_free(struct component *c)
{
	key_free(c->sign_key);
	key_free(c->enc_key);
	for (size_t i = 0; i < c->former_n; i++)
		key_free(c->former_key[i]);
	trust_free(c->trust);
	arena_free(&c->arena);
	memset(c, 0, sizeof(*c));
}
