/*
 * csr_terms.h - PSIDs, SSPs and regions as they are written on the command
 * line.
 */
#ifndef OBE_CSR_TERMS_H
#define OBE_CSR_TERMS_H

#include "device/monarch.h"
#include "tool/obe/cmd.h"

#define TERMS_MAX 64

struct csr_lists {
	struct monarch_psid psid[TERMS_MAX];
	struct monarch_country country[TERMS_MAX];
	struct monarch_place place[TERMS_MAX];
	uint8_t region[TERMS_MAX * 4]; /* of all countries */
	size_t psids, countries, places, regions;
};

/* --psid P[,P...] | P:SSP | P:VALUE/MASK; the latter in hexadecimal. */
enum fault must_check csr_read_psids(
    struct csr_lists *, const struct opt_list *, struct fault_info *);
/*
 * --region C[,C...] | C:R,R... | circle:LAT,LON,METERS |
 * rectangle:LAT,LON,LAT,LON | polygon:LAT,LON;LAT,LON;...
 * Countries and rectangles may be several, of one form only.
 */
enum fault must_check csr_read_region(struct monarch_region *,
    struct csr_lists *, const struct opt_list *, struct fault_info *);

#endif /* OBE_CSR_TERMS_H */
