/* enter.h - what an operator revokes, and asks for: commands beside the running
 * daemon. */
#ifndef CRLG_ENTER_H
#define CRLG_ENTER_H

#include "role/crlg/crlg.h"

/*
 * Puts n certificates on the lists of their series, until they end, all or
 * none; durable, and in the audit log, when it returns.  The text of a fault
 * begins with the name of the certificate.  UNTRUSTED_ROOT: another root's;
 * DENIED: its series is not made by hand (1: the MA's matter; 256: the root's);
 * EXPIRED; DUPLICATE: it is there already.
 */
struct enter_file {
	const char *name;
	struct bytes certificate;
};
enum fault must_check enter_certificates(struct crlg *, struct arena *,
    const struct enter_file *, size_t n, uint32_t now, struct fault_info *);
/* A new composite is wanted, even if nothing has changed. */
enum fault must_check enter_wish(struct crlg *, struct fault_info *);
/* Waits until the store has a composite with all that was asked for.  BUSY: not
 * within so many seconds. */
enum fault must_check enter_wait(
    struct crlg *, unsigned seconds, struct fault_info *);

extern const struct service_command crlg_commands[];
#define CRLG_COMMANDS 2

#endif /* CRLG_ENTER_H */
