/*
 * ledger.h - which questions were answered, for ever, and how much was asked
 * about in the last 24 hours, for each purpose.  Thread-safe.
 */
#ifndef INQUIRY_LEDGER_H
#define INQUIRY_LEDGER_H

#include <stdint.h>

#include "base/fault.h"
#include "crypto/hash.h"

struct ledger;

enum fault must_check ledger_open(
    struct ledger **, const char *path, struct fault_info *);
void ledger_close(struct ledger *); /* NULL is fine */

struct ledger_entry {
	struct digest seen; /* tells the message */
	unsigned kind;
	unsigned purpose;
	size_t weight; /* entries that count */
	uint32_t time;
};

/*
 * Enters a question: durable when it returns.  before is called when it may be
 * entered, and its fault keeps it out.  REPLAYED: it is in already; LIMIT: more
 * than per_day of its purpose with it; STORE.  After any fault nothing has
 * changed.
 */
enum fault must_check ledger_enter(struct ledger *, const struct ledger_entry *,
    uint64_t per_day, enum fault (*before)(void *ctx, struct fault_info *),
    void *ctx, struct fault_info *);

#endif /* INQUIRY_LEDGER_H */
