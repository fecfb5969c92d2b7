/* device.c - scms device: the RA's own program knows the devices. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool/scms/cmd.h"
#include "tool/scms/process.h"
#include "tool/scms/site.h"

/* scms device VERB DIR ... becomes scms-ra DIR/ra device VERB ... */
int
cmd_device(int argc, char **argv)
{
	char program[PATH_SIZE], folder[PATH_SIZE], **v;
	char word[] = "device";
	struct fault_info fi;
	struct site site;

	if (argc < 3) {
		fault_set(&fi, FAULT_USAGE,
		    "list, show, block or unblock, "
		    "and DIR needed");
		return cmd_fault("device", &fi);
	}
	if (site_open(&site, argv[2], SITE_SHARED, &fi) != FAULT_OK)
		return cmd_fault("device", &fi);
	path_join(folder, site.dir, parts[PART_RA].name);
	site_close(&site);
	process_program(program, parts[PART_RA].program);
	if ((v = calloc((size_t)argc + 2, sizeof(*v))) == NULL)
		return CMD_FAILED;
	v[0] = program;
	v[1] = folder;
	v[2] = word;
	v[3] = argv[1];
	memcpy(&v[4], &argv[3], (size_t)(argc - 3) * sizeof(*v));
	execvp(program, v);
	fault_errno(&fi, FAULT_IO, "%s", program);
	free(v);
	return cmd_fault("device", &fi);
}
