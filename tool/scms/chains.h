/*
 * chains.h - the next version of a chain file (GCCF or LCCF): what is over
 * goes, what is new comes.
 */
#ifndef SCMS_CHAINS_H
#define SCMS_CHAINS_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "cert/cert.h"
#include "cert/chainfile.h"

struct chains_update {
	const struct bytes *added; /* encoded certificates */
	size_t added_n;
	/* Components that are gone: those that certified nobody (perm.h) leave
	 * at once, CAs when they end, because their certificates are in use. */
	const struct bytes *gone;
	size_t gone_n;
	struct bytes ballot; /* on another root; BYTES_NONE: none */
	struct bytes ma;     /* a new MA certificate; BYTES_NONE: the same */
	uint32_t now;	     /* Time32 */
};

/* *next follows *old, in arena memory, encoded in *out.  Versions are one
 * higher; an LCCF takes only what devices need. */
enum fault must_check chains_next(struct bytes *out, struct chain_file *next,
    struct arena *, const struct chain_file *old, const struct chains_update *,
    struct fault_info *);

/* Does an LCCF hold certificates of this kind? */
bool chains_is_for_devices(const struct cert *);

#endif /* SCMS_CHAINS_H */
