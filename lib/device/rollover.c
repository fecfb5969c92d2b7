/*
 * rollover.c - the successor of an enrollment certificate.
 *
 * Its request is stored before it is sent and sent with the same octets as
 * long as it has got no answer; the ECA answers them the same.  Only what is
 * around them, signature and time, is new each time.  What came is
 * written so that the certificate itself is the last file: with it the place
 * is complete (place.h).
 */
#include <string.h>

#include "base/file.h"
#include "base/secret.h"
#include "base/time32.h"
#include "cert/enrollment.h"
#include "cert/region.h"
#include "cert/request.h"
#include "coer/coer.h"
#include "device/csr.h"
#include "device/device.h"
#include "device/identity.h"
#include "device/message.h"
#include "device/place.h"
#include "schema/scms_protocol.h"

#define PATH	     "/successor-enrollment-certificate"
#define ARENA_LIMIT  (4u << 20)
#define ANSWER_LIMIT (64u << 10)
#define YEARS	     70u	  /* asked for; the ECA shortens it */
#define OLD	     (30 * 86400) /* of a request, seconds */

#define INVALID_VALUES 5070 /* ra_error.def */

/* The same again, to begin when it ends; for as long as the ECA gives, as the
 * present one may have been cut short. */
static enum fault
make_request(const struct monarch_device *d, const struct folder *place,
    struct arena *arena, struct fault_info *fi)
{
	const struct cert *now = d->identity.enrollment;
	to_be_signed_certificate tbs = {.id.is = certificate_id_name};

	tbs.validity_period.start = now->end;
	tbs.validity_period.duration.is = duration_years;
	tbs.validity_period.duration.years = YEARS;
	tbs.region = now->tbs->region;
	tbs.cert_request_permissions = now->tbs->cert_request_permissions;
	TRY(file_mkdir(place->path, 0700, fi));
	return csr_make(place, arena, &tbs, false, fi);
}

static bool
same_permissions(const struct cert *a, const struct cert *b)
{
	const sequence_of_psid_group_permissions
	    *x = a->tbs->cert_request_permissions,
	    *y = b->tbs->cert_request_permissions;
	uint8_t room[2][2048];
	struct writer v = writer_of(room[0], sizeof(room[0]));
	struct writer w = writer_of(room[1], sizeof(room[1]));

	return x != NULL && y != NULL &&
	       coer_encode(&sequence_of_psid_group_permissions_asn, x, &v,
		   NULL) == FAULT_OK &&
	       coer_encode(&sequence_of_psid_group_permissions_asn, y, &w,
		   NULL) == FAULT_OK &&
	       bytes_equal(writer_done(&v), writer_done(&w));
}

/* Is it what was asked for, and ours? */
static enum fault
check_answer(const struct monarch_device *d, const struct folder *place,
    const struct enrollment *e, struct fault_info *fi)
{
	const struct cert *former = d->identity.enrollment;
	const struct cert *next = e->certificate;
	struct scalar key;
	enum fault fault;

	if (next->start != former->end || next->end <= next->start)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "successor does not begin when its predecessor ends");
	if (!same_permissions(next, former))
		return fault_set(fi, FAULT_PSID_NOT_PERMITTED,
		    "successor is for other PSIDs");
	if (!region_within(region_of_cert(next), region_of_cert(former)))
		return fault_set(fi, FAULT_REGION_NOT_NESTED,
		    "successor is for another region");
	TRY(device_read_key(&key, place, fi));
	fault = identity_check_key(next, e->reconstruction, &key, fi);
	wipe(&key, sizeof(key));
	return fault;
}

static enum fault
keep(const struct folder *place, const struct enrollment *e,
    struct fault_info *fi)
{
	TRY(folder_write(place, FOLDER_ECA, e->eca->raw, fi));
	TRY(folder_write(place, FOLDER_ENROLLMENT_S, e->reconstruction, fi));
	return folder_write(place, FOLDER_ENROLLMENT, e->certificate->raw, fi);
}

struct asking {
	const struct identity *identity;
	struct bytes request;
};

static enum fault
make_message(const void *ctx, struct ra_request *call, struct arena *arena,
    struct fault_info *fi)
{
	const struct asking *a = ctx;

	return message_successor(
	    &call->body, arena, a->identity, a->request, time64_now(), fi);
}

static enum fault
ask(struct monarch_device *d, const struct folder *place, struct arena *arena,
    struct bytes request, struct fault_info *fi)
{
	const struct asking asking = {&d->identity, request};
	const struct ra_request call = {.path = PATH,
	    .limit = ANSWER_LIMIT,
	    .make = make_message,
	    .ctx = &asking};
	struct enrollment e;
	struct http_result result;

	TRY(ra_call(d, &result, arena, &call, fi));
	if (result.status != 200)
		return fault_set(fi, FAULT_HTTP_STATUS,
		    "RA answers with status %u", result.status);
	if (enrollment_open(&e, arena, result.body, request, d->identity.trust,
		NULL, fi) != FAULT_OK ||
	    check_answer(d, place, &e, fi) != FAULT_OK)
		return fault_prefix(fi, "answer of the ECA");
	return keep(place, &e, fi);
}

static enum fault
rollover(struct monarch_device *d, const struct folder *place,
    struct arena *arena, struct fault_info *fi)
{
	struct bytes request;

	TRY(device_check_self(d, fi));
	TRY(monarch_update_policy(d, fi));
	if (!folder_has(place, FOLDER_REQUEST))
		TRY(make_request(d, place, arena, fi));
	TRY(folder_read(&request, arena, place, FOLDER_REQUEST, fi));
	TRY(ask(d, place, arena, request, fi));
	return FAULT_OK;
}

static bool
is_old(const struct monarch_device *d, const struct folder *place)
{
	struct arena arena = arena_new(ARENA_LIMIT);
	const ee_eca_cert_request *asked;
	struct request request;
	struct bytes octets;
	bool old = true;

	if (folder_read(&octets, &arena, place, FOLDER_REQUEST, NULL) ==
		FAULT_OK &&
	    request_open(&request, &arena, octets, d->identity.trust,
		time32_now(), NULL) == FAULT_OK &&
	    request.pdu != NULL) {
		asked = &request.pdu->content.eca_ee.ee_eca_cert_request;
		old = time32_now() > asked->current_time + (uint64_t)OLD;
	}
	arena_free(&arena);
	return old;
}

/*
 * A request that was refused for its values is made anew next time, with
 * another key.  Whatever else went wrong, it may have been granted, and only
 * the same octets get the answer then; a PROD RA that gives no reasons may
 * mean either, for some weeks.
 */
static void
forget_refused(const struct monarch_device *d, const struct folder *place)
{
	if (d->refusal.code != 0
		? d->refusal.code != INVALID_VALUES
		: d->refusal.status != 500 || !is_old(d, place))
		return;
	folder_remove(place, FOLDER_REQUEST);
	folder_remove(place, FOLDER_REQUEST_KEY);
}

enum fault
monarch_rollover(
    struct monarch_device *d, uint32_t *start, struct fault_info *fi)
{
	struct arena arena = arena_new(ARENA_LIMIT);
	const unsigned n = place_count(&d->folder);
	struct fault_info own = {0};
	struct folder place;
	enum fault fault;

	fi = fi == NULL ? &own : fi;
	*start = d->identity.enrollment->end;
	place_number(&place, &d->folder, n - 1);
	if (strcmp(place.path, d->place.path) != 0)
		return FAULT_OK; /* there is one that waits */
	if (n == PLACES_MOST)
		return fault_set(fi, FAULT_TOO_MANY,
		    "%u enrollment certificates in one folder", n);
	place_number(&place, &d->folder, n);
	if ((fault = device_begin(d, fi)) == FAULT_OK) {
		fault = device_note(d, rollover(d, &place, &arena, fi), fi);
		if (fault != FAULT_OK)
			forget_refused(d, &place);
	}
	arena_free(&arena);
	return fault;
}
