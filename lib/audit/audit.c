/* audit.c - see audit.h. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/audit.h"
#include "base/file.h"
#include "base/time32.h"

static const char *const word[] = {
#define EVENT(id, word) [AUDIT_##id] = word,
#include "audit/event.def"
};

struct audit {
	char path[PATH_SIZE];
	int fd;
	pthread_mutex_t lock;
	off_t size; /* of the file, when end was its last line */
	struct audit_end end;
	bool broken;
	struct fault_info why;
};

/* ---- the end of the file ---- */

/* Octets of the last line that is whole, in buffer; what follows it, a line
 * that was cut off, begins at *whole. */
static enum fault
read_tail(struct bytes *line, off_t *whole, uint8_t buffer[2 * AUDIT_LINE],
    const struct audit *a, off_t size, struct fault_info *fi)
{
	off_t from = size > 2 * AUDIT_LINE ? size - 2 * AUDIT_LINE : 0;
	size_t n = (size_t)(size - from), end, begin;

	if (pread(a->fd, buffer, n, from) != (ssize_t)n)
		return fault_errno(fi, FAULT_IO, "%s", a->path);
	for (end = n; end > 0 && buffer[end - 1] != '\n'; end--)
		;
	*whole = from + (off_t)end;
	*line = BYTES_NONE;
	if (end == 0)
		return from == 0 && n < AUDIT_LINE
			   ? FAULT_OK
			   : fault_set(
				 fi, FAULT_STORE, "%s: no audit log", a->path);
	for (begin = end - 1; begin > 0 && buffer[begin - 1] != '\n'; begin--)
		;
	*line = (struct bytes){buffer + begin, end - 1 - begin};
	return FAULT_OK;
}

/* Where the log ends now; another process may have written to it. */
static enum fault
find_end(struct audit *a, struct fault_info *fi)
{
	uint8_t buffer[2 * AUDIT_LINE];
	struct fault_info why;
	struct bytes line;
	struct stat st;
	off_t whole = 0;

	if (fstat(a->fd, &st) != 0)
		return fault_errno(fi, FAULT_IO, "%s", a->path);
	if (st.st_size == a->size)
		return FAULT_OK;
	if (st.st_size < a->size)
		return fault_set(
		    fi, FAULT_STORE, "%s has become shorter", a->path);
	TRY(read_tail(&line, &whole, buffer, a, st.st_size, fi));
	if (whole != st.st_size && ftruncate(a->fd, whole) != 0)
		return fault_errno(fi, FAULT_IO, "%s", a->path);
	audit_end_init(&a->end);
	a->size = whole;
	if (whole == 0)
		return FAULT_OK;
	return audit_line_read(&a->end, line, &why) == FAULT_OK
		   ? FAULT_OK
		   : fault_set(fi, FAULT_STORE, "%s: its end is %s", a->path,
			 why.text);
}

/* All or nothing. */
static enum fault
append(struct audit *a, const char *line, size_t n, struct fault_info *fi)
{
	enum fault f = FAULT_OK;
	ssize_t done = pwrite(a->fd, line, n, a->size);

	if (done != (ssize_t)n) {
		if (done >= 0)
			errno = ENOSPC;
		f = fault_errno(fi, FAULT_IO, "%s", a->path);
	} else if (fdatasync(a->fd) != 0) {
		f = fault_errno(fi, FAULT_IO, "%s", a->path);
	}
	/* what cannot be cut off now is by find_end, before the next line */
	if (f != FAULT_OK && ftruncate(a->fd, a->size) == 0)
		fdatasync(a->fd);
	return f;
}

static enum fault
write_text(struct audit *a, const char *text, struct fault_info *fi)
{
	char line[AUDIT_LINE];
	struct audit_end next;
	size_t n;

	TRY(find_end(a, fi));
	next = a->end;
	n = audit_line_write(line, &next, text);
	TRY(append(a, line, n, fi));
	a->end = next;
	a->size += (off_t)n;
	return FAULT_OK;
}

enum fault
audit_write(struct audit *a, enum audit_event event, struct fault_info *fi,
    const char *fmt, ...)
{
	char text[AUDIT_TEXT + 1], time[TIME32_TEXT];
	struct fault_info why;
	enum fault f;
	va_list ap;
	int n;

	time32_text(time, time32_now());
	n = snprintf(text, sizeof(text), "%s %s ", time, word[event]);
	va_start(ap, fmt);
	vsnprintf(text + n, sizeof(text) - (size_t)n, fmt, ap);
	va_end(ap);

	pthread_mutex_lock(&a->lock);
	if (flock(a->fd, LOCK_EX) != 0) {
		f = fault_errno(&why, FAULT_IO, "%s", a->path);
	} else {
		f = write_text(a, text, &why);
		flock(a->fd, LOCK_UN);
	}
	a->broken = f != FAULT_OK;
	if (a->broken) {
		a->why = why;
		if (fi != NULL)
			*fi = why;
	}
	pthread_mutex_unlock(&a->lock);
	return f;
}

bool
audit_is_broken(struct audit *a, struct fault_info *fi)
{
	bool broken;

	pthread_mutex_lock(&a->lock);
	broken = a->broken;
	if (broken)
		*fi = a->why;
	pthread_mutex_unlock(&a->lock);
	return broken;
}

/* ---- open and close ---- */

static enum fault
open_log(struct audit *a, const char *folder, struct fault_info *fi)
{
	char path[PATH_SIZE];
	enum fault f;

	path_join(path, folder, AUDIT_FOLDER);
	TRY(file_mkdir(path, 0700, fi));
	path_join(a->path, folder, AUDIT_FILE);
	a->fd = open(a->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (a->fd < 0)
		return fault_errno(fi, FAULT_IO, "%s", a->path);
	TRY(file_sync_folder(path, fi));
	if (flock(a->fd, LOCK_EX) != 0)
		return fault_errno(fi, FAULT_IO, "%s", a->path);
	f = find_end(a, fi);
	flock(a->fd, LOCK_UN);
	return f;
}

enum fault
audit_open(struct audit **out, const char *folder, struct fault_info *fi)
{
	struct audit *a = calloc(1, sizeof(*a));
	enum fault f;

	if (a == NULL)
		return fault_set(fi, FAULT_INTERNAL, "out of memory");
	a->fd = -1;
	audit_end_init(&a->end);
	pthread_mutex_init(&a->lock, NULL);
	if ((f = open_log(a, folder, fi)) == FAULT_OK)
		*out = a;
	else
		audit_close(a);
	return f;
}

void
audit_close(struct audit *a)
{
	if (a == NULL)
		return;
	if (a->fd >= 0)
		close(a->fd);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

/* ---- verify ---- */

/* The next word of a line, and the blank after it. */
static struct bytes
take_word(struct bytes *line)
{
	struct bytes out = *line;
	const uint8_t *blank =
	    line->n > 0 ? memchr(line->p, ' ', line->n) : NULL;

	if (blank != NULL)
		out.n = (size_t)(blank - line->p);
	line->p += out.n + (blank != NULL);
	line->n -= out.n + (blank != NULL);
	return out;
}

static void
tell(audit_line_fn *each, void *ctx, const struct audit_end *end,
    struct bytes line)
{
	struct bytes time, event;

	line.n -= sizeof(" sha256=") - 1 + AUDIT_HASH - 1;
	take_word(&line); /* its number */
	time = take_word(&line);
	event = take_word(&line);
	each(ctx, end, time, event, line);
}

static enum fault
verify_lines(struct audit_end *end, FILE *file, const char *path,
    audit_line_fn *each, void *ctx, struct fault_info *fi)
{
	char line[AUDIT_LINE + 1];
	enum fault f;

	while (fgets(line, sizeof(line), file) != NULL) {
		struct bytes b = bytes_of_string(line);

		if (b.n == 0 || b.p[b.n - 1] != '\n')
			return fault_set(fi, FAULT_HASH_MISMATCH,
			    "%s: after line %llu: a line without an end", path,
			    (unsigned long long)end->number);
		b.n--;
		if ((f = audit_line_check(end, b, fi)) != FAULT_OK) {
			fault_prefix(fi, "%s", path);
			return f;
		}
		if (each != NULL)
			tell(each, ctx, end, b);
	}
	return ferror(file) ? fault_errno(fi, FAULT_IO, "%s", path) : FAULT_OK;
}

enum fault
audit_verify(struct audit_end *end, const char *folder, audit_line_fn *each,
    void *ctx, struct fault_info *fi)
{
	char path[PATH_SIZE];
	enum fault f;
	FILE *file;

	path_join(path, folder, AUDIT_FILE);
	if ((file = fopen(path, "re")) == NULL)
		return fault_errno(fi,
		    errno == ENOENT ? FAULT_NOT_FOUND : FAULT_IO, "%s", path);
	/* a line that is being written at this moment is not half read */
	if (flock(fileno(file), LOCK_SH) != 0) {
		f = fault_errno(fi, FAULT_IO, "%s", path);
	} else {
		audit_end_init(end);
		f = verify_lines(end, file, path, each, ctx, fi);
	}
	fclose(file);
	return f;
}
