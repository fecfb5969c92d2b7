/* envelope.c - see envelope.h. */
#include <string.h>

#include "base/time32.h"
#include "cert/convert.h"
#include "cert/spdu.h"
#include "inquiry/envelope.h"
#include "keys/known.h"
#include "schema/scms_protocol.h"

static enum fault
find_peer(struct cert **out, struct arena *arena,
    const struct envelope_ends *ends, struct fault_info *fi)
{
	return known_find(out, arena, ends->self, ends->folder, ends->peer,
	    ends->role, time32_now(), fi);
}

/* ---- out ---- */

enum fault
envelope_seal(struct bytes *out, uint8_t hash[8], struct arena *arena,
    const struct envelope_ends *ends, const scms_pdu *pdu,
    struct fault_info *fi)
{
	const struct spdu_header header = {.psid = PSID_SECURITY};
	struct bytes plain, message;
	struct cert *peer;

	TRY(find_peer(&peer, arena, ends, fi));
	TRY(coer_encode_new(&plain, arena, &scms_pdu_asn, pdu, fi));
	if (hash != NULL)
		sha256_id(hash, 8, plain);
	TRY(spdu_sign(&message, arena, &header, plain, SIGNER_DIGEST,
	    &ends->self->signer, fi));
	return spdu_encrypt(out, arena, message, peer, fi);
}

/* ---- in ---- */

static enum fault
decrypt(struct bytes *out, struct arena *arena, const struct component *self,
    struct bytes in, struct fault_info *fi)
{
	struct decryption_key key[1 + COMPONENT_FORMER];

	key[0] = self->decryption;
	for (size_t k = 0; k < self->former_n; k++)
		key[1 + k] = self->former[k];
	return spdu_decrypt(out, arena, in, key, 1 + self->former_n, fi);
}

/* A peer that was renewed signs with a certificate that we have not read. */
static enum fault
learn_peer(struct arena *arena, const struct envelope_ends *ends,
    struct fault_info *fi)
{
	struct cert *peer;

	TRY(find_peer(&peer, arena, ends, fi));
	if (trust_find(ends->self->trust, peer->id) != NULL)
		return FAULT_OK;
	return trust_add_known(ends->self->trust, peer->raw, fi);
}

static enum fault
check_signer(struct arena *arena, const struct envelope_ends *ends,
    const struct cert *signer, struct fault_info *fi)
{
	const char *name;

	TRY(perm_check_role(signer, ends->role, fi));
	if ((name = cert_name(arena, signer)) == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	if (strcmp(name, ends->peer) != 0)
		return fault_set(fi, FAULT_DENIED, "signed by %s, not by %s",
		    name, ends->peer);
	return FAULT_OK;
}

/* See struct envelope; spdu_open has found the signature to be good. */
static enum fault
tell(struct digest *seen, const struct spdu *spdu, struct fault_info *fi)
{
	struct curve_signature s;
	struct bytes part[2];

	TRY(signature_of_schema(
	    &s, &spdu->data->content.signed_data.signature, fi));
	part[0] = BYTES(spdu->digest.b);
	part[1] = (struct bytes){s.r.x, curve_octets(s.r.curve)};
	sha256_parts(seen->b, part, 2);
	return FAULT_OK;
}

enum fault
envelope_open(struct envelope *out, struct arena *arena,
    const struct envelope_ends *ends, struct bytes in, struct fault_info *fi)
{
	const struct spdu_rules rules = {
	    .psid = PSID_SECURITY, .now = time32_now()};
	scms_pdu *pdu = ARENA_NEW(arena, scms_pdu);
	struct bytes message;
	struct spdu spdu;

	if (pdu == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	TRY(decrypt(&message, arena, ends->self, in, fi));
	TRY(learn_peer(arena, ends, fi));
	TRY(spdu_open(&spdu, arena, message, ends->self->trust, &rules, fi));
	TRY(check_signer(arena, ends, spdu.signer, fi));
	TRY(coer_decode(&scms_pdu_asn, pdu, arena, spdu.payload, fi));
	out->pdu = pdu;
	sha256_id(out->hash, sizeof(out->hash), spdu.payload);
	return tell(&out->seen, &spdu, fi);
}
