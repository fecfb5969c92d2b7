/* main.c - scms, the tool of the operator of an SCMS. */
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "tool/scms/cmd.h"

struct command {
	const char *name, *arguments, *summary;
	int (*run)(int argc, char **argv);
};

static const struct command commands[] = {
#define COMMAND(suffix, name, arguments, summary) \
	{name, arguments, summary, cmd_##suffix},
#include "tool/scms/command.def"
#undef COMMAND
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static const struct command *
find(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static int
usage(FILE *out, int status)
{
	fputs("usage: scms COMMAND ...\n\n", out);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(
		    out, "  %-9s %s\n", commands[i].name, commands[i].summary);
	fputs("\nscms COMMAND --help shows the arguments; scms(1) explains.\n",
	    out);
	return status;
}

static void
command_usage(const struct command *c, FILE *out)
{
	fprintf(out, "usage: scms %s %s\n", c->name, c->arguments);
}

int
cmd_fault(const char *command, const struct fault_info *fi)
{
	const struct command *c = find(command);

	fprintf(stderr, "scms %s: %s\n", command, fi->text);
	if (fi->code != FAULT_USAGE)
		return CMD_FAILED;
	if (c != NULL)
		command_usage(c, stderr);
	return CMD_USAGE;
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
	const struct command *c;

	secret_process();
	if (argc < 2)
		return usage(stderr, CMD_USAGE);
	if (strcmp(argv[1], "--version") == 0)
		return puts("scms " MONARCH_VERSION) < 0;
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
		return usage(stdout, CMD_OK);
	if ((c = find(argv[1])) == NULL) {
		fprintf(stderr, "scms: no command \"%s\"\n", argv[1]);
		return usage(stderr, CMD_USAGE);
	}
	if (argc > 2 && strcmp(argv[2], "--help") == 0) {
		command_usage(c, stdout);
		return CMD_OK;
	}
	return c->run(argc - 1, argv + 1);
}
