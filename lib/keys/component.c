/* component.c - a component's certificate, keys and trust. */
#include <string.h>

#include "base/file.h"
#include "keys/component.h"
#include "schema/dot2.h"

#define CERTIFICATE_MAX 4096
#define ARENA_MAX	(256u << 10)

static enum fault
load_trust(struct component *c, const char *folder, struct fault_info *fi)
{
	char path[PATH_SIZE];

	c->trust = trust_new();
	path_join(path, folder, "trust");
	TRY(trust_add_folder(c->trust, path, true, fi));
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
	if (f != FAULT_OK)
		component_free(c);
	return f;
}

void
component_free(struct component *c)
{
	key_free(c->sign_key);
	key_free(c->enc_key);
	trust_free(c->trust);
	arena_free(&c->arena);
	memset(c, 0, sizeof(*c));
}
