/* publish.h - the thread that makes composites and brings them to the store. */
#ifndef CRLG_PUBLISH_H
#define CRLG_PUBLISH_H

#include "role/crlg/crlg.h"

/* Until the daemon stops. */
void publish_run(void *crlg, struct service *);

#endif /* CRLG_PUBLISH_H */
