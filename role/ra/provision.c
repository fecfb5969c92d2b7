/* provision.c - POST /provision-pseudonym-certificate-batch: a device asks,
 * once and for all, for pseudonym certificates.  Requests that are there at
 * the same moment share their arithmetic and their commit. */
#include <string.h>

#include "base/log.h"
#include "base/time32.h"
#include "cert/perm.h"
#include "cert/region.h"
#include "cert/spdu.h"
#include "crypto/random.h"
#include "role/ra/ee.h"
#include "role/ra/handlers.h"
#include "role/ra/supply.h"
#include "service/crash.h"

#define NUMBERS_TRIED 8
#define MEMORY	      (4u << 20) /* of many requests together */

/* What becomes of a request: refused with m->fault, or answered by ack. */
struct provisioning {
	struct ra *ra;
	struct ee_message *m;
	struct digest request; /* SHA-256 of the whole body */
	struct point a, h;     /* caterpillar keys */
	uint32_t first_i;
	uint32_t end_i;
	struct bytes ack;
	bool is_known;	/* the ack was given before */
	bool is_judged; /* and nothing is left but to commit it */
	int64_t number;
};

/* ---- the same octets once more ---- */

struct known {
	struct arena *arena;
	struct bytes ack;
	int64_t number;
	uint8_t enrollment_id[8];
};

static enum fault
got_known(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct known *k = ctx;

	k->number = db_int(row, 0);
	k->ack = bytes_copy(k->arena, db_blob(row, 2));
	if (k->ack.p == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "ack");
	return db_blob_copy(
	    row, 1, k->enrollment_id, sizeof(k->enrollment_id), fi);
}

/* The ack that was given to these octets, if there is one.  Neither the time
 * nor anything else of them is judged again. */
static enum fault
find_ack(struct provisioning *p, struct db *db, struct fault_info *fi)
{
	struct known known = {.arena = p->m->arena};
	const struct db_value id[] = {DB_BLOB(known.enrollment_id, 8)};
	int64_t one;
	enum fault f;

	TRY(DB_EACH(db, DO_DEVICE_BY_REQUEST, got_known, &known, fi,
	    DB_BLOB(p->request.b, sizeof(p->request.b))));
	if (known.number == 0)
		return FAULT_OK;
	p->m->ee.device = known.number;
	p->m->ee.step = EE_STEP_BLACKLIST;
	f = db_run_int(db, &one, DO_BLOCKED, id, 1, fi);
	if (f == FAULT_OK)
		return fault_set(
		    fi, FAULT_BLOCKED, "enrollment certificate is blocked");
	p->ack = known.ack;
	p->is_known = true;
	return f == FAULT_NOT_FOUND ? FAULT_OK : f;
}

/* ---- content ---- */

static enum fault
read_key(struct point *out, const unsigned_butterfly_params *in,
    struct fault_info *fi)
{
	struct compressed c;

	switch (in->seed_key.is) {
	case ecc_p256_curve_point_compressed_y_0:
	case ecc_p256_curve_point_compressed_y_1:
		memcpy(c.x, in->seed_key.compressed_y_0.b, sizeof(c.x));
		c.y_bit =
		    in->seed_key.is == ecc_p256_curve_point_compressed_y_1;
		if (p256_decompress(out, &c, NULL, 1) != FAULT_OK)
			return fault_set(fi, FAULT_BAD_POINT, "seed key");
		return FAULT_OK;
	case ecc_p256_curve_point_uncompressed_p256:
		memcpy(out->x, in->seed_key.uncompressed_p256.x.b, 32);
		memcpy(out->y, in->seed_key.uncompressed_p256.y.b, 32);
		if (p256_check(out, NULL, 1) != FAULT_OK)
			return fault_set(fi, FAULT_BAD_POINT, "seed key");
		return FAULT_OK;
	case ecc_p256_curve_point_x_only:
	case ecc_p256_curve_point_fill:
		break;
	}
	return fault_set(fi, FAULT_BAD_POINT, "seed key is no point");
}

/* Periods that begin before the enrollment certificate ends. */
static uint32_t
end_of_supply(const struct ra *ra, const struct cert *enrollment)
{
	uint32_t last = enrollment->end - 1;

	if (last < ra->environment->i_zero)
		return 0;
	last = environment_period(ra->environment, last);
	return last + 1 < RA_I_END ? last + 1 : RA_I_END;
}

static enum fault
check_content(struct provisioning *p, struct fault_info *fi)
{
	const struct ra *ra = p->ra;
	const struct ee_form *form = &p->m->ee.form;
	const struct cert *c = p->m->ee.enrollment;
	uint32_t start = form->start_time;

	p->m->ee.step = EE_STEP_CONTENT;
	if (form->kind != EE_PROVISIONING)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "not a provisioning request");
	if (p->m->ee.device != 0)
		return fault_set(
		    fi, FAULT_DUPLICATE, "device has asked already");
	TRY(perm_check_request(c, ra->pca[0].class.psid_ssp, fi));
	if (!region_within(ra->pca[0].class.region, region_of_cert(c)))
		return fault_set(fi, FAULT_REGION_NOT_NESTED,
		    "region is not within that of the enrollment certificate");
	TRY(read_key(&p->a, form->sign, fi));
	TRY(read_key(&p->h, form->encrypt, fi));
	if (start >= c->end)
		return fault_set(fi, FAULT_BAD_TIME,
		    "start is after the enrollment certificate's end");
	p->first_i = ra_period_now(ra);
	if (start > ra->environment->i_zero &&
	    environment_period(ra->environment, start) > p->first_i)
		p->first_i = environment_period(ra->environment, start);
	p->end_i = end_of_supply(ra, c);
	return FAULT_OK;
}

static bool
is_new(const struct provisioning *p)
{
	return p->m->fault == FAULT_OK && !p->is_known;
}

/* Before its message is opened. */
static void
look_up(struct provisioning *p, struct db *db)
{
	sha256(p->request.b, p->m->in);
	p->m->fault = find_ack(p, db, &p->m->why);
	if (p->m->fault == FAULT_OK && p->is_known)
		p->m->fault = FAULT_EXISTS; /* need not be opened */
}

/* The look-ups are one transaction, which ends before the arithmetic begins:
 * the write-ahead log grows while somebody reads. */
static enum fault
look_up_all(
    struct provisioning *p, size_t n, struct db *db, struct fault_info *fi)
{
	TRY(db_begin_reading(db, fi));
	for (size_t k = 0; k < n; k++)
		look_up(&p[k], db);
	db_rollback(db);
	return FAULT_OK;
}

/* A device that is known by now may have sent these octets twice at once. */
static enum fault
judge(struct provisioning *p, struct db *db, struct fault_info *fi)
{
	if (p->m->ee.device != 0)
		TRY(find_ack(p, db, fi));
	return p->is_known ? FAULT_OK : check_content(p, fi);
}

static void
judge_all(struct provisioning *p, size_t n, const struct ra *ra, struct db *db)
{
	ee_open_many(p[0].m, n, ra, db);
	for (size_t k = 0; k < n; k++)
		if (p[k].is_known)
			p[k].m->fault = FAULT_OK;
		else if (p[k].m->fault == FAULT_OK)
			p[k].m->fault = judge(&p[k], db, &p[k].m->why);
}

/* ---- acks ---- */

/* Certificates are there when the pool is released at the latest. */
static uint32_t
expected_at(const struct ra *ra)
{
	uint32_t now = time32_now();
	struct ra_policy rules;

	supply_policy(ra, &rules, now);
	return now + rules.shuffle_max_age;
}

static enum fault
encode_ack(struct bytes *out, struct arena *arena, const struct provisioning *p,
    struct fault_info *fi)
{
	scms_pdu *pdu = ARENA_NEW(arena, scms_pdu);
	ra_ee_pseudonym_cert_provisioning_ack *msg;

	if (pdu == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "ack");
	pdu->version = 1;
	pdu->content.is = scms_pdu_content_ee_ra;
	pdu->content.ee_ra.is =
	    end_entity_ra_interface_pdu_ra_ee_pseudonym_cert_provisioning_ack;
	msg = &pdu->content.ee_ra.ra_ee_pseudonym_cert_provisioning_ack;
	msg->version = 1;
	memcpy(msg->request_hash.b, digest_id8(p->request.b), 8);
	msg->reply.is = ra_ee_pseudonym_cert_provisioning_ack_reply_ack;
	msg->reply.ack.cert_dl_time = expected_at(p->ra);
	msg->reply.ack.cert_dlurl = bytes_of_string(p->ra->url);
	return coer_encode_new(out, arena, &scms_pdu_asn, pdu, fi);
}

/* Of all that are new, signed as one batch.  What fails here is our trouble;
 * only where a request has left no room for its own answer it is its own. */
static enum fault
make_acks(struct provisioning *p, size_t n, struct arena *arena,
    struct fault_info *fi)
{
	struct spdu_header header = {.psid = PSID_SECURITY};
	struct bytes payload[HTTP_GATHER_MAX] = {BYTES_NONE};
	struct bytes message[HTTP_GATHER_MAX];
	size_t m = 0;

	for (size_t k = 0; k < n; k++)
		if (is_new(&p[k]) &&
		    encode_ack(&payload[m++], arena, &p[k], fi) != FAULT_OK)
			return fi->code = FAULT_INTERNAL;
	if (spdu_sign_batch(message, arena, &header, payload, m, SIGNER_DIGEST,
		&p->ra->self.signer, fi) != FAULT_OK)
		return fi->code = FAULT_INTERNAL;
	m = 0;
	for (size_t k = 0; k < n; k++) {
		if (!is_new(&p[k]))
			continue;
		p[k].ack = bytes_copy(p[k].m->arena, message[m++]);
		if (p[k].ack.p == NULL)
			p[k].m->fault =
			    fault_set(&p[k].m->why, FAULT_TOO_LARGE, "ack");
	}
	return FAULT_OK;
}

/* ---- rows ---- */

static enum fault
add_row(const struct provisioning *p, const struct ra_pca *pca, struct db *db,
    struct fault_info *fi)
{
	const struct cert *c = p->m->ee.enrollment;
	const struct ee_form *form = &p->m->ee.form;

	return DB_RUN(db, DO_DEVICE_ADD, fi, DB_INT(p->number),
	    DB_BLOB(p->request.b, sizeof(p->request.b)),
	    DB_BLOB(digest_id8(p->request.b), 8), DB_BLOB(c->hash, c->hash_n),
	    DB_BLOB(c->id, sizeof(c->id)), DB_BYTES(c->raw),
	    DB_INT(pca->class_id), DB_BLOB(&p->a, sizeof(p->a)),
	    DB_BLOB(form->sign->expansion.b, 16), DB_BLOB(&p->h, sizeof(p->h)),
	    DB_BLOB(form->encrypt->expansion.b, 16), DB_BYTES(p->ack),
	    DB_INT(p->first_i), DB_INT(p->end_i), DB_INT(time32_now()),
	    DB_INT(pca->id));
}

/*
 * Whether the device has asked before is looked at again inside, as it may
 * send twice at once.  FAULT_EXISTS is another request of the same device, or
 * else a number that was drawn before.
 */
static enum fault
add_device(struct provisioning *p, struct db *db, struct fault_info *fi)
{
	enum fault f = FAULT_EXISTS;
	struct ra_pca *pca;

	TRY(find_ack(p, db, fi));
	if (p->is_known) /* the same octets, just now */
		return FAULT_OK;
	p->m->ee.step = EE_STEP_CONTENT;
	pca = ra_pca_choose(p->ra);
	for (int k = 0; k < NUMBERS_TRIED && f == FAULT_EXISTS; k++) {
		uint32_t number;

		random_bytes(&number, sizeof(number));
		p->number = (int64_t)number + 1;
		f = add_row(p, pca, db, fi);
	}
	if (f != FAULT_OK)
		ra_pca_give_back(pca);
	return f != FAULT_EXISTS
		   ? f
		   : fault_set(fi, FAULT_DUPLICATE, "device has asked already");
}

/* One commit for all.  A device that is refused does not hinder the others; a
 * database that fails does. */
static enum fault
add_devices(
    struct provisioning *p, size_t n, struct db *db, struct fault_info *fi)
{
	TRY(db_begin(db, fi));
	for (size_t k = 0; k < n; k++) {
		struct ee_message *m = p[k].m;

		if (!is_new(&p[k]))
			continue;
		m->fault = add_device(&p[k], db, &m->why);
		if (m->fault != FAULT_OK && m->fault != FAULT_BLOCKED &&
		    m->fault != FAULT_DUPLICATE) {
			*fi = m->why;
			return m->fault;
		}
	}
	return db_commit(db, fi);
}

/* Also of one that was found to be known within the transaction. */
static void
fail_all(struct provisioning *p, size_t n, enum fault f,
    const struct fault_info *why)
{
	for (size_t k = 0; k < n; k++)
		if (p[k].is_judged) {
			p[k].m->fault = f;
			p[k].m->why = *why;
		}
}

static void
commit(struct provisioning *p, size_t n, struct ra *ra, struct arena *arena)
{
	struct fault_info fi;
	enum fault f = FAULT_OK;
	size_t left = 0;

	for (size_t k = 0; k < n; k++) {
		p[k].is_judged = is_new(&p[k]);
		left += p[k].is_judged;
	}
	if (left == 0)
		return;
	if ((f = make_acks(p, n, arena, &fi)) == FAULT_OK) {
		ra_db_lock(ra);
		f = add_devices(p, n, ra->db, &fi);
		ra_db_unlock(ra, ra->db);
	}
	if (f != FAULT_OK) {
		fail_all(p, n, f, &fi);
		return;
	}
	crash_point("ra-device-committed");
	for (size_t k = 0; k < n; k++)
		if (is_new(&p[k]))
			log_info("device=%lld is provisioned from period %u on",
			    (long long)p[k].number, p[k].first_i);
	wake_all(&ra->wake);
}

/* ---- requests ---- */

static void
reply(struct provisioning *p, const struct http_request *request,
    struct http_response *response)
{
	const struct ee *ee = &p->m->ee;

	if (p->m->fault != FAULT_OK) {
		ee_refuse(p->ra, ee, request, response, &p->m->why);
		return;
	}
	if (ee->device != 0)
		contacts_note(&p->ra->contacts, ee->device, time32_now(), NULL);
	http_reply(response, 200, p->ack);
}

/* A request on its way from the first step to the second. */
struct judged {
	struct provisioning p;
	struct ee_message m;
};

static void
put_back(struct provisioning *p, struct ee_message *m, const struct judged *j)
{
	*m = j->m;
	*p = j->p;
	p->m = m;
}

/* The second step: a commit for all, which may wait for the database, and for
 * which other threads must not wait with it. */
static void
add_together(void *ctx, const struct http_request *const *requests,
    struct http_response *const *responses, size_t n)
{
	/* not that of a request, which its sender may have filled */
	struct arena arena = arena_new(MEMORY);
	struct provisioning *p = ARENA_ARRAY(&arena, n, struct provisioning);
	struct ee_message *m = ARENA_ARRAY(&arena, n, struct ee_message);

	if (p == NULL || m == NULL)
		log_fatal("no memory for %zu requests", n);
	for (size_t k = 0; k < n; k++)
		put_back(&p[k], &m[k], responses[k]->state);
	commit(p, n, ctx, &arena);
	for (size_t k = 0; k < n; k++)
		reply(&p[k], requests[k], responses[k]);
	arena_free(&arena);
	crash_point("ra-ack-sent");
}

/* Those that can be granted go to the second step, the others are answered. */
static void
pass_on(struct provisioning *p, const struct http_request *request,
    struct http_response *response)
{
	struct judged *j =
	    is_new(p) ? ARENA_NEW(request->arena, struct judged) : NULL;

	if (is_new(p) && j == NULL)
		p->m->fault = fault_set(&p->m->why, FAULT_TOO_LARGE, "no room");
	if (j == NULL) {
		reply(p, request, response);
		return;
	}
	j->p = *p;
	j->m = *p->m;
	response->state = j;
	http_gather_alone(response, add_together);
}

static void
provision(void *ctx, const struct http_request *const *requests,
    struct http_response *const *responses, size_t n)
{
	struct arena arena = arena_new(MEMORY);
	struct provisioning *p = ARENA_ARRAY(&arena, n, struct provisioning);
	struct ee_message *m = ARENA_ARRAY(&arena, n, struct ee_message);
	struct ra *ra = ctx;
	struct fault_info fi;
	struct db *db;
	enum fault f;

	if (p == NULL || m == NULL)
		log_fatal("no memory for %zu requests", n);
	for (size_t k = 0; k < n; k++) {
		p[k] = (struct provisioning){
		    .ra = ra, .m = &m[k], .is_judged = true};
		m[k].arena = requests[k]->arena;
		m[k].in = requests[k]->body;
	}
	if ((f = db_pool_take(&ra->dbs, &db, &fi)) == FAULT_OK)
		f = look_up_all(p, n, db, &fi);
	if (f == FAULT_OK)
		judge_all(p, n, ra, db);
	else
		fail_all(p, n, f, &fi);
	db_pool_give(&ra->dbs, db);
	for (size_t k = 0; k < n; k++)
		pass_on(&p[k], requests[k], responses[k]);
	arena_free(&arena);
}

void
ra_provision(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	(void)ctx;
	(void)request;
	http_gather(response, provision);
}
