/* store.h - the enrollments that the ECA has granted. */
#ifndef ECA_STORE_H
#define ECA_STORE_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "crypto/hash.h"
#include "store/db.h"

struct eca_record {
	struct digest request; /* SHA-256 of the request's octets */
	struct digest key;     /* SHA-256 of its compressed public key */
	struct bytes answer;
	const char *client; /* who brought it */
	uint32_t issued;    /* Time32 */
};

enum fault must_check eca_store_open(
    struct db **, const char *path, struct fault_info *);
/* The answer to a request that was granted before; FAULT_NOT_FOUND. */
enum fault must_check eca_store_answer(struct db *, struct bytes *answer,
    struct arena *, const struct digest *request, struct fault_info *);
/* FAULT_DUPLICATE: another request has this key. */
enum fault must_check eca_store_check_key(
    struct db *, const struct digest *key, struct fault_info *);
/* *number counts enrollments, for the log. */
enum fault must_check eca_store_add(struct db *, int64_t *number,
    const struct eca_record *, struct fault_info *);
enum fault must_check eca_store_count(
    struct db *, int64_t *, struct fault_info *);

#endif /* ECA_STORE_H */
