/* part.c - see part.h. */
#include <stdio.h>

#include "tool/scms/part.h"

const struct part parts[PART_COUNT] = {
#define PART(id, name, host, port, program) \
	[PART_##id] = {name, host, port, program},
#include "tool/scms/part.def"
#undef PART
};

void
part_address(char out[ADDRESS_TEXT], unsigned net, unsigned host, unsigned port)
{
	int n =
	    snprintf(out, ADDRESS_TEXT, "127.0.%u.%u", net & 0xff, host & 0xff);

	if (port != 0)
		snprintf(
		    out + n, (size_t)(ADDRESS_TEXT - n), ":%u", port & 0xffff);
}
