/* linked.c - how many linkage values belong to one device: PCAs, then LAs; see
 * question.h. */
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "role/ma/asking.h"
#include "role/ma/peers.h"
#include "role/ma/refusal.h"
#include "schema/scms_protocol.h"

#define MEMORY	 ((size_t)16 << 20)
#define LV_SIZE	 (sizeof(((struct lv *)0)->b) + 2 + CERT_ID_SIZE)
#define DISAGREE (-1)

/* One set of linkage values, in the order of their octets. */
struct set {
	struct ma *ma;
	struct arena *arena;
	struct ma_peers peers;
	const char *why;
	uint8_t (*v)[LV_SIZE];
	size_t n;
	uint8_t hash[SHA256_SIZE];
	char key[33]; /* half of the hash, in hex */
};

/* ---- the set ---- */

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, LV_SIZE);
}

static enum fault
sort(struct set *s, const struct ma_lv *v, size_t n, struct fault_info *fi)
{
	s->v = arena_array(s->arena, n, LV_SIZE, 1);
	if (s->v == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "linkage values");
	for (size_t i = 0; i < n; i++) {
		struct writer w = writer_of(s->v[i], LV_SIZE);

		write_span(&w, v[i].issuer, CERT_ID_SIZE);
		write_uint(&w, v[i].i, 2);
		write_span(&w, v[i].lv.b, sizeof(v[i].lv.b));
	}
	qsort(s->v, n, LV_SIZE, compare);
	for (size_t i = 0; i < n; i++)
		if (s->n == 0 || compare(s->v[s->n - 1], s->v[i]) != 0)
			memmove(s->v[s->n++], s->v[i], LV_SIZE);
	sha256(s->hash, (struct bytes){s->v[0], s->n * LV_SIZE});
	hex_encode(s->key, s->hash, sizeof(s->key) / 2);
	return FAULT_OK;
}

static struct db_value
key_of(const struct set *s)
{
	return DB_BLOB(s->hash, sizeof(s->hash));
}

/* ---- what is known ---- */

static enum fault
find(int64_t *out, struct set *s, unsigned statement, struct db_value second,
    struct fault_info *fi)
{
	const struct db_value args[] = {key_of(s), second};
	size_t n = second.type == DB_TYPE_NULL ? 1 : 2;
	enum fault f;

	pthread_mutex_lock(&s->ma->lock);
	f = db_run_int(s->ma->db, out, statement, args, n, fi);
	pthread_mutex_unlock(&s->ma->lock);
	return f;
}

/* ---- PCAs ---- */

static bool
is_of(struct set *s, size_t i, const struct ma_peer *pca)
{
	return ma_pca_of(&s->peers, s->arena, s->ma, s->v[i]) == pca;
}

static enum fault
fill_lvs(scms_pdu *pdu, struct set *s, const struct ma_peer *pca,
    struct fault_info *fi)
{
	linkage_value *v = ARENA_ARRAY(s->arena, s->n, linkage_value);
	size_t n = 0;

	if (v == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "linkage values");
	inquiry_begin(pdu, INQUIRY_PLVS, s->ma->self.name);
	for (size_t i = 0; i < s->n; i++)
		if (is_of(s, i, pca))
			memcpy(v[n++].b, s->v[i] + LV_SIZE - sizeof(v->b),
			    sizeof(v->b));
	pdu->content.ma_pca.ma_pca_pre_linkage_value_request.tbs.linkage_values
	    .n = n;
	pdu->content.ma_pca.ma_pca_pre_linkage_value_request.tbs.linkage_values
	    .v = v;
	return FAULT_OK;
}

/* Of each linkage value that of LA1, then that of LA2. */
static enum fault
check_plvs(struct set *s, const scms_pdu *asked, const scms_pdu *answer,
    const char *pca, struct fault_info *fi)
{
	const linkage_value *lv =
	    asked->content.ma_pca.ma_pca_pre_linkage_value_request.tbs
		.linkage_values.v;
	size_t n = asked->content.ma_pca.ma_pca_pre_linkage_value_request.tbs
		       .linkage_values.n;
	const pca_ma_pre_linkage_value_response_msg_plv_info *list =
	    &answer->content.ma_pca.pca_ma_pre_linkage_value_response.plv_info;

	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].reply.is == lv2_plv_reply_failure)
			return refusal_fault(
			    pca, &list->v[i].reply.failure, fi);
	if (list->n != 2 * n)
		return fault_set(fi, FAULT_DENIED,
		    "%s answers with %zu pre-linkage values, not with %zu", pca,
		    list->n, 2 * n);
	for (size_t i = 0; i < list->n; i++)
		if (memcmp(list->v[i].lv.b, lv[i / 2].b, sizeof(lv->b)) != 0 ||
		    ma_la_index(&s->peers, list->v[i].reply.success.hostname) !=
			i % 2)
			return fault_set(fi, FAULT_DENIED,
			    "%s answers about other values or LAs than those "
			    "it was asked about",
			    pca);
	return FAULT_OK;
}

static enum fault
store_plvs(struct set *s, const scms_pdu *answer, const char *pca,
    const char *key, struct fault_info *fi)
{
	const pca_ma_pre_linkage_value_response_msg_plv_info *list =
	    &answer->content.ma_pca.pca_ma_pre_linkage_value_response.plv_info;
	struct db *db = s->ma->db;
	struct bytes octets;

	TRY(db_begin(db, fi));
	for (size_t i = 0; i < list->n; i++) {
		TRY(coer_encode_new(&octets, s->arena,
		    &encrypted_individual_plv_asn,
		    &list->v[i].reply.success.encrypted_plv, fi));
		TRY(DB_RUN(db, DO_PLV_ADD, fi, key_of(s), DB_TEXT(pca),
		    DB_TEXT(s->peers.la[i % 2].name), DB_BYTES(octets)));
	}
	TRY(question_used(s->ma, key, "answered", fi));
	return db_commit(db, fi);
}

static enum fault
locked_store_plvs(struct set *s, const scms_pdu *answer, const char *pca,
    const char *key, struct fault_info *fi)
{
	enum fault f;

	pthread_mutex_lock(&s->ma->lock);
	f = store_plvs(s, answer, pca, key, fi);
	db_rollback(s->ma->db);
	pthread_mutex_unlock(&s->ma->lock);
	return f;
}

static enum fault
ask_pca(struct set *s, const struct ma_peer *pca, struct fault_info *fi)
{
	struct asking a = {.kind = INQUIRY_PLVS, .peer = pca, .why = s->why};
	scms_pdu *pdu = ARENA_NEW(s->arena, scms_pdu);
	struct inquiry_reply reply;
	int64_t n;

	TRY(find(&n, s, DO_PLV_COUNT, DB_TEXT(pca->name), fi));
	if (n > 0)
		return FAULT_OK;
	a.key = arena_printf(s->arena, "linked %s %s", s->key, pca->name);
	if (pdu == NULL || a.key == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "question");
	TRY(fill_lvs(pdu, s, pca, fi));
	if (pdu->content.ma_pca.ma_pca_pre_linkage_value_request.tbs
		.linkage_values.n == 0)
		return FAULT_OK;
	TRY(question_ask(s->ma, &reply, s->arena, &a, pdu, fi));
	TRY(check_plvs(s, pdu, reply.pdu, pca->name, fi));
	return locked_store_plvs(s, reply.pdu, pca->name, a.key, fi);
}

static enum fault
ask_pcas(struct set *s, struct fault_info *fi)
{
	for (size_t i = 0; i < s->n; i++)
		if (is_of(s, i, NULL))
			return fault_set(fi, FAULT_DENIED,
			    "no PCA is known that has issued one of the "
			    "certificates");
	for (size_t k = 0; k < s->peers.pca_n; k++)
		TRY(ask_pca(s, &s->peers.pca[k], fi));
	return FAULT_OK;
}

/* ---- LAs ---- */

struct plvs {
	struct set *set;
	encrypted_prelinkage_value_and_dont_care_flag *v;
	size_t n;
};

static enum fault
got_plv(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct plvs *p = ctx;
	struct bytes octets = bytes_copy(p->set->arena, db_blob(row, 0));

	if (p->n == p->set->n || octets.p == NULL)
		return fault_set(fi, FAULT_STORE, "pre-linkage values");
	return coer_decode(&encrypted_individual_plv_asn,
	    &p->v[p->n++].encrypted_plv, p->set->arena, octets, fi);
}

static enum fault
fill_plvs(scms_pdu *pdu, struct set *s, const struct ma_peer *la,
    struct fault_info *fi)
{
	to_be_signed_li_request_msg *tbs =
	    &pdu->content.la_ma.ma_la_linkage_info_request.tbs;
	struct plvs p = {s,
	    ARENA_ARRAY(
		s->arena, s->n, encrypted_prelinkage_value_and_dont_care_flag),
	    0};
	enum fault f;

	if (p.v == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "pre-linkage values");
	pthread_mutex_lock(&s->ma->lock);
	f = DB_EACH(
	    s->ma->db, DO_PLVS, got_plv, &p, fi, key_of(s), DB_TEXT(la->name));
	pthread_mutex_unlock(&s->ma->lock);
	TRY(f);
	inquiry_begin(pdu, INQUIRY_LINKAGE_INFO, s->ma->self.name);
	tbs->expected_reply = expected_reply_scalar_answer;
	tbs->encrypted_plvs_and_flags.n = p.n;
	tbs->encrypted_plvs_and_flags.v = p.v;
	return FAULT_OK;
}

static enum fault
check_matches(int64_t *out, const struct set *s, const scms_pdu *answer,
    const char *la, struct fault_info *fi)
{
	const la_ma_linkage_info_response_msg_linkage_info *info =
	    &answer->content.la_ma.la_ma_linkage_info_response.linkage_info;

	if (info->is == la_ma_linkage_info_response_msg_linkage_info_failure)
		return refusal_fault(la, &info->failure, fi);
	if (info->success.is != linkage_information_scalar ||
	    info->success.scalar.matches < 0 ||
	    info->success.scalar.matches > (int64_t)s->n)
		return fault_set(
		    fi, FAULT_DENIED, "%s answers with no possible number", la);
	*out = info->success.scalar.matches;
	return FAULT_OK;
}

static enum fault
store_matches(struct set *s, const char *la, int64_t matches, const char *key,
    struct fault_info *fi)
{
	TRY(db_begin(s->ma->db, fi));
	TRY(DB_RUN(s->ma->db, DO_MATCHES_ADD, fi, key_of(s), DB_TEXT(la),
	    DB_INT(matches)));
	TRY(question_used(s->ma, key, "answered", fi));
	return db_commit(s->ma->db, fi);
}

static enum fault
ask_la(int64_t *matches, struct set *s, const struct ma_peer *la,
    struct fault_info *fi)
{
	struct asking a = {
	    .kind = INQUIRY_LINKAGE_INFO, .peer = la, .why = s->why};
	scms_pdu *pdu = ARENA_NEW(s->arena, scms_pdu);
	struct inquiry_reply reply;
	enum fault f;

	f = find(matches, s, DO_MATCHES_FIND, DB_TEXT(la->name), fi);
	if (f != FAULT_NOT_FOUND)
		return f;
	a.key = arena_printf(s->arena, "linked %s %s", s->key, la->name);
	if (pdu == NULL || a.key == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "question");
	TRY(fill_plvs(pdu, s, la, fi));
	TRY(question_ask(s->ma, &reply, s->arena, &a, pdu, fi));
	TRY(check_matches(matches, s, reply.pdu, la->name, fi));
	pthread_mutex_lock(&s->ma->lock);
	f = store_matches(s, la->name, *matches, a.key, fi);
	db_rollback(s->ma->db);
	pthread_mutex_unlock(&s->ma->lock);
	return f;
}

/* ---- the whole ---- */

static enum fault
conclude(struct set *s, int64_t matches, struct fault_info *fi)
{
	struct db *db = s->ma->db;

	TRY(db_begin(db, fi));
	TRY(DB_RUN(db, DO_LINKED_ADD, fi, key_of(s), DB_INT(matches)));
	TRY(DB_RUN(db, DO_PLVS_FORGET, fi, key_of(s)));
	TRY(DB_RUN(db, DO_MATCHES_FORGET, fi, key_of(s)));
	return db_commit(db, fi);
}

static enum fault
ask_all(int64_t *matches, struct set *s, struct fault_info *fi)
{
	int64_t said[2] = {0, 0};
	enum fault f;

	TRY(ask_pcas(s, fi));
	for (unsigned k = 0; k < 2; k++)
		TRY(ask_la(&said[k], s, &s->peers.la[k], fi));
	*matches = said[0] == said[1] ? said[0] : DISAGREE;
	pthread_mutex_lock(&s->ma->lock);
	f = conclude(s, *matches, fi);
	db_rollback(s->ma->db);
	pthread_mutex_unlock(&s->ma->lock);
	return f;
}

static enum fault
ask_linked(int64_t *matches, struct set *s, const struct ma_lv *v, size_t n,
    struct fault_info *fi)
{
	enum fault f;

	TRY(ma_peers(&s->peers, s->arena, s->ma, fi));
	TRY(sort(s, v, n, fi));
	f = find(matches, s, DO_LINKED_FIND, DB_NULL_VALUE, fi);
	if (f == FAULT_NOT_FOUND)
		f = ask_all(matches, s, fi);
	TRY(f);
	return *matches != DISAGREE
		   ? FAULT_OK
		   : fault_set(fi, FAULT_CONSTRAINT,
			 "the LAs do not agree on how many linkage values "
			 "belong together");
}

enum fault
ma_ask_linked(struct ma *ma, size_t *matches, const struct ma_lv *v, size_t n,
    const char *why, struct fault_info *fi)
{
	struct arena arena = arena_new(MEMORY);
	struct set s = {.ma = ma, .arena = &arena, .why = why};
	int64_t m = 0;
	enum fault f;

	if (n > ma->environment->ma_list_most)
		f = fault_set(fi, FAULT_TOO_LARGE,
		    "%zu linkage values, ma_list_most permits %u", n,
		    ma->environment->ma_list_most);
	else
		f = n < 2 ? FAULT_OK : ask_linked(&m, &s, v, n, fi);
	*matches = n < 2 ? n : (size_t)(m > 0 ? m : 0);
	arena_free(&arena);
	return f;
}
