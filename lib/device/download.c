/* download.c - batches: fetched, checked, stored. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/time32.h"
#include "device/device.h"
#include "device/fetch.h"
#include "device/provision.h"
#include "device/response.h"
#include "device/week.h"
#include "device/zipfile.h"

/* Batches are checked together, because cryptography is much cheaper in
 * quantity. */
#define GROUP	       16
#define ARENA_LIMIT    (256u << 20)
#define NAME_SIZE      64
#define RESPONSE_LIMIT 2048
/* The RA finishes periods in any order; where this many in a row are missing,
 * those after them are not worth asking for. */
#define MISSING_MOST 8

static const struct zip_limits limits = {
    .entries = (size_t)2 * WEEK_MAX,
    .entry = RESPONSE_LIMIT,
    .total = (size_t)WEEK_MAX * RESPONSE_LIMIT,
};

/* One batch: as it came, and what is to be stored of it. */
struct batch {
	uint32_t i;
	struct bytes zip;
	size_t first, n; /* its responses among those of the group */
	bool complete;
};

struct job {
	struct monarch_device *device;
	const struct monarch_download_terms *terms;
	struct monarch_download_result *result;
	struct provision_file keys;
	struct response_rules rules;
	struct arena *arena; /* of the group at hand */
	struct batch batch[GROUP];
	size_t n;
	uint32_t *held; /* periods that need not be fetched, ascending */
	size_t held_n;
	bool accepted; /* the RA took our time for right */
};

static void
batch_filename(char out[NAME_SIZE], const struct job *job, uint32_t i)
{
	char hash[17];

	hex_encode(hash, job->keys.hash, sizeof(job->keys.hash));
	for (char *p = hash; *p != '\0'; p++)
		*p = *p >= 'a' ? (char)(*p - 'a' + 'A') : *p;
	snprintf(out, NAME_SIZE, "%s_%X.zip", hash, (unsigned)i);
}

/* ---- what is in a batch ---- */

static void
refuse(const struct job *job, const char *where, const char *name,
    const char *step, enum fault fault)
{
	char text[256];

	job->result->refused++;
	snprintf(text, sizeof(text), "%s%s%.100s: %s%s%s (%s)", where,
	    name[0] == '\0' ? "" : " ", name, step, step[0] == '\0' ? "" : ": ",
	    fault_text(fault), fault_name(fault));
	device_tell(job->device, MONARCH_REFUSED, text);
}

/* "1A9_13", upper-case hexadecimal without leading zeros; case is forgiven. */
static bool
parse_entry(uint32_t *j, const char *name, uint32_t i)
{
	char again[NAME_SIZE];
	unsigned long a, b;
	char *end;

	a = strtoul(name, &end, 16);
	if (end == name || *end != '_' || a != i)
		return false;
	b = strtoul(end + 1, &end, 16);
	if (*end != '\0' || b >= WEEK_MAX)
		return false;
	snprintf(again, sizeof(again), "%lX_%lX", a, b);
	*j = (uint32_t)b;
	return strcasecmp(again, name) == 0;
}

/* Adds the responses of one batch to r; returns how many. */
static size_t
list_responses(struct response *r, struct job *job, struct batch *batch,
    const struct zip_entry *entry, size_t n)
{
	char where[NAME_SIZE];
	size_t added = 0;
	uint32_t j;

	batch_filename(where, job, batch->i);
	for (size_t k = 0; k < n; k++) {
		enum fault fault = entry[k].fault;

		if (fault == FAULT_OK &&
		    !parse_entry(&j, entry[k].name, batch->i))
			fault = FAULT_BAD_MESSAGE;
		if (fault != FAULT_OK) {
			batch->complete = false;
			refuse(job, where, entry[k].name, "entry", fault);
			continue;
		}
		r[added].i = batch->i;
		r[added].j = j;
		r[added++].octets = entry[k].data;
	}
	return added;
}

static size_t
unpack(struct response *r, struct job *job, struct batch *batch)
{
	struct zip_entry *entry;
	struct fault_info fi;
	char where[NAME_SIZE];
	size_t n;

	batch_filename(where, job, batch->i);
	fetch_forget(job->device, where);
	batch->complete = true;
	if (zipfile_read(&entry, &n, job->arena, batch->zip, &limits, &fi) !=
	    FAULT_OK) {
		batch->complete = false;
		refuse(job, where, "", fi.text, fi.code);
		return 0;
	}
	if (n == 0) {
		batch->complete = false;
		refuse(job, where, "", "empty", FAULT_BAD_MESSAGE);
	}
	return list_responses(r, job, batch, entry, n);
}

/* ---- from responses to weeks ---- */

static int
compare_j(const void *a, const void *b)
{
	const struct week_certificate *x = a, *y = b;

	return (x->j > y->j) - (x->j < y->j);
}

static enum fault
to_week(struct week *w, struct job *job, struct batch *batch,
    const struct response *r, struct fault_info *fi)
{
	char where[NAME_SIZE], name[NAME_SIZE];

	*w = (struct week){.i = batch->i, .start = UINT32_MAX};
	w->v = ARENA_ARRAY(job->arena, batch->n + 1, struct week_certificate);
	if (w->v == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	batch_filename(where, job, batch->i);
	for (size_t k = 0; k < batch->n; k++, r++) {
		if (r->verdict != FAULT_OK) {
			batch->complete = false;
			snprintf(name, sizeof(name), "%X_%X", (unsigned)r->i,
			    (unsigned)r->j);
			refuse(job, where, name, r->step, r->verdict);
			continue;
		}
		w->v[w->n++] =
		    (struct week_certificate){r->j, r->certificate, r->s};
		w->start = r->start < w->start ? r->start : w->start;
		w->end = r->end > w->end ? r->end : w->end;
	}
	w->complete = batch->complete;
	qsort(w->v, w->n, sizeof(*w->v), compare_j);
	return FAULT_OK;
}

static void
tell_stored(const struct job *job, const struct week *w, size_t n)
{
	char text[64];

	for (size_t k = 0; k < n; k++) {
		job->result->certificates += (unsigned)w[k].n;
		job->result->periods += w[k].complete;
		snprintf(text, sizeof(text), "period %X: %zu certificates",
		    (unsigned)w[k].i, w[k].n);
		device_tell(job->device, MONARCH_STORED, text);
	}
}

/* Checks and stores what has been fetched. */
static enum fault
finish_group(struct job *job, struct fault_info *fi)
{
	struct response *r;
	struct week week[GROUP];
	size_t n = 0, weeks = 0;

	if (job->n == 0)
		return FAULT_OK;
	r = ARENA_ARRAY(job->arena, GROUP * limits.entries, struct response);
	if (r == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	for (size_t k = 0; k < job->n; k++) {
		job->batch[k].first = n;
		job->batch[k].n = unpack(r + n, job, &job->batch[k]);
		n += job->batch[k].n;
	}
	response_check(r, n, job->arena, &job->rules);
	for (size_t k = 0; k < job->n; k++) {
		struct batch *batch = &job->batch[k];

		TRY(to_week(&week[weeks], job, batch, r + batch->first, fi));
		weeks += week[weeks].n > 0;
	}
	TRY(week_write(&job->device->folder, week, weeks, fi));
	tell_stored(job, week, weeks);
	arena_reset(job->arena);
	job->n = 0;
	return FAULT_OK;
}

/* ---- what there is to fetch ---- */

static bool
is_held(const struct job *job, uint32_t i)
{
	for (size_t k = 0; k < job->held_n; k++)
		if (job->held[k] == i)
			return true;
	return false;
}

/* Bare 500 is all that a PROD RA says; whatever it means, this file does not
 * come now. */
static bool
is_missing(const struct monarch_device *d, enum fault fault)
{
	return fault == FAULT_NOT_FOUND ||
	       (fault == FAULT_HTTP_STATUS && d->refusal.status == 500);
}

static enum fault
fetch_batch(struct job *job, uint32_t i, struct fault_info *fi)
{
	struct batch *batch = &job->batch[job->n];
	char name[NAME_SIZE];

	batch_filename(name, job, i);
	TRY(fetch(job->device, &batch->zip, job->arena, "/download/batch", name,
	    job->terms->extra_octet, fi));
	batch->i = i;
	job->n++;
	return FAULT_OK;
}

static enum fault
fetch_all(struct job *job, uint32_t first, uint32_t n, struct fault_info *fi)
{
	unsigned missing = 0;
	enum fault fault;

	for (uint32_t i = first;
	     i < first + n && i <= UINT16_MAX && missing < MISSING_MOST; i++) {
		if (is_held(job, i))
			continue;
		fault = fetch_batch(job, i, fi);
		if (is_missing(job->device, fault)) {
			missing++;
			job->result->missing++;
			continue;
		}
		TRY(fault);
		missing = 0;
		if (job->n == GROUP)
			TRY(finish_group(job, fi));
	}
	return FAULT_OK;
}

/* 4 octets; some servers send them as 8 hexadecimal digits. */
static void
read_info(struct monarch_device *d, struct bytes info)
{
	char text[9] = {0};
	uint8_t octets[4];
	struct reader r;

	if (info.n == 8) {
		memcpy(text, info.p, 8);
		if (!hex_decode(octets, sizeof(octets), text))
			return;
		info = BYTES(octets);
	}
	if (info.n != 4)
		return;
	r = reader_of(info);
	d->state.next = (uint32_t)read_uint(&r, 4);
}

static enum fault
fetch_info(struct job *job, struct fault_info *fi)
{
	char name[NAME_SIZE], *suffix;
	enum fault fault;
	struct bytes info;

	batch_filename(name, job, 0);
	suffix = strchr(name, '_');
	memcpy(suffix, ".info", sizeof(".info"));
	fault = fetch(job->device, &info, job->arena, "/download/info", name,
	    job->terms->extra_octet, fi);
	if (is_missing(job->device, fault))
		return FAULT_OK;
	TRY(fault);
	job->accepted = true;
	fetch_forget(job->device, name);
	read_info(job->device, info);
	job->result->next = job->device->state.next;
	return FAULT_OK;
}

/* ---- the whole ---- */

/* Periods over are removed only when the RA has accepted our time: a clock
 * that went mad must not cost certificates. */
static enum fault
list_held(
    struct job *job, struct arena *arena, bool remove, struct fault_info *fi)
{
	struct folder *f = &job->device->folder;
	uint32_t *i;
	size_t n, kept = 0;
	struct week w;

	TRY(week_list(&i, &n, arena, f, fi));
	for (size_t k = 0; k < n; k++) {
		if (week_read(&w, arena, f, i[k], NULL) != FAULT_OK)
			continue; /* damaged: fetched again */
		if (remove && w.end <= job->rules.now)
			week_remove(f, i[k]);
		else if (w.complete)
			i[kept++] = i[k];
	}
	job->held = i;
	job->held_n = kept;
	return FAULT_OK;
}

static void
start(struct job *job)
{
	const struct monarch_download_terms *terms = job->terms;
	struct response_rules *rules = &job->rules;

	rules->trust = job->device->identity.trust;
	rules->enrollment = job->device->identity.enrollment;
	rules->keys = &job->keys;
	rules->now = time32_now();
	rules->i_zero = terms->i_zero != 0 ? terms->i_zero : I_ZERO_DEFAULT;
	rules->i_seconds =
	    terms->i_seconds != 0 ? terms->i_seconds : job->device->i_seconds;
}

/* The supply is the running period and those that follow it, so many in all
 * (design.md section 4): asking for one more would be refused for ever. */
static uint32_t
periods_of(uint32_t supply, uint32_t i_seconds)
{
	return supply / i_seconds + (supply % i_seconds != 0 || supply == 0);
}

static enum fault
run(struct job *job, struct arena *arena, struct fault_info *fi)
{
	struct monarch_device *d = job->device;
	const struct response_rules *rules = &job->rules;
	uint32_t first, n;
	enum fault fault;

	TRY(provision_acked(&job->keys, arena, &d->folder, fi));
	TRY(monarch_update_policy(d, fi));
	start(job);
	TRY(list_held(job, arena, false, fi));
	TRY(fetch_info(job, fi));
	first = time32_period(rules->now, rules->i_zero, rules->i_seconds);
	n = job->terms->periods != 0
		? job->terms->periods
		: periods_of(d->supply_seconds, rules->i_seconds);
	fault = fetch_all(job, first, n, fi);
	/* What came before something went wrong is as good as ever. */
	if (job->n > 0) {
		struct fault_info later;
		enum fault f = finish_group(job, &later);

		if (fault == FAULT_OK && f != FAULT_OK) {
			*fi = later;
			fault = f;
		}
	}
	TRY(fault);
	return list_held(job, arena, job->accepted, fi);
}

enum fault
monarch_download(struct monarch_device *d,
    struct monarch_download_result *result,
    const struct monarch_download_terms *terms, struct fault_info *fi)
{
	struct arena arena = arena_new(ARENA_LIMIT);
	struct arena group = arena_new(ARENA_LIMIT);
	struct fault_info own = {0};
	struct job *job = calloc(1, sizeof(*job));
	enum fault fault;

	fi = fi == NULL ? &own : fi;
	*result = (struct monarch_download_result){0};
	if (job == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	job->device = d;
	job->terms = terms;
	job->result = result;
	job->arena = &group;
	fault = device_note(d, run(job, &arena, fi), fi);
	wipe(job, sizeof(*job));
	free(job);
	arena_free(&group);
	arena_free(&arena);
	return fault;
}
