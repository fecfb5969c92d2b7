/* bootstrap.c - scms-obe bootstrap: bundles into devices. */
#include <stdio.h>

#include "base/file.h"
#include "device/monarch.h"
#include "tool/obe/cmd.h"

#define BUNDLE_MAX (256u << 20)

struct options {
	const char *bundle;
	struct monarch_dcm dcm;
};

/* Of one device; either way. */
static enum fault
install_one(const char *device, const struct monarch_bundle *bundle,
    const struct monarch_dcm *dcm, struct fault_info *fi)
{
	return bundle != NULL ? monarch_bootstrap(device, bundle, fi)
			      : monarch_bootstrap_dcm(device, dcm, fi);
}

static int
install(const char *const *device, size_t n,
    const struct monarch_bundle *bundle, const struct monarch_dcm *dcm)
{
	struct fault_info fi;
	size_t good = 0;

	for (size_t k = 0; k < n; k++) {
		if (install_one(device[k], bundle, dcm, &fi) == FAULT_OK)
			good++;
		else
			printf("%s: refused: %s (%s)\n", device[k], fi.text,
			    fault_name(fi.code));
	}
	printf("%zu of %zu devices bootstrapped\n", good, n);
	return good == n ? CMD_OK : CMD_FAILED;
}

static enum fault
check(const struct options *o, int argc, struct fault_info *fi)
{
	const struct monarch_dcm *dcm = &o->dcm;

	if ((o->bundle == NULL) == (dcm->url == NULL))
		return fault_set(
		    fi, FAULT_USAGE, "--bundle is needed, or --dcm");
	if (dcm->url == NULL)
		return FAULT_OK;
	TRY(cmd_need(dcm->ca, "--ca", fi));
	TRY(cmd_need(dcm->cert, "--operator-cert", fi));
	TRY(cmd_need(dcm->key, "--operator-key", fi));
	TRY(cmd_need(dcm->type, "--type", fi));
	if (argc == 0)
		return fault_set(fi, FAULT_USAGE, "DEVICE is needed");
	if (dcm->serial != NULL && argc != 1)
		return fault_set(
		    fi, FAULT_USAGE, "--serial is that of one DEVICE");
	return FAULT_OK;
}

static enum fault
run(const struct options *o, struct arena *arena, char **argv, int argc,
    int *status, struct fault_info *fi)
{
	struct monarch_bundle *bundle;
	const char **device;
	struct bytes zip;
	size_t n;

	TRY(check(o, argc, fi));
	/* Those that the DCM makes keys for are not there yet. */
	if (o->dcm.injected) {
		*status = install(
		    (const char *const *)argv, (size_t)argc, NULL, &o->dcm);
		return FAULT_OK;
	}
	TRY(cmd_devices(&device, &n, arena, argv, argc, fi));
	if (o->bundle == NULL) {
		*status = install(device, n, NULL, &o->dcm);
		return FAULT_OK;
	}
	TRY(file_read(&zip, arena, o->bundle, BUNDLE_MAX, fi));
	TRY(monarch_bundle_open(&bundle, zip, fi));
	*status = install(device, n, bundle, NULL);
	monarch_bundle_free(bundle);
	return FAULT_OK;
}

int
cmd_bootstrap(int argc, char **argv)
{
	struct options o = {0};
	const struct opt opts[] = {
	    {"bundle", OPT_TEXT, &o.bundle},
	    {"dcm", OPT_TEXT, &o.dcm.url},
	    {"ca", OPT_TEXT, &o.dcm.ca},
	    {"operator-cert", OPT_TEXT, &o.dcm.cert},
	    {"operator-key", OPT_TEXT, &o.dcm.key},
	    {"type", OPT_TEXT, &o.dcm.type},
	    {"serial", OPT_TEXT, &o.dcm.serial},
	    {"injected", OPT_FLAG, &o.dcm.injected},
	};
	struct arena arena = arena_new(BUNDLE_MAX + (64u << 20));
	struct fault_info fi = {0};
	struct cmd_common common;
	int status;

	if (cmd_parse(&common, opts, sizeof(opts) / sizeof(opts[0]), &argc,
		argv, &fi) != FAULT_OK)
		status = cmd_fault("bootstrap", &fi);
	else {
		o.dcm.hosts = common.hosts;
		if (run(&o, &arena, argv, argc, &status, &fi) != FAULT_OK)
			status = cmd_fault("bootstrap", &fi);
	}
	arena_free(&arena);
	return status;
}
