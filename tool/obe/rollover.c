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
	return jobs_command("rollover", argc, argv, work, "have a successor");
}
