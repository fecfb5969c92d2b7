/*
 * report.h - misbehavior reports: from anybody, shuffled, to the MA.
 *
 * The RA cannot read them and learns nothing of who sends them.  It looks at
 * what can be seen from outside, cheapest first: how many have come over this
 * connection, length, form (encryptedData to exactly one recipient, a
 * certificate of our MA), room, repetition.  What is taken is in the store
 * before the answer leaves.
 */
#ifndef RA_REPORT_H
#define RA_REPORT_H

#include "role/ra/ra.h"

/* One step of the thread: releases the pool if it is due, sends one report.
 * FAULT_NOT_FOUND: nothing to do; others: *pause says how many milliseconds to
 * wait. */
enum fault must_check report_step(
    struct ra *, struct arena *, unsigned *pause, struct fault_info *);
void report_run(void *ra, struct service *);
/* Figures of /healthz. */
void report_health(struct ra *, struct service_health *);

#endif /* RA_REPORT_H */
