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
#include "crypto/hash.h"
#include "role/dcm/activity.h"
#include "role/dcm/store.h"

#define HEX    (2 * SHA256_SIZE)
#define MARK   " sha256="
#define MARK_N (sizeof(MARK) - 1)
#define WORD   96 /* of an operator, a type, a serial number */

/* ---- a line ---- */

/* The end of the chain. */
struct last {
	int64_t number;
	char hash[HEX + 1];
};

static void
chain_hash(char out[HEX + 1], const char *before, struct bytes text)
{
	const struct bytes parts[] = {{(const uint8_t *)before, HEX}, text};
	uint8_t digest[SHA256_SIZE];

	sha256_parts(digest, parts, 2);
	hex_encode(out, digest, sizeof(digest));
}

/* The hash a line ends with; false: it does not. */
static bool
hash_of(char out[HEX + 1], struct bytes line)
{
	size_t n = MARK_N + HEX;

	if (line.n < n || memcmp(line.p + line.n - n, MARK, MARK_N) != 0)
		return false;
	memcpy(out, line.p + line.n - HEX, HEX);
	out[HEX] = '\0';
	return true;
}

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

static size_t
write_line(
    char out[ACTIVITY_LINE], const struct last *last, const struct activity *a)
{
	char time[TIME32_TEXT], who[WORD], type[WORD], serial[WORD];
	char outcome[WORD], id[17] = "-", hash[HEX + 1];
	int n;

	time32_text(time, a->time);
	if (a->enrollment != NULL)
		hex_encode(id, a->enrollment, 8);
	n = snprintf(out, ACTIVITY_LINE,
	    "%" PRId64
	    " %s operator=%s type=%s serial=%s enrollment=%s outcome=\"%s\"",
	    last->number + 1, time, clean(who, a->who, false),
	    clean(type, a->type, false), clean(serial, a->serial, false), id,
	    clean(outcome, a->outcome, true));
	chain_hash(
	    hash, last->hash, (struct bytes){(const uint8_t *)out, (size_t)n});
	n += snprintf(out + n, ACTIVITY_LINE - (size_t)n, MARK "%s", hash);
	return (size_t)n;
}

static enum fault
got_last(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct last *last = ctx;

	last->number = db_int(row, 0);
	return hash_of(last->hash, bytes_of_string(db_text(row, 1)))
		   ? FAULT_OK
		   : fault_set(fi, FAULT_STORE, "activity log in the database");
}

static enum fault
find_last(struct last *last, struct db *db, struct fault_info *fi)
{
	last->number = 0;
	memset(last->hash, '0', HEX);
	last->hash[HEX] = '\0';
	return db_run(db, DO_ACTIVITY_LAST, NULL, 0, got_last, last, fi);
}

enum fault
activity_add(struct db *db, const struct activity *a, struct fault_info *fi)
{
	char line[ACTIVITY_LINE];
	struct last last;

	TRY(find_last(&last, db, fi));
	write_line(line, &last, a);
	return DB_RUN(
	    db, DO_ACTIVITY_ADD, fi, DB_INT(last.number + 1), DB_TEXT(line));
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
	char line[ACTIVITY_LINE];
	int n = snprintf(line, sizeof(line), "%s\n", db_text(row, 1));

	return write(f->fd, line, (size_t)n) == n
		   ? FAULT_OK
		   : fault_errno(fi, FAULT_IO, "%s", f->path);
}

/* The number of the last line that was written whole, and where it ends; what
 * a crash left of another may follow. */
static enum fault
last_written(int64_t *number, struct bytes *line, off_t *whole,
    char tail[2 * ACTIVITY_LINE], const struct file *f, struct fault_info *fi)
{
	off_t size = lseek(f->fd, 0, SEEK_END), from;
	ssize_t n;
	char *end, *begin;

	from =
	    size > 2 * ACTIVITY_LINE - 1 ? size - (2 * ACTIVITY_LINE - 1) : 0;
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
	char tail[2 * ACTIVITY_LINE];
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
	struct last end;
	enum fault fault;
	int64_t number;
	off_t whole;

	TRY(find_last(&end, db, fi));
	if ((f.fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return fault_errno(fi, FAULT_IO, "%s", path);
	fault = check_end(db, &number, &whole, &f, fi);
	close(f.fd);
	if (fault == FAULT_OK && number != end.number)
		fault = fault_set(fi, FAULT_STORE,
		    "%s: it lacks lines that the next enrollment writes", path);
	return fault;
}

/* ---- looking for changes ---- */

static enum fault
check_line(struct last *last, struct bytes line, struct arena *arena,
    struct fault_info *fi)
{
	int64_t number = last->number + 1, said;
	char wanted[HEX + 1], hash[HEX + 1];
	const char *text;

	text = arena_printf(arena, "%.*s", (int)line.n, (const char *)line.p);
	if (text == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "activity log");
	if (!hash_of(hash, line) || sscanf(text, "%" SCNd64, &said) != 1 ||
	    said != number)
		return fault_set(fi, FAULT_HASH_MISMATCH,
		    "line %" PRId64 " is not the one that was written", number);
	line.n -= MARK_N + HEX;
	chain_hash(wanted, last->hash, line);
	if (memcmp(wanted, hash, HEX) != 0)
		return fault_set(fi, FAULT_HASH_MISMATCH,
		    "line %" PRId64 " was changed, or one before it", number);
	last->number = number;
	memcpy(last->hash, hash, sizeof(hash));
	return FAULT_OK;
}

enum fault
activity_verify(struct db *db, int64_t *lines, struct arena *arena,
    struct bytes file, struct fault_info *fi)
{
	struct last last = {.number = 0}, end;

	memset(last.hash, '0', HEX);
	for (size_t at = 0; at < file.n;) {
		const uint8_t *stop = memchr(file.p + at, '\n', file.n - at);
		size_t n =
		    stop != NULL ? (size_t)(stop - file.p) - at : file.n - at;

		TRY(check_line(
		    &last, (struct bytes){file.p + at, n}, arena, fi));
		at += n + 1;
	}
	*lines = last.number;
	TRY(find_last(&end, db, fi));
	if (last.number != end.number || memcmp(last.hash, end.hash, HEX) != 0)
		return fault_set(fi, FAULT_HASH_MISMATCH,
		    "%" PRId64 " lines, and %" PRId64 " were written",
		    last.number, end.number);
	return FAULT_OK;
}
