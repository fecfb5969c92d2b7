/* answers.c - see answers.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/time32.h"
#include "cert/spdu.h"
#include "crypto/random.h"
#include "test/unit/ma/answers.h"

/* ---- sealed octets ---- */

static void
seal(struct bytes *out, struct arena *arena, struct bytes plain)
{
	struct recipient r;
	struct key16 key;

	random_bytes(key.b, sizeof(key.b));
	recipient_of_secret(&r, RECIPIENT_SYMMETRIC, &key);
	must(encrypted_data_seal(out, arena, plain, &r, 1, &fi));
}

struct bytes
answers_lci(struct net *t)
{
	static const uint8_t zero[18];
	struct bytes out;

	seal(&out, &t->arena, BYTES(zero));
	return out;
}

/* ---- PCA ---- */

static bool
has_issued(const struct net *t, enum who who, const linkage_value *lv)
{
	for (size_t k = 0; k < 4; k++)
		if (memcmp(lv->b, t->issued[k].b, sizeof(lv->b)) == 0)
			return (k < 2) == (who == WHO_PCA);
	return false;
}

static void
not_issued(scms_error *e)
{
	e->is = scms_error_ma_pca;
	e->ma_pca.is = ma_pca_error_ma_pca;
	e->ma_pca.ma_pca = ma_pca_error_code_pca_invalid_linkage_value;
}

static void
fill_plvs(scms_pdu *out, struct net *t, enum who who, struct arena *arena,
    const scms_pdu *q)
{
	static const uint8_t zero[11];
	const to_be_signed_ma_pca_pre_linkage_value_request_msg_linkage_values
	    *lvs = &q->content.ma_pca.ma_pca_pre_linkage_value_request.tbs
			.linkage_values;
	lv2_plv *v = ARENA_ARRAY(arena, 2 * lvs->n, lv2_plv);
	struct bytes sealed;

	for (size_t k = 0; k < 2 * lvs->n; k++) {
		encrypted_plv_and_host_info *info = &v[k].reply.success;

		v[k].lv = lvs->v[k / 2];
		if (!has_issued(t, who, &v[k].lv)) {
			v[k].reply.is = lv2_plv_reply_failure;
			not_issued(&v[k].reply.failure);
			continue;
		}
		v[k].reply.is = lv2_plv_reply_success;
		seal(&sealed, arena, BYTES(zero));
		info->encrypted_plv.version = 1;
		info->encrypted_plv.la_id.b[1] = (uint8_t)(1 + k % 2);
		must(coer_decode(&encrypted_data_asn,
		    &info->encrypted_plv.enc_plv, arena, sealed, &fi));
		info->hostname = bytes_of_string(
		    k % 2 == 0 ? "la1.monarch.test" : "la2.monarch.test");
	}
	out->content.ma_pca.pca_ma_pre_linkage_value_response.plv_info.n =
	    2 * lvs->n;
	out->content.ma_pca.pca_ma_pre_linkage_value_response.plv_info.v = v;
}

static void
fill_hpcr(scms_pdu *out, struct net *t, enum who who, struct arena *arena,
    const scms_pdu *q)
{
	lv2_hpcr *v = ARENA_NEW(arena, lv2_hpcr);

	v->lv = q->content.ma_pca.ma_pca_hpcr_request.tbs.linkage_values.v[0];
	if (has_issued(t, who, &v->lv)) {
		v->reply.is = lv2_hpcr_reply_success;
		memcpy(v->reply.success.hpcr.b, t->hpcr, sizeof(t->hpcr));
		v->reply.success.hostname = bytes_of_string("ra.monarch.test");
	} else {
		v->reply.is = lv2_hpcr_reply_failure;
		not_issued(&v->reply.failure);
	}
	out->content.ma_pca.pca_ma_hpcr_response.hpcrinfo.n = 1;
	out->content.ma_pca.pca_ma_hpcr_response.hpcrinfo.v = v;
}

/* ---- LA ---- */

static void
fill_linked(scms_pdu *out, struct net *t, enum who who, struct arena *arena,
    const scms_pdu *q)
{
	la_ma_linkage_info_response_msg_linkage_info *info =
	    &out->content.la_ma.la_ma_linkage_info_response.linkage_info;

	(void)arena;
	(void)q;
	info->is = la_ma_linkage_info_response_msg_linkage_info_success;
	info->success.is = linkage_information_scalar;
	info->success.scalar.matches = t->matches[who - WHO_LA1];
}

/* The period in the header, which answers_call has looked at. */
static uint32_t asked_period;

static void
fill_seed(
    linkage_seed_and_la_id *out, const struct net *t, unsigned la, size_t chain)
{
	uint8_t id[2] = {0, (uint8_t)(1 + la)};
	struct key16 ls = t->seed[la][chain];

	for (uint32_t i = t->i0; i < asked_period; i++)
		linkage_step(&ls, id, &ls, 1);
	memcpy(out->linkage_seed.b, ls.b, sizeof(ls.b));
	memcpy(out->la_id.b, id, sizeof(id));
}

static void
fill_seeds(scms_pdu *out, struct net *t, enum who who, struct arena *arena,
    const scms_pdu *q)
{
	const to_be_signed_ls_request_msg_lci *list =
	    &q->content.la_ma.ma_la_linkage_seed_request.tbs.lci;
	lci2_ls *v = ARENA_ARRAY(arena, list->n, lci2_ls);
	unsigned la = who - WHO_LA1;
	struct bytes lci;

	for (size_t k = 0; k < list->n; k++) {
		v[k].lci = list->v[k];
		v[k].reply.is = lci2_ls_reply_failure;
		v[k].reply.failure.is = scms_error_la_ma;
		v[k].reply.failure.la_ma.is =
		    la_ma_error_la_ma_linkage_seed_error;
		v[k].reply.failure.la_ma.la_ma_linkage_seed_error =
		    la_ma_linkage_seed_error_code_la_invalid_linkage_value;
		must(coer_encode_new(
		    &lci, arena, &linkage_chain_id_asn, &list->v[k], &fi));
		for (size_t c = 0; c < t->chains; c++)
			if (bytes_equal(lci, t->lci[la][c])) {
				v[k].reply.is = lci2_ls_reply_success;
				fill_seed(&v[k].reply.success, t, la, c);
			}
	}
	out->content.la_ma.la_ma_linkage_seed_response.ls_info.n = list->n;
	out->content.la_ma.la_ma_linkage_seed_response.ls_info.v = v;
}

/* ---- RA ---- */

static void
refuse_hash(scms_error *e)
{
	e->is = scms_error_ma_ra;
	e->ma_ra.is = ma_ra_error_ma_ra_base_error;
	e->ma_ra.ma_ra_base_error =
	    ma_ra_base_error_code_ra_invalid_hash_request;
}

static void
already(scms_error *e)
{
	e->is = scms_error_ma_ra;
	e->ma_ra.is = ma_ra_error_ma_ra_blacklist_error;
	e->ma_ra.ma_ra_blacklist_error =
	    ma_ra_blacklist_error_code_already_blacklisted;
}

static void
fill_blacklist(scms_pdu *out, struct net *t, enum who who, struct arena *arena,
    const scms_pdu *q)
{
	blacklisting_status *v = ARENA_NEW(arena, blacklisting_status);

	(void)who;
	v->hpcr = q->content.ma_ra.ma_ra_blacklist_request.tbs.hpcr.v[0];
	v->reply.is = blacklisting_status_reply_failure;
	if (memcmp(v->hpcr.b, t->hpcr, sizeof(t->hpcr)) != 0)
		refuse_hash(&v->reply.failure);
	else if (t->blacklisted)
		already(&v->reply.failure);
	else
		v->reply.is = blacklisting_status_reply_success;
	t->blacklisted = true;
	out->content.ma_ra.ra_ma_blacklist_response.status.n = 1;
	out->content.ma_ra.ra_ma_blacklist_response.status.v = v;
}

static void
fill_chain(hpcr2_lci *v, const struct net *t, size_t k, struct arena *arena)
{
	lci_and_host_info *info = &v->reply.success.info;

	v->reply.is = hpcr2_lci_reply_success;
	info->i_max.b[2] = (uint8_t)(t->i_max[k] >> 8);
	info->i_max.b[3] = (uint8_t)t->i_max[k];
	must(coer_decode(
	    &linkage_chain_id_asn, &info->la1_lci, arena, t->lci[0][k], &fi));
	must(coer_decode(
	    &linkage_chain_id_asn, &info->la2_lci, arena, t->lci[1][k], &fi));
	info->la1_id = bytes_of_string("la1.monarch.test");
	info->la2_id = bytes_of_string("la2.monarch.test");
}

static void
fill_chains(scms_pdu *out, struct net *t, enum who who, struct arena *arena,
    const scms_pdu *q)
{
	size_t n = t->chains == 0 ? 1 : t->chains;
	hpcr2_lci *v = ARENA_ARRAY(arena, n, hpcr2_lci);

	(void)who;
	for (size_t k = 0; k < n; k++) {
		v[k].hpcr = q->content.ma_ra.ma_ra_lci_request.tbs.hpcr.v[0];
		if (k < t->chains && t->blacklisted) {
			fill_chain(&v[k], t, k, arena);
			continue;
		}
		v[k].reply.is = hpcr2_lci_reply_failure;
		refuse_hash(&v[k].reply.failure);
		if (!t->blacklisted)
			continue;
		v[k].reply.failure.ma_ra.is = ma_ra_error_ma_ra_lci_error;
		v[k].reply.failure.ma_ra.ma_ra_lci_error =
		    ma_ra_lci_error_code_no_linkage_chain_identifiers_known_for_hpcr;
	}
	out->content.ma_ra.ra_ma_lci_response.lci_info.n = n;
	out->content.ma_ra.ra_ma_lci_response.lci_info.v = v;
}

static void
fill_blacklist_rif(scms_pdu *out, struct net *t, enum who who,
    struct arena *arena, const scms_pdu *q)
{
	rse_obe_id_blacklisting_status *v =
	    ARENA_NEW(arena, rse_obe_id_blacklisting_status);

	(void)who;
	v->rif =
	    q->content.ma_ra.ma_ra_rse_obe_id_blacklist_request.tbs.rif.v[0];
	v->reply.is = t->blacklisted
			  ? rse_obe_id_blacklisting_status_reply_failure
			  : rse_obe_id_blacklisting_status_reply_success;
	if (t->blacklisted)
		already(&v->reply.failure);
	t->blacklisted = true;
	out->content.ma_ra.ra_ma_rse_obe_id_blacklist_response.status.n = 1;
	out->content.ma_ra.ra_ma_rse_obe_id_blacklist_response.status.v = v;
}

static void
fill_digests(scms_pdu *out, struct net *t, enum who who, struct arena *arena,
    const scms_pdu *q)
{
	cdv_info *v = ARENA_NEW(arena, cdv_info);
	hashed_id10 *d = ARENA_ARRAY(arena, NET_DIGESTS, hashed_id10);

	(void)who;
	v->rif = q->content.ma_ra.ma_ra_cdv_request.tbs.rif_values.v[0];
	v->reply.is = cdv_info_reply_success;
	memcpy(d, t->digest, sizeof(t->digest));
	v->reply.success.n = t->digests;
	v->reply.success.v = d;
	out->content.ma_ra.ra_ma_cdv_response.cdv_info.n = 1;
	out->content.ma_ra.ra_ma_cdv_response.cdv_info.v = v;
}

static const struct {
	void (*fill)(scms_pdu *, struct net *, enum who, struct arena *,
	    const scms_pdu *);
} fillers[INQUIRY_KINDS] = {
    [INQUIRY_PLVS] = {fill_plvs},
    [INQUIRY_HPCR] = {fill_hpcr},
    [INQUIRY_LINKAGE_INFO] = {fill_linked},
    [INQUIRY_SEEDS] = {fill_seeds},
    [INQUIRY_BLACKLIST] = {fill_blacklist},
    [INQUIRY_CHAINS] = {fill_chains},
    [INQUIRY_BLACKLIST_RIF] = {fill_blacklist_rif},
    [INQUIRY_DIGESTS] = {fill_digests},
};

/* ---- headers ---- */

static const char *
header(const struct http_call *call, const char *name)
{
	size_t n = strlen(name);

	for (const char *const *h = call->headers; h != NULL && *h != NULL; h++)
		if (strncmp(*h, name, n) == 0 && strncmp(*h + n, ": ", 2) == 0)
			return *h + n + 2;
	return NULL;
}

static void
set_head(struct http_result *r, struct net *t, enum inquiry_kind kind,
    struct arena *arena)
{
	const char *text = "";

	if (kind == INQUIRY_CHAINS)
		text = arena_printf(
		    arena, "Monarch-J-Max: %u\r\n", (unsigned)NET_J_MAX);
	if (kind == INQUIRY_DIGESTS)
		text = arena_printf(arena, "Monarch-Expiry: %u,%u,%u\r\n",
		    t->expiry[0], t->expiry[1], t->expiry[2]);
	r->head = bytes_of_string(text);
}

static enum fault
refuse(struct http_result *r, struct arena *arena, unsigned status,
    const char *error)
{
	r->status = status;
	r->head = bytes_of_string(
	    arena_printf(arena, "Monarch-Error: %s\r\n", error));
	return FAULT_OK;
}

/* ---- one call ---- */

static enum who
host_of(const char *url)
{
	static const struct {
		const char *name;
		enum who who;
	} hosts[] = {
	    {"https://pca.monarch.test:8891/", WHO_PCA},
	    {"https://pca2.monarch.test:8891/", WHO_PCA2},
	    {"https://ra.monarch.test:8892/", WHO_RA},
	    {"https://la1.monarch.test:8890/", WHO_LA1},
	    {"https://la2.monarch.test:8890/", WHO_LA2},
	    {"https://crlg.monarch.test:8898/", WHO_ROOT},
	};

	for (size_t k = 0; k < sizeof(hosts) / sizeof(hosts[0]); k++)
		if (strncmp(url, hosts[k].name, strlen(hosts[k].name)) == 0)
			return hosts[k].who;
	fail_msg("called %s", url);
	return WHOS;
}

static unsigned
kind_of(const char *url)
{
	const char *path = strchr(url + strlen("https://"), '/');

	for (unsigned k = 0; k < INQUIRY_KINDS; k++)
		if (strcmp(inquiry_path((enum inquiry_kind)k), path) == 0)
			return k;
	assert_string_equal(path, "/revocations");
	return CRLG_KIND;
}

/* The CRL generator: the MA's signature, each revocationId once. */
static enum fault
take(struct net *t, struct http_result *r, const struct http_call *call)
{
	const struct spdu_rules rules = {.psid = PSID_SECURITY,
	    .now = time32_now(),
	    .max_age = 60,
	    .need_generation_time = true};
	monarch_revocation *m = &t->revocation[t->taken];
	struct spdu s;

	assert_true(t->taken < 4);
	t->posts++;
	must(spdu_open(&s, &t->arena, bytes_copy(&t->arena, call->body),
	    t->peer[WHO_RA].self.trust, &rules, &fi));
	assert_memory_equal(
	    s.signer->id, t->actor[WHO_MA].cert->id, CERT_ID_SIZE);
	must(
	    coer_decode(&monarch_revocation_asn, m, &t->arena, s.payload, &fi));
	r->status = 204;
	for (size_t k = 0; k < t->taken; k++)
		if (memcmp(t->revocation[k].revocation_id.b, m->revocation_id.b,
			16) == 0)
			return FAULT_OK;
	t->taken++;
	return FAULT_OK;
}

/* The LA's rule on Monarch-I. */
static bool
period_is_fine(const struct net *t, const struct http_call *call)
{
	const char *text = header(call, "Monarch-I");

	assert_non_null(text);
	asked_period = (uint32_t)strtoul(text, NULL, 10);
	return asked_period == net_period(t) ||
	       asked_period == net_period(t) + 1;
}

static enum fault
answer(struct net *t, enum who who, enum inquiry_kind kind,
    struct http_result *r, struct arena *arena, const struct http_call *call)
{
	struct conduct *c = &t->conduct[kind];
	struct peer *p = &t->peer[who];
	scms_pdu *pdu = ARENA_NEW(arena, scms_pdu);
	struct inquiry_question q;
	enum fault f;

	if (kind == INQUIRY_SEEDS && !period_is_fine(t, call))
		return refuse(r, arena, 400, "BAD_TIME");
	f = inquiry_receive(&q, p->inquiry, arena, kind, call->body,
	    header(call, INQUIRY_HEADER), &fi);
	if (f != FAULT_OK)
		return refuse(r, arena, 401, fault_name(f));
	inquiry_begin_answer(pdu, kind, q.hash, p->self.name);
	fillers[kind].fill(pdu, t, who, arena, q.pdu);
	r->status = 200;
	set_head(r, t, kind, arena);
	if (c->spoil != NULL)
		c->spoil(pdu, r, arena);
	must(inquiry_reply(&r->body, p->inquiry, arena, pdu, &fi));
	return FAULT_OK;
}

enum fault
answers_call(void *ctx, struct http_result *r, struct arena *arena,
    const struct http_call *call, struct fault_info *out)
{
	struct net *t = ctx;
	enum who who = host_of(call->url);
	unsigned kind = kind_of(call->url);
	struct conduct *c = &t->conduct[kind];
	enum fault f;

	*r = (struct http_result){0};
	c->asked++;
	if (c->down > 0 && c->down-- > 0)
		return fault_set(out, FAULT_NETWORK, "nobody there");
	r->sent = true;
	c->reached++;
	if (c->status != 0)
		return refuse(r, arena, c->status, c->error);
	f = kind == CRLG_KIND
		? take(t, r, call)
		: answer(t, who, (enum inquiry_kind)kind, r, arena, call);
	if (c->reached == c->pass_at)
		time_set_offset(time_offset() + c->pass);
	if (c->lose > 0 && c->lose-- > 0)
		return fault_set(out, FAULT_NETWORK, "broken off");
	return f;
}
