/*
 * fetch.h - authenticated downloads from the RA, whole or in what pieces the
 * network allows.
 */
#ifndef DEVICE_FETCH_H
#define DEVICE_FETCH_H

#include "device/device.h"

#define FETCH_LIMIT (1u << 20) /* octets of one file */

/*
 * The file of this name at path.  Where an earlier transfer broke off, goes on
 * in pieces of 4 KB, each of which is kept in the folder "download", so that
 * a bad network at last delivers all of it, over as many runs as it takes.
 * Faults: those of ra_call.
 */
enum fault must_check fetch(struct monarch_device *, struct bytes *out,
    struct arena *, const char *path, const char *filename, bool extra_octet,
    struct fault_info *);
/* The file was no good or is no longer needed: its pieces go. */
void fetch_forget(struct monarch_device *, const char *filename);

#endif /* DEVICE_FETCH_H */
