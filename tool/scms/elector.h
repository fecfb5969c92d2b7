/*
 * elector.h - the commands scms elector ...: ballots on roots and electors
 * (use-cases.md 11, 14.9).
 */
#ifndef SCMS_ELECTOR_H
#define SCMS_ELECTOR_H

#include "tool/common/opt.h"
#include "tool/scms/component.h"
#include "tool/scms/electors.h"
#include "tool/scms/passphrase.h"

/* What was given on the command line behind the verb. */
struct elector_request {
	int argc; /* without options */
	char **argv;
	struct opt_list offline;
	const char *passphrase_file, *out;
	enum endorsement kind; /* of add-root and the like */
};

/* ---- without an environment (elector_sign.c) ---- */

/* endorse WHAT CERT --offline FOLDER --out FILE: one elector signs. */
enum fault must_check elector_endorse(
    struct elector_request *, struct fault_info *);
/* ballot CERT ENDORSEMENT... --out FILE */
enum fault must_check elector_ballot(
    struct elector_request *, struct fault_info *);

/* ---- in an environment ---- */

/* One that a change is made of; everything in job's arena. */
struct elector_change {
	enum endorsement kind;
	struct bytes ballot;
	struct cert *subject;
	/* Of an elector that is new: its file "elector4", and what it says of
	 * the roots in force. */
	const char *name;
	struct bytes on_root[ROOTS_MOST];
	size_t on_roots;
};

/*
 * elector_judge.c: would the ballot do what it says?  Sets kind and subject.
 * NO_QUORUM, EXISTS, NOT_FOUND, EXPIRED, WRONG_PROFILE; DENIED: there is no
 * room, it was removed before, too few would be left.
 */
enum fault must_check elector_judge(struct elector_change *,
    const struct electors *, struct arena *, uint32_t now, struct fault_info *);
/* The same for what shall be voted on. */
enum fault must_check elector_judge_subject(const struct electors *,
    enum endorsement, struct cert *subject, struct arena *, uint32_t now,
    struct fault_info *);
/* DENIED: there is no room for another elector. */
enum fault must_check elector_room(
    const struct electors *, struct fault_info *);
/* A certificate: a file, "root" or "elector2", or the HashedId8 of one that is
 * in force. */
enum fault must_check elector_find(struct cert **, const struct electors *,
    const struct site *, const char *name, struct fault_info *);

/* elector_publish.c: lays the change out (the caller has begun it), commits and
 * carries it out: what adds goes into the chain files, what removes to the
 * CRLG. */
enum fault must_check elector_publish(struct component_job *,
    const struct electors *, const struct elector_change *,
    struct fault_info *);
/* elector_make.c: keys and certificate of a new one, laid out in the offline
 * folder, and its votes for the roots in force. */
enum fault must_check elector_make(struct elector_change *,
    struct component_job *, const struct electors *, struct fault_info *);
/* elector_show.c */
enum fault must_check elector_show(
    const struct site *, struct arena *, struct fault_info *);

#endif /* SCMS_ELECTOR_H */
