/* receiver.c - messages around a vehicle, and reports about some of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time32.h"
#include "cert/perm.h"
#include "coer/coer.h"
#include "device/bundle.h"
#include "device/signer.h"
#include "device/spool.h"
#include "device/verify.h"
#include "misbehavior/track.h"
#include "schema/dot2.h"

#define SENDERS	      256u /* around a vehicle in a jam */
#define KEEP_LIMIT    (256u << 10)
#define MESSAGE_LIMIT (4u << 20)
#define TOLERANCE     5	    /* seconds that a message may be old or early */
#define LOOK_AT	      86400 /* and those within which it is looked at */
#define REVOKED_MOST  64u   /* senders who are remembered as revoked */
#define OWN_AGE	      2.0   /* seconds for which an own place is the place */

_Static_assert((int)MONARCH_ACCUSATIONS >= (int)MISBEHAVIOR_KINDS,
    "no room for one of each kind");

struct monarch_receiver {
	struct monarch_signer *signer;
	const struct monarch_verifier *verifier;
	struct tracks *tracks;
	struct arena keep;    /* the MA's certificate */
	struct arena message; /* the one at hand */
	struct cert *ma;
	/* The last that were found to be revoked: a message that only names
	 * one of them is refused for that. */
	uint8_t revoked[REVOKED_MOST][CERT_ID_SIZE];
	size_t revoked_n;
};

/* ---- opening ---- */

static enum fault
load_ma(struct monarch_receiver *r, struct fault_info *fi)
{
	const struct folder *folder = signer_folder(r->signer);
	char name[64];
	struct bytes file;

	snprintf(
	    name, sizeof(name), FOLDER_BUNDLE "/%s", bundle_name(BUNDLE_MA));
	TRY(folder_read(&file, &r->keep, folder, name, fi));
	if (cert_load(&r->ma, &r->keep, file, fi) != FAULT_OK ||
	    perm_check_role(r->ma, SCMS_MA, fi) != FAULT_OK ||
	    verifier_check(r->verifier, r->ma, TRUST_ANY_TIME, fi) != FAULT_OK)
		return fault_prefix(fi, "%s", name);
	return FAULT_OK;
}

enum fault
monarch_receiver_open(struct monarch_receiver **out,
    struct monarch_signer *signer, const struct monarch_verifier *verifier,
    struct fault_info *fi)
{
	struct monarch_receiver *r = calloc(1, sizeof(*r));
	struct fault_info own = {0};
	enum fault fault;

	fi = fi == NULL ? &own : fi;
	if (r == NULL || (r->tracks = tracks_new(SENDERS)) == NULL) {
		free(r);
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	}
	r->signer = signer;
	r->verifier = verifier;
	r->keep = arena_new(KEEP_LIMIT);
	r->message = arena_new(MESSAGE_LIMIT);
	fault = load_ma(r, fi);
	if (fault != FAULT_OK) {
		monarch_receiver_close(r);
		return fault;
	}
	*out = r;
	return FAULT_OK;
}

void
monarch_receiver_close(struct monarch_receiver *r)
{
	if (r == NULL)
		return;
	tracks_free(r->tracks);
	arena_free(&r->keep);
	arena_free(&r->message);
	free(r);
}

/* ---- the revoked ---- */

/* Who says that it signed the message; false: nobody does. */
static bool
claimed_signer(uint8_t id[CERT_ID_SIZE], struct arena *arena, struct bytes in)
{
	ieee1609_dot2_data *data = ARENA_NEW(arena, ieee1609_dot2_data);
	const signer_identifier *s;
	struct cert *cert;

	if (data == NULL ||
	    coer_decode(&ieee1609_dot2_data_asn, data, arena, in, NULL) !=
		FAULT_OK ||
	    data->content.is != ieee1609_dot2_content_signed_data)
		return false;
	s = &data->content.signed_data.signer;
	if (s->is == signer_identifier_digest) {
		memcpy(id, s->digest.b, CERT_ID_SIZE);
		return true;
	}
	if (s->is != signer_identifier_certificate || s->certificate.n == 0 ||
	    cert_of(&cert, arena, &s->certificate.v[0], NULL) != FAULT_OK)
		return false;
	memcpy(id, cert->id, CERT_ID_SIZE);
	return true;
}

static bool
is_known_revoked(
    const struct monarch_receiver *r, const uint8_t id[CERT_ID_SIZE])
{
	for (size_t k = 0; k < r->revoked_n && k < REVOKED_MOST; k++)
		if (memcmp(r->revoked[k], id, CERT_ID_SIZE) == 0)
			return true;
	return false;
}

/* A message was refused: remembers who is revoked, or has the fault say so
 * where it was not known who the sender is. */
static enum fault
tell_revoked(struct monarch_receiver *r, struct bytes in, enum fault fault,
    struct fault_info *fi)
{
	uint8_t id[CERT_ID_SIZE];
	bool known;

	if ((fault != FAULT_REVOKED && fault != FAULT_UNKNOWN_ISSUER) ||
	    !claimed_signer(id, &r->message, in))
		return fault;
	known = is_known_revoked(r, id);
	if (fault == FAULT_REVOKED && !known)
		memcpy(r->revoked[r->revoked_n++ % REVOKED_MOST], id,
		    CERT_ID_SIZE);
	return fault == FAULT_REVOKED || !known
		   ? fault
		   : fault_set(fi, FAULT_REVOKED,
			 "the certificate that it names is revoked");
}

/* ---- messages ---- */

static enum fault
open_message(struct monarch_receiver *r, struct spdu *spdu, struct heard *heard,
    struct monarch_bsm *bsm, struct bytes in, uint64_t now,
    struct fault_info *fi)
{
	const struct monarch_rules rules = {.now = (uint32_t)(now / 1000000),
	    .psid = PSID_BSM,
	    .seconds = LOOK_AT};
	enum fault fault;

	arena_reset(&r->message);
	fault =
	    verifier_open(r->verifier, spdu, &r->message, NULL, in, &rules, fi);
	TRY(tell_revoked(r, in, fault, fi));
	if (!spdu->is_unsecured)
		return fault_set(fi, FAULT_BAD_MESSAGE, "no BSM inside");
	TRY(monarch_bsm_decode(bsm, spdu->payload, fi));
	verifier_remember(r->verifier, spdu->signer);
	*heard = (struct heard){
	    .certificate = spdu->data->content.signed_data.signer.is ==
			   signer_identifier_certificate,
	    .spdu = in,
	    .region = region_of_cert(spdu->signer),
	};
	memcpy(heard->signer, spdu->signer->id, sizeof(heard->signer));
	observation_of_bsm(
	    &heard->what, bsm, spdu->header.generation_time, now);
	return FAULT_OK;
}

enum fault
monarch_receiver_sent(struct monarch_receiver *r, struct bytes in, uint64_t now,
    struct fault_info *fi)
{
	struct fault_info own = {0};
	struct monarch_bsm bsm;
	struct heard heard;
	struct spdu spdu;

	TRY(open_message(r, &spdu, &heard, &bsm, in,
	    now == 0 ? time64_now() : now, fi == NULL ? &own : fi));
	tracks_own(r->tracks, &heard);
	return FAULT_OK;
}

/* ---- reports ---- */

/* What the own messages say of this moment, and nothing more. */
static struct report_origin
origin_of(const struct observation *own, uint64_t now)
{
	struct report_origin o = {.generated = now, .place = REPORT_NO_PLACE};
	struct observation at = {.generated = now};

	if (own != NULL && own->placed &&
	    observation_seconds(own, &at) < OWN_AGE)
		o.place = own->place;
	return o;
}

static enum fault
make_report(struct monarch_receiver *r, struct bytes *out,
    const struct misbehavior_report *report, uint64_t now,
    struct fault_info *fi)
{
	const uint8_t *id;
	const struct observation *own = tracks_last_own(r->tracks, &id);
	const struct report_origin origin = origin_of(own, now);
	uint32_t t = (uint32_t)(now / 1000000);
	struct signer signer;

	if (t < r->ma->start || t >= r->ma->end)
		return fault_set(fi, FAULT_NO_CERTIFICATE,
		    "the certificate of the misbehavior authority is not "
		    "valid now");
	TRY(signer_lend(r->signer, &signer, own == NULL ? NULL : id,
	    PSID_MISBEHAVIOR, now, fi));
	return misbehavior_report_seal(
	    out, &r->message, report, &origin, &signer, r->ma, fi);
}

static void
report(struct monarch_receiver *r, struct monarch_accusation *out,
    const struct accusation *a, uint64_t now)
{
	struct bytes octets = BYTES_NONE;

	out->kind = misbehavior_kind_word(a->suspicion.kind);
	memcpy(out->text, a->suspicion.text, sizeof(out->text));
	if (make_report(r, &octets, &a->report, now, &out->report) == FAULT_OK)
		(void)!spool_put(signer_folder(r->signer), octets, time32_now(),
		    &out->report);
}

static enum fault
check_present(const struct heard *h, bool fresh, struct fault_info *fi)
{
	double age =
	    (double)(int64_t)(h->what.received - h->what.generated) * 1e-6;

	if (age > TOLERANCE)
		return fault_set(
		    fi, FAULT_TOO_OLD, "generated %.1f s ago", age);
	if (age < -TOLERANCE)
		return fault_set(fi, FAULT_GENERATED_IN_FUTURE,
		    "generated %.1f s in the future", -age);
	return fresh ? FAULT_OK
		     : fault_set(fi, FAULT_REPLAYED,
			   "no newer than another one of this sender");
}

enum fault
monarch_receive(struct monarch_receiver *r, struct monarch_received *out,
    struct bytes in, uint64_t now, struct fault_info *fi)
{
	struct accusation a[MISBEHAVIOR_KINDS];
	struct fault_info own = {0};
	struct heard heard = {0};
	struct spdu spdu;
	bool fresh;

	fi = fi == NULL ? &own : fi;
	now = now == 0 ? time64_now() : now;
	memset(out, 0, sizeof(*out));
	TRY(open_message(r, &spdu, &heard, &out->bsm, in, now, fi));
	verifier_give(&out->message, &spdu);
	out->n = tracks_hear(r->tracks, a, &fresh, &r->message, &heard);
	for (size_t k = 0; k < out->n; k++)
		report(r, &out->accusation[k], &a[k], now);
	return check_present(&heard, fresh, fi);
}
