/* download.c - GET /download-crl: the composite CRL, for anybody. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "http/range.h"
#include "role/crlstore/crlstore.h"
#include "role/crlstore/published.h"

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

enum fault
crlstore_read(struct bytes *out, struct arena *arena, const struct crlstore *s,
    size_t limit, struct fault_info *fi)
{
	char name[PUBLISHED_NAME], path[PATH_SIZE];

	TRY(published_find(name, s->folder, fi));
	path_join(path, s->folder, name);
	return file_read(out, arena, path, limit, fi);
}

/* Caches may keep it, but must ask whether it is still the newest: a
 * revocation is not to wait for them. */
void
crlstore_handle_download(void *ctx, const struct http_request *request,
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
	http_set_header(response, "Cache-Control", "public, no-cache");
	http_reply_download_file(request, response, kept, fd, 0, size);
}
