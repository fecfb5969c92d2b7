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
	return jobs_command("report", argc, argv, work, NULL);
}
