/* dcm.c - scms dcm: the DCM's own program knows its devices, the RA's blocks
 * an enrollment that is done with. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tool/scms/cmd.h"
#include "tool/scms/dcm_certify.h"
#include "tool/scms/process.h"
#include "tool/scms/run.h"
#include "tool/scms/site.h"

#define OUTPUT_MAX 4096u

/* The program of a part and its folder. */
struct role {
	char program[PATH_SIZE], folder[PATH_SIZE];
};

static void
find_role(struct role *r, const struct site *site, enum part_id part)
{
	process_program(r->program, parts[part].program);
	path_join(r->folder, site->dir, parts[part].name);
}

/* What the program prints, as a string in the arena. */
static enum fault
ask(const char **out, struct arena *arena, const struct role *r,
    const char *const words[3], struct fault_info *fi)
{
	const char *const arguments[] = {
	    r->program, r->folder, words[0], words[1], words[2], NULL};
	int fd = memfd_create("output", MFD_CLOEXEC);
	char text[OUTPUT_MAX];
	ssize_t n = 0;
	enum fault f;

	if (fd < 0)
		return fault_errno(fi, FAULT_IO, "memfd");
	f = run_program(arguments, STDIN_FILENO, fd, fi);
	if (f == FAULT_OK && (n = pread(fd, text, sizeof(text) - 1, 0)) < 0)
		f = fault_errno(fi, FAULT_IO, "%s", r->program);
	close(fd);
	TRY(f);
	*out = arena_printf(arena, "%.*s", (int)n, text);
	return *out != NULL ? FAULT_OK
			    : fault_set(fi, FAULT_TOO_LARGE, "output");
}

/* The HashedId8 that `scms-dcm show` tells of a serial number. */
static enum fault
find_enrollment(char id[17], struct arena *arena, const struct role *dcm,
    const char *serial, struct fault_info *fi)
{
	const char *const words[] = {"show", serial, NULL};
	const char *text, *line;

	TRY(ask(&text, arena, dcm, words, fi));
	line = strstr(text, "enrollment ");
	if (line == NULL || sscanf(line, "enrollment %16[0-9a-f]", id) != 1 ||
	    strlen(id) != 16)
		return fault_set(
		    fi, FAULT_NOT_FOUND, "%s was never enrolled", serial);
	return FAULT_OK;
}

static enum fault
block(const struct site *site, const char *id, struct fault_info *fi)
{
	struct role ra;

	find_role(&ra, site, PART_RA);
	return run_program((const char *const[]){ra.program, ra.folder,
			       "device", "block", id, NULL},
	    STDIN_FILENO, STDOUT_FILENO, fi);
}

/* The old enrollment is blocked before its serial number becomes free. */
static enum fault
release(struct site *site, const char *serial, struct fault_info *fi)
{
	const char *const words[] = {"release", serial, NULL};
	const char *said;
	struct role dcm;
	char id[17];

	if (!site->env.allow_rebootstrapping)
		return fault_set(fi, FAULT_DENIED,
		    "re-bootstrapping is not allowed (allow_rebootstrapping)");
	find_role(&dcm, site, PART_DCM);
	TRY(find_enrollment(id, &site->arena, &dcm, serial, fi));
	TRY(block(site, id, fi));
	TRY(ask(&said, &site->arena, &dcm, words, fi));
	fputs(said, stdout);
	return FAULT_OK;
}

/* scms dcm VERB DIR ... becomes scms-dcm DIR/dcm VERB ... */
static enum fault
become(const struct site *site, int argc, char **argv, struct fault_info *fi)
{
	struct role dcm;
	char **v = calloc((size_t)argc + 1, sizeof(*v));

	if (v == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "arguments");
	find_role(&dcm, site, PART_DCM);
	v[0] = dcm.program;
	v[1] = dcm.folder;
	v[2] = argv[1];
	memcpy(&v[3], &argv[3], (size_t)(argc - 3) * sizeof(*v));
	execvp(dcm.program, v);
	free(v);
	return fault_errno(fi, FAULT_IO, "%s", dcm.program);
}

int
cmd_dcm(int argc, char **argv)
{
	struct fault_info fi;
	struct site site;
	enum fault f;

	if (argc > 1 && strcmp(argv[1], "certify") == 0)
		return dcm_certify(argc, argv, &fi) == FAULT_OK
			   ? CMD_OK
			   : cmd_fault("dcm", &fi);
	if (argc < 3) {
		fault_set(&fi, FAULT_USAGE,
		    "log, list, show, types, operators, certify or release, "
		    "and DIR needed");
		return cmd_fault("dcm", &fi);
	}
	if (site_open(&site, argv[2], SITE_SHARED, &fi) != FAULT_OK)
		return cmd_fault("dcm", &fi);
	if (strcmp(argv[1], "release") == 0 && argc == 4)
		f = release(&site, argv[3], &fi);
	else
		f = become(&site, argc, argv, &fi);
	site_close(&site);
	return f == FAULT_OK ? CMD_OK : cmd_fault("dcm", &fi);
}
