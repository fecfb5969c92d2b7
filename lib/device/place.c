/* place.c - where the things of an enrollment certificate are. */
#include <stdio.h>

#include "cert/cert.h"
#include "device/kind.h"
#include "device/place.h"

#define ENROLLMENT_ROOM (64u << 10) /* to look at one certificate */

void
place_number(struct folder *out, const struct folder *f, unsigned n)
{
	char name[32];

	if (n == 0) {
		folder_within(out, f, NULL);
		return;
	}
	snprintf(name, sizeof(name), "successor-%u", n);
	folder_within(out, f, name);
}

unsigned
place_count(const struct folder *f)
{
	struct folder place;
	unsigned n = 1;

	for (; n < PLACES_MOST; n++) {
		place_number(&place, f, n);
		if (!folder_has(&place, FOLDER_ENROLLMENT))
			break;
	}
	return n;
}

/* Has the enrollment certificate of a place begun? */
static bool
has_begun(const struct folder *place, uint32_t now)
{
	struct arena arena = arena_new(ENROLLMENT_ROOM);
	struct bytes file;
	struct cert *cert;
	bool begun;

	begun = folder_read(&file, &arena, place, FOLDER_ENROLLMENT, NULL) ==
		    FAULT_OK &&
		cert_load(&cert, &arena, file, NULL) == FAULT_OK &&
		cert->start <= now;
	arena_free(&arena);
	return begun;
}

unsigned
place_in_use(struct folder *out, const struct folder *f, uint32_t now)
{
	unsigned n = place_count(f);

	do
		place_number(out, f, --n);
	while (n > 0 && !has_begun(out, now));
	return n;
}

void
place_kind(
    struct folder *out, const struct folder *place, enum monarch_kind kind)
{
	folder_within(out, place, kind_of(kind)->folder);
}
