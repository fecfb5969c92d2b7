/* books.c - see books.h. */
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/soak/books.h"

#define PRINTED 5 /* differences of each line */

/* ---- lists ---- */

void *
list_add(struct list *l)
{
	if (l->n == l->room) {
		l->room = l->room == 0 ? 256 : 2 * l->room;
		if ((l->v = realloc(l->v, l->room * l->size)) == NULL)
			books_fatal("out of memory");
	}
	return memset((uint8_t *)l->v + l->n++ * l->size, 0, l->size);
}

void *
list_at(const struct list *l, size_t k)
{
	return (uint8_t *)l->v + k * l->size;
}

void
list_sort(struct list *l, int (*compare)(const void *, const void *))
{
	if (l->n > 1)
		qsort(l->v, l->n, l->size, compare);
}

void
list_free(struct list *l)
{
	free(l->v);
	l->v = NULL;
	l->n = l->room = 0;
}

/* ---- verdicts ---- */

void
books_fatal(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "account: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n");
	exit(2);
}

void
books_must(enum fault f, const struct fault_info *fi)
{
	if (f != FAULT_OK)
		books_fatal("%s", fi->text);
}

void
books_count(struct books *b, enum check c, uint64_t n)
{
	b->checks[c].n += n;
}

void
books_differ(struct books *b, enum check c, const char *fmt, ...)
{
	static const char *const names[] = {
#define CHECK(name, text) #name,
#include "test/soak/check.def"
#undef CHECK
	};
	va_list ap;

	if (b->checks[c].differences++ >= PRINTED && !b->verbose)
		return;
	printf("%s: ", names[c]);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
}

/* ---- databases ---- */

void
books_path(const struct books *b, char out[PATH_SIZE], const char *name)
{
	path_join(out, b->dir, name);
}

sqlite3 *
books_db(const struct books *b, const char *name)
{
	char path[PATH_SIZE];
	sqlite3 *db;

	books_path(b, path, name);
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) !=
	    SQLITE_OK)
		books_fatal("%s: %s", path, sqlite3_errmsg(db));
	sqlite3_busy_timeout(db, 10000);
	return db;
}

void
books_each(sqlite3 *db, const char *sql,
    void (*row)(struct books *, sqlite3_stmt *), struct books *b)
{
	sqlite3_stmt *s;
	int code;

	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
		books_fatal("%s: %s", sql, sqlite3_errmsg(db));
	while ((code = sqlite3_step(s)) == SQLITE_ROW)
		row(b, s);
	if (code != SQLITE_DONE)
		books_fatal("%s: %s", sql, sqlite3_errmsg(db));
	sqlite3_finalize(s);
}

int64_t
books_number(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s;
	int64_t n;

	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK ||
	    sqlite3_step(s) != SQLITE_ROW)
		books_fatal("%s: %s", sql, sqlite3_errmsg(db));
	n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return n;
}

struct bytes
books_blob(struct books *b, sqlite3_stmt *s, int column)
{
	struct bytes in = {sqlite3_column_blob(s, column),
	    (size_t)sqlite3_column_bytes(s, column)};
	struct bytes out = bytes_copy(&b->arena, in);

	if (out.p == NULL && in.n > 0)
		books_fatal("out of memory");
	return out;
}

/* ---- folders ---- */

void
books_folder(struct books *b, const char *folder,
    void (*entry)(struct books *, const char *folder, const char *name))
{
	struct dirent **names;
	char path[PATH_SIZE];
	int n;

	if (folder[0] == '/')
		path_join(path, folder, ".");
	else
		books_path(b, path, folder);
	if ((n = scandir(path, &names, NULL, alphasort)) < 0)
		books_fatal("%s: no such folder", path);
	for (int k = 0; k < n; k++) {
		if (strcmp(names[k]->d_name, ".") != 0 &&
		    strcmp(names[k]->d_name, "..") != 0)
			entry(b, folder, names[k]->d_name);
		free(names[k]);
	}
	free(names);
}
