/*
 * published.h - the composite CRLs of a folder: crl_<period>_<number>.oer, both
 * of four hexadecimal digits.  The last by name is given out.
 */
#ifndef CRLSTORE_PUBLISHED_H
#define CRLSTORE_PUBLISHED_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"

#define PUBLISHED_NAME 256
#define PUBLISHED_KEEP 3 /* somebody may still be reading */

/* Name of the last crl_*.oer of a folder, in order of names.
 * FAULT_NOT_FOUND: there is none; FAULT_IO. */
enum fault must_check published_find(
    char out[PUBLISHED_NAME], const char *folder, struct fault_info *);
/*
 * Adds one behind all others, by a single rename: whoever looks sees the old or
 * the new one.  period names it, unless a later one is there.  Durable on
 * return.  EXISTS: a name that is none of ours sorts behind; IO.
 */
enum fault must_check published_add(char name[PUBLISHED_NAME],
    const char *folder, uint32_t period, struct bytes, struct fault_info *);
/* Removes what is older than the last few, and what a crash has left half
 * written. */
void published_clean(const char *folder);

#endif /* CRLSTORE_PUBLISHED_H */
