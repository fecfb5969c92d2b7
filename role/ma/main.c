/* main.c - scms-ma, the misbehavior authority. */
#include <stdio.h>
#include <string.h>

#include "role/ma/commands.h"
#include "role/ma/decide.h"
#include "role/ma/detect.h"
#include "role/ma/intake.h"
#include "role/ma/revoke.h"
#include "service/crash.h"

static const struct conf_key keys[] = {
#define CONF_DEF    "role/ma/ma_conf.def"
#define CONF_STRUCT struct ma_conf
#include "service/conf_keys.h"
};

static const char *const crash_points[] = {
#define CRASH CRASH_NAME
#include "role/ma/crash.def"
#undef CRASH
    NULL};

/* "ra:8892": the peer is ra. */
static enum fault
set_route(struct ma *ma, struct service *service, struct fault_info *fi)
{
	const char *ra = ma->conf->ra;
	const char *peer =
	    arena_printf(&ma->self.arena, "%.*s", (int)strcspn(ra, ":"), ra);

	if (peer == NULL)
		return fault_set(fi, FAULT_CONFIG, "ra is too long");
	ma->route = (struct http_route){"POST", "/misbehavior-report", peer,
	    service->environment.report_octets, ma_handle_report, 0};
	service->routes = &ma->route;
	service->routes_n = 1;
	return FAULT_OK;
}

static enum fault
start(void **state, struct service *service, struct fault_info *fi)
{
	struct ma *ma;
	enum fault f;

	TRY(ma_open(&ma, service, fi));
	if ((f = set_route(ma, service, fi)) != FAULT_OK)
		ma_close(ma);
	else
		*state = ma;
	return f;
}

static enum fault
check(struct service *service, struct fault_info *fi)
{
	struct ma *ma;

	TRY(ma_load(&ma, service, fi));
	ma_close(ma);
	return FAULT_OK;
}

static enum fault
count_refused(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	char name[64];

	(void)fi;
	snprintf(name, sizeof(name), "refused_%s", db_text(row, 0));
	health_count(ctx, name, db_int(row, 1));
	return FAULT_OK;
}

static enum fault
count_cases(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	char name[64];

	(void)fi;
	snprintf(name, sizeof(name), "cases_%s",
	    ma_case_word((enum ma_case_state)db_int(row, 0)));
	health_count(ctx, name, db_int(row, 1));
	return FAULT_OK;
}

static enum fault
count_revocations(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	char name[64];

	(void)fi;
	snprintf(name, sizeof(name), "revocations_%s", db_text(row, 0));
	health_count(ctx, name, db_int(row, 1));
	return FAULT_OK;
}

static enum fault
count(struct ma *ma, struct service_health *h, struct fault_info *fi)
{
	int64_t n;

	TRY(db_run_int(ma->db, &n, DO_REPORT_COUNT, NULL, 0, fi));
	health_count(h, "reports", n);
	TRY(db_run(ma->db, DO_INCIDENT_COUNTS, NULL, 0, count_cases, h, fi));
	TRY(db_run(
	    ma->db, DO_REVOCATION_COUNTS, NULL, 0, count_revocations, h, fi));
	return db_run(ma->db, DO_REFUSALS, NULL, 0, count_refused, h, fi);
}

static void
health(void *state, struct service_health *h)
{
	struct ma *ma = state;
	struct fault_info fi;

	pthread_mutex_lock(&ma->lock);
	if (count(ma, h, &fi) != FAULT_OK)
		health_degraded(h, "%s", fi.text);
	pthread_mutex_unlock(&ma->lock);
}

static void
finish(void *state)
{
	ma_close(state);
}

static const struct service_thread threads[] = {
    {"detect", 1, detect_run},
    {"revoke", REVOKE_THREADS, revoke_run},
};

static struct component *
self(void *state)
{
	struct ma *ma = state;

	return &ma->self;
}

static struct service_def service = {
    .program = "scms-ma",
    .role = "ma",
    .summary = "misbehavior authority: from reports to revocations",
    .keys = keys,
    .keys_n = sizeof(keys) / sizeof(keys[0]),
    .conf_size = sizeof(struct ma_conf),
    .tls = HTTP_TLS_INTERNAL,
    .threading = HTTP_THREAD_PER_CONNECTION,
    .threads = threads,
    .threads_n = sizeof(threads) / sizeof(threads[0]),
    .commands = ma_commands,
    .crash_points = crash_points,
    .check = check,
    .open = start,
    .self = self,
    .meets_pseudonyms = true,
    .health = health,
    .close = finish,
};

int
main(int argc, char **argv)
{
	service.commands_n = ma_commands_n;
	return service_main(argc, argv, &service);
}
