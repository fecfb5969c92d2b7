/* schema.c - scms schema: every ASN.1 type that this program knows. */
#include <stdio.h>
#include <string.h>

#include "schema/schema.h"
#include "tool/scms/cmd.h"

int
cmd_schema(int argc, char **argv)
{
	const struct schema_entry *e;
	size_t i, printed = 0;

	if (argc == 1) {
		schema_print_all(stdout, NULL);
		return CMD_OK;
	}
	for (i = 0; (e = schema_entry(i)) != NULL; i++)
		if (strcmp(e->type->name, argv[1]) == 0) {
			printf("%s: ", e->module);
			schema_print(stdout, e->type);
			printed++;
		}
	if (printed == 0 && strcmp(argv[1], "--help") != 0) {
		fprintf(stderr, "scms schema: no type %s\n", argv[1]);
		return CMD_FAILED;
	}
	return CMD_OK;
}
