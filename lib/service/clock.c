/* clock.c - the clock file, with which a test lives through years. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/time32.h"
#include "service/service.h"

#define CLOCK_MAX 64u

enum fault
service_clock_read(const char *path, struct fault_info *fi)
{
	uint8_t memory[2 * CLOCK_MAX];
	struct arena arena = arena_of(memory, sizeof(memory));
	char text[CLOCK_MAX + 1], *end;
	struct bytes b;
	long long v;
	enum fault f;

	if (strcmp(path, "-") == 0)
		return FAULT_OK;
	f = file_read(&b, &arena, path, CLOCK_MAX, fi);
	if (f == FAULT_NOT_FOUND) {
		time_set_offset(0);
		return FAULT_OK;
	}
	TRY(f);
	memcpy(text, b.p, b.n);
	text[b.n] = '\0';
	errno = 0;
	v = strtoll(text, &end, 10);
	end += strspn(end, " \t\r\n");
	if (end == text || *end != '\0' || errno != 0)
		return fault_set(
		    fi, FAULT_CONFIG, "%s: not a number of seconds", path);
	time_set_offset(v);
	return FAULT_OK;
}
