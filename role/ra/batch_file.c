/* batch_file.c - GET /download/batch: the certificates of a device for one
 * period, as a ZIP file. */
#include <stdio.h>

#include "role/ra/answer.h"
#include "role/ra/collect.h"
#include "role/ra/download.h"
#include "role/ra/handlers.h"
#include "role/ra/zip.h"

struct place {
	int64_t batch;
	uint32_t n;
	struct answer_place at;
};

static enum fault
got_place(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct place *p = ctx;

	(void)fi;
	p->n = (uint32_t)db_int(row, 0);
	p->batch = db_int(row, 1);
	p->at.offset = (uint32_t)db_int(row, 2);
	p->at.size = (uint32_t)db_int(row, 3);
	return FAULT_OK;
}

static enum fault
build_zip(struct bytes *out, const struct bytes *answers, size_t n, uint32_t i,
    struct arena *arena, struct fault_info *fi)
{
	struct zip_entry *entries = ARENA_ARRAY(arena, n, struct zip_entry);
	struct writer w;
	uint8_t *p;

	if (entries == NULL)
		return fault_set(fi, FAULT_INTERNAL, "no memory for a ZIP");
	for (size_t j = 0; j < n; j++) {
		snprintf(
		    entries[j].name, sizeof(entries[j].name), "%X_%zX", i, j);
		entries[j].contents = answers[j];
	}
	if ((p = arena_alloc(arena, zip_size(entries, n), 1)) == NULL)
		return fault_set(fi, FAULT_INTERNAL, "no memory for a ZIP");
	w = writer_of(p, zip_size(entries, n));
	zip_write(&w, entries, n);
	*out = writer_done(&w);
	return FAULT_OK;
}

static enum fault
make_file(struct bytes *out, struct ee *ee, const struct filename *name,
    const struct ra *ra, struct db *db, struct arena *arena,
    struct fault_info *fi)
{
	struct place place = {.batch = 0};
	struct bytes *answers;
	char path[PATH_SIZE];

	ee->step = EE_STEP_BATCH;
	TRY(DB_EACH(db, DO_UNIT_PLACE, got_place, &place, fi,
	    DB_INT(ee->device), DB_INT(name->i)));
	if (place.batch == 0)
		return fault_set(fi, FAULT_NOT_FOUND,
		    "no certificates for period %u", name->i);
	TRY(answer_path(path, ra, name->i, place.batch, false, fi));
	answers = ARENA_ARRAY(arena, place.n, struct bytes);
	if (answers == NULL)
		return fault_set(fi, FAULT_INTERNAL, "no memory for a ZIP");
	if (answer_read(answers, place.n, arena, path, place.at, fi) !=
	    FAULT_OK)
		return fi->code = FAULT_INTERNAL;
	return build_zip(out, answers, place.n, name->i, arena, fi);
}

static void
answer(void *ctx, const struct http_request *const *requests,
    struct http_response *const *responses, size_t n)
{
	static const struct download d = {FILENAME_BATCH, make_file, NULL};

	download_answer(ctx, &d, requests, responses, n);
}

void
ra_download_batch(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	(void)ctx;
	(void)request;
	http_gather(response, answer);
}
