/*
 * world.h - a small SCMS on disk for the tests of LA and PCA: root, ICA, RA,
 * PCA, LA1, LA2, with a folder for each daemon as `scms init` would make it,
 * and an RA that signs what the tests want.
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
	WORLD_COUNT
};

struct world {
	struct arena arena;
	char dir[64];
	struct environment environment;
	uint32_t now;
	uint16_t week;			/* of now */
	struct bytes cert[WORLD_COUNT]; /* octets */
	struct key *sign[WORLD_COUNT], *enc[WORLD_COUNT];
	struct component ra, other_ra; /* to sign with */
};

/* "root", "ica", ...; the daemon's folder is dir/<name>. */
const char *world_name(enum world_who);
void world_folder(const struct world *, char out[PATH_SIZE], enum world_who);
/* All of it in a new folder under /tmp. */
void world_make(struct world *);
void world_remove(struct world *);
/* Gives one LA and the PCA the same key, without the agreement. */
void world_share_key(struct world *, enum world_who la, struct plv_key *out);
/* Copies a folder tree, to look at the state at one moment. */
void world_copy(const char *from, const char *to);

#endif /* TEST_WORLD_H */
