/* download.c - GET /download/...: what the downloads of devices have in
 * common, and paths that do not exist. */
#include <string.h>

#include "base/time32.h"
#include "http/range.h"
#include "role/ra/base64.h"
#include "role/ra/download.h"
#include "role/ra/handlers.h"

enum fault
download_open(struct ee *ee, struct filename *name, enum filename_kind kind,
    const struct ra *ra, struct db *db, const struct http_request *request,
    struct fault_info *fi)
{
	const char *header = http_header(request, "Download-Req");
	struct bytes in;

	memset(ee, 0, sizeof(*ee));
	ee->step = EE_STEP_HEADER;
	if (header == NULL)
		return fault_set(fi, FAULT_BAD_MESSAGE, "no Download-Req");
	if (!base64_decode(&in, request->arena, header))
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "Download-Req is not Base64");
	TRY(ee_open(ee, ra, db, request->arena, in, fi));
	ee->step = EE_STEP_HEADER;
	if (ee->form.kind != EE_DOWNLOAD)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "not a download request");
	ee->step = EE_STEP_NAME;
	if (!filename_parse(name, ee->form.filename) || name->kind != kind)
		return fault_set(fi, FAULT_BAD_MESSAGE, "malformed file name");
	ee->step = EE_STEP_OWNER;
	if (ee->device == 0)
		return fault_set(
		    fi, FAULT_DENIED, "device has not been provisioned");
	if (memcmp(name->hash, ee->request_id, sizeof(name->hash)) != 0)
		return fault_set(
		    fi, FAULT_DENIED, "the file is not this device's");
	return FAULT_OK;
}

void
download_send(struct ra *ra, const struct ee *ee, const struct filename *name,
    const struct http_request *request, struct http_response *response,
    struct bytes contents)
{
	char text[FILENAME_TEXT];
	const char *copy;

	filename_text(text, name);
	copy = arena_printf(request->arena, "%s", text);
	http_reply_download(
	    request, response, copy != NULL ? copy : "", contents);
	contacts_note(&ra->contacts, ee->device, time32_now(), NULL);
	ra_count(&ra->downloads);
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
