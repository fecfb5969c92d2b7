/* ma.c - scms ma: the MA's own program knows the cases and the questions; the
 * keys of auditors are not its business (ma_countersign.c). */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool/scms/cmd.h"
#include "tool/scms/ma_countersign.h"
#include "tool/scms/process.h"
#include "tool/scms/site.h"

/* scms ma VERB ... DIR becomes scms-ma DIR/ma VERB ... */
int
cmd_ma(int argc, char **argv)
{
	char program[PATH_SIZE], folder[PATH_SIZE], **v;
	struct fault_info fi;
	struct site site;

	if (argc < 3) {
		fault_set(&fi, FAULT_USAGE, "what to do, and DIR needed");
		return cmd_fault("ma", &fi);
	}
	if (strcmp(argv[1], "countersign") == 0)
		return ma_countersign(argc - 1, argv + 1, &fi) == FAULT_OK
			   ? CMD_OK
			   : cmd_fault("ma", &fi);
	if (site_open(&site, argv[argc - 1], SITE_SHARED, &fi) != FAULT_OK)
		return cmd_fault("ma", &fi);
	path_join(folder, site.dir, parts[PART_MA].name);
	site_close(&site);
	process_program(program, parts[PART_MA].program);
	if ((v = calloc((size_t)argc + 1, sizeof(*v))) == NULL)
		return CMD_FAILED;
	v[0] = program;
	v[1] = folder;
	memcpy(&v[2], &argv[1], (size_t)(argc - 2) * sizeof(*v));
	execvp(program, v);
	fault_errno(&fi, FAULT_IO, "%s", program);
	free(v);
	return cmd_fault("ma", &fi);
}
