/* ee.c - see ee.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/time32.h"
#include "cert/batch.h"
#include "cert/encrypt.h"
#include "cert/signature.h"
#include "role/ra/ee.h"

#define EE_CHUNK     64 /* messages at once */
#define SAID_SECONDS 60u

/* ---- blacklist and row ---- */

static enum fault
got_device(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct ee *ee = ctx;

	ee->device = db_int(row, 0);
	ee->next_i = (uint32_t)db_int(row, 2);
	ee->end_i = (uint32_t)db_int(row, 3);
	ee->pca = db_int(row, 4);
	return db_blob_copy(row, 1, ee->request_id, sizeof(ee->request_id), fi);
}

static enum fault
look_up(struct ee *ee, struct db *db, struct fault_info *fi)
{
	const struct cert *c = ee->enrollment;
	const struct db_value id[] = {DB_BLOB(c->id, sizeof(c->id))};
	const struct db_value hash[] = {DB_BLOB(c->hash, c->hash_n)};
	int64_t one;
	enum fault f;

	TRY(db_run(db, DO_DEVICE_BY_ENROLLMENT, hash, 1, got_device, ee, fi));
	if (ee->device == 0) {
		f = db_run_int(
		    db, &ee->holder, DO_AUTH_DEVICE_BY_ENROLLMENT, hash, 1, fi);
		if (f != FAULT_OK && f != FAULT_NOT_FOUND)
			return f;
	}
	f = db_run_int(db, &one, DO_BLOCKED, id, 1, fi);
	if (f == FAULT_OK)
		return fault_set(
		    fi, FAULT_BLOCKED, "enrollment certificate is blocked");
	return f == FAULT_NOT_FOUND ? FAULT_OK : f;
}

/* ---- issuer, time, failures, signature ---- */

/* Is the issuer of a certificate whose chain holds an ECA on the list? */
static enum fault
check_issuer(struct ee *ee, const struct ra *ra, struct fault_info *fi)
{
	for (size_t k = 0; k < ra->eca_n; k++)
		if (ee->enrollment->issuer == ra->eca[k]) {
			ee->certified = true;
			return FAULT_OK;
		}
	return fault_set(fi, FAULT_UNKNOWN_ISSUER,
	    "issuer of the enrollment certificate is no ECA on the list");
}

static enum fault
check_time(const struct ee *ee, const struct ra *ra, struct fault_info *fi)
{
	uint32_t now = time32_now(), then = ee->form.time;
	uint32_t off = now > then ? now - then : then - now;

	/* What is neither request has no time; its content is refused. */
	if (ee->form.kind == EE_OTHER ||
	    off <= ra->environment->time_tolerance_seconds)
		return FAULT_OK;
	return fault_set(fi, FAULT_BAD_TIME, "time is off by %s%u s",
	    now > then ? "-" : "+", off);
}

static enum fault
check_retries(const struct ee *ee, const struct ra *ra, struct fault_info *fi)
{
	if (retries_exceeded(
		ra->retries, ee->enrollment->id, true, time32_now()))
		return fault_set(fi, FAULT_TOO_MANY, "too many failures");
	return FAULT_OK;
}

/* What the signature is over, and by whom. */
static enum fault
begin_checking(
    struct signature_case *c, const struct ee *ee, struct fault_info *fi)
{
	const struct cert *k = ee->enrollment;

	if (hash_of_curve(k->key.curve) != SHA256_SIZE ||
	    ee->form.hash_id != hash_algorithm_sha256)
		return fault_set(
		    fi, FAULT_UNSUPPORTED, "enrollment key on a 384-bit curve");
	c->key = &k->key;
	c->signature = ee->form.signature;
	hash_to_sign(c->e.b, SHA256_SIZE, ee->form.tbs, k);
	return FAULT_OK;
}

/* ---- many messages, step by step ---- */

/* A message is judged up to its first fault, and its step is where that is. */
#define EACH(m, k, n)                        \
	for (size_t k = 0; (k) < (n); (k)++) \
		if ((m)[k].fault == FAULT_OK)

/* Of devices that have not seen the RA's present certificate yet. */
static void
try_former_keys(struct encrypted_spdu *sealed, size_t n, const struct ra *ra)
{
	for (size_t k = 0; k < n && ra->self.former_n > 0; k++) {
		struct encrypted_spdu *s = &sealed[k];

		if (s->fault == FAULT_NOT_FOR_US)
			s->fault = spdu_decrypt(&s->out, s->arena, s->in,
			    ra->self.former, ra->self.former_n, s->fi);
	}
}

static void
decrypt_all(struct ee_message *m, size_t n, const struct ra *ra)
{
	struct encrypted_spdu sealed[EE_CHUNK];

	for (size_t k = 0; k < n; k++) {
		sealed[k] = (struct encrypted_spdu){.arena = m[k].arena,
		    .in = m[k].in,
		    .fault = m[k].fault,
		    .fi = &m[k].why};
		if (m[k].fault == FAULT_OK)
			m[k].ee.step = EE_STEP_DECRYPTION;
	}
	spdu_decrypt_many(sealed, n, &ra->self.decryption);
	try_former_keys(sealed, n, ra);
	for (size_t k = 0; k < n; k++) {
		m[k].fault = sealed[k].fault;
		m[k].in = sealed[k].out;
	}
}

static void
read_all(struct ee_message *m, size_t n, struct db *db)
{
	struct fault_info fi = {.code = FAULT_OK};
	enum fault f;

	EACH(m, k, n)
	{
		m[k].ee.step = EE_STEP_FORM;
		m[k].fault = ee_read_form(
		    &m[k].ee, m[k].arena, m[k].in, m[k].is_data, &m[k].why);
	}
	f = db_begin_reading(db, &fi);
	EACH(m, k, n)
	{
		m[k].ee.step = EE_STEP_BLACKLIST;
		m[k].why = fi;
		m[k].fault =
		    f != FAULT_OK ? f : look_up(&m[k].ee, db, &m[k].why);
	}
	db_rollback(db);
}

/* Revoked by itself, which is the same as blocked; or no longer issued by
 * anybody who is trusted. */
static enum fault
why_not(
    struct ee_message *m, const struct ra *ra, struct cert *cert, uint32_t now)
{
	if (trust_check_revoked(
		ra->self.trust, cert, TRUST_ANY_TIME, &m->why) == FAULT_OK)
		return trust_check_chain(
		    NULL, ra->self.trust, cert, now, &m->why);
	m->ee.step = EE_STEP_BLACKLIST;
	return FAULT_REVOKED;
}

static void
certify_all(struct ee_message *m, size_t n, const struct ra *ra)
{
	struct cert *cert[EE_CHUNK];
	enum fault verdict[EE_CHUNK];
	uint32_t now = time32_now();
	size_t i = 0;

	EACH(m, k, n)
	cert[i++] = m[k].ee.enrollment;
	per_element(trust_check_batch(ra->self.trust, cert, verdict, i, now));
	i = 0;
	EACH(m, k, n)
	{
		m[k].ee.step = EE_STEP_CERTIFICATE;
		/* a second time, to learn why */
		if (verdict[i] != FAULT_OK)
			m[k].fault = why_not(&m[k], ra, cert[i], now);
		if (m[k].fault == FAULT_OK)
			m[k].fault = check_issuer(&m[k].ee, ra, &m[k].why);
		i++;
	}
}

/* A wrong time of the true holder is his failure, that of anybody else is
 * not: so the signature is looked at in both cases. */
static void
verify_all(struct ee_message *m, size_t n, const struct ra *ra)
{
	struct signature_case c[EE_CHUNK];
	struct fault_info why[EE_CHUNK];

	for (size_t k = 0; k < n; k++) {
		c[k] =
		    (struct signature_case){.fault = m[k].fault, .fi = &why[k]};
		if (c[k].fault == FAULT_OK)
			c[k].fault = begin_checking(&c[k], &m[k].ee, &why[k]);
	}
	signature_check_many(c, n);
	EACH(m, k, n)
	{
		m[k].ee.proven = c[k].fault == FAULT_OK;
		m[k].ee.step = EE_STEP_TIME;
		m[k].fault = check_time(&m[k].ee, ra, &m[k].why);
		if (m[k].fault != FAULT_OK)
			continue;
		m[k].ee.step = EE_STEP_SIGNATURE;
		if ((m[k].fault = c[k].fault) != FAULT_OK)
			m[k].why = why[k];
		else
			trust_remember(ra->self.trust, m[k].ee.enrollment);
	}
}

static void
open_some(struct ee_message *m, size_t n, const struct ra *ra, struct db *db)
{
	decrypt_all(m, n, ra);
	read_all(m, n, db);
	certify_all(m, n, ra);
	verify_all(m, n, ra);
	EACH(m, k, n)
	{
		m[k].ee.step = EE_STEP_RETRIES;
		m[k].fault = check_retries(&m[k].ee, ra, &m[k].why);
	}
	EACH(m, k, n)
	m[k].ee.step = EE_STEP_CONTENT;
}

void
ee_open_many(struct ee_message *m, size_t n, const struct ra *ra, struct db *db)
{
	for (size_t k = 0; k < n; k += EE_CHUNK)
		open_some(m + k, n - k < EE_CHUNK ? n - k : EE_CHUNK, ra, db);
}

enum fault
ee_open(struct ee *ee, const struct ra *ra, struct db *db, struct arena *arena,
    struct bytes in, struct fault_info *fi)
{
	struct ee_message m = {.arena = arena, .in = in};

	ee_open_many(&m, 1, ra, db);
	*ee = m.ee;
	*fi = m.why;
	return m.fault;
}

/* ---- refusals ---- */

/* Is this a failed attempt, or only too early, or not the device's fault? */
static bool
is_failure(enum ee_error error)
{
	switch (error) {
	case EE_ERROR_BLACKLISTED:
	case EE_ERROR_NO_FILE:
	case EE_ERROR_NO_INFO:
	case EE_ERROR_NO_CHAIN_FILE:
	case EE_ERROR_TOO_MANY:
	case EE_ERROR_INTERNAL:
		return false;
	case EE_ERROR_MULTIPLE:
	case EE_ERROR_DUPLICATE:
	case EE_ERROR_SIGNATURE:
	case EE_ERROR_NOT_ENCRYPTED:
	case EE_ERROR_AUTHENTICATION:
	case EE_ERROR_PARAMETERS:
	case EE_ERROR_URL:
	case EE_ERROR_COUNT:
		break;
	}
	return true;
}

/* Counts the failure; the answer may become 5071 by it. */
static enum ee_error
count_failure(struct ra *ra, const struct ee *ee, enum ee_error error)
{
	uint32_t now = time32_now();
	const uint8_t *id;

	if (!is_failure(error) || !ee->certified)
		return error;
	id = ee->enrollment->id;
	if (retries_exceeded(ra->retries, id, ee->proven, now))
		return EE_ERROR_TOO_MANY;
	retries_failed(ra->retries, id, ee->proven, now);
	return error;
}

/* Devices ask for what is not there yet as often as they like, and reports come
 * from anybody. */
static struct ra_said *
said_of(struct ra *ra, enum ee_step step, enum ee_error error)
{
	if (step == EE_STEP_REPORT)
		return &ra->bad_reports;
	if (error == EE_ERROR_NO_FILE || error == EE_ERROR_NO_INFO)
		return &ra->polls;
	return NULL;
}

/* One line a minute tells how often.  It is told at once when time went
 * back. */
static bool
is_said(struct ra_said *said, uint64_t *times)
{
	uint32_t now = time32_now(), then;

	if (said == NULL)
		return true;
	then = atomic_load(&said->at);
	ra_count(&said->times);
	if (now - then < SAID_SECONDS ||
	    !atomic_compare_exchange_strong(&said->at, &then, now))
		return false;
	*times = atomic_exchange(&said->times, 0);
	return true;
}

static int64_t
who(const struct ee *ee)
{
	return ee->device != 0 ? ee->device : ee->holder;
}

static void
say(struct ra *ra, const struct ee *ee, const char *path, enum ee_error error,
    const char *cause)
{
	uint64_t times = 1;

	if (is_said(said_of(ra, ee->step, error), &times))
		log_warn("refused: %s code=%u device=%" PRId64 " times=%" PRIu64
			 " cause=%s",
		    path, ee_answer_of(error)->code, who(ee), times, cause);
}

void
ee_refuse(struct ra *ra, const struct ee *ee,
    const struct http_request *request, struct http_response *response,
    const struct fault_info *fi)
{
	enum ee_error error =
	    count_failure(ra, ee, ee_error_of(ee->step, fi->code));
	const struct ee_answer *a = ee_answer_of(error);
	char text[CONTACT_ERROR];

	_Static_assert(EE_ERROR_COUNT <= RA_ERRORS, "too many kinds");
	ra_count(&ra->errors[error]);
	say(ra, ee, request->path, error, fi->text);
	snprintf(text, sizeof(text), "%u %s", a->code, a->text);
	if (who(ee) != 0 && ee->proven)
		contacts_note(&ra->contacts, who(ee), time32_now(),
		    is_failure(error) ? text : NULL);
	if (a->code == 0)
		http_reply(response, 500, BYTES_NONE);
	else
		http_reply_scms_error(response, request->arena,
		    ra->environment->detailed_errors, a->status, a->code,
		    a->text);
}
