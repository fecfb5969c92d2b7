/* books_device.c - the devices of scms-fleet, each of which is a sample: what
 * was acknowledged to them, and the certificates that they took out of their
 * responses. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cert/cert.h"
#include "crypto/hash.h"
#include "schema/scms_protocol.h"
#include "test/soak/books.h"
#include "tool/fleet/state.h"

#define ANSWER_ARENA ((size_t)1 << 20)
#define FILE_MOST    ((size_t)1 << 30)

/* ---- the ECA ---- */

static struct list certified; /* struct bytes: certificates in its answers */

static int
compare_bytes(const void *x, const void *y)
{
	const struct bytes *a = x, *b = y;

	if (a->n != b->n)
		return a->n < b->n ? -1 : 1;
	return memcmp(a->p, b->p, a->n);
}

static const eca_ee_cert_response *
decode_answer(struct bytes answer, struct arena *arena)
{
	ieee1609_dot2_data *data = ARENA_NEW(arena, ieee1609_dot2_data);
	scms_pdu *pdu = ARENA_NEW(arena, scms_pdu);
	const ieee1609_dot2_data *inner;

	if (coer_decode(&ieee1609_dot2_data_asn, data, arena, answer, NULL) !=
		FAULT_OK ||
	    data->content.is != ieee1609_dot2_content_signed_data)
		return NULL;
	inner = data->content.signed_data.tbs_data.payload.data;
	if (inner == NULL ||
	    coer_decode(&scms_pdu_asn, pdu, arena,
		inner->content.unsecured_data, NULL) != FAULT_OK)
		return NULL;
	return &pdu->content.eca_ee.eca_ee_cert_response;
}

static void
add_answer(struct books *b, sqlite3_stmt *s)
{
	struct arena arena = arena_new(ANSWER_ARENA);
	const eca_ee_cert_response *r =
	    decode_answer(books_blob(b, s, 0), &arena);
	struct cert *cert;

	if (r == NULL ||
	    cert_of(&cert, &arena, &r->enrollment_cert, NULL) != FAULT_OK)
		books_differ(b, CHECK_ENROLLED, "an answer is damaged");
	else
		*(struct bytes *)list_add(&certified) =
		    bytes_copy(&b->arena, cert->raw);
	arena_free(&arena);
}

/* ---- fleets ---- */

/* One of DIR/fleet, and the device at hand. */
struct fleet_books {
	const char *name;
	const struct record *record;
	const struct held *entry; /* sorted by device, i, j */
	size_t devices, entries, at;
};

static void
check_enrollment(struct books *b, const struct fleet_books *f, size_t device)
{
	struct bytes own = record_certificate(&f->record[device]);

	books_count(b, CHECK_ENROLLED, 1);
	if (bsearch(&own, certified.v, certified.n, sizeof(own),
		compare_bytes) == NULL)
		books_differ(b, CHECK_ENROLLED, "%s/%zu: unknown to the ECA",
		    f->name, device);
}

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

/* NULL: the RA does not know it, which is told. */
static const struct ra_device *
check_ack(struct books *b, const struct fleet_books *f, size_t device)
{
	const struct record *r = &f->record[device];
	const struct ra_device *d = find_device(b, r->request_hash);
	uint8_t hash[HASH_SIZE];

	books_count(b, CHECK_ACKS, 1);
	if (d == NULL) {
		books_differ(b, CHECK_ACKS, "%s/%zu: the RA has forgotten it",
		    f->name, device);
		return NULL;
	}
	sha256(hash, d->ack);
	if (memcmp(hash, r->ack_hash, sizeof(hash)) != 0)
		books_differ(b, CHECK_ACKS, "%s/%zu: another ack than the RA's",
		    f->name, device);
	return d;
}

/* ---- certificates ---- */

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

/* Takes the certificates of one period; how many different j. */
static uint32_t
take_period(struct books *b, struct fleet_books *f, const struct ra_device *d)
{
	const struct held *first = &f->entry[f->at];
	uint32_t n = 0;

	for (; f->at < f->entries; f->at++) {
		const struct held *e = &f->entry[f->at];
		struct holding *h;

		if (e->device != first->device || e->i != first->i)
			break;
		/* the same again, of a run that was killed */
		if (n > 0 && memcmp(e, e - 1, sizeof(*e)) == 0)
			continue;
		h = list_add(&b->held);
		h->device = d->number;
		h->i = e->i;
		h->j = e->j;
		memcpy(h->lv.b, e->lv, sizeof(h->lv.b));
		n++;
	}
	return n;
}

static void
check_period(struct books *b, struct fleet_books *f, const struct ra_device *d)
{
	const struct held e = f->entry[f->at];
	uint32_t n = take_period(b, f, d);

	books_count(b, CHECK_SUPPLY, 1);
	if (n != b->environment.certs_per_i_period)
		books_differ(b, CHECK_SUPPLY, "%s/%u: i %u: %u certificates",
		    f->name, e.device, e.i, n);
	else if (!has_unit(b, d->number, e.i))
		books_differ(b, CHECK_SUPPLY, "%s/%u: i %u was never planned",
		    f->name, e.device, e.i);
}

static int
compare_place(const void *x, const void *y)
{
	const struct held *a = x, *b = y;

	if (a->device != b->device)
		return a->device < b->device ? -1 : 1;
	return a->i < b->i ? -1 : a->i > b->i;
}

/* The running period and all that are planned are there. */
static void
check_supply(struct books *b, const struct fleet_books *f, size_t device,
    const struct ra_device *d)
{
	struct held key = {.device = (uint32_t)device};

	for (uint32_t i = b->period; i < d->next_i; i++) {
		key.i = (uint16_t)i;
		if (has_unit(b, d->number, i) &&
		    bsearch(&key, f->entry, f->entries, sizeof(key),
			compare_place) == NULL)
			books_differ(b, CHECK_SUPPLY, "%s/%zu: i %u is missing",
			    f->name, device, i);
	}
	if (f->record[device].progress.next_i != d->next_i)
		books_differ(b, CHECK_SUPPLY,
		    "%s/%zu: holds all below i %u, the RA has planned to %u",
		    f->name, device, f->record[device].progress.next_i,
		    d->next_i);
}

static void
read_device(struct books *b, struct fleet_books *f, size_t device)
{
	const struct record *r = &f->record[device];
	const struct ra_device *d = NULL;

	if (r->stage >= STAGE_ENROLLED)
		check_enrollment(b, f, device);
	if (r->stage >= STAGE_PROVISIONED)
		d = check_ack(b, f, device);
	while (f->at < f->entries && f->entry[f->at].device < device)
		f->at++;
	while (
	    d != NULL && f->at < f->entries && f->entry[f->at].device == device)
		check_period(b, f, d);
	if (d != NULL)
		check_supply(b, f, device, d);
}

static int
compare_entry(const void *x, const void *y)
{
	const struct held *a = x, *b = y;
	int order = compare_place(a, b);

	if (order == 0 && a->j != b->j)
		order = a->j < b->j ? -1 : 1;
	return order != 0 ? order : memcmp(a->lv, b->lv, sizeof(a->lv));
}

static void *
read_list(struct books *b, const char *folder, const char *name, size_t head,
    size_t size, size_t *n)
{
	char path[PATH_SIZE], inside[PATH_SIZE];
	struct fault_info fi;
	struct bytes file;
	uint8_t *copy;

	path_join(inside, folder, name);
	books_path(b, path, inside);
	books_must(file_read(&file, &b->arena, path, FILE_MOST, &fi), &fi);
	if (file.n < head)
		books_fatal("%s has no head", path);
	*n = (file.n - head) / size;
	if ((copy = arena_alloc(&b->arena, *n * size + 1, 64)) == NULL)
		books_fatal("out of memory");
	memcpy(copy, file.p + head, *n * size);
	return copy;
}

static void
read_fleet(struct books *b, const char *parent, const char *name)
{
	struct fleet_books f = {.name = name};
	char folder[PATH_SIZE];
	struct held *entry;

	path_join(folder, parent, name);
	f.record = read_list(b, folder, STATE_DEVICES,
	    sizeof(struct state_head), sizeof(struct record), &f.devices);
	f.entry = entry = read_list(
	    b, folder, STATE_CERTIFICATES, 0, sizeof(struct held), &f.entries);
	qsort(entry, f.entries, sizeof(*entry), compare_entry);
	for (size_t k = 0; k < f.devices; k++)
		read_device(b, &f, k);
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
check_held(
    struct books *b, const struct holding *h, const struct pca_issued **v)
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

	certified = LIST_OF(struct bytes);
	books_each(db, "select answer from enrollment", add_answer, b);
	sqlite3_close(db);
	list_sort(&certified, compare_bytes);
	books_folder(b, "fleet", read_fleet);
	list_free(&certified);
	check_all_held(b);
}
