/*
 * file.h - whole files, written so that a crash leaves the old or the new.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"

/* Reads a file of at most limit octets into arena memory.
 * FAULT_NOT_FOUND, FAULT_TOO_LARGE, FAULT_IO. */
enum fault must_check file_read(struct bytes *out, struct arena *,
    const char *path, size_t limit, struct fault_info *);
/* Temporary file in the same folder, fsync, rename, fsync of the folder. */
enum fault must_check file_write(
    const char *path, struct bytes, mode_t, struct fault_info *);
/* As file_write, but FAULT_EXISTS if path exists. */
enum fault must_check file_create(
    const char *path, struct bytes, mode_t, struct fault_info *);
/* Creates a folder, durably, so that what is synced in it later stays; fine
 * if it exists. */
enum fault must_check file_mkdir(const char *path, mode_t, struct fault_info *);
/* Makes names in a folder durable. */
enum fault must_check file_sync_folder(const char *path, struct fault_info *);
bool file_exists(const char *path);

/* Path "a/b"; lives in static-size buffers of the caller. */
#define PATH_SIZE 1024
/* Joins with "/"; aborts if the result exceeds PATH_SIZE. */
void path_join(char out[PATH_SIZE], const char *, const char *);

#endif /* BASE_FILE_H */
