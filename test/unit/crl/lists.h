/*
 * lists.h - lists that tests of CRLs sign and open, by the generator and root
 * of the hierarchy in test/unit/cert/common.h.
 */
#ifndef TEST_CRL_LISTS_H
#define TEST_CRL_LISTS_H

#include "cert/crl.h"
#include "cert/spdu.h"
#include "test/unit/cert/common.h"

#define WEEK 604800u

/* Empty, about the root's certificates, issued now. */
struct crl list_of(uint16_t series);
/* Two entries. */
struct crl list_with_hashes(uint16_t series);
/* Seeds 01.., 02.. of one pair of LAs. */
struct crl list_with_seeds(void);

struct bytes contents_of(const struct crl *);
struct bytes signed_by(const struct party *, const struct crl *);
/* Anything, under any header, without a look at permissions. */
struct bytes signed_as(
    const struct party *, const struct spdu_header *, struct bytes contents);

#define ROOM 16
/* A CompositeCrl of lists, BYTES_NONE at the end. */
struct bytes composite_of(struct bytes first, ...);
/* 1 to 4 by the generator, 256 by the root, all empty; each issued at time. */
struct bytes whole_composite(uint32_t time);

extern const struct crl_rules now_rules;

#endif /* TEST_CRL_LISTS_H */
