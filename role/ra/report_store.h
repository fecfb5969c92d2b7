/*
 * report_store.h - misbehavior reports that wait to be sent (reports.db).
 *
 * A report is a row under the lot that it drew when it came: 16 random octets.
 * Rows lie in that order and nothing else is kept of them, neither a sender nor
 * a time nor which came first.  They fill a pool; when the pool is released,
 * all of it becomes free to be sent, in the order of the lots, which is a
 * uniform permutation.  What comes later waits for the next release.
 *
 * Of a repeated report (SHA-256) only the first is kept; that is known for
 * seven days, by the day on which it came.
 *
 *	report	POOLED -> released -> row deleted
 *	filling	one row while the pool is not empty: since when
 *	seen	the hash of each report of the last days
 */
#ifndef RA_REPORT_STORE_H
#define RA_REPORT_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"

struct reports;

#define REPORT_LOT	 16u
#define REPORT_SEEN_DAYS 7u

/* What the store may hold and take. */
struct report_limits {
	uint64_t waiting; /* reports, sent or not */
	uint64_t octets;  /* of them */
	uint64_t an_hour; /* reports that are taken */
};

/* Opens or creates.  Borrows nothing. */
enum fault must_check reports_open(struct reports **, const char *path,
    const struct report_limits *, struct fault_info *);
/* NULL is allowed. */
void reports_close(struct reports *);

/* One that is to be stored, and what became of it: OK (stored, or known),
 * TOO_MANY (the store is full, or the hour's number is reached). */
struct report {
	struct bytes octets;
	enum fault fault;
	bool is_known;
};

/* All in one commit, durable on return; now is Time32.  grain: the time since
 * when the pool fills is kept as a multiple of so many seconds.  On a fault
 * (FAULT_STORE ...) none is stored. */
enum fault must_check reports_add(struct reports *, struct report *, size_t n,
    uint32_t now, uint32_t grain, struct fault_info *);

/* When a pool is released: at so many reports, or so many seconds after it
 * began to fill. */
struct report_rule {
	uint32_t count, age;
};

/* Releases the pool if it is due.  *n: so many reports, 0: not due. */
enum fault must_check reports_release(struct reports *, uint64_t *n,
    const struct report_rule *, uint32_t now, struct fault_info *);

/* The next one to be sent, in arena memory.  FAULT_NOT_FOUND: there is none. */
enum fault must_check reports_next(struct reports *, uint8_t lot[REPORT_LOT],
    struct bytes *octets, struct arena *, struct fault_info *);
/* It was sent. */
enum fault must_check reports_taken(struct reports *,
    const uint8_t lot[REPORT_LOT], size_t octets, struct fault_info *);

struct report_figures {
	uint64_t pooled, released, octets;
};
void reports_figures(struct reports *, struct report_figures *);

#endif /* RA_REPORT_STORE_H */
