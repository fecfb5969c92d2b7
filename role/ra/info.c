/* info.c - GET /download/info: when the next batch is to be expected. */
#include "role/ra/info.h"
#include "base/time32.h"
#include "role/ra/auth.h"
#include "role/ra/download.h"
#include "role/ra/handlers.h"

uint32_t
info_period(const struct supply *s)
{
	uint32_t end = s->end_i < s->pca_end ? s->end_i : s->pca_end;

	if (s->waiting || (s->next_i < s->horizon && s->next_i < end))
		return INFO_SOON;
	if (s->next_i >= end)
		return INFO_NEVER;
	return s->next_i + 1 - s->weeks;
}

static enum fault
read_int(int64_t *out, struct db *db, enum statement statement, int64_t device,
    int64_t i, struct fault_info *fi)
{
	const struct db_value args[] = {DB_INT(device), DB_INT(i)};

	return db_run_int(
	    db, out, statement, args, statement == DO_UNIT_WAITING ? 2 : 1, fi);
}

/* Time32; 0: none will come. */
static uint32_t
expected_at(const struct ra *ra, const struct supply *s)
{
	uint32_t wait = ra->environment->shuffle_max_age_seconds;
	uint32_t i = info_period(s);

	if (i == INFO_NEVER)
		return 0;
	if (i == INFO_SOON)
		return time32_now() + wait;
	return environment_period_start(ra->environment, i) + wait;
}

struct bytes
info_encode(uint32_t time, struct arena *arena)
{
	uint8_t four[4];
	struct writer w = writer_of(four, sizeof(four));

	write_uint(&w, time, sizeof(four));
	return bytes_copy(arena, BYTES(four));
}

static enum fault
make_info(struct bytes *out, struct ee *ee, const struct filename *name,
    const struct ra *ra, struct db *db, struct arena *arena,
    struct fault_info *fi)
{
	struct supply supply = {
	    .next_i = ee->next_i,
	    .end_i = ee->end_i,
	    .horizon = ra_horizon(ra, ra_pca_of(ra, ee->pca)),
	    .pca_end = ra_pca_end(ra, ra_pca_of(ra, ee->pca)),
	    .weeks = ra->environment->supply_weeks,
	};
	int64_t last, waiting;

	(void)name;
	ee->step = EE_STEP_INFO;
	TRY(read_int(&last, db, DO_UNIT_LAST_DONE, ee->device, 0, fi));
	if (last == 0)
		return fault_set(
		    fi, FAULT_NOT_FOUND, "nothing has been generated yet");
	TRY(read_int(
	    &waiting, db, DO_UNIT_WAITING, ee->device, ra_period_now(ra), fi));
	supply.waiting = waiting > 0;
	*out = info_encode(expected_at(ra, &supply), arena);
	return FAULT_OK;
}

static void
answer(void *ctx, const struct http_request *const *requests,
    struct http_response *const *responses, size_t n)
{
	static const struct download d = {FILENAME_INFO, make_info, auth_info};

	download_answer(ctx, &d, requests, responses, n);
}

void
ra_download_info(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	(void)ctx;
	(void)request;
	http_gather(response, answer);
}
