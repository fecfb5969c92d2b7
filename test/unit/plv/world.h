/*
 * world.h - a small SCMS on disk for the tests of LA and PCA: root, ICA, RA,
 * PCA, LA1, LA2, MA and its auditors, with a folder for each daemon as `scms
 * init` would make it, and an RA and an MA that sign what the tests want.
 */
#ifndef TEST_WORLD_H
#define TEST_WORLD_H

#include "base/arena.h"
#include "base/file.h"
#include "keys/component.h"
#include "plv/ring.h"
#include "service/environment.h"

enum world_who {
	WORLD_ROOT,
	WORLD_ICA,
	WORLD_RA,
	WORLD_PCA,
	WORLD_LA1,
	WORLD_LA2,
	WORLD_OTHER_RA,
	WORLD_MA,
	WORLD_OTHER_MA,
	WORLD_AUDITOR1,
	WORLD_AUDITOR2,
	WORLD_STRANGER, /* an auditor whom nobody knows */
	WORLD_COUNT
};

struct world {
	struct arena arena;
	char dir[64];
	struct environment environment;
	uint32_t now;
	uint16_t week; /* of now */
	uint32_t renewals;
	struct bytes cert[WORLD_COUNT]; /* octets */
	struct key *sign[WORLD_COUNT], *enc[WORLD_COUNT];
	/* to sign with */
	struct component ra, other_ra, ma, other_ma;
};

/* "root", "ica", ...; the daemon's folder is dir/<name>. */
const char *world_name(enum world_who);
void world_folder(const struct world *, char out[PATH_SIZE], enum world_who);
/* All of it in a new folder under /tmp. */
void world_make(struct world *);
void world_remove(struct world *);
/* A new certificate and new keys for a component, in its own folder only; the
 * former ones go to former/. */
void world_renew(struct world *, enum world_who);
/* Gives one LA and the PCA the same key, without the agreement. */
void world_share_key(struct world *, enum world_who la, struct plv_key *out);
/* Copies a folder tree, to look at the state at one moment. */
void world_copy(const char *from, const char *to);

#endif /* TEST_WORLD_H */
