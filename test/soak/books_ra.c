/* books_ra.c - the RA: who is to have what, and what is there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "role/ra/collect.h"
#include "role/ra/db.h"
#include "store/bulk.h"
#include "test/soak/books.h"

#define FILE_MAX ((size_t)1 << 30)

/* ---- devices ---- */

static void
add_device(struct books *b, sqlite3_stmt *s)
{
	struct ra_device *d = list_add(&b->ra_devices);
	struct bytes request = books_blob(b, s, 1);

	d->number = sqlite3_column_int64(s, 0);
	if (request.n == sizeof(d->request))
		memcpy(d->request, request.p, request.n);
	d->next_i = (uint32_t)sqlite3_column_int64(s, 2);
	d->end_i = (uint32_t)sqlite3_column_int64(s, 3);
	d->created = (uint32_t)sqlite3_column_int64(s, 4);
	d->ack = books_blob(b, s, 5);
	books_count(b, CHECK_DEVICES, 1);
}

static void
add_unit(struct books *b, sqlite3_stmt *s)
{
	struct ra_unit *u = list_add(&b->units);

	u->device = sqlite3_column_int64(s, 0);
	u->i = (uint32_t)sqlite3_column_int64(s, 1);
	u->state = (uint32_t)sqlite3_column_int64(s, 2);
	u->n = (uint32_t)sqlite3_column_int64(s, 3);
	u->chain = sqlite3_column_int64(s, 4);
	u->batch = sqlite3_column_int64(s, 5);
	u->offset = (uint32_t)sqlite3_column_int64(s, 6);
	u->size = (uint32_t)sqlite3_column_int64(s, 7);
}

/* ---- units: from the first period to the end of the supply ---- */

static void
check_unit(struct books *b, const struct ra_unit *u)
{
	books_count(b, CHECK_UNITS, 1);
	if (u->n != b->environment.certs_per_i_period)
		books_differ(b, CHECK_UNITS,
		    "device %lld, i %u: %u certificates", (long long)u->device,
		    u->i, u->n);
	if (u->state == UNIT_DONE) {
		b->units_done++;
		b->certificates += u->n;
	} else if (u->state == UNIT_LAPSED && u->i < b->period) {
		b->units_lapsed++;
		books_count(b, CHECK_LAPSED, 1);
	} else {
		books_differ(b, CHECK_UNITS, "device %lld, i %u: state %u",
		    (long long)u->device, u->i, u->state);
	}
}

/* Those of one device stand together, by i. */
static size_t
check_units(struct books *b, const struct ra_device *d, size_t at)
{
	uint32_t created = environment_period(&b->environment, d->created);
	uint32_t i = 0;
	size_t n = 0;

	for (; at + n < b->units.n; n++) {
		const struct ra_unit *u = list_at(&b->units, at + n);

		if (u->device != d->number)
			break;
		if (n == 0 && (u->i < created || u->i > b->period))
			books_differ(b, CHECK_UNITS,
			    "device %lld begins at i %u", (long long)d->number,
			    u->i);
		if (n > 0 && (b->absent ? u->i < i : u->i != i))
			books_differ(b, CHECK_UNITS,
			    "device %lld has no unit for i %u",
			    (long long)d->number, i);
		check_unit(b, u);
		i = u->i + 1;
	}
	if (n == 0 || i != d->next_i)
		books_differ(b, CHECK_UNITS,
		    "device %lld: units until %u, planned until %u",
		    (long long)d->number, i, d->next_i);
	return n;
}

static void
check_devices(struct books *b)
{
	size_t at = 0;

	for (size_t k = 0; k < b->ra_devices.n; k++) {
		const struct ra_device *d = list_at(&b->ra_devices, k);
		uint32_t end = b->period + b->environment.supply_weeks;

		if (end > d->end_i)
			end = d->end_i;
		if (d->next_i != end)
			books_differ(b, CHECK_DEVICES,
			    "device %lld is planned until i %u, not %u",
			    (long long)d->number, d->next_i, end);
		at += check_units(b, d, at);
	}
	if (at != b->units.n)
		books_differ(b, CHECK_UNITS, "%zu units of unknown devices",
		    b->units.n - at);
}

/* ---- answers ---- */

static struct ra_unit *
by_file(const struct books *b)
{
	struct ra_unit *v = calloc(b->units.n + 1, sizeof(*v));
	size_t n = 0;

	if (v == NULL)
		books_fatal("out of memory");
	for (size_t k = 0; k < b->units.n; k++) {
		const struct ra_unit *u = list_at(&b->units, k);

		if (u->state == UNIT_DONE)
			v[n++] = *u;
	}
	return v; /* ends with zeros */
}

static int
compare_file(const void *x, const void *y)
{
	const struct ra_unit *a = x, *b = y;

	if (a->i != b->i)
		return a->i < b->i ? -1 : 1;
	if (a->batch != b->batch)
		return a->batch < b->batch ? -1 : 1;
	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

static bool
same_file(const struct ra_unit *a, const struct ra_unit *b)
{
	return a->n > 0 && a->i == b->i && a->batch == b->batch;
}

static void
check_piece(struct books *b, const struct ra_unit *u, struct bytes file)
{
	struct reader r = reader_of(file);
	uint32_t n = 0;

	read_span(&r, u->offset);
	r.end = r.p + (u->size <= read_left(&r) ? u->size : read_left(&r));
	while (!r.failed && read_left(&r) > 0) {
		size_t size = (size_t)read_uint(&r, 2);

		read_span(&r, size);
		n += !r.failed && size > 0;
	}
	books_count(b, CHECK_ANSWERS, n);
	if (r.failed || n != u->n)
		books_differ(b, CHECK_ANSWERS,
		    "device %lld, i %u: %u of %u answers", (long long)u->device,
		    u->i, n, u->n);
}

/* Pieces lie one behind the other and fill the file. */
static size_t
check_file(struct books *b, const struct ra_unit *u)
{
	struct arena arena = arena_new(FILE_MAX);
	char name[64], path[PATH_SIZE];
	size_t n = 0, end = 0;
	struct bytes file = BYTES_NONE;

	snprintf(name, sizeof(name), "ra/data/answers/%X/%llx", u->i,
	    (unsigned long long)u->batch);
	books_path(b, path, name);
	if (file_read(&file, &arena, path, FILE_MAX, NULL) != FAULT_OK)
		books_differ(b, CHECK_ANSWERS, "%s: not there", name);
	for (; same_file(u + n, u); n++) {
		if (u[n].offset != end)
			books_differ(b, CHECK_ANSWERS,
			    "%s: a piece at %u, expected at %zu", name,
			    u[n].offset, end);
		check_piece(b, u + n, file);
		end = u[n].offset + u[n].size;
	}
	if (end != file.n)
		books_differ(b, CHECK_ANSWERS, "%s: %zu octets, %zu are known",
		    name, file.n, end);
	arena_free(&arena);
	return n;
}

static size_t files_found;

static void
count_file(struct books *b, const char *folder, const char *name)
{
	files_found++;
	if (strchr(name, '.') != NULL)
		books_differ(b, CHECK_RA_LEFT, "%s/%s", folder, name);
}

static void
count_files(struct books *b, const char *folder, const char *name)
{
	char path[PATH_SIZE];

	path_join(path, folder, name);
	books_folder(b, path, count_file);
}

static void
check_answers(struct books *b)
{
	struct ra_unit *v = by_file(b), *u;
	size_t files = 0;

	qsort(v, b->units_done, sizeof(*v), compare_file);
	for (u = v; u->n > 0; files++)
		u += check_file(b, u);
	free(v);
	files_found = 0;
	books_folder(b, "ra/data/answers", count_files);
	if (files_found != files)
		books_differ(b, CHECK_RA_LEFT,
		    "%zu files of answers, %zu are known", files_found, files);
}

/* ---- HPCRs ---- */

static enum fault
add_hpcr(
    void *ctx, const uint8_t *key, struct bytes value, struct fault_info *fi)
{
	struct books *b = ctx;
	struct ra_hpcr *h = list_add(&b->ra_hpcrs);
	struct reader r = reader_of(value);

	(void)fi;
	memcpy(h->hpcr, key, sizeof(h->hpcr));
	h->device = (int64_t)read_uint(&r, 8);
	h->i = (uint32_t)read_uint(&r, 2);
	h->j = (uint32_t)read_uint(&r, 1);
	if (r.failed || value.n != HPCR_RECORD_SIZE)
		books_differ(b, CHECK_HPCRS, "a record of %zu octets", value.n);
	return FAULT_OK;
}

static int
compare_place(const void *x, const void *y)
{
	const struct ra_hpcr *a = x, *b = y;

	if (a->device != b->device)
		return a->device < b->device ? -1 : 1;
	if (a->i != b->i)
		return a->i < b->i ? -1 : 1;
	return a->j < b->j ? -1 : a->j > b->j;
}

static int
compare_hpcr(const void *a, const void *b)
{
	return memcmp(a, b, HASH_SIZE);
}

/* Records stand by place, units as well: each unit takes its n records. */
static size_t
match_unit(struct books *b, const struct ra_unit *u, size_t at)
{
	struct ra_hpcr want = {.device = u->device, .i = u->i};
	size_t n = 0;
	int order;

	for (want.j = 0; want.j < u->n;) {
		const struct ra_hpcr *h = list_at(&b->ra_hpcrs, at + n);

		order = at + n == b->ra_hpcrs.n ? 1 : compare_place(h, &want);
		if (order < 0) {
			books_differ(b, CHECK_HPCRS,
			    "device %lld, i %u, j %u: twice, or for nobody",
			    (long long)h->device, h->i, h->j);
		} else {
			if (order > 0)
				books_differ(b, CHECK_HPCRS,
				    "device %lld, i %u, j %u: missing",
				    (long long)want.device, want.i, want.j);
			want.j++;
		}
		n += order <= 0;
	}
	return n;
}

static void
check_hpcrs(struct books *b)
{
	size_t at = 0;

	list_sort(&b->ra_hpcrs, compare_place);
	books_count(b, CHECK_HPCRS, b->ra_hpcrs.n);
	for (size_t k = 0; k < b->units.n; k++) {
		const struct ra_unit *u = list_at(&b->units, k);

		if (u->state == UNIT_DONE)
			at += match_unit(b, u, at);
	}
	if (at != b->ra_hpcrs.n)
		books_differ(
		    b, CHECK_HPCRS, "%zu records too many", b->ra_hpcrs.n - at);
	list_sort(&b->ra_hpcrs, compare_hpcr);
	for (size_t k = 1; k < b->ra_hpcrs.n; k++)
		if (compare_hpcr(list_at(&b->ra_hpcrs, k - 1),
			list_at(&b->ra_hpcrs, k)) == 0)
			books_differ(b, CHECK_HPCRS, "the same HPCR twice");
}

void
books_ra(struct books *b)
{
	sqlite3 *db = books_db(b, "ra/data/ra.db");
	char path[PATH_SIZE];
	struct fault_info fi;
	struct bulk *store;

	books_each(db,
	    "select number, request, next_i, end_i, created, ack from device"
	    " order by number",
	    add_device, b);
	books_each(db,
	    "select device, i, state, n, chain, batch, offset, size from unit"
	    " order by device, i",
	    add_unit, b);
	sqlite3_close(db);
	check_devices(b);
	check_answers(b);
	books_path(b, path, "ra/data/hpcr");
	books_must(bulk_open(&store, path, HASH_SIZE, BULK_READONLY, &fi), &fi);
	books_must(bulk_check(store, &fi), &fi);
	books_must(bulk_each(store, BULK_ALL, add_hpcr, b, &fi), &fi);
	bulk_close(store);
	check_hpcrs(b);
}
