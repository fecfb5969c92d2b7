/* books_device.c - the devices' folders: what was acknowledged to them, and
 * the certificates that they took out of their responses. */
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "device/provision_file.h"
#include "device/week.h"
#include "schema/dot2.h"
#include "test/soak/books.h"

#define DEVICE_ARENA ((size_t)64 << 20)

/* ---- the ECA ---- */

static struct list answers; /* struct bytes: of the ECA */

static void
add_answer(struct books *b, sqlite3_stmt *s)
{
	*(struct bytes *)list_add(&answers) = books_blob(b, s, 0);
}

/* The certificate stands inside the answer that was stored. */
static void
check_enrollment(struct books *b, const struct folder *f, struct arena *arena)
{
	struct bytes own;

	if (folder_read(&own, arena, f, "bundle/enrollment.oer", NULL) !=
	    FAULT_OK)
		return; /* not bootstrapped */
	books_count(b, CHECK_ENROLLED, 1);
	for (size_t k = 0; k < answers.n; k++) {
		const struct bytes *a = list_at(&answers, k);

		if (memmem(a->p, a->n, own.p, own.n) != NULL)
			return;
	}
	books_differ(b, CHECK_ENROLLED, "%s: unknown to the ECA", f->name);
}

/* ---- acks ---- */

static const struct ra_device *
find_device(const struct books *b, const uint8_t request[HASH_SIZE])
{
	for (size_t k = 0; k < b->ra_devices.n; k++) {
		const struct ra_device *d = list_at(&b->ra_devices, k);

		if (memcmp(d->request, request, HASH_SIZE) == 0)
			return d;
	}
	return NULL;
}

/* NULL: has no ack; or the RA does not know it, which is told. */
static const struct ra_device *
check_ack(struct books *b, const struct folder *f, struct provision_file *p,
    struct arena *arena)
{
	const struct ra_device *d;
	uint8_t hash[HASH_SIZE];
	struct bytes ack;

	if (provision_file_read(p, arena, f, NULL) != FAULT_OK || !p->acked)
		return NULL;
	books_count(b, CHECK_ACKS, 1);
	sha256(hash, p->request);
	if ((d = find_device(b, hash)) == NULL)
		books_differ(
		    b, CHECK_ACKS, "%s: the RA has forgotten it", f->name);
	else if (folder_read(&ack, arena, f, FOLDER_ACK, NULL) != FAULT_OK ||
		 !bytes_equal(ack, d->ack))
		books_differ(
		    b, CHECK_ACKS, "%s: another ack than the RA's", f->name);
	return d;
}

/* ---- certificates ---- */

static void
add_certificate(struct books *b, const struct ra_device *d, uint32_t i,
    const struct week_certificate *w, const char *name)
{
	struct arena arena = arena_new(DEVICE_ARENA);
	certificate *c = ARENA_NEW(&arena, certificate);
	struct held *h;

	if (coer_decode(&certificate_asn, c, &arena, w->certificate, NULL) !=
		FAULT_OK ||
	    c->to_be_signed.id.is != certificate_id_linkage_data ||
	    c->to_be_signed.id.linkage_data.i_cert != i) {
		books_differ(b, CHECK_HELD,
		    "%s: i %u, j %u is no pseudonym certificate of i", name, i,
		    w->j);
	} else {
		h = list_add(&b->held);
		h->device = d->number;
		h->i = i;
		h->j = w->j;
		memcpy(h->lv.b, c->to_be_signed.id.linkage_data.linkage_value.b,
		    sizeof(h->lv.b));
	}
	arena_free(&arena);
}

static bool
has_unit(const struct books *b, int64_t device, uint32_t i)
{
	struct ra_unit *u = b->units.v, *end = u + b->units.n;

	while (u < end && u->device != device)
		u++;
	while (u < end && u->device == device && u->i != i)
		u++;
	return u < end && u->device == device;
}

static void
check_week(struct books *b, const struct folder *f, const struct ra_device *d,
    uint32_t i)
{
	struct arena arena = arena_new(DEVICE_ARENA);
	struct fault_info fi;
	struct week w;

	if (week_read(&w, &arena, f, i, &fi) != FAULT_OK)
		books_differ(b, CHECK_SUPPLY, "%s", fi.text);
	else if (!w.complete || w.n != b->environment.certs_per_i_period)
		books_differ(b, CHECK_SUPPLY, "%s: i %u: %zu certificates",
		    f->name, i, w.n);
	else if (!has_unit(b, d->number, i))
		books_differ(
		    b, CHECK_SUPPLY, "%s: i %u was never planned", f->name, i);
	else
		for (size_t k = 0; k < w.n; k++)
			add_certificate(b, d, i, &w.v[k], f->name);
	books_count(b, CHECK_SUPPLY, 1);
	arena_free(&arena);
}

/* The running period and all that are planned are there. */
static void
check_supply(struct books *b, const struct folder *f, const struct ra_device *d,
    const uint32_t *held, size_t n)
{
	for (uint32_t i = b->period; i < d->next_i; i++) {
		size_t k = 0;

		while (k < n && held[k] != i)
			k++;
		if (k == n && has_unit(b, d->number, i))
			books_differ(
			    b, CHECK_SUPPLY, "%s: i %u is missing", f->name, i);
	}
}

static void
read_device(struct books *b, const char *parent, const char *name)
{
	struct arena arena = arena_new(DEVICE_ARENA);
	const struct ra_device *d;
	struct provision_file p;
	char path[PATH_SIZE];
	struct fault_info fi;
	struct folder f;
	uint32_t *i;
	size_t n;

	path_join(path, parent, name);
	if (folder_find(&f, path, NULL) == FAULT_OK) {
		check_enrollment(b, &f, &arena);
		d = check_ack(b, &f, &p, &arena);
		if (d != NULL) {
			books_must(week_list(&i, &n, &arena, &f, &fi), &fi);
			for (size_t k = 0; k < n; k++)
				check_week(b, &f, d, i[k]);
			check_supply(b, &f, d, i, n);
		}
	}
	arena_free(&arena);
}

/* ---- all certificates, against the books of RA and PCA ---- */

static int
compare_lv(const void *x, const void *y)
{
	const struct pca_issued *const *a = x, *const *b = y;

	return memcmp((*a)->lv.b, (*b)->lv.b, sizeof(struct lv));
}

static const struct pca_issued *
find_lv(const struct pca_issued **v, size_t n, const struct lv *lv)
{
	const struct pca_issued key = {.lv = *lv}, *p = &key, **found;

	found = bsearch(&p, v, n, sizeof(*v), compare_lv);
	return found != NULL ? *found : NULL;
}

static int
compare_hpcr(const void *a, const void *b)
{
	return memcmp(a, b, HASH_SIZE);
}

/* Its linkage value leads to the PCA's record, whose HPCR to the RA's, which
 * must name this device, i and j. */
static void
check_held(struct books *b, const struct held *h, const struct pca_issued **v)
{
	const struct pca_issued *p = find_lv(v, b->issued.n, &h->lv);
	const struct ra_hpcr *r = NULL;

	if (p != NULL)
		r = bsearch(p->hpcr, b->ra_hpcrs.v, b->ra_hpcrs.n,
		    b->ra_hpcrs.size, compare_hpcr);
	if (r == NULL || r->device != h->device || r->i != h->i || r->j != h->j)
		books_differ(b, CHECK_HELD, "device %lld, i %u, j %u: %s",
		    (long long)h->device, h->i, h->j,
		    p == NULL ? "the PCA has no such linkage value"
			      : "issued for another place");
	books_count(b, CHECK_HELD, 1);
}

static void
check_all_held(struct books *b)
{
	const struct pca_issued **v = calloc(b->issued.n + 1, sizeof(*v));

	if (v == NULL)
		books_fatal("out of memory");
	for (size_t k = 0; k < b->issued.n; k++)
		v[k] = list_at(&b->issued, k);
	qsort(v, b->issued.n, sizeof(*v), compare_lv);
	for (size_t k = 0; k < b->held.n; k++)
		check_held(b, list_at(&b->held, k), v);
	free(v);
}

void
books_device(struct books *b)
{
	sqlite3 *db = books_db(b, "eca/data/eca.db");

	answers = LIST_OF(struct bytes);
	books_each(db, "select answer from enrollment", add_answer, b);
	sqlite3_close(db);
	books_folder(b, b->devices, read_device);
	list_free(&answers);
	check_all_held(b);
}
