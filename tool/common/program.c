/* program.c - see program.h. */
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "tool/common/program.h"

static const struct command *
find(const struct program *p, const char *name)
{
	for (size_t i = 0; i < p->commands_n; i++)
		if (strcmp(p->commands[i].name, name) == 0)
			return &p->commands[i];
	return NULL;
}

static int
usage(const struct program *p, FILE *out, int status)
{
	fprintf(out, "usage: %s COMMAND ...\n\n", p->name);
	for (size_t i = 0; i < p->commands_n; i++)
		fprintf(out, "  %-9s %s\n", p->commands[i].name,
		    p->commands[i].summary);
	fprintf(out, "\n%s", p->help);
	return status;
}

static void
command_usage(const struct program *p, const struct command *c, FILE *out)
{
	fprintf(out, "usage: %s %s %s\n", p->name, c->name, c->arguments);
}

int
program_fault(
    const struct program *p, const char *command, const struct fault_info *fi)
{
	const struct command *c = find(p, command);

	fprintf(stderr, "%s %s: %s (%s)\n", p->name, command, fi->text,
	    fault_name(fi->code));
	if (fi->code != FAULT_USAGE)
		return PROGRAM_FAILED;
	if (c != NULL)
		command_usage(p, c, stderr);
	return PROGRAM_USAGE;
}

int
program_main(const struct program *p, int argc, char **argv)
{
	const struct command *c;

	secret_process();
	if (argc < 2)
		return usage(p, stderr, PROGRAM_USAGE);
	if (strcmp(argv[1], "--version") == 0)
		return printf("%s " MONARCH_VERSION "\n", p->name) < 0;
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
		return usage(p, stdout, PROGRAM_OK);
	if ((c = find(p, argv[1])) == NULL) {
		fprintf(stderr, "%s: no command \"%s\"\n", p->name, argv[1]);
		return usage(p, stderr, PROGRAM_USAGE);
	}
	if (argc > 2 && strcmp(argv[2], "--help") == 0) {
		command_usage(p, c, stdout);
		return PROGRAM_OK;
	}
	return c->run(argc - 1, argv + 1);
}
