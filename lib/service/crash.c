/* crash.c - see crash.h. */
#include <assert.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "service/crash.h"

#define VARIABLE "MONARCH_CRASH_AT"

bool crash_armed;

static char wanted[64];
static atomic_ulong countdown;
static const char *const *known;

static bool
is_known(const char *name)
{
	size_t i;

	for (i = 0; known != NULL && known[i] != NULL; i++)
		if (strcmp(known[i], name) == 0)
			return true;
	return false;
}

enum fault
crash_arm(const char *role, const char *const *names, struct fault_info *fi)
{
	const char *text = getenv(VARIABLE), *colon;
	unsigned long count = 1;
	size_t n, role_n = strlen(role);
	char *end;

	if (text == NULL || strncmp(text, role, role_n) != 0 ||
	    text[role_n] != '-')
		return FAULT_OK;
	n = strcspn(text, ":");
	colon = text + n;
	if (*colon == ':') {
		count = strtoul(colon + 1, &end, 10);
		if (*end != '\0' || count == 0)
			return fault_set(fi, FAULT_CONFIG,
			    VARIABLE "=%s: not a count", text);
	}
	known = names;
	if (n < sizeof(wanted)) {
		memcpy(wanted, text, n);
		wanted[n] = '\0';
	}
	if (n >= sizeof(wanted) || !is_known(wanted))
		return fault_set(fi, FAULT_CONFIG,
		    VARIABLE "=%s: no such crash point", text);
	atomic_store(&countdown, count);
	crash_armed = true;
	return FAULT_OK;
}

void
crash_here(const char *name)
{
	assert(is_known(name));
	if (strcmp(name, wanted) != 0 || atomic_fetch_sub(&countdown, 1) != 1)
		return;
	kill(getpid(), SIGKILL);
	for (;;)
		pause();
}
