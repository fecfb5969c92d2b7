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
load(struct la *la, const char *dir, const struct la_conf *conf,
    struct fault_info *fi)
{
	char path[PATH_SIZE];

	la_full_name(la->ra, conf->ra, la->environment);
	la_full_name(la->pca, conf->pca, la->environment);
	TRY(component_load(&la->self, dir, fi));
	TRY(check_self(la, conf, fi));
	path_join(path, dir, "data");
	TRY(la_store_open(&la->store, path, fi));
	path_join(path, dir, "data/storage.key");
	TRY(chain_keys_load(&la->keys, path, la_store_is_fresh(la->store), fi));
	path_join(path, dir, "data/plv-keys");
	return plv_ring_open(&la->ring, path, fi);
}

enum fault
la_new(struct la **out, const char *dir, const struct la_conf *conf,
    const struct environment *environment, struct fault_info *fi)
{
	struct la *la = calloc(1, sizeof(*la));
	enum fault f;

	if (la == NULL)
		log_fatal("out of memory");
	la->environment = environment;
	pthread_mutex_init(&la->flights.lock, NULL);
	pthread_cond_init(&la->flights.landed, NULL);
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
	plv_ring_free(la->ring);
	la_store_close(la->store);
	component_free(&la->self);
	sem_destroy(&la->places);
	pthread_mutex_destroy(&la->flights.lock);
	pthread_cond_destroy(&la->flights.landed);
	wipe(la, sizeof(*la));
	free(la);
}
