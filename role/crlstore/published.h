/* published.h - the composite CRL that is given out. */
#ifndef CRLSTORE_PUBLISHED_H
#define CRLSTORE_PUBLISHED_H

#include "base/fault.h"

#define PUBLISHED_NAME 256

/* Name of the last crl_*.oer of a folder, in order of names.
 * FAULT_NOT_FOUND: there is none; FAULT_IO. */
enum fault must_check published_find(
    char out[PUBLISHED_NAME], const char *folder, struct fault_info *);

#endif /* CRLSTORE_PUBLISHED_H */
