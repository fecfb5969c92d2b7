/* folder.h - a folder for the files of a test. */
#ifndef TEST_UNIT_STORE_FOLDER_H
#define TEST_UNIT_STORE_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/file.h"

/* Makes an empty folder and fills its path. */
void folder_make(char out[PATH_SIZE]);
/* Removes it with everything in it. */
void folder_remove(const char *path);
/* Files in it whose name ends so. */
size_t folder_count(const char *path, const char *end);
/* Path of the only file whose name ends so. */
void folder_only(const char *path, const char *end, char out[PATH_SIZE]);

/* The same numbers on every run: splitmix64. */
uint64_t test_random(uint64_t *state);

#endif /* TEST_UNIT_STORE_FOLDER_H */
