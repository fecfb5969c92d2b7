/*
 * arena.h - memory that is given out piece by piece and taken back whole.
 *
 * One arena per request bounds what the request may cost: when the limit is
 * reached arena_alloc returns NULL, and whoever asked reports
 * FAULT_TOO_LARGE.  Blocks come from the caller (arena_of) or grow by malloc
 * up to a limit (arena_new).
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct arena_block;

struct arena {
	uint8_t *base;
	size_t size, used;	    /* of the current block */
	size_t left;		    /* that may still be malloc'd */
	struct arena_block *blocks; /* malloc'd ones, newest first */
};

/* An arena in memory of the caller, which cannot grow. */
struct arena arena_of(void *, size_t);
/* An arena that grows by malloc up to limit octets in all. */
struct arena arena_new(size_t limit);
/* Zeroed memory aligned to align (a power of two, at most 64); NULL: limit. */
void *arena_alloc(struct arena *, size_t size, size_t align);
/* n elements of size octets each; checks the multiplication. */
void *arena_array(struct arena *, size_t n, size_t size, size_t align);
/* printf into arena memory; NULL: limit. */
char *arena_printf(struct arena *, const char *, ...)
    __attribute__((format(printf, 2, 3)));
/* Wipes and forgets everything; the largest block is kept for reuse. */
void arena_reset(struct arena *);
/* Wipes and frees everything. */
void arena_free(struct arena *);

#define ARENA_NEW(arena, type) \
	((type *)arena_alloc((arena), sizeof(type), _Alignof(type)))
#define ARENA_ARRAY(arena, n, type) \
	((type *)arena_array((arena), (n), sizeof(type), _Alignof(type)))

#endif /* BASE_ARENA_H */
