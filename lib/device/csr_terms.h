/*
 * csr_terms.h - what a device asks for, as the standard writes it down.
 */
#ifndef DEVICE_CSR_TERMS_H
#define DEVICE_CSR_TERMS_H

#include "base/arena.h"
#include "base/fault.h"
#include "device/monarch.h"
#include "schema/dot2.h"

/* In the arena.  FAULT_USAGE: nothing, or something that cannot be. */
enum fault must_check csr_region(geographic_region **out, struct arena *,
    const struct monarch_region *, struct fault_info *);
/* One group for end entities.  FAULT_USAGE: none, too many, or one twice. */
enum fault must_check csr_permissions(sequence_of_psid_group_permissions **out,
    struct arena *, const struct monarch_psid *, size_t n, struct fault_info *);

#endif /* DEVICE_CSR_TERMS_H */
