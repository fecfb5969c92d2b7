/* policy_make.c - see policy_make.h. */
#include <stdio.h>
#include <string.h>

#include "base/time32.h"
#include "coer/coer.h"
#include "role/ra/policy_make.h"
#include "role/ra/policy_store.h"
#include "schema/scms_protocol.h"
#include "service/crash.h"

#define ID_OCTETS 2

uint32_t
policy_version(const struct policy_head *head)
{
	struct reader r = reader_of(head->id);

	return head->id.n == ID_OCTETS ? (uint32_t)read_uint(&r, ID_OCTETS) : 0;
}

static void
wanted_set(struct policy_set *out, const struct policy_input *in)
{
	struct policy_set both;

	policy_set_override(&both, &in->gpf.set, &in->custom);
	policy_set_override(out, &both, &in->local);
}

static bool
is_cert(const struct cert *a, const struct cert *b)
{
	return memcmp(a->id, b->id, sizeof(a->id)) == 0;
}

bool
policy_is_needed(const struct ra *ra, const struct policy_input *in,
    const struct policy_file *current)
{
	struct policy_set wanted;

	/* A signature is worth no more than the certificate behind it. */
	if (!is_cert(current->ra, ra->self.cert) ||
	    (ra->pg_cert != NULL && !is_cert(current->pg, ra->pg_cert) &&
		ra->pg_cert->start <= time32_now()))
		return true;
	wanted_set(&wanted, in);
	for (enum policy_key k = 0; k < POLICY_KEYS; k++)
		if (!policy_series_equal(k, &wanted.of[k], &current->set.of[k]))
			return true;
	return !bytes_equal(in->gpf.head.id, current->head.id);
}

/* ---- the request ---- */

enum fault
policy_request(struct ra *ra, struct bytes *request, struct arena *arena,
    const struct policy_input *in, uint64_t now, struct fault_info *fi)
{
	const struct policy_head head = {in->gpf.head.id, now, now};
	ra_pg_policy_signature_request_msg *msg;
	scms_pdu pdu = {.version = 1};
	struct policy_set wanted;
	struct bytes tbs;

	wanted_set(&wanted, in);
	TRY(policy_check_values(&wanted, 0, fi));
	TRY(policy_check_custom(&wanted, &in->gpf.set, now, fi));
	TRY(policy_check_local(&wanted, now, fi));
	TRY(policy_tbs_custom(&tbs, arena, &head, ra->self.name, &wanted, fi));
	pdu.content.is = scms_pdu_content_ra_pg;
	pdu.content.ra_pg.is =
	    ra_pg_interface_pdu_ra_pg_policy_signature_request;
	msg = &pdu.content.ra_pg.ra_pg_policy_signature_request;
	msg->version = 1;
	TRY(coer_decode(
	    &to_be_signed_policy_data_asn, &msg->tbs, arena, tbs, fi));
	return coer_encode_new(request, arena, &scms_pdu_asn, &pdu, fi);
}

/* ---- the reply ---- */

static enum fault
open_reply(base_policy_file *out, struct arena *arena, struct bytes reply,
    struct fault_info *fi)
{
	const ra_pg_policy_signature_request_reply_msg *msg;
	scms_pdu *pdu = ARENA_NEW(arena, scms_pdu);

	if (pdu == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "reply of the PG");
	TRY(coer_decode(&scms_pdu_asn, pdu, arena, reply, fi));
	msg = &pdu->content.ra_pg.ra_pg_policy_signature_request_reply;
	if (pdu->content.is != scms_pdu_content_ra_pg ||
	    pdu->content.ra_pg.is !=
		ra_pg_interface_pdu_ra_pg_policy_signature_request_reply)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "not a RaPgPolicySignatureRequestReply");
	if (msg->signed_file.is !=
	    ra_pg_policy_signature_request_reply_msg_signed_file_success)
		return fault_set(fi, FAULT_DENIED, "the PG refuses: error %d",
		    (int)msg->signed_file.failure);
	*out = msg->signed_file.success;
	return FAULT_OK;
}

/* Is it what we asked for? */
static enum fault
check_asked(struct ra *ra, struct arena *arena, const struct policy_input *in,
    const struct policy_set *wanted, struct bytes tbs, struct fault_info *fi)
{
	struct policy_file got;

	TRY(policy_read_tbs(&got, arena, POLICY_CUSTOM, tbs, 0, fi));
	if (got.ra_hostname == NULL ||
	    strcmp(got.ra_hostname, ra->self.name) != 0)
		return fault_set(fi, FAULT_DENIED,
		    "the PG signed a policy for somebody else");
	if (!bytes_equal(got.head.id, in->gpf.head.id))
		return fault_set(fi, FAULT_DENIED,
		    "the PG signed a policy of another version");
	for (enum policy_key k = 0; k < POLICY_GLOBAL_KEYS; k++)
		if (!policy_series_equal(k, &wanted->of[k], &got.set.of[k]))
			return fault_set(fi, FAULT_DENIED,
			    "the PG signed another %s than asked for",
			    policy_info[k].name);
	return FAULT_OK;
}

/* The custom part with the PG's signature, both checked. */
static enum fault
take_custom(struct ra *ra, struct bytes *out, struct arena *arena,
    const struct policy_input *in, const struct policy_set *wanted,
    struct bytes reply, uint64_t now, struct fault_info *fi)
{
	base_policy_file base;
	struct bytes tbs;

	TRY(open_reply(&base, arena, reply, fi));
	TRY(coer_encode_new(out, arena, &base_policy_file_asn, &base, fi));
	TRY(coer_encode_new(
	    &tbs, arena, &to_be_signed_policy_data_asn, &base.tbs_data, fi));
	TRY(check_asked(ra, arena, in, wanted, tbs, fi));
	return policy_check_base(
	    arena, *out, ra->self.trust, (uint32_t)(now / POLICY_SECONDS), fi);
}

/* ---- the file ---- */

static enum fault
make_lpf(struct ra *ra, struct bytes *out, struct arena *arena,
    const struct policy_set *wanted, struct bytes custom,
    const struct policy_head *head, struct fault_info *fi)
{
	const struct signer *self = &ra->self.signer;
	struct policy_file made;
	struct bytes tbs, local;

	TRY(policy_tbs_local(&tbs, arena, head, wanted, fi));
	TRY(policy_countersign(
	    &local, arena, tbs, head->generation_time, self, fi));
	TRY(policy_lpf(out, arena, custom, local, self, fi));
	/* What nobody could verify is not to be published. */
	return policy_open(&made, arena, *out, ra->self.trust,
	    (uint32_t)(head->generation_time / POLICY_SECONDS), fi);
}

/* Whatever has become of the GPF that we held.  Only versions compare: the time
 * in an LPF's head is that of our request, which an honest newer GPF may be
 * older than. */
static enum fault
check_version(const struct policy_head *new, const struct policy_head *current,
    struct fault_info *fi)
{
	if (policy_version(new) < policy_version(current))
		return fault_set(fi, FAULT_DENIED,
		    "global policy %04x is older than %04x, which is in force",
		    policy_version(new), policy_version(current));
	return FAULT_OK;
}

enum fault
policy_install(struct ra *ra, const char **name, struct arena *arena,
    const struct policy_input *in, struct bytes reply, uint64_t now,
    const char *who, struct fault_info *fi)
{
	struct policy_head head = {.generation_time = now, .active_time = now};
	struct policy_file current;
	struct policy_set wanted;
	uint8_t id[ID_OCTETS];
	struct bytes custom, file;
	uint32_t version = 0;

	wanted_set(&wanted, in);
	TRY(take_custom(ra, &custom, arena, in, &wanted, reply, now, fi));
	if (policy_current(&current, ra, arena, NULL) == FAULT_OK) {
		TRY(check_version(&in->gpf.head, &current.head, fi));
		version = policy_version(&current.local_head);
	}
	TRY(policy_next_name(
	    ra, name, &version, arena, policy_version(&in->gpf.head), fi));
	id[0] = (uint8_t)(version >> 8);
	id[1] = (uint8_t)version;
	head.id = BYTES(id);
	TRY(make_lpf(ra, &file, arena, &wanted, custom, &head, fi));
	TRY(policy_keep_current(ra, arena, fi));
	TRY(policy_keep(ra, *name, file, who, fi));
	crash_point("ra-policy-kept");
	TRY(policy_keep_wishes(ra, arena, in, fi));
	crash_point("ra-policy-wished");
	TRY(file_write(ra->lpf.path, file, 0644, fi));
	crash_point("ra-policy-published");
	return FAULT_OK;
}
