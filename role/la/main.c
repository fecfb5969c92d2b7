/* main.c - scms-la: what it serves, start and stop. */
#include "base/time32.h"
#include "plv/message.h"
#include "role/la/la.h"
#include "role/la/stages.h"
#include "service/crash.h"

static const struct conf_key keys[] = {
#define CONF_DEF    "role/la/la_conf.def"
#define CONF_STRUCT struct la_conf
#include "service/conf_keys.h"
};

static const char *const crash_points[] = {
#define CRASH CRASH_NAME
#include "role/la/crash.def"
#undef CRASH
    NULL};

static enum fault
la_open(void **state, struct service *service, struct fault_info *fi)
{
	struct la *la;

	TRY(la_new(&la, service->dir, service->role_conf, &service->environment,
	    service->audit, fi));
	la->routes[0] = (struct http_route){"POST", "/pre-linkage-values",
	    la->ra, LA_BODY_MAX, la_pre_linkage_values, 0};
	la->routes[1] = (struct http_route){
	    "POST", "/key-use", la->ra, PLV_PEER_SIZE, la_http_key_use, 0};
	la->routes[2] = (struct http_route){"POST", "/key-agreement-request",
	    la->ra, PLV_MESSAGE_MAX, la_http_agree_request, 0};
	la->routes[3] = (struct http_route){"POST", "/key-agreement-ack",
	    la->ra, PLV_MESSAGE_MAX, la_http_agree_ack, 0};
	la->routes[4] = (struct http_route){"POST",
	    inquiry_path(INQUIRY_LINKAGE_INFO), inquiry_ma(la->inquiry),
	    INQUIRY_BODY_MAX, la_http_linkage_info, 0};
	la->routes[5] = (struct http_route){"POST", inquiry_path(INQUIRY_SEEDS),
	    inquiry_ma(la->inquiry), INQUIRY_BODY_MAX, la_http_seeds, 0};
	service->routes = la->routes;
	service->routes_n = sizeof(la->routes) / sizeof(*la->routes);
	*state = la;
	return FAULT_OK;
}

static void
la_close(void *state)
{
	la_free(state);
}

static void
la_health(void *state, struct service_health *health)
{
	struct la *la = state;
	struct la_counts counts;

	la_store_counts(la->store, &counts);
	health_count(health, "chains", counts.chains);
	health_count(health, "plvs", counts.values);
	health_count(health, "answers_stored", counts.answers);
	inquiry_health(la->inquiry, health);
	health_stages(health, la_stages, LA_STAGES);
	if (plv_ring_refresh(la->ring, NULL) != FAULT_OK)
		health_degraded(health, "keys with the PCAs are not readable");
	for (size_t k = 0; k < la->pcas.n; k++)
		if (plv_ring_current(
			la->ring, la->pcas.name[k], time32_now()) == NULL)
			health_degraded(health, "no key with %s is in force",
			    la->pcas.name[k]);
}

static const struct service_command commands[] = {
    {"agree-respond", "--in REQUEST --out RESPONSE",
	"answer the PCA's request for a shared key", la_agree_respond},
    {"agree-finish", "--in ACK", "take the shared key into use",
	la_agree_finish},
};

static struct component *
self(void *state)
{
	struct la *la = state;

	return &la->self;
}

static const struct service_def la_service = {
    .program = "scms-la",
    .role = "la",
    .summary = "linkage authority: pre-linkage values for the RA",
    .keys = keys,
    .keys_n = sizeof(keys) / sizeof(*keys),
    .conf_size = sizeof(struct la_conf),
    .tls = HTTP_TLS_INTERNAL,
    .threading = HTTP_THREAD_PER_CONNECTION,
    .memory = 64u << 20,
    .commands = commands,
    .commands_n = sizeof(commands) / sizeof(*commands),
    .crash_points = crash_points,
    .open = la_open,
    .self = self,
    .health = la_health,
    .close = la_close,
};

int
main(int argc, char **argv)
{
	return service_main(argc, argv, &la_service);
}
