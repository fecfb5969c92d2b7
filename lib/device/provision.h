/*
 * provision.h - asking the RA for certificates of one kind.
 */
#ifndef DEVICE_PROVISION_H
#define DEVICE_PROVISION_H

#include "device/device.h"
#include "device/provision_file.h"

/* A kind in the place of a device, and what is known of its request. */
struct asking {
	struct monarch_device *device;
	enum monarch_kind kind;
	struct folder store;	    /* of the kind (place.h) */
	struct provision_file file; /* secret; request n 0: none yet */
	struct arena *arena;	    /* that it lies in */
	const struct monarch_provision_terms *terms;
};

/* Reads what there is, or makes new keys.  To be wiped. */
enum fault must_check asking_open(struct asking *, struct monarch_device *,
    enum monarch_kind, const struct monarch_provision_terms *, struct arena *,
    struct fault_info *);
/* Has the kind been asked for? */
bool is_asked(const struct monarch_device *, enum monarch_kind);
/* Had it been under the former enrollment certificate? */
bool was_asked(const struct monarch_device *, enum monarch_kind);
/* Asks unless the RA has answered: the stored request if there is one. */
enum fault must_check asking_ask(struct asking *, struct fault_info *);

/*
 * Application certificates: sets up another request when the one that is
 * answered has been used up: its certificate is held and in its last day, or
 * its time is over.  `changed`: also when the policy has other terms now than
 * it was made under and its certificate is not held; should the RA not take
 * another request, the former stands.
 */
enum fault must_check application_next(
    struct asking *, bool changed, struct fault_info *);

/* What monarch_provision and monarch_download do with MONARCH_ANY: USAGE when
 * the enrollment certificate leaves it open. */
enum fault must_check provision_kind(enum monarch_kind *,
    const struct monarch_device *, enum monarch_kind asked,
    struct fault_info *);

#endif /* DEVICE_PROVISION_H */
