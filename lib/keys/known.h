/*
 * known.h - the certificate of a peer, by its name.
 */
#ifndef KEYS_KNOWN_H
#define KEYS_KNOWN_H

#include "cert/perm.h"
#include "keys/component.h"

/*
 * Of the certificates in folder/known with this name and role whose chains
 * hold at this time, the one that began last: a component that is renewed
 * keeps its name.  The folder is read anew, so that a certificate laid there a
 * moment ago counts.  Memory comes from the arena.  FAULT_NO_CERTIFICATE.
 */
enum fault must_check known_find(struct cert **out, struct arena *,
    const struct component *, const char *folder, const char *name,
    enum scms_role, uint32_t time, struct fault_info *);

#endif /* KEYS_KNOWN_H */
