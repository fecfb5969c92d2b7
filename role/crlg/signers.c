/* signers.c - see signers.h. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cert/crl.h"
#include "cert/profile.h"
#include "role/crlg/signers.h"

#define CERTIFICATE_MAX 4096u

/* Its CrlSsp must have all the series that it is here for. */
static enum fault
set_craca(struct crlg_signer *s, struct fault_info *fi)
{
	const uint8_t *issuer = cert_issuer_id(s->cert);

	if (issuer == NULL)
		return fault_set(fi, FAULT_UNTRUSTED_ROOT,
		    "the certificate of the CRL generator is self-signed");
	memcpy(s->craca, issuer, sizeof(s->craca));
	for (uint16_t k = CRL_SERIES_PSEUDONYM; k <= CRL_SERIES_ENROLLMENT; k++)
		TRY(crl_check_generator(s->cert, k, s->craca, fi));
	return FAULT_OK;
}

static enum fault
add_former(struct signers *all, struct component *self, char *path,
    struct fault_info *fi)
{
	struct crlg_signer *s = &all->v[all->n];
	struct bytes raw;
	struct cert *k;

	if (all->n == SIGNERS_MOST)
		return fault_set(fi, FAULT_CONFIG,
		    "more than %d former certificates", SIGNERS_MOST - 1);
	TRY(file_read(&raw, &self->arena, path, CERTIFICATE_MAX, fi));
	TRY(cert_load(&k, &self->arena, raw, fi));
	s->cert = k;
	TRY(set_craca(s, fi));
	TRY(trust_add_known(self->trust, raw, fi));
	if (signers_find(all, s->craca + CERT_ID_SIZE - TRUST_CRACA_SIZE))
		return FAULT_OK; /* that root is served */
	memcpy(path + strlen(path) - strlen(".oer"), ".key", strlen(".key"));
	all->n++;
	TRY(key_load(&s->key, path, BYTES_NONE, fi));
	return key_signer(&s->signer, s->key, k, fi);
}

static int
is_certificate(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return n > 4 && strcmp(e->d_name + n - 4, ".oer") == 0;
}

static enum fault
add_all_former(struct signers *all, struct component *self, const char *folder,
    struct fault_info *fi)
{
	struct dirent **names;
	enum fault f = FAULT_OK;
	char path[PATH_SIZE];
	int n = scandir(folder, &names, is_certificate, alphasort);

	if (n < 0)
		return FAULT_OK; /* no root was ever replaced */
	for (int k = 0; k < n; k++) {
		path_join(path, folder, names[k]->d_name);
		if (f == FAULT_OK &&
		    (f = add_former(all, self, path, fi)) != FAULT_OK)
			f = fault_prefix(fi, "%s", path);
		free(names[k]);
	}
	free(names);
	return f;
}

enum fault
signers_load(struct signers *all, struct component *self, const char *folder,
    struct fault_info *fi)
{
	*all = (struct signers){.n = 1};
	all->v[0].cert = self->cert;
	all->v[0].signer = self->signer;
	TRY(set_craca(&all->v[0], fi));
	/* Who watches composites must know us, too. */
	TRY(trust_add_known(self->trust, self->cert->raw, fi));
	return add_all_former(all, self, folder, fi);
}

void
signers_free(struct signers *all)
{
	for (size_t k = 0; k < all->n; k++)
		key_free(all->v[k].key);
	all->n = 0;
}

const struct crlg_signer *
signers_find(
    const struct signers *all, const uint8_t craca_id[TRUST_CRACA_SIZE])
{
	for (size_t k = 0; k < all->n; k++)
		if (memcmp(all->v[k].craca + CERT_ID_SIZE - TRUST_CRACA_SIZE,
			craca_id, TRUST_CRACA_SIZE) == 0)
			return &all->v[k];
	return NULL;
}
