/* info.h - when is the next batch of a device to be expected? */
#ifndef RA_INFO_H
#define RA_INFO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"

struct supply {
	uint32_t next_i, end_i; /* of the device's row */
	uint32_t horizon;	/* first period not generated now */
	uint32_t pca_end;	/* first period never generated, as yet */
	uint32_t weeks;		/* supply_weeks */
	bool waiting;		/* something of it is under way */
};

#define INFO_NEVER UINT32_MAX
#define INFO_SOON  0u

/* The period with whose beginning the next batch comes; INFO_SOON: it is being
 * made; INFO_NEVER: generation has ended. */
uint32_t info_period(const struct supply *);
/* A Time32 as the file holds it, in arena memory. */
struct bytes info_encode(uint32_t time, struct arena *);

#endif /* RA_INFO_H */
