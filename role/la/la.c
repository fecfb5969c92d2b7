/* la.c - what an LA holds while it runs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "cert/perm.h"
#include "role/la/la.h"

void
la_full_name(
    char out[PLV_PEER_SIZE], const char *name, const struct environment *e)
{
	bool full = strchr(name, '.') != NULL;

	(void)snprintf(out, PLV_PEER_SIZE, "%s%s%s", name, full ? "" : ".",
	    full ? "" : e->domain);
}

enum fault
la_pcas_read(struct la_pcas *pcas, const struct la_conf *conf,
    const struct environment *e, struct fault_info *fi)
{
	if (conf->pca.n == 0 || conf->pca.n > LA_PCAS)
		return fault_set(fi, FAULT_CONFIG,
		    "%zu PCAs, there must be 1 to %u", conf->pca.n, LA_PCAS);
	pcas->n = conf->pca.n;
	for (size_t k = 0; k < pcas->n; k++)
		la_full_name(pcas->name[k], conf->pca.v[k], e);
	return FAULT_OK;
}

const char *
la_pca_named(const struct la_pcas *pcas, struct bytes name)
{
	for (size_t k = 0; k < pcas->n; k++)
		if (bytes_equal(name, bytes_of_string(pcas->name[k])))
			return pcas->name[k];
	return NULL;
}

/* The LA's number is in its certificate; component.conf must agree. */
static enum fault
check_self(struct la *la, const struct la_conf *conf, struct fault_info *fi)
{
	if (!perm_la_id(la->id, la->self.cert))
		return fault_set(fi, FAULT_CONFIG,
		    "cert.oer is not the certificate of an LA");
	if (memcmp(la->id, conf->la_id, sizeof(la->id)) != 0)
		return fault_set(
		    fi, FAULT_CONFIG, "la_id is not that of cert.oer");
	if (strlen(la->self.name) > 127)
		return fault_set(fi, FAULT_CONFIG, "name is too long");
	return FAULT_OK;
}

static enum fault
open_inquiry(struct la *la, const char *dir, struct fault_info *fi)
{
	const struct inquiry_conf conf = {&la->self, dir, la->environment,
	    la->environment->ma_lvs_per_day, la->audit, "la-ma-counted"};

	return inquiry_open(&la->inquiry, &conf, fi);
}

static enum fault
load(struct la *la, const char *dir, const struct la_conf *conf,
    struct fault_info *fi)
{
	char path[PATH_SIZE];

	la_full_name(la->ra, conf->ra, la->environment);
	TRY(la_pcas_read(&la->pcas, conf, la->environment, fi));
	TRY(component_load(&la->self, dir, fi));
	TRY(check_self(la, conf, fi));
	path_join(path, dir, "data");
	TRY(la_store_open(&la->store, path, fi));
	path_join(path, dir, "data/storage.key");
	TRY(chain_keys_load(&la->keys, path, la_store_is_fresh(la->store), fi));
	path_join(la->folder, dir, "data/plv-keys");
	TRY(plv_ring_open(&la->ring, la->folder, fi));
	TRY(open_inquiry(la, dir, fi));
	return plv_pending_sweep(la->folder, la->ring, fi);
}

enum fault
la_new(struct la **out, const char *dir, const struct la_conf *conf,
    const struct environment *environment, struct audit *audit,
    struct fault_info *fi)
{
	struct la *la = calloc(1, sizeof(*la));
	enum fault f;

	if (la == NULL)
		log_fatal("out of memory");
	la->environment = environment;
	la->audit = audit;
	pthread_mutex_init(&la->flights.lock, NULL);
	pthread_cond_init(&la->flights.landed, NULL);
	pthread_mutex_init(&la->agreeing, NULL);
	pthread_mutex_init(&la->asking, NULL);
	sem_init(&la->places, 0, LA_AT_ONCE);
	f = load(la, dir, conf, fi);
	if (f != FAULT_OK) {
		la_free(la);
		return f;
	}
	*out = la;
	return FAULT_OK;
}

void
la_free(struct la *la)
{
	if (la == NULL)
		return;
	inquiry_close(la->inquiry);
	plv_ring_free(la->ring);
	la_store_close(la->store);
	component_free(&la->self);
	sem_destroy(&la->places);
	pthread_mutex_destroy(&la->flights.lock);
	pthread_mutex_destroy(&la->agreeing);
	pthread_mutex_destroy(&la->asking);
	pthread_cond_destroy(&la->flights.landed);
	wipe(la, sizeof(*la));
	free(la);
}
