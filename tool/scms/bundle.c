/* bundle.c - see bundle.h. */
#include <string.h>

#include "device/zipfile.h"
#include "tool/scms/bundle.h"
#include "tool/scms/part.h"

/* From DIR/public, in the order of names. */
static const char *const shared[] = {"CRL.oer", "CRLG.oer", "ECA.oer",
    "ICA.oer", "LCCF.oer", "LPF.oer", "MA.oer", "PCA.oer", "PG.oer", "RA.oer",
    "elector1.oer", "elector2.oer", "elector3.oer", "root.oer", "root.tls"};

#define SHARED	 (sizeof(shared) / sizeof(shared[0]))
#define FILE_MAX (1u << 20)

/* Two files of the device's own, two texts, those of everybody. */
#define PER_DEVICE (4 + SHARED)

struct common {
	struct bytes file[SHARED];
	/* Without a newline: there are clients that just append a path. */
	struct bytes ra_url;
};

static enum fault
load(struct common *c, struct arena *arena, const struct site *site,
    struct fault_info *fi)
{
	char folder[PATH_SIZE], path[PATH_SIZE];
	const char *url = site_url(
	    arena, &site->env, parts[PART_RA].name, parts[PART_RA].port, "");

	if (url == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "bundle");
	c->ra_url = bytes_of_string(url);
	path_join(folder, site->dir, "public");
	for (size_t i = 0; i < SHARED; i++) {
		path_join(path, folder, shared[i]);
		TRY(file_read(&c->file[i], arena, path, FILE_MAX, fi));
	}
	return FAULT_OK;
}

static bool
add(struct zip_entry *e, struct arena *arena, const char *folder,
    const char *name, struct bytes data)
{
	e->name = arena_printf(arena, "%s/%s", folder, name);
	e->data = data;
	return e->name != NULL;
}

static bool
add_device(struct zip_entry *e, struct arena *arena, const struct common *c,
    const struct bundle_device *d)
{
	bool ok = add(e++, arena, d->name, "Cert_DL_URL.txt", c->ra_url);

	for (size_t i = 0; i < SHARED; i++)
		ok = add(e++, arena, d->name, shared[i], c->file[i]) && ok;
	ok = add(e++, arena, d->name, "RA_URL.txt", c->ra_url) && ok;
	ok = add(e++, arena, d->name, "enrollment.oer", d->certificate) && ok;
	return add(e, arena, d->name, "enrollment.s", d->reconstruction) && ok;
}

enum fault
bundle_build(struct bytes *out, struct arena *arena, const struct site *site,
    const struct bundle_device *devices, size_t n, struct fault_info *fi)
{
	struct zip_entry *entries =
	    ARENA_ARRAY(arena, n * PER_DEVICE + 1, struct zip_entry);
	struct common common;
	bool ok = entries != NULL;

	TRY(load(&common, arena, site, fi));
	for (size_t i = 0; i < n && ok; i++)
		ok = add_device(
		    entries + i * PER_DEVICE, arena, &common, &devices[i]);
	if (!ok)
		return fault_set(fi, FAULT_TOO_LARGE,
		    "too many devices for "
		    "one bundle");
	return zipfile_build(out, arena, entries, n * PER_DEVICE, fi);
}
