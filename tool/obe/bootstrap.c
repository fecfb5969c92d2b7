/* bootstrap.c - scms-obe bootstrap: bundles into devices. */
#include <stdio.h>

#include "base/file.h"
#include "device/monarch.h"
#include "tool/obe/cmd.h"

#define BUNDLE_MAX (256u << 20)

static int
install(
    const char *const *device, size_t n, const struct monarch_bundle *bundle)
{
	struct fault_info fi;
	size_t good = 0;

	for (size_t k = 0; k < n; k++) {
		if (monarch_bootstrap(device[k], bundle, &fi) == FAULT_OK)
			good++;
		else
			printf("%s: refused: %s (%s)\n", device[k], fi.text,
			    fault_name(fi.code));
	}
	printf("%zu of %zu devices bootstrapped\n", good, n);
	return good == n ? CMD_OK : CMD_FAILED;
}

int
cmd_bootstrap(int argc, char **argv)
{
	const char *path = NULL;
	const struct opt opts[] = {{"bundle", OPT_TEXT, &path}};
	struct arena arena = arena_new(BUNDLE_MAX + (64u << 20));
	struct fault_info fi = {0};
	struct cmd_common common;
	struct monarch_bundle *bundle = NULL;
	const char **device;
	struct bytes zip;
	size_t n;
	int status;

	if (cmd_parse(&common, opts, 1, &argc, argv, &fi) != FAULT_OK ||
	    cmd_need(path, "--bundle", &fi) != FAULT_OK ||
	    cmd_devices(&device, &n, &arena, argv, argc, &fi) != FAULT_OK ||
	    file_read(&zip, &arena, path, BUNDLE_MAX, &fi) != FAULT_OK ||
	    monarch_bundle_open(&bundle, zip, &fi) != FAULT_OK)
		status = cmd_fault("bootstrap", &fi);
	else
		status = install(device, n, bundle);
	monarch_bundle_free(bundle);
	arena_free(&arena);
	return status;
}
