/* folder.h - a temporary folder for one test. */
#ifndef TEST_DEVICE_FOLDER_H
#define TEST_DEVICE_FOLDER_H

#include "base/file.h"

/* Makes one; out has room for PATH_SIZE. */
void temporary_folder(char out[PATH_SIZE]);
/* Removes it with all that is in it. */
void remove_folder(const char *path);
/* SHA-256 over names, modes and contents of all files below, in order; locks
 * left out. */
void folder_digest(uint8_t out[32], const char *path);

#endif /* TEST_DEVICE_FOLDER_H */
