/* policy_store.h - policies on disk; for policy_make.c, see there. */
#ifndef RA_POLICY_STORE_H
#define RA_POLICY_STORE_H

#include "role/ra/policy_make.h"

/* The name of a next LPF: *version becomes the first number behind it that was
 * never used.  TOO_LARGE: there is none. */
enum fault must_check policy_next_name(struct ra *, const char **name,
    uint32_t *version, struct arena *, uint32_t global, struct fault_info *);
/* Adds a version. */
enum fault must_check policy_keep(struct ra *, const char *name, struct bytes,
    const char *who, struct fault_info *);
/* The LPF in force may be one that was laid there; it stays retrievable. */
enum fault must_check policy_keep_current(
    struct ra *, struct arena *, struct fault_info *);
enum fault must_check policy_keep_wishes(struct ra *, struct arena *,
    const struct policy_input *, struct fault_info *);

#endif /* RA_POLICY_STORE_H */
