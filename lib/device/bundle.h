/*
 * bundle.h - bootstrap bundles: of many devices, as they come, and of one, what
 * it must hold and the check of all of it.
 */
#ifndef DEVICE_BUNDLE_H
#define DEVICE_BUNDLE_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "crypto/p256.h"
#include "device/folder.h"
#include "device/zipfile.h"

enum bundle_file {
#define FILE_OF_BUNDLE(name, file) BUNDLE_##name,
#define COMPONENT(name, file)	   BUNDLE_##name,
#include "device/bundle.def"
#undef FILE_OF_BUNDLE
#undef COMPONENT
	BUNDLE_FILES
};

struct bundle {
	struct bytes file[BUNDLE_FILES];
};

const char *bundle_name(enum bundle_file);

/* A ZIP with a folder for each of many devices. */
struct bundles {
	const struct zip_entry **sorted; /* by device and file */
	size_t n;
};

/* Everything lies in the arena. */
enum fault must_check bundles_open(
    struct bundles *, struct arena *, struct bytes zip, struct fault_info *);
/* The files of one device.  FAULT_NOT_FOUND: nothing for this device, or a
 * file is missing; other files in the ZIP are nobody's concern. */
enum fault must_check bundle_of(struct bundle *, const struct bundles *,
    const char *device, struct fault_info *);
/* Any one file of a device.  FAULT_NOT_FOUND, DUPLICATE. */
enum fault must_check bundles_file(struct bytes *out, const struct bundles *,
    const char *device, const char *file, struct fault_info *);
/* The files as bootstrap installed them. */
enum fault must_check bundle_of_folder(struct bundle *, struct arena *,
    const struct folder *, struct fault_info *);
/* Installs them, all or none. */
enum fault must_check bundle_install(
    const struct bundle *, const struct folder *, struct fault_info *);
/* Checks what the bundle holds for the device of this name and installs it in
 * a locked folder with a request.key.  FAULT_EXISTS: it has another. */
enum fault must_check bundle_bootstrap(const struct folder *, struct arena *,
    const struct bundles *, const char *name, struct fault_info *);
bool bundle_equal(const struct bundle *, const struct bundle *);

/*
 * Everything that can be known to be wrong with a bundle at time now, for the
 * device with this request key: the root is endorsed by two of the electors,
 * every certificate chains to it and follows its profile, the chain file holds
 * what it must, the policy is signed, the URLs are those of the RA, and the
 * enrollment certificate belongs to the key.  The fault's text begins with the
 * name of the file that is wrong.
 */
enum fault must_check bundle_check(const struct bundle *,
    const struct scalar *request_key, uint32_t now, struct fault_info *);

#endif /* DEVICE_BUNDLE_H */
