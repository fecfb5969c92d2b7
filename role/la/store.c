/* store.c - what an LA keeps. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "role/la/order.h"
#include "role/la/store.h"
#include "service/crash.h"
#include "store/db.h"

/* clang-format off */
enum {
#define S	DB_STATEMENT_ENUM
#include "role/la/sql.def"
#undef S
	STATEMENTS
};
static const char *const statements[] = {
#define S	DB_STATEMENT_SQL
#include "role/la/sql.def"
#undef S
};
/* clang-format on */

static const char *const steps[] = {
    "create table chain ("
    "  id blob primary key, sealed blob not null,"
    "  i0 integer not null, next_i integer not null) without rowid;"
    "create table request ("
    "  hash blob primary key, id8 blob not null,"
    "  message blob not null unique,"
    "  until integer not null, stored integer not null) without rowid;"
    "create index request_stored on request (id8) where stored = 1;"
    "create index request_until on request (until) where stored = 0;"
    "create table key_use ("
    "  id blob primary key, sealed integer not null) without rowid;",
    /* The latest range of a chain is last_i <= i < next_i, j < j_n; of chains
     * from before nobody knows, so no more values of it are given. */
    "alter table chain add column last_i integer not null default 0;"
    "alter table chain add column j_n integer not null default 255;",
};

static const struct db_schema schema = {
    steps, sizeof(steps) / sizeof(*steps), statements, STATEMENTS};

struct la_store {
	pthread_mutex_t lock; /* of all below */
	struct db *db;
	char path[PATH_SIZE], answers[PATH_SIZE];
	struct la_counts counts;
};

#define HASH_HEX      ((size_t)2 * SHA256_SIZE)
#define ANSWER_ENDING ".oer"

static void
answer_path(
    const struct la_store *s, char out[PATH_SIZE], const struct digest *hash)
{
	char name[HASH_HEX + sizeof(ANSWER_ENDING)];

	hex_encode(name, hash->b, sizeof(hash->b));
	(void)strcpy(name + HASH_HEX, ANSWER_ENDING);
	path_join(out, s->answers, name);
}

/* ---- open ---- */

static enum fault
row_seen(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	int64_t *out = ctx;

	(void)fi;
	*out = db_int(row, 0);
	return FAULT_OK;
}

/* Of a request whose answer is stored?  Then *stored is not 0. */
static enum fault
find_named(struct la_store *s, int64_t *stored, const char *name,
    struct fault_info *fi)
{
	char hex[HASH_HEX + 1];
	struct digest hash;

	*stored = 0;
	if (strlen(name) != HASH_HEX + strlen(ANSWER_ENDING))
		return FAULT_OK;
	memcpy(hex, name, HASH_HEX);
	hex[HASH_HEX] = '\0';
	if (!hex_decode(hash.b, sizeof(hash.b), hex))
		return FAULT_OK;
	return DB_EACH(s->db, REQUEST_FIND, row_seen, stored, fi,
	    DB_BLOB(hash.b, sizeof(hash.b)));
}

/* A file of a crash between answer and commit, or in a confirmation? */
static enum fault
sweep_one(struct la_store *s, const char *name, struct fault_info *fi)
{
	char path[PATH_SIZE];
	int64_t stored;

	TRY(find_named(s, &stored, name, fi));
	if (stored)
		return FAULT_OK;
	path_join(path, s->answers, name);
	if (unlink(path) != 0)
		return fault_errno(fi, FAULT_IO, "remove %s", path);
	log_info("removed an answer that was never given or is confirmed");
	return FAULT_OK;
}

static enum fault
sweep(struct la_store *s, struct fault_info *fi)
{
	enum fault f = FAULT_OK;
	const struct dirent *entry;
	DIR *dir = opendir(s->answers);

	if (dir == NULL)
		return fault_errno(fi, FAULT_IO, "open %s", s->answers);
	while (f == FAULT_OK && (entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			f = sweep_one(s, entry->d_name, fi);
	closedir(dir);
	return f;
}

static enum fault
count(struct la_store *s, struct fault_info *fi)
{
	TRY(db_run_int(s->db, &s->counts.chains, CHAIN_COUNT, NULL, 0, fi));
	TRY(db_run_int(s->db, &s->counts.values, KEY_USE_SUM, NULL, 0, fi));
	return db_run_int(
	    s->db, &s->counts.answers, REQUEST_COUNT, NULL, 0, fi);
}

static enum fault
open_all(struct la_store *s, const char *data, struct fault_info *fi)
{
	TRY(file_mkdir(data, 0700, fi));
	path_join(s->path, data, "la.db");
	TRY(db_open(&s->db, s->path, &schema, fi));
	path_join(s->answers, data, "answers");
	TRY(file_mkdir(s->answers, 0700, fi));
	TRY(sweep(s, fi));
	return count(s, fi);
}

enum fault
la_store_open(struct la_store **out, const char *data, struct fault_info *fi)
{
	struct la_store *s = calloc(1, sizeof(*s));
	enum fault f;

	if (s == NULL)
		log_fatal("out of memory");
	pthread_mutex_init(&s->lock, NULL);
	f = open_all(s, data, fi);
	if (f != FAULT_OK) {
		la_store_close(s);
		return f;
	}
	*out = s;
	return FAULT_OK;
}

void
la_store_close(struct la_store *s)
{
	if (s == NULL)
		return;
	db_close(s->db);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

bool
la_store_is_fresh(const struct la_store *s)
{
	return s->counts.chains == 0;
}

/* ---- look-ups ---- */

static enum fault
find_int(struct la_store *s, int64_t *out, unsigned statement, const void *key,
    size_t n, struct fault_info *fi)
{
	enum fault f;

	pthread_mutex_lock(&s->lock);
	f = DB_EACH(s->db, statement, row_seen, out, fi, DB_BLOB(key, n));
	pthread_mutex_unlock(&s->lock);
	return f;
}

enum fault
la_store_find_request(struct la_store *s, enum la_known *out,
    const struct digest *hash, struct fault_info *fi)
{
	int64_t stored = -1;

	TRY(find_int(s, &stored, REQUEST_FIND, hash->b, sizeof(hash->b), fi));
	*out = stored < 0   ? LA_REQUEST_UNKNOWN
	       : stored > 0 ? LA_REQUEST_HAS_ANSWER
			    : LA_REQUEST_CONFIRMED;
	return FAULT_OK;
}

enum fault
la_store_check_replay(
    struct la_store *s, const struct digest *message, struct fault_info *fi)
{
	int64_t stored = -1;

	TRY(find_int(
	    s, &stored, MESSAGE_FIND, message->b, sizeof(message->b), fi));
	return stored < 0
		   ? FAULT_OK
		   : fault_set(fi, FAULT_REPLAYED,
			 "this order was answered before, in other octets");
}

enum fault
la_store_open_answer(struct la_store *s, int *fd, uint64_t *n,
    const struct digest *hash, struct fault_info *fi)
{
	char path[PATH_SIZE];
	struct stat st;

	answer_path(s, path, hash);
	*fd = open(path, O_RDONLY | O_CLOEXEC);
	if (*fd < 0)
		return fault_errno(fi, FAULT_IO, "%s", path);
	if (fstat(*fd, &st) != 0) {
		close(*fd);
		return fault_errno(fi, FAULT_IO, "%s", path);
	}
	*n = (uint64_t)st.st_size;
	return FAULT_OK;
}

static enum fault
range_seen(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct chain_range *out = ctx;

	(void)fi;
	*out = (struct chain_range){(uint16_t)db_int(row, 0),
	    (uint16_t)db_int(row, 1), (uint8_t)db_int(row, 2)};
	return FAULT_OK;
}

enum fault
la_store_find_chain(struct la_store *s, struct chain_range *out,
    const uint8_t id[CHAIN_ID_OCTETS], struct fault_info *fi)
{
	enum fault f;

	*out = (struct chain_range){0, 0, 0};
	pthread_mutex_lock(&s->lock);
	f = DB_EACH(s->db, CHAIN_FIND, range_seen, out, fi,
	    DB_BLOB(id, CHAIN_ID_OCTETS));
	pthread_mutex_unlock(&s->lock);
	TRY(f);
	return out->j_n > 0 ? FAULT_OK
			    : fault_set(fi, FAULT_NOT_FOUND, "no such chain");
}

struct each {
	la_chain_fn *fn;
	void *ctx;
};

static enum fault
chain_seen(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct each *e = ctx;

	return e->fn(e->ctx, db_blob(row, 0), fi);
}

/* By a connection of its own. */
enum fault
la_store_each_chain(struct la_store *s, uint16_t i_first, uint16_t i_last,
    la_chain_fn *fn, void *ctx, struct fault_info *fi)
{
	struct each e = {fn, ctx};
	struct db *db;
	enum fault f;

	TRY(db_open_readonly(&db, s->path, &schema, fi));
	f = DB_EACH(db, CHAIN_EACH, chain_seen, &e, fi, DB_INT(i_first),
	    DB_INT(i_last));
	db_close(db);
	return f;
}

enum fault
la_store_key_use(struct la_store *s, uint64_t *out, const uint8_t key_id[8],
    struct fault_info *fi)
{
	int64_t sealed = 0;

	TRY(find_int(s, &sealed, KEY_USE_FIND, key_id, 8, fi));
	*out = (uint64_t)sealed;
	return FAULT_OK;
}

/* ---- commit ---- */

static enum fault
put_chain(struct db *db, const struct ordered_chain *c,
    const struct chain_range *r, const struct chain_keys *keys,
    struct fault_info *fi)
{
	uint8_t sealed[CHAIN_SEALED_OCTETS];

	if (c->fresh) {
		chain_seal(sealed, keys, &c->chain);
		return DB_RUN(db, CHAIN_ADD, fi, DB_BLOB(c->id, sizeof(c->id)),
		    DB_BLOB(sealed, sizeof(sealed)), DB_INT(c->chain.i0),
		    DB_INT(r->i_min), DB_INT(r->i_max), DB_INT(r->j_n));
	}
	TRY(DB_RUN(db, CHAIN_MOVE, fi, DB_BLOB(c->id, sizeof(c->id)),
	    DB_INT(r->i_min), DB_INT(r->i_max), DB_INT(r->j_n),
	    DB_INT(c->given.i_min), DB_INT(c->given.i_max),
	    DB_INT(c->given.j_n)));
	return db_changes(db) == 1 ? FAULT_OK
				   : fault_set(fi, FAULT_DUPLICATE,
					 "chain has moved meanwhile");
}

static enum fault
put_all(struct db *db, const struct order *o, const struct chain_keys *keys,
    uint32_t now, struct fault_info *fi)
{
	enum fault f;

	for (size_t i = 0; i < o->n; i++)
		TRY(put_chain(db, &o->chains[i], &o->range, keys, fi));
	f = DB_RUN(db, REQUEST_ADD, fi, DB_BLOB(o->hash.b, sizeof(o->hash.b)),
	    DB_BLOB(digest_id8(o->hash.b), 8),
	    DB_BLOB(o->digest.b, sizeof(o->digest.b)), DB_INT(o->until));
	if (f == FAULT_EXISTS)
		return fault_set(
		    fi, FAULT_REPLAYED, "this order was answered before");
	TRY(f);
	TRY(DB_RUN(db, KEY_USE_ADD, fi, DB_BLOB(o->key->symm.id, 8),
	    DB_INT(order_values(o))));
	return DB_RUN(db, REQUEST_PURGE, fi, DB_INT(now));
}

/* *unchanged: nothing came to a commit.  One that failed may still be found
 * done after a power cut. */
static enum fault
transact(struct la_store *s, bool *unchanged, const struct order *o,
    const struct chain_keys *keys, uint32_t now, struct fault_info *fi)
{
	enum fault f;

	*unchanged = true;
	TRY(db_begin(s->db, fi));
	f = put_all(s->db, o, keys, now, fi);
	if (f != FAULT_OK) {
		db_rollback(s->db);
		return f;
	}
	*unchanged = false;
	return db_commit(s->db, fi);
}

static void
count_commit(struct la_store *s, const struct order *o)
{
	for (size_t i = 0; i < o->n; i++)
		s->counts.chains += o->chains[i].fresh;
	s->counts.values += (int64_t)order_values(o);
	s->counts.answers++;
}

enum fault
la_store_commit(struct la_store *s, const struct order *o,
    const struct chain_keys *keys, struct bytes answer, uint32_t now,
    struct fault_info *fi)
{
	char path[PATH_SIZE];
	bool unchanged;
	enum fault f;

	answer_path(s, path, &o->hash);
	TRY(file_write(path, answer, 0600, fi));
	crash_point("la-answer-written");
	pthread_mutex_lock(&s->lock);
	f = transact(s, &unchanged, o, keys, now, fi);
	if (f == FAULT_OK)
		count_commit(s, o);
	pthread_mutex_unlock(&s->lock);
	if (f == FAULT_OK)
		crash_point("la-committed");
	else if (unchanged)
		(void)unlink(path);
	return f;
}

/* ---- confirmation ---- */

struct confirmed {
	struct digest *hash;
	size_t n, room;
};

static enum fault
row_confirmed(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct confirmed *c = ctx;

	if (c->n == c->room)
		return FAULT_OK; /* its file goes at the next start */
	TRY(db_blob_copy(row, 0, c->hash[c->n].b, SHA256_SIZE, fi));
	c->n++;
	return FAULT_OK;
}

static enum fault
confirm(struct la_store *s, struct confirmed *out, const uint8_t (*id)[8],
    size_t n, struct fault_info *fi)
{
	enum fault f = FAULT_OK;

	TRY(db_begin(s->db, fi));
	for (size_t i = 0; i < n && f == FAULT_OK; i++) {
		f = DB_EACH(s->db, REQUEST_STORED_ID8, row_confirmed, out, fi,
		    DB_BLOB(id[i], 8));
		if (f == FAULT_OK)
			f = DB_RUN(
			    s->db, REQUEST_CONFIRM, fi, DB_BLOB(id[i], 8));
	}
	if (f == FAULT_OK && out->n > 0)
		return db_commit(s->db, fi);
	db_rollback(s->db);
	return f;
}

enum fault
la_store_confirm(
    struct la_store *s, const uint8_t (*id)[8], size_t n, struct fault_info *fi)
{
	struct digest hash[64];
	struct confirmed c = {hash, 0, sizeof(hash) / sizeof(*hash)};
	char path[PATH_SIZE];
	enum fault f;

	pthread_mutex_lock(&s->lock);
	f = confirm(s, &c, id, n, fi);
	if (f == FAULT_OK)
		s->counts.answers -= (int64_t)c.n;
	pthread_mutex_unlock(&s->lock);
	TRY(f);
	if (c.n == 0)
		return FAULT_OK;
	crash_point("la-confirm-committed");
	for (size_t i = 0; i < c.n; i++) {
		answer_path(s, path, &hash[i]);
		if (unlink(path) != 0 && errno != ENOENT)
			log_warn("cannot remove %s", path);
	}
	crash_point("la-confirm-removed");
	return FAULT_OK;
}

void
la_store_counts(struct la_store *s, struct la_counts *out)
{
	pthread_mutex_lock(&s->lock);
	*out = s->counts;
	pthread_mutex_unlock(&s->lock);
}
