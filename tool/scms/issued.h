/* issued.h - certificates of a PCA, as its audit log has them. */
#ifndef SCMS_ISSUED_H
#define SCMS_ISSUED_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum issued_kind { ISSUED_PSEUDONYM, ISSUED_AUTH, ISSUED_KINDS };

/* Lines of event issue; zero before the first. */
struct issued {
	struct issued_line *v; /* malloc */
	size_t n, room;
	size_t unknown; /* lines that say something else */
};

/* text: "kind=... batch=... count=... hpcrs=...". */
void issued_add(struct issued *, struct bytes text);
/* How many of each kind; a batch that was begun more than once (a crash came
 * between its line and its records) counts once. */
void issued_sum(struct issued *, int64_t out[ISSUED_KINDS]);
void issued_free(struct issued *);

#endif /* SCMS_ISSUED_H */
