/*
 * message.h - the signed messages of the key agreement (la-pca.asn), which
 * travel as files or through the RA: SignedPcaLaKeyAgreementRequest,
 * SignedLaPcaKeyAgreementResponse, SignedPcaLaKeyAgreementAck.
 */
#ifndef PLV_MESSAGE_H
#define PLV_MESSAGE_H

#include "base/arena.h"
#include "base/fault.h"
#include "cert/encrypt.h"
#include "cert/perm.h"
#include "keys/component.h"

typedef struct encrypted_data encrypted_data;
typedef struct la_pca_interface_pdu la_pca_interface_pdu;

#define PLV_MESSAGE_MAX 8192

/* R, wrapped as unsecuredData (03 80 20 R), encrypted to a certificate. */
enum fault must_check plv_contribution_seal(encrypted_data *out, struct arena *,
    const uint8_t r[32], const struct cert *to, struct fault_info *);
enum fault must_check plv_contribution_open(uint8_t r[32], struct arena *,
    const encrypted_data *, const struct decryption_key *, struct fault_info *);

/* The signed message. */
enum fault must_check plv_message_sign(struct bytes *out, struct arena *,
    const la_pca_interface_pdu *, const struct signer *, struct fault_info *);

struct plv_message {
	const la_pca_interface_pdu *pdu;
	const struct cert *signer; /* checked, at now */
	const char *signer_name;
	uint8_t hash[8]; /* of the octets */
};
/* Verifies; the signer must have this role. */
enum fault must_check plv_message_open(struct plv_message *out, struct arena *,
    struct bytes in, const struct component *, enum scms_role,
    struct fault_info *);

#endif /* PLV_MESSAGE_H */
