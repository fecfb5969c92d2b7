/* main.c - scms-dcm, the device configuration manager. */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cert/perm.h"
#include "role/dcm/dcm.h"
#include "service/crash.h"

static const struct conf_key keys[] = {
#define CONF_DEF    "role/dcm/dcm_conf.def"
#define CONF_STRUCT struct dcm_conf
#include "service/conf_keys.h"
};

static const char *const crash_points[] = {
#define CRASH CRASH_NAME
#include "role/dcm/crash.def"
#undef CRASH
    NULL};

/* Any certificate of the environment gets as far as the lists of people. */
static const struct http_route routes[] = {
    {"POST", "/bootstrap", "*", DCM_REQUEST_MAX, dcm_handle_bootstrap, 0},
    {"POST", "/bootstrap-injected", "*", 0, dcm_handle_injected, 0},
    {"GET", "/activity-log", "*", 0, dcm_handle_log, 0},
};

static enum fault
start(void **state, struct service *service, struct fault_info *fi)
{
	struct dcm *dcm;

	TRY(dcm_open(&dcm, service, fi));
	/* What libraries free may have held a device's key. */
	if (dcm->conf->injection)
		(void)mallopt(M_PERTURB, 0xa5);
	*state = dcm;
	return FAULT_OK;
}

static enum fault
check(struct service *service, struct fault_info *fi)
{
	struct dcm *dcm;

	TRY(dcm_load(&dcm, service, fi));
	dcm_close(dcm);
	return FAULT_OK;
}

static void
health(void *state, struct service_health *h)
{
	struct dcm *dcm = state;
	struct fault_info fi;
	int64_t n = 0;
	enum fault f;

	pthread_mutex_lock(&dcm->lock);
	f = db_run_int(dcm->db, &n, DO_DEVICE_COUNT, NULL, 0, &fi);
	if (f == FAULT_OK)
		f = activity_check(dcm->db, dcm->log, &fi);
	pthread_mutex_unlock(&dcm->lock);
	if (f != FAULT_OK)
		health_degraded(h, "%s", fi.text);
	health_count(h, "enrollments", n);
	health_count(h, "enrolled", (int64_t)atomic_load(&dcm->enrolled));
	health_count(h, "repeated", (int64_t)atomic_load(&dcm->repeated));
	health_count(h, "refused", (int64_t)atomic_load(&dcm->refused));
}

static void
finish(void *state)
{
	dcm_close(state);
}

static struct component *
self(void *state)
{
	struct dcm *dcm = state;

	return &dcm->self;
}

static const struct service_def service = {
    .program = "scms-dcm",
    .role = "dcm",
    .summary = "device configuration manager: bootstraps devices",
    .keys = keys,
    .keys_n = sizeof(keys) / sizeof(keys[0]),
    .conf_size = sizeof(struct dcm_conf),
    .tls = HTTP_TLS_INTERNAL,
    .threading = HTTP_THREAD_PER_CONNECTION,
    .routes = routes,
    .routes_n = sizeof(routes) / sizeof(routes[0]),
    .commands = dcm_commands,
    .commands_n = DCM_COMMANDS,
    .crash_points = crash_points,
    .check = check,
    .open = start,
    .self = self,
    .health = health,
    .close = finish,
};

int
main(int argc, char **argv)
{
	return service_main(argc, argv, &service);
}
