/* main.c - scms-pg, the policy generator. */
#include <stdlib.h>

#include "base/log.h"
#include "base/time32.h"
#include "cert/perm.h"
#include "role/pg/pg.h"
#include "service/service.h"

static enum fault
open_all(struct pg *pg, const char *folder, struct fault_info *fi)
{
	struct arena arena = arena_new(2 * PG_FILE_MAX);
	struct policy_file policy_now;
	struct bytes file;
	const char *name;
	enum fault f;

	TRY(component_load(&pg->self, folder, fi));
	TRY(perm_check_role(pg->self.cert, SCMS_PG, fi));
	path_join(pg->folder, folder, "data");
	f = pg_global_policy(pg, &file, &name, &arena, fi);
	if (f == FAULT_OK &&
	    (f = policy_open(&policy_now, &arena, file, pg->self.trust,
		 time32_now(), fi)) != FAULT_OK)
		f = fault_prefix(fi, "%s", name);
	if (f == FAULT_OK)
		f = pg_chain_file(pg, &file, &name, &arena, fi);
	arena_free(&arena);
	return f;
}

enum fault
pg_open(struct pg **out, const char *folder, struct fault_info *fi)
{
	struct pg *pg = calloc(1, sizeof(*pg));
	enum fault f;

	if (pg == NULL)
		log_fatal("out of memory");
	if ((f = open_all(pg, folder, fi)) != FAULT_OK)
		pg_close(pg);
	else
		*out = pg;
	return f;
}

void
pg_close(struct pg *pg)
{
	if (pg != NULL)
		component_free(&pg->self);
	free(pg);
}

static enum fault
start(void **state, struct service *service, struct fault_info *fi)
{
	struct pg *pg;

	TRY(pg_open(&pg, service->dir, fi));
	*state = pg;
	return FAULT_OK;
}

static void
health(void *state, struct service_health *h)
{
	struct pg *pg = state;

	health_count(
	    h, "policies_signed", (int64_t)atomic_load(&pg->signatures));
	health_count(h, "policies_refused", (int64_t)atomic_load(&pg->refused));
	health_count(h, "downloads", (int64_t)atomic_load(&pg->downloads));
}

static void
finish(void *state)
{
	pg_close(state);
}

static const struct http_route routes[] = {
    {"GET", "/global-policy", "ra", 0, pg_handle_policy, 0},
    {"GET", "/global-certificate-chain", "ra", 0, pg_handle_chains, 0},
    {"POST", "/sign-policy", "ra", PG_REQUEST_MAX, pg_handle_sign, 0},
};

static const struct service_def service = {
    .program = "scms-pg",
    .role = "pg",
    .summary = "policy generator: signs what an RA makes of the global "
	       "policy",
    .tls = HTTP_TLS_INTERNAL,
    .threading = HTTP_THREAD_PER_CONNECTION,
    .routes = routes,
    .routes_n = sizeof(routes) / sizeof(routes[0]),
    .open = start,
    .health = health,
    .close = finish,
};

int
main(int argc, char **argv)
{
	return service_main(argc, argv, &service);
}
