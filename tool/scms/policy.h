/*
 * policy.h - the operator's view of the policies of an environment.
 *
 * A view has three parts: the global policy of the PG; what this RA wants to
 * be stricter for its devices than that (custom); what the RA says of itself
 * (local).  As a text it is a file of lines
 *
 *	local.certsPerIPeriod = 20, 60 from 2027-01-04T09:00:00Z
 *
 * with "-" where a part does not have the parameter.  The draft, DIR/
 * policy.conf, is such a file.
 */
#ifndef SCMS_POLICY_H
#define SCMS_POLICY_H

#include <stdio.h>

#include "cert/policy.h"
#include "cert/trust.h"
#include "tool/scms/part.h"
#include "tool/scms/site.h"

#define POLICY_DRAFT  "policy.conf"
#define POLICY_PARTS  3u
#define POLICY_LOCALS ((size_t)POLICY_KEYS - POLICY_GLOBAL_KEYS)
#define POLICY_LINES  (2 * (size_t)POLICY_GLOBAL_KEYS + POLICY_LOCALS)
#define POLICY_MEMORY ((size_t)32 << 20)
#define POLICY_FILE   ((size_t)1 << 20) /* most octets of one */

/* By enum policy_part; each set has only the keys of its part. */
struct policy_view {
	struct policy_set part[POLICY_PARTS];
};

/* ---- texts (policy_text.c) ---- */

struct policy_line {
	const char *name; /* "global.iPeriod" */
	enum policy_part part;
	enum policy_key key;
	const char *help; /* for whom it is, and what it does */
};
const struct policy_line *policy_line(size_t); /* < POLICY_LINES */
/* By its name; without a part, the part whose it is alone.  FAULT_USAGE. */
enum fault must_check policy_line_find(
    const struct policy_line **, const char *name, struct fault_info *);

/* "-" for an empty one; NULL: no memory. */
const char *policy_series_text(
    struct arena *, enum policy_key, const struct policy_series *);
/* FAULT_CONFIG names the parameter. */
enum fault must_check policy_series_parse(struct policy_series *,
    struct arena *, const struct policy_line *, const char *,
    struct fault_info *);
enum fault must_check policy_view_text(struct bytes *, struct arena *,
    const struct policy_view *, const char *title, struct fault_info *);
enum fault must_check policy_view_parse(struct policy_view *, struct arena *,
    const char *path, struct fault_info *);

/* ---- what there is (policy_read.c) ---- */

struct policy_desk {
	const struct site *site;
	struct arena arena;
	struct trust *trust; /* that of the RA */
	struct policy_file gpf, lpf;
	char gpf_path[PATH_SIZE];
	const char *gpf_name, *lpf_name; /* in force */
	struct policy_view now;		 /* what was published last */
	char draft[PATH_SIZE];
	char exchange[PATH_SIZE]; /* folder for files between programs */
};

/* Reads what is in force; the exchange folder goes away with desk_close. */
enum fault must_check policy_desk_open(
    struct policy_desk *, const struct site *, struct fault_info *);
void policy_desk_close(struct policy_desk *);
/* Runs a command of a component's own program in its folder; pairs of option
 * and value, NULL at the end. */
enum fault must_check policy_desk_run(struct policy_desk *, enum part_id,
    const char *command, const char *const *options, struct fault_info *);
/* A file in the exchange folder. */
const char *policy_desk_path(struct policy_desk *, const char *name);
/* A version that was published: "2", "2_3" (hexadecimal, as in file names), or
 * the name of a file of it.  FAULT_NOT_FOUND. */
enum fault must_check policy_desk_version(struct policy_desk *,
    struct policy_file *, const char **name, const char *version,
    struct fault_info *);

/* ---- what changes (policy_diff.c) ---- */

/* In words; false: nothing changes from now on. */
bool policy_diff(FILE *, struct policy_desk *, const struct policy_view *to);
/* Would it all be accepted?  DENIED names the value. */
enum fault must_check policy_check(
    struct policy_desk *, const struct policy_view *to, struct fault_info *);

/* ---- publication (policy_publish.c) ---- */

/* Makes the next versions and has the RA publish its own. */
enum fault must_check policy_publish(
    struct policy_desk *, const struct policy_view *to, struct fault_info *);

#endif /* SCMS_POLICY_H */
