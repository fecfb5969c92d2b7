/*
 * component.h - components that are added, renewed and retired (UC11.1).
 *
 * What a command decides is laid out as one change (change.h): keys,
 * certificates, chain files with new versions, what the peers know, settings,
 * a record.  Carrying it out stops those who get new keys, writes the files,
 * lets the others read them, has LAs and PCAs agree on keys, and starts
 * whoever ran before.
 */
#ifndef SCMS_COMPONENT_H
#define SCMS_COMPONENT_H

#include "cert/chains.h"
#include "tool/scms/ceremony.h"
#include "tool/scms/change.h"
#include "tool/scms/part.h"
#include "tool/scms/site.h"

enum component_verb { COMPONENT_ADD, COMPONENT_RENEW, COMPONENT_RETIRE };

/* ---- decisions (component_plan.c) ---- */

struct component_plan {
	enum component_verb verb;
	/* Whom the command names; ACTOR_COUNT: one that has no certificate but
	 * that of TLS. */
	enum actor_id actor;
	const char *tls;	  /* its folder then; else NULL */
	bool is_new[ACTOR_COUNT]; /* gets keys and a certificate */
};

/* By the name of the folder, as in "pca2", "ica", "root"; any letter case.
 * FAULT_USAGE names those that there are. */
enum fault must_check component_find(
    struct component_plan *, const char *name, struct fault_info *);
/* Whom component_find found; there[i]: the component is in the environment.
 * FAULT_DENIED, _EXISTS, _NOT_FOUND say why it cannot be done. */
enum fault must_check component_decide(struct component_plan *,
    enum component_verb, const bool there[ACTOR_COUNT], struct fault_info *);
/* "renew pca2" */
void component_words(char out[64], const struct component_plan *);
/* "name = value" in the text of a component.conf, replaced or appended. */
enum fault must_check component_set_line(struct bytes *out, struct arena *,
    struct bytes text, const char *key, const char *value, struct fault_info *);
/* hosts without the lines of name; and with one, unless address is NULL. */
enum fault must_check component_set_host(struct bytes *out, struct arena *,
    struct bytes text, const char *name, const char *address,
    struct fault_info *);

/* ---- laying out (component_stage.c) ---- */

struct component_job {
	const struct site *site;
	const char *offline;
	struct ceremony c; /* dir: what is laid out; actors as they will be */
	struct component_plan plan;
	bool there[ACTOR_COUNT];
	struct bytes former[ACTOR_COUNT]; /* certificates that are replaced */
	struct change change;
	char record[PATH_SIZE]; /* the file of c.record */
};

/* Reads the environment: who is there and with which certificates.  To be
 * closed in any case. */
enum fault must_check component_open(struct component_job *,
    const struct site *, const char *offline, struct fault_info *);
void component_close(struct component_job *);
/* Lays everything out by the plan, and commits. */
enum fault must_check component_stage(
    struct component_job *, const struct passphrase *, struct fault_info *);
/* component_crl.c: what a new root means for CRLs. */
enum fault must_check component_crl(
    struct component_job *, struct fault_info *);
/* component_announce.c: chain files; what peers know and trust. */
enum fault must_check component_announce(
    struct component_job *, struct fault_info *);
/* The same, chain files alone: those that follow the ones in force. */
enum fault must_check component_chain_files(
    struct component_job *, struct chains_update *, struct fault_info *);
/* Begins the record of a change, "changes/0003/<words>.txt". */
enum fault must_check component_record(
    struct component_job *, const char *words, struct fault_info *);
/* It is complete: with its hash, it goes into the operator's audit log. */
enum fault must_check component_record_end(
    struct component_job *, const char *words, struct fault_info *);
/* The offline folder of a site, or the one named (NULL: the usual), absolute.
 * NOT_FOUND. */
enum fault must_check component_offline(char out[PATH_SIZE],
    const struct site *, const char *named, struct fault_info *);

/* ---- carrying out (component_finish.c) ---- */

/* Finishes a pending change, if there is one. */
enum fault must_check component_finish(
    const struct site *, struct fault_info *);

#endif /* SCMS_COMPONENT_H */
