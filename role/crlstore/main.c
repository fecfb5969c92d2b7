/* main.c - scms-crlstore, which gives the composite CRL to anybody. */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "http/range.h"
#include "role/crlstore/published.h"
#include "service/service.h"

struct crlstore {
	char folder[PATH_SIZE];
	atomic_uint_fast64_t downloads;
};

/* Opens the current file; FAULT_NOT_FOUND, FAULT_IO. */
static enum fault
open_current(int *fd, uint64_t *size, char name[PUBLISHED_NAME],
    const char *folder, struct fault_info *fi)
{
	char path[PATH_SIZE];
	struct stat st;

	TRY(published_find(name, folder, fi));
	path_join(path, folder, name);
	if ((*fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return fault_errno(fi, FAULT_IO, "%s", path);
	if (fstat(*fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(*fd);
		return fault_set(fi, FAULT_IO, "%s: not a file", path);
	}
	*size = (uint64_t)st.st_size;
	return FAULT_OK;
}

static void
handle_download(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct crlstore *s = ctx;
	char name[PUBLISHED_NAME];
	const char *kept;
	struct fault_info fi;
	uint64_t size;
	int fd;

	if (open_current(&fd, &size, name, s->folder, &fi) != FAULT_OK) {
		log_error("composite CRL: %s", fi.text);
		http_reply(response, 503, BYTES_NONE);
		return;
	}
	if ((kept = arena_printf(request->arena, "%s", name)) == NULL) {
		close(fd);
		http_reply(response, 503, BYTES_NONE);
		return;
	}
	atomic_fetch_add(&s->downloads, 1);
	http_reply_download_file(request, response, kept, fd, 0, size);
}

static const struct http_route routes[] = {
    {"GET", "/download-crl", NULL, 0, handle_download, 0},
    {"GET", "/download-crl/", NULL, 0, handle_download, 0},
};

static enum fault
start(void **state, struct service *service, struct fault_info *fi)
{
	struct crlstore *s = calloc(1, sizeof(*s));
	char name[PUBLISHED_NAME];
	enum fault f;

	if (s == NULL)
		log_fatal("out of memory");
	service_path(service, s->folder, "data");
	if ((f = published_find(name, s->folder, fi)) != FAULT_OK)
		free(s);
	else
		*state = s;
	return f;
}

static void
health(void *state, struct service_health *h)
{
	struct crlstore *s = state;
	char name[PUBLISHED_NAME];
	struct fault_info fi;

	if (published_find(name, s->folder, &fi) == FAULT_OK)
		health_text(h, "file", name);
	else
		health_degraded(h, "no composite CRL");
	health_count(h, "downloads", (int64_t)atomic_load(&s->downloads));
}

static const struct service_def service = {
    .program = "scms-crlstore",
    .role = "crlstore",
    .summary = "CRL store: gives the composite CRL to anybody",
    .tls = HTTP_TLS_DEVICES,
    .threading = HTTP_THREAD_POOL,
    .routes = routes,
    .routes_n = sizeof(routes) / sizeof(routes[0]),
    .open = start,
    .health = health,
    .close = free,
};

int
main(int argc, char **argv)
{
	return service_main(argc, argv, &service);
}
