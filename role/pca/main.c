/* main.c - scms-pca: what it serves, start and stop. */
#include "base/time32.h"
#include "plv/message.h"
#include "role/pca/pca.h"
#include "role/pca/stages.h"
#include "service/crash.h"

static const struct conf_key keys[] = {
#define CONF_DEF    "role/pca/pca_conf.def"
#define CONF_STRUCT struct pca_conf
#include "service/conf_keys.h"
};

static const char *const crash_points[] = {
#define CRASH CRASH_NAME
#include "role/pca/crash.def"
#undef CRASH
    NULL};

static const char *const refusal_names[REFUSALS] = {
#define REQUEST(name, code) [REFUSED_##name] = "refused_" #name,
#define BASE(name, code)    [REFUSED_##name] = "refused_" #name,
#include "role/pca/refusal.def"
#undef REQUEST
#undef BASE
};

static enum fault
pca_open(void **state, struct service *service, struct fault_info *fi)
{
	struct pca *pca;

	TRY(pca_new(&pca, service->dir, service->role_conf,
	    &service->environment, service->audit, fi));
	pca->routes[0] = (struct http_route){"POST", "/certificate-batch",
	    pca->ra, PCA_BODY_MAX, pca_http_batch, 0};
	pca->routes[1] = (struct http_route){"POST", "/certificate", pca->ra,
	    PCA_SINGLE_MAX, pca_http_single, 0};
	pca->routes[2] =
	    (struct http_route){"POST", "/certificate-batch-confirm", pca->ra,
		PCA_SINGLE_MAX, pca_http_confirm, 0};
	pca->routes[3] = (struct http_route){"POST", "/key-agreement-request",
	    pca->ra, PLV_PEER_SIZE, pca_http_agree_request, 0};
	pca->routes[4] = (struct http_route){"POST", "/key-agreement-response",
	    pca->ra, PLV_MESSAGE_MAX, pca_http_agree_response, 0};
	pca->routes[5] = (struct http_route){"POST", inquiry_path(INQUIRY_PLVS),
	    inquiry_ma(pca->inquiry), INQUIRY_BODY_MAX, pca_http_plvs, 0};
	pca->routes[6] = (struct http_route){"POST", inquiry_path(INQUIRY_HPCR),
	    inquiry_ma(pca->inquiry), INQUIRY_BODY_MAX, pca_http_hpcr, 0};
	service->routes = pca->routes;
	service->routes_n = sizeof(pca->routes) / sizeof(*pca->routes);
	*state = pca;
	return FAULT_OK;
}

static void
pca_close(void *state)
{
	pca_free(state);
}

static void
pca_health(void *state, struct service_health *health)
{
	struct pca *pca = state;
	struct pca_counts counts;

	pca_store_counts(pca->store, &counts);
	health_count(health, "certificates_issued", (int64_t)counts.issued);
	health_count(health, "batches", (int64_t)atomic_load(&pca->batches));
	health_count(health, "answers_stored", (int64_t)counts.pending);
	health_count(
	    health, "auth_certificates_issued", (int64_t)counts.auth_issued);
	health_count(
	    health, "auth_answers_stored", (int64_t)counts.auth_pending);
	health_count(health, "octets_stored", (int64_t)counts.octets);
	for (size_t t = REFUSED_NOT + 1; t < REFUSALS; t++)
		health_count(health, refusal_names[t],
		    (int64_t)atomic_load(&pca->refused[t]));
	inquiry_health(pca->inquiry, health);
	health_stages(health, pca_stages, PCA_STAGES);
	if (plv_ring_refresh(pca->ring, NULL) != FAULT_OK)
		health_degraded(health, "keys with the LAs are not readable");
	for (size_t t = 0; t < PCA_LAS; t++)
		if (plv_ring_current(
			pca->ring, pca->la[t].name, time32_now()) == NULL)
			health_degraded(health, "no key with %s is in force",
			    pca->la[t].name);
}

static const struct service_command commands[] = {
    {"agree-request",
	"--la CERTIFICATE --out REQUEST [--start TIME] [--end TIME]",
	"ask an LA for a shared key", pca_agree_request},
    {"agree-confirm", "--in RESPONSE --out ACK",
	"take the shared key into use and acknowledge it", pca_agree_confirm},
};

static struct component *
self(void *state)
{
	struct pca *pca = state;

	return &pca->self;
}

static const struct service_def pca_service = {
    .program = "scms-pca",
    .role = "pca",
    .summary = "pseudonym CA: certificates for shuffled requests",
    .keys = keys,
    .keys_n = sizeof(keys) / sizeof(*keys),
    .conf_size = sizeof(struct pca_conf),
    .tls = HTTP_TLS_INTERNAL,
    .threading = HTTP_THREAD_PER_CONNECTION,
    .memory = 96u << 20,
    .commands = commands,
    .commands_n = sizeof(commands) / sizeof(*commands),
    .crash_points = crash_points,
    .open = pca_open,
    .self = self,
    .health = pca_health,
    .close = pca_close,
};

int
main(int argc, char **argv)
{
	return service_main(argc, argv, &pca_service);
}
