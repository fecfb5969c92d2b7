/* main.c - scms, the tool of the operator of an SCMS. */
#include "tool/common/program.h"
#include "tool/scms/cmd.h"

static const struct command commands[] = {
#define COMMAND(suffix, name, arguments, summary) \
	{name, arguments, summary, cmd_##suffix},
#include "tool/scms/command.def"
#undef COMMAND
};

static const struct program scms = {
    .name = "scms",
    .help = "scms COMMAND --help shows the arguments; scms(1) explains.\n",
    .commands = commands,
    .commands_n = sizeof(commands) / sizeof(commands[0]),
};

int
cmd_fault(const char *command, const struct fault_info *fi)
{
	return program_fault(&scms, command, fi);
}

enum fault
cmd_need(int argc, int n, const char *what, struct fault_info *fi)
{
	if (argc == n)
		return FAULT_OK;
	return fault_set(fi, FAULT_USAGE,
	    argc < n ? "%s needed" : "too many arguments, only %s needed",
	    what);
}

int
main(int argc, char **argv)
{
	return program_main(&scms, argc, argv);
}
