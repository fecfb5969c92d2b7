/* dcm.c - what a DCM holds while it runs. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cert/perm.h"
#include "role/dcm/dcm.h"

#define CERTIFICATE_MAX 4096u

static enum fault
set_places(struct dcm *dcm, struct fault_info *fi)
{
	const struct dcm_conf *conf = dcm->conf;
	const char *domain = dcm->environment->domain;
	struct arena *arena = &dcm->self.arena;
	char folder[PATH_SIZE];

	service_path(dcm->service, dcm->types, conf->types);
	service_path(dcm->service, dcm->people, conf->operators);
	service_path(dcm->service, dcm->log, ACTIVITY_FILE);
	service_path(dcm->service, folder, conf->public);
	dcm->source.folder = arena_printf(arena, "%s", folder);
	dcm->source.ra_url = eca_client_url(arena, conf->ra, domain, "");
	dcm->eca.url = eca_client_url(arena, conf->eca, domain, ECA_PATH);
	return dcm->source.folder != NULL && dcm->source.ra_url != NULL &&
		       dcm->eca.url != NULL
		   ? FAULT_OK
		   : fault_set(fi, FAULT_TOO_LARGE, "names");
}

/* The ECA of today.  An answer that was given before its renewal is signed by
 * the one before, which is among those known. */
static enum fault
find_eca(struct dcm *dcm, struct fault_info *fi)
{
	char path[PATH_SIZE];
	struct bytes raw;
	struct cert *eca;

	path_join(path, dcm->source.folder, "ECA.oer");
	TRY(file_read(&raw, &dcm->self.arena, path, CERTIFICATE_MAX, fi));
	TRY(cert_load(&eca, &dcm->self.arena, raw, fi));
	TRY(perm_check_role(eca, SCMS_ECA, fi));
	TRY(trust_add_known(dcm->self.trust, raw, fi));
	dcm->eca.eca = NULL;
	dcm->eca.trust = dcm->self.trust;
	dcm->eca.http = dcm->service->client;
	return FAULT_OK;
}

/* Lists that nobody can read are better found now than with the first device.
 */
static enum fault
check_lists(struct dcm *dcm, struct fault_info *fi)
{
	struct arena arena = arena_new(16u << 20);
	struct dcm_people people;
	struct dcm_types types;
	enum fault f;

	f = dcm_types_read(&types, &arena, dcm->types, fi);
	if (f == FAULT_OK)
		f = dcm_people_read(&people, &arena, dcm->people, fi);
	arena_free(&arena);
	return f;
}

static enum fault
load(struct dcm *dcm, struct fault_info *fi)
{
	TRY(component_load(&dcm->self, dcm->service->dir, fi));
	TRY(perm_check_role(dcm->self.cert, SCMS_DCM, fi));
	TRY(set_places(dcm, fi));
	TRY(find_eca(dcm, fi));
	return check_lists(dcm, fi);
}

enum fault
dcm_load(struct dcm **out, struct service *service, struct fault_info *fi)
{
	struct dcm *dcm = calloc(1, sizeof(*dcm));
	enum fault f;

	if (dcm == NULL)
		log_fatal("out of memory");
	pthread_mutex_init(&dcm->lock, NULL);
	dcm->service = service;
	dcm->conf = service->role_conf;
	dcm->environment = &service->environment;
	if ((f = load(dcm, fi)) != FAULT_OK)
		dcm_close(dcm);
	else
		*out = dcm;
	return f;
}

enum fault
dcm_open(struct dcm **out, struct service *service, struct fault_info *fi)
{
	char path[PATH_SIZE];
	struct dcm *dcm;
	enum fault f;

	TRY(dcm_load(&dcm, service, fi));
	service_path(service, path, "data/dcm.db");
	f = db_open(&dcm->db, path, &dcm_schema, fi);
	if (f == FAULT_OK)
		f = activity_flush(dcm->db, dcm->log, fi);
	if (f != FAULT_OK)
		dcm_close(dcm);
	else
		*out = dcm;
	return f;
}

void
dcm_close(struct dcm *dcm)
{
	if (dcm == NULL)
		return;
	db_close(dcm->db);
	component_free(&dcm->self);
	pthread_mutex_destroy(&dcm->lock);
	free(dcm);
}
