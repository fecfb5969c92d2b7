/*
 * cmd.h - what the commands of scms-obe share.
 *
 * A command gets its own name as argv[0], parses its options with
 * tool/common/opt.h and returns the exit status of the program.
 */
#ifndef OBE_CMD_H
#define OBE_CMD_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "device/monarch.h"
#include "tool/common/opt.h"

#define COMMAND(suffix, name, arguments, summary) \
	int cmd_##suffix(int argc, char **argv);
#include "tool/obe/command.def"
#undef COMMAND

enum {
	CMD_OK = 0,
	CMD_FAILED = 1,	 /* or: done, but something was refused */
	CMD_PENDING = 2, /* nothing wrong, but not everything is there yet */
	CMD_USAGE = 64
};

/* --clock and --hosts, which every command takes; also MONARCH_CLOCK and
 * MONARCH_HOSTS. */
struct cmd_common {
	const char *clock, *hosts;
};
/* Options of the command (at most 24) and the common ones; then the clock is
 * set. */
enum fault must_check cmd_parse(struct cmd_common *, const struct opt *,
    size_t n, int *argc, char **argv, struct fault_info *);

/* Prints "scms-obe COMMAND: text (FAULT)" to stderr; CMD_FAILED, or CMD_USAGE
 * with the arguments of the command when the fault is FAULT_USAGE. */
int cmd_fault(const char *command, const struct fault_info *);
enum fault must_check cmd_need(
    const void *, const char *what, struct fault_info *);
/* A number from a text that may be in hexadecimal; its end is where it must
 * be. */
enum fault must_check cmd_number(
    uint32_t *, const char *text, const char *what, struct fault_info *);
/* Time32, a date, or Time64 digits; the result is Time64. NULL: 0. */
enum fault must_check cmd_time(
    uint64_t *, const char *text, struct fault_info *);

/* --type; NULL: MONARCH_ANY. */
enum fault must_check cmd_kind(
    enum monarch_kind *, const char *text, struct fault_info *);

/*
 * The device folders that the arguments name: each is one, or holds some,
 * which are then taken by name.  Paths lie in the arena.
 */
enum fault must_check cmd_devices(const char ***out, size_t *n, struct arena *,
    char **argv, int argc, struct fault_info *);

#endif /* OBE_CMD_H */
