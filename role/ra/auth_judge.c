/* auth_judge.c - may a device have the certificates it asks for?  See
 * auth_asking.h. */
#include <string.h>

#include "base/time32.h"
#include "cert/convert.h"
#include "cert/perm.h"
#include "cert/region.h"
#include "role/ra/auth_asking.h"

/* ---- the same octets once more ---- */

static enum fault
got_known(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct asking *p = ctx;

	p->is_known = true;
	p->device = db_int(row, 0);
	p->known_kind = db_int(row, 3);
	p->ack = bytes_copy(p->m.arena, db_blob(row, 2));
	if (p->ack.p == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "ack");
	return db_blob_copy(row, 1, p->known_id, sizeof(p->known_id), fi);
}

enum fault
auth_find_ack(struct asking *p, struct db *db, struct fault_info *fi)
{
	const struct db_value key[] = {
	    DB_BLOB(p->request.b, sizeof(p->request.b))};
	const struct db_value id[] = {DB_BLOB(p->known_id, 8)};
	int64_t one;
	enum fault f;

	TRY(db_run(db, DO_AUTH_ACK, key, 1, got_known, p, fi));
	if (!p->is_known)
		return FAULT_OK;
	p->m.ee.holder = p->device;
	if (p->known_kind != p->kind) {
		p->m.ee.step = EE_STEP_CONTENT;
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "a request for something else");
	}
	p->m.ee.step = EE_STEP_BLACKLIST;
	f = db_run_int(db, &one, DO_BLOCKED, id, 1, fi);
	if (f == FAULT_OK)
		return fault_set(
		    fi, FAULT_BLOCKED, "enrollment certificate is blocked");
	return f == FAULT_NOT_FOUND ? FAULT_OK : f;
}

/* ---- keys ---- */

static enum fault
read_point(struct point *out, const ecc_p256_curve_point *in, const char *what,
    struct fault_info *fi)
{
	struct curve_point p;

	if (point_of_schema(&p, CURVE_P256, in, fi) != FAULT_OK ||
	    curve_to_p256(out, &p, fi) != FAULT_OK)
		return fault_set(fi, FAULT_BAD_POINT, "%s is no point", what);
	return FAULT_OK;
}

static enum fault
check_encryption_key(
    const public_encryption_key *k, const char *what, struct fault_info *fi)
{
	struct point p;

	if (k->supported_symm_alg != symm_algorithm_aes128_ccm ||
	    k->public_key.is != base_public_encryption_key_ecies_nist_p256)
		return fault_set(
		    fi, FAULT_UNSUPPORTED, "%s is not on NIST P-256", what);
	return read_point(&p, &k->public_key.ecies_nist_p256, what, fi);
}

/* ---- what both have ---- */

/* Only what the enrollment certificate is for, and no more. */
static enum fault
check_common(struct asking *p, struct fault_info *fi)
{
	const struct conf_uints *list = &p->ra->environment->application_psids;
	const struct cert *c = p->m.ee.enrollment;
	const geographic_region *own = region_of_cert(c);
	size_t size;

	TRY(perm_check_listed(c, list->v, list->n, fi));
	TRY(perm_requested(&p->psids, p->m.arena, c, fi));
	TRY(perm_check_request(c, p->psids, fi));
	p->region = p->m.ee.form.region != NULL ? p->m.ee.form.region : own;
	if (p->region == NULL)
		return fault_set(fi, FAULT_REGION_NOT_NESTED,
		    "neither request nor enrollment certificate has a region");
	size = coer_size(&geographic_region_asn, p->region) +
	       coer_size(&sequence_of_psid_ssp_asn, p->psids);
	if (size > AUTH_TERMS_MAX)
		return fault_set(fi, FAULT_TOO_LARGE,
		    "PSIDs and region have %zu octets", size);
	if (!region_within(p->region, own))
		return fault_set(fi, FAULT_REGION_NOT_NESTED,
		    "region is not within that of the enrollment certificate");
	if (p->m.ee.form.start_time >= c->end)
		return fault_set(fi, FAULT_BAD_TIME,
		    "start is after the enrollment certificate's end");
	return FAULT_OK;
}

static uint32_t
most(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* ---- identification ---- */

enum fault
auth_check_once(const struct asking *p, struct db *db, struct fault_info *fi)
{
	const struct db_value args[] = {
	    DB_INT(p->device), DB_INT(AUTH_IDENTIFICATION)};
	int64_t n;

	TRY(db_run_int(db, &n, DO_AUTH_REQUESTS_OF_KIND, args, 2, fi));
	return n == 0
		   ? FAULT_OK
		   : fault_set(fi, FAULT_DUPLICATE, "device has asked already");
}

static enum fault
judge_identity(struct asking *p, struct db *db, struct fault_info *fi)
{
	const struct ee_form *form = &p->m.ee.form;
	const struct cert *c = p->m.ee.enrollment;
	const struct environment *e = p->ra->environment;
	uint64_t lifetime = conf_duration_seconds(e->identification_lifetime);
	const struct auth_terms terms = {
	    .rif = c->id, .psids = p->psids, .region = p->region};
	uint64_t start;

	if (form->cert_encrypt != NULL)
		return fault_set(fi, FAULT_UNSUPPORTED,
		    "cert-enc-key-info: encryption keys are not expanded");
	TRY(read_point(&p->a, &form->sign->seed_key, "verify-key-info", fi));
	TRY(read_point(
	    &p->h, &form->encrypt->seed_key, "resp-enc-key-info", fi));
	TRY(auth_check_once(p, db, fi));
	p->next_i = auth_iterator(
	    p->ra, c->start, most(time32_now(), form->start_time));
	p->end_i = auth_iterator(p->ra, c->start, c->end - 1) + 1;
	/* May any PCA issue them, if not at this time? */
	start = auth_iterator_start(p->ra, c->start, p->next_i);
	if (auth_choose_pca(&p->pca, p->ra, &terms, start, start + lifetime,
		fi) != FAULT_OK &&
	    fi->code != FAULT_BAD_TIME)
		return fi->code;
	return FAULT_OK;
}

/* ---- application ---- */

enum fault
auth_check_start(const struct asking *p, struct db *db, struct fault_info *fi)
{
	const struct db_value args[] = {DB_INT(p->device)};
	int64_t end, overlap = p->policy.application_overlap;
	int64_t half = (p->end - p->start) / 2;

	/* whatever the policy says: never more than two at a time */
	if (overlap > half)
		overlap = half;
	TRY(db_run_int(db, &end, DO_AUTH_LAST_END, args, 1, fi));
	if (p->start + overlap >= end)
		return FAULT_OK;
	return fault_set(fi, FAULT_EXISTS,
	    "start is %lld s before the end of another certificate",
	    (long long)(end - p->start));
}

static enum fault
judge_times(struct asking *p, struct db *db, struct fault_info *fi)
{
	uint32_t now = time32_now(), wanted = p->m.ee.form.start_time;
	uint64_t end;

	ra_policy_at(p->ra, &p->policy, now);
	p->start = most(now, wanted);
	if (p->start - now > p->policy.application_seconds)
		return fault_set(
		    fi, FAULT_BAD_TIME, "start is %u s ahead", p->start - now);
	end = (uint64_t)p->start +
	      lifetime_seconds(auth_lifetime(p->policy.application_seconds));
	if (end > UINT32_MAX)
		return fault_set(fi, FAULT_BAD_TIME, "end is beyond Time32");
	p->end = (uint32_t)end;
	return auth_check_start(p, db, fi);
}

static enum fault
judge_application(struct asking *p, struct db *db, struct fault_info *fi)
{
	const struct ee_form *form = &p->m.ee.form;
	struct auth_terms terms = {
	    .rif = p->m.ee.enrollment->id,
	    .psids = p->psids,
	    .region = p->region,
	    .encryption_key = form->cert_key,
	    .verify_key = form->verify_key,
	};
	struct point key;

	if (form->verify_key->is != public_verification_key_ecdsa_nist_p256)
		return fault_set(
		    fi, FAULT_UNSUPPORTED, "verify-key is not on NIST P-256");
	TRY(read_point(
	    &key, &form->verify_key->ecdsa_nist_p256, "verify-key", fi));
	if (form->cert_key != NULL)
		TRY(check_encryption_key(
		    form->cert_key, "cert-encryption-key", fi));
	TRY(check_encryption_key(
	    form->response_key, "response-encryption-key", fi));
	TRY(judge_times(p, db, fi));
	TRY(auth_choose_pca(&p->pca, p->ra, &terms, p->start, p->end, fi));
	terms.pca = p->pca->peer.name;
	terms.start = p->start;
	terms.lifetime = auth_lifetime(p->policy.application_seconds);
	terms.response_key = form->response_key->public_key.ecies_nist_p256;
	return auth_encode(&p->certificate, p->m.arena, p->ra, &terms, fi);
}

/* ---- judging ---- */

enum fault
auth_judge(struct asking *p, struct db *db, struct fault_info *fi)
{
	enum ee_kind want =
	    p->kind == AUTH_IDENTIFICATION ? EE_IDENTITY : EE_APPLICATION;

	TRY(auth_find_ack(p, db, fi)); /* it may have been sent twice at once */
	if (p->is_known)
		return FAULT_OK;
	p->m.ee.step = EE_STEP_CONTENT;
	p->device = p->m.ee.holder;
	if (p->m.ee.form.kind != want)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "a request for something else");
	TRY(check_common(p, fi));
	return want == EE_IDENTITY ? judge_identity(p, db, fi)
				   : judge_application(p, db, fi);
}
