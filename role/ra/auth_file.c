/* auth_file.c - GET /download/identity-certificate and
 * /download/application-certificate, and <hash>.info of their holders. */
#include <stdio.h>
#include <string.h>

#include "base/time32.h"
#include "role/ra/auth.h"
#include "role/ra/handlers.h"
#include "role/ra/info.h"
#include "role/ra/zip.h"

/* Is the file the holder's?  The row of the request. */
static enum fault
find_owned(int64_t *row, struct ee *ee, const struct filename *name,
    struct db *db, struct fault_info *fi)
{
	const struct db_value args[] = {
	    DB_INT(ee->holder), DB_BLOB(name->hash, sizeof(name->hash))};
	enum fault f = db_run_int(db, row, DO_AUTH_OWNED, args, 2, fi);

	ee->step = EE_STEP_OWNER;
	if (f == FAULT_NOT_FOUND)
		return fault_set(
		    fi, FAULT_DENIED, "the file is not this device's");
	return f;
}

/* ---- ZIP files ---- */

struct answer {
	struct arena *arena;
	struct bytes octets;
};

static enum fault
got_answer(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct answer *a = ctx;

	a->octets = bytes_copy(a->arena, db_blob(row, 0));
	return a->octets.p != NULL
		   ? FAULT_OK
		   : fault_set(fi, FAULT_INTERNAL, "no memory for a ZIP");
}

static enum fault
find_answer(struct bytes *out, struct ee *ee, const struct filename *name,
    int kind, struct db *db, struct arena *arena, struct fault_info *fi)
{
	struct answer a = {.arena = arena, .octets = BYTES_NONE};
	int64_t row;

	TRY(find_owned(&row, ee, name, db, fi));
	ee->step = EE_STEP_BATCH;
	TRY(DB_EACH(db, DO_AUTH_ANSWER, got_answer, &a, fi, DB_INT(ee->holder),
	    DB_BLOB(name->hash, sizeof(name->hash)), DB_INT(kind),
	    DB_INT(name->i)));
	if (a.octets.n == 0)
		return fault_set(
		    fi, FAULT_NOT_FOUND, "no certificate %u yet", name->i);
	*out = a.octets;
	return FAULT_OK;
}

static enum fault
build_zip(struct bytes *out, const struct zip_entry *entry, struct arena *arena,
    struct fault_info *fi)
{
	size_t n = zip_size(entry, 1);
	uint8_t *p = arena_alloc(arena, n, 1);
	struct writer w;

	if (p == NULL)
		return fault_set(fi, FAULT_INTERNAL, "no memory for a ZIP");
	w = writer_of(p, n);
	zip_write(&w, entry, 1);
	*out = writer_done(&w);
	return FAULT_OK;
}

/* The name of the file without its extension. */
static void
name_entry(struct zip_entry *entry, const struct filename *name)
{
	char text[FILENAME_TEXT];

	filename_text(text, name);
	snprintf(entry->name, sizeof(entry->name), "%.*s",
	    (int)(strlen(text) - strlen(".zip")), text);
}

/* The entry is <hash>_<i>, or <i> as some devices want it. */
static enum fault
make_identity(struct bytes *out, struct ee *ee, const struct filename *name,
    const struct ra *ra, struct db *db, struct arena *arena,
    struct fault_info *fi)
{
	struct zip_entry entry;

	TRY(find_answer(
	    &entry.contents, ee, name, AUTH_IDENTIFICATION, db, arena, fi));
	name_entry(&entry, name);
	if (ra->environment->identity_entry_bare)
		snprintf(entry.name, sizeof(entry.name), "%X", name->i);
	return build_zip(out, &entry, arena, fi);
}

static enum fault
make_application(struct bytes *out, struct ee *ee, const struct filename *name,
    const struct ra *ra, struct db *db, struct arena *arena,
    struct fault_info *fi)
{
	struct zip_entry entry;

	(void)ra;
	TRY(find_answer(
	    &entry.contents, ee, name, AUTH_APPLICATION, db, arena, fi));
	name_entry(&entry, name);
	return build_zip(out, &entry, arena, fi);
}

static void
answer_identity(void *ctx, const struct http_request *const *requests,
    struct http_response *const *responses, size_t n)
{
	static const struct download d = {FILENAME_BATCH, NULL, make_identity};

	download_answer(ctx, &d, requests, responses, n);
}

static void
answer_application(void *ctx, const struct http_request *const *requests,
    struct http_response *const *responses, size_t n)
{
	static const struct download d = {
	    FILENAME_SINGLE, NULL, make_application};

	download_answer(ctx, &d, requests, responses, n);
}

void
ra_download_identity(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	(void)ctx;
	(void)request;
	http_gather(response, answer_identity);
}

void
ra_download_application(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	(void)ctx;
	(void)request;
	http_gather(response, answer_application);
}

/* ---- <hash>.info ---- */

struct state {
	bool has_due;
	int64_t due, done, waiting;
};

static enum fault
got_state(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct state *s = ctx;

	(void)fi;
	s->has_due = !db_is_null(row, 0);
	s->due = db_int(row, 0);
	s->done = db_int(row, 1);
	s->waiting = db_int(row, 2);
	return FAULT_OK;
}

enum fault
auth_info(struct bytes *out, struct ee *ee, const struct filename *name,
    const struct ra *ra, struct db *db, struct arena *arena,
    struct fault_info *fi)
{
	uint32_t now = time32_now(), next = 0;
	struct state s = {.done = 0};
	int64_t row;

	(void)ra;
	TRY(find_owned(&row, ee, name, db, fi));
	ee->step = EE_STEP_INFO;
	TRY(DB_EACH(
	    db, DO_AUTH_INFO, got_state, &s, fi, DB_INT(row), DB_INT(now)));
	if (s.done == 0)
		return fault_set(
		    fi, FAULT_NOT_FOUND, "nothing has been generated yet");
	if (s.waiting > 0 || (s.has_due && s.due <= now))
		next = now + AUTH_SOON;
	else if (s.has_due)
		next = (uint32_t)s.due + AUTH_SOON;
	*out = info_encode(next, arena);
	return FAULT_OK;
}
