/* lists.c - see lists.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/time32.h"
#include "tool/obe/lists.h"

void
list_text(char out[LISTS_LINE], const struct monarch_list *l)
{
	char issued[TIME32_TEXT], next[TIME32_TEXT];

	time32_text(issued, l->issued);
	time32_text(next, l->next);
	snprintf(out, LISTS_LINE,
	    "series %" PRIu32 " of %s, next %.10s, %" PRIu32 " entr%s",
	    l->series, issued, next, l->entries, l->entries == 1 ? "y" : "ies");
}

void
lists_line(char out[LISTS_LINE], const struct monarch_lists *l)
{
	char one[LISTS_LINE];
	size_t n = 0;

	snprintf(out, LISTS_LINE, "no list");
	for (size_t k = 0; k < l->n && n < LISTS_LINE; k++) {
		list_text(one, &l->list[k]);
		n += (size_t)snprintf(out + n, LISTS_LINE - n, "%s%.100s",
		    k == 0 ? "" : "; ", one);
	}
}
