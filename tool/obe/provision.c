/* provision.c - scms-obe provision: asking for certificates. */
#include <stdio.h>
#include <string.h>

#include "base/time32.h"
#include "tool/obe/jobs.h"

static enum fault
work(void *ctx, size_t n, struct monarch_device *device, struct fault_info *fi)
{
	const struct monarch_provision_terms *terms = ctx;
	char text[TIME32_TEXT];
	uint32_t t;

	(void)n;
	TRY(monarch_provision(device, &t, terms, fi));
	time32_text(text, t);
	printf(
	    "%s: provisioned, download from %s\n", monarch_name(device), text);
	return FAULT_OK;
}

static enum fault
read_layout(enum monarch_layout *out, const char *text, struct fault_info *fi)
{
	if (strcmp(text, "1.2.2") == 0)
		*out = MONARCH_LAYOUT_1_2_2;
	else if (strcmp(text, "1.2.4") == 0)
		*out = MONARCH_LAYOUT_1_2_4;
	else
		return fault_set(fi, FAULT_USAGE, "--layout: 1.2.2 or 1.2.4");
	return FAULT_OK;
}

static enum fault
read_terms(struct monarch_provision_terms *terms, const char *type,
    const char *layout, const char *start, struct fault_info *fi)
{
	uint64_t t;

	TRY(cmd_kind(&terms->kind, type, fi));
	TRY(read_layout(&terms->layout, layout, fi));
	TRY(cmd_time(&t, start, fi));
	terms->start = (uint32_t)(t / 1000000);
	return FAULT_OK;
}

int
cmd_provision(int argc, char **argv)
{
	struct monarch_provision_terms terms = {0};
	struct jobs_options o = JOBS_OPTIONS_DEFAULT;
	const char *layout = "1.2.2", *type = NULL, *start = NULL, **device;
	const struct opt opts[] = {
	    {"type", OPT_TEXT, &type},
	    {"layout", OPT_TEXT, &layout},
	    {"encryption", OPT_FLAG, &terms.encryption},
	    {"start", OPT_TEXT, &start},
	    {"extra-octet", OPT_FLAG, &terms.extra_octet},
	    JOBS_OPTS(&o),
	};
	struct arena arena = arena_new(64u << 20);
	struct fault_info fi = {0};
	struct cmd_common common;
	size_t n, failed;
	int status;

	if (cmd_parse(&common, opts, sizeof(opts) / sizeof(opts[0]), &argc,
		argv, &fi) != FAULT_OK ||
	    read_terms(&terms, type, layout, start, &fi) != FAULT_OK ||
	    jobs_check(&o, &fi) != FAULT_OK ||
	    cmd_devices(&device, &n, &arena, argv, argc, &fi) != FAULT_OK) {
		status = cmd_fault("provision", &fi);
	} else {
		failed = jobs_run(device, n, &o, &common, work, &terms);
		printf("%zu of %zu devices provisioned\n", n - failed, n);
		status = failed == 0 ? CMD_OK : CMD_FAILED;
	}
	arena_free(&arena);
	return status;
}
