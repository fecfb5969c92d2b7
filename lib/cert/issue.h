/*
 * issue.h - making certificates.
 *
 * The caller fills a `certificate` with toBeSigned (profile.h does it field by
 * field); version, type, issuer and signature, or the reconstruction value of
 * an implicit one, are set here in a copy; the template stays as it is.
 *
 * For the PCA's templates: the e of many encoded ToBeSignedCertificates of one
 * issuer is sha256_to_sign(e, tbs, issuer->hash, n) of crypto/hash.h, given
 * canonical tbs octets.
 */
#ifndef CERT_ISSUE_H
#define CERT_ISSUE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "cert/cert.h"
#include "cert/sign.h"
#include "crypto/p256.h"

/*
 * Signs an explicit certificate; the signer's certificate is the issuer,
 * NULL: self-signed.  The template's verifyKeyIndicator must hold a
 * verification key.  FAULT_WRONG_PROFILE: it does not; FAULT_KEY_MISMATCH:
 * self-signed under another key than it holds.
 */
enum fault must_check cert_issue_explicit(struct bytes *out, struct arena *,
    const certificate *template, const struct signer *, struct fault_info *);

/* Who issues implicit certificates: r = e*k + d needs the scalar itself. */
struct implicit_issuer {
	const struct cert *cert;
	const struct scalar *d;
};
struct implicit_certificate {
	struct bytes raw;
	struct scalar r; /* secret: goes to the device, encrypted */
};
/*
 * Issues n implicit certificates: template[i] for the request key r_u[i].
 * Whatever the template holds as verifyKeyIndicator is replaced.  verdict[i]
 * (may be NULL): BAD_POINT, BAD_SCALAR, CONSTRAINT, TOO_LARGE; out[i] is
 * empty then.  Returns the first that is not FAULT_OK.
 */
enum fault must_check cert_issue_implicit_batch(
    struct implicit_certificate *out, enum fault *verdict, struct arena *,
    const certificate *const *template, const struct point *r_u, size_t n,
    const struct implicit_issuer *);
/* One; for the ECA. */
enum fault must_check cert_issue_implicit(struct implicit_certificate *out,
    struct arena *, const certificate *template, const struct point *r_u,
    const struct implicit_issuer *, struct fault_info *);

#endif /* CERT_ISSUE_H */
