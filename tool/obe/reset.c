/* reset.c - scms-obe reset: devices as if they had never been. */
#include <stdio.h>

#include "device/monarch.h"
#include "tool/obe/cmd.h"

int
cmd_reset(int argc, char **argv)
{
	struct fault_info fi = {0};
	struct cmd_common common;
	const struct opt none = {0};
	int good = 0;

	if (cmd_parse(&common, &none, 0, &argc, argv, &fi) != FAULT_OK)
		return cmd_fault("reset", &fi);
	if (argc == 0) {
		(void)!fault_set(&fi, FAULT_USAGE, "DEVICE is needed");
		return cmd_fault("reset", &fi);
	}
	/* Each by its own name: never a folder of them at once. */
	for (int k = 0; k < argc; k++) {
		if (monarch_reset(argv[k], &fi) == FAULT_OK)
			good++;
		else
			printf("%s: %s (%s)\n", argv[k], fi.text,
			    fault_name(fi.code));
	}
	printf("%d of %d devices erased\n", good, argc);
	return good == argc ? CMD_OK : CMD_FAILED;
}
