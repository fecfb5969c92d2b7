/*
 * requests.h - requests to a PCA whose secrets the test knows, and the check
 * of what comes back with plain OpenSSL.
 */
#ifndef TEST_REQUESTS_H
#define TEST_REQUESTS_H

#include "crypto/linkage.h"
#include "crypto/p256.h"
#include "plv/plv.h"
#include "test/unit/plv/world.h"

typedef struct ra_pca_cert_request_msg ra_pca_cert_request_msg;
typedef struct scms_pdu scms_pdu;

/* One request and all that its device could know. */
struct asked {
	struct scalar b, h; /* private keys of B and H */
	uint16_t i;
	struct lv lv;
	struct bytes octets; /* COER ScmsPDU */
	uint8_t hpcr[32];
};

struct asking {
	struct arena *arena;
	const struct plv_key *key[2];
	uint16_t i;
	bool compressed;
	bool same_lv; /* PLVs of seed zero */
	/* Changes the request before it is encoded; may be NULL. */
	void (*change)(ra_pca_cert_request_msg *, struct arena *);
};

void ask(struct asked *, const struct asking *);
void ask_many(struct asked *, size_t n, const struct asking *);

/* MonarchCertificateBatchRequest, signed. */
struct bytes batch_message(struct arena *, const struct asked *, size_t n,
    const uint8_t batch_id[16], const struct component *signer);
struct bytes confirm_message(
    struct arena *, const uint8_t batch_id[16], const struct component *);
/* SecuredRaPcaCertificateRequest. */
struct bytes
single_message(struct arena *, const struct asked *, const struct component *);

/* The replies in a signed answer; each is a decoded ScmsPDU. */
size_t open_replies(const scms_pdu **, struct arena *, struct bytes answer,
    const struct world *, const uint8_t batch_id[16]);
/* The reply to a request; NULL: there is none. */
const scms_pdu *reply_to(const struct asked *, const scms_pdu *, size_t n);

/* Everything about a success, with plain OpenSSL: signature, encryption,
 * certificate, profile, key.  Returns the octets of the device's response. */
size_t
check_success(const struct asked *, const scms_pdu *, const struct world *);
/* PcaRaRequestErrorCode of a failure, or -1 for the base error. */
int failure_of(const struct asked *, const scms_pdu *);

#endif /* TEST_REQUESTS_H */
