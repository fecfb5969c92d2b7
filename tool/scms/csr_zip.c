/* csr_zip.c - see csr_zip.h. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "device/zipfile.h"
#include "schema/dot2.h"
#include "tool/scms/csr_zip.h"

#define ENDING ".oer"

static const struct zip_limits limits = {CSR_ZIP_ENTRIES, CSR_MAX, CSR_ZIP_MAX};

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static size_t
folders_of(const char *path)
{
	size_t n = 0;

	for (; *path != '\0'; path++)
		n += *path == '/';
	return n;
}

/* The name becomes that of a folder, on systems we do not know. */
static enum fault
name_device(struct csr *c, struct arena *arena)
{
	const char *name = base_name(c->file);
	size_t n = strlen(name), end = strlen(ENDING);

	if (n < end || strcasecmp(name + n - end, ENDING) != 0)
		return fault_set(&c->why, FAULT_BAD_MESSAGE,
		    "its name does not end with " ENDING);
	if (n == end || name[0] == '.')
		return fault_set(
		    &c->why, FAULT_BAD_MESSAGE, "its name begins with a dot");
	if (n - end > CSR_DEVICE_NAME)
		return fault_set(&c->why, FAULT_TOO_LARGE,
		    "its name is longer than %u octets", CSR_DEVICE_NAME);
	if (folders_of(c->file) > CSR_FOLDERS)
		return fault_set(&c->why, FAULT_TOO_LARGE,
		    "more than %u folders inside each other", CSR_FOLDERS);
	c->device = arena_printf(arena, "%.*s", (int)(n - end), name);
	return c->device != NULL
		   ? FAULT_OK
		   : fault_set(&c->why, FAULT_TOO_LARGE, "too many names");
}

/* Is it of the kind at all?  The ECA looks at the rest. */
static enum fault
check_kind(struct csr *c, struct arena *arena)
{
	ieee1609_dot2_data data;

	if (coer_decode(&ieee1609_dot2_data_asn, &data, arena, c->octets,
		&c->why) != FAULT_OK)
		return fault_prefix(&c->why, "not an enrollment request");
	if (data.content.is != ieee1609_dot2_content_signed_certificate_request)
		return fault_set(&c->why, FAULT_BAD_MESSAGE,
		    "not a signed certificate request");
	c->why.code = FAULT_OK;
	return FAULT_OK;
}

static void
take(struct csr *c, struct arena *arena, const struct zip_entry *e)
{
	*c = (struct csr){.file = e->name, .octets = e->data};
	c->device = base_name(e->name);
	if (e->fault != FAULT_OK)
		fault_set(&c->why, e->fault, "%s", fault_text(e->fault));
	else if (name_device(c, arena) == FAULT_OK)
		(void)!check_kind(c, arena);
}

static int
by_device(const void *a, const void *b)
{
	const struct csr *x = a, *y = b;
	int d = strcasecmp(x->device, y->device);

	return d != 0 ? d : strcmp(x->file, y->file);
}

/* Two files of one name would share a folder of the bundle. */
static void
refuse_doubles(struct csr *c, size_t n)
{
	const struct csr *first = NULL;

	for (size_t i = 0; i < n; i++) {
		if (c[i].why.code != FAULT_OK)
			continue;
		if (first != NULL &&
		    strcasecmp(first->device, c[i].device) == 0)
			fault_set(&c[i].why, FAULT_DUPLICATE,
			    "the same device name as %s", first->file);
		else
			first = &c[i];
	}
}

enum fault
csr_zip_read(struct csr **out, size_t *n, struct arena *arena, struct bytes zip,
    struct fault_info *fi)
{
	struct zip_entry *entries;
	struct csr *c;

	if (zip.n > CSR_ZIP_MAX)
		return fault_set(fi, FAULT_TOO_LARGE,
		    "ZIP of %zu octets, at most %u", zip.n, CSR_ZIP_MAX);
	TRY(zipfile_read(&entries, n, arena, zip, &limits, fi));
	if ((c = ARENA_ARRAY(arena, *n + 1, struct csr)) == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "ZIP: too many entries");
	for (size_t i = 0; i < *n; i++)
		take(&c[i], arena, &entries[i]);
	qsort(c, *n, sizeof(*c), by_device);
	refuse_doubles(c, *n);
	*out = c;
	return FAULT_OK;
}
