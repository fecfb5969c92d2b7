/* enter.h - what an operator revokes, and asks for: commands beside the running
 * daemon. */
#ifndef CRLG_ENTER_H
#define CRLG_ENTER_H

#include "role/crlg/crlg.h"

/*
 * Puts a certificate on the list of its series, until it ends; durable, and in
 * the audit log, when it returns.  UNTRUSTED_ROOT: another root's; DENIED: its
 * series is not made by hand (1: the MA's matter; 256: the root's);
 * EXPIRED; DUPLICATE: it is there already.
 */
enum fault must_check enter_certificate(struct crlg *, struct arena *,
    struct bytes certificate, uint32_t now, struct fault_info *);
/* A new composite is wanted, even if nothing has changed. */
enum fault must_check enter_wish(struct crlg *, struct fault_info *);
/* Waits until the store has a composite with all that was asked for.  BUSY: not
 * within so many seconds. */
enum fault must_check enter_wait(
    struct crlg *, unsigned seconds, struct fault_info *);

extern const struct service_command crlg_commands[];
#define CRLG_COMMANDS 2

#endif /* CRLG_ENTER_H */
