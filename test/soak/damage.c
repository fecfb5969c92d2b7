/*
 * damage - the counter-proof of account: does one wrong thing to a copy of an
 * environment, which account must then find.
 *
 *	damage --list			kinds, each with the line of the table
 *					that must show it
 *	damage KIND ENVIRONMENT
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "role/pca/store.h"
#include "store/bulk.h"
#include "test/soak/books.h"
#include "tool/fleet/state.h"

static struct books books; /* dir, arena */

/* ---- databases ---- */

/* The statement must change something. */
static void
change(const char *database, const char *sql)
{
	sqlite3 *db = books_db(&books, database);

	if (sqlite3_exec(db, "pragma foreign_keys = off", NULL, NULL, NULL) !=
		SQLITE_OK ||
	    sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		books_fatal("%s: %s", sql, sqlite3_errmsg(db));
	if (sqlite3_changes(db) == 0)
		books_fatal("%s: nothing to change", sql);
	sqlite3_close(db);
}

/* ---- bulk records ---- */

struct copied {
	uint8_t key[BULK_KEY_MAX];
	struct bytes value;
};

struct copying {
	struct list records;
	size_t key_n;
};

static enum fault
copy_record(
    void *ctx, const uint8_t *key, struct bytes value, struct fault_info *fi)
{
	struct copying *all = ctx;
	struct copied *c = list_add(&all->records);

	memcpy(c->key, key, all->key_n);
	c->value = bytes_copy(&books.arena, value);
	return c->value.p != NULL ? FAULT_OK
				  : fault_set(fi, FAULT_TOO_LARGE, "memory");
}

static struct list
read_store(const char *name, size_t key_n)
{
	struct copying all = {LIST_OF(struct copied), key_n};
	char path[PATH_SIZE];
	struct fault_info fi;
	struct bulk *store;

	books_path(&books, path, name);
	books_must(bulk_open(&store, path, key_n, BULK_READONLY, &fi), &fi);
	books_must(bulk_each(store, BULK_ALL, copy_record, &all, &fi), &fi);
	bulk_close(store);
	if (all.records.n < 2)
		books_fatal("%s: nothing to damage", name);
	return all.records;
}

static void
append(const char *name, size_t key_n, const struct copied *c, size_t n)
{
	struct bulk_record *v = calloc(n, sizeof(*v));
	char path[PATH_SIZE];
	struct fault_info fi;
	struct bulk *store;

	if (v == NULL)
		books_fatal("out of memory");
	for (size_t k = 0; k < n; k++)
		v[k] = (struct bulk_record){c[k].key, c[k].value};
	books_path(&books, path, name);
	books_must(bulk_open(&store, path, key_n, BULK_KEEP, &fi), &fi);
	books_must(bulk_append(store, v, n, NULL, &fi), &fi);
	bulk_close(store);
	free(v);
}

static void
remove_segments(struct books *b, const char *folder, const char *name)
{
	char path[PATH_SIZE], full[PATH_SIZE];

	books_path(b, path, folder);
	path_join(full, path, name);
	if (strcmp(name, "lock") != 0 && unlink(full) != 0)
		books_fatal("%s", full);
}

/* The store again, without its first record. */
static void
lose_record(const char *name, size_t key_n)
{
	struct list all = read_store(name, key_n);

	books_folder(&books, name, remove_segments);
	append(name, key_n, list_at(&all, 1), all.n - 1);
	list_free(&all);
}

/* One record more: the first, with another key and this octet of its value
 * changed (-1: none). */
static void
add_record(const char *name, size_t key_n, bool new_key, int octet)
{
	struct list all = read_store(name, key_n);
	struct copied *c = list_at(&all, 0);
	struct bytes value = c->value;
	uint8_t *p = arena_alloc(&books.arena, value.n, 1);

	if (p == NULL)
		books_fatal("out of memory");
	memcpy(p, value.p, value.n);
	if (octet >= 0)
		p[octet] ^= 1;
	c->value.p = p;
	c->key[5] ^= new_key;
	append(name, key_n, c, 1);
	list_free(&all);
}

/* ---- files ---- */

static char some_file[PATH_SIZE];

static void
note_file(struct books *b, const char *folder, const char *name)
{
	char path[PATH_SIZE];

	if (folder[0] == '/')
		snprintf(path, sizeof(path), "%s", folder);
	else
		books_path(b, path, folder);
	path_join(some_file, path, name);
}

/* The last one by name. */
static const char *
file_in(const char *folder)
{
	char from[PATH_SIZE];

	snprintf(from, sizeof(from), "%s", folder);
	some_file[0] = '\0';
	books_folder(&books, from, note_file);
	if (some_file[0] == '\0')
		books_fatal("%s is empty", from);
	return some_file;
}

static void
put_file(const char *name)
{
	char path[PATH_SIZE];
	struct fault_info fi;

	books_path(&books, path, name);
	books_must(file_write(path, bytes_of_string("left"), 0600, &fi), &fi);
}

/* ---- the kinds ---- */

/* clang-format off */
#define SQL(name, database, sql)					\
	static void name(void) { change(database, sql); }
SQL(unit_lost, "ra/data/ra.db",
    "delete from unit where i = (select max(i) from unit)"
    " and device = (select min(device) from unit)")
SQL(unit_waits, "ra/data/ra.db", "update unit set state = 0"
    " where i = (select max(i) from unit)"
    " and device = (select min(device) from unit)")
SQL(device_lost, "ra/data/ra.db",
    "delete from device where number = (select min(number) from device)")
SQL(plan_short, "ra/data/ra.db", "update device set next_i = next_i - 1"
    " where number = (select min(number) from device)")
SQL(chain_shared, "ra/data/ra.db", "update unit set chain ="
    " (select chain from device where number ="
    "  (select max(number) from device))"
    " where device = (select min(number) from device)")
SQL(order_open, "ra/data/ra.db", "insert into fetch(state, i_min, i_max,"
    " j_max, fresh, request1, request2, confirmed)"
    " values(0, 1, 2, 20, 1, x'00', x'01', 0)")
SQL(order_chain_left, "ra/data/ra.db", "insert into fetch_chain(fetch, place,"
    " chain) values(1, 0, 1)")
SQL(batch_left, "ra/data/ra.db", "insert into batch(state, batch_id, requests)"
    " values(1, x'00', 20)")
SQL(piece_moved, "ra/data/ra.db", "update unit set offset = offset + 1"
    " where i = (select max(i) from unit)")
SQL(chain_lost, "la1/data/la.db",
    "delete from chain where id = (select min(id) from chain)")
SQL(values_differ, "la2/data/la.db", "update key_use set sealed = sealed + 1")
SQL(answer_lost, "la1/data/la.db", "insert into request(hash, id8, message,"
    " until, stored) values(zeroblob(32), x'00', x'00', 0, 1)")
SQL(enrollment_lost, "eca/data/eca.db", "delete from enrollment"
    " where number = (select min(number) from enrollment)")
/* clang-format on */

static void
hpcr_lost(void)
{
	lose_record("ra/data/hpcr", HASH_SIZE);
}

static void
hpcr_twice(void)
{
	add_record("ra/data/hpcr", HASH_SIZE, false, -1);
}

/* One (device, i, j) under two HPCRs. */
static void
place_twice(void)
{
	add_record("ra/data/hpcr", HASH_SIZE, true, -1);
}

static void
issued_lost(void)
{
	lose_record("pca/data/issued", HASH_SIZE);
}

static void
issued_twice(void)
{
	add_record("pca/data/issued", HASH_SIZE, false, -1);
}

/* Another HPCR with the linkage value and PLVs of the first. */
static void
plv_twice(void)
{
	add_record("pca/data/issued", HASH_SIZE, true, -1);
}

static void
plv_damaged(void)
{
	add_record("pca/data/issued", HASH_SIZE, true,
	    RECORD_AT_PLV2 - RECORD_AT_I + PLV_OCTETS - 1);
}

static void
linkage_lost(void)
{
	lose_record("pca/data/linkage", sizeof(struct lv));
}

static void
linkage_wrong(void)
{
	add_record("pca/data/linkage", sizeof(struct lv), true, 3);
}

static void
answer_waits(void)
{
	struct copied c = {.value = bytes_of_string("an answer")};

	append("pca/data/pending", HASH_SIZE, &c, 1);
}

static void
outbox_left(void)
{
	put_file("ra/data/outbox/00112233445566778899aabbccddeeff");
}

static void
plv_left(void)
{
	put_file("ra/data/plv/ffff-0");
}

static void
answers_cut(void)
{
	struct stat st;

	file_in(file_in("ra/data/answers"));
	if (stat(some_file, &st) != 0 ||
	    truncate(some_file, st.st_size - 1) != 0)
		books_fatal("%s", some_file);
}

static void
answers_left(void)
{
	char path[PATH_SIZE];
	struct fault_info fi;

	path_join(path, file_in("ra/data/answers"), "7fffffff");
	books_must(file_write(path, bytes_of_string("left"), 0600, &fi), &fi);
}

static void
la_file_left(void)
{
	put_file("la2/data/answers/0011.oer");
}

/* A file of the first fleet, to be read or changed at the place of an
 * element. */
static int
open_fleet(const char *name)
{
	char path[PATH_SIZE];
	int fd;

	path_join(path, file_in("fleet"), name);
	if ((fd = open(path, O_RDWR | O_CLOEXEC)) < 0)
		books_fatal("%s", path);
	return fd;
}

/* The last certificate that a device took is forgotten. */
static void
certificate_lost(void)
{
	int fd = open_fleet(STATE_CERTIFICATES);
	off_t size = lseek(fd, 0, SEEK_END);

	if (ftruncate(fd, size - (off_t)sizeof(struct held)) != 0)
		books_fatal("certificates of the fleet");
	close(fd);
}

/* The first device believes that it lacks its last period. */
static void
week_lost(void)
{
	const off_t at = sizeof(struct state_head);
	int fd = open_fleet(STATE_DEVICES);
	struct record r;

	if (pread(fd, &r, sizeof(r), at) != sizeof(r))
		books_fatal("devices of the fleet");
	r.progress.next_i--;
	if (pwrite(fd, &r, sizeof(r), at) != sizeof(r))
		books_fatal("devices of the fleet");
	close(fd);
}

/* A certificate bears the linkage value of one of another place. */
static void
certificate_swapped(void)
{
	int fd = open_fleet(STATE_CERTIFICATES);
	struct held v[2];

	if (pread(fd, v, sizeof(v), 0) != sizeof(v))
		books_fatal("certificates of the fleet");
	memcpy(v[0].lv, v[1].lv, sizeof(v[0].lv));
	if (pwrite(fd, v, sizeof(v[0]), 0) != sizeof(v[0]))
		books_fatal("certificates of the fleet");
	close(fd);
}

static const struct {
	const char *name, *shows; /* in this line */
	void (*run)(void);
} kinds[] = {
#define KIND(name, shows) {#name, #shows, name},
#include "test/soak/damage.def"
#undef KIND
};

int
main(int argc, char **argv)
{
	size_t n = sizeof(kinds) / sizeof(kinds[0]), k;

	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		for (k = 0; k < n; k++)
			printf("%s %s\n", kinds[k].name, kinds[k].shows);
		return 0;
	}
	if (argc != 3)
		books_fatal("usage: damage KIND ENVIRONMENT");
	books.dir = realpath(argv[2], NULL);
	books.arena = arena_new((size_t)1 << 30);
	for (k = 0; k < n && strcmp(kinds[k].name, argv[1]) != 0; k++)
		continue;
	if (k == n || books.dir == NULL)
		books_fatal("no such kind of damage, or no such folder");
	kinds[k].run();
	return 0;
}
