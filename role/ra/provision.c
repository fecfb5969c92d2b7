/* provision.c - POST /provision-pseudonym-certificate-batch: a device asks,
 * once and for all, for pseudonym certificates. */
#include <string.h>

#include "base/log.h"
#include "base/time32.h"
#include "cert/perm.h"
#include "cert/region.h"
#include "cert/spdu.h"
#include "crypto/random.h"
#include "role/ra/ee.h"
#include "role/ra/handlers.h"
#include "service/crash.h"

#define NUMBERS_TRIED 8

/* What becomes of a request. */
struct provisioning {
	struct ra *ra;
	struct ee ee;
	struct digest request; /* SHA-256 of the whole body */
	struct point a, h;     /* caterpillar keys */
	uint32_t first_i;
	uint32_t end_i;
	struct bytes ack;
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
	return db_blob_copy(
	    row, 1, k->enrollment_id, sizeof(k->enrollment_id), fi);
}

/* The ack that was given to these octets; it stays n 0 if there is none.
 * Neither the time nor anything else of them is judged again. */
static enum fault
find_ack(struct provisioning *p, struct db *db, struct arena *arena,
    struct fault_info *fi)
{
	struct known known = {.arena = arena};
	const struct db_value id[] = {DB_BLOB(known.enrollment_id, 8)};
	int64_t one;
	enum fault f;

	TRY(DB_EACH(db, DO_DEVICE_BY_REQUEST, got_known, &known, fi,
	    DB_BLOB(p->request.b, sizeof(p->request.b))));
	if (known.number == 0)
		return FAULT_OK;
	p->ee.device = known.number;
	p->ee.step = EE_STEP_BLACKLIST;
	f = db_run_int(db, &one, DO_BLOCKED, id, 1, fi);
	if (f == FAULT_OK)
		return fault_set(
		    fi, FAULT_BLOCKED, "enrollment certificate is blocked");
	p->ack = known.ack;
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
	const struct ee_form *form = &p->ee.form;
	const struct cert *c = p->ee.enrollment;
	uint32_t start = form->start_time;

	if (form->kind != EE_PROVISIONING)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "not a provisioning request");
	if (p->ee.device != 0)
		return fault_set(
		    fi, FAULT_DUPLICATE, "device has asked already");
	TRY(perm_check_request(c, ra->class.psid_ssp, fi));
	if (!region_within(ra->class.region, region_of_cert(c)))
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

/* ---- ack ---- */

/* Certificates are there when the pool is released at the latest. */
static uint32_t
expected_at(const struct ra *ra)
{
	return time32_now() + ra->environment->shuffle_max_age_seconds;
}

static enum fault
make_ack(struct provisioning *p, struct arena *arena, struct fault_info *fi)
{
	struct spdu_header header = {.psid = PSID_SECURITY};
	scms_pdu *pdu = ARENA_NEW(arena, scms_pdu);
	ra_ee_pseudonym_cert_provisioning_ack *msg;
	struct bytes payload;

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
	TRY(coer_encode_new(&payload, arena, &scms_pdu_asn, pdu, fi));
	return spdu_sign(&p->ack, arena, &header, payload, SIGNER_DIGEST,
	    &p->ra->self.signer, fi);
}

/* ---- the row ---- */

static enum fault
add_row(const struct provisioning *p, struct db *db, struct fault_info *fi)
{
	const struct cert *c = p->ee.enrollment;
	const struct ee_form *form = &p->ee.form;

	return DB_RUN(db, DO_DEVICE_ADD, fi, DB_INT(p->number),
	    DB_BLOB(p->request.b, sizeof(p->request.b)),
	    DB_BLOB(digest_id8(p->request.b), 8), DB_BLOB(c->hash, c->hash_n),
	    DB_BLOB(c->id, sizeof(c->id)), DB_BYTES(c->raw),
	    DB_INT(p->ra->class_id), DB_BLOB(&p->a, sizeof(p->a)),
	    DB_BLOB(form->sign->expansion.b, 16), DB_BLOB(&p->h, sizeof(p->h)),
	    DB_BLOB(form->encrypt->expansion.b, 16), DB_BYTES(p->ack),
	    DB_INT(p->first_i), DB_INT(p->end_i), DB_INT(time32_now()));
}

/*
 * One commit.  Whether the device has asked before is looked at again inside,
 * as it may send twice at once.  FAULT_EXISTS is another request of the same
 * device, or else a number that was drawn before.
 */
static enum fault
commit_row(struct provisioning *p, struct db *db, struct arena *arena,
    struct fault_info *fi)
{
	enum fault f = FAULT_EXISTS;

	TRY(db_begin(db, fi));
	TRY(find_ack(p, db, arena, fi));
	if (p->ack.n > 0) /* the same octets, just now */
		return FAULT_OK;
	p->ee.step = EE_STEP_CONTENT;
	TRY(make_ack(p, arena, fi));
	for (int k = 0; k < NUMBERS_TRIED && f == FAULT_EXISTS; k++) {
		uint32_t number;

		random_bytes(&number, sizeof(number));
		p->number = (int64_t)number + 1;
		f = add_row(p, db, fi);
	}
	if (f == FAULT_EXISTS)
		return fault_set(
		    fi, FAULT_DUPLICATE, "device has asked already");
	TRY(f);
	TRY(db_commit(db, fi));
	crash_point("ra-device-committed");
	log_info("device=%lld is provisioned from period %u on",
	    (long long)p->number, p->first_i);
	wake_all(&p->ra->wake);
	return FAULT_OK;
}

static enum fault
provision(struct provisioning *p, struct db *db,
    const struct http_request *request, struct fault_info *fi)
{
	struct arena *arena = request->arena;

	sha256(p->request.b, request->body);
	TRY(find_ack(p, db, arena, fi));
	if (p->ack.n > 0)
		return FAULT_OK;
	TRY(ee_open(&p->ee, p->ra, db, arena, request->body, fi));
	if (p->ee.device != 0) /* since when?  perhaps since just now */
		TRY(find_ack(p, db, arena, fi));
	if (p->ack.n > 0)
		return FAULT_OK;
	p->ee.step = EE_STEP_CONTENT;
	TRY(check_content(p, fi));
	return commit_row(p, db, arena, fi);
}

void
ra_provision(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct provisioning p = {.ra = ctx};
	struct fault_info fi;
	struct db *db;
	enum fault f = db_pool_take(&p.ra->dbs, &db, &fi);

	if (f == FAULT_OK)
		f = provision(&p, db, request, &fi);
	db_pool_give(&p.ra->dbs, db);
	if (f != FAULT_OK) {
		ee_refuse(p.ra, &p.ee, request, response, &fi);
		return;
	}
	if (p.ee.device != 0)
		contacts_note(&p.ra->contacts, p.ee.device, time32_now(), NULL);
	http_reply(response, 200, p.ack);
	crash_point("ra-ack-sent");
}
