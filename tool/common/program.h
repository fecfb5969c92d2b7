/*
 * program.h - a program whose first argument is one of its commands.
 */
#ifndef COMMON_PROGRAM_H
#define COMMON_PROGRAM_H

#include <stddef.h>

#include "base/fault.h"

enum { PROGRAM_OK = 0, PROGRAM_FAILED = 1, PROGRAM_USAGE = 64 };

/* run gets the command's own name as argv[0] and returns the exit status. */
struct command {
	const char *name, *arguments, *summary;
	int (*run)(int argc, char **argv);
};

struct program {
	const char *name;
	const char *help; /* printed after the list of commands */
	const struct command *commands;
	size_t commands_n;
};

/* Runs the command that argv names, or answers --help and --version. */
int program_main(const struct program *, int argc, char **argv);

/* Prints "PROGRAM COMMAND: text (FAULT)" to stderr; PROGRAM_FAILED, or
 * PROGRAM_USAGE with the arguments of the command when it is FAULT_USAGE. */
int program_fault(
    const struct program *, const char *command, const struct fault_info *);

#endif /* COMMON_PROGRAM_H */
