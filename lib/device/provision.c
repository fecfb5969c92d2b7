/*
 * provision.c - asking for pseudonym certificates, once and for all.
 *
 * The RA accepts one request of a device and answers the same octets with the
 * same ack for ever; other octets are a duplicate (5057).  So nothing is sent
 * that is not stored, and what has got no answer is sent again as it was.
 * A request that the RA refused leaves no trace there, and the next one is
 * new, with the same keys.  Since a PROD RA gives no reasons, one that got no
 * answer at first and then was refused without a reason is kept, and tried
 * again when its successor may be taken for a duplicate.
 */
#include <string.h>

#include "base/secret.h"
#include "base/time32.h"
#include "device/device.h"
#include "device/message.h"
#include "device/provision.h"

#define ARENA_LIMIT (4u << 20)
#define ACK_LIMIT   (64u << 10)
#define PATH	    "/provision-pseudonym-certificate-batch"

enum fault
provision_acked(struct provision_file *p, struct arena *arena,
    const struct folder *f, struct fault_info *fi)
{
	enum fault fault = provision_file_read(p, arena, f, fi);

	if (fault == FAULT_NOT_FOUND || (fault == FAULT_OK && !p->acked))
		return fault_set(
		    fi, FAULT_NOT_FOUND, "%s: not provisioned yet", f->path);
	return fault;
}

/* Every answer that is not an ack, and says so itself. */
static bool
is_refusal(enum fault fault, const struct monarch_device *d)
{
	return fault != FAULT_OK && d->refusal.status != 0;
}

/* Sends octets and checks the answer; then nothing is left to do but keep
 * it. */
static enum fault
send_request(struct monarch_device *d, struct arena *arena,
    struct provision_file *p, struct bytes octets, struct fault_info *fi)
{
	const struct ra_request request = {
	    .path = PATH, .body = octets, .limit = ACK_LIMIT};
	struct provision_file accepted = *p;
	struct http_result result;
	enum fault fault;
	struct ack ack;

	TRY(ra_call(d, &result, arena, &request, fi));
	if (result.status != 200)
		return fault_set(fi, FAULT_HTTP_STATUS,
		    "RA answers with status %u", result.status);
	if (message_open_ack(&ack, arena, &d->identity, result.body,
		time32_now(), fi) != FAULT_OK)
		return fault_prefix(fi, "ack of the RA");
	provision_file_set_request(&accepted, octets);
	if (memcmp(ack.hash, accepted.hash, sizeof(ack.hash)) != 0)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "ack of the RA is for another request");
	accepted.acked = true;
	accepted.download_time = ack.download_time;
	TRY(folder_write(&d->folder, FOLDER_ACK, result.body, fi));
	fault = provision_file_write(&d->folder, &accepted, fi);
	*p = accepted;
	wipe(&accepted, sizeof(accepted));
	return fault;
}

static enum fault
make_request(struct monarch_device *d, struct arena *arena,
    struct provision_file *p, const struct monarch_provision_terms *terms,
    struct fault_info *fi)
{
	struct bytes octets;

	TRY(message_provision(
	    &octets, arena, &d->identity, p, terms, time32_now(), fi));
	provision_file_set_request(p, octets);
	return provision_file_write(&d->folder, p, fi);
}

/* The RA knows nothing of these octets, or so it seems: those that once got no
 * answer and now a refusal without a reason are kept for a last attempt. */
static enum fault
put_aside(struct monarch_device *d, struct provision_file *p, bool fresh,
    struct fault_info *fi)
{
	if (!fresh && d->refusal.code == 0 && p->earlier.n == 0)
		p->earlier = p->request;
	p->request = BYTES_NONE;
	return provision_file_write(&d->folder, p, fi);
}

/* Would a new request fare better than one from an earlier run? */
static bool
is_worth_renewing(enum fault fault)
{
	return fault == FAULT_DENIED || fault == FAULT_HTTP_STATUS ||
	       fault == FAULT_BAD_MESSAGE;
}

static enum fault
ask(struct monarch_device *d, struct arena *arena, struct provision_file *p,
    const struct monarch_provision_terms *terms, struct fault_info *fi)
{
	struct fault_info other;
	enum fault fault;
	bool fresh;

	do {
		fresh = p->request.n == 0;
		if (fresh)
			TRY(make_request(d, arena, p, terms, fi));
		fault = send_request(d, arena, p, p->request, fi);
		if (!is_refusal(fault, d))
			return fault;
		TRY(put_aside(d, p, fresh, &other));
	} while (!fresh && is_worth_renewing(fault));
	if (p->earlier.n > 0 &&
	    (fault == FAULT_DUPLICATE || fault == FAULT_HTTP_STATUS) &&
	    send_request(d, arena, p, p->earlier, &other) == FAULT_OK)
		return FAULT_OK;
	return fault;
}

static enum fault
load(struct monarch_device *d, struct arena *arena, struct provision_file *p,
    struct fault_info *fi)
{
	enum fault fault = provision_file_read(p, arena, &d->folder, fi);

	if (fault != FAULT_NOT_FOUND)
		return fault;
	provision_file_new(p);
	return FAULT_OK;
}

static enum fault
provision(struct monarch_device *d, struct arena *arena,
    struct provision_file *p, const struct monarch_provision_terms *terms,
    struct fault_info *fi)
{
	TRY(monarch_update_policy(d, fi));
	return ask(d, arena, p, terms, fi);
}

enum fault
monarch_provision(struct monarch_device *d, uint32_t *download_time,
    const struct monarch_provision_terms *terms, struct fault_info *fi)
{
	struct arena arena = arena_new(ARENA_LIMIT);
	struct fault_info own = {0};
	struct provision_file p;
	enum fault fault;

	fi = fi == NULL ? &own : fi;
	fault = load(d, &arena, &p, fi);
	if (fault == FAULT_OK && !p.acked)
		fault = device_note(d, provision(d, &arena, &p, terms, fi), fi);
	*download_time = p.download_time;
	wipe(&p, sizeof(p));
	arena_free(&arena);
	return fault;
}
