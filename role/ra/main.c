/* main.c - scms-ra: what it serves, its threads, its figures. */
#include <stdio.h>

#include "base/log.h"
#include "base/time32.h"
#include "role/ra/admin.h"
#include "role/ra/auth.h"
#include "role/ra/errors.h"
#include "role/ra/handlers.h"
#include "role/ra/in_hand.h"
#include "role/ra/keys.h"
#include "role/ra/plan.h"
#include "role/ra/plv.h"
#include "role/ra/policy_update.h"
#include "role/ra/ra.h"
#include "role/ra/report.h"
#include "role/ra/sender.h"
#include "role/ra/stages.h"
#include "role/ra/stop.h"
#include "role/ra/supply.h"
#include "service/crash.h"

static const struct conf_key keys[] = {
#define CONF_DEF    "role/ra/ra_conf.def"
#define CONF_STRUCT struct ra_conf
#include "service/conf_keys.h"
};

static const char *const crash_points[] = {
#define CRASH CRASH_NAME
#include "role/ra/crash.def"
#undef CRASH
    NULL};

static const struct service_thread threads[] = {
    {"policy", 1, policy_run},
    {"plan", 1, plan_run},
    {"plv", RA_FETCHES *RA_PCAS, plv_run},
    {"sender", RA_SENDERS, sender_run},
    {"closer", RA_PCAS, closer_run},
    {"auth", RA_PCAS, auth_run},
    {"keys", 1, keys_run},
    {"report", 1, report_run},
};

static const struct service_command commands[] = {
    {"policy-wishes", "--custom POLICY --local POLICY",
	"write what is wanted of the policy into two files",
	policy_command_wishes},
    {"policy-request", "--gpf GPF --custom POLICY --local POLICY --out REQUEST",
	"ask for the PG's signature on a custom policy",
	policy_command_request},
    {"policy-install", "--gpf GPF --custom POLICY --local POLICY --in REPLY",
	"publish the policy that the PG has signed", policy_command_install},
    {"device",
	"list | show DEVICE | block DEVICE | unblock DEVICE "
	"[--json]",
	"devices and the internal blacklist", admin_device},
};

/* ---- start and stop ---- */

static enum fault
start(void **state, struct service *service, struct fault_info *fi)
{
	struct ra *ra;

	TRY(ra_open(&ra, service, fi));
	*state = ra;
	return FAULT_OK;
}

static enum fault
check(struct service *service, struct fault_info *fi)
{
	struct ra *ra;

	TRY(ra_load(&ra, service, fi));
	ra_close(ra);
	return FAULT_OK;
}

static void
stop(void *state)
{
	struct ra *ra = state;

	wake_all(&ra->wake);
	wake_all(&ra->due);
	wake_all(&ra->auth);
	wake_all(&ra->report);
}

static void
finish(void *state)
{
	ra_close(state);
}

/* ---- figures ---- */

static const char *const counter_names[] = {
    [COUNTER_UNITS_DONE] = "units_done",
    [COUNTER_CERTIFICATES_DONE] = "certificates_done",
    [COUNTER_SMALLEST_SET] = "smallest_anonymity_set",
    [COUNTER_SMALL_SETS] = "small_sets",
    [COUNTER_UNITS_LAPSED] = "units_lapsed",
    [COUNTER_UNITS_REFUSED] = "units_refused",
    [COUNTER_UNITS_FAILED] = "units_failed",
    [COUNTER_AUTH_DONE] = "auth_certificates_done",
    [COUNTER_AUTH_FAILED] = "auth_certificates_failed",
};

#define COUNTERS (sizeof(counter_names) / sizeof(counter_names[0]))

static enum fault
got_counter(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	int64_t *values = ctx, id = db_int(row, 0);

	(void)fi;
	if (id > 0 && id < (int64_t)COUNTERS)
		values[id] = db_int(row, 1);
	return FAULT_OK;
}

/* Chain pairs ready, of all PCAs. */
static enum fault
count_pairs(
    int64_t *all, const struct ra *ra, struct db *db, struct fault_info *fi)
{
	*all = 0;
	for (size_t k = 0; k < ra->pca_n; k++) {
		const struct ra_pca *pca = &ra->pca[k];
		const struct db_value args[] = {
		    DB_INT(ra_period_first(ra, pca)), DB_INT(pca->id)};
		int64_t n;

		TRY(db_run_int(db, &n, DO_CHAINS_FREE, args, 2, fi));
		*all += n;
	}
	return FAULT_OK;
}

/* Units that wait for company longer than requests may by the policy: there are
 * fewer than K, and small sets are not allowed. */
static enum fault
count_overdue(
    int64_t *n, const struct ra *ra, struct db *db, struct fault_info *fi)
{
	uint32_t now = time32_now();
	struct ra_policy rules;
	struct db_value then[1];

	supply_policy(ra, &rules, now);
	then[0] = rules.request_max_age < now
		      ? DB_INT(now - rules.request_max_age)
		      : DB_INT(0);
	return db_run_int(db, n, DO_POOLS_OLDER, then, 1, fi);
}

static enum fault
count_rows(struct ra *ra, struct db *db, struct service_health *h,
    struct fault_info *fi)
{
	static const struct {
		const char *name;
		enum statement statement;
	} figures[] = {
	    {"devices", DO_DEVICE_COUNT},
	    {"devices_inactive", DO_IDLE_COUNT},
	    {"units_pooled", DO_POOLED_COUNT},
	    {"requests_in_flight", DO_SENT_COUNT},
	};
	int64_t values[COUNTERS] = {0}, n;

	for (size_t k = 0; k < sizeof(figures) / sizeof(figures[0]); k++) {
		TRY(db_run_int(db, &n, figures[k].statement, NULL, 0, fi));
		health_count(h, figures[k].name, n);
	}
	TRY(count_overdue(&n, ra, db, fi));
	health_count(h, "units_overdue", n);
	TRY(count_pairs(&n, ra, db, fi));
	health_count(h, "plv_pairs_free", n);
	TRY(db_run(db, DO_COUNTERS, NULL, 0, got_counter, values, fi));
	for (size_t k = 1; k < COUNTERS; k++)
		health_count(h, counter_names[k], values[k]);
	return FAULT_OK;
}

static void
report_errors(struct ra *ra, struct service_health *h)
{
	char name[32];

	for (size_t k = 0; k < EE_ERROR_COUNT; k++) {
		uint64_t n = atomic_load(&ra->errors[k]);

		if (n == 0)
			continue;
		snprintf(name, sizeof(name), "error_%u",
		    ee_answer_of((enum ee_error)k)->code);
		health_count(h, name, (int64_t)n);
	}
}

static void
report_peer(struct peer *peer, struct service_health *h)
{
	char cause[256];

	if (peer_is_down(peer, cause, sizeof(cause)))
		health_degraded(h, "%s", cause);
}

static void
health(void *state, struct service_health *h)
{
	struct ra *ra = state;
	struct fault_info fi;
	struct db *db;
	enum fault f = db_pool_take(&ra->dbs, &db, &fi);

	if (f == FAULT_OK)
		f = count_rows(ra, db, h, &fi);
	if (f == FAULT_OK)
		f = auth_health(db, h, &fi);
	db_pool_give(&ra->dbs, db);
	if (f != FAULT_OK)
		health_degraded(h, "%s", fi.text);
	if (supply_check(ra, time32_now(), &fi) != FAULT_OK)
		health_degraded(h, "%s", fi.text);
	health_count(h, "downloads", (int64_t)atomic_load(&ra->downloads));
	health_count(
	    h, "keys_renewed", (int64_t)atomic_load(&ra->keys_renewed));
	report_errors(ra, h);
	report_health(ra, h);
	inquiry_health(ra->inquiry, h);
	policy_health(ra, h);
	health_stages(h, ra_stages, RA_STAGES);
	report_peer(&ra->la[0], h);
	report_peer(&ra->la[1], h);
	for (size_t k = 0; k < ra->pca_n; k++) {
		report_peer(&ra->pca[k].peer, h);
		report_peer(&ra->pca[k].supply, h);
		report_peer(&ra->pca[k].key[0].peer, h);
		report_peer(&ra->pca[k].key[1].peer, h);
	}
	for (size_t k = ra->pca_n; k < ra->pca_all; k++)
		report_peer(&ra->pca[k].peer, h);
	report_peer(&ra->ma, h);
	report_peer(&ra->storage, h);
}

static struct component *
self(void *state)
{
	struct ra *ra = state;

	return &ra->self;
}

/* The PG leaves out of its chain file what is revoked. */
static void
trust_changed(void *state)
{
	struct ra *ra = state;
	struct fault_info fi;
	size_t n;

	atomic_store(&ra->pg_wanted, true);
	if (stop_revoked(&n, ra, &fi) != FAULT_OK)
		log_error("devices that are revoked: %s", fi.text);
	else if (n > 0)
		log_info("%zu devices get nothing further: their enrollment "
			 "is revoked",
		    n);
}

static const struct service_def ra_service = {
    .program = "scms-ra",
    .role = "ra",
    .summary = "registration authority: devices, shuffling, downloads",
    .keys = keys,
    .keys_n = sizeof(keys) / sizeof(keys[0]),
    .conf_size = sizeof(struct ra_conf),
    .tls = HTTP_TLS_DEVICES,
    .threading = HTTP_THREAD_POOL,
    .arena = RA_ARENA,
    .routes = ra_routes,
    .routes_n = RA_ROUTES,
    .threads = threads,
    .threads_n = sizeof(threads) / sizeof(threads[0]),
    .commands = commands,
    .commands_n = sizeof(commands) / sizeof(commands[0]),
    .crash_points = crash_points,
    .check = check,
    .open = start,
    .self = self,
    .trust_changed = trust_changed,
    .health = health,
    .stop = stop,
    .close = finish,
};

int
main(int argc, char **argv)
{
	return service_main(argc, argv, &ra_service);
}
