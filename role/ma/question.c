/* question.c - one question: its row, its auditors, the day's measure, and
 * what becomes of it; see asking.h. */
#include <string.h>

#include "base/log.h"
#include "base/time32.h"
#include "inquiry/auditor.h"
#include "role/ma/asking.h"
#include "role/ma/peers.h"
#include "schema/scms_protocol.h"

#define DAY		86400u
#define REST		300u /* s */
#define SIGNATURES_MOST 16u
#define RESTS                                 \
	(sizeof(((struct ma *)NULL)->rests) / \
	    sizeof(((struct ma *)NULL)->rests[0]))

/* A question as it stands in the database. */
struct row {
	int64_t number; /* 0: not there */
	uint8_t hash[SHA256_SIZE];
	struct bytes pdu, tbs;
	size_t entries, weight;
	bool same; /* it has been stored so */
};

struct signatures {
	struct arena *arena;
	size_t n;
	const char *auditor[SIGNATURES_MOST];
	struct bytes octets[SIGNATURES_MOST];
};

/* ---- the row ---- */

static enum fault
got_row(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct row *r = ctx;
	struct bytes hash = db_blob(row, 1);

	(void)fi;
	r->number = db_int(row, 0);
	r->same = bytes_equal(hash, BYTES(r->hash)) &&
		  bytes_equal(db_blob(row, 2), r->pdu);
	return FAULT_OK;
}

static enum fault
store(
    struct ma *ma, struct row *r, const struct asking *a, struct fault_info *fi)
{
	TRY(DB_EACH(ma->db, DO_QUESTION_FIND, got_row, r, fi, DB_TEXT(a->key)));
	if (r->same)
		return FAULT_OK;
	if (r->number != 0)
		return DB_RUN(ma->db, DO_QUESTION_REPLACE, fi,
		    DB_INT(r->number), DB_BLOB(r->hash, sizeof(r->hash)),
		    DB_BYTES(r->pdu), DB_INT(r->entries), DB_TEXT(a->why));
	TRY(DB_RUN(ma->db, DO_QUESTION_ADD, fi, DB_TEXT(a->key),
	    DB_INT(a->kind), DB_TEXT(a->peer->name), DB_TEXT(a->why),
	    DB_BLOB(r->hash, sizeof(r->hash)), DB_BYTES(r->pdu),
	    DB_INT(r->entries), DB_INT(time32_now())));
	r->number = db_last_id(ma->db);
	return FAULT_OK;
}

static enum fault
prepare(struct ma *ma, struct row *r, struct arena *arena,
    const struct asking *a, const scms_pdu *question, struct fault_info *fi)
{
	uint32_t most = ma->environment->ma_list_most;
	enum fault f;

	*r = (struct row){.entries = inquiry_entries(question, a->kind),
	    .weight = inquiry_weight(question, a->kind)};
	if (r->entries > most)
		return fault_set(fi, FAULT_TOO_LARGE,
		    "%zu entries in one question, ma_list_most permits %u",
		    r->entries, most);
	TRY(inquiry_tbs(&r->tbs, arena, question, a->kind, fi));
	TRY(coer_encode_new(&r->pdu, arena, &scms_pdu_asn, question, fi));
	sha256(r->hash, r->tbs);
	pthread_mutex_lock(&ma->lock);
	f = store(ma, r, a, fi);
	pthread_mutex_unlock(&ma->lock);
	return f;
}

static void
note(struct ma *ma, const struct row *r, const char *outcome)
{
	struct fault_info fi;

	pthread_mutex_lock(&ma->lock);
	if (DB_RUN(ma->db, DO_QUESTION_OUTCOME, &fi, DB_INT(r->number),
		DB_TEXT(outcome)) != FAULT_OK)
		log_warn("%s", fi.text);
	pthread_mutex_unlock(&ma->lock);
}

/* ---- auditors ---- */

static enum fault
got_signature(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct signatures *s = ctx;

	if (s->n == SIGNATURES_MOST)
		return FAULT_OK;
	s->auditor[s->n] = arena_printf(s->arena, "%s", db_text(row, 0));
	s->octets[s->n] = bytes_copy(s->arena, db_blob(row, 1));
	if (s->auditor[s->n] == NULL || s->octets[s->n].p == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "countersignatures");
	s->n++;
	return FAULT_OK;
}

static enum fault
load_signatures(struct ma *ma, struct signatures *s,
    const uint8_t hash[SHA256_SIZE], struct fault_info *fi)
{
	enum fault f;

	pthread_mutex_lock(&ma->lock);
	f = DB_EACH(ma->db, DO_COUNTERSIGNATURES, got_signature, s, fi,
	    DB_BLOB(hash, SHA256_SIZE));
	pthread_mutex_unlock(&ma->lock);
	return f;
}

static void
drop_signature(struct ma *ma, const uint8_t hash[SHA256_SIZE],
    const char *auditor, const struct fault_info *why)
{
	struct fault_info fi;

	log_info(
	    "countersignature of %s holds no longer: %s", auditor, why->text);
	pthread_mutex_lock(&ma->lock);
	if (DB_RUN(ma->db, DO_COUNTERSIGNATURE_DROP, &fi,
		DB_BLOB(hash, SHA256_SIZE), DB_TEXT(auditor)) != FAULT_OK)
		log_warn("%s", fi.text);
	pthread_mutex_unlock(&ma->lock);
}

/* Those that whoever is asked will accept; old ones go. */
static enum fault
keep_valid(struct ma *ma, struct signatures *s, const struct row *r,
    struct fault_info *fi)
{
	size_t kept = 0, one;
	struct fault_info why;

	for (size_t i = 0; i < s->n; i++) {
		enum fault f = auditor_count(&one, s->arena, &ma->self,
		    ma->service->dir, r->tbs, &s->octets[i], 1, &why);

		if (f == FAULT_OK)
			s->octets[kept++] = s->octets[i];
		else
			drop_signature(ma, r->hash, s->auditor[i], &why);
	}
	s->n = kept;
	if (kept >= ma->environment->auditors_needed)
		return FAULT_OK;
	return fault_set(fi, FAULT_BUSY,
	    "question %lld waits for auditors: %zu of %u have countersigned",
	    (long long)r->number, kept, ma->environment->auditors_needed);
}

static enum fault
attach_signatures(struct ma *ma, scms_pdu *question, struct arena *arena,
    const struct asking *a, const struct row *r, struct fault_info *fi)
{
	struct signatures s = {.arena = arena};

	TRY(load_signatures(ma, &s, r->hash, fi));
	TRY(keep_valid(ma, &s, r, fi));
	if (s.n == 0)
		return FAULT_OK;
	return inquiry_set_signatures(
	    question, a->kind, arena, s.octets, s.n, fi);
}

/* ---- the day's measure ---- */

static uint32_t
measure_of(const struct ma *ma, enum inquiry_kind kind)
{
	return inquiry_role(kind) == SCMS_RA
		   ? ma->environment->ma_blacklists_per_day
		   : ma->environment->ma_lvs_per_day;
}

static enum fault
count(int64_t *asked, struct ma *ma, const struct asking *a,
    const struct row *r, struct fault_info *fi)
{
	uint32_t now = time32_now(), most = measure_of(ma, a->kind);
	const struct db_value args[] = {DB_TEXT(a->peer->name),
	    DB_INT(inquiry_purpose(a->kind)), DB_INT((int64_t)now - DAY)};
	int64_t sum;

	TRY(db_begin(ma->db, fi));
	TRY(DB_RUN(ma->db, DO_ASKED_FORGET, fi, DB_INT((int64_t)now - DAY)));
	TRY(db_run_int(ma->db, &sum, DO_ASKED_SUM, args, 3, fi));
	if (sum + (int64_t)r->weight > most)
		return fault_set(fi, FAULT_BUSY,
		    "%s was asked about %lld entries in 24 hours, of %u at "
		    "most: waits for tomorrow",
		    a->peer->name, (long long)sum, most);
	TRY(DB_RUN(ma->db, DO_ASKED_ADD, fi, DB_TEXT(a->peer->name),
	    DB_INT(inquiry_purpose(a->kind)), DB_INT(r->weight), DB_INT(now)));
	*asked = db_last_id(ma->db);
	return db_commit(ma->db, fi);
}

static enum fault
take_measure(int64_t *asked, struct ma *ma, const struct asking *a,
    const struct row *r, struct fault_info *fi)
{
	enum fault f;

	pthread_mutex_lock(&ma->lock);
	f = count(asked, ma, a, r, fi);
	db_rollback(ma->db);
	pthread_mutex_unlock(&ma->lock);
	return f;
}

/* The question did not leave, so nothing was learned.  Whoever breaks off
 * afterwards has it, and counts it. */
static void
give_back(struct ma *ma, int64_t asked)
{
	struct fault_info fi;

	pthread_mutex_lock(&ma->lock);
	if (DB_RUN(ma->db, DO_ASKED_DROP, &fi, DB_INT(asked)) != FAULT_OK)
		log_warn("%s", fi.text);
	pthread_mutex_unlock(&ma->lock);
}

/* ---- asking ---- */

static bool
is_in(enum fault f, const enum fault *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (f == list[i])
			return true;
	return false;
}

/* It has answered, but not in the protocol: it is out of order, set up
 * wrongly, or something stands before it.  That lasts until people see to it;
 * it says nothing of what was asked. */
static bool
is_lasting(enum fault f)
{
	static const enum fault lasting[] = {FAULT_HTTP_STATUS, FAULT_DENIED,
	    FAULT_BAD_SIGNATURE, FAULT_INTERNAL};

	return is_in(f, lasting, sizeof(lasting) / sizeof(lasting[0]));
}

/* What goes by, or can be put right without anybody deciding anew. */
static bool
is_passing(enum fault f)
{
	static const enum fault passing[] = {FAULT_NETWORK, FAULT_TLS,
	    FAULT_BUSY, FAULT_REPLAYED, FAULT_LIMIT, FAULT_STORE, FAULT_IO,
	    FAULT_NO_CERTIFICATE, FAULT_NOT_FOR_US, FAULT_UNKNOWN_ISSUER,
	    FAULT_NOT_YET_VALID, FAULT_EXPIRED, FAULT_TOO_OLD,
	    FAULT_GENERATED_IN_FUTURE, FAULT_BAD_TIME};

	return is_lasting(f) ||
	       is_in(f, passing, sizeof(passing) / sizeof(passing[0]));
}

/* Each attempt counts for the day, so such a question rests for a while; a
 * restart wakes it. */
static void
let_rest(struct ma *ma, int64_t number)
{
	pthread_mutex_lock(&ma->lock);
	ma->rests[ma->rests_n % RESTS].number = number;
	ma->rests[ma->rests_n++ % RESTS].until = time32_now() + REST;
	pthread_mutex_unlock(&ma->lock);
}

static enum fault
check_rest(struct ma *ma, const struct row *r, const struct asking *a,
    struct fault_info *fi)
{
	uint32_t now = time32_now(), left = 0;

	pthread_mutex_lock(&ma->lock);
	for (size_t i = 0; i < RESTS; i++)
		if (ma->rests[i].number == r->number &&
		    ma->rests[i].until > now)
			left = ma->rests[i].until - now;
	pthread_mutex_unlock(&ma->lock);
	if (left == 0 || left > REST) /* or the clock was set back */
		return FAULT_OK;
	return fault_set(fi, FAULT_BUSY,
	    "question %lld was not answered properly by %s: it is asked again "
	    "in %u s",
	    (long long)r->number, a->peer->name, left);
}

/* The text of inquiry_ask names the fault; people want words, too. */
static enum fault
judge(enum fault f, struct fault_info *fi)
{
	struct fault_info why = *fi;

	return fault_set(fi, is_passing(f) ? FAULT_BUSY : FAULT_DENIED,
	    "%s (%s)", why.text, fault_text(f));
}

static enum fault
send(struct ma *ma, struct inquiry_reply *out, struct arena *arena,
    const struct asking *a, const scms_pdu *question, struct fault_info *fi)
{
	const struct inquiry_asker asker = {.self = &ma->self,
	    .folder = ma->service->dir,
	    .call = ma->call,
	    .ctx = ma->call_ctx,
	    .audit = ma->service->audit};
	const struct inquiry_ask ask = {.kind = a->kind,
	    .peer = a->peer->name,
	    .port = a->peer->port,
	    .question = question,
	    .why = a->why,
	    .headers = a->headers};

	return inquiry_ask(out, arena, &asker, &ask, fi);
}

enum fault
question_ask(struct ma *ma, struct inquiry_reply *out, struct arena *arena,
    const struct asking *a, scms_pdu *question, struct fault_info *fi)
{
	struct fault_info why;
	int64_t asked = 0;
	struct row r;
	enum fault f;

	TRY(prepare(ma, &r, arena, a, question, fi));
	TRY(attach_signatures(ma, question, arena, a, &r, fi));
	TRY(check_rest(ma, &r, a, fi));
	TRY(take_measure(&asked, ma, a, &r, fi));
	if ((f = send(ma, out, arena, a, question, &why)) == FAULT_OK)
		return FAULT_OK;
	if (!out->http.sent)
		give_back(ma, asked);
	if (is_lasting(f))
		let_rest(ma, r.number);
	f = judge(f, &why);
	note(ma, &r, why.text);
	return fault_set(fi, f, "%s", why.text);
}

enum fault
question_used(
    struct ma *ma, const char *key, const char *outcome, struct fault_info *fi)
{
	return DB_RUN(ma->db, DO_QUESTION_USED, fi, DB_TEXT(key),
	    DB_INT(time32_now()), DB_TEXT(outcome));
}
