/*
 * provision.c - asking for certificates: pseudonym and identification ones
 * once and for all, application ones again and again (application.c).
 *
 * The RA accepts one request of a device and answers the same octets with the
 * same ack for ever; other octets are a duplicate (5057, 5056).  So nothing is
 * sent that is not stored, and what has got no answer is sent again as it was.
 * A request that the RA refused leaves no trace there, and the next one is
 * new, with the same keys.  Since a PROD RA gives no reasons, one that got no
 * answer at first and then was refused without a reason is kept, and tried
 * again when its successor may be taken for a duplicate.
 */
#include <string.h>

#include "base/file.h"
#include "base/secret.h"
#include "base/time32.h"
#include "cert/perm.h"
#include "device/kind.h"
#include "device/message.h"
#include "device/place.h"
#include "device/provision.h"
#include "schema/dot2.h"

#define ARENA_LIMIT (4u << 20)
#define ACK_LIMIT   (64u << 10)

/* Every answer that is not an ack, and says so itself. */
static bool
is_refusal(enum fault fault, const struct monarch_device *d)
{
	return fault != FAULT_OK && d->refusal.status != 0;
}

static enum fault
keep(const struct asking *a, struct fault_info *fi)
{
	TRY(file_mkdir(a->store.path, 0700, fi));
	return provision_file_write(&a->store, &a->file, fi);
}

/* Sends octets and checks the answer; then nothing is left to do but keep
 * it. */
static enum fault
send_request(struct asking *a, struct bytes octets, uint32_t number,
    struct fault_info *fi)
{
	const struct ra_request request = {.path = kind_of(a->kind)->provision,
	    .body = octets,
	    .limit = ACK_LIMIT};
	struct http_result result;
	uint8_t hash[8];
	struct ack ack;

	TRY(ra_call(a->device, &result, a->arena, &request, fi));
	if (result.status != 200)
		return fault_set(fi, FAULT_HTTP_STATUS,
		    "RA answers with status %u", result.status);
	if (message_open_ack(&ack, a->arena, &a->device->identity, a->kind,
		result.body, time32_now(), fi) != FAULT_OK)
		return fault_prefix(fi, "ack of the RA");
	cert_id8(hash, octets);
	if (memcmp(ack.hash, hash, sizeof(ack.hash)) != 0)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "ack of the RA is for another request");
	TRY(folder_write(&a->store, FOLDER_ACK, result.body, fi));
	provision_file_set_request(&a->file, octets);
	a->file.number = number;
	a->file.acked = true;
	a->file.download_time = ack.download_time;
	return keep(a, fi);
}

static enum fault
make_request(struct asking *a, struct fault_info *fi)
{
	struct provision_file *p = &a->file;
	struct bytes octets;

	if (a->kind == MONARCH_APPLICATION) {
		p->start = p->start != 0 ? p->start : time32_now();
		p->validity = a->device->rse_validity;
		p->overlap = a->device->rse_overlap;
	}
	TRY(message_provision(&octets, a->arena, &a->device->identity, a->kind,
	    p, a->terms, time32_now(), fi));
	provision_file_set_request(p, octets);
	return keep(a, fi);
}

/* The RA knows nothing of these octets, or so it seems: those that once got no
 * answer and now a refusal without a reason are kept for a last attempt. */
static enum fault
put_aside(struct asking *a, bool fresh, struct fault_info *fi)
{
	struct provision_file *p = &a->file;

	if (!fresh && a->device->refusal.code == 0 && p->earlier.n == 0) {
		p->earlier = p->request;
		p->earlier_number = p->number;
	}
	p->request = BYTES_NONE;
	return keep(a, fi);
}

/* Would a new request fare better than one from an earlier run? */
static bool
is_worth_renewing(enum fault fault)
{
	return fault == FAULT_DENIED || fault == FAULT_HTTP_STATUS ||
	       fault == FAULT_BAD_MESSAGE;
}

enum fault
asking_ask(struct asking *a, struct fault_info *fi)
{
	struct provision_file *p = &a->file;
	struct fault_info other;
	enum fault fault;
	bool fresh;

	if (p->acked)
		return FAULT_OK;
	TRY(device_check_self(a->device, fi));
	do {
		fresh = p->request.n == 0;
		if (fresh)
			TRY(make_request(a, fi));
		fault = send_request(a, p->request, p->number, fi);
		if (!is_refusal(fault, a->device))
			return fault;
		TRY(put_aside(a, fresh, &other));
	} while (!fresh && is_worth_renewing(fault));
	if (p->earlier.n > 0 &&
	    (fault == FAULT_DUPLICATE || fault == FAULT_HTTP_STATUS) &&
	    send_request(a, p->earlier, p->earlier_number, &other) == FAULT_OK)
		return FAULT_OK;
	return fault;
}

/* A damaged file is not passed over: whoever opens it says so. */
static bool
is_asked_in(const struct folder *store)
{
	struct arena arena = arena_new(ARENA_LIMIT);
	struct provision_file p;
	enum fault fault = provision_file_read(&p, &arena, store, NULL);
	bool asked = fault == FAULT_OK ? provision_file_is_asked(&p)
				       : fault != FAULT_NOT_FOUND;

	wipe(&p, sizeof(p));
	arena_free(&arena);
	return asked;
}

bool
is_asked(const struct monarch_device *d, enum monarch_kind kind)
{
	struct folder store;

	place_kind(&store, &d->place, kind);
	return is_asked_in(&store);
}

/* The store of a kind in the former place; false: there is no such place. */
static bool
former_store(struct folder *store, const struct monarch_device *d,
    enum monarch_kind kind)
{
	struct folder place;

	if (d->place_number == 0)
		return false;
	place_number(&place, &d->folder, d->place_number - 1);
	place_kind(store, &place, kind);
	return true;
}

bool
was_asked(const struct monarch_device *d, enum monarch_kind kind)
{
	struct folder store;

	return former_store(&store, d, kind) && is_asked_in(&store);
}

/* Were certificates to have encryption keys under the former one? */
static bool
had_encryption(
    const struct monarch_device *d, enum monarch_kind kind, struct arena *arena)
{
	struct provision_file p;
	struct folder store;
	bool had;

	had = former_store(&store, d, kind) &&
	      provision_file_read(&p, arena, &store, NULL) == FAULT_OK &&
	      p.has_encryption;
	wipe(&p, sizeof(p));
	return had;
}

enum fault
asking_open(struct asking *a, struct monarch_device *d, enum monarch_kind kind,
    const struct monarch_provision_terms *terms, struct arena *arena,
    struct fault_info *fi)
{
	enum fault fault;

	*a = (struct asking){
	    .device = d, .kind = kind, .terms = terms, .arena = arena};
	place_kind(&a->store, &d->place, kind);
	fault = provision_file_read(&a->file, arena, &a->store, fi);
	if (fault != FAULT_NOT_FOUND)
		return fault;
	provision_file_new(&a->file);
	a->file.has_encryption =
	    (terms->encryption && kind != MONARCH_PSEUDONYM) ||
	    had_encryption(d, kind, arena);
	if (kind == MONARCH_APPLICATION) {
		a->file.number = 1;
		a->file.start = terms->start;
	}
	return FAULT_OK;
}

/* ---- which kind ---- */

static bool
may_request(const struct cert *enrollment, uint64_t wanted)
{
	const sequence_of_psid_group_permissions *list =
	    enrollment->tbs->cert_request_permissions;

	for (size_t g = 0; g < list->n; g++) {
		const subject_permissions *s = &list->v[g].subject_permissions;

		for (size_t k = 0;
		     s->is == subject_permissions_explicit && k < s->explicit.n;
		     k++)
			if (s->explicit.v[k].psid == wanted)
				return true;
	}
	return false;
}

enum fault
provision_kind(enum monarch_kind *out, const struct monarch_device *d,
    enum monarch_kind asked, struct fault_info *fi)
{
	const struct cert *enrollment = d->identity.enrollment;
	const bool identification = is_asked(d, MONARCH_IDENTIFICATION);

	*out = asked;
	if (asked != MONARCH_ANY)
		return FAULT_OK;
	if (may_request(enrollment, PSID_BSM) ||
	    may_request(enrollment, PSID_MISBEHAVIOR))
		*out = MONARCH_PSEUDONYM;
	else if (identification != is_asked(d, MONARCH_APPLICATION))
		*out = identification ? MONARCH_IDENTIFICATION
				      : MONARCH_APPLICATION;
	else
		return fault_set(fi, FAULT_USAGE,
		    "%s: identification or application certificates?",
		    d->folder.name);
	return FAULT_OK;
}

/* ---- the library's function ---- */

static enum fault
provision(struct asking *a, struct fault_info *fi)
{
	if (a->kind == MONARCH_APPLICATION)
		TRY(application_next(a, false, fi));
	if (a->file.acked)
		return FAULT_OK;
	TRY(device_begin(a->device, fi));
	TRY(monarch_update_policy(a->device, fi));
	return device_note(a->device, asking_ask(a, fi), fi);
}

enum fault
monarch_provision(struct monarch_device *d, uint32_t *download_time,
    const struct monarch_provision_terms *terms, struct fault_info *fi)
{
	struct arena arena = arena_new(ARENA_LIMIT);
	struct fault_info own = {0};
	enum monarch_kind kind;
	struct asking a = {0};
	enum fault fault;

	fi = fi == NULL ? &own : fi;
	if ((fault = provision_kind(&kind, d, terms->kind, fi)) == FAULT_OK &&
	    (fault = asking_open(&a, d, kind, terms, &arena, fi)) == FAULT_OK)
		fault = provision(&a, fi);
	*download_time = a.file.download_time;
	wipe(&a, sizeof(a));
	arena_free(&arena);
	return fault;
}
