/*
 * bundle.h - the bootstrap bundle: a ZIP with one folder per device, that
 * holds all a device needs to begin (design.md section 4).
 */
#ifndef SCMS_BUNDLE_H
#define SCMS_BUNDLE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "tool/scms/site.h"

/* What one device gets for itself. */
struct bundle_device {
	const char *name;
	uint8_t id[8];		     /* HashedId8 of its certificate */
	struct bytes certificate;    /* enrollment.oer */
	struct bytes reconstruction; /* enrollment.s: 32 octets */
};

/* The same devices and the same environment give the same octets. */
enum fault must_check bundle_build(struct bytes *out, struct arena *,
    const struct site *, const struct bundle_device *, size_t n,
    struct fault_info *);

#endif /* SCMS_BUNDLE_H */
