/* main.c - scms-la: what it serves, start and stop. */
#include "base/time32.h"
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

	TRY(la_new(
	    &la, service->dir, service->role_conf, &service->environment, fi));
	la->routes[0] = (struct http_route){"POST", "/pre-linkage-values",
	    la->ra, LA_BODY_MAX, la_pre_linkage_values, 0};
	service->routes = la->routes;
	service->routes_n = 1;
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
	health_stages(health, la_stages, LA_STAGES);
	if (plv_ring_refresh(la->ring, NULL) != FAULT_OK ||
	    plv_ring_current(la->ring, la->pca, time32_now()) == NULL)
		health_degraded(health, "no key with %s is in force", la->pca);
}

static const struct service_command commands[] = {
    {"agree-respond", "--in REQUEST --out RESPONSE",
	"answer the PCA's request for a shared key", la_agree_respond},
    {"agree-finish", "--in ACK", "take the shared key into use",
	la_agree_finish},
};

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
    .health = la_health,
    .close = la_close,
};

int
main(int argc, char **argv)
{
	return service_main(argc, argv, &la_service);
}
