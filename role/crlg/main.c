/* main.c - scms-crlg, the CRL generator. */
#include <string.h>

#include "base/time32.h"
#include "role/crlg/enter.h"
#include "role/crlg/publish.h"
#include "role/crlg/take.h"
#include "service/crash.h"

static const struct conf_key keys[] = {
#define CONF_DEF    "role/crlg/crlg_conf.def"
#define CONF_STRUCT struct crlg_conf
#include "service/conf_keys.h"
};

static const char *const crash_points[] = {
#define CRASH CRASH_NAME
#include "role/crlg/crash.def"
#undef CRASH
    NULL};

static const struct http_route routes[] = {
    {"POST", "/revocations", "ma", CRLG_REVOCATION_MAX, crlg_handle_revocation,
	0},
};

static const struct service_thread threads[] = {
    {"publish", 1, publish_run},
};

static enum fault
start(void **state, struct service *service, struct fault_info *fi)
{
	struct crlg *g;
	enum fault f;

	TRY(crlg_open(&g, service, fi));
	/* Whoever starts may have another certificate, or roots, than before.
	 */
	if ((f = enter_wish(g, fi)) != FAULT_OK)
		crlg_close(g);
	else
		*state = g;
	return f;
}

static struct component *
self(void *state)
{
	struct crlg *g = state;

	return &g->self;
}

static enum fault
check(struct service *service, struct fault_info *fi)
{
	struct crlg *g;

	TRY(crlg_load(&g, service, fi));
	crlg_close(g);
	return FAULT_OK;
}

static void
health_of_store(struct crlg *g, struct service_health *h)
{
	struct crlg_state s;
	struct fault_info fi;
	int64_t pairs = 0;
	enum fault f;

	pthread_mutex_lock(&g->lock);
	f = crlg_state_read(&s, g->db, &fi);
	if (f == FAULT_OK)
		f = db_run_int(g->db, &pairs, DO_LINKAGE_COUNT, NULL, 0, &fi);
	pthread_mutex_unlock(&g->lock);
	if (f != FAULT_OK) {
		health_degraded(h, "%s", fi.text);
		return;
	}
	health_count(h, "composites", s.number);
	health_count(h, "published", s.pushed);
	health_count(h, "linkage_entries", pairs);
}

static void
health(void *state, struct service_health *h)
{
	struct crlg *g = state;
	char trouble[CRLG_TROUBLE], left_out[CRLG_TROUBLE], text[TIME32_TEXT];
	uint32_t due;

	health_of_store(g, h);
	health_count(h, "revocations", (int64_t)atomic_load(&g->taken));
	health_count(h, "repeated", (int64_t)atomic_load(&g->repeated));
	health_count(h, "refused", (int64_t)atomic_load(&g->refused));
	if ((due = (uint32_t)atomic_load(&g->special_due)) != 0) {
		time32_text(text, due);
		health_text(h, "special_due", text);
	}
	pthread_mutex_lock(&g->waiting);
	memcpy(trouble, g->trouble, sizeof(trouble));
	memcpy(left_out, g->left_out, sizeof(left_out));
	pthread_mutex_unlock(&g->waiting);
	if (trouble[0] != '\0')
		health_degraded(h, "%s", trouble);
	if (left_out[0] != '\0')
		health_degraded(h, "%s", left_out);
}

static void
stop(void *state)
{
	crlg_wake(state);
}

static void
finish(void *state)
{
	crlg_close(state);
}

static const struct service_def service = {
    .program = "scms-crlg",
    .role = "crlg",
    .summary = "CRL generator: signs what is revoked",
    .keys = keys,
    .keys_n = sizeof(keys) / sizeof(keys[0]),
    .conf_size = sizeof(struct crlg_conf),
    .tls = HTTP_TLS_INTERNAL,
    .threading = HTTP_THREAD_PER_CONNECTION,
    .routes = routes,
    .routes_n = sizeof(routes) / sizeof(routes[0]),
    .threads = threads,
    .threads_n = sizeof(threads) / sizeof(threads[0]),
    .commands = crlg_commands,
    .commands_n = CRLG_COMMANDS,
    .crash_points = crash_points,
    .check = check,
    .open = start,
    .self = self,
    .health = health,
    .stop = stop,
    .close = finish,
};

int
main(int argc, char **argv)
{
	return service_main(argc, argv, &service);
}
