/*
 * policy_make.h - our local policy file: made of the GPF and of what the
 * operator of this RA wants, with the PG's signature on the custom part.
 *
 * In data/policy, all versions stay (versions.h):
 *	global_policy_*.oer	as the PG gave them
 *	local_policy_*.oer	as they were published
 *	wishes			what the operator wants of the RA
 * The LPF in force is the file that is published (ra_conf.def).
 */
#ifndef RA_POLICY_MAKE_H
#define RA_POLICY_MAKE_H

#include "cert/policy.h"
#include "role/ra/ra.h"
#include "service/versions.h"

#define POLICY_FOLDER  "policy" /* in data */
#define POLICY_GPF     "global_policy_"
#define POLICY_LPF     "local_policy_"
#define POLICY_MEMORY  ((size_t)32 << 20)
#define POLICY_LIMIT   ((size_t)1 << 20) /* of a file */
#define POLICY_SECONDS 1000000u		 /* Time64 per second */

/* What an LPF is made of. */
struct policy_input {
	struct policy_file gpf;
	struct bytes gpf_file;
	/* What differs from the GPF; the whole local part. */
	struct policy_set custom, local;
};

/* The version in an id; 0: not ours. */
uint32_t policy_version(const struct policy_head *);
/* DIR/ra/data/policy */
void policy_folder(const struct ra *, char out[PATH_SIZE]);

/* The LPF that is published, verified; NOT_FOUND. */
enum fault must_check policy_current(
    struct policy_file *, struct ra *, struct arena *, struct fault_info *);
/* What the operator wants: custom and local become set, gpf does not. */
enum fault must_check policy_wishes(
    struct policy_input *, struct ra *, struct arena *, struct fault_info *);
/* The newest GPF at hand and the stored wishes; without any, those that the
 * LPF in force shows.  NOT_FOUND: no GPF, or nothing that shows wishes. */
enum fault must_check policy_stored(
    struct policy_input *, struct ra *, struct arena *, struct fault_info *);
/* Keeps a GPF that is newer than the one at hand.  DENIED: it is older. */
enum fault must_check policy_keep_gpf(struct ra *, struct arena *,
    struct bytes file, const char *who, struct fault_info *);
/* Would an LPF made of this be another than the one in force, or be signed with
 * newer certificates of ours or the PG? */
bool policy_is_needed(const struct ra *, const struct policy_input *,
    const struct policy_file *current);

/* The request to the PG.  DENIED names a value that nobody would sign. */
enum fault must_check policy_request(struct ra *, struct bytes *request,
    struct arena *, const struct policy_input *, uint64_t now,
    struct fault_info *);
/*
 * Takes the PG's reply: checks it, makes the LPF, keeps it and the wishes, and
 * publishes it.  *name: of the LPF.  DENIED: the PG refuses, or it signed
 * something else.
 */
enum fault must_check policy_install(struct ra *, const char **name,
    struct arena *, const struct policy_input *, struct bytes reply,
    uint64_t now, const char *who, struct fault_info *);

#endif /* RA_POLICY_MAKE_H */
