/* jobs.c - the same work for many devices, several at a time. */
#include <pthread.h>
#include <stdio.h>

#include "base/log.h"
#include "tool/obe/jobs.h"

#define JOBS_MAX 64

struct jobs {
	pthread_mutex_t lock;
	const char *const *device;
	size_t n, next, failed;
	struct monarch_settings settings;
	bool quiet;
	jobs_work *work;
	void *ctx;
};

enum fault
jobs_check(const struct jobs_options *o, struct fault_info *fi)
{
	if (o->jobs < 1 || o->jobs > JOBS_MAX)
		return fault_set(fi, FAULT_USAGE, "--jobs: 1 to %d", JOBS_MAX);
	if (o->attempts < 0 || o->attempts > 100 || o->timeout < 0 ||
	    o->timeout > 3600 || o->give_up < 0 || o->give_up > INT32_MAX)
		return fault_set(fi, FAULT_USAGE,
		    "--attempts, --timeout or --give-up out of range");
	return FAULT_OK;
}

/* What is refused is printed always; the rest is for those who watch. */
static void
tell(void *ctx, const struct monarch_device *device, enum monarch_event event,
    const char *text)
{
	static const char *const words[] = {"refused: ", "", "again: ", ""};
	const struct jobs *jobs = ctx;

	if (event == MONARCH_STORED ||
	    (jobs->quiet && event != MONARCH_REFUSED))
		return;
	printf("%s: %s%s\n", monarch_name(device), words[event], text);
}

static void
work_on(struct jobs *jobs, size_t k)
{
	struct monarch_device *device;
	struct fault_info fi = {0};
	enum fault fault;

	fault = monarch_open(&device, jobs->device[k], &jobs->settings, &fi);
	if (fault == FAULT_OK) {
		fault = jobs->work(jobs->ctx, k, device, &fi);
		monarch_close(device);
	}
	if (fault == FAULT_OK)
		return;
	printf("%s: %s (%s)\n", jobs->device[k], fi.text, fault_name(fi.code));
	pthread_mutex_lock(&jobs->lock);
	jobs->failed++;
	pthread_mutex_unlock(&jobs->lock);
}

static void *
worker(void *ctx)
{
	struct jobs *jobs = ctx;
	size_t k;

	for (;;) {
		pthread_mutex_lock(&jobs->lock);
		k = jobs->next++;
		pthread_mutex_unlock(&jobs->lock);
		if (k >= jobs->n)
			return NULL;
		work_on(jobs, k);
	}
}

size_t
jobs_run(const char *const *device, size_t n, const struct jobs_options *o,
    const struct cmd_common *common, jobs_work *work, void *ctx)
{
	struct jobs jobs = {
	    .lock = PTHREAD_MUTEX_INITIALIZER,
	    .device = device,
	    .n = n,
	    .quiet = o->quiet,
	    .work = work,
	    .ctx = ctx,
	    .settings = {.hosts = common->hosts,
		.attempts = (unsigned)o->attempts,
		.timeout = (unsigned)o->timeout,
		.failures_most = (unsigned)o->give_up,
		.again = o->again,
		.tell = tell},
	};
	pthread_t thread[JOBS_MAX];
	int64_t started = 0;

	jobs.settings.ctx = &jobs;
	while (started < o->jobs - 1 && (size_t)started + 1 < n) {
		if (pthread_create(&thread[started], NULL, worker, &jobs) != 0)
			break; /* fewer will do */
		started++;
	}
	worker(&jobs);
	while (started > 0)
		pthread_join(thread[--started], NULL);
	return jobs.failed;
}

int
jobs_command(
    const char *name, int argc, char **argv, jobs_work *work, const char *done)
{
	struct jobs_options o = JOBS_OPTIONS_DEFAULT;
	const struct opt opts[] = {JOBS_OPTS(&o)};
	struct arena arena = arena_new(64u << 20);
	struct fault_info fi = {0};
	struct cmd_common common;
	const char **device;
	size_t n, failed;
	int status;

	if (cmd_parse(&common, opts, sizeof(opts) / sizeof(opts[0]), &argc,
		argv, &fi) != FAULT_OK ||
	    jobs_check(&o, &fi) != FAULT_OK ||
	    cmd_devices(&device, &n, &arena, argv, argc, &fi) != FAULT_OK) {
		status = cmd_fault(name, &fi);
	} else {
		failed = jobs_run(device, n, &o, &common, work, NULL);
		if (done != NULL)
			printf("%zu of %zu devices %s\n", n - failed, n, done);
		status = failed == 0 ? CMD_OK : CMD_FAILED;
	}
	arena_free(&arena);
	return status;
}
