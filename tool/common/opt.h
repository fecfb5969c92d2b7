/*
 * opt.h - options of a command, from a table.
 *
 * "--name value" and "--name=value" in any order with the positional
 * arguments; "--" ends the options.
 */
#ifndef COMMON_OPT_H
#define COMMON_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

enum opt_kind {
	OPT_FLAG,   /* bool */
	OPT_TEXT,   /* const char *; the last one counts */
	OPT_NUMBER, /* int64_t; decimal or 0x, with sign */
	OPT_LIST    /* struct opt_list; each use adds one */
};

#define OPT_LIST_MAX 64

struct opt_list {
	const char *v[OPT_LIST_MAX];
	size_t n;
};

struct opt {
	const char *name; /* without "--" */
	enum opt_kind kind;
	void *out;
};

/* Moves the positional arguments to the front of argv (argv[0], the name of
 * the command, is dropped) and sets *argc to their number.  FAULT_USAGE names
 * what is wrong. */
enum fault must_check opt_parse(
    const struct opt *, size_t n, int *argc, char **argv, struct fault_info *);

/* A whole number, decimal or 0x; false if anything else is in the text. */
bool must_check opt_number(int64_t *out, const char *);

#endif /* COMMON_OPT_H */
