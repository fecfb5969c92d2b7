/* main.c - scms-ma, the misbehavior authority. */
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

static enum fault
start(void **state, struct service *service, struct fault_info *fi)
{
	struct ma *ma;

	TRY(ma_open(&ma, service, fi));
	*state = ma;
	return FAULT_OK;
}

static enum fault
check(struct service *service, struct fault_info *fi)
{
	struct ma *ma;

	TRY(ma_load(&ma, service, fi));
	ma_close(ma);
	return FAULT_OK;
}

static void
health(void *state, struct service_health *h)
{
	struct ma *ma = state;
	struct fault_info fi;
	int64_t n = 0;

	pthread_mutex_lock(&ma->lock);
	if (db_run_int(ma->db, &n, DO_REPORT_COUNT, NULL, 0, &fi) != FAULT_OK)
		health_degraded(h, "%s", fi.text);
	pthread_mutex_unlock(&ma->lock);
	health_count(h, "reports", n);
}

static void
finish(void *state)
{
	ma_close(state);
}

static const struct service_thread threads[] = {
    {"revoke", REVOKE_THREADS, revoke_run},
};

static const struct service_def service = {
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
    .crash_points = crash_points,
    .check = check,
    .open = start,
    .health = health,
    .close = finish,
};

int
main(int argc, char **argv)
{
	return service_main(argc, argv, &service);
}
