/* message.c - the signed messages of the key agreement. */
#include <string.h>

#include "base/secret.h"
#include "base/time32.h"
#include "cert/spdu.h"
#include "plv/message.h"
#include "schema/scms_protocol.h"

#define R_OCTETS 32

enum fault
plv_contribution_seal(encrypted_data *out, struct arena *arena,
    const uint8_t r[R_OCTETS], const struct cert *to, struct fault_info *fi)
{
	struct recipient recipient;
	struct bytes plain, sealed;

	TRY(recipient_of_cert(&recipient, to, fi));
	TRY(spdu_wrap(&plain, arena, (struct bytes){r, R_OCTETS}, fi));
	TRY(encrypted_data_seal(&sealed, arena, plain, &recipient, 1, fi));
	return coer_decode(&encrypted_data_asn, out, arena, sealed, fi);
}

enum fault
plv_contribution_open(uint8_t r[R_OCTETS], struct arena *arena,
    const encrypted_data *in, const struct decryption_key *key,
    struct fault_info *fi)
{
	struct bytes sealed, plain, inner;

	TRY(coer_encode_new(&sealed, arena, &encrypted_data_asn, in, fi));
	TRY(encrypted_data_open(&plain, arena, sealed, key, 1, fi));
	TRY(spdu_unwrap(&inner, plain, fi));
	if (inner.n != R_OCTETS)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "contribution of %zu octets instead of 32", inner.n);
	memcpy(r, inner.p, R_OCTETS);
	return FAULT_OK;
}

enum fault
plv_message_sign(struct bytes *out, struct arena *arena,
    const la_pca_interface_pdu *in, const struct signer *signer,
    struct fault_info *fi)
{
	const struct spdu_header header = {.psid = PSID_SECURITY};
	scms_pdu pdu = {.version = 1};
	struct bytes payload;

	pdu.content.is = scms_pdu_content_la_pca;
	pdu.content.la_pca = *in;
	TRY(coer_encode_new(&payload, arena, &scms_pdu_asn, &pdu, fi));
	return spdu_sign(
	    out, arena, &header, payload, SIGNER_DIGEST, signer, fi);
}

enum fault
plv_message_open(struct plv_message *out, struct arena *arena, struct bytes in,
    const struct component *self, enum scms_role role, struct fault_info *fi)
{
	const struct spdu_rules rules = {
	    .psid = PSID_SECURITY, .now = time32_now()};
	scms_pdu *pdu = ARENA_NEW(arena, scms_pdu);
	struct spdu spdu;

	if (pdu == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	TRY(spdu_open(&spdu, arena, in, self->trust, &rules, fi));
	TRY(perm_check_role(spdu.signer, role, fi));
	TRY(coer_decode(&scms_pdu_asn, pdu, arena, spdu.payload, fi));
	if (pdu->content.is != scms_pdu_content_la_pca)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "not a message between LA and PCA");
	sha256_id(out->hash, sizeof(out->hash), in);
	out->pdu = &pdu->content.la_pca;
	out->signer = spdu.signer;
	out->signer_name = cert_name(arena, spdu.signer);
	return FAULT_OK;
}
