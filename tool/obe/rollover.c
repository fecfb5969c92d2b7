/* rollover.c - scms-obe rollover: the next enrollment certificate. */
#include <stdio.h>

#include "base/time32.h"
#include "tool/obe/jobs.h"

static enum fault
work(void *ctx, size_t n, struct monarch_device *device, struct fault_info *fi)
{
	char text[TIME32_TEXT];
	uint32_t start;

	(void)ctx;
	(void)n;
	TRY(monarch_rollover(device, &start, fi));
	time32_text(text, start);
	printf("%s: successor from %s\n", monarch_name(device), text);
	return FAULT_OK;
}

int
cmd_rollover(int argc, char **argv)
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
		status = cmd_fault("rollover", &fi);
	} else {
		failed = jobs_run(device, n, &o, &common, work, NULL);
		printf("%zu of %zu devices have a successor\n", n - failed, n);
		status = failed == 0 ? CMD_OK : CMD_FAILED;
	}
	arena_free(&arena);
	return status;
}
