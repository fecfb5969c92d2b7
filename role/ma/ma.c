/* ma.c - what an MA holds while it runs. */
#include <stdlib.h>

#include "base/log.h"
#include "cert/perm.h"
#include "role/ma/ma.h"

static enum fault
load(struct ma *ma, struct fault_info *fi)
{
	service_path(ma->service, ma->known, "known");
	TRY(component_load(&ma->self, ma->service->dir, fi));
	TRY(perm_check_role(ma->self.cert, SCMS_MA, fi));
	if (ma->self.enc_key == NULL)
		return fault_set(fi, FAULT_CONFIG,
		    "the certificate has no key that reports are encrypted to");
	ma->keys[ma->keys_n++] = ma->self.decryption;
	for (size_t k = 0; k < ma->self.former_n; k++)
		ma->keys[ma->keys_n++] = ma->self.former[k];
	return FAULT_OK;
}

enum fault
ma_load(struct ma **out, struct service *service, struct fault_info *fi)
{
	struct ma *ma = calloc(1, sizeof(*ma));
	enum fault f;

	if (ma == NULL)
		log_fatal("out of memory");
	pthread_mutex_init(&ma->lock, NULL);
	ma->service = service;
	ma->conf = service->role_conf;
	ma->environment = &service->environment;
	ma->call = inquiry_call_http;
	ma->call_ctx = service->client;
	if ((f = load(ma, fi)) != FAULT_OK)
		ma_close(ma);
	else
		*out = ma;
	return f;
}

enum fault
ma_open(struct ma **out, struct service *service, struct fault_info *fi)
{
	char path[PATH_SIZE];
	struct ma *ma;
	enum fault f;

	TRY(ma_load(&ma, service, fi));
	service_path(service, path, "data/ma.db");
	if ((f = db_open(&ma->db, path, &ma_schema, fi)) != FAULT_OK) {
		ma_close(ma);
		return f;
	}
	*out = ma;
	return FAULT_OK;
}

void
ma_close(struct ma *ma)
{
	if (ma == NULL)
		return;
	db_close(ma->db);
	component_free(&ma->self);
	pthread_mutex_destroy(&ma->lock);
	free(ma);
}
