/* bundle.c - see bundle.h. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "device/zipfile.h"
#include "enroll/bundle.h"

/* From the public folder, in the order of names. */
static const char *const shared[] = {"CRL.oer", "CRLG.oer", "ECA.oer",
    "ICA.oer", "LCCF.oer", "LPF.oer", "MA.oer", "PCA.oer", "PG.oer", "RA.oer",
    "elector1.oer", "elector2.oer", "elector3.oer", "root.oer", "root.tls"};

#define SHARED	 (sizeof(shared) / sizeof(shared[0]))
#define FILE_MAX (1u << 20)

/* Four files of the device's own at most, two texts, those of everybody. */
#define PER_DEVICE (6 + SHARED)

struct common {
	struct bytes file[SHARED];
	/* Without a newline: there are clients that just append a path. */
	struct bytes ra_url;
};

static bool
is_elector(const char *name)
{
	return strncmp(name, "elector", strlen("elector")) == 0;
}

static int
is_elector_file(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return is_elector(e->d_name) && n > 4 &&
	       strcmp(e->d_name + n - 4, ".oer") == 0;
}

/* Electors come and go (elector4.oer): in a bundle they are always the first,
 * the second and the third. */
static enum fault
find_elector(
    char path[PATH_SIZE], const char *folder, unsigned k, struct fault_info *fi)
{
	struct dirent **names;
	int n = scandir(folder, &names, is_elector_file, alphasort);

	if (n < 0)
		return fault_errno(fi, FAULT_IO, "%s", folder);
	if (k < (unsigned)n)
		path_join(path, folder, names[k]->d_name);
	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
	return k < (unsigned)n ? FAULT_OK
			       : fault_set(fi, FAULT_NOT_FOUND,
				     "%s: only %d electors", folder, n);
}

static enum fault
load(struct common *c, struct arena *arena, const struct bundle_source *source,
    struct fault_info *fi)
{
	char path[PATH_SIZE];
	unsigned electors = 0;

	c->ra_url = bytes_of_string(source->ra_url);
	for (size_t i = 0; i < SHARED; i++) {
		if (is_elector(shared[i]))
			TRY(find_elector(path, source->folder, electors++, fi));
		else
			path_join(path, source->folder, shared[i]);
		TRY(file_read(&c->file[i], arena, path, FILE_MAX, fi));
	}
	return FAULT_OK;
}

/* Entries on their way into a ZIP. */
struct list {
	struct zip_entry *entry;
	size_t n;
	struct arena *arena;
	bool ok;
};

static void
add(struct list *l, const char *folder, const char *name, struct bytes data)
{
	struct zip_entry *e = &l->entry[l->n++];

	e->name = arena_printf(l->arena, "%s/%s", folder, name);
	e->data = data;
	l->ok = l->ok && e->name != NULL;
}

static void
add_device(
    struct list *l, const struct common *c, const struct bundle_device *d)
{
	add(l, d->name, "Cert_DL_URL.txt", c->ra_url);
	for (size_t i = 0; i < SHARED; i++)
		add(l, d->name, shared[i],
		    d->eca.n > 0 && strcmp(shared[i], "ECA.oer") == 0
			? d->eca
			: c->file[i]);
	add(l, d->name, "RA_URL.txt", c->ra_url);
	add(l, d->name, "enrollment.oer", d->certificate);
	add(l, d->name, "enrollment.s", d->reconstruction);
	if (d->key.n == 0)
		return;
	add(l, d->name, "request.key", d->key);
	add(l, d->name, "request.oer", d->request);
}

enum fault
bundle_build(struct bytes *out, struct arena *arena,
    const struct bundle_source *source, const struct bundle_device *devices,
    size_t n, struct fault_info *fi)
{
	struct list list = {.arena = arena, .ok = true};
	struct common common;

	TRY(load(&common, arena, source, fi));
	list.entry = ARENA_ARRAY(arena, n * PER_DEVICE + 1, struct zip_entry);
	for (size_t i = 0; i < n && list.entry != NULL && list.ok; i++)
		add_device(&list, &common, &devices[i]);
	if (list.entry == NULL || !list.ok)
		return fault_set(
		    fi, FAULT_TOO_LARGE, "too many devices for one bundle");
	return zipfile_build(out, arena, list.entry, list.n, fi);
}
