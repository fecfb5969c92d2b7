/* main.c - scms-obe, a device of an SCMS. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/time32.h"
#include "device/folder.h"
#include "service/service.h"
#include "tool/common/program.h"
#include "tool/obe/cmd.h"

#define OPTS_MAX 24

static const struct command commands[] = {
#define COMMAND(suffix, name, arguments, summary) \
	{name, arguments, summary, cmd_##suffix},
#include "tool/obe/command.def"
#undef COMMAND
};

static const struct program obe = {
    .name = "scms-obe",
    .help = "All take --clock FILE (or MONARCH_CLOCK) and --hosts FILE (or "
	    "MONARCH_HOSTS).\nscms-obe COMMAND --help shows the arguments; "
	    "scms-obe(1) explains.\n\n"
	    "Exit status: 0 all is well; 1 something failed or was refused, "
	    "and is named;\n2 nothing is wrong, but the RA has not "
	    "everything ready yet; 64 wrong usage.\n",
    .commands = commands,
    .commands_n = sizeof(commands) / sizeof(commands[0]),
};

int
cmd_fault(const char *command, const struct fault_info *fi)
{
	return program_fault(&obe, command, fi);
}

enum fault
cmd_need(const void *value, const char *what, struct fault_info *fi)
{
	return value != NULL ? FAULT_OK
			     : fault_set(fi, FAULT_USAGE, "%s is needed", what);
}

enum fault
cmd_number(
    uint32_t *out, const char *text, const char *what, struct fault_info *fi)
{
	int64_t value;

	if (!opt_number(&value, text) || value < 0 || value > UINT32_MAX)
		return fault_set(
		    fi, FAULT_USAGE, "%s: \"%s\" is no number", what, text);
	*out = (uint32_t)value;
	return FAULT_OK;
}

enum fault
cmd_time(uint64_t *out, const char *text, struct fault_info *fi)
{
	int64_t value;
	uint32_t t;

	*out = 0;
	if (text == NULL)
		return FAULT_OK;
	if (opt_number(&value, text) && value > UINT32_MAX)
		*out = (uint64_t)value;
	else if (time32_parse(&t, text))
		*out = (uint64_t)t * 1000000;
	else
		return fault_set(fi, FAULT_USAGE,
		    "--time: \"%s\" is no date, Time32 or Time64", text);
	return FAULT_OK;
}

enum fault
cmd_kind(enum monarch_kind *out, const char *text, struct fault_info *fi)
{
	*out = MONARCH_ANY;
	if (text == NULL || monarch_kind_parse(out, text))
		return FAULT_OK;
	return fault_set(fi, FAULT_USAGE,
	    "--type: pseudonym, identification or application");
}

enum fault
cmd_parse(struct cmd_common *common, const struct opt *opts, size_t n,
    int *argc, char **argv, struct fault_info *fi)
{
	struct opt all[OPTS_MAX + 2];

	common->clock = getenv("MONARCH_CLOCK");
	common->hosts = getenv("MONARCH_HOSTS");
	memcpy(all, opts, n * sizeof(*opts));
	all[n++] = (struct opt){"clock", OPT_TEXT, &common->clock};
	all[n++] = (struct opt){"hosts", OPT_TEXT, &common->hosts};
	TRY(opt_parse(all, n, argc, argv, fi));
	return common->clock == NULL ? FAULT_OK
				     : service_clock_read(common->clock, fi);
}

static bool
is_device(const char *path)
{
	char key[PATH_SIZE];

	if (strlen(path) + sizeof(FOLDER_REQUEST_KEY) >= sizeof(key))
		return false;
	path_join(key, path, FOLDER_REQUEST_KEY);
	return file_exists(key);
}

static enum fault
add(const char ***out, size_t *n, struct arena *arena, const char *path,
    struct fault_info *fi)
{
	/* Room grows by doubling, so it is full when n is a power of two. */
	if (*n == 0 || (*n & (*n - 1)) == 0) {
		const char **more =
		    ARENA_ARRAY(arena, *n == 0 ? 1 : 2 * *n, const char *);

		if (more == NULL)
			return fault_set(fi, FAULT_TOO_LARGE, "devices");
		if (*n > 0)
			memcpy(more, *out, *n * sizeof(*more));
		*out = more;
	}
	(*out)[*n] = arena_printf(arena, "%s", path);
	if ((*out)[*n] == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "devices");
	++*n;
	return FAULT_OK;
}

static enum fault
add_folder(const char ***out, size_t *n, struct arena *arena, const char *path,
    struct fault_info *fi)
{
	char child[PATH_SIZE];
	struct dirent **entry;
	size_t before = *n;
	int all = scandir(path, &entry, NULL, alphasort);
	enum fault fault = FAULT_OK;

	if (all < 0)
		return fault_errno(fi, FAULT_NOT_FOUND, "%s", path);
	for (int k = 0; k < all; k++) {
		if (fault == FAULT_OK && entry[k]->d_name[0] != '.' &&
		    strlen(path) + strlen(entry[k]->d_name) + 2 <
			sizeof(child)) {
			path_join(child, path, entry[k]->d_name);
			if (is_device(child))
				fault = add(out, n, arena, child, fi);
		}
		free(entry[k]);
	}
	free(entry);
	if (fault == FAULT_OK && *n == before)
		fault = fault_set(fi, FAULT_NOT_FOUND,
		    "%s is no device and holds none", path);
	return fault;
}

enum fault
cmd_devices(const char ***out, size_t *n, struct arena *arena, char **argv,
    int argc, struct fault_info *fi)
{
	*n = 0;
	*out = NULL;
	if (argc == 0)
		return fault_set(fi, FAULT_USAGE, "DEVICE is needed");
	for (int k = 0; k < argc; k++)
		if (is_device(argv[k]))
			TRY(add(out, n, arena, argv[k], fi));
		else
			TRY(add_folder(out, n, arena, argv[k], fi));
	return FAULT_OK;
}

int
main(int argc, char **argv)
{
	if (log_open("scms-obe", NULL, NULL) != FAULT_OK)
		return CMD_FAILED;
	return program_main(&obe, argc, argv);
}
