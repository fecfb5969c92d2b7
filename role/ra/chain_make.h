/*
 * chain_make.h - our local certificate chain file, made of the GCCF: all that
 * devices need, each certificate validated up to a root that we trust.
 *
 * In data/policy all versions stay: global_certificate_chains_*.oer as the PG
 * gave them, local_certificate_chains_*.oer as they were published.
 */
#ifndef RA_CHAIN_MAKE_H
#define RA_CHAIN_MAKE_H

#include "role/ra/ra.h"

#define CHAIN_GCCF "global_certificate_chains_"

/* Keeps a GCCF, then chain_update.  BAD_MESSAGE; DENIED: it is older than the
 * one that the LCCF in force was made of. */
enum fault must_check chain_keep_gccf(struct ra *, struct arena *,
    struct bytes file, const char *who, struct fault_info *);
/* Publishes an LCCF of the newest GCCF at hand, if it is newer than the one
 * that the LCCF in force was made of. */
enum fault must_check chain_update(
    struct ra *, struct arena *, const char *who, struct fault_info *);

#endif /* RA_CHAIN_MAKE_H */
