/* store.h - the database of the CRL generator: folder/data/crlg.db. */
#ifndef CRLG_STORE_H
#define CRLG_STORE_H

#include <stdint.h>

#include "store/db.h"

enum statement {
#define STATEMENT(name, sql) DO_##name,
#include "role/crlg/sql.def"
#undef STATEMENT
	STATEMENTS
};

extern const struct db_schema crlg_schema;

struct crlg_state {
	int64_t asked;	       /* reasons to make a composite, so far ... */
	int64_t made;	       /* ... and those that the latest one met */
	int64_t number;	       /* of the latest composite; 0: there is none */
	int64_t pushed;	       /* of the latest that the CRL store has */
	uint32_t issued, next; /* Time32, of the latest */
	uint32_t i;	       /* iRev of the latest */
	uint32_t index_within_i;
};

enum fault must_check crlg_state_read(
    struct crlg_state *, struct db *, struct fault_info *);

#endif /* CRLG_STORE_H */
