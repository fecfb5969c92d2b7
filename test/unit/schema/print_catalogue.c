/* print_catalogue.c - prints all types, for compare_notation.py. */
#include "schema/schema.h"

int
main(void)
{
	schema_print_all(stdout, NULL);
	return 0;
}
