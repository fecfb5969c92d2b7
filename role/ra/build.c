/* build.c - see build.h. */
#include <string.h>

#include "base/secret.h"
#include "cert/perm.h"
#include "cert/spdu.h"
#include "crypto/butterfly.h"
#include "role/ra/build.h"
#include "role/ra/plv_file.h"
#include "role/ra/stages.h"

/* Points per call of the batch arithmetic: its scratch stays in the cache. */
#define CHUNK_POINTS 2048u
#define MESSAGE_HEAD 32 /* version, batchId, quantity */

/* What a unit's row leads to. */
struct unit {
	struct point a, h; /* caterpillar keys */
	struct butterfly sign, encrypt;
	char plv_name[PLV_NAME];
	uint32_t plv_place;
	struct plv_row plv;
	bool found;
};

struct build {
	struct batch *batch;
	const struct ra *ra;
	struct db *db;
	struct arena *arena;
	struct request_template template;
	struct plv_files files;
	struct unit *units;
	struct bytes *spans; /* of requests, by position */
	uint32_t *position;  /* of request u * each + j */
	uint8_t *payload;
	size_t payload_n;
};

/* ---- what is needed of each unit ---- */

static enum fault
got_unit(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct unit *u = ctx;
	const char *name = db_text(row, 4);

	TRY(db_blob_copy(row, 0, &u->a, sizeof(u->a), fi));
	TRY(db_blob_copy(row, 1, &u->sign.expansion, 16, fi));
	TRY(db_blob_copy(row, 2, &u->h, sizeof(u->h), fi));
	TRY(db_blob_copy(row, 3, &u->encrypt.expansion, 16, fi));
	if (name == NULL || strlen(name) >= sizeof(u->plv_name))
		return fault_set(fi, FAULT_STORE, "name of a PLV file");
	memcpy(u->plv_name, name, strlen(name) + 1);
	u->plv_place = (uint32_t)db_int(row, 5);
	u->sign.use = BUTTERFLY_CERTIFICATE;
	u->encrypt.use = BUTTERFLY_ENCRYPTION;
	u->found = true;
	return FAULT_OK;
}

static enum fault
load_plvs(struct build *b, struct unit *unit, struct fault_info *fi)
{
	if (!unit->found)
		return fault_set(
		    fi, FAULT_NOT_FOUND, "no PLVs for period %u", b->batch->i);
	TRY(plv_files_read(&unit->plv, b->arena, &b->files, unit->plv_name,
	    unit->plv_place, b->batch->i, fi));
	if (unit->plv.j_max < b->batch->each)
		return fault_set(
		    fi, FAULT_NOT_FOUND, "%s: too few PLVs", unit->plv_name);
	return FAULT_OK;
}

static enum fault
load_unit(struct build *b, size_t u, size_t *bad, struct fault_info *fi)
{
	struct unit *unit = &b->units[u];
	enum fault f;

	TRY(DB_EACH(b->db, DO_UNIT_KEYS, got_unit, unit, fi,
	    DB_INT(b->batch->devices[u]), DB_INT(b->batch->i)));
	f = load_plvs(b, unit, fi);
	if (f == FAULT_NOT_FOUND || f == FAULT_STORE)
		*bad = u;
	return f;
}

static enum fault
load_units(struct build *b, size_t *bad, struct fault_info *fi)
{
	enum fault f = FAULT_OK;
	char folder[PATH_SIZE];

	ra_path(b->ra, folder, "plv", NULL);
	plv_files_init(&b->files, folder);
	for (size_t u = 0; u < b->batch->units && f == FAULT_OK; u++)
		f = load_unit(b, u, bad, fi);
	plv_files_close(&b->files);
	return f;
}

/* ---- the class ---- */

struct class_row {
	struct request_class *class;
	sequence_of_psid_ssp psid_ssp;
	geographic_region region;
	struct arena *arena;
	bool found;
};

static enum fault
got_class(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct class_row *c = ctx;
	struct bytes psids = bytes_copy(c->arena, db_blob(row, 0));
	struct bytes region = bytes_copy(c->arena, db_blob(row, 1));
	const char *name[3];

	for (unsigned k = 0; k < 3; k++)
		if ((name[k] = arena_printf(
			 c->arena, "%s", db_text(row, 2 + k))) == NULL)
			return fault_set(fi, FAULT_TOO_LARGE, "class");
	c->class->pca = name[0];
	c->class->la[0] = name[1];
	c->class->la[1] = name[2];
	TRY(coer_decode(
	    &sequence_of_psid_ssp_asn, &c->psid_ssp, c->arena, psids, fi));
	c->class->psid_ssp = &c->psid_ssp;
	c->found = true;
	if (region.n == 0)
		return FAULT_OK;
	c->class->region = &c->region;
	return coer_decode(
	    &geographic_region_asn, &c->region, c->arena, region, fi);
}

static enum fault
make_template(struct build *b, struct fault_info *fi)
{
	struct request_class class = {.ra = b->ra->self.name};
	struct class_row row = {.class = &class, .arena = b->arena};

	TRY(DB_EACH(
	    b->db, DO_CLASS_GET, got_class, &row, fi, DB_INT(b->batch->class)));
	if (!row.found)
		return fault_set(fi, FAULT_STORE, "a class is missing");
	return request_template_make(
	    &b->template, b->arena, &class, (uint16_t)b->batch->i, fi);
}

/* All that comes from rows and PLV files. */
static enum fault
load(struct build *b, size_t *bad, struct fault_info *fi)
{
	TRY(make_template(b, fi));
	return load_units(b, bad, fi);
}

/* ---- places ---- */

static enum fault
allocate(struct build *b, struct fault_info *fi)
{
	size_t n = batch_requests(b->batch);

	b->units = ARENA_ARRAY(b->arena, b->batch->units, struct unit);
	b->spans = ARENA_ARRAY(b->arena, n, struct bytes);
	b->position = ARENA_ARRAY(b->arena, n, uint32_t);
	if (b->units == NULL || b->spans == NULL || b->position == NULL)
		return fault_set(
		    fi, FAULT_TOO_LARGE, "batch of %zu requests", n);
	return FAULT_OK;
}

static size_t
size_of_unit(const struct build *b, size_t u)
{
	const struct plv_row *row = &b->units[u].plv;
	struct bytes plv[2] = {
	    plv_row_value(row, 0, 0),
	    plv_row_value(row, 0, 1),
	};

	return request_size(&b->template, plv);
}

/* version, batchId, quantity: MonarchCertificateBatchRequest up to its
 * requests. */
static size_t
write_head(uint8_t out[MESSAGE_HEAD], const struct batch *batch)
{
	struct writer w = writer_of(out, MESSAGE_HEAD);
	size_t n = batch_requests(batch);
	unsigned size = n < 0x100 ? 1 : n < 0x10000 ? 2 : 3;

	write_uint(&w, 1, 1);
	write_span(&w, batch->id, sizeof(batch->id));
	write_uint(&w, size, 1);
	write_uint(&w, n, size);
	return writer_done(&w).n;
}

/* Where each request will stand. */
static enum fault
lay_out(struct build *b, struct fault_info *fi)
{
	const struct batch *batch = b->batch;
	size_t n = batch_requests(batch), at;
	uint8_t head[MESSAGE_HEAD];

	b->payload_n = at = write_head(head, batch);
	for (size_t u = 0; u < batch->units; u++)
		b->payload_n += batch->each * size_of_unit(b, u);
	b->payload = arena_alloc(b->arena, b->payload_n, 1);
	if (b->payload == NULL)
		return fault_set(
		    fi, FAULT_TOO_LARGE, "batch of %zu requests", n);
	memcpy(b->payload, head, at);
	for (size_t p = 0; p < n; p++) {
		b->spans[p].p = b->payload + at;
		b->spans[p].n = size_of_unit(b, batch->order[p] / batch->each);
		b->position[batch->order[p]] = (uint32_t)p;
		at += b->spans[p].n;
	}
	return FAULT_OK;
}

/* ---- keys ---- */

/* Arrays for the units of a chunk: of each unit first all B, then all H. */
struct chunk {
	struct scalar *f;
	struct point *points;
	bool *ok;
	struct butterfly_index *ij;
	size_t units; /* that fit */
};

static enum fault
chunk_allocate(struct chunk *c, const struct build *b, struct fault_info *fi)
{
	size_t each = b->batch->each, n;

	c->units = CHUNK_POINTS / (2 * each);
	if (c->units == 0)
		c->units = 1;
	if (c->units > b->batch->units)
		c->units = b->batch->units;
	n = 2 * each * c->units;
	c->f = ARENA_ARRAY(b->arena, n, struct scalar);
	c->points = ARENA_ARRAY(b->arena, n, struct point);
	c->ok = ARENA_ARRAY(b->arena, n, bool);
	c->ij = ARENA_ARRAY(b->arena, each, struct butterfly_index);
	if (c->f == NULL || c->points == NULL || c->ok == NULL || c->ij == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "%zu points", n);
	for (size_t j = 0; j < each; j++) {
		c->ij[j].i = b->batch->i;
		c->ij[j].j = (uint32_t)j;
	}
	return FAULT_OK;
}

static void
expand(struct chunk *c, const struct unit *unit, size_t k, size_t each)
{
	size_t at = 2 * each * k;

	butterfly_expand(c->f + at, &unit->sign, c->ij, each);
	butterfly_expand(c->f + at + each, &unit->encrypt, c->ij, each);
	for (size_t j = 0; j < each; j++) {
		c->points[at + j] = unit->a;
		c->points[at + each + j] = unit->h;
	}
}

static void
write_unit(const struct build *b, const struct chunk *c, size_t u, size_t k)
{
	const struct plv_row *row = &b->units[u].plv;
	size_t each = b->batch->each, at = 2 * each * k;
	struct request_parts parts;
	uint32_t p;

	for (size_t j = 0; j < each; j++) {
		parts.b = c->points[at + j];
		parts.h = c->points[at + each + j];
		parts.plv[0] = plv_row_value(row, j, 0);
		parts.plv[1] = plv_row_value(row, j, 1);
		p = b->position[u * each + j];
		request_write(b->payload + (b->spans[p].p - b->payload),
		    &b->template, &parts);
	}
}

static enum fault
build_chunk(const struct build *b, struct chunk *c, size_t first, size_t n,
    size_t *bad, struct fault_info *fi)
{
	size_t each = b->batch->each, points = 2 * each * n;

	for (size_t k = 0; k < n; k++)
		expand(c, &b->units[first + k], k, each);
	if (p256_add_base_mul(c->points, c->points, c->f, c->ok, points) !=
	    FAULT_OK)
		for (size_t p = 0; p < points; p++)
			if (!c->ok[p]) {
				*bad = first + p / (2 * each);
				return fault_set(fi, FAULT_BAD_POINT,
				    "no cocoon key for period %u", b->batch->i);
			}
	for (size_t k = 0; k < n; k++)
		write_unit(b, c, first + k, k);
	return FAULT_OK;
}

static enum fault
write_requests(struct build *b, size_t *bad, struct fault_info *fi)
{
	size_t n = batch_requests(b->batch);
	struct digest *hashes;
	struct chunk c;

	TRY(chunk_allocate(&c, b, fi));
	for (size_t u = 0; u < b->batch->units; u += c.units) {
		size_t left = b->batch->units - u;

		TRY(build_chunk(
		    b, &c, u, left < c.units ? left : c.units, bad, fi));
	}
	wipe(c.f, 2 * (size_t)b->batch->each * c.units * sizeof(*c.f));
	if ((hashes = ARENA_ARRAY(b->arena, n, struct digest)) == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "%zu hashes", n);
	sha256_batch(hashes, b->spans, n);
	b->batch->hpcr = hashes;
	return FAULT_OK;
}

enum fault
build_message(struct batch *batch, size_t *bad, struct ra *ra, struct db *db,
    struct arena *arena, struct fault_info *fi)
{
	struct build b = {
	    .batch = batch,
	    .ra = ra,
	    .db = db,
	    .arena = arena,
	};
	struct spdu_header header = {.psid = PSID_SECURITY};
	enum fault f;

	*bad = BUILD_NO_UNIT;
	TRY(allocate(&b, fi));
	ra_db_lock(ra);
	f = load(&b, bad, fi);
	ra_db_unlock(ra, db);
	TRY(f);
	RA_STAGE_END(load);
	TRY(lay_out(&b, fi));
	TRY(write_requests(&b, bad, fi));
	RA_STAGE_END(expand);
	TRY(spdu_sign(&batch->message, arena, &header,
	    (struct bytes){b.payload, b.payload_n}, SIGNER_DIGEST,
	    &ra->self.signer, fi));
	RA_STAGE_END(sign);
	return FAULT_OK;
}
