/*
 * zipfile.h - ZIP files: those that strangers made, read with limits, and our
 * own, written stored with fixed times, so that equal contents are equal
 * octets.
 */
#ifndef DEVICE_ZIPFILE_H
#define DEVICE_ZIPFILE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"

/*
 * One file in the ZIP.  When reading, fault tells whether it is usable: bad
 * names (absolute, "..", control characters), names that occur twice,
 * encryption, wrong checksums and wrong sizes make an entry unusable, and data
 * is then empty.  The other entries are not affected.
 */
struct zip_entry {
	const char *name;
	struct bytes data;
	enum fault fault;
};

struct zip_limits {
	size_t entries; /* how many */
	size_t entry;	/* octets of one, unpacked */
	size_t total;	/* octets of all, unpacked */
};

/*
 * Unpacks a whole ZIP into the arena, folders left away.  BAD_MESSAGE: not a
 * ZIP, or torn; TOO_LARGE: more than the limits, by what the ZIP declares,
 * before anything is unpacked.
 */
enum fault must_check zipfile_read(struct zip_entry **out, size_t *n,
    struct arena *, struct bytes in, const struct zip_limits *,
    struct fault_info *);

/* The octets of a ZIP with the n entries, in their order, in the arena. */
enum fault must_check zipfile_build(struct bytes *out, struct arena *,
    const struct zip_entry *, size_t n, struct fault_info *);

#endif /* DEVICE_ZIPFILE_H */
