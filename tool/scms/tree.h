/* tree.h - a folder and everything in it. */
#ifndef SCMS_TREE_H
#define SCMS_TREE_H

#include <stdbool.h>

#include "base/fault.h"

struct tree_entry {
	const char *path; /* as the root was given */
	const char *name; /* below the root, such as "ra/cert.oer" */
	bool is_folder;
};

/* false: leave this folder's contents out. */
typedef enum fault tree_visit(
    void *ctx, const struct tree_entry *, bool *enter, struct fault_info *);

/* Visits folders before their contents, names in order, the root left out.
 * Anything but files and folders is FAULT_DENIED. */
enum fault must_check tree_walk(
    const char *root, tree_visit *, void *ctx, struct fault_info *);
/* Removes root and all below it, as far as possible; fine if it is absent. */
enum fault must_check tree_remove(const char *root, struct fault_info *);

#endif /* SCMS_TREE_H */
