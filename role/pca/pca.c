/* pca.c - what a PCA holds while it runs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "cert/perm.h"
#include "role/pca/pca.h"

#define CLASS_ARENA (1u << 20)

void
pca_full_name(
    char out[PLV_PEER_SIZE], const char *name, const struct environment *e)
{
	bool full = strchr(name, '.') != NULL;

	(void)snprintf(out, PLV_PEER_SIZE, "%s%s%s", name, full ? "" : ".",
	    full ? "" : e->domain);
}

const uint8_t *
pca_craca_id(const struct cert *c)
{
	while (c->issuer != NULL && c->issuer != c)
		c = c->issuer;
	return c->id + CERT_ID_SIZE - 3;
}

static enum fault
check_self(struct pca *pca, struct fault_info *fi)
{
	if (perm_check_role(pca->self.cert, SCMS_PCA, fi) != FAULT_OK)
		return fault_prefix(fi, "cert.oer");
	if (pca->self.enc_key == NULL)
		return fault_set(
		    fi, FAULT_CONFIG, "cert.oer has no encryption key");
	if (environment_message_requests(pca->environment) > PCA_REQUESTS_MAX)
		return fault_set(fi, FAULT_CONFIG,
		    "batch_max_requests, or what 2 shuffle_devices - 1 devices "
		    "need, is more than %u requests",
		    PCA_REQUESTS_MAX);
	return FAULT_OK;
}

static enum fault
open_inquiry(struct pca *pca, const char *dir, struct fault_info *fi)
{
	const struct inquiry_conf conf = {&pca->self, dir, pca->environment,
	    pca->environment->ma_lvs_per_day, pca->audit, "pca-ma-counted"};

	return inquiry_open(&pca->inquiry, &conf, fi);
}

static enum fault
load(struct pca *pca, const char *dir, const struct pca_conf *conf,
    struct fault_info *fi)
{
	struct request_form names;
	char path[PATH_SIZE];

	pca_full_name(pca->ra, conf->ra, pca->environment);
	pca_full_name(pca->la[0].name, conf->la1, pca->environment);
	pca_full_name(pca->la[1].name, conf->la2, pca->environment);
	TRY(component_load(&pca->self, dir, fi));
	TRY(check_self(pca, fi));
	names = (struct request_form){.ra = pca->ra,
	    .pca = pca->self.name,
	    .la = {pca->la[0].name, pca->la[1].name}};
	pca->issuer.cert = pca->self.cert;
	pca->issuer.signer = &pca->self.signer;
	if (conf->check_signatures) {
		TRY(checked_signer_start(&pca->checked, &pca->self.signer, fi));
		pca->issuer.signer = &pca->checked.signer;
	}
	pca->issuer.class = &pca->class;
	TRY(key_scalar(&pca->issuer.d, pca->self.sign_key, fi));
	TRY(class_make(&pca->class, &pca->arena, pca->environment,
	    pca->self.cert, &names, pca_craca_id(pca->self.cert), fi));
	issuer_start(&pca->issuer);
	path_join(path, dir, "data");
	TRY(pca_store_open(&pca->store, path, fi));
	path_join(pca->dir, dir, "");
	path_join(pca->keys, dir, "data/plv-keys");
	TRY(plv_ring_open(&pca->ring, pca->keys, fi));
	return open_inquiry(pca, dir, fi);
}

static void
make_places(struct pca *pca)
{
	pthread_mutex_init(&pca->lock, NULL);
	pthread_cond_init(&pca->freed, NULL);
	pthread_mutex_init(&pca->agreeing, NULL);
	for (size_t t = 0; t < PCA_AT_ONCE; t++) {
		pca->place[t].arena = arena_new(PCA_ARENA);
		pca->place[t].next = pca->idle;
		pca->idle = &pca->place[t];
	}
}

enum fault
pca_new(struct pca **out, const char *dir, const struct pca_conf *conf,
    const struct environment *environment, struct audit *audit,
    struct fault_info *fi)
{
	struct pca *pca = calloc(1, sizeof(*pca));
	enum fault f;

	if (pca == NULL)
		log_fatal("out of memory");
	pca->environment = environment;
	pca->audit = audit;
	pca->arena = arena_new(CLASS_ARENA);
	make_places(pca);
	f = load(pca, dir, conf, fi);
	if (f != FAULT_OK) {
		pca_free(pca);
		return f;
	}
	*out = pca;
	return FAULT_OK;
}

void
pca_free(struct pca *pca)
{
	if (pca == NULL)
		return;
	issuer_stop(&pca->issuer);
	inquiry_close(pca->inquiry);
	plv_ring_free(pca->ring);
	pca_store_close(pca->store);
	checked_signer_stop(&pca->checked);
	component_free(&pca->self);
	arena_free(&pca->arena);
	for (size_t t = 0; t < PCA_AT_ONCE; t++)
		arena_free(&pca->place[t].arena);
	pthread_mutex_destroy(&pca->lock);
	pthread_cond_destroy(&pca->freed);
	pthread_mutex_destroy(&pca->agreeing);
	free(pca);
}
