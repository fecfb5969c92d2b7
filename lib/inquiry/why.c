/* why.c - see why.h. */
#include <string.h>

#include "inquiry/inquiry.h"
#include "inquiry/why.h"

enum fault
why_check(const char *why, struct fault_info *fi)
{
	size_t n;

	if (why == NULL || *why == '\0')
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "no justification is given");
	for (n = 0; why[n] != '\0'; n++)
		if (why[n] < ' ' || why[n] > '~' || why[n] == '"' ||
		    why[n] == '\\')
			return fault_set(fi, FAULT_BAD_MESSAGE,
			    "justification holds a character that is not "
			    "permitted");
	if (n > INQUIRY_WHY_MAX)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "justification of more than %d characters",
		    INQUIRY_WHY_MAX);
	return FAULT_OK;
}
