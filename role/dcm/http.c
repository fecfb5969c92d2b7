/* http.c - what comes over HTTPS. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/time32.h"
#include "role/dcm/dcm.h"

static unsigned
status_of(enum fault f)
{
	switch ((int)f) {
	case FAULT_DENIED:
		return 403;
	case FAULT_BAD_MESSAGE:
		return 400;
	case FAULT_DUPLICATE:
		return 409;
	default:
		return 503;
	}
}

/* An operator is told the cause, unless it is ours. */
static void
refuse(const struct http_request *request, struct http_response *response,
    enum fault f, const struct fault_info *fi)
{
	unsigned status = status_of(f);
	const char *text = arena_printf(request->arena, "%s", fi->text);

	if (status == 503)
		log_error("bootstrapping failed: %s", fi->text);
	if (status == 503 || text == NULL)
		text = "try again later, with the same request";
	http_reply_text(response, status, text);
	http_set_header(response, "SCMS-POC-Error-Message", text);
}

static void
bootstrap(struct dcm *dcm, const struct http_request *request,
    struct http_response *response, const char *method)
{
	const struct dcm_call call = {.who = request->peer,
	    .type = http_header(request, "Monarch-Device-Type"),
	    .serial = http_header(request, "Monarch-Device-Serial"),
	    .method = method,
	    .csr = request->body,
	    .arena = request->arena,
	    .now = time32_now()};
	struct fault_info fi;
	struct bytes zip;
	enum fault f;

	if ((f = dcm_bootstrap(dcm, &zip, &call, &fi)) != FAULT_OK) {
		refuse(request, response, f, &fi);
		return;
	}
	http_reply(response, 200, zip);
	response->content_type = "application/zip";
}

void
dcm_handle_bootstrap(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	bootstrap(ctx, request, response, METHOD_OWN);
}

void
dcm_handle_injected(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	bootstrap(ctx, request, response, METHOD_INJECTED);
}

/* No line is being written; the file only grows. */
static enum fault
open_log(struct dcm *dcm, int *fd, struct stat *st, struct fault_info *fi)
{
	bool ok;

	pthread_mutex_lock(&dcm->lock);
	*fd = open(dcm->log, O_RDONLY | O_CLOEXEC);
	ok = *fd >= 0 && fstat(*fd, st) == 0;
	pthread_mutex_unlock(&dcm->lock);
	if (ok)
		return FAULT_OK;
	(void)fault_errno(fi, FAULT_IO, "%s", dcm->log);
	if (*fd >= 0)
		close(*fd);
	return FAULT_IO;
}

void
dcm_handle_log(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct dcm *dcm = ctx;
	struct dcm_people people;
	struct fault_info fi;
	struct stat st;
	enum fault f;
	int fd = -1;

	f = dcm_people_read(&people, request->arena, dcm->people, &fi);
	if (f == FAULT_OK && !dcm_people_has(&people.auditors, request->peer,
				 dcm->environment->domain))
		f = fault_set(&fi, FAULT_DENIED, "%s is not an auditor here",
		    request->peer);
	if (f == FAULT_OK)
		f = open_log(dcm, &fd, &st, &fi);
	if (f != FAULT_OK) {
		refuse(request, response, f, &fi);
		return;
	}
	http_reply_file(response, 200, fd, 0, (uint64_t)st.st_size);
	response->content_type = "text/plain";
}
