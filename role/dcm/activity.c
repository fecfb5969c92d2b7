/* activity.c - see activity.h. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/time32.h"
#include "role/dcm/activity.h"
#include "role/dcm/store.h"

#define WORD 96 /* of an operator, a type, a serial number */

/* ---- a line ---- */

/* One word; or, with blanks, a text between quotation marks. */
static const char *
clean(char out[WORD], const char *s, bool blanks)
{
	size_t n = 0;

	if (s == NULL || *s == '\0')
		s = "-";
	for (; *s != '\0' && n + 1 < WORD; s++)
		out[n++] = (*s > ' ' && *s < 0x7f && *s != '"' && *s != '=') ||
				   (*s == ' ' && blanks)
			       ? *s
			       : '?';
	out[n] = '\0';
	return out;
}

/* Without newline; *end becomes it. */
static void
write_line(
    char out[AUDIT_LINE], struct audit_end *end, const struct activity *a)
{
	char time[TIME32_TEXT], who[WORD], type[WORD], serial[WORD];
	char outcome[WORD], id[17] = "-", text[AUDIT_TEXT];

	time32_text(time, a->time);
	if (a->enrollment != NULL)
		hex_encode(id, a->enrollment, 8);
	snprintf(text, sizeof(text),
	    "%s operator=%s type=%s serial=%s enrollment=%s outcome=\"%s\"",
	    time, clean(who, a->who, false), clean(type, a->type, false),
	    clean(serial, a->serial, false), id,
	    clean(outcome, a->outcome, true));
	out[audit_line_write(out, end, text) - 1] = '\0';
}

static enum fault
got_last(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	return audit_line_read(ctx, bytes_of_string(db_text(row, 1)), fi) ==
		       FAULT_OK
		   ? FAULT_OK
		   : fault_set(fi, FAULT_STORE, "activity log in the database");
}

static enum fault
find_last(struct audit_end *last, struct db *db, struct fault_info *fi)
{
	audit_end_init(last);
	return db_run(db, DO_ACTIVITY_LAST, NULL, 0, got_last, last, fi);
}

enum fault
activity_add(struct db *db, const struct activity *a, struct fault_info *fi)
{
	char line[AUDIT_LINE];
	struct audit_end end;

	TRY(find_last(&end, db, fi));
	write_line(line, &end, a);
	return DB_RUN(
	    db, DO_ACTIVITY_ADD, fi, DB_INT(end.number), DB_TEXT(line));
}

/* ---- the file ---- */

struct file {
	int fd;
	const char *path;
};

static enum fault
append(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct file *f = ctx;
	char line[AUDIT_LINE];
	int n = snprintf(line, sizeof(line), "%s\n", db_text(row, 1));

	return write(f->fd, line, (size_t)n) == n
		   ? FAULT_OK
		   : fault_errno(fi, FAULT_IO, "%s", f->path);
}

/* The number of the last line that was written whole, and where it ends; what
 * a crash left of another may follow. */
static enum fault
last_written(int64_t *number, struct bytes *line, off_t *whole,
    char tail[2 * AUDIT_LINE], const struct file *f, struct fault_info *fi)
{
	off_t size = lseek(f->fd, 0, SEEK_END), from;
	ssize_t n;
	char *end, *begin;

	from = size > 2 * AUDIT_LINE - 1 ? size - (2 * AUDIT_LINE - 1) : 0;
	n = size < 0 ? -1 : pread(f->fd, tail, (size_t)(size - from), from);
	if (n < 0)
		return fault_errno(fi, FAULT_IO, "%s", f->path);
	tail[n] = '\0';
	*number = 0;
	*line = BYTES_NONE;
	end = memrchr(tail, '\n', (size_t)n);
	*whole = end == NULL ? from : from + (end + 1 - tail);
	if (end == NULL)
		return from == 0 ? FAULT_OK
				 : fault_set(fi, FAULT_STORE,
				       "%s: a line is too long", f->path);
	begin = memrchr(tail, '\n', (size_t)(end - tail));
	begin = begin != NULL ? begin + 1 : tail;
	*line = (struct bytes){(const uint8_t *)begin, (size_t)(end - begin)};
	return sscanf(begin, "%" SCNd64, number) == 1
		   ? FAULT_OK
		   : fault_set(fi, FAULT_STORE, "%s: the last line", f->path);
}

static enum fault
same_line(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct bytes **at = ctx;

	(void)fi;
	if (*at == NULL)
		return FAULT_OK;
	if (bytes_equal(**at, bytes_of_string(db_text(row, 1))))
		*at = NULL; /* found */
	else
		return FAULT_NOT_FOUND;
	return FAULT_OK;
}

/* Is the last line of the file the one of the database? */
static enum fault
check_end(struct db *db, int64_t *number, off_t *whole, const struct file *f,
    struct fault_info *fi)
{
	char tail[2 * AUDIT_LINE];
	struct bytes line, *wanted = &line;
	enum fault fault;

	TRY(last_written(number, &line, whole, tail, f, fi));
	if (*number > 0) {
		fault = DB_EACH(db, DO_ACTIVITY_FROM, same_line, &wanted, fi,
		    DB_INT(*number));
		if (fault != FAULT_OK || wanted != NULL)
			return fault_set(fi, FAULT_STORE,
			    "%s: line %" PRId64
			    " was changed: look at it, move the file away",
			    f->path, *number);
	}
	return FAULT_OK;
}

static enum fault
flush_locked(struct db *db, struct file *f, struct fault_info *fi)
{
	struct stat st;
	int64_t number;
	off_t whole;

	TRY(check_end(db, &number, &whole, f, fi));
	if (fstat(f->fd, &st) != 0 ||
	    (st.st_size > whole && ftruncate(f->fd, whole) != 0))
		return fault_errno(fi, FAULT_IO, "%s", f->path);
	TRY(DB_EACH(db, DO_ACTIVITY_FROM, append, f, fi, DB_INT(number + 1)));
	return fsync(f->fd) == 0 ? FAULT_OK
				 : fault_errno(fi, FAULT_IO, "%s", f->path);
}

enum fault
activity_flush(struct db *db, const char *path, struct fault_info *fi)
{
	struct file f = {.path = path};
	enum fault fault;

	f.fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (f.fd < 0)
		return fault_errno(fi, FAULT_IO, "%s", path);
	if (flock(f.fd, LOCK_EX) != 0)
		fault = fault_errno(fi, FAULT_IO, "%s", path);
	else
		fault = flush_locked(db, &f, fi);
	close(f.fd);
	return fault;
}

enum fault
activity_check(struct db *db, const char *path, struct fault_info *fi)
{
	struct file f = {.path = path};
	struct audit_end end;
	enum fault fault;
	int64_t number;
	off_t whole;

	TRY(find_last(&end, db, fi));
	if ((f.fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return fault_errno(fi, FAULT_IO, "%s", path);
	fault = check_end(db, &number, &whole, &f, fi);
	close(f.fd);
	if (fault == FAULT_OK && number != (int64_t)end.number)
		fault = fault_set(fi, FAULT_STORE,
		    "%s: it lacks lines that the next enrollment writes", path);
	return fault;
}

/* ---- looking for changes ---- */

enum fault
activity_verify(
    struct db *db, int64_t *lines, struct bytes file, struct fault_info *fi)
{
	struct audit_end last, end;

	audit_end_init(&last);
	for (size_t at = 0; at < file.n;) {
		const uint8_t *stop = memchr(file.p + at, '\n', file.n - at);
		size_t n =
		    stop != NULL ? (size_t)(stop - file.p) - at : file.n - at;

		TRY(audit_line_check(
		    &last, (struct bytes){file.p + at, n}, fi));
		at += n + 1;
	}
	*lines = (int64_t)last.number;
	TRY(find_last(&end, db, fi));
	if (last.number != end.number || strcmp(last.hash, end.hash) != 0)
		return fault_set(fi, FAULT_HASH_MISMATCH,
		    "%" PRIu64 " lines, and %" PRIu64 " were written",
		    last.number, end.number);
	return FAULT_OK;
}
