/*
 * recording.h - SPDUs in files, each named by the moment at which it was sent
 * or received: "<Time64, 16 digits>.spdu".  Other names are fine, too: such a
 * message is received now.
 */
#ifndef OBE_RECORDING_H
#define OBE_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"

struct recorded {
	const char *path;
	uint64_t time; /* Time64; 0: now */
	bool own;      /* sent by ourselves */
};

struct recording {
	struct recorded *v;
	size_t n, room;
};

/* A file, or all files in a folder and in the folders in it.  skip, if not
 * NULL, is a folder of that name in it that is passed over. */
enum fault must_check recording_add(struct recording *, struct arena *,
    const char *path, const char *skip, bool own, struct fault_info *);
/* By time; what is own comes before what others sent at the same time. */
void recording_sort(struct recording *);
/* Writes one; not synced to the disk, for it is nothing to keep. */
enum fault must_check recording_write(
    const char *folder, uint64_t time, struct bytes spdu, struct fault_info *);

#endif /* OBE_RECORDING_H */
