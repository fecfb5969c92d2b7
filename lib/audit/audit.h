/*
 * audit.h - the audit log of a component: what it issued, answered, decided,
 * each line durable before its effect is released.
 *
 *	FOLDER/audit/log
 *	<number> <time> <event> <key=value ...> sha256=<hash>	(line.h)
 *
 * A text has no secret in it, and nothing that links a device to a
 * certificate: batches are named by count and by a digest over their HPCRs.
 *
 * The daemon and commands beside it may write at once, and any thread.
 */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/line.h"
#include "base/attr.h"
#include "base/fault.h"

enum audit_event {
#define EVENT(id, word) AUDIT_##id,
#include "audit/event.def"
};

#define AUDIT_FOLDER "audit"
#define AUDIT_FILE   "audit/log"

struct audit;

/* Opens or makes it (0700, 0600) in the component's folder.  A last line that
 * a crash cut off goes.  STORE: the end is no line of such a log; IO. */
enum fault must_check audit_open(
    struct audit **, const char *folder, struct fault_info *);
void audit_close(struct audit *); /* NULL is fine */

/*
 * One line, on disk when it returns.  After a failure the log is as it was, the
 * caller releases nothing, and the next call tries again.
 */
enum fault must_check audit_write(struct audit *, enum audit_event,
    struct fault_info *, const char *fmt, ...) printf_like(4, 5);

/* Did the last write fail?  Then why. */
bool audit_is_broken(struct audit *, struct fault_info *);

/*
 * Reads a whole log: does every line follow from those before?  *end is the
 * last line.  each (may be NULL) is called with every line that does, from its
 * time on.  HASH_MISMATCH names the first that does not; NOT_FOUND: there is no
 * log; its folder is that of the component.
 */
typedef void audit_line_fn(void *ctx, const struct audit_end *,
    struct bytes time, struct bytes event, struct bytes text);
enum fault must_check audit_verify(struct audit_end *end, const char *folder,
    audit_line_fn *each, void *ctx, struct fault_info *);

#endif /* AUDIT_AUDIT_H */
