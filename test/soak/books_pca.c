/* books_pca.c - the PCA: what was issued, and from which PLVs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plv/ring.h"
#include "role/pca/store.h"
#include "schema/scms_base.h"
#include "store/bulk.h"
#include "test/soak/books.h"

#define CHUNK 64

/* The folders pca, pca2 ... of the environment. */
#define PCAS_MAX 9

/* pcaN/data/name within the environment; false: there is no PCA N. */
static bool
pca_name(const struct books *b, char out[PATH_SIZE], unsigned number,
    const char *name)
{
	char folder[16] = "pca", path[PATH_SIZE];

	if (number > 1)
		snprintf(folder, sizeof(folder), "pca%u", number);
	snprintf(out, PATH_SIZE, "%s/data/%s", folder, name);
	books_path(b, path, folder);
	return file_exists(path);
}

static bool
pca_path(const struct books *b, char out[PATH_SIZE], unsigned number,
    const char *name)
{
	char relative[PATH_SIZE];

	if (!pca_name(b, relative, number, name))
		return false;
	books_path(b, out, relative);
	return true;
}

/* The records of all stores of this name. */
static void
each_record(struct books *b, const char *name, size_t key_n,
    bulk_each_fn *record, void *ctx)
{
	char path[PATH_SIZE];
	struct fault_info fi;
	struct bulk *store;

	for (unsigned k = 1; k <= PCAS_MAX; k++) {
		if (!pca_path(b, path, k, name))
			continue;
		books_must(
		    bulk_open(&store, path, key_n, BULK_READONLY, &fi), &fi);
		books_must(bulk_check(store, &fi), &fi);
		books_must(bulk_each(store, BULK_ALL, record, ctx, &fi), &fi);
		bulk_close(store);
	}
}

/* ---- issued ---- */

static enum fault
add_issued(
    void *ctx, const uint8_t *key, struct bytes value, struct fault_info *fi)
{
	struct books *b = ctx;
	struct pca_issued *p = list_add(&b->issued);
	struct reader r = reader_of(value);

	(void)fi;
	memcpy(p->hpcr, key, sizeof(p->hpcr));
	p->i = (uint32_t)read_uint(&r, 2);
	read_copy(&r, p->lv.b, sizeof(p->lv.b));
	read_copy(&r, p->plv[0], PLV_OCTETS);
	read_copy(&r, p->plv[1], PLV_OCTETS);
	if (r.failed || read_left(&r) != 0)
		books_differ(
		    b, CHECK_ISSUED, "a record of %zu octets", value.n);
	return FAULT_OK;
}

static int
compare_hpcr(const void *a, const void *b)
{
	return memcmp(a, b, HASH_SIZE);
}

static void
check_issued(struct books *b)
{
	each_record(b, "issued", HASH_SIZE, add_issued, b);
	list_sort(&b->issued, compare_hpcr);
	books_count(b, CHECK_ISSUED, b->issued.n);
	for (size_t k = 1; k < b->issued.n; k++)
		if (compare_hpcr(list_at(&b->issued, k - 1),
			list_at(&b->issued, k)) == 0)
			books_differ(b, CHECK_ISSUED, "the same HPCR twice");
}

/* ---- the RA's HPCRs ---- */

static void
match(struct books *b)
{
	size_t r = 0, p = 0;
	int order;

	while (r < b->ra_hpcrs.n || p < b->issued.n) {
		const struct ra_hpcr *ra = list_at(&b->ra_hpcrs, r);
		const struct pca_issued *pca = list_at(&b->issued, p);

		order = r == b->ra_hpcrs.n ? 1
			: p == b->issued.n
			    ? -1
			    : memcmp(ra->hpcr, pca->hpcr, HASH_SIZE);
		if (order < 0)
			books_differ(b, CHECK_MATCH,
			    "device %lld, i %u, j %u: not issued",
			    (long long)ra->device, ra->i, ra->j);
		else if (order > 0)
			books_differ(b, CHECK_MATCH,
			    "issued for i %u, and the RA knows nothing of it",
			    pca->i);
		else if (ra->i != pca->i)
			books_differ(b, CHECK_MATCH,
			    "i %u at the RA, %u at "
			    "the PCA",
			    ra->i, pca->i);
		books_count(b, CHECK_MATCH, order == 0);
		r += order <= 0;
		p += order >= 0;
	}
}

/* ---- linkage values ---- */

struct link {
	struct lv lv;
	uint8_t hpcr[HASH_SIZE];
};

static enum fault
add_link(
    void *ctx, const uint8_t *key, struct bytes value, struct fault_info *fi)
{
	struct link *l = list_add(ctx);

	memcpy(l->lv.b, key, sizeof(l->lv.b));
	if (value.n != sizeof(l->hpcr))
		return fault_set(fi, FAULT_STORE, "linkage record");
	memcpy(l->hpcr, value.p, value.n);
	return FAULT_OK;
}

static int
compare_link(const void *x, const void *y)
{
	const struct link *a = x, *b = y;
	int order = memcmp(a->lv.b, b->lv.b, sizeof(a->lv.b));

	return order != 0 ? order : memcmp(a->hpcr, b->hpcr, HASH_SIZE);
}

/* As the records of issued/ have them. */
static struct list
expected_links(const struct books *b)
{
	struct list out = LIST_OF(struct link);

	for (size_t k = 0; k < b->issued.n; k++) {
		const struct pca_issued *p = list_at(&b->issued, k);
		struct link *l = list_add(&out);

		l->lv = p->lv;
		memcpy(l->hpcr, p->hpcr, HASH_SIZE);
	}
	list_sort(&out, compare_link);
	return out;
}

static void
check_linkage(struct books *b)
{
	struct list have = LIST_OF(struct link), want = expected_links(b);
	const struct link *l;

	each_record(b, "linkage", sizeof(struct lv), add_link, &have);
	list_sort(&have, compare_link);
	books_count(b, CHECK_LINKAGE, have.n);
	if (have.n != want.n)
		books_differ(b, CHECK_LINKAGE, "%zu of %zu", have.n, want.n);
	for (size_t k = 0; k < have.n && k < want.n; k++)
		if (compare_link(list_at(&have, k), list_at(&want, k)) != 0)
			books_differ(b, CHECK_LINKAGE, "not that of issued/");
	for (size_t k = 1; k < want.n; k++) {
		l = list_at(&want, k);
		if (memcmp(l[-1].lv.b, l->lv.b, sizeof(l->lv.b)) == 0)
			books_differ(b, CHECK_LINKAGE,
			    "two certificates with one value");
	}
	list_free(&have);
	list_free(&want);
}

/* ---- pre-linkage values ---- */

struct value {
	struct lv lv;
	uint8_t sealed[PLV_OCTETS];
};

static int
compare_value(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct lv));
}

static int
compare_sealed(const void *x, const void *y)
{
	const struct value *a = x, *b = y;

	return memcmp(a->sealed, b->sealed, PLV_OCTETS);
}

static void
check_values(struct books *b, struct list *values, unsigned la)
{
	enum check c = la == 0 ? CHECK_PLV_LA1 : CHECK_PLV_LA2;
	const struct value *v;

	books_count(b, c, values->n);
	list_sort(values, compare_value);
	for (size_t k = 1; k < values->n; k++) {
		v = list_at(values, k);
		if (compare_value(v - 1, v) == 0)
			books_differ(b, c, "one value in two certificates");
	}
	list_sort(values, compare_sealed);
	for (size_t k = 1; k < values->n; k++) {
		v = list_at(values, k);
		if (compare_sealed(v - 1, v) == 0)
			books_differ(b, c, "one encrypted PLV used twice");
	}
}

/* The keys of all PCAs. */
struct rings {
	struct plv_ring *v[PCAS_MAX];
	size_t n;
};

static void
rings_open(struct rings *r, struct books *b)
{
	char path[PATH_SIZE];
	struct fault_info fi;

	r->n = 0;
	for (unsigned k = 1; k <= PCAS_MAX; k++)
		if (pca_path(b, path, k, "plv-keys"))
			books_must(
			    plv_ring_open(&r->v[r->n++], path, &fi), &fi);
}

static void
rings_close(struct rings *r)
{
	while (r->n > 0)
		plv_ring_free(r->v[--r->n]);
}

static const struct plv_key *
rings_find(const struct rings *r, const uint8_t id[8], const char *peer)
{
	const struct plv_key *key = NULL;

	for (size_t k = 0; k < r->n && key == NULL; k++)
		key = plv_ring_find(r->v[k], id, peer);
	return key;
}

/* Takes apart and finds the key; false: that is no EncryptedIndividualPLV. */
static bool
take(struct symm_data *out, struct arena *arena, const uint8_t *sealed,
    const struct rings *rings, const char *peer)
{
	encrypted_individual_plv *plv =
	    ARENA_NEW(arena, encrypted_individual_plv);
	const struct plv_key *key;
	const uint8_t *id;

	if (plv == NULL ||
	    coer_decode(&encrypted_individual_plv_asn, plv, arena,
		(struct bytes){sealed, PLV_OCTETS}, NULL) != FAULT_OK ||
	    !symm_data_of(out, &id, &plv->enc_plv) ||
	    (key = rings_find(rings, id, peer)) == NULL)
		return false;
	out->key = &key->symm;
	return true;
}

/* Of n records from first on: opened, of the right period, and kept. */
static void
open_some(struct books *b, struct list *values, const struct rings *rings,
    unsigned la, size_t first, size_t n)
{
	enum check c = la == 0 ? CHECK_PLV_LA1 : CHECK_PLV_LA2;
	struct arena arena = arena_new(4 << 20);
	const struct pca_issued *p = list_at(&b->issued, first);
	struct symm_data data[CHUNK] = {0};
	struct plv plv[CHUNK];
	bool ok[CHUNK];
	char peer[PLV_PEER_SIZE];

	snprintf(peer, sizeof(peer), "la%u.%s", la + 1, b->environment.domain);
	for (size_t k = 0; k < n; k++)
		if (!take(&data[k], &arena, p[k].plv[la], rings, peer))
			books_differ(b, c, "a record's PLV is none");
	plv_open(plv, data, ok, n);
	for (size_t k = 0; k < n; k++) {
		struct value *v = list_add(values);

		v->lv = plv[k].value;
		memcpy(v->sealed, p[k].plv[la], PLV_OCTETS);
		if (!ok[k] || plv[k].i != p[k].i)
			books_differ(b, c, "a PLV is not of i %u", p[k].i);
	}
	arena_free(&arena);
}

/* The two values of a record, which stand at the same place, make its lv. */
static void
check_sums(struct books *b, const struct list *one, const struct list *two)
{
	for (size_t k = 0; k < b->issued.n; k++) {
		const struct pca_issued *p = list_at(&b->issued, k);
		const struct value *v = list_at(one, k), *w = list_at(two, k);
		uint8_t sum[sizeof(p->lv.b)];

		for (size_t o = 0; o < sizeof(sum); o++)
			sum[o] = v->lv.b[o] ^ w->lv.b[o];
		if (memcmp(sum, p->lv.b, sizeof(sum)) != 0)
			books_differ(b, CHECK_ISSUED,
			    "a linkage value is not the sum of its PLVs");
	}
}

static void
check_plvs(struct books *b)
{
	struct list values[2] = {LIST_OF(struct value), LIST_OF(struct value)};
	struct rings rings;

	rings_open(&rings, b);
	for (unsigned la = 0; la < 2; la++)
		for (size_t k = 0; k < b->issued.n; k += CHUNK) {
			size_t left = b->issued.n - k;

			open_some(b, &values[la], &rings, la, k,
			    left < CHUNK ? left : CHUNK);
		}
	rings_close(&rings);
	check_sums(b, &values[0], &values[1]);
	for (unsigned la = 0; la < 2; la++) {
		check_values(b, &values[la], la);
		list_free(&values[la]);
	}
}

/* ---- left over ---- */

static enum fault
is_pending(
    void *ctx, const uint8_t *key, struct bytes value, struct fault_info *fi)
{
	(void)key;
	(void)value;
	(void)fi;
	books_differ(ctx, CHECK_PCA_LEFT, "an answer is not confirmed");
	return FAULT_OK;
}

static void
is_temporary(struct books *b, const char *folder, const char *name)
{
	const char *dot = strrchr(name, '.');

	if (dot != NULL && strcmp(dot, ".seg") != 0)
		books_differ(b, CHECK_PCA_LEFT, "%s/%s", folder, name);
}

static void
check_left(struct books *b)
{
	static const char *const stores[] = {"pending", "issued", "linkage"};
	char path[PATH_SIZE];

	each_record(b, "pending", HASH_SIZE, is_pending, b);
	for (unsigned k = 1; k <= PCAS_MAX; k++)
		for (unsigned s = 0; s < 3; s++)
			if (pca_name(b, path, k, stores[s]))
				books_folder(b, path, is_temporary);
}

void
books_pca(struct books *b)
{
	check_issued(b);
	match(b);
	check_linkage(b);
	check_plvs(b);
	check_left(b);
}
