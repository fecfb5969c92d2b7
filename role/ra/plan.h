/*
 * plan.h - which units there are to be: for each device all periods from the
 * running one to the horizon, as soon as its chain has PLVs for them.
 */
#ifndef RA_PLAN_H
#define RA_PLAN_H

#include "role/ra/ra.h"

/*
 * One pass: notes contacts, drops pools whose period is over, puts refused
 * units back, gives chains to devices without one and plans what can be
 * planned, some hundred devices per commit.  *busy: there may be more to do.
 */
enum fault must_check plan_pass(
    struct ra *, struct db *, bool *busy, struct fault_info *);
/* The thread. */
void plan_run(void *ra, struct service *);

#endif /* RA_PLAN_H */
