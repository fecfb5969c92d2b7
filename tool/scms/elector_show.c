/* elector_show.c - scms elector show: who is in force, who was removed. */
#include <stdio.h>

#include "base/time32.h"
#include "tool/scms/elector.h"

static void
show(struct arena *arena, const char *what, const struct cert *cert,
    const struct anchors *a)
{
	char id[2 * CERT_ID_SIZE + 1], from[TIME32_TEXT], end[TIME32_TEXT];
	uint32_t since;

	hex_encode(id, cert->id, CERT_ID_SIZE);
	time32_text(end, cert->end);
	printf("%-8s %s  until %s  %s", what, id, end, cert_name(arena, cert));
	if (anchors_is_removed(a, cert, &since)) {
		time32_text(from, since);
		printf(
		    "  (removed since %s; nothing has taken its place)", from);
	}
	putchar('\n');
}

enum fault
elector_show(
    const struct site *site, struct arena *arena, struct fault_info *fi)
{
	char id[2 * CERT_ID_SIZE + 1], from[TIME32_TEXT];
	struct electors e;
	const struct anchors *a = &e.anchors;

	TRY(electors_read(&e, arena, site, fi));
	for (size_t k = 0; k < a->roots; k++)
		show(arena, "root", a->root[k], a);
	for (size_t k = 0; k < a->electors; k++)
		show(arena, "elector", a->elector[k], a);
	for (size_t k = 0; k < a->removed_n; k++) {
		const struct anchors_removed *r = &a->removed[k];

		hex_encode(
		    id, r->hash.b + SHA256_SIZE - CERT_ID_SIZE, CERT_ID_SIZE);
		time32_text(from, r->from);
		printf("removed  %s  since %s\n", id, from);
	}
	printf("quorum   %d of %zu\n", QUORUM, a->electors);
	return FAULT_OK;
}
