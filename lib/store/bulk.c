/* bulk.c - see bulk.h and bulk_int.h. */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "store/bulk_int.h"

#define TMP	     ".seg.tmp"
#define SEGMENTS_MAX 256u /* beyond it an append waits for the merger */
#define RESERVE	     ((uint64_t)1 << 20) /* batch numbers at a time */
#define RESCANS	     10			 /* while another process merges */

/* ---- the list of segments ---- */

static struct segment_list *
list_new(size_t n)
{
	struct segment_list *l =
	    calloc(1, sizeof(*l) + n * sizeof(struct segment *));

	if (l == NULL)
		log_fatal("out of memory");
	atomic_init(&l->users, 1);
	l->n = n;
	return l;
}

struct segment_list *
list_take(struct bulk *b)
{
	struct segment_list *l;

	pthread_mutex_lock(&b->lock);
	l = b->list;
	atomic_fetch_add(&l->users, 1);
	pthread_mutex_unlock(&b->lock);
	return l;
}

void
list_release(struct segment_list *l)
{
	size_t i;

	if (atomic_fetch_sub(&l->users, 1) != 1)
		return;
	for (i = 0; i < l->n; i++)
		segment_release(l->v[i]);
	free(l);
}

void
list_replace(struct bulk *b, size_t at, size_t n, struct segment *by)
{
	struct segment_list *old = b->list, *l;
	size_t i, to = 0;

	l = list_new(old->n - n + (by != NULL));
	for (i = 0; i <= old->n; i++) {
		if (i == at && by != NULL)
			l->v[to++] = by;
		if (i < old->n && (i < at || i >= at + n)) {
			atomic_fetch_add(&old->v[i]->users, 1);
			l->v[to++] = old->v[i];
		}
	}
	assert(to == l->n);
	b->list = l;
	b->version++;
	list_release(old);
}

/* ---- open ---- */

struct found {
	struct segment **v;
	size_t n, size;
};

static void
found_add(struct found *f, struct segment *s)
{
	if (f->n == f->size) {
		f->size = f->size == 0 ? 64 : 2 * f->size;
		f->v = realloc(f->v, f->size * sizeof(struct segment *));
		if (f->v == NULL)
			log_fatal("out of memory");
	}
	f->v[f->n++] = s;
}

static void
found_free(struct found *f)
{
	while (f->n > 0)
		segment_release(f->v[--f->n]);
	free(f->v);
	*f = (struct found){0};
}

static bool
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), k = strlen(end);

	return n >= k && strcmp(s + n - k, end) == 0;
}

static enum fault
scan_entry(struct bulk *b, const char *name, struct found *found,
    struct fault_info *fi)
{
	uint64_t first, last;
	char path[PATH_SIZE];
	struct segment *s;

	/* an append or merge, or a write of "sequence", that a crash ended */
	if (ends_with(name, TMP) || strncmp(name, "sequence.", 9) == 0) {
		path_join(path, b->folder, name);
		if (b->mode != BULK_READONLY)
			unlink(path);
		return FAULT_OK;
	}
	if (!segment_name_parse(name, &first, &last))
		return FAULT_OK;
	TRY(segment_open(&s, b->folder, name, b->key_n, fi));
	found_add(found, s);
	return FAULT_OK;
}

static enum fault
scan(struct bulk *b, struct found *found, struct fault_info *fi)
{
	DIR *dir = opendir(b->folder);
	enum fault f = FAULT_OK;
	struct dirent *e;

	if (dir == NULL)
		return fault_errno(fi,
		    errno == ENOENT ? FAULT_NOT_FOUND : FAULT_IO, "%s",
		    b->folder);
	while (f == FAULT_OK && (e = readdir(dir)) != NULL)
		f = scan_entry(b, e->d_name, found, fi);
	closedir(dir);
	return f;
}

/* A reader may see a segment that the writer's merger removes meanwhile. */
static enum fault
scan_again(struct bulk *b, struct found *found, struct fault_info *fi)
{
	enum fault f = scan(b, found, fi);
	int i;

	for (i = 0; i < RESCANS && f == FAULT_NOT_FOUND && found->n > 0; i++) {
		found_free(found);
		f = scan(b, found, fi);
	}
	return f;
}

/* By first batch; of those that begin with the same, the wider first. */
static int
by_range(const void *x, const void *y)
{
	const struct segment *a = *(struct segment *const *)x;
	const struct segment *b = *(struct segment *const *)y;

	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return a->last > b->last ? -1 : a->last < b->last;
}

static void
remove_segment_file(const struct bulk *b, const struct segment *s)
{
	char name[SEGMENT_NAME], path[PATH_SIZE];

	segment_name(name, s->first, s->last);
	path_join(path, b->folder, name);
	unlink(path);
}

/* Leaves out segments that a merged one replaces. */
static enum fault
settle(struct bulk *b, struct found *found, struct fault_info *fi)
{
	size_t i, n = 0;

	if (found->n > 0)
		qsort(found->v, found->n, sizeof(struct segment *), by_range);
	for (i = 0; i < found->n; i++) {
		struct segment *s = found->v[i];

		if (n > 0 && s->last <= found->v[n - 1]->last) {
			if (b->mode != BULK_READONLY)
				remove_segment_file(b, s);
			segment_release(s);
			continue;
		}
		if (n > 0 && s->first <= found->v[n - 1]->last) {
			fault_set(fi, FAULT_STORE,
			    "%s: segments overlap at batch %llu", b->folder,
			    (unsigned long long)s->first);
			while (i < found->n)
				found->v[n++] = found->v[i++];
			found->n = n;
			return FAULT_STORE;
		}
		found->v[n++] = s;
	}
	found->n = n;
	return FAULT_OK;
}

static enum fault
load(struct bulk *b, struct fault_info *fi)
{
	struct found found = {0};
	enum fault f;

	if ((f = scan_again(b, &found, fi)) == FAULT_OK)
		f = settle(b, &found, fi);
	if (f == FAULT_OK) {
		b->list = list_new(found.n);
		if (found.n > 0)
			memcpy(b->list->v, found.v,
			    found.n * sizeof(struct segment *));
		b->next = found.n > 0 ? found.v[found.n - 1]->last + 1 : 1;
		found.n = 0;
	}
	found_free(&found);
	return f;
}

static enum fault
take_lock(struct bulk *b, struct fault_info *fi)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	char path[PATH_SIZE];

	path_join(path, b->folder, "lock");
	b->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (b->lock_fd < 0)
		return fault_errno(fi, FAULT_IO, "%s", path);
	if (fcntl(b->lock_fd, F_OFD_SETLK, &lock) != 0)
		return fault_set(fi, FAULT_BUSY,
		    "%s: open for writing elsewhere", b->folder);
	return FAULT_OK;
}

/*
 * Batch numbers rise for ever, even when the latest batches were dropped and
 * the store was opened again: the file "sequence" holds the first number that
 * was certainly never given out.
 */
static enum fault
reserve_numbers(struct bulk *b, struct fault_info *fi)
{
	uint8_t memory[128];
	struct arena arena = arena_of(memory, sizeof(memory));
	char path[PATH_SIZE], text[32];
	struct bytes old;
	uint64_t value;
	enum fault f;

	path_join(path, b->folder, "sequence");
	f = file_read(&old, &arena, path, 20, fi);
	if (f == FAULT_OK && old.n > 0) {
		value = strtoull(arena_printf(&arena, "%.*s", (int)old.n,
				     (const char *)old.p),
		    NULL, 10);
		if (value > b->next)
			b->next = value;
	} else if (f != FAULT_OK && f != FAULT_NOT_FOUND) {
		return f;
	}
	b->reserved = b->next + RESERVE;
	snprintf(text, sizeof(text), "%llu", (unsigned long long)b->reserved);
	f = file_write(path, bytes_of_string(text), 0600, fi);
	return f == FAULT_OK ? FAULT_OK : FAULT_STORE;
}

static enum fault
open_store(struct bulk *b, struct fault_info *fi)
{
	if (b->mode == BULK_READONLY)
		return load(b, fi);
	TRY(file_mkdir(b->folder, 0700, fi));
	TRY(take_lock(b, fi));
	TRY(load(b, fi));
	TRY(reserve_numbers(b, fi));
	if (b->mode == BULK_MERGE) {
		if (pthread_create(&b->merger, NULL, merge_run, b) != 0)
			log_fatal("cannot make a thread");
		b->merger_runs = true;
	}
	return FAULT_OK;
}

enum fault
bulk_open(struct bulk **out, const char *folder, size_t key_n,
    enum bulk_mode mode, struct fault_info *fi)
{
	struct bulk *b = calloc(1, sizeof(*b));
	enum fault f;

	assert(key_n > 0 && key_n <= BULK_KEY_MAX);
	if (b == NULL)
		log_fatal("out of memory");
	if (strlen(folder) + SEGMENT_NAME >= sizeof(b->folder))
		log_fatal("path too long: %s", folder);
	memcpy(b->folder, folder, strlen(folder) + 1);
	b->key_n = key_n;
	b->mode = mode;
	b->lock_fd = -1;
	pthread_mutex_init(&b->append_lock, NULL);
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->changed, NULL);
	if ((f = open_store(b, fi)) == FAULT_OK)
		*out = b;
	else
		bulk_close(b);
	return f;
}

void
bulk_close(struct bulk *b)
{
	if (b == NULL)
		return;
	if (b->merger_runs) {
		pthread_mutex_lock(&b->lock);
		atomic_store(&b->stopping, true);
		pthread_cond_broadcast(&b->changed);
		pthread_mutex_unlock(&b->lock);
		pthread_join(b->merger, NULL);
	}
	if (b->list != NULL)
		list_release(b->list);
	if (b->lock_fd >= 0)
		close(b->lock_fd);
	pthread_cond_destroy(&b->changed);
	pthread_mutex_destroy(&b->lock);
	pthread_mutex_destroy(&b->append_lock);
	free(b);
}

/* ---- append ---- */

struct batch {
	struct source source; /* first */
	const struct bulk_record *v;
	size_t at;
};

static bool
batch_next(struct source *source, const uint8_t **key, struct bytes *value)
{
	struct batch *batch = (struct batch *)source;

	if (batch->at == source->max)
		return false;
	*key = batch->v[batch->at].key;
	*value = batch->v[batch->at++].value;
	return true;
}

static void
batch_rewind(struct source *source)
{
	((struct batch *)source)->at = 0;
}

/* A record by the first octets of its key, which nearly always decide. */
struct ranked {
	uint64_t first;
	const struct bulk_record *record;
};

static int
by_key(const void *x, const void *y, void *key_n)
{
	const struct ranked *a = x, *b = y;

	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return memcmp(a->record->key, b->record->key, *(const size_t *)key_n);
}

static void
sort_records(struct bulk_record *out, const struct bulk_record *in, size_t n,
    size_t key_n)
{
	size_t k, octets = key_n < 8 ? key_n : 8;
	struct ranked *r = calloc(n, sizeof(*r));

	if (r == NULL)
		log_fatal("out of memory");
	for (k = 0; k < n; k++) {
		memcpy(&r[k].first, in[k].key, octets);
		r[k].first = be64toh(r[k].first);
		r[k].record = &in[k];
	}
	qsort_r(r, n, sizeof(*r), by_key, &key_n);
	for (k = 0; k < n; k++)
		out[k] = *r[k].record;
	free(r);
}

/* Records that come sorted need not be sorted again. */
static bool
is_sorted(const struct bulk_record *v, size_t n, size_t key_n)
{
	size_t k;

	for (k = 1; k < n; k++)
		if (memcmp(v[k - 1].key, v[k].key, key_n) > 0)
			return false;
	return true;
}

/* Lets the merger catch up when segments have become too many. */
static void
wait_for_merger(struct bulk *b)
{
	pthread_mutex_lock(&b->lock);
	while (b->merger_runs && !b->merge_failed && b->list->n > SEGMENTS_MAX)
		pthread_cond_wait(&b->changed, &b->lock);
	pthread_mutex_unlock(&b->lock);
}

static enum fault
append_sorted(struct bulk *b, const struct bulk_record *v, size_t n,
    uint64_t *number, struct fault_info *fi)
{
	static const _Atomic bool never;
	struct batch batch = {.source = {batch_next, batch_rewind, n}, .v = v};
	struct segment *s;

	if (b->next == b->reserved)
		TRY(reserve_numbers(b, fi));
	/* a number that a failed append used is not used again */
	*number = b->next++;
	TRY(segment_write(&s, b, *number, *number, &batch.source, &never, fi));
	pthread_mutex_lock(&b->lock);
	list_replace(b, b->list->n, 0, s);
	pthread_cond_broadcast(&b->changed);
	pthread_mutex_unlock(&b->lock);
	return FAULT_OK;
}

enum fault
bulk_append(struct bulk *b, const struct bulk_record *records, size_t n,
    uint64_t *segment, struct fault_info *fi)
{
	struct bulk_record *sorted = NULL;
	uint64_t number;
	enum fault f;

	assert(b->mode != BULK_READONLY);
	assert(n > 0 && n <= BULK_BATCH_MAX);
	if (!is_sorted(records, n, b->key_n)) {
		if ((sorted = malloc(n * sizeof(*sorted))) == NULL)
			log_fatal("out of memory");
		sort_records(sorted, records, n, b->key_n);
		records = sorted;
	}
	wait_for_merger(b);
	pthread_mutex_lock(&b->append_lock);
	f = append_sorted(b, records, n, &number, fi);
	pthread_mutex_unlock(&b->append_lock);
	free(sorted);
	if (f == FAULT_OK && segment != NULL)
		*segment = number;
	return f;
}

/* ---- find ---- */

/* Newest segment first. */
static bool
find_in(const struct segment_list *l, const uint8_t *key, size_t key_n,
    const struct segment **where, uint64_t *at)
{
	uint64_t hash = key_hash(key, key_n);
	size_t i;

	for (i = l->n; i-- > 0;) {
		if (segment_find(l->v[i], hash, key, at)) {
			*where = l->v[i];
			return true;
		}
	}
	return false;
}

static enum fault
copy_value(struct bytes *out, struct arena *arena, const struct segment *s,
    uint64_t at, struct fault_info *fi)
{
	struct bytes value;

	TRY(segment_value(s, at, &value, fi));
	*out = bytes_copy(arena, value);
	return out->p != NULL
		   ? FAULT_OK
		   : fault_set(fi, FAULT_TOO_LARGE,
			 "no memory for a record of %zu octets", value.n);
}

enum fault
bulk_find(struct bulk *b, struct bytes *value, struct arena *arena,
    const uint8_t *key, struct fault_info *fi)
{
	size_t found;

	TRY(bulk_find_batch(b, value, arena, &key, 1, &found, fi));
	return found == 1 ? FAULT_OK
			  : fault_set(fi, FAULT_NOT_FOUND, "%s: no such record",
				b->folder);
}

bool
bulk_has(struct bulk *b, const uint8_t *key)
{
	bool has;

	bulk_has_batch(b, &has, &key, 1);
	return has;
}

#define LOOK_UPS 64u /* side by side */

static void
has_some(const struct segment_list *l, bool has[], const uint8_t *const keys[],
    size_t n, size_t key_n)
{
	uint64_t hash[LOOK_UPS], at;
	size_t i, k;

	for (k = 0; k < n; k++) {
		hash[k] = key_hash(keys[k], key_n);
		has[k] = false;
	}
	for (i = l->n; i-- > 0;) {
		for (k = 0; k < n; k++)
			segment_prefetch(l->v[i], hash[k]);
		for (k = 0; k < n; k++)
			has[k] = has[k] ||
				 segment_find(l->v[i], hash[k], keys[k], &at);
	}
}

void
bulk_has_batch(
    struct bulk *b, bool has[], const uint8_t *const keys[], size_t n)
{
	struct segment_list *l = list_take(b);
	size_t k, m;

	for (k = 0; k < n; k += m) {
		m = n - k < LOOK_UPS ? n - k : LOOK_UPS;
		has_some(l, has + k, keys + k, m, b->key_n);
	}
	list_release(l);
}

enum fault
bulk_find_batch(struct bulk *b, struct bytes values[], struct arena *arena,
    const uint8_t *const keys[], size_t n, size_t *found, struct fault_info *fi)
{
	struct segment_list *l = list_take(b);
	const struct segment *s;
	enum fault f = FAULT_OK;
	size_t k, hits = 0;
	uint64_t at;

	for (k = 0; k < n && f == FAULT_OK; k++) {
		values[k] = BYTES_NONE;
		if (!find_in(l, keys[k], b->key_n, &s, &at))
			continue;
		f = copy_value(&values[k], arena, s, at, fi);
		hits++;
	}
	list_release(l);
	if (found != NULL)
		*found = hits;
	return f;
}

/* ---- segments ---- */

enum fault
bulk_drop_segment(struct bulk *b, uint64_t number, struct fault_info *fi)
{
	bool found = false;
	size_t i;

	assert(b->mode == BULK_KEEP);
	pthread_mutex_lock(&b->append_lock);
	pthread_mutex_lock(&b->lock);
	for (i = 0; i < b->list->n && !found; i++) {
		if (b->list->v[i]->first != number)
			continue;
		found = true;
		remove_segment_file(b, b->list->v[i]);
		list_replace(b, i, 1, NULL);
	}
	pthread_mutex_unlock(&b->lock);
	pthread_mutex_unlock(&b->append_lock);
	if (!found)
		return fault_set(fi, FAULT_NOT_FOUND, "%s: no batch %llu",
		    b->folder, (unsigned long long)number);
	return file_sync_folder(b->folder, fi);
}

enum fault
bulk_segments(struct bulk *b, uint64_t **out, size_t *n, struct arena *arena,
    struct fault_info *fi)
{
	struct segment_list *l = list_take(b);
	uint64_t *v = ARENA_ARRAY(arena, l->n + 1, uint64_t);
	size_t i;

	for (i = 0; i < l->n && v != NULL; i++)
		v[i] = l->v[i]->first;
	*out = v;
	*n = l->n;
	list_release(l);
	return v != NULL ? FAULT_OK
			 : fault_set(fi, FAULT_TOO_LARGE,
			       "no memory for the list of segments");
}

static enum fault
each_in(
    const struct segment *s, bulk_each_fn *fn, void *ctx, struct fault_info *fi)
{
	struct bytes value;
	uint64_t at;

	for (at = 0; at < s->records; at++) {
		TRY(segment_value(s, at, &value, fi));
		TRY(fn(ctx, s->keys + at * s->key_n, value, fi));
	}
	return FAULT_OK;
}

enum fault
bulk_each(struct bulk *b, uint64_t segment, bulk_each_fn *fn, void *ctx,
    struct fault_info *fi)
{
	struct segment_list *l = list_take(b);
	bool found = segment == BULK_ALL;
	enum fault f = FAULT_OK;
	size_t i;

	for (i = 0; i < l->n && f == FAULT_OK; i++) {
		if (segment != BULK_ALL && l->v[i]->first != segment)
			continue;
		found = true;
		f = each_in(l->v[i], fn, ctx, fi);
	}
	list_release(l);
	if (!found)
		return fault_set(fi, FAULT_NOT_FOUND, "%s: no batch %llu",
		    b->folder, (unsigned long long)segment);
	return f;
}

void
bulk_stats(struct bulk *b, struct bulk_stats *out)
{
	struct segment_list *l = list_take(b);
	size_t i;

	*out = (struct bulk_stats){.segments = l->n};
	for (i = 0; i < l->n; i++) {
		out->records += l->v[i]->records;
		out->octets += l->v[i]->size;
	}
	list_release(l);
	pthread_mutex_lock(&b->lock);
	out->merges = b->merges;
	pthread_mutex_unlock(&b->lock);
}

enum fault
bulk_check(struct bulk *b, struct fault_info *fi)
{
	struct segment_list *l = list_take(b);
	enum fault f = FAULT_OK;
	size_t i;

	for (i = 0; i < l->n && f == FAULT_OK; i++)
		if ((f = segment_check(l->v[i], fi)) != FAULT_OK)
			fault_prefix(fi, "%s", b->folder);
	list_release(l);
	return f;
}

/* ---- backup ---- */

static enum fault
copy_segment(const struct bulk *b, const struct segment *s, const char *to,
    struct fault_info *fi)
{
	char name[SEGMENT_NAME], from_path[PATH_SIZE], to_path[PATH_SIZE];

	segment_name(name, s->first, s->last);
	path_join(from_path, b->folder, name);
	path_join(to_path, to, name);
	if (link(from_path, to_path) == 0)
		return FAULT_OK;
	/* another file system, or merged away meanwhile: the map is there */
	return file_create(to_path, (struct bytes){s->map, s->size}, 0600, fi);
}

enum fault
bulk_backup(struct bulk *b, const char *to, struct fault_info *fi)
{
	uint8_t memory[128];
	struct arena arena = arena_of(memory, sizeof(memory));
	struct segment_list *l;
	char path[PATH_SIZE];
	struct bytes sequence;
	enum fault f;
	size_t i;

	if (mkdir(to, 0700) != 0)
		return fault_errno(
		    fi, errno == EEXIST ? FAULT_EXISTS : FAULT_IO, "%s", to);
	l = list_take(b);
	for (i = 0, f = FAULT_OK; i < l->n && f == FAULT_OK; i++)
		f = copy_segment(b, l->v[i], to, fi);
	list_release(l);
	TRY(f);
	path_join(path, b->folder, "sequence");
	f = file_read(&sequence, &arena, path, 20, fi);
	if (f == FAULT_OK) {
		path_join(path, to, "sequence");
		TRY(file_create(path, sequence, 0600, fi));
	} else if (f != FAULT_NOT_FOUND) {
		return f;
	}
	return file_sync_folder(to, fi);
}
