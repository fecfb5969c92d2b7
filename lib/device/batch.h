/*
 * batch.h - a download at work: the batches fetched, what is in them, and what
 * is kept of it.
 */
#ifndef DEVICE_BATCH_H
#define DEVICE_BATCH_H

#include "device/device.h"
#include "device/kind.h"
#include "device/provision.h"
#include "device/response.h"
#include "device/room.h"

/* Batches are checked together, because cryptography is much cheaper in
 * quantity. */
#define GROUP 16

/* One batch: as it came, and what is to be stored of it. */
struct batch {
	uint32_t i;
	struct bytes zip;
	size_t first, n; /* its responses among those of the group */
	bool complete;
};

struct job {
	struct monarch_device *device;
	const struct monarch_download_terms *terms;
	struct monarch_download_result *result;
	struct asking asking; /* of the kind at hand */
	struct response_rules rules;
	struct room room;
	struct arena *arena; /* of the group at hand */
	struct batch batch[GROUP];
	size_t n;
	uint32_t *held; /* periods that need not be fetched, ascending */
	size_t held_n;
	bool accepted; /* the RA took our time for right */
};

/* The name of the file that holds i. */
void job_filename(char out[KIND_NAME_SIZE], const struct job *, uint32_t i);
/* Checks and stores what has been fetched; then the group is empty. */
enum fault must_check batch_finish(struct job *, struct fault_info *);

#endif /* DEVICE_BATCH_H */
