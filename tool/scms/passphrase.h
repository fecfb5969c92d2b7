/* passphrase.h - the passphrase of the offline keys. */
#ifndef SCMS_PASSPHRASE_H
#define SCMS_PASSPHRASE_H

#include "base/bytes.h"
#include "base/fault.h"

#define PASSPHRASE_SHORTEST 8
#define PASSPHRASE_SIZE	    256

/* Wipe after use. */
struct passphrase {
	char text[PASSPHRASE_SIZE]; /* NUL-terminated */
	size_t n;
};

/* The first line of a file; file NULL: asked for twice on the terminal,
 * without echo.  FAULT_USAGE: too short, too long, not the same twice, no
 * terminal. */
enum fault must_check passphrase_get(
    struct passphrase *, const char *file, struct fault_info *);

#endif /* SCMS_PASSPHRASE_H */
