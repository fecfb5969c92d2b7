/* policy_update.h - visits to the PG, which keeps GPF and GCCF. */
#ifndef RA_POLICY_UPDATE_H
#define RA_POLICY_UPDATE_H

#include "role/ra/ra.h"

/* Thread: asks for both at the start and whenever the retrieval interval of
 * the policy in force is over, and makes LPF and LCCF of what is new. */
void policy_run(void *ra, struct service *);
/* One visit; what failed is in the log and changed nothing.  Returns after how
 * many milliseconds to come again; 0: when the interval is over. */
unsigned policy_visit(struct ra *);

/* Degraded: no PG for two intervals; the latest visit changed nothing, although
 * it should have. */
void policy_health(struct ra *, struct service_health *);

/* scms-ra DIR/ra policy-wishes, policy-request and policy-install. */
int policy_command_wishes(struct service *, int argc, char **argv);
int policy_command_request(struct service *, int argc, char **argv);
int policy_command_install(struct service *, int argc, char **argv);

#endif /* RA_POLICY_UPDATE_H */
