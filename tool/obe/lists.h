/* lists.h - revocation lists in words. */
#ifndef OBE_LISTS_H
#define OBE_LISTS_H

#include "device/monarch.h"

#define LISTS_LINE 512

/* "series 1 of 2026-11-22, next 2026-11-29, 3 entries; series 2 ...", or
 * "no list". */
void lists_line(char out[LISTS_LINE], const struct monarch_lists *);
/* One. */
void list_text(char out[LISTS_LINE], const struct monarch_list *);

#endif /* OBE_LISTS_H */
