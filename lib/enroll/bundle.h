/*
 * bundle.h - the bootstrap bundle: a ZIP with one folder per device, that
 * holds all a device needs to begin (design.md section 4).
 */
#ifndef ENROLL_BUNDLE_H
#define ENROLL_BUNDLE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"

/* What one device gets for itself. */
struct bundle_device {
	const char *name;
	struct bytes certificate;    /* enrollment.oer */
	struct bytes reconstruction; /* enrollment.s: 32 octets */
	struct bytes eca;	     /* who signed; BYTES_NONE: ECA.oer */
	/* Only where the key was made for the device, else BYTES_NONE. */
	struct bytes request; /* request.oer */
	struct bytes key;     /* request.key: 32 octets, secret */
};

/* What all of them get. */
struct bundle_source {
	const char *folder; /* public files of the environment */
	const char *ra_url;
};

/* The same devices and the same source give the same octets. */
enum fault must_check bundle_build(struct bytes *out, struct arena *,
    const struct bundle_source *, const struct bundle_device *, size_t n,
    struct fault_info *);

#endif /* ENROLL_BUNDLE_H */
