/* batch.c - batches: unpacked, checked, stored. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device/batch.h"
#include "device/fetch.h"
#include "device/issuers.h"
#include "device/week.h"
#include "device/zipfile.h"

#define RESPONSE_LIMIT 2048

static const struct zip_limits limits = {
    .entries = (size_t)2 * WEEK_MAX,
    .entry = RESPONSE_LIMIT,
    .total = (size_t)WEEK_MAX * RESPONSE_LIMIT,
};

void
job_filename(char out[KIND_NAME_SIZE], const struct job *job, uint32_t i)
{
	kind_file(out, job->asking.kind, job->asking.file.hash, i);
}

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

/* Adds the responses of one batch to r; returns how many. */
static size_t
list_responses(struct response *r, struct job *job, struct batch *batch,
    const struct zip_entry *entry, size_t n)
{
	char where[KIND_NAME_SIZE];
	size_t added = 0;
	uint32_t j;

	job_filename(where, job, batch->i);
	for (size_t k = 0; k < n; k++) {
		enum fault fault = entry[k].fault;

		if (fault == FAULT_OK &&
		    !kind_entry(&j, job->asking.kind, entry[k].name,
			job->asking.file.hash, batch->i))
			fault = FAULT_BAD_MESSAGE;
		if (fault == FAULT_OK &&
		    added == kind_of(job->asking.kind)->per_i)
			fault = FAULT_DUPLICATE;
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
	char where[KIND_NAME_SIZE];
	size_t n;

	job_filename(where, job, batch->i);
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
	char where[KIND_NAME_SIZE], name[KIND_NAME_SIZE];

	*w = (struct week){.i = batch->i, .start = UINT32_MAX};
	w->v = ARENA_ARRAY(job->arena, batch->n + 1, struct week_certificate);
	if (w->v == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	job_filename(where, job, batch->i);
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

static enum fault
keep_issuers(const struct job *job, const struct response *r, size_t n,
    struct fault_info *fi)
{
	const struct cert *last = NULL;

	for (size_t k = 0; k < n; k++) {
		if (r[k].verdict != FAULT_OK || r[k].issuer == last)
			continue;
		last = r[k].issuer;
		TRY(issuers_keep(&job->device->folder, last, fi));
	}
	return FAULT_OK;
}

enum fault
batch_finish(struct job *job, struct fault_info *fi)
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
	TRY(keep_issuers(job, r, n, fi));
	for (size_t k = 0; k < job->n; k++) {
		struct batch *batch = &job->batch[k];

		TRY(to_week(&week[weeks], job, batch, r + batch->first, fi));
		room_take(&job->room, &week[weeks], &job->asking.store);
		weeks += week[weeks].n > 0;
	}
	TRY(week_write(&job->asking.store, week, weeks, fi));
	tell_stored(job, week, weeks);
	arena_reset(job->arena);
	job->n = 0;
	return FAULT_OK;
}
