/* main.c - scms-crlstore, which gives the composite CRL to anybody. */
#include <stdlib.h>

#include "base/log.h"
#include "role/crlstore/accept.h"
#include "role/crlstore/published.h"
#include "service/crash.h"

static const char *const crash_points[] = {
#define CRASH CRASH_NAME
#include "role/crlstore/crash.def"
#undef CRASH
    NULL};

static const struct http_route routes[] = {
    {"GET", "/download-crl", NULL, 0, crlstore_handle_download, 0},
    {"GET", "/download-crl/", NULL, 0, crlstore_handle_download, 0},
    {"POST", "/composite-crl", "crlg", CRLSTORE_COMPOSITE_MAX,
	crlstore_handle_composite, 0},
};

static enum fault
start(void **state, struct service *service, struct fault_info *fi)
{
	struct crlstore *s = calloc(1, sizeof(*s));
	char name[PUBLISHED_NAME];
	enum fault f;

	if (s == NULL)
		log_fatal("out of memory");
	s->service = service;
	pthread_mutex_init(&s->accepting, NULL);
	service_path(service, s->folder, "data");
	service_path(service, s->trust, "trust");
	service_path(service, s->known, "known");
	published_clean(s->folder);
	if ((f = published_find(name, s->folder, fi)) != FAULT_OK)
		free(s);
	else
		*state = s;
	return f;
}

static void
health(void *state, struct service_health *h)
{
	struct crlstore *s = state;
	char name[PUBLISHED_NAME];
	struct fault_info fi;

	if (published_find(name, s->folder, &fi) == FAULT_OK)
		health_text(h, "file", name);
	else
		health_degraded(h, "no composite CRL");
	health_count(h, "downloads", (int64_t)atomic_load(&s->downloads));
	health_count(h, "accepted", (int64_t)atomic_load(&s->accepted));
	health_count(h, "refused", (int64_t)atomic_load(&s->refused));
}

static void
finish(void *state)
{
	struct crlstore *s = state;

	pthread_mutex_destroy(&s->accepting);
	free(s);
}

static const struct service_def service = {
    .program = "scms-crlstore",
    .role = "crlstore",
    .summary = "CRL store: gives the composite CRL to anybody",
    .tls = HTTP_TLS_DEVICES,
    .threading = HTTP_THREAD_POOL,
    .routes = routes,
    .routes_n = sizeof(routes) / sizeof(routes[0]),
    .crash_points = crash_points,
    .open = start,
    .health = health,
    .close = finish,
};

int
main(int argc, char **argv)
{
	return service_main(argc, argv, &service);
}
