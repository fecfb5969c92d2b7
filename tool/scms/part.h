/* part.h - the parts (components) of an environment; see part.def. */
#ifndef SCMS_PART_H
#define SCMS_PART_H

#include <stdbool.h>

enum part_id {
#define PART(id, name, host, port, program) PART_##id,
#define PART_LATER			    PART
#include "tool/scms/part.def"
#undef PART
#undef PART_LATER
	PART_COUNT
};

struct part {
	const char *name;
	unsigned host; /* 127.0.E.host */
	unsigned port;
	const char *program; /* NULL: never started */
	bool later;	     /* not made by the ceremony */
};

extern const struct part parts[PART_COUNT];

/* The LOP answers /healthz on a port of its own: what comes to the other one
 * passes through to the RA. */
#define LOP_HEALTH_PORT 8880u

/* Is it in the environment?  It is as long as it has a TLS certificate, and
 * settings if it runs: those that were never added, or are retired, have none;
 * in an environment that is older than its program it has no settings. */
bool part_is_there(const char *dir, const struct part *);

#define ADDRESS_TEXT 24

/* "127.0.net.host", followed by ":port" unless port is 0. */
void part_address(
    char out[ADDRESS_TEXT], unsigned net, unsigned host, unsigned port);

#endif /* SCMS_PART_H */
