/* main.c - scms-eca, the enrollment CA. */
#include <stdio.h>

#include "role/eca/eca.h"
#include "role/eca/store.h"
#include "service/crash.h"
#include "service/service.h"

struct eca_conf {
#define CONF_DEF "role/eca/eca_conf.def"
#include "service/conf_members.h"
};

static const struct conf_key keys[] = {
#define CONF_DEF    "role/eca/eca_conf.def"
#define CONF_STRUCT struct eca_conf
#include "service/conf_keys.h"
};

static const char *const crash_points[] = {
#define CRASH CRASH_NAME
#include "role/eca/crash.def"
#undef CRASH
    NULL};

/* The list of clients is what the server compares TLS names with. */
static enum fault
set_route(struct eca *eca, struct service *service, struct fault_info *fi)
{
	const struct eca_conf *conf = service->role_conf;
	const char *peers = "";

	for (size_t i = 0; i < conf->clients.n; i++)
		if ((peers = arena_printf(&eca->self.arena, "%s%s%s", peers,
			 i > 0 ? "," : "", conf->clients.v[i])) == NULL)
			return fault_set(fi, FAULT_CONFIG, "too many clients");
	eca->route =
	    (struct http_route){"POST", "/enrollment-certificate-request",
		peers, ECA_REQUEST_MAX, eca_handle_request, 0};
	service->routes = &eca->route;
	service->routes_n = 1;
	return FAULT_OK;
}

static enum fault
start(void **state, struct service *service, struct fault_info *fi)
{
	struct eca *eca;
	enum fault f;

	TRY(eca_open(
	    &eca, service->dir, &service->environment, service->audit, fi));
	if ((f = set_route(eca, service, fi)) != FAULT_OK)
		eca_close(eca);
	else
		*state = eca;
	return f;
}

static void
health(void *state, struct service_health *h)
{
	struct eca *eca = state;
	struct fault_info fi;
	int64_t n = 0;
	enum fault f;

	pthread_mutex_lock(&eca->lock);
	f = eca_store_count(eca->db, &n, &fi);
	pthread_mutex_unlock(&eca->lock);
	if (f != FAULT_OK)
		health_degraded(h, "%s", fi.text);
	health_count(h, "enrollments", n);
	health_count(h, "granted", (int64_t)atomic_load(&eca->granted));
	health_count(h, "repeated", (int64_t)atomic_load(&eca->repeated));
	health_count(h, "refused", (int64_t)atomic_load(&eca->refused));
}

static void
finish(void *state)
{
	eca_close(state);
}

static struct component *
self(void *state)
{
	struct eca *eca = state;

	return &eca->self;
}

static const struct service_def service = {
    .program = "scms-eca",
    .role = "eca",
    .summary = "enrollment CA: certifies devices once in their life",
    .keys = keys,
    .keys_n = sizeof(keys) / sizeof(keys[0]),
    .conf_size = sizeof(struct eca_conf),
    .tls = HTTP_TLS_INTERNAL,
    .threading = HTTP_THREAD_PER_CONNECTION,
    .crash_points = crash_points,
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
