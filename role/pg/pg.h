/* pg.h - the policy generator: what its files share. */
#ifndef PG_PG_H
#define PG_PG_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "base/file.h"
#include "cert/policy.h"
#include "http/server.h"
#include "keys/component.h"
#include "schema/scms_errors.h"
#include "service/service.h"

struct pg {
	struct component self;
	struct audit *audit;	/* borrowed */
	char dir[PATH_SIZE];	/* of the component */
	char folder[PATH_SIZE]; /* of the files */
	atomic_uint_fast64_t signatures, refused, downloads;
};

#define PG_REQUEST_MAX 65536u
#define PG_FILE_MAX    (1u << 20)

/* Names of files begin so. */
#define PG_POLICY "global_policy_"
#define PG_CHAINS "global_certificate_chains_"

/* Loads everything and verifies the global policy. */
enum fault must_check pg_open(
    struct pg **, const char *folder, struct audit *, struct fault_info *);
void pg_close(struct pg *);

/* The file in force: last of its kind by name.  *name is in the arena. */
enum fault must_check pg_global_policy(struct pg *, struct bytes *out,
    const char **name, struct arena *, struct fault_info *);
enum fault must_check pg_chain_file(struct pg *, struct bytes *out,
    const char **name, struct arena *, struct fault_info *);

/*
 * The reply to an encoded ScopedRaPgPolicySignatureRequest of the RA named
 * peer; a refusal is a reply, too: then FAULT_DENIED with the reason.
 * Another fault: no reply can be made.
 */
enum fault must_check pg_sign_policy(struct pg *, struct bytes *reply,
    struct arena *, struct bytes request, const char *peer, uint32_t now,
    struct fault_info *);

/*
 * Makes the next global policy of a ToBeSignedPolicyData: its values (the
 * number of the chain file excepted, which is that of the newest one) with the
 * next version number.  *name is that of the policy in force then: the former
 * one if the values are the same.  DENIED names a value.
 */
enum fault must_check pg_make_policy(struct pg *, const char **name,
    struct arena *, struct bytes tbs, uint64_t now, struct fault_info *);

/* The same with the values in force: a next version where the newest chain
 * file, or our certificate, is another than the one it was made with. */
enum fault must_check pg_renew_policy(
    struct pg *, uint64_t now, struct fault_info *);

/*
 * Makes the next global chain file without what was revoked or removed since,
 * or has ended, if there is any, and the policy that names it.  A PG that is
 * itself revoked changes nothing.
 */
enum fault must_check pg_purge(struct pg *, struct fault_info *);

/* The commands of the operator's tool: policies, without a network. */
int pg_command_make(struct service *, int argc, char **argv);
int pg_command_sign(struct service *, int argc, char **argv);

http_handler pg_handle_policy, pg_handle_chains, pg_handle_sign;

#endif /* PG_PG_H */
