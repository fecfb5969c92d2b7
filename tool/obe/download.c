/* download.c - scms-obe download: what the RA has ready. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time32.h"
#include "tool/obe/jobs.h"

struct totals {
	struct monarch_download_terms terms;
	pthread_mutex_t lock;
	unsigned long certificates, refused, periods, missing;
};

static void
print_result(const struct monarch_device *device,
    const struct monarch_download_result *r)
{
	char next[TIME32_TEXT] = "", line[256];
	int n;

	n = snprintf(line, sizeof(line), "%s: %u certificates in %u periods",
	    monarch_name(device), r->certificates, r->periods);
	if (r->refused > 0)
		n += snprintf(line + n, sizeof(line) - (size_t)n,
		    ", %u refused", r->refused);
	if (r->missing > 0)
		n += snprintf(
		    line + n, sizeof(line) - (size_t)n, ", more not ready yet");
	if (r->no_room > 0)
		n += snprintf(line + n, sizeof(line) - (size_t)n,
		    ", no room for %u more periods", r->no_room);
	if (r->next != 0) {
		time32_text(next, r->next);
		n += snprintf(line + n, sizeof(line) - (size_t)n,
		    "; next expected %s", next);
	}
	puts(line);
}

static enum fault
work(void *ctx, size_t n, struct monarch_device *device, struct fault_info *fi)
{
	struct totals *all = ctx;
	struct monarch_download_result r;
	enum fault fault;

	(void)n;
	fault = monarch_download(device, &r, &all->terms, fi);
	if (fault == FAULT_OK || r.certificates + r.refused > 0)
		print_result(device, &r);
	pthread_mutex_lock(&all->lock);
	all->certificates += r.certificates;
	all->refused += r.refused;
	all->periods += r.periods;
	all->missing += r.missing;
	pthread_mutex_unlock(&all->lock);
	return fault;
}

static int
download(const char *const *device, size_t n, const struct jobs_options *o,
    const struct cmd_common *common, struct totals *all)
{
	uint64_t start = clock_ns();
	size_t failed = jobs_run(device, n, o, common, work, all);
	double seconds = (double)(clock_ns() - start) / 1e9;

	printf("%zu of %zu devices, %lu certificates in %lu periods, "
	       "%lu refused, %.2f s",
	    n - failed, n, all->certificates, all->periods, all->refused,
	    seconds);
	if (all->certificates > 0 && seconds > 0)
		printf(" (%.0f certificates/s)",
		    (double)all->certificates / seconds);
	putchar('\n');
	if (failed > 0 || all->refused > 0)
		return CMD_FAILED;
	return all->missing > 0 ? CMD_PENDING : CMD_OK;
}

/* "200" certificates, or "64K", "2M" octets. */
static enum fault
read_storage(struct monarch_download_terms *terms, const char *text,
    struct fault_info *fi)
{
	char *end;
	unsigned long long n;

	if (text == NULL)
		return FAULT_OK;
	n = strtoull(text, &end, 10);
	if (end == text || *text == '-' || n == 0 || n > UINT32_MAX ||
	    (*end != '\0' && (strchr("KM", *end) == NULL || end[1] != '\0')))
		return fault_set(fi, FAULT_USAGE,
		    "--storage: a number of certificates, or of octets as 64K "
		    "or 2M");
	if (*end == '\0')
		terms->most_certificates = (uint32_t)n;
	else
		terms->most_octets = (uint64_t)n << (*end == 'K' ? 10 : 20);
	return FAULT_OK;
}

static enum fault
check(struct totals *all, int64_t periods, int64_t zero, int64_t seconds,
    struct fault_info *fi)
{
	if (periods < 0 || periods > 65536 || zero < 0 || zero > UINT32_MAX ||
	    seconds < 0 || seconds > UINT32_MAX)
		return fault_set(fi, FAULT_USAGE,
		    "--periods, --i-zero or --i-seconds out of range");
	all->terms.periods = (unsigned)periods;
	all->terms.i_zero = (uint32_t)zero;
	all->terms.i_seconds = (uint32_t)seconds;
	return FAULT_OK;
}

int
cmd_download(int argc, char **argv)
{
	struct totals all = {.lock = PTHREAD_MUTEX_INITIALIZER};
	struct jobs_options o = JOBS_OPTIONS_DEFAULT;
	int64_t periods = 0, zero = 0, seconds = 0;
	const char *type = NULL, *storage = NULL;
	const struct opt opts[] = {
	    {"type", OPT_TEXT, &type},
	    {"due", OPT_FLAG, &all.terms.due},
	    {"storage", OPT_TEXT, &storage},
	    {"encryption", OPT_FLAG, &all.terms.encryption},
	    {"periods", OPT_NUMBER, &periods},
	    {"i-zero", OPT_NUMBER, &zero},
	    {"i-seconds", OPT_NUMBER, &seconds},
	    {"extra-octet", OPT_FLAG, &all.terms.extra_octet},
	    JOBS_OPTS(&o),
	};
	struct arena arena = arena_new(64u << 20);
	struct fault_info fi = {0};
	struct cmd_common common;
	const char **device;
	size_t n;
	int status;

	if (cmd_parse(&common, opts, sizeof(opts) / sizeof(opts[0]), &argc,
		argv, &fi) != FAULT_OK ||
	    cmd_kind(&all.terms.kind, type, &fi) != FAULT_OK ||
	    read_storage(&all.terms, storage, &fi) != FAULT_OK ||
	    check(&all, periods, zero, seconds, &fi) != FAULT_OK ||
	    jobs_check(&o, &fi) != FAULT_OK ||
	    cmd_devices(&device, &n, &arena, argv, argc, &fi) != FAULT_OK)
		status = cmd_fault("download", &fi);
	else
		status = download(device, n, &o, &common, &all);
	arena_free(&arena);
	return status;
}
