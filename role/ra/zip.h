/*
 * zip.h - a ZIP file with stored entries (PKWARE APPNOTE 4.3, method 0).
 *
 * The octets depend on names and contents only: fixed times, no attributes,
 * entries in the order given.  So a download can be continued with Range
 * although the file is built anew for each request.
 */
#ifndef RA_ZIP_H
#define RA_ZIP_H

#include <stddef.h>

#include "base/bytes.h"

#define ZIP_NAME 28 /* <hash>_<i>, 16 and 8 digits */

struct zip_entry {
	char name[ZIP_NAME];
	struct bytes contents;
};

/* At most 65,534 entries, and 4 GiB in all. */
#define ZIP_ENTRIES_MAX 65534

/* Octets of the file. */
size_t zip_size(const struct zip_entry *, size_t n);
/* Appends the file; the writer fails when it has less room than that. */
void zip_write(struct writer *, const struct zip_entry *, size_t n);

#endif /* RA_ZIP_H */
