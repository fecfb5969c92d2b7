/* crl.c - scms-obe crl: revocation lists from the CRL store. */
#include <stdio.h>

#include "tool/obe/jobs.h"
#include "tool/obe/lists.h"

static enum fault
work(void *ctx, size_t n, struct monarch_device *device, struct fault_info *fi)
{
	const struct monarch_crl_terms *terms = ctx;
	struct monarch_lists lists = {.n = 0};
	enum fault fault = monarch_update_crl(device, &lists, terms, fi);
	char line[LISTS_LINE];

	(void)n;
	lists_line(line, &lists);
	printf("%s: %s\n", monarch_name(device), line);
	if (lists.revoked[0] != '\0')
		printf(
		    "%s: revoked: %s\n", monarch_name(device), lists.revoked);
	return fault;
}

static enum fault
check_periods(struct monarch_crl_terms *terms, int64_t zero, int64_t seconds,
    struct fault_info *fi)
{
	if (zero < 0 || zero > UINT32_MAX || seconds < 0 ||
	    seconds > UINT32_MAX)
		return fault_set(
		    fi, FAULT_USAGE, "--i-zero or --i-seconds out of range");
	terms->i_zero = (uint32_t)zero;
	terms->i_seconds = (uint32_t)seconds;
	return FAULT_OK;
}

int
cmd_crl(int argc, char **argv)
{
	struct jobs_options o = JOBS_OPTIONS_DEFAULT;
	struct monarch_crl_terms terms = {0};
	int64_t i_zero = 0, i_seconds = 0;
	const struct opt opts[] = {
	    {"server", OPT_TEXT, &terms.server},
	    {"i-zero", OPT_NUMBER, &i_zero},
	    {"i-seconds", OPT_NUMBER, &i_seconds},
	    JOBS_OPTS(&o),
	};
	struct arena arena = arena_new(64u << 20);
	struct fault_info fi = {0};
	struct cmd_common common;
	const char **device;
	size_t n, failed;
	int status;

	if (cmd_parse(&common, opts, sizeof(opts) / sizeof(opts[0]), &argc,
		argv, &fi) != FAULT_OK ||
	    check_periods(&terms, i_zero, i_seconds, &fi) != FAULT_OK ||
	    jobs_check(&o, &fi) != FAULT_OK ||
	    cmd_devices(&device, &n, &arena, argv, argc, &fi) != FAULT_OK) {
		status = cmd_fault("crl", &fi);
	} else {
		failed = jobs_run(device, n, &o, &common, work, &terms);
		printf("%zu of %zu devices have the lists\n", n - failed, n);
		status = failed == 0 ? CMD_OK : CMD_FAILED;
	}
	arena_free(&arena);
	return status;
}
