/* download.c - GET /download/...: what the downloads of devices have in
 * common, and paths that do not exist. */
#include <string.h>

#include "base/log.h"
#include "base/time32.h"
#include "http/range.h"
#include "role/ra/base64.h"
#include "role/ra/download.h"
#include "role/ra/handlers.h"

/* ---- the request ---- */

static enum fault
read_header(struct ee_message *m, const struct http_request *request)
{
	const char *header = http_header(request, "Download-Req");

	m->arena = request->arena;
	m->ee.step = EE_STEP_HEADER;
	if (header == NULL)
		return fault_set(&m->why, FAULT_BAD_MESSAGE, "no Download-Req");
	if (!base64_decode(&m->in, request->arena, header))
		return fault_set(
		    &m->why, FAULT_BAD_MESSAGE, "Download-Req is not Base64");
	return FAULT_OK;
}

static enum fault
check_name(struct filename *name, struct ee *ee, enum filename_kind kind,
    struct fault_info *fi)
{
	ee->step = EE_STEP_HEADER;
	if (ee->form.kind != EE_DOWNLOAD)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "not a download request");
	ee->step = EE_STEP_NAME;
	if (!filename_parse(name, ee->form.filename) || name->kind != kind)
		return fault_set(fi, FAULT_BAD_MESSAGE, "malformed file name");
	ee->step = EE_STEP_OWNER;
	if (ee->device == 0 && ee->holder == 0)
		return fault_set(
		    fi, FAULT_DENIED, "device has not been provisioned");
	return FAULT_OK;
}

static enum fault
make_file(struct bytes *out, struct ee *ee, const struct download *d,
    const struct filename *name, const struct ra *ra, struct db *db,
    struct arena *arena, struct fault_info *fi)
{
	bool is_theirs =
	    memcmp(name->hash, ee->request_id, sizeof(name->hash)) == 0;

	if (ee->device != 0 && d->make != NULL && is_theirs)
		return d->make(out, ee, name, ra, db, arena, fi);
	if (ee->device == 0 && d->make_auth != NULL)
		return d->make_auth(out, ee, name, ra, db, arena, fi);
	return fault_set(fi, FAULT_DENIED, "the file is not this device's");
}

/* ---- the answer ---- */

/* The device was here. */
static void
send_file(struct ra *ra, const struct ee *ee, const struct filename *name,
    const struct http_request *request, struct http_response *response,
    struct bytes contents)
{
	char text[FILENAME_TEXT];
	const char *copy;

	filename_text(text, name);
	copy = arena_printf(request->arena, "%s", text);
	http_reply_download(
	    request, response, copy != NULL ? copy : "", contents);
	contacts_note(&ra->contacts, ee->device != 0 ? ee->device : ee->holder,
	    time32_now(), NULL);
	ra_count(&ra->downloads);
}

static void
answer_one(struct ra *ra, const struct download *d, struct ee_message *m,
    struct db *db, const struct http_request *request,
    struct http_response *response)
{
	struct bytes contents = BYTES_NONE;
	struct filename name;

	if (m->fault == FAULT_OK)
		m->fault = check_name(&name, &m->ee, d->kind, &m->why);
	if (m->fault == FAULT_OK)
		m->fault = make_file(
		    &contents, &m->ee, d, &name, ra, db, m->arena, &m->why);
	if (m->fault == FAULT_OK)
		send_file(ra, &m->ee, &name, request, response, contents);
	else
		ee_refuse(ra, &m->ee, request, response, &m->why);
}

void
download_answer(struct ra *ra, const struct download *d,
    const struct http_request *const *requests,
    struct http_response *const *responses, size_t n)
{
	struct ee_message *m =
	    ARENA_ARRAY(requests[0]->arena, n, struct ee_message);
	struct fault_info fi;
	struct db *db = NULL;
	enum fault f;

	if (m == NULL)
		log_fatal("no memory for %zu requests", n);
	f = db_pool_take(&ra->dbs, &db, &fi);
	for (size_t k = 0; k < n; k++) {
		m[k].ee.step = EE_STEP_HEADER;
		m[k].fault = f;
		if (f == FAULT_OK)
			m[k].fault = read_header(&m[k], requests[k]);
		else
			m[k].why = fi;
	}
	if (f == FAULT_OK)
		ee_open_many(m, n, ra, db);
	if (f == FAULT_OK && (f = db_begin_reading(db, &fi)) != FAULT_OK)
		log_warn("%s", fi.text); /* each look-up for itself */
	for (size_t k = 0; k < n; k++)
		answer_one(ra, d, &m[k], db, requests[k], responses[k]);
	db_pool_give(&ra->dbs, db);
}

void
ra_unknown_path(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	const struct ee ee = {.step = EE_STEP_NAME};
	struct fault_info fi;

	fault_set(&fi, FAULT_NOT_FOUND, "no such path");
	ee_refuse(ctx, &ee, request, response, &fi);
}
