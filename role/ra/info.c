/* info.c - GET /download/info: when the next batch is to be expected. */
#include "role/ra/info.h"
#include "base/time32.h"
#include "role/ra/auth.h"
#include "role/ra/download.h"
#include "role/ra/handlers.h"
#include "role/ra/supply.h"

static enum fault
read_int(int64_t *out, struct db *db, enum statement statement, int64_t device,
    int64_t i, struct fault_info *fi)
{
	const struct db_value args[] = {DB_INT(device), DB_INT(i)};

	return db_run_int(
	    db, out, statement, args, statement == DO_UNIT_WAITING ? 2 : 1, fi);
}

/* Time32; 0: none will come.  A batch is there when its pool is released at the
 * latest. */
static uint32_t
expected_at(const struct ra *ra, const struct supply *s)
{
	struct supply_plan plan;
	struct ra_policy rules;
	uint32_t made;

	supply_plan_make(&plan, ra, time32_now());
	if ((made = supply_next(s, &plan)) == SUPPLY_NEVER)
		return 0;
	supply_policy(ra, &rules, made);
	return made + rules.shuffle_max_age;
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
	    .pca_end = ra_pca_end(ra, ra_pca_of(ra, ee->pca)),
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
