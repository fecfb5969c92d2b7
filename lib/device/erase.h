/*
 * erase.h - removing a folder with all that is in it.
 */
#ifndef DEVICE_ERASE_H
#define DEVICE_ERASE_H

#include "base/fault.h"
#include "base/file.h"

/* A folder's parent, and "<prefix><name>" in it: where it goes before it is
 * erased, or comes from when it is complete.  prefix begins with a dot. */
enum fault must_check erase_beside(char out[PATH_SIZE], char parent[PATH_SIZE],
    const char *folder, const char *prefix, struct fault_info *);
/* Fine if it is not there.  Follows no links, and goes no deeper than a
 * device does. */
enum fault must_check erase(const char *path, struct fault_info *);

#endif /* DEVICE_ERASE_H */
