/* track.c - see track.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "misbehavior/limit.h"
#include "misbehavior/track.h"

/* Six seconds of messages at the usual rate, as many as a report takes with
 * one that carries the certificate, and the newest. */
#define LENGTH ((size_t)64)

/* One of those; its octets are its own. */
struct message {
	bool certificate;
	struct bytes spdu;
};

struct sender {
	uint8_t id[CERT_ID_SIZE];
	uint64_t used;	   /* when last heard; 0: free */
	uint32_t reported; /* a bit for each kind */
	uint64_t
	    present; /* when its last message of the present came; Time64 */
	size_t n;
	/* Oldest first, with room for the one that is judged. */
	struct observation seen[LENGTH + 1];
	struct message message[LENGTH + 1];
	/* The last that carried the certificate and is no longer in those. */
	struct bytes full;
};

struct tracks {
	struct sender own;
	uint64_t clock; /* counts messages */
	size_t n;
	struct sender sender[];
};

struct tracks *
tracks_new(size_t senders)
{
	struct tracks *t =
	    calloc(1, sizeof(*t) + senders * sizeof(t->sender[0]));

	if (t != NULL)
		t->n = senders;
	return t;
}

static struct bytes
keep(struct bytes b)
{
	uint8_t *p = malloc(b.n);

	if (p == NULL)
		return BYTES_NONE;
	memcpy(p, b.p, b.n);
	return (struct bytes){p, b.n};
}

static void
drop(struct bytes *b)
{
	free((void *)(uintptr_t)b->p);
	*b = BYTES_NONE;
}

static void
clear(struct sender *s)
{
	for (size_t k = 0; k < s->n; k++)
		drop(&s->message[k].spdu);
	drop(&s->full);
	*s = (struct sender){0};
}

void
tracks_free(struct tracks *t)
{
	if (t == NULL)
		return;
	clear(&t->own);
	for (size_t k = 0; k < t->n; k++)
		clear(&t->sender[k]);
	free(t);
}

/* ---- one sender ---- */

static void
make_room(struct sender *s)
{
	struct message *oldest = &s->message[0];

	if (s->n < LENGTH)
		return;
	if (oldest->certificate) {
		drop(&s->full);
		s->full = oldest->spdu;
	} else {
		drop(&oldest->spdu);
	}
	s->n--;
	memmove(&s->seen[0], &s->seen[1], s->n * sizeof(s->seen[0]));
	memmove(&s->message[0], &s->message[1], s->n * sizeof(s->message[0]));
}

static bool
is_newest(const struct sender *s, const struct heard *h)
{
	return s->n == 0 || h->what.generated > s->seen[s->n - 1].generated;
}

/* There is room. */
static void
append(struct sender *s, const struct heard *h)
{
	struct bytes spdu = keep(h->spdu);

	if (spdu.p == NULL)
		return;
	s->seen[s->n] = h->what;
	s->message[s->n++] = (struct message){h->certificate, spdu};
}

/*
 * The messages that show a suspicion, the newest of them in place n: from the
 * last one that carries the certificate on.  False: there is none, so that
 * nobody else could check them.
 */
static bool
collect(struct misbehavior_report *r, struct arena *arena,
    const struct sender *s, size_t first, size_t last)
{
	struct bytes *v = ARENA_ARRAY(arena, LENGTH + 2, struct bytes);
	size_t start = first;

	if (v == NULL)
		return false;
	while (start > 0 && !s->message[start].certificate)
		start--;
	if (!s->message[start].certificate) {
		if (s->full.p == NULL)
			return false;
		start = first;
		v[r->n++] = s->full;
	}
	for (size_t k = start; k <= last; k++)
		v[r->n++] = s->message[k].spdu;
	r->bsms = v;
	return true;
}

static bool
collect_own(struct misbehavior_report *r, struct arena *arena,
    const struct sender *own, size_t first)
{
	struct bytes *v = ARENA_ARRAY(arena, LENGTH, struct bytes);

	if (v == NULL)
		return false;
	for (size_t k = first; k < own->n; k++)
		v[r->own_n++] = own->message[k].spdu;
	r->own = v;
	return true;
}

/* ---- all senders ---- */

static struct sender *
find(struct tracks *t, const uint8_t id[CERT_ID_SIZE])
{
	struct sender *oldest = &t->sender[0];

	for (size_t k = 0; k < t->n; k++) {
		struct sender *s = &t->sender[k];

		if (s->used != 0 && memcmp(s->id, id, CERT_ID_SIZE) == 0)
			return s;
		if (s->used < oldest->used)
			oldest = s;
	}
	clear(oldest);
	memcpy(oldest->id, id, CERT_ID_SIZE);
	return oldest;
}

void
tracks_own(struct tracks *t, const struct heard *h)
{
	if (h->spdu.n > TRACK_SPDU_MOST)
		return;
	if (memcmp(t->own.id, h->signer, CERT_ID_SIZE) != 0) {
		for (size_t k = 0; k < t->n; k++)
			clear(&t->sender[k]);
		clear(&t->own);
		memcpy(t->own.id, h->signer, CERT_ID_SIZE);
	}
	make_room(&t->own);
	if (is_newest(&t->own, h))
		append(&t->own, h);
}

const struct observation *
tracks_last_own(const struct tracks *t, const uint8_t **signer)
{
	*signer = t->own.id;
	return t->own.n > 0 ? &t->own.seen[t->own.n - 1] : NULL;
}

/* Is there somebody else by whose clock our own is right? */
static bool
clock_agrees(const struct tracks *t, const struct sender *except, uint64_t now)
{
	for (size_t k = 0; k < t->n; k++) {
		const struct sender *s = &t->sender[k];
		double ago = (double)(int64_t)(now - s->present) * 1e-6;

		if (s != except && s->present != 0 && ago >= 0 &&
		    ago <= misbehavior_limit.agreement)
			return true;
	}
	return false;
}

static bool
accuse(struct accusation *out, struct arena *arena, const struct tracks *t,
    struct sender *s, const struct suspicion *suspicion)
{
	const uint32_t bit = 1u << suspicion->kind;

	if ((s->reported & bit) != 0 ||
	    (suspicion->kind == MISBEHAVIOR_STALE &&
		!clock_agrees(t, s, s->seen[s->n].received)))
		return false;
	*out = (struct accusation){
	    .suspicion = *suspicion, .report = {.kind = suspicion->kind}};
	if (!collect(&out->report, arena, s, suspicion->first, s->n))
		return false;
	if (suspicion->needs_own &&
	    !collect_own(&out->report, arena, &t->own, suspicion->own_first))
		return false;
	s->reported |= bit;
	return true;
}

static bool
is_of_the_present(const struct observation *o)
{
	return fabs((double)(int64_t)(o->received - o->generated) * 1e-6) <=
	       misbehavior_limit.present;
}

size_t
tracks_hear(struct tracks *t, struct accusation out[MISBEHAVIOR_KINDS],
    bool *fresh, struct arena *arena, const struct heard *h)
{
	const struct circumstances about = {
	    .region = h->region, .own = t->own.seen, .own_n = t->own.n};
	struct suspicion found[MISBEHAVIOR_KINDS];
	size_t n, accused = 0;
	struct sender *s;

	/* Our own may be sent on by somebody. */
	*fresh = memcmp(h->signer, t->own.id, CERT_ID_SIZE) != 0;
	if (!*fresh || h->spdu.n > TRACK_SPDU_MOST)
		return 0;
	s = find(t, h->signer);
	make_room(s);
	*fresh = is_newest(s, h);
	s->used = ++t->clock;
	s->seen[s->n] = h->what;
	s->message[s->n] = (struct message){h->certificate, h->spdu};
	n = plausibility_check(found, s->seen, s->n + 1, &about);
	for (size_t k = 0; k < n; k++)
		accused += accuse(&out[accused], arena, t, s, &found[k]);
	if (is_of_the_present(&h->what))
		s->present = h->what.received;
	if (*fresh)
		append(s, h);
	return accused;
}
