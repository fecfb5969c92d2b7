/* bring.h - starting and stopping some of the parts of an environment. */
#ifndef SCMS_BRING_H
#define SCMS_BRING_H

#include <stdbool.h>
#include <stdint.h>

#include "tool/scms/part.h"
#include "tool/scms/site.h"

/* Starts those wanted that are there and do not run, waits until they are
 * ready, and prints a line for each.  CMD_OK, or CMD_FAILED if one is not. */
int
bring_up(const struct site *, const bool wanted[PART_COUNT], int64_t seconds);
/* Asks those wanted that run to stop, waits, and prints a line for each.
 * CMD_OK, or CMD_FAILED if one stays. */
int bring_down(const char *dir, const bool wanted[PART_COUNT], int64_t seconds);

#endif /* SCMS_BRING_H */
