/*
 * change.h - a change of many files of an environment that happens as a whole
 * or not at all.
 *
 * Everything is laid out in DIR/change.new: below files/ what is to be written,
 * under its final name; in remove the names of what is to go; in other files
 * (notes) what the caller wants to remember.  Renaming the folder to DIR/change
 * is the moment at which the change happens.  From then on it is carried out
 * as often as it takes: each step may be done again after a crash.
 *
 * Names that begin with offline/ are those of the offline folder, which may
 * be anywhere.
 */
#ifndef SCMS_CHANGE_H
#define SCMS_CHANGE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "base/file.h"

struct change {
	char dir[PATH_SIZE];   /* of the environment, absolute */
	char files[PATH_SIZE]; /* of what is to be written */
};

/* Was one committed that is not finished? */
bool change_is_pending(const char *dir);

/* Begins; one that was left before its commit is removed.  FAULT_BUSY: one is
 * pending. */
enum fault must_check change_begin(
    struct change *, const char *dir, const char *offline, struct fault_info *);
/* Writes name below files, and the folders on the way. */
enum fault must_check change_write(struct change *, const char *name,
    struct bytes, mode_t, struct fault_info *);
/* Makes a folder below files, and those on the way. */
enum fault must_check change_folder(
    struct change *, const char *name, struct fault_info *);
/* name is removed when the change happens; fine if it is not there then. */
enum fault must_check change_remove(
    struct change *, const char *name, struct fault_info *);
/* A line for later, in a list; read back by change_each_note. */
enum fault must_check change_note(
    struct change *, const char *list, const char *line, struct fault_info *);
enum fault must_check change_commit(struct change *, struct fault_info *);
/* Removes what was laid out. */
void change_abandon(struct change *);

/* Of the pending one: calls f for each line of a list; none is fine. */
typedef enum fault
change_line(void *ctx, const char *line, struct fault_info *);
enum fault must_check change_each_note(const char *dir, const char *list,
    change_line *f, void *ctx, struct fault_info *);
/* Writes and removes all files.  FAULT_NOT_FOUND: the offline folder is needed
 * and is not where it was. */
enum fault must_check change_carry_out(const char *dir, struct fault_info *);
/* All is done: nothing is pending any more. */
enum fault must_check change_end(const char *dir, struct fault_info *);

#endif /* SCMS_CHANGE_H */
