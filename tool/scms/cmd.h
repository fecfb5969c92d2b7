/*
 * cmd.h - what the commands of scms share.
 *
 * A command gets its own name as argv[0], parses its options with opt.h and
 * returns the exit status of the program.
 */
#ifndef SCMS_CMD_H
#define SCMS_CMD_H

#include <stddef.h>

#include "base/fault.h"

#define COMMAND(suffix, name, arguments, summary) \
	int cmd_##suffix(int argc, char **argv);
#include "tool/scms/command.def"
#undef COMMAND

enum {
	CMD_OK = 0,
	CMD_FAILED = 1, /* or: done, but something was refused */
	CMD_USAGE = 64
};

/* Prints "scms COMMAND: text (FAULT)" to stderr; CMD_FAILED, or CMD_USAGE with
 * the arguments of the command when the fault is FAULT_USAGE. */
int cmd_fault(const char *command, const struct fault_info *);
/* Checks that n positional arguments were left, whose names (for the message)
 * are in what. */
enum fault must_check cmd_need(
    int argc, int n, const char *what, struct fault_info *);

#endif /* SCMS_CMD_H */
