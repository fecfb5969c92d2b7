/* download.c - what the RA has ready: found, fetched, and when. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/time32.h"
#include "device/batch.h"
#include "device/fetch.h"
#include "device/issuers.h"
#include "device/place.h"
#include "device/week.h"

#define ARENA_LIMIT (256u << 20)
/* The RA finishes periods in any order; where this many in a row are missing,
 * those after them are not worth asking for. */
#define MISSING_MOST 8
/* Of identification certificates: 720 hours, and an hour into the next. */
#define ITERATOR_SECONDS 2592000u

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
	char name[KIND_NAME_SIZE];

	job_filename(name, job, i);
	TRY(fetch(job->device, &batch->zip, job->arena,
	    kind_of(job->asking.kind)->download, name, job->terms->extra_octet,
	    fi));
	batch->i = i;
	job->n++;
	job->accepted = true;
	return FAULT_OK;
}

/* Where there is little room, each is stored before the next is fetched. */
static size_t
group_of(const struct job *job)
{
	return room_is_limited(&job->room) ? 1 : GROUP;
}

static enum fault
fetch_all(struct job *job, uint32_t first, uint32_t n, struct fault_info *fi)
{
	const uint32_t i_most = kind_of(job->asking.kind)->i_most;
	unsigned missing = 0;
	enum fault fault;

	for (uint32_t k = 0;
	     k < n && first <= i_most - k && missing < MISSING_MOST; k++) {
		if (is_held(job, first + k))
			continue;
		if (!room_is_left(&job->room)) {
			job->result->no_room++;
			continue;
		}
		fault = fetch_batch(job, first + k, fi);
		if (is_missing(job->device, fault)) {
			missing++;
			job->result->missing++;
			continue;
		}
		TRY(fault);
		missing = 0;
		if (job->n == group_of(job))
			TRY(batch_finish(job, fi));
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
	char name[KIND_NAME_SIZE], *suffix;
	enum fault fault;
	struct bytes info;

	job_filename(name, job, 0);
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

static enum fault
list_held(struct job *job, struct arena *arena, struct fault_info *fi)
{
	const struct folder *f = &job->asking.store;
	uint32_t *i;
	size_t n, kept = 0;
	struct week w;

	TRY(week_list(&i, &n, arena, f, fi));
	for (size_t k = 0; k < n; k++)
		/* damaged: fetched again */
		if (week_read(&w, arena, f, i[k], NULL) == FAULT_OK &&
		    w.complete)
			i[kept++] = i[k];
	job->held = i;
	job->held_n = kept;
	return FAULT_OK;
}

static void
remove_ended_in(const struct folder *f, uint32_t now)
{
	struct arena arena = arena_new(ARENA_LIMIT);
	uint32_t *i;
	size_t n;
	struct week w;

	if (week_list(&i, &n, &arena, f, NULL) == FAULT_OK)
		for (size_t k = 0; k < n; k++)
			if (week_read(&w, &arena, f, i[k], NULL) == FAULT_OK &&
			    w.end <= now)
				week_remove(f, i[k]);
	arena_free(&arena);
}

/* Periods over are removed only when the RA has accepted our time: a clock
 * that went mad must not cost certificates.  Those of former enrollment
 * certificates go with them. */
static void
remove_ended(const struct job *job)
{
	const struct folder *f = &job->device->folder;
	struct folder place, store;

	for (unsigned n = 0; job->accepted && n < place_count(f); n++) {
		place_number(&place, f, n);
		place_kind(&store, &place, job->asking.kind);
		remove_ended_in(&store, job->rules.now);
	}
	if (job->accepted)
		issuers_forget(f, job->rules.now);
}

/* What is held, and what room there is beside it. */
static enum fault
look(struct job *job, struct arena *arena, struct fault_info *fi)
{
	remove_ended(job);
	TRY(list_held(job, arena, fi));
	return room_open(&job->room, job->device, job->terms, fi);
}

/* ---- pseudonym and identification certificates ---- */

static void
set_periods(struct job *job)
{
	const struct monarch_download_terms *terms = job->terms;
	const struct monarch_device *d = job->device;
	struct response_rules *rules = &job->rules;
	bool pseudonym = job->asking.kind == MONARCH_PSEUDONYM;

	rules->i_zero =
	    pseudonym ? I_ZERO_DEFAULT : d->identity.enrollment->start;
	rules->i_seconds = pseudonym ? d->i_seconds : ITERATOR_SECONDS;
	if (terms->i_zero != 0)
		rules->i_zero = terms->i_zero;
	if (terms->i_seconds != 0)
		rules->i_seconds = terms->i_seconds;
}

/*
 * The supply is the running period and those that follow it, so many in all
 * (design.md section 4): asking for one more would be refused for ever.
 * Iterators end with the enrollment certificate.
 */
static uint32_t
periods_of(const struct job *job, uint32_t first)
{
	const uint32_t supply = job->device->supply_seconds;
	const uint32_t each = job->rules.i_seconds;
	const uint32_t end = job->device->identity.enrollment->end;
	uint32_t n = supply / each, all;

	if (job->terms->periods != 0)
		return job->terms->periods;
	if (job->asking.kind == MONARCH_PSEUDONYM)
		return n + (supply % each != 0 || supply == 0);
	all = end > job->rules.i_zero ? (end - job->rules.i_zero - 1) / each + 1
				      : 0;
	all = all > first ? all - first : 0;
	n = n == 0 ? 1 : n;
	return n < all ? n : all;
}

/* How many identification certificates the RA keeps ready is its own affair:
 * while it expects the next one later, nothing is missing behind the running
 * one. */
static void
forgive_missing(struct job *job, uint32_t first, unsigned before)
{
	if (job->asking.kind == MONARCH_IDENTIFICATION && is_held(job, first) &&
	    job->result->next > job->rules.now)
		job->result->missing = before;
}

static enum fault
fetch_periods(struct job *job, struct arena *arena, struct fault_info *fi)
{
	const struct response_rules *rules = &job->rules;
	const unsigned before = job->result->missing;
	uint32_t first;
	enum fault fault;

	set_periods(job);
	TRY(fetch_info(job, fi));
	TRY(look(job, arena, fi));
	first = time32_period(rules->now, rules->i_zero, rules->i_seconds);
	fault = fetch_all(job, first, periods_of(job, first), fi);
	/* What came before something went wrong is as good as ever. */
	if (job->n > 0) {
		struct fault_info later;
		enum fault f = batch_finish(job, &later);

		if (fault == FAULT_OK && f != FAULT_OK) {
			*fi = later;
			fault = f;
		}
	}
	TRY(fault);
	TRY(look(job, arena, fi));
	forgive_missing(job, first, before);
	return FAULT_OK;
}

/* ---- application certificates ---- */

/* Asks for the first, and for the next one when it is time; a request that was
 * made under another policy is made anew instead of being downloaded
 * (use-cases.md 12.1, 13.3). */
static enum fault
fetch_application(struct job *job, struct arena *arena, struct fault_info *fi)
{
	struct provision_file *p = &job->asking.file;
	enum fault fault;

	TRY(application_next(&job->asking, true, fi));
	TRY(asking_ask(&job->asking, fi));
	TRY(look(job, arena, fi));
	if (is_held(job, p->number))
		return FAULT_OK;
	if (!room_is_left(&job->room)) {
		job->result->no_room++;
		return FAULT_OK;
	}
	fault = fetch_batch(job, p->number, fi);
	if (is_missing(job->device, fault)) {
		job->result->missing++;
		return FAULT_OK;
	}
	TRY(fault);
	TRY(batch_finish(job, fi));
	remove_ended(job);
	return FAULT_OK;
}

/* ---- the whole ---- */

static enum fault
run_kind(struct job *job, struct arena *arena, struct fault_info *fi)
{
	struct monarch_device *d = job->device;

	job->rules = (struct response_rules){
	    .kind = job->asking.kind,
	    .trust = d->identity.trust,
	    .enrollment = d->identity.enrollment,
	    .keys = &job->asking.file,
	    .now = time32_now(),
	};
	return job->asking.kind == MONARCH_APPLICATION
		   ? fetch_application(job, arena, fi)
		   : fetch_periods(job, arena, fi);
}

static enum fault
download_kind(struct job *job, enum monarch_kind kind, struct fault_info *fi)
{
	const struct monarch_provision_terms ask = {
	    .layout = job->terms->layout,
	    .extra_octet = job->terms->extra_octet,
	    .encryption = job->terms->encryption};
	struct arena arena = arena_new(ARENA_LIMIT);
	struct asking *asking = &job->asking;
	enum fault fault;

	fault = asking_open(asking, job->device, kind, &ask, &arena, fi);
	/* What came by itself is to do so under a new enrollment, too. */
	if (fault == FAULT_OK && was_asked(job->device, kind))
		fault = asking_ask(asking, fi);
	if (fault == FAULT_OK && kind != MONARCH_APPLICATION &&
	    !asking->file.acked)
		fault = fault_set(fi, FAULT_NOT_FOUND,
		    "%s: not provisioned yet", job->device->folder.path);
	if (fault == FAULT_OK)
		fault = run_kind(job, &arena, fi);
	wipe(asking, sizeof(*asking));
	arena_free(&arena);
	return fault;
}

/* All that were asked for; or the one kind. */
static enum fault
download(struct job *job, struct fault_info *fi)
{
	enum monarch_kind kind = job->terms->kind;
	bool any = false;

	TRY(monarch_update_policy(job->device, fi));
	if (kind != MONARCH_ANY)
		return download_kind(job, kind, fi);
	for (unsigned k = MONARCH_PSEUDONYM; k < MONARCH_KINDS; k++)
		if (is_asked(job->device, (enum monarch_kind)k) ||
		    was_asked(job->device, (enum monarch_kind)k)) {
			TRY(download_kind(job, (enum monarch_kind)k, fi));
			any = true;
		}
	if (any)
		return FAULT_OK;
	TRY(provision_kind(&kind, job->device, MONARCH_ANY, fi));
	return download_kind(job, kind, fi);
}

/* Is there a reason to call the RA before it expects to have something? */
static bool
is_due(const struct monarch_device *d, const struct job *job)
{
	return !job->terms->due || d->state.wanting != 0 ||
	       time32_now() >= d->state.next ||
	       is_asked(d, MONARCH_APPLICATION);
}

static enum fault
work(struct job *job, struct fault_info *fi)
{
	struct monarch_device *d = job->device;
	const struct monarch_download_result *r = job->result;
	enum fault fault;

	job->result->next = d->state.next;
	if (!is_due(d, job))
		return FAULT_OK;
	TRY(device_begin(d, fi));
	d->state.wanting = 1;
	fault = download(job, fi);
	if (fault == FAULT_OK)
		d->state.wanting = r->missing + r->refused + r->no_room;
	return device_note(d, fault, fi);
}

enum fault
monarch_download(struct monarch_device *d,
    struct monarch_download_result *result,
    const struct monarch_download_terms *terms, struct fault_info *fi)
{
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
	fault = work(job, fi);
	wipe(job, sizeof(*job));
	free(job);
	arena_free(&group);
	return fault;
}
