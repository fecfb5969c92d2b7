/* inquiry_int.h - between inquiry.c and serve.c. */
#ifndef INQUIRY_INQUIRY_INT_H
#define INQUIRY_INQUIRY_INT_H

#include <stdatomic.h>

#include "inquiry/inquiry.h"

struct inquiry {
	struct inquiry_conf conf;
	char *ma, *folder;
	struct ledger *ledger;
	atomic_uint_fast64_t counted, refused; /* since the start */
};

/* A refusal that cannot be written down is one all the same. */
void inquiry_write_refusal(
    struct inquiry *, enum inquiry_kind, const char *why, enum fault);

#endif /* INQUIRY_INQUIRY_INT_H */
