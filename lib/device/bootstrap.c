/* bootstrap.c - taking what a device needs from its bundle, checked. */
#include <string.h>

#include "base/secret.h"
#include "base/time32.h"
#include "device/bundle.h"
#include "device/device.h"

#define ARENA_LIMIT (512u << 20)

static enum fault
bootstrap(const struct folder *f, struct arena *arena, struct bytes zip,
    const struct scalar *key, struct fault_info *fi)
{
	struct bundle bundle, installed;

	TRY(bundle_of_zip(&bundle, arena, zip, f->name, fi));
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
monarch_bootstrap(const char *folder, struct bytes zip, struct fault_info *fi)
{
	struct arena arena = arena_new(ARENA_LIMIT);
	struct fault_info own = {0};
	struct folder f;
	struct scalar key;
	enum fault fault;

	fi = fi == NULL ? &own : fi;
	TRY(folder_lock(&f, folder, FOLDER_LOCK, fi));
	if ((fault = device_read_key(&key, &f, fi)) == FAULT_OK)
		fault = bootstrap(&f, &arena, zip, &key, fi);
	wipe(&key, sizeof(key));
	folder_unlock(&f);
	arena_free(&arena);
	return fault;
}
