/*
 * application.c - when an application certificate is followed by another.
 *
 * They do not come by themselves (use-cases.md 12.1): each is asked for, and
 * has keys of its own.
 */
#include "base/time32.h"
#include "device/place.h"
#include "device/provision.h"
#include "device/week.h"

#define LAST_DAY    86400u
#define ARENA_LIMIT (1u << 20)

/* The next number, to begin at start; the former request stays until the RA
 * has taken this one. */
static void
turn_over(struct provision_file *p, uint32_t start, bool keep)
{
	p->earlier = keep ? p->request : BYTES_NONE;
	p->earlier_number = p->number;
	p->number++;
	p->start = start;
	p->request = BYTES_NONE;
	p->acked = false;
}

static bool
has_changed(const struct asking *a)
{
	return a->file.validity != a->device->rse_validity ||
	       a->file.overlap != a->device->rse_overlap;
}

/* Its certificate has not come yet. */
static void
next_of_awaited(struct asking *a, bool changed, uint32_t now)
{
	struct provision_file *p = &a->file;

	if (p->start + (uint64_t)p->validity <= now)
		turn_over(p, now, false);
	else if (changed && has_changed(a))
		turn_over(p, p->start > now ? p->start : now, true);
}

enum fault
application_next(struct asking *a, bool changed, struct fault_info *fi)
{
	struct arena arena = arena_new(ARENA_LIMIT);
	struct provision_file *p = &a->file;
	uint32_t now = time32_now(), overlap = a->device->rse_overlap;
	enum fault fault = FAULT_OK;
	struct week w;

	if (!p->acked)
		goto out;
	fault = week_read(&w, &arena, &a->store, p->number, fi);
	if (fault == FAULT_NOT_FOUND) {
		next_of_awaited(a, changed, now);
		fault = FAULT_OK;
	} else if (fault == FAULT_STORE) {
		fault = FAULT_OK; /* damaged: fetched again */
	} else if (fault == FAULT_OK && (uint64_t)now + LAST_DAY >= w.end) {
		turn_over(p,
		    w.end - overlap > now && overlap < w.end ? w.end - overlap
							     : now,
		    false);
	}
out:
	arena_free(&arena);
	return fault;
}
