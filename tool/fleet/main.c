/* main.c - scms-fleet: load for an environment on this machine. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/secret.h"
#include "base/time32.h"
#include "crypto/engine.h"
#include "tool/common/opt.h"
#include "tool/fleet/fleet.h"

#define DEVICES_MOST 1000000
#define WEEKS_MOST   100000
#define JOBS_MOST    1024
#define FOLDER	     "fleet"
#define TICK_MS	     100
#define BAR	     24

static const char usage_text[] =
    "usage: scms-fleet [--devices N] [--weeks N] [--jobs N] [--sample N]\n"
    "                  [--seed N] [--json FILE] DIR\n"
    "\n"
    "Lets N simulated devices (1000) enroll at the environment in DIR, ask "
    "for\n"
    "certificates and fetch them, in N weeks (1), over N connections (32).\n"
    "Each 1000th device (--sample; 0: none) checks all it gets.  A run that "
    "was\n"
    "ended goes on with the same --seed (1).\n";

struct options {
	int64_t devices, weeks, jobs, sample, seed;
	const char *json, *dir;
};

static struct fleet fleet;

/* ---- progress ---- */

static void
draw(void)
{
	enum run_stage stage = fleet.stage;
	uint32_t done = fleet.done, total = fleet.total;
	char bar[BAR + 1];

	if (stage == RUN_DOWNLOAD)
		total = fleet.certificates_due;
	if (done > total)
		done = total;
	for (uint32_t k = 0; k < BAR; k++)
		bar[k] = (uint64_t)k * total < (uint64_t)done * BAR ? '#' : '.';
	bar[BAR] = '\0';
	fprintf(stderr,
	    "\rweek %" PRIu32 " %-9s [%s] %" PRIu32 "/%" PRIu32 ", %" PRIu64
	    " certificates, %" PRIu64 " errors \033[K",
	    fleet.week, report_stage_name(stage), bar, done, total,
	    (uint64_t)fleet.report.certificates, report_errors(&fleet.report));
}

/* Watches the clock file, and tells people how far we are. */
static void *
tick(void *over)
{
	bool tty = isatty(STDERR_FILENO) == 1;

	while (!atomic_load((_Atomic bool *)over)) {
		world_clock(&fleet.world);
		if (tty)
			draw();
		usleep(TICK_MS * 1000);
	}
	if (tty)
		fprintf(stderr, "\r\033[K");
	return NULL;
}

/* ---- the end by a signal ---- */

static void *
await_signal(void *arg)
{
	sigset_t *set = arg;
	int signal;

	sigwait(set, &signal);
	atomic_store(&fleet.stopping, true);
	http_client_interrupt(fleet.world.ra_client);
	http_client_interrupt(fleet.world.eca_client);
	return NULL;
}

static void
watch_signals(void)
{
	static sigset_t set;
	pthread_t thread;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (pthread_create(&thread, NULL, await_signal, &set) != 0)
		log_fatal("no thread");
	pthread_detach(thread);
}

/* ---- options ---- */

static enum fault
in_range(int64_t v, int64_t least, int64_t most, const char *name,
    struct fault_info *fi)
{
	return v >= least && v <= most
		   ? FAULT_OK
		   : fault_set(fi, FAULT_USAGE, "--%s: %" PRId64 " to %" PRId64,
			 name, least, most);
}

static enum fault
parse(struct options *o, int argc, char **argv, struct fault_info *fi)
{
	const struct opt opts[] = {
	    {"devices", OPT_NUMBER, &o->devices},
	    {"weeks", OPT_NUMBER, &o->weeks},
	    {"jobs", OPT_NUMBER, &o->jobs},
	    {"sample", OPT_NUMBER, &o->sample},
	    {"seed", OPT_NUMBER, &o->seed},
	    {"json", OPT_TEXT, &o->json},
	};

	TRY(opt_parse(opts, sizeof(opts) / sizeof(opts[0]), &argc, argv, fi));
	if (argc != 1)
		return fault_set(fi, FAULT_USAGE, "one DIR is needed");
	o->dir = argv[0];
	TRY(in_range(o->devices, 1, DEVICES_MOST, "devices", fi));
	TRY(in_range(o->weeks, 1, WEEKS_MOST, "weeks", fi));
	TRY(in_range(o->jobs, 1, JOBS_MOST, "jobs", fi));
	TRY(in_range(o->sample, 0, DEVICES_MOST, "sample", fi));
	return in_range(o->seed, 0, INT64_MAX, "seed", fi);
}

/* ---- the whole ---- */

static enum fault
open_all(const struct options *o, struct fault_info *fi)
{
	char folder[PATH_SIZE], mine[PATH_SIZE], name[32];

	fleet.jobs = (unsigned)o->jobs;
	fleet.sample = o->sample;
	samples_begin(&fleet.samples);
	TRY(world_open(&fleet.world, o->dir, (uint64_t)o->seed, fi));
	path_join(folder, o->dir, FOLDER);
	TRY(file_mkdir(folder, 0700, fi));
	snprintf(name, sizeof(name), "%" PRId64, o->seed);
	path_join(mine, folder, name);
	return state_open(
	    &fleet.state, mine, (uint32_t)o->devices, (uint64_t)o->seed, fi);
}

static enum fault
work(const struct options *o, struct fault_info *fi)
{
	_Atomic bool over = false;
	pthread_t ticker;
	enum fault fault;

	watch_signals();
	if (pthread_create(&ticker, NULL, tick, &over) != 0)
		log_fatal("no thread");
	fault = run_weeks(&fleet, (uint32_t)o->weeks, fi);
	atomic_store(&over, true);
	pthread_join(ticker, NULL);
	return fault;
}

static int
report(const struct options *o, enum fault fault, struct fault_info *fi)
{
	struct report_end end = {.weeks = fleet.week,
	    .sample = o->sample,
	    .seed = (uint64_t)o->seed,
	    .jobs = fleet.jobs,
	    .engine = crypto_engine()};
	struct fault_info later;

	run_count(&fleet, &end);
	report_print(&fleet.report, &end);
	if (o->json != NULL &&
	    report_write(&fleet.report, &end, o->json, &later) != FAULT_OK) {
		fprintf(stderr, "scms-fleet: %s\n", later.text);
		return 1;
	}
	if (fault != FAULT_OK)
		fprintf(stderr, "scms-fleet: %s (%s)\n", fi->text,
		    fault_name(fault));
	return fault == FAULT_OK && end.supplied == end.devices ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct options o = {
	    .devices = 1000, .weeks = 1, .jobs = 32, .sample = 1000, .seed = 1};
	struct fault_info fi = {0};
	enum fault fault;
	int status = 1;

	secret_process();
	/* libzip makes local time of each entry's, and without this the C
	 * library looks at /etc/localtime every time. */
	setenv("TZ", "UTC0", 1);
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return fputs(usage_text, stdout) < 0;
	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		return printf("scms-fleet " MONARCH_VERSION "\n") < 0;
	fault = parse(&o, argc, argv, &fi);
	if (fault == FAULT_OK)
		fault = open_all(&o, &fi);
	if (fault != FAULT_OK) {
		fprintf(stderr, "scms-fleet: %s (%s)\n", fi.text,
		    fault_name(fault));
		status = fault == FAULT_USAGE ? 64 : 1;
		if (fault == FAULT_USAGE)
			fputs(usage_text, stderr);
	} else {
		report_begin(&fleet.report);
		fault = work(&o, &fi);
		status = report(&o, fault, &fi);
	}
	state_close(&fleet.state);
	world_close(&fleet.world);
	return status;
}
