/* provision.h - has the RA accepted this device's request? */
#ifndef DEVICE_PROVISION_H
#define DEVICE_PROVISION_H

#include "device/provision_file.h"

/* The keys and the request that the RA has acknowledged.  NOT_FOUND: it has
 * not yet. */
enum fault must_check provision_acked(struct provision_file *, struct arena *,
    const struct folder *, struct fault_info *);

#endif /* DEVICE_PROVISION_H */
