/*
 * room.h - how much a device with little storage may still take.
 */
#ifndef DEVICE_ROOM_H
#define DEVICE_ROOM_H

#include "device/device.h"
#include "device/week.h"

struct room {
	/* Left; UINT64_MAX: no limit. */
	uint64_t certificates, octets;
};

/* What the terms allow less what all places and kinds hold. */
enum fault must_check room_open(struct room *, const struct monarch_device *,
    const struct monarch_download_terms *, struct fault_info *);
bool room_is_limited(const struct room *);
/* Could one more certificate be taken? */
bool room_is_left(const struct room *);
/* Takes away from the week what there is no room for, and the rest from the
 * room.  A former file of the week makes room; if the week would be no more
 * than that, it is emptied and the file stays. */
void room_take(struct room *, struct week *, const struct folder *store);

#endif /* DEVICE_ROOM_H */
