/* certificate.h - a certificate that an operator shows. */
#ifndef MA_CERTIFICATE_H
#define MA_CERTIFICATE_H

#include "base/arena.h"
#include "base/fault.h"
#include "cert/cert.h"

/* From a file that is a certificate, or a message with that of its signer; not
 * checked.  IO, NOT_FOUND, TOO_LARGE, BAD_MESSAGE: neither of them. */
enum fault must_check ma_certificate_read(
    struct cert **out, struct arena *, const char *path, struct fault_info *);

#endif /* MA_CERTIFICATE_H */
