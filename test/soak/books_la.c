/* books_la.c - the LAs: what they gave, and what waits for confirmation. */
#include <stdio.h>
#include <string.h>

#include "base/time32.h"
#include "crypto/hash.h"
#include "role/ra/db.h"
#include "test/soak/books.h"

/* Orders that the RA has not had confirmed yet, of one LA. */
struct orders {
	struct list hashes; /* of the octets sent */
	unsigned la;
};

static struct orders orders; /* for the call-backs below */
static sqlite3 *la_db;

static void
add_order(struct books *b, sqlite3_stmt *s)
{
	if ((sqlite3_column_int64(s, 2) >> orders.la & 1) == 0)
		sha256(
		    list_add(&orders.hashes), books_blob(b, s, (int)orders.la));
}

static bool
is_ordered(struct bytes hash)
{
	for (size_t k = 0; k < orders.hashes.n; k++)
		if (hash.n == HASH_SIZE &&
		    memcmp(list_at(&orders.hashes, k), hash.p, HASH_SIZE) == 0)
			return true;
	return false;
}

static void
check_answer(struct books *b, sqlite3_stmt *s)
{
	struct bytes hash = books_blob(b, s, 0);
	char hex[2 * HASH_SIZE + 1], name[128], path[PATH_SIZE];

	books_count(b, CHECK_LA_LEFT, 1);
	hex_encode(hex, hash.p, hash.n);
	if (!is_ordered(hash))
		books_differ(b, CHECK_LA_LEFT,
		    "LA%u keeps an answer that nobody will confirm: %.16s",
		    orders.la + 1, hex);
	snprintf(
	    name, sizeof(name), "la%u/data/answers/%s.oer", orders.la + 1, hex);
	books_path(b, path, name);
	if (!file_exists(path))
		books_differ(b, CHECK_LA_LEFT, "%s is lost", name);
}

static void
check_file(struct books *b, const char *folder, const char *name)
{
	sqlite3_stmt *s;

	if (sqlite3_prepare_v2(la_db,
		"select 1 from request where stored = 1"
		" and lower(hex(hash)) || '.oer' = ?1",
		-1, &s, NULL) != SQLITE_OK)
		books_fatal("request: %s", sqlite3_errmsg(la_db));
	sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
	if (sqlite3_step(s) != SQLITE_ROW)
		books_differ(b, CHECK_LA_LEFT, "%s/%s", folder, name);
	sqlite3_finalize(s);
}

static void
read_la(
    struct books *b, sqlite3 *ra, unsigned la, int64_t *chains, int64_t *values)
{
	char name[64];

	orders = (struct orders){.la = la};
	orders.hashes = (struct list){.size = HASH_SIZE};
	books_each(ra,
	    "select request1, request2, confirmed from fetch where state ="
	    " " SQL_NUMBER(FETCH_HELD),
	    add_order, b);
	snprintf(name, sizeof(name), "la%u/data/la.db", la + 1);
	la_db = books_db(b, name);
	*chains = books_number(la_db, "select count(*) from chain");
	*values =
	    books_number(la_db, "select coalesce(sum(sealed), 0) from key_use");
	books_each(la_db, "select hash from request where stored = 1",
	    check_answer, b);
	snprintf(name, sizeof(name), "la%u/data/answers", la + 1);
	books_folder(b, name, check_file);
	sqlite3_close(la_db);
	list_free(&orders.hashes);
}

void
books_la(struct books *b)
{
	sqlite3 *ra = books_db(b, "ra/data/ra.db");
	int64_t chains[2], values[2], known;

	for (unsigned la = 0; la < 2; la++)
		read_la(b, ra, la, &chains[la], &values[la]);
	known = books_number(ra, "select count(*) from chain");
	sqlite3_close(ra);
	books_count(b, CHECK_LA_CHAINS, (uint64_t)chains[0]);
	books_count(b, CHECK_LA_VALUES, (uint64_t)values[0]);
	/* the RA forgets chains that nobody used before their weeks were over
	 */
	if (chains[0] != chains[1] || known > chains[0] ||
	    (known < chains[0] && time_offset() == 0))
		books_differ(b, CHECK_LA_CHAINS,
		    "%lld at LA1, %lld at LA2, %lld at the RA",
		    (long long)chains[0], (long long)chains[1],
		    (long long)known);
	if (values[0] != values[1])
		books_differ(b, CHECK_LA_VALUES, "%lld and %lld",
		    (long long)values[0], (long long)values[1]);
}
