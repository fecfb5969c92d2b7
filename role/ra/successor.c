/*
 * successor.c - POST /successor-enrollment-certificate: the enrollment
 * certificate that follows a device's own.
 *
 * No message of CAMP does this; the form is that of IEEE 1609.2.1: a request
 * for the ECA inside data signed with the current certificate, encrypted to
 * us.  We judge what the ECA cannot know (who asks, what it has, when it
 * ends), the ECA answers, and the same request always gets the same answer of
 * it.  One request for each certificate: another one is a duplicate.
 */
#include <string.h>

#include "base/log.h"
#include "base/time32.h"
#include "cert/enrollment.h"
#include "cert/perm.h"
#include "cert/region.h"
#include "cert/request.h"
#include "enroll/eca.h"
#include "role/ra/ee.h"
#include "role/ra/handlers.h"
#include "schema/scms_protocol.h"
#include "service/crash.h"

#define DAY	    86400u
#define ECA_TIMEOUT 5000u /* ms; a thread of the server waits */

struct succession {
	struct ra *ra;
	struct ee ee;
	struct arena *arena;
	struct digest request; /* of the octets for the ECA */
	struct bytes answer;
	struct enrollment next;
	bool judged; /* refused by what is allowed, not by a check */
};

/* ---- what is allowed ---- */

static enum fault
check_time(const struct succession *s, struct fault_info *fi)
{
	const struct environment *env = s->ra->environment;
	uint32_t now = time32_now(), end = s->ee.enrollment->end;

	if (!env->allow_rollover)
		return fault_set(fi, FAULT_DENIED,
		    "rollover is not allowed (allow_rollover)");
	if (end > now && (end - now) / DAY >= env->rollover_days)
		return fault_set(fi, FAULT_DENIED,
		    "%u days before the end, and successors are given %u days "
		    "before it",
		    (end - now) / DAY, env->rollover_days);
	return FAULT_OK;
}

/* For the same kind of certificate, as far below. */
static bool
same_kind(const psid_group_permissions *a, const psid_group_permissions *b)
{
	return a->ee_type == b->ee_type &&
	       a->min_chain_length == b->min_chain_length &&
	       a->chain_length_range == b->chain_length_range;
}

static const psid_ssp_range *
find_psid(const sequence_of_psid_group_permissions *groups,
    const psid_group_permissions *like, uint64_t id)
{
	for (size_t i = 0; groups != NULL && i < groups->n; i++) {
		const subject_permissions *p =
		    &groups->v[i].subject_permissions;

		if (p->is != subject_permissions_explicit ||
		    !same_kind(&groups->v[i], like))
			continue;
		for (size_t k = 0; k < p->explicit.n; k++)
			if (p->explicit.v[k].psid == id)
				return &p->explicit.v[k];
	}
	return NULL;
}

/* Every PSID and SSP of the new one is in the old one, to request the same kind
 * of certificates; there are no permissions of another sort. */
static enum fault
check_permissions(const to_be_signed_certificate *wanted,
    const to_be_signed_certificate *has, struct fault_info *fi)
{
	const sequence_of_psid_group_permissions *groups =
	    wanted->cert_request_permissions;

	if ((wanted->app_permissions != NULL && has->app_permissions == NULL) ||
	    (wanted->cert_issue_permissions != NULL &&
		has->cert_issue_permissions == NULL))
		return fault_set(fi, FAULT_DENIED,
		    "permissions to sign or to issue are beyond the current "
		    "certificate");
	for (size_t i = 0; groups != NULL && i < groups->n; i++) {
		const subject_permissions *p =
		    &groups->v[i].subject_permissions;

		if (p->is != subject_permissions_explicit)
			return fault_set(
			    fi, FAULT_DENIED, "PSIDs are not named one by one");
		for (size_t k = 0; k < p->explicit.n; k++) {
			const psid_ssp_range *w = &p->explicit.v[k];
			const psid_ssp_range *h =
			    find_psid(has->cert_request_permissions,
				&groups->v[i], w->psid);

			if (h == NULL ||
			    !perm_range_in_range(w->ssp_range, h->ssp_range))
				return fault_set(fi, FAULT_DENIED,
				    "PSID 0x%llx, its SSP or its use is beyond "
				    "the current certificate",
				    (unsigned long long)w->psid);
		}
	}
	return FAULT_OK;
}

static enum fault
open_inner(const to_be_signed_certificate **out, const struct succession *s,
    struct fault_info *fi)
{
	struct request r;
	struct fault_info why;

	if (request_open(&r, s->arena, s->ee.form.inner, s->ra->self.trust,
		time32_now(), &why) != FAULT_OK)
		return fault_set(
		    fi, FAULT_DENIED, "request for the ECA: %s", why.text);
	if (r.signer != NULL || r.pdu == NULL ||
	    r.pdu->content.is != scms_pdu_content_eca_ee ||
	    r.pdu->content.eca_ee.is !=
		eca_end_entity_interface_pdu_ee_eca_cert_request)
		return fault_set(
		    fi, FAULT_DENIED, "not a self-signed enrollment request");
	*out = &r.pdu->content.eca_ee.ee_eca_cert_request.tbs_data;
	return FAULT_OK;
}

static enum fault
judge(struct succession *s, struct fault_info *fi)
{
	const struct cert *current = s->ee.enrollment;
	const to_be_signed_certificate *wanted;

	s->judged = true;
	TRY(check_time(s, fi));
	TRY(open_inner(&wanted, s, fi));
	if (wanted->validity_period.start != current->end)
		return fault_set(fi, FAULT_DENIED,
		    "start is not the end of the current certificate");
	TRY(check_permissions(wanted, current->tbs, fi));
	if (wanted->region == NULL ||
	    !region_within(wanted->region, region_of_cert(current)))
		return fault_set(fi, FAULT_DENIED,
		    "region is beyond that of the current certificate");
	return FAULT_OK;
}

/* ---- one for each ---- */

static enum fault
got_request(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	return db_blob_copy(row, 0, ctx, SHA256_SIZE, fi);
}

/* FAULT_DUPLICATE: another request was granted; *known: this one was. */
static enum fault
look_up(const struct succession *s, bool *known, struct db *db,
    struct fault_info *fi)
{
	static const uint8_t none[SHA256_SIZE];
	const struct cert *c = s->ee.enrollment;
	uint8_t request[SHA256_SIZE] = {0};

	TRY(DB_EACH(db, DO_SUCCESSOR_OF, got_request, request, fi,
	    DB_BLOB(c->hash, c->hash_n)));
	*known = memcmp(request, s->request.b, sizeof(request)) == 0;
	if (*known || memcmp(request, none, sizeof(none)) == 0)
		return FAULT_OK;
	return fault_set(
	    fi, FAULT_DUPLICATE, "another request for a successor was granted");
}

/* The device may have been blocked since it asked. */
static enum fault
check_blocked(struct succession *s, struct db *db, struct fault_info *fi)
{
	const struct cert *c = s->ee.enrollment;
	const struct db_value id[] = {DB_BLOB(c->id, sizeof(c->id))};
	int64_t one;
	enum fault f = db_run_int(db, &one, DO_BLOCKED, id, 1, fi);

	if (f != FAULT_OK)
		return f == FAULT_NOT_FOUND ? FAULT_OK : f;
	s->ee.step = EE_STEP_BLACKLIST;
	return fault_set(
	    fi, FAULT_BLOCKED, "enrollment certificate is blocked");
}

/* In one transaction with the look at the blacklist: who blocks a device from
 * now on finds its successor. */
static enum fault
store(struct succession *s, struct db *db, struct fault_info *fi)
{
	const struct cert *c = s->ee.enrollment;
	bool known;

	TRY(db_begin(db, fi));
	TRY(check_blocked(s, db, fi));
	TRY(look_up(s, &known, db, fi));
	if (known)
		return FAULT_OK;
	TRY(DB_RUN(db, DO_SUCCESSOR_ADD, fi, DB_BLOB(c->hash, c->hash_n),
	    DB_BLOB(c->id, sizeof(c->id)),
	    DB_BLOB(s->request.b, sizeof(s->request.b)),
	    DB_BLOB(s->next.certificate->id, CERT_ID_SIZE),
	    DB_INT(time32_now())));
	return db_commit(db, fi);
}

/* ---- the ECA ---- */

static enum fault
check_answer(const struct succession *s, struct fault_info *fi)
{
	const struct cert *next = s->next.certificate;

	for (size_t k = 0; k < s->ra->eca_n; k++)
		if (next->issuer == s->ra->eca[k] &&
		    next->start == s->ee.enrollment->end)
			return FAULT_OK;
	return fault_set(fi, FAULT_INTERNAL, "the ECA granted something else");
}

/* What it refuses is the device's business; all else is ours. */
static enum fault
ask(struct succession *s, struct fault_info *fi)
{
	struct ra *ra = s->ra;
	struct eca_client eca = {.http = ra->service->client,
	    .trust = ra->self.trust,
	    .timeout_ms = ECA_TIMEOUT};
	enum fault f;

	if (peer_rests(&ra->enroll))
		return fault_set(fi, FAULT_INTERNAL, "the ECA does not answer");
	eca.url =
	    arena_printf(s->arena, "https://%s" ECA_PATH, ra->enroll.address);
	if (eca.url == NULL)
		return fault_set(fi, FAULT_INTERNAL, "URL of the ECA");
	f = eca_client_ask(
	    &s->answer, &s->next, s->arena, &eca, s->ee.form.inner, fi);
	if (f == FAULT_NETWORK || f == FAULT_TLS)
		(void)peer_fails(&ra->enroll, fi);
	else
		peer_works(&ra->enroll);
	if (f == FAULT_DENIED) {
		s->judged = true;
		fault_prefix(fi, "ECA");
		return f;
	}
	if (f == FAULT_OK)
		return check_answer(s, fi);
	log_error("no successor: %s", fi->text);
	return fi->code = FAULT_INTERNAL;
}

/* ---- requests ---- */

static enum fault
open_message(
    struct succession *s, bool *known, struct bytes in, struct fault_info *fi)
{
	struct ee_message m = {.arena = s->arena, .in = in, .is_data = true};
	struct db *db;
	enum fault f;

	TRY(db_pool_take(&s->ra->dbs, &db, fi));
	ee_open_many(&m, 1, s->ra, db);
	s->ee = m.ee;
	*fi = m.why;
	if ((f = m.fault) == FAULT_OK) {
		sha256(s->request.b, s->ee.form.inner);
		f = look_up(s, known, db, fi);
	}
	db_pool_give(&s->ra->dbs, db);
	return f;
}

static enum fault
check(struct succession *s, struct bytes in, struct fault_info *fi)
{
	bool known = false;

	TRY(open_message(s, &known, in, fi));
	if (!known)
		TRY(judge(s, fi));
	s->judged = false;
	return FAULT_OK;
}

static enum fault
succeed(struct succession *s, struct fault_info *fi)
{
	enum fault f;

	TRY(ask(s, fi));
	crash_point("ra-successor-answered");
	ra_db_lock(s->ra);
	f = store(s, s->ra->db, fi);
	ra_db_unlock(s->ra, s->ra->db);
	TRY(f);
	crash_point("ra-successor-stored");
	log_info("device=%lld has a successor of its enrollment certificate",
	    (long long)s->ee.device);
	return FAULT_OK;
}

/* What is not allowed is told in so many words, where words are told. */
static void
refuse(const struct succession *s, const struct http_request *request,
    struct http_response *response, const struct fault_info *fi)
{
	const struct ee_answer *a = ee_answer_of(EE_ERROR_PARAMETERS);
	const char *text;

	if (!s->judged || fi->code != FAULT_DENIED) {
		ee_refuse(s->ra, &s->ee, request, response, fi);
		return;
	}
	text = arena_printf(request->arena, "%s: %s", a->text, fi->text);
	ee_refuse(s->ra, &s->ee, request, response, fi);
	if (s->ra->environment->detailed_errors && text != NULL &&
	    response->status == a->status) {
		response->headers_n = 0;
		http_reply_scms_error(
		    response, request->arena, true, 403, a->code, text);
	}
}

static void
answer(struct succession *s, const struct http_request *request,
    struct http_response *response)
{
	struct fault_info fi;

	if (succeed(s, &fi) != FAULT_OK) {
		refuse(s, request, response, &fi);
		return;
	}
	if (s->ee.device != 0)
		contacts_note(
		    &s->ra->contacts, s->ee.device, time32_now(), NULL);
	http_reply(response, 200, s->answer);
}

/* The second step: one thread at most waits for the ECA. */
static void
succeed_all(void *ctx, const struct http_request *const *requests,
    struct http_response *const *responses, size_t n)
{
	(void)ctx;
	for (size_t k = 0; k < n; k++)
		answer(responses[k]->state, requests[k], responses[k]);
}

void
ra_successor(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct succession *s = ARENA_NEW(request->arena, struct succession);
	struct fault_info fi;

	if (s == NULL) {
		http_reply(response, 500, BYTES_NONE);
		return;
	}
	*s = (struct succession){.ra = ctx, .arena = request->arena};
	if (check(s, request->body, &fi) != FAULT_OK) {
		refuse(s, request, response, &fi);
		return;
	}
	response->state = s;
	http_gather_alone(response, succeed_all);
}
