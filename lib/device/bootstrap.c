/* bootstrap.c - taking what a device needs from its bundle, checked. */
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/time32.h"
#include "device/bundle.h"
#include "device/device.h"

#define ARENA_LIMIT   (32u << 20) /* of one device */
#define BUNDLES_LIMIT ((size_t)1 << 30)

struct monarch_bundle {
	struct arena arena;
	struct bundles bundles;
};

enum fault
monarch_bundle_open(
    struct monarch_bundle **out, struct bytes zip, struct fault_info *fi)
{
	struct monarch_bundle *b = calloc(1, sizeof(*b));
	struct fault_info own = {0};
	enum fault fault;

	fi = fi == NULL ? &own : fi;
	if (b == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	b->arena = arena_new(BUNDLES_LIMIT);
	fault = bundles_open(&b->bundles, &b->arena, zip, fi);
	if (fault == FAULT_OK)
		*out = b;
	else
		monarch_bundle_free(b);
	return fault;
}

void
monarch_bundle_free(struct monarch_bundle *b)
{
	if (b == NULL)
		return;
	arena_free(&b->arena);
	free(b);
}

static enum fault
bootstrap(const struct folder *f, struct arena *arena,
    const struct bundles *bundles, const char *name, const struct scalar *key,
    struct fault_info *fi)
{
	struct bundle bundle, installed;

	TRY(bundle_of(&bundle, bundles, name, fi));
	TRY(bundle_check(&bundle, key, time32_now(), fi));
	if (!folder_has(f, FOLDER_BUNDLE))
		return bundle_install(&bundle, f, fi);
	TRY(bundle_of_folder(&installed, arena, f, fi));
	if (!bundle_equal(&bundle, &installed))
		return fault_set(fi, FAULT_EXISTS,
		    "%s is bootstrapped with another bundle", f->path);
	return FAULT_OK;
}

enum fault
bundle_bootstrap(const struct folder *f, struct arena *arena,
    const struct bundles *bundles, const char *name, struct fault_info *fi)
{
	struct scalar key;
	enum fault fault = device_read_key(&key, f, fi);

	if (fault == FAULT_OK)
		fault = bootstrap(f, arena, bundles, name, &key, fi);
	wipe(&key, sizeof(key));
	return fault;
}

enum fault
monarch_bootstrap(const char *folder, const struct monarch_bundle *bundle,
    struct fault_info *fi)
{
	struct arena arena = arena_new(ARENA_LIMIT);
	struct fault_info own = {0};
	struct folder f;
	enum fault fault;

	fi = fi == NULL ? &own : fi;
	TRY(folder_lock(&f, folder, FOLDER_LOCK, fi));
	fault = bundle_bootstrap(&f, &arena, &bundle->bundles, f.name, fi);
	folder_unlock(&f);
	arena_free(&arena);
	return fault;
}
