/* accept.h - a composite CRL from the CRL generator, verified before it is
 * given out. */
#ifndef CRLSTORE_ACCEPT_H
#define CRLSTORE_ACCEPT_H

#include "cert/trust.h"
#include "role/crlstore/crlstore.h"

#define CRLSTORE_COMPOSITE_MAX ((size_t)64 << 20)

/*
 * Verifies all lists of a composite (signer, permission, series, root, dates),
 * and that none is older than, or missing from, what is given out now; then
 * gives it out.  What is given out already is fine.  DUPLICATE, TOO_OLD: the
 * one that is given out is newer; those of crl_composite_open; STORE, IO,
 * EXISTS: it cannot be written.  After a fault nothing has changed.
 */
enum fault must_check accept_composite(
    struct crlstore *, struct bytes, uint32_t now, struct fault_info *);

http_handler crlstore_handle_composite;

#endif /* CRLSTORE_ACCEPT_H */
