/* bootstrap.c - one device from its request to its bundle. */
#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "base/time32.h"
#include "role/dcm/dcm.h"
#include "service/crash.h"

#define STRANGERS_MOST 10u /* lines a minute */

/* What is known while a device is bootstrapped. */
struct work {
	struct dcm *dcm;
	const struct dcm_call *call;
	const struct dcm_type *type;
	struct dcm_device device;
	struct enrollment enrollment;
	struct scalar key; /* METHOD_INJECTED */
	struct bytes zip;
	const char *outcome;
	bool stranger; /* the caller is no operator */
};

/* ---- may it be? ---- */

static bool
is_serial(const char *s)
{
	return s != NULL && s[0] != '\0' && s[0] != '.' &&
	       strlen(s) <= DCM_SERIAL_MAX &&
	       strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			 "0123456789._-") == strlen(s);
}

static enum fault
check_operator(struct work *w, struct fault_info *fi)
{
	struct dcm_people people;

	TRY(dcm_people_read(&people, w->call->arena, w->dcm->people, fi));
	if (w->call->who != NULL &&
	    dcm_people_has(
		&people.operators, w->call->who, w->dcm->environment->domain))
		return FAULT_OK;
	w->stranger = true;
	return fault_set(fi, FAULT_DENIED, "%s is not an operator here",
	    w->call->who != NULL ? w->call->who : "nobody");
}

static enum fault
find_type(struct work *w, struct fault_info *fi)
{
	struct dcm_types *types = ARENA_NEW(w->call->arena, struct dcm_types);

	if (types == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "types");
	TRY(dcm_types_read(types, w->call->arena, w->dcm->types, fi));
	return dcm_types_find(
	    &w->type, types, w->call->type, w->call->method, fi);
}

static bool
is_injected(const struct dcm_call *call)
{
	return strcmp(call->method, METHOD_INJECTED) == 0;
}

static enum fault
check(struct work *w, struct fault_info *fi)
{
	const struct dcm_call *c = w->call;

	TRY(check_operator(w, fi));
	if (!is_serial(c->serial))
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "Monarch-Device-Serial: 1 to %u letters, digits, '.', '_' "
		    "and '-'",
		    DCM_SERIAL_MAX);
	if (c->type == NULL)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "Monarch-Device-Type is missing");
	if (is_injected(c) && !w->dcm->conf->injection)
		return fault_set(
		    fi, FAULT_DENIED, "injection of keys is switched off");
	TRY(find_type(w, fi));
	if (!is_injected(c))
		return dcm_judge(
		    c->arena, c->csr, w->dcm->self.trust, w->type, c->now, fi);
	return FAULT_OK;
}

/* ---- the serial number ---- */

static enum fault
record_done(struct work *w, const struct dcm_device *d, const char *outcome,
    struct fault_info *fi)
{
	const struct cert *c = w->enrollment.certificate;
	const struct activity a = {.time = time32_now(),
	    .who = w->call->who,
	    .type = w->call->type,
	    .serial = d->serial,
	    .enrollment = c->id,
	    .outcome = outcome};
	struct db *db = w->dcm->db;

	TRY(db_begin(db, fi));
	TRY(DB_RUN(db, DO_DEVICE_DONE, fi, DB_INT(d->number),
	    DB_BLOB(c->id, sizeof(c->id)), DB_INT(c->end),
	    is_injected(w->call) || w->zip.n == 0 ? DB_NULL_VALUE
						  : DB_BYTES(w->zip),
	    DB_INT(a.time)));
	TRY(activity_add(db, &a, fi));
	return db_commit(db, fi);
}

/* An enrollment that was under way when something went wrong, and that nobody
 * asks for any more.  Whatever the ECA says, no device has got it: it stands in
 * nobody's way, and its request is not taken again. */
static enum fault
drop_old(struct work *w, const struct dcm_device *old, struct fault_info *fi)
{
	const struct activity a = {.time = time32_now(),
	    .who = w->call->who,
	    .type = w->call->type,
	    .serial = old->serial,
	    .outcome = "another request came before this one was answered"};

	TRY(db_begin(w->dcm->db, fi));
	TRY(DB_RUN(w->dcm->db, DO_DEVICE_DROP, fi, DB_INT(old->number)));
	TRY(activity_add(w->dcm->db, &a, fi));
	return db_commit(w->dcm->db, fi);
}

/* A serial number that was used: may this device be enrolled again? */
static enum fault
check_again(struct work *w, const struct dcm_device *old, struct fault_info *fi)
{
	const struct environment *env = w->dcm->environment;
	char id[17];

	hex_encode(id, old->enrollment, sizeof(old->enrollment));
	if (old->state == DCM_RELEASED) {
		if (!env->allow_rebootstrapping)
			return fault_set(fi, FAULT_DUPLICATE,
			    "enrolled before as %s, and re-bootstrapping is "
			    "not allowed",
			    id);
		w->outcome = "bootstrapped again";
		return FAULT_OK;
	}
	if (old->ends <= w->call->now) {
		w->outcome = "enrolled after the old enrollment's end";
		return FAULT_OK;
	}
	if (env->allow_reestablishment) {
		w->outcome = "re-established with a new key";
		return FAULT_OK;
	}
	return fault_set(fi, FAULT_DUPLICATE,
	    env->allow_rebootstrapping
		? "enrolled already as %s, which is not released"
		: "enrolled already as %s",
	    id);
}

static enum fault
check_serial(struct work *w, struct fault_info *fi)
{
	const char *serial = w->call->serial;
	struct db *db = w->dcm->db;
	struct dcm_device old;

	TRY(dcm_store_find(&old, db, w->call->arena, serial, fi));
	while (old.number != 0 && old.state == DCM_ASKED) {
		TRY(drop_old(w, &old, fi));
		TRY(dcm_store_find(&old, db, w->call->arena, serial, fi));
	}
	return old.number != 0 ? check_again(w, &old, fi) : FAULT_OK;
}

/* Takes up a request: the same one as before, or a new one. */
static enum fault
take_request(struct work *w, struct fault_info *fi)
{
	const struct dcm_call *c = w->call;
	struct dcm_device *d = &w->device;
	struct digest request;

	sha256(request.b, c->csr);
	TRY(dcm_store_find_request(d, w->dcm->db, c->arena, &request, fi));
	if (d->number != 0 && strcmp(d->serial, c->serial) != 0)
		return fault_set(fi, FAULT_DUPLICATE,
		    "this request came with serial number %s", d->serial);
	if (d->number != 0 && d->state == DCM_RELEASED)
		return fault_set(fi, FAULT_DUPLICATE,
		    "this enrollment was released; a new request is needed");
	return FAULT_OK;
}

/* ---- enrollment ---- */

static enum fault
begin(struct work *w, struct bytes csr, struct fault_info *fi)
{
	struct dcm_device *d = &w->device;

	TRY(check_serial(w, fi));
	*d = (struct dcm_device){.serial = w->call->serial,
	    .type = w->type->name,
	    .who = w->call->who,
	    .method = w->call->method,
	    .csr = csr};
	sha256(d->request.b, csr);
	TRY(dcm_store_ask(w->dcm->db, d, w->call->now, fi));
	crash_point("dcm-asked");
	return FAULT_OK;
}

static enum fault
ask(struct work *w, struct fault_info *fi)
{
	struct dcm_device *d = &w->device;
	struct bytes answer;
	struct fault_info ignored;
	enum fault f;

	f = eca_client_ask(
	    &answer, &w->enrollment, w->call->arena, &w->dcm->eca, d->csr, fi);
	if (f == FAULT_DENIED && DB_RUN(w->dcm->db, DO_DEVICE_FORGET, &ignored,
				     DB_INT(d->number)) != FAULT_OK)
		log_error("forgetting a request: %s", ignored.text);
	if (f == FAULT_BAD_MESSAGE) /* not what the operator sent */
		f = fi->code = FAULT_HTTP_STATUS;
	if (f == FAULT_OK)
		crash_point("dcm-answered");
	return f;
}

static enum fault
build(struct work *w, struct fault_info *fi)
{
	const struct bundle_device device = {.name = w->call->serial,
	    .certificate = w->enrollment.certificate->raw,
	    .reconstruction = w->enrollment.reconstruction,
	    .eca = w->enrollment.eca->raw,
	    .request = w->device.csr,
	    .key = is_injected(w->call) ? BYTES(w->key.b) : BYTES_NONE};

	return bundle_build(
	    &w->zip, w->call->arena, &w->dcm->source, &device, 1, fi);
}

static enum fault
enroll(struct work *w, struct fault_info *fi)
{
	TRY(ask(w, fi));
	TRY(build(w, fi));
	TRY(record_done(w, &w->device, w->outcome, fi));
	crash_point("dcm-committed");
	atomic_fetch_add(&w->dcm->enrolled, 1);
	return FAULT_OK;
}

static enum fault
note(struct work *w, const char *outcome, struct fault_info *fi)
{
	const struct activity a = {.time = time32_now(),
	    .who = w->call->who,
	    .type = w->call->type,
	    .serial = w->call->serial,
	    .enrollment =
		w->device.state == DCM_DONE ? w->device.enrollment : NULL,
	    .outcome = outcome};

	TRY(db_begin(w->dcm->db, fi));
	TRY(activity_add(w->dcm->db, &a, fi));
	return db_commit(w->dcm->db, fi);
}

static enum fault
own_key(struct work *w, struct fault_info *fi)
{
	TRY(take_request(w, fi));
	if (w->device.number != 0 && w->device.state == DCM_DONE &&
	    w->device.answer.n > 0) {
		w->zip = w->device.answer;
		atomic_fetch_add(&w->dcm->repeated, 1);
		return note(w, "the same answer again", fi);
	}
	if (w->device.number == 0)
		TRY(begin(w, w->call->csr, fi));
	return enroll(w, fi);
}

static enum fault
injected_key(struct work *w, struct fault_info *fi)
{
	struct bytes csr;

	TRY(dcm_make_request(
	    &csr, &w->key, w->call->arena, w->type, w->call->now, fi));
	TRY(begin(w, csr, fi));
	return enroll(w, fi);
}

static enum fault
work(struct work *w, struct fault_info *fi)
{
	TRY(check(w, fi));
	return is_injected(w->call) ? injected_key(w, fi) : own_key(w, fi);
}

/* Those who may do nothing may not fill the log either: so many lines a
 * minute, and then how many there were. */
static bool
has_room(struct dcm *dcm)
{
	if (dcm->strangers < STRANGERS_MOST) {
		dcm->strangers++;
		return true;
	}
	dcm->untold++;
	return false;
}

static void
next_minute(struct work *w)
{
	uint32_t minute = time32_now() / 60;
	struct dcm *dcm = w->dcm;
	struct activity a = {.time = time32_now()};
	struct fault_info fi;
	enum fault f;

	if (minute == dcm->minute)
		return;
	a.outcome = arena_printf(w->call->arena,
	    "refused: %u more calls by others than operators", dcm->untold);
	dcm->minute = minute;
	dcm->strangers = 0;
	if (dcm->untold == 0)
		return;
	if ((f = db_begin(dcm->db, &fi)) == FAULT_OK &&
	    (f = activity_add(dcm->db, &a, &fi)) == FAULT_OK)
		f = db_commit(dcm->db, &fi);
	if (f != FAULT_OK) {
		db_rollback(dcm->db);
		log_error("activity: %s", fi.text);
		return;
	}
	dcm->untold = 0;
}

/* The line of a refusal is as important as any other. */
static void
note_failure(struct work *w, enum fault f, const struct fault_info *why)
{
	struct dcm *dcm = w->dcm;
	struct fault_info fi;
	const char *text;

	atomic_fetch_add(&dcm->refused, 1);
	db_rollback(dcm->db);
	if (w->stranger && !has_room(dcm))
		return;
	w->device.state = DCM_ASKED;
	text = arena_printf(w->call->arena, "%s: %s",
	    f == FAULT_DENIED || f == FAULT_DUPLICATE || f == FAULT_BAD_MESSAGE
		? "refused"
		: "failed",
	    why->text);
	if (note(w, text != NULL ? text : "refused", &fi) != FAULT_OK) {
		db_rollback(dcm->db);
		log_error("activity: %s", fi.text);
	}
}

enum fault
dcm_bootstrap(struct dcm *dcm, struct bytes *zip, const struct dcm_call *call,
    struct fault_info *fi)
{
	struct work w = {.dcm = dcm, .call = call, .outcome = "enrolled"};
	struct fault_info log;
	enum fault f;

	pthread_mutex_lock(&dcm->lock);
	next_minute(&w);
	if ((f = work(&w, fi)) != FAULT_OK)
		note_failure(&w, f, fi);
	wipe(&w.key, sizeof(w.key));
	if (activity_flush(dcm->db, dcm->log, &log) != FAULT_OK) {
		log_error("activity log: %s", log.text);
		if (f == FAULT_OK) {
			*fi = log;
			f = log.code;
		}
	}
	pthread_mutex_unlock(&dcm->lock);
	if (f != FAULT_OK)
		return f;
	crash_point("dcm-logged");
	*zip = w.zip;
	return FAULT_OK;
}
