/*
 * canonical.h - canonical octets of decoded values: the octets received where
 * they are canonical, else a new encoding in the arena.
 */
#ifndef CERT_CANONICAL_H
#define CERT_CANONICAL_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "schema/dot2.h"

enum fault must_check canonical_tbs_certificate(struct bytes *out,
    struct arena *, const to_be_signed_certificate *, struct fault_info *);
enum fault must_check canonical_certificate(struct bytes *out, struct arena *,
    const certificate *, struct fault_info *);
enum fault must_check canonical_tbs_data(struct bytes *out, struct arena *,
    const to_be_signed_data *, struct fault_info *);
enum fault must_check canonical_data(struct bytes *out, struct arena *,
    const ieee1609_dot2_data *, struct fault_info *);

#endif /* CERT_CANONICAL_H */
