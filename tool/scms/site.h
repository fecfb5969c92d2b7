/* site.h - an environment on this machine, as a command works on it. */
#ifndef SCMS_SITE_H
#define SCMS_SITE_H

#include "base/arena.h"
#include "base/fault.h"
#include "base/file.h"
#include "service/environment.h"

enum site_use {
	SITE_SHARED, /* looks only, or does no harm to others */
	SITE_LOCKED  /* starts, stops, copies: one at a time */
};

struct site {
	char dir[PATH_SIZE]; /* absolute */
	struct environment env;
	struct arena arena; /* of env */
	int lock;
};

/* Reads environment.conf and the clock, which becomes that of this process.
 * FAULT_NOT_FOUND: dir is not an environment; FAULT_BUSY: another scms is
 * at work there. */
enum fault must_check site_open(
    struct site *, const char *dir, enum site_use, struct fault_info *);
void site_close(struct site *);

/* "https://<name>.<domain>:<port><path>" in arena memory; NULL: no memory. */
const char *site_url(struct arena *, const struct environment *,
    const char *name, unsigned port, const char *path);

#endif /* SCMS_SITE_H */
