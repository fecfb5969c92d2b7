/* report.c - scms-obe report: misbehavior reports on their way. */
#include <stdio.h>

#include "tool/obe/jobs.h"

static enum fault
work(void *ctx, size_t n, struct monarch_device *device, struct fault_info *fi)
{
	struct monarch_report_result r;
	enum fault fault = monarch_report(device, &r, fi);

	(void)ctx;
	(void)n;
	printf("%s: %u reports sent", monarch_name(device), r.sent);
	if (r.refused > 0)
		printf(", %u refused", r.refused);
	if (r.left > 0)
		printf(", %u left", r.left);
	putchar('\n');
	return fault;
}

int
cmd_report(int argc, char **argv)
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
		status = cmd_fault("report", &fi);
	} else {
		failed = jobs_run(device, n, &o, &common, work, NULL);
		status = failed == 0 ? CMD_OK : CMD_FAILED;
	}
	arena_free(&arena);
	return status;
}
