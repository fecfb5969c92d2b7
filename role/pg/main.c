/* main.c - scms-pg, the policy generator. */
#include "base/log.h"
#include "base/time32.h"
#include "role/pg/pg.h"

static enum fault
start(void **state, struct service *service, struct fault_info *fi)
{
	struct pg *pg;

	TRY(pg_open(&pg, service->dir, service->audit, fi));
	*state = pg;
	if (pg_renew_policy(pg, time64_now(), fi) != FAULT_OK)
		log_error("policy stays as it was: %s", fi->text);
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
    {"GET", "/global-certificate-chain", "*", 0, pg_handle_chains, 0},
    {"POST", "/sign-policy", "ra", PG_REQUEST_MAX, pg_handle_sign, 0},
};

static const struct service_command commands[] = {
    {"make-policy", "--in POLICY", "make the next version of the global policy",
	pg_command_make},
    {"sign-policy", "--ra NAME --in REQUEST --out REPLY",
	"sign a custom policy as POST /sign-policy does", pg_command_sign},
};

static struct component *
self(void *state)
{
	struct pg *pg = state;

	return &pg->self;
}

static void
trust_changed(void *state)
{
	struct fault_info fi;

	if (pg_purge(state, &fi) != FAULT_OK)
		log_error("the global chain file stays as it was: %s", fi.text);
}

static const struct service_def service = {
    .program = "scms-pg",
    .role = "pg",
    .summary = "policy generator: signs what an RA makes of the global "
	       "policy",
    .tls = HTTP_TLS_INTERNAL,
    .threading = HTTP_THREAD_PER_CONNECTION,
    .routes = routes,
    .routes_n = sizeof(routes) / sizeof(routes[0]),
    .commands = commands,
    .commands_n = sizeof(commands) / sizeof(commands[0]),
    .open = start,
    .self = self,
    .trust_changed = trust_changed,
    .health = health,
    .close = finish,
};

int
main(int argc, char **argv)
{
	return service_main(argc, argv, &service);
}
