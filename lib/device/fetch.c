/* fetch.c - authenticated downloads, whole or in pieces. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time32.h"
#include "device/fetch.h"
#include "device/message.h"

#define PIECE	  4096
#define NAME_SIZE 96

static void
part_name(char out[NAME_SIZE], const char *filename)
{
	snprintf(out, NAME_SIZE, FOLDER_DOWNLOAD "/%s.part", filename);
}

void
fetch_forget(struct monarch_device *d, const char *filename)
{
	char name[NAME_SIZE];

	part_name(name, filename);
	folder_remove(&d->folder, name);
}

struct transfer {
	struct monarch_device *device;
	struct arena *arena;
	const char *path, *filename;
	bool extra_octet;
};

static enum fault
make_header(const void *ctx, struct ra_request *request, struct arena *arena,
    struct fault_info *fi)
{
	const struct transfer *t = ctx;

	return message_download(&request->header[0], arena,
	    &t->device->identity, t->filename, t->extra_octet, time32_now(),
	    fi);
}

static enum fault
call(const struct transfer *t, struct http_result *result, const char *range,
    struct fault_info *fi)
{
	const struct ra_request request = {.path = t->path,
	    .header[1] = range,
	    .limit = FETCH_LIMIT,
	    .make = make_header,
	    .ctx = t};

	return ra_call(t->device, result, t->arena, &request, fi);
}

static enum fault
save_part(const struct transfer *t, struct bytes part, struct fault_info *fi)
{
	char name[NAME_SIZE];

	part_name(name, t->filename);
	TRY(folder_mkdir(&t->device->folder, FOLDER_DOWNLOAD, fi));
	return folder_write(&t->device->folder, name, part, fi);
}

static enum fault
fetch_whole(const struct transfer *t, struct bytes *out, struct fault_info *fi)
{
	struct http_result result;
	enum fault fault;

	fault = call(t, &result, NULL, fi);
	if (fault == FAULT_NETWORK)
		/* Next time in pieces, even if that cannot be noted now. */
		(void)!save_part(t, BYTES_NONE, NULL);
	TRY(fault);
	if (result.status != 200)
		return fault_set(fi, FAULT_HTTP_STATUS,
		    "RA answers with status %u", result.status);
	*out = result.body;
	return FAULT_OK;
}

static enum fault
append(struct bytes *all, struct arena *arena, struct bytes piece,
    struct fault_info *fi)
{
	uint8_t *p = arena_alloc(arena, all->n + piece.n, 1);

	if (p == NULL || all->n + piece.n > FETCH_LIMIT)
		return fault_set(fi, FAULT_TOO_LARGE, "file in pieces");
	if (all->n > 0)
		memcpy(p, all->p, all->n);
	if (piece.n > 0)
		memcpy(p + all->n, piece.p, piece.n);
	*all = (struct bytes){p, all->n + piece.n};
	return FAULT_OK;
}

/* A number, and the character after it. */
static bool
take_number(unsigned long *out, const char **p, char after)
{
	char *end;

	*out = strtoul(*p, &end, 10);
	if (end == *p || *end != after)
		return false;
	*p = end + (after != '\0');
	return true;
}

/* "bytes 4096-8191/9017": the total, if it is the piece that we wanted. */
static bool
content_range(size_t *total, const struct http_result *result,
    struct arena *arena, size_t from)
{
	const char *p = http_result_header(result, arena, "Content-Range");
	unsigned long first, last, all;

	if (p == NULL || strncmp(p, "bytes ", 6) != 0)
		return false;
	p += 6;
	if (!take_number(&first, &p, '-') || !take_number(&last, &p, '/') ||
	    !take_number(&all, &p, '\0') || first != from || last < first ||
	    last >= all || last - first + 1 != result->body.n)
		return false;
	*total = all;
	return true;
}

/* One piece; done when the file is complete.  FAULT_STORE: what we hold does
 * not go together with what the RA has. */
static enum fault
fetch_piece(const struct transfer *t, struct bytes *part, bool *done,
    struct fault_info *fi)
{
	struct http_result result;
	size_t total = 0;
	char range[64];

	snprintf(range, sizeof(range), "Range: bytes=%zu-%zu", part->n,
	    part->n + PIECE - 1);
	TRY(call(t, &result, range, fi));
	if (result.status == 200) {
		*part = result.body; /* it does not do pieces */
		*done = true;
		return FAULT_OK;
	}
	if (result.status != 206 ||
	    !content_range(&total, &result, t->arena, part->n))
		return fault_set(fi, FAULT_STORE,
		    "%s: RA does not go on where it broke off", t->filename);
	TRY(append(part, t->arena, result.body, fi));
	*done = part->n == total;
	return *done ? FAULT_OK : save_part(t, *part, fi);
}

enum fault
fetch(struct monarch_device *d, struct bytes *out, struct arena *arena,
    const char *path, const char *filename, bool extra_octet,
    struct fault_info *fi)
{
	const struct transfer t = {d, arena, path, filename, extra_octet};
	enum fault fault = FAULT_OK;
	char name[NAME_SIZE];
	bool done = false;

	part_name(name, filename);
	if (!folder_has(&d->folder, name))
		return fetch_whole(&t, out, fi);
	TRY(folder_read(out, arena, &d->folder, name, fi));
	while (fault == FAULT_OK && !done)
		fault = fetch_piece(&t, out, &done, fi);
	if (fault != FAULT_STORE)
		return fault;
	fetch_forget(d, filename);
	return fetch_whole(&t, out, fi);
}
