/*
 * store_bench - records and rows per second of lib/store, durable, on the
 * disk under the folder that is given.
 *
 *	store_bench FOLDER [batches]
 *
 * The bulk store gets batches of 4,096 records with keys of 32 and values of
 * 300 octets; merging goes on meanwhile, and its time is in the figures.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/time32.h"
#include "store/bulk.h"
#include "store/db.h"

#define BATCH	4096u
#define KEY_N	32u
#define VALUE_N 300u
#define LOOKUPS 200000u

static struct fault_info info;

static void
need(enum fault f)
{
	if (f == FAULT_OK)
		return;
	fprintf(stderr, "store_bench: %s\n", info.text);
	exit(1);
}

static double
seconds_since(uint64_t start)
{
	return (double)(clock_ns() - start) * 1e-9;
}

/* splitmix64: key octets of record n. */
static void
make_key(uint64_t n, uint8_t key[KEY_N])
{
	uint64_t z;
	size_t i;

	for (i = 0; i < KEY_N; i += 8) {
		z = (n * 4 + i) * UINT64_C(0x9e3779b97f4a7c15);
		z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
		z ^= z >> 27;
		memcpy(key + i, &z, 8);
	}
}

static void
append(struct bulk *b, uint64_t first)
{
	static struct bulk_record records[BATCH];
	static uint8_t keys[BATCH][KEY_N], values[BATCH][VALUE_N];
	size_t i;

	for (i = 0; i < BATCH; i++) {
		make_key(first + i, keys[i]);
		records[i].key = keys[i];
		records[i].value = (struct bytes){values[i], VALUE_N};
	}
	need(bulk_append(b, records, BATCH, NULL, &info));
}

static void
bench_appends(struct bulk *b, uint64_t batches)
{
	double longest = 0, total, one;
	uint64_t i, start = clock_ns(), before;
	struct bulk_stats s;

	for (i = 0; i < batches; i++) {
		before = clock_ns();
		append(b, i * BATCH);
		if ((one = seconds_since(before)) > longest)
			longest = one;
	}
	total = seconds_since(start);
	bulk_stats(b, &s);
	printf("bulk append            %12.0f records/s  %6.2f ms per batch, "
	       "longest %.1f ms\n",
	    (double)(batches * BATCH) / total, total * 1e3 / (double)batches,
	    longest * 1e3);
	printf("                       %12llu records, %llu segments, %llu "
	       "merges, %.0f octets per record\n",
	    (unsigned long long)s.records, (unsigned long long)s.segments,
	    (unsigned long long)s.merges, (double)s.octets / (double)s.records);
}

static void
bench_lookups(struct bulk *b, uint64_t records, const char *what)
{
	struct arena arena = arena_new((size_t)1 << 24);
	uint8_t key[KEY_N];
	struct bytes value;
	uint64_t i, start;

	start = clock_ns();
	for (i = 0; i < LOOKUPS; i++) {
		make_key(i * 7919 % records, key);
		need(bulk_find(b, &value, &arena, key, &info));
		if (i % 10000 == 0)
			arena_reset(&arena);
	}
	printf("bulk find, there       %12.0f ns  (%s)\n",
	    seconds_since(start) * 1e9 / LOOKUPS, what);
	start = clock_ns();
	for (i = 0; i < LOOKUPS; i++) {
		make_key(records + i, key);
		if (bulk_has(b, key))
			exit(1);
	}
	printf("bulk find, not there   %12.0f ns  (%s)\n",
	    seconds_since(start) * 1e9 / LOOKUPS, what);
	arena_free(&arena);
}

static void
bench_bulk(const char *folder, uint64_t batches)
{
	char path[PATH_SIZE];
	struct bulk *b;
	uint64_t start;

	path_join(path, folder, "bulk");
	need(bulk_open(&b, path, KEY_N, BULK_MERGE, &info));
	bench_appends(b, batches);
	bench_lookups(b, batches * BATCH, "merged");
	start = clock_ns();
	bulk_close(b);
	need(bulk_open(&b, path, KEY_N, BULK_MERGE, &info));
	printf(
	    "bulk close and open    %12.2f ms\n", seconds_since(start) * 1e3);
	bulk_close(b);
	path_join(path, folder, "keep");
	need(bulk_open(&b, path, KEY_N, BULK_KEEP, &info));
	bench_appends(b, 100);
	bench_lookups(b, UINT64_C(100) * BATCH, "100 segments kept");
	bulk_close(b);
}

#define STATEMENTS(S)                                      \
	S(ADD, "insert into t (id, blob) values (?1, ?2)") \
	S(GET, "select blob from t where id = ?1")

enum { STATEMENTS(DB_STATEMENT_ENUM) STATEMENT_COUNT };

static void
bench_db(const char *folder)
{
	static const char *const steps[] = {
	    "create table t (id integer primary key, blob blob)"};
	static const char *const sql[] = {STATEMENTS(DB_STATEMENT_SQL)};
	const struct db_schema schema = {steps, 1, sql, STATEMENT_COUNT};
	static uint8_t blob[250];
	char path[PATH_SIZE];
	uint64_t start, n, i, id = 0;
	struct db *db;

	path_join(path, folder, "data.db");
	need(db_open(&db, path, &schema, &info));
	for (n = 1; n <= 10000; n *= 100) {
		uint64_t commits = n == 1 ? 300 : 20;

		start = clock_ns();
		for (i = 0; i < commits * n; i++) {
			if (i % n == 0)
				need(db_begin(db, &info));
			need(DB_RUN(db, ADD, &info, DB_INT(++id),
			    DB_BLOB(blob, sizeof(blob))));
			if (i % n == n - 1)
				need(db_commit(db, &info));
		}
		printf("db, %5llu per commit   %12.0f rows/s\n",
		    (unsigned long long)n,
		    (double)(commits * n) / seconds_since(start));
	}
	start = clock_ns();
	for (i = 0; i < LOOKUPS; i++)
		need(DB_RUN(db, GET, &info, DB_INT(i * 7919 % id + 1)));
	printf("db, select by id       %12.0f ns\n",
	    seconds_since(start) * 1e9 / LOOKUPS);
	db_close(db);
}

int
main(int argc, char **argv)
{
	uint64_t batches = argc > 2 ? strtoull(argv[2], NULL, 10) : 300;
	char path[PATH_SIZE];

	if (argc < 2 || batches == 0) {
		fprintf(stderr, "usage: store_bench FOLDER [batches]\n");
		return 2;
	}
	path_join(path, argv[1], "store-bench-XXXXXX");
	if (mkdtemp(path) == NULL) {
		perror(path);
		return 1;
	}
	bench_bulk(path, batches);
	bench_db(path);
	printf("files are in %s\n", path);
	return 0;
}
