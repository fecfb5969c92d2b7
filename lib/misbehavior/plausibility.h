/*
 * plausibility.h - what the messages of a sender give away about it.
 *
 * The checks use nothing but the messages (and, where kind.def says so, those
 * of the receiver), so that an authority that has the same messages comes to
 * the same result.  They have no state.  Thresholds: limit.def.
 */
#ifndef MISBEHAVIOR_PLAUSIBILITY_H
#define MISBEHAVIOR_PLAUSIBILITY_H

#include <stddef.h>

#include "misbehavior/kind.h"
#include "misbehavior/observation.h"

typedef struct geographic_region geographic_region;

/* What is known besides the sender's messages. */
struct circumstances {
	const geographic_region *region; /* of its certificate; NULL: world */
	/* The receiver's own messages, oldest first; n 0: none. */
	const struct observation *own;
	size_t own_n;
};

/* The newest message, and what it contradicts: messages first.. of the
 * sender's and, where the kind rests on the reporter's word, own_first.. of
 * the receiver's. */
struct suspicion {
	enum misbehavior_kind kind;
	size_t first, own_first;
	bool needs_own;
	char text[160]; /* for people: "moved 312 m in 0.1 s ..." */
};

/*
 * Judges the last of n messages of one sender, as they were received; the
 * others are in the order of their generation, and the last may be older than
 * those or the same as one of them, when it comes late.  out has room for one
 * of each kind; returns how many there are.  A kind is found in the fewest
 * messages that show it.
 */
size_t plausibility_check(struct suspicion out[MISBEHAVIOR_KINDS],
    const struct observation *, size_t n, const struct circumstances *);

#endif /* MISBEHAVIOR_PLAUSIBILITY_H */
