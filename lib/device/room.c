/* room.c - how much a device with little storage may still take. */
#include "device/room.h"
#include "device/place.h"

#define ARENA_LIMIT (64u << 20)
#define WEEK_LIMIT  (2u << 20)
/* The least that a file with one certificate takes. */
#define WEEK_LEAST 190

static uint64_t
less(uint64_t from, uint64_t n)
{
	if (from == UINT64_MAX)
		return from;
	return from > n ? from - n : 0;
}

static uint64_t
more(uint64_t to, uint64_t n)
{
	return to == UINT64_MAX ? to : to + n;
}

static void
take(struct room *room, const struct week *w)
{
	if (w->n == 0)
		return;
	room->certificates = less(room->certificates, w->n);
	room->octets = less(room->octets, week_size(w));
}

static void
give_back(struct room *room, const struct week *w)
{
	room->certificates = more(room->certificates, w->n);
	room->octets = more(room->octets, week_size(w));
}

static enum fault
take_store(struct room *room, const struct folder *store, struct fault_info *fi)
{
	struct arena list = arena_new(ARENA_LIMIT);
	struct arena one = arena_new(WEEK_LIMIT);
	uint32_t *i;
	size_t n;
	enum fault fault = week_list(&i, &n, &list, store, fi);
	struct week w;

	for (size_t k = 0; k < n && fault == FAULT_OK; k++) {
		arena_reset(&one);
		if (week_read(&w, &one, store, i[k], NULL) != FAULT_OK)
			continue;
		take(room, &w);
	}
	arena_free(&one);
	arena_free(&list);
	return fault;
}

enum fault
room_open(struct room *room, const struct monarch_device *d,
    const struct monarch_download_terms *terms, struct fault_info *fi)
{
	struct folder place, store;

	room->certificates = terms->most_certificates == 0
				 ? UINT64_MAX
				 : terms->most_certificates;
	room->octets =
	    terms->most_octets == 0 ? UINT64_MAX : terms->most_octets;
	if (!room_is_limited(room))
		return FAULT_OK;
	for (unsigned n = 0; n < place_count(&d->folder); n++)
		for (unsigned k = MONARCH_PSEUDONYM; k < MONARCH_KINDS; k++) {
			place_number(&place, &d->folder, n);
			place_kind(&store, &place, (enum monarch_kind)k);
			TRY(take_store(room, &store, fi));
		}
	return FAULT_OK;
}

bool
room_is_limited(const struct room *room)
{
	return room->certificates != UINT64_MAX || room->octets != UINT64_MAX;
}

bool
room_is_left(const struct room *room)
{
	return room->certificates > 0 && room->octets >= WEEK_LEAST;
}

void
room_take(struct room *room, struct week *w, const struct folder *store)
{
	struct arena one = arena_new(WEEK_LIMIT);
	struct week former = {0};

	if (!room_is_limited(room))
		return;
	if (week_read(&former, &one, store, w->i, NULL) == FAULT_OK)
		give_back(room, &former);
	while (w->n > 0 &&
	       (w->n > room->certificates || week_size(w) > room->octets)) {
		w->n--;
		w->complete = false;
	}
	if (w->n <= former.n && !w->complete)
		w->n = 0; /* what is there is as good */
	take(room, w->n > 0 ? w : &former);
	arena_free(&one);
}
