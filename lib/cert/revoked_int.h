/*
 * revoked_int.h - inside of a struct revoked; for revoked*.c.
 */
#ifndef CERT_REVOKED_INT_H
#define CERT_REVOKED_INT_H

#include "cert/lineset.h"
#include "cert/revoked.h"
#include "crypto/linkage.h"

#define REVOKED_PERIODS 2

struct revoked_held {
	struct digest id;
	uint8_t craca[CERT_ID_SIZE];
	uint16_t series;
	uint32_t issued, next, i_rev;
	bool linked;
	/* Linkage values of base and of base + 1; or digests, in the first.
	 * The lines are in the image. */
	struct lineset set[REVOKED_PERIODS];
};

struct revoked {
	uint8_t *image; /* mapped */
	size_t size;
	struct revoked_terms terms;
	struct digest source;
	uint32_t base, until;
	size_t n;
	struct revoked_held list[REVOKED_LISTS];
};

/* With nothing in it yet. */
struct revoked *revoked_alloc(const struct revoked_terms *);
/* The period that is "base" at this time. */
uint32_t revoked_base(const struct revoked_terms *, uint32_t now);
/* The list of this CRACA, of whose HashedId8 these are the last octets, and
 * series; NULL: there is none. */
const struct revoked_held *revoked_find(const struct revoked *,
    const uint8_t *craca, size_t craca_n, uint16_t series);
/* The set of a list's values of period i; NULL: it has none. */
const struct lineset *
revoked_set(const struct revoked *, const struct revoked_held *, uint32_t i);

/* Memory for tables of the sizes that the sets have, which get their lines;
 * all zero.  TOO_LARGE. */
enum fault must_check revoked_image_new(struct revoked *, struct fault_info *);
/* Writes what goes before and behind the tables. */
void revoked_image_seal(struct revoked *);

#endif /* CERT_REVOKED_INT_H */
