/* csr.c - scms-obe csr: devices with keys and certificate requests. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "device/monarch.h"
#include "tool/obe/cmd.h"
#include "tool/obe/csr_terms.h"

#define NAMES_MAX 100000

struct options {
	int64_t count, first, years;
	struct opt_list psids, regions;
	const char *out, *name;
	bool extra_octet;
};

static enum fault
read_terms(struct monarch_csr_terms *terms, struct csr_lists *lists,
    const struct options *o, struct fault_info *fi)
{
	struct monarch_region region;

	TRY(csr_read_psids(lists, &o->psids, fi));
	TRY(csr_read_region(&region, lists, &o->regions, fi));
	if (o->years < 0 || o->years > UINT16_MAX)
		return fault_set(fi, FAULT_USAGE, "--years");
	*terms = (struct monarch_csr_terms){
	    .psids = lists->psid,
	    .psids_n = lists->psids,
	    .region = region,
	    .years = (uint16_t)o->years,
	    .extra_octet = o->extra_octet,
	};
	return FAULT_OK;
}

static enum fault
check(const struct options *o, int argc, struct fault_info *fi)
{
	if (argc != 1)
		return fault_set(fi, FAULT_USAGE, "one DIR is needed");
	TRY(cmd_need(o->out, "--out", fi));
	if (o->count < 1 || o->count > NAMES_MAX || o->first < 0)
		return fault_set(
		    fi, FAULT_USAGE, "--count: 1 to %d devices", NAMES_MAX);
	if (o->name[0] == '\0' || o->name[0] == '.' ||
	    strchr(o->name, '/') != NULL || strlen(o->name) > 100)
		return fault_set(
		    fi, FAULT_USAGE, "--name: a plain file name is needed");
	return FAULT_OK;
}

static enum fault
name_devices(const char **folder, struct arena *arena, const char *dir,
    const struct options *o, struct fault_info *fi)
{
	int width =
	    snprintf(NULL, 0, "%lld", (long long)(o->first + o->count - 1));

	for (int64_t k = 0; k < o->count; k++) {
		folder[k] = arena_printf(arena, "%s/%s%0*" PRId64, dir, o->name,
		    width < 2 ? 2 : width, o->first + k);
		if (folder[k] == NULL || strlen(folder[k]) >= PATH_SIZE)
			return fault_set(fi, FAULT_TOO_LARGE, "%s", dir);
		/* All or none: looked at before the first is made. */
		if (file_exists(folder[k]))
			return fault_set(
			    fi, FAULT_EXISTS, "%s exists already", folder[k]);
	}
	return FAULT_OK;
}

static enum fault
run(const struct options *o, const char *dir, struct arena *arena,
    struct fault_info *fi)
{
	size_t n = (size_t)o->count;
	const char **folder = ARENA_ARRAY(arena, n, const char *);
	struct monarch_csr_terms terms;
	struct csr_lists lists;

	if (folder == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "--count");
	TRY(read_terms(&terms, &lists, o, fi));
	if (file_exists(o->out))
		return fault_set(fi, FAULT_EXISTS, "%s exists already", o->out);
	TRY(file_mkdir(dir, 0700, fi));
	TRY(name_devices(folder, arena, dir, o, fi));
	for (size_t k = 0; k < n; k++)
		TRY(monarch_csr_new(folder[k], &terms, fi));
	TRY(monarch_csr_zip(o->out, folder, n, fi));
	printf("%zu device%s in %s, requests in %s\n", n, n == 1 ? "" : "s",
	    dir, o->out);
	return FAULT_OK;
}

int
cmd_csr(int argc, char **argv)
{
	struct options o = {.count = 1, .first = 1, .name = "obe"};
	const struct opt opts[] = {
	    {"count", OPT_NUMBER, &o.count},
	    {"first", OPT_NUMBER, &o.first},
	    {"years", OPT_NUMBER, &o.years},
	    {"psid", OPT_LIST, &o.psids},
	    {"region", OPT_LIST, &o.regions},
	    {"out", OPT_TEXT, &o.out},
	    {"name", OPT_TEXT, &o.name},
	    {"extra-octet", OPT_FLAG, &o.extra_octet},
	};
	struct arena arena = arena_new(256u << 20);
	struct fault_info fi = {0};
	struct cmd_common common;
	enum fault fault;

	fault = cmd_parse(
	    &common, opts, sizeof(opts) / sizeof(opts[0]), &argc, argv, &fi);
	if (fault == FAULT_OK)
		fault = check(&o, argc, &fi);
	if (fault == FAULT_OK)
		fault = run(&o, argv[0], &arena, &fi);
	arena_free(&arena);
	return fault == FAULT_OK ? CMD_OK : cmd_fault("csr", &fi);
}
