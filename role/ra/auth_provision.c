/* auth_provision.c - POST /provision-identity-certificate and
 * /provision-application-certificate (use-cases.md 12).  The checks of the
 * sender are those of all messages of devices (ee.h). */
#include <string.h>

#include "base/log.h"
#include "base/time32.h"
#include "cert/perm.h"
#include "cert/spdu.h"
#include "crypto/random.h"
#include "role/ra/auth_asking.h"
#include "role/ra/ee.h"
#include "role/ra/handlers.h"
#include "service/crash.h"

#define NUMBERS_TRIED 8
#define MEMORY	      ((size_t)4 << 20) /* of many requests together */

/* ---- judging ---- */

/* Look-ups are one transaction, and the arithmetic outside of any. */
static enum fault
judge_all(struct asking **p, struct ee_message *m, size_t n,
    const struct ra *ra, struct db *db, struct fault_info *fi)
{
	TRY(db_begin_reading(db, fi));
	for (size_t k = 0; k < n; k++) {
		p[k]->m.fault = auth_find_ack(p[k], db, &p[k]->m.why);
		m[k] = p[k]->m;
		if (p[k]->m.fault == FAULT_OK && p[k]->is_known)
			m[k].fault = FAULT_EXISTS; /* need not be opened */
	}
	db_rollback(db);
	ee_open_many(m, n, ra, db);
	TRY(db_begin_reading(db, fi));
	for (size_t k = 0; k < n; k++) {
		if (p[k]->is_known)
			continue;
		p[k]->m = m[k];
		if (m[k].fault == FAULT_OK)
			p[k]->m.fault = auth_judge(p[k], db, &p[k]->m.why);
	}
	db_rollback(db);
	return FAULT_OK;
}

static bool
is_new(const struct asking *p)
{
	return p->m.fault == FAULT_OK && !p->is_known;
}

/* ---- acks ---- */

static enum fault
encode_ack(struct bytes *out, struct arena *arena, const struct asking *p,
    struct fault_info *fi)
{
	scms_pdu *pdu = ARENA_NEW(arena, scms_pdu);
	end_entity_ra_interface_pdu *ee;
	ra_ee_pseudonym_cert_provisioning_ack ack = {.version = 1};

	if (pdu == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "ack");
	memcpy(ack.request_hash.b, digest_id8(p->request.b), 8);
	ack.reply.is = ra_ee_pseudonym_cert_provisioning_ack_reply_ack;
	ack.reply.ack.cert_dl_time = time32_now() + AUTH_SOON;
	ack.reply.ack.cert_dlurl = bytes_of_string(p->ra->auth_url[p->kind]);
	pdu->version = 1;
	pdu->content.is = scms_pdu_content_ee_ra;
	ee = &pdu->content.ee_ra;
	if (p->kind == AUTH_IDENTIFICATION) {
		ee->is =
		    end_entity_ra_interface_pdu_ra_ee_id_cert_provisioning_ack;
		ee->ra_ee_id_cert_provisioning_ack = ack;
	} else {
		ee->is =
		    end_entity_ra_interface_pdu_ra_ee_app_cert_provisioning_ack;
		ee->ra_ee_app_cert_provisioning_ack = ack;
	}
	return coer_encode_new(out, arena, &scms_pdu_asn, pdu, fi);
}

/* Of all, signed as one batch; what fails here is our trouble. */
static enum fault
make_acks(
    struct asking **p, size_t n, struct arena *arena, struct fault_info *fi)
{
	struct spdu_header header = {.psid = PSID_SECURITY};
	struct bytes *payload = ARENA_ARRAY(arena, n, struct bytes);
	struct bytes *message = ARENA_ARRAY(arena, n, struct bytes);

	if (payload == NULL || message == NULL)
		return fault_set(fi, FAULT_INTERNAL, "no memory for acks");
	for (size_t k = 0; k < n; k++)
		if (encode_ack(&payload[k], arena, p[k], fi) != FAULT_OK)
			return fi->code = FAULT_INTERNAL;
	if (spdu_sign_batch(message, arena, &header, payload, n, SIGNER_DIGEST,
		&p[0]->ra->self.signer, fi) != FAULT_OK)
		return fi->code = FAULT_INTERNAL;
	for (size_t k = 0; k < n; k++)
		p[k]->ack = message[k];
	return FAULT_OK;
}

/* ---- rows ---- */

/* The row of the holder, a new one if need be. */
static enum fault
find_holder(struct asking *p, struct db *db, struct fault_info *fi)
{
	const struct cert *c = p->m.ee.enrollment;
	const struct db_value hash[] = {DB_BLOB(c->hash, c->hash_n)};
	uint32_t number;
	enum fault f = db_run_int(
	    db, &p->device, DO_AUTH_DEVICE_BY_ENROLLMENT, hash, 1, fi);

	if (f == FAULT_NOT_FOUND)
		f = FAULT_EXISTS; /* a number that was drawn before */
	for (int k = 0; k < NUMBERS_TRIED && f == FAULT_EXISTS; k++) {
		random_bytes(&number, sizeof(number));
		p->device = AUTH_NUMBERS + number;
		f = DB_RUN(db, DO_AUTH_DEVICE_ADD, fi, DB_INT(p->device),
		    DB_BLOB(c->hash, c->hash_n), DB_BLOB(c->id, sizeof(c->id)),
		    DB_BYTES(c->raw), DB_INT(c->start), DB_INT(time32_now()));
	}
	return f == FAULT_EXISTS
		   ? fault_set(fi, FAULT_STORE, "no number for a holder")
		   : f;
}

static struct db_value
blob_of(bool present, const void *p, size_t n)
{
	return present ? DB_BLOB(p, n) : DB_NULL_VALUE;
}

static enum fault
add_request(struct asking *p, struct db *db, struct fault_info *fi)
{
	const struct ee_form *form = &p->m.ee.form;
	bool keys = p->kind == AUTH_IDENTIFICATION;
	struct bytes psids = BYTES_NONE, region = BYTES_NONE;

	TRY(coer_encode_new(
	    &psids, p->m.arena, &sequence_of_psid_ssp_asn, p->psids, fi));
	TRY(coer_encode_new(
	    &region, p->m.arena, &geographic_region_asn, p->region, fi));
	TRY(DB_RUN(db, DO_AUTH_REQUEST_ADD, fi, DB_INT(p->device),
	    DB_INT(p->kind), DB_BLOB(p->request.b, sizeof(p->request.b)),
	    DB_BLOB(digest_id8(p->request.b), 8), DB_BYTES(psids),
	    DB_BYTES(region), blob_of(keys, &p->a, sizeof(p->a)),
	    blob_of(keys, keys ? form->sign->expansion.b : NULL, 16),
	    blob_of(keys, &p->h, sizeof(p->h)),
	    blob_of(keys, keys ? form->encrypt->expansion.b : NULL, 16),
	    DB_BYTES(p->ack), DB_INT(p->next_i), DB_INT(p->end_i),
	    keys ? DB_INT(0) : DB_NULL_VALUE));
	p->row = db_last_id(db);
	return FAULT_OK;
}

/* Whether it may be granted is looked at again inside, as a device may send
 * two requests at once. */
static enum fault
add(struct asking *p, struct db *db, struct fault_info *fi)
{
	TRY(auth_find_ack(p, db, fi));
	if (p->is_known) /* the same octets, just now */
		return FAULT_OK;
	p->m.ee.step = EE_STEP_CONTENT;
	TRY(find_holder(p, db, fi));
	if (p->kind == AUTH_IDENTIFICATION) {
		TRY(auth_check_once(p, db, fi));
		return add_request(p, db, fi);
	}
	TRY(auth_check_start(p, db, fi));
	TRY(add_request(p, db, fi));
	return DB_RUN(db, DO_AUTH_CERTIFICATE_ADD, fi, DB_INT(p->row),
	    DB_INT(0), DB_INT(p->pca->id), DB_INT(p->start), DB_INT(p->end),
	    DB_BYTES(p->certificate), DB_INT(0));
}

static bool
is_theirs(enum fault f)
{
	return f == FAULT_BLOCKED || f == FAULT_DUPLICATE || f == FAULT_EXISTS;
}

/* One commit for all.  One that is refused does not hinder the others; a
 * database that fails does. */
static enum fault
add_all(struct asking **p, size_t n, struct db *db, struct fault_info *fi)
{
	TRY(db_begin(db, fi));
	for (size_t k = 0; k < n; k++) {
		p[k]->m.fault = add(p[k], db, &p[k]->m.why);
		if (p[k]->m.fault != FAULT_OK && !is_theirs(p[k]->m.fault)) {
			*fi = p[k]->m.why;
			return p[k]->m.fault;
		}
	}
	return db_commit(db, fi);
}

static void
fail_all(struct asking **p, size_t n, enum fault f, const struct fault_info *fi)
{
	for (size_t k = 0; k < n; k++) {
		p[k]->m.fault = f;
		p[k]->m.why = *fi;
	}
}

static void
commit(struct asking **p, size_t n, struct arena *arena)
{
	struct ra *ra = p[0]->ra;
	struct fault_info fi;
	enum fault f = make_acks(p, n, arena, &fi);

	if (f == FAULT_OK) {
		ra_db_lock(ra);
		f = add_all(p, n, ra->db, &fi);
		ra_db_unlock(ra, ra->db);
	}
	if (f != FAULT_OK) {
		fail_all(p, n, f, &fi);
		return;
	}
	crash_point("ra-auth-committed");
	wake_all(&ra->wake);
	wake_all(&ra->auth);
}

/* ---- requests ---- */

static void
reply(struct asking *p, const struct http_request *request,
    struct http_response *response)
{
	struct bytes ack;

	if (p->m.fault != FAULT_OK) {
		ee_refuse(p->ra, &p->m.ee, request, response, &p->m.why);
		return;
	}
	ack = bytes_copy(request->arena, p->ack);
	contacts_note(&p->ra->contacts, p->device, time32_now(), NULL);
	http_reply(response, ack.p != NULL ? 200 : 500, ack);
}

/* The second step: a commit for all, which may wait for the database, and for
 * which other threads must not wait with it. */
static void
add_together(void *ctx, const struct http_request *const *requests,
    struct http_response *const *responses, size_t n)
{
	struct arena arena = arena_new(MEMORY);
	struct asking **p = ARENA_ARRAY(&arena, n, struct asking *);

	(void)ctx;
	if (p == NULL)
		log_fatal("no memory for %zu requests", n);
	for (size_t k = 0; k < n; k++)
		p[k] = responses[k]->state;
	commit(p, n, &arena);
	for (size_t k = 0; k < n; k++)
		reply(p[k], requests[k], responses[k]);
	arena_free(&arena);
	crash_point("ra-ack-sent");
}

static void
provision(struct ra *ra, int kind, const struct http_request *const *requests,
    struct http_response *const *responses, size_t n)
{
	struct arena arena = arena_new(MEMORY);
	struct asking **p = ARENA_ARRAY(&arena, n, struct asking *);
	struct ee_message *m = ARENA_ARRAY(&arena, n, struct ee_message);
	struct fault_info fi;
	struct db *db;
	enum fault f;

	if (p == NULL || m == NULL)
		log_fatal("no memory for %zu requests", n);
	for (size_t k = 0; k < n; k++) {
		p[k] = responses[k]->state;
		*p[k] = (struct asking){.ra = ra, .kind = kind};
		p[k]->m.arena = requests[k]->arena;
		p[k]->m.in = requests[k]->body;
		sha256(p[k]->request.b, requests[k]->body);
	}
	if ((f = db_pool_take(&ra->dbs, &db, &fi)) == FAULT_OK)
		f = judge_all(p, m, n, ra, db, &fi);
	if (f != FAULT_OK)
		fail_all(p, n, f, &fi);
	db_pool_give(&ra->dbs, db);
	for (size_t k = 0; k < n; k++)
		if (is_new(p[k]))
			http_gather_alone(responses[k], add_together);
		else
			reply(p[k], requests[k], responses[k]);
	arena_free(&arena);
}

static void
provision_identities(void *ctx, const struct http_request *const *requests,
    struct http_response *const *responses, size_t n)
{
	provision(ctx, AUTH_IDENTIFICATION, requests, responses, n);
}

static void
provision_applications(void *ctx, const struct http_request *const *requests,
    struct http_response *const *responses, size_t n)
{
	provision(ctx, AUTH_APPLICATION, requests, responses, n);
}

/* Its memory is taken before anything else is, so that there is some. */
static void
begin(const struct http_request *request, struct http_response *response,
    http_gathered *gathered)
{
	response->state = ARENA_NEW(request->arena, struct asking);
	if (response->state == NULL)
		http_reply(response, 500, BYTES_NONE);
	else
		http_gather(response, gathered);
}

void
ra_provision_identity(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	(void)ctx;
	begin(request, response, provision_identities);
}

void
ra_provision_application(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	(void)ctx;
	begin(request, response, provision_applications);
}
