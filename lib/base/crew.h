/*
 * crew.h - threads that help with work that falls into parts.
 *
 * A thread that has a message to work on keeps all processors busy: it hands
 * out parts to whoever of the crew is idle, and does parts itself meanwhile.
 */
#ifndef BASE_CREW_H
#define BASE_CREW_H

#include <stddef.h>

struct crew;

/* helpers: threads beside the callers, 0 or more.  Out of memory or threads:
 * log_fatal. */
struct crew *crew_new(unsigned helpers);
/* One helper less than there are processors. */
struct crew *crew_for_machine(void);
void crew_free(struct crew *); /* NULL is fine; nobody may be in crew_run */

/*
 * Calls part(ctx, k) once for each k < n, by several threads at once, and
 * returns when all have returned.  Any thread may call, several at once; a
 * part must not call crew_run.
 */
void
crew_run(struct crew *, void (*part)(void *ctx, size_t k), void *ctx, size_t n);

#endif /* BASE_CREW_H */
