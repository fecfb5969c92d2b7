/*
 * identity.h - who a device is and whom it trusts, from its bundle and newer
 * chain files: the store of trusted certificates, the RA, and the enrollment
 * certificate with its private key.
 */
#ifndef DEVICE_IDENTITY_H
#define DEVICE_IDENTITY_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "cert/cert.h"
#include "cert/trust.h"
#include "crypto/p256.h"
#include "device/anchors.h"
#include "device/bundle.h"

#define URL_SIZE 256

struct identity {
	struct arena arena; /* certificates */
	struct trust *trust;
	struct anchors anchors;
	char url[URL_SIZE];    /* of the RA, "https://host:port" */
	char host[URL_SIZE];   /* of the same */
	const struct cert *ra; /* the newest; NULL: none */
	/* Of the newest chain file: older ones are refused. */
	uint32_t gccf_version, lccf_version;
	struct cert *enrollment;
	struct scalar enrollment_key; /* secret */
};

/* Nothing and nobody yet; to be freed. */
void identity_init(struct identity *);
void identity_free(struct identity *);

/* The roots are trusted; URL and name of the RA are those of the bundle. */
enum fault must_check identity_take_anchors(struct identity *,
    const struct anchors *, const struct bundle *, struct fault_info *);
/* One component certificate that is checked up to the root; if it is an RA's
 * of the URL's name, valid now, and newer, it becomes the RA. */
enum fault must_check identity_take_component(struct identity *,
    struct bytes raw, uint32_t now, struct cert **out, struct fault_info *);
/*
 * A chain file (LCCF): a quorum of the electors endorses a root of ours in it,
 * it is for our RA, and its certificates chain to a root (those not valid now,
 * or revoked, are passed over).  What its ballots say is done (anchors.h).
 * Nothing wrong is taken.  REPLAYED: it is older than the one that is held.
 */
enum fault must_check identity_take_lccf(
    struct identity *, struct bytes lccf, uint32_t now, struct fault_info *);
/* The RA's certificate, for a message to or from it.  REVOKED; NO_CERTIFICATE:
 * none is valid now.  A device that was off for long has none until it has
 * fetched a new chain file, which takes no message. */
enum fault must_check identity_find_ra(const struct cert **,
    const struct identity *, uint32_t now, struct fault_info *);
/* An enrollment certificate, checked, and its key from s and that of the
 * request; KEY_MISMATCH: they do not belong together.  The fault's text begins
 * with the name of the file that is wrong. */
enum fault must_check identity_take_enrollment(struct identity *,
    struct bytes cert, struct bytes s, const struct scalar *request_key,
    uint32_t now, struct fault_info *);

/* Do an enrollment certificate whose chain was checked, s and the key of a
 * request belong together?  KEY_MISMATCH, BAD_MESSAGE. */
enum fault must_check identity_check_key(const struct cert *, struct bytes s,
    const struct scalar *request_key, struct fault_info *);

/* "https://host[:port]", blanks around it, to a URL with port, and its host. */
enum fault must_check url_parse(char url[URL_SIZE], char host[URL_SIZE],
    struct bytes text, struct fault_info *);

#endif /* DEVICE_IDENTITY_H */
