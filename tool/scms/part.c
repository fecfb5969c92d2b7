/* part.c - see part.h. */
#include <stdio.h>

#include "base/file.h"
#include "tool/scms/part.h"

const struct part parts[PART_COUNT] = {
#define PART(id, name, host, port, program) \
	[PART_##id] = {name, host, port, program, false},
#define PART_LATER(id, name, host, port, program) \
	[PART_##id] = {name, host, port, program, true},
#include "tool/scms/part.def"
#undef PART
#undef PART_LATER
};

bool
part_is_there(const char *dir, const struct part *part)
{
	char folder[PATH_SIZE], path[PATH_SIZE];

	path_join(folder, dir, part->name);
	path_join(path, folder, "tls.pem");
	if (!file_exists(path) || part->program == NULL ||
	    part == &parts[PART_LOP])
		return file_exists(path);
	path_join(path, folder, "component.conf");
	return file_exists(path);
}

void
part_address(char out[ADDRESS_TEXT], unsigned net, unsigned host, unsigned port)
{
	int n =
	    snprintf(out, ADDRESS_TEXT, "127.0.%u.%u", net & 0xff, host & 0xff);

	if (port != 0)
		snprintf(
		    out + n, (size_t)(ADDRESS_TEXT - n), ":%u", port & 0xffff);
}
