/*
 * eca.h - the enrollment CA: what its files share.
 *
 * A request goes this way: the same octets as before get the stored answer;
 * else it is opened (form, signer "self", proof of possession over the octets
 * received), judged (policy.h), its key must be new; then the certificate is
 * made, the answer signed and stored, and only then sent.  Requests run in
 * parallel; those that are ready at the same time share a commit.
 */
#ifndef ECA_ECA_H
#define ECA_ECA_H

#include <pthread.h>
#include <stdatomic.h>

#include "audit/audit.h"
#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "http/server.h"
#include "keys/component.h"
#include "role/eca/policy.h"
#include "role/eca/store.h"
#include "service/environment.h"
#include "store/db.h"

/* A record on its way into the database. */
struct eca_commit {
	struct eca_record *record; /* answer: that of before, if repeated */
	struct arena *arena;
	struct eca_commit *next;
	bool done, repeated;
	int64_t number;
	enum fault fault;
	struct fault_info info;
};

struct eca_commits {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct eca_commit *waiting;
	bool busy; /* somebody commits */
};

struct eca {
	struct component self;
	const struct scalar *scalar; /* of the signing key: ECQV needs it */
	struct eca_policy policy;
	const char *ra;		 /* its name: it brings requests for */
	uint32_t rollover_ahead; /* successors, that begin so much later */
	struct audit *audit;
	pthread_mutex_t lock; /* of db */
	struct db *db;
	struct eca_commits commits;
	struct http_route route;
	atomic_uint_fast64_t granted, repeated, refused;
};

#define ECA_REQUEST_MAX 16384u

/* Keys and certificates of folder, policy of the environment, database
 * folder/data/eca.db.  The borrowed structures must outlive it. */
enum fault must_check eca_open(struct eca **, const char *folder,
    const struct environment *, struct audit *, struct fault_info *);
void eca_close(struct eca *);

/*
 * The answer to a request, in arena memory, stored.  client is recorded.
 * FAULT_DENIED with *error: refused; FAULT_DUPLICATE with *error: the key was
 * certified before; any other fault: eca_internal_server_error, nothing
 * granted, may be sent again.
 */
enum fault must_check eca_enroll(struct eca *, struct bytes *answer,
    eca_end_entity_error *error, struct arena *, struct bytes request,
    const char *client, uint32_t now, struct fault_info *);

/* Opens and judges; see policy.h for the faults. */
enum fault must_check eca_request_open(struct eca_grant *,
    eca_end_entity_error *error, struct arena *, struct bytes request,
    struct trust *, const struct eca_policy *, uint32_t now,
    struct fault_info *);
/* Certificate and signed answer. */
enum fault must_check eca_issue(struct bytes *answer, struct arena *,
    const struct eca *, const struct eca_grant *, struct bytes request,
    struct fault_info *);

/* Makes a record durable, together with all that wait for it.  repeated: the
 * request had been granted before.  FAULT_DUPLICATE: the key had. */
enum fault must_check eca_commit(
    struct eca *, struct eca_commit *, struct fault_info *);

/* The handler of POST /enrollment-certificate-request. */
http_handler eca_handle_request;

#endif /* ECA_ECA_H */
