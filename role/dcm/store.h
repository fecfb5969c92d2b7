/* store.h - the devices that a DCM has bootstrapped. */
#ifndef DCM_STORE_H
#define DCM_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "crypto/hash.h"
#include "store/db.h"

enum statement {
#define STATEMENT(name, sql) DO_##name,
#include "role/dcm/sql.def"
#undef STATEMENT
	STATEMENTS
};

extern const struct db_schema dcm_schema;

enum dcm_state {
	DCM_ASKED,   /* the ECA may have granted it */
	DCM_DONE,    /* enrolled; the answer can be given again */
	DCM_RELEASED /* its enrollment is blocked, or was never answered (ends
			is 0): the serial number is free */
};

/* One enrollment of a device. */
struct dcm_device {
	int64_t number; /* 0: none */
	const char *serial, *type, *who, *method;
	struct digest request; /* of csr */
	struct bytes csr;
	enum dcm_state state;
	uint8_t enrollment[8];
	uint32_t ends, done; /* Time32 */
	struct bytes answer; /* none: a key was injected, or it is released */
};

/* The latest of this serial number that was not dropped unanswered; number 0:
 * there is none. */
enum fault must_check dcm_store_find(struct dcm_device *, struct db *,
    struct arena *, const char *serial, struct fault_info *);
/* The one with this request. */
enum fault must_check dcm_store_find_request(struct dcm_device *, struct db *,
    struct arena *, const struct digest *, struct fault_info *);
/* A new one in DCM_ASKED; sets its number. */
enum fault must_check dcm_store_ask(
    struct db *, struct dcm_device *, uint32_t now, struct fault_info *);

#endif /* DCM_STORE_H */
