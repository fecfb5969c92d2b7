/*
 * bulk_int.h - what the files of the bulk store share.
 *
 *	bulk.c		the store: open, append, find, drop, each, backup
 *	bulk_segment.c	one segment file, mapped: checks, look-up
 *	bulk_write.c	writes a segment from a sorted source of records
 *	bulk_merge.c	chooses neighbouring segments and merges them
 *
 * A segment file, integers big endian:
 *
 *	 64	header: magic "MONBULK1", key length (4), 0 (4), first and last
 *		batch (8 each), records (8), octets of all values (8), octets
 *		of the filter (8), check of the header (8)
 *	  f	Bloom filter: blocks of 64 octets, one block per key
 *	n k	keys, rising
 *	8(n+1)	where each value begins, counted from the first; the end
 *	  v	values
 *	  8	check of everything before it
 *
 * Names: FIRST-LAST.seg, both as 16 hexadecimal digits, for the batches it
 * holds.  A file is written under the name with ".tmp" at the end, synced,
 * then renamed; so a file with a final name is whole.  A merged segment
 * replaces those whose range lies in its own; where a crash left both, the
 * smaller ones are removed when the store is opened.
 */
#ifndef STORE_BULK_INT_H
#define STORE_BULK_INT_H

#include <endian.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/file.h"
#include "store/bulk.h"

#define HEADER_SIZE  64u
#define BLOCK_SIZE   64u /* of the filter: a cache line */
#define FILTER_BITS  12u /* per key: 0.7 % false hits */
#define SEGMENT_NAME 64u /* room for a file name */
#define CHECK_SEED   UINT64_C(0x6d6f6e6172636821)

struct segment {
	_Atomic unsigned users;
	uint64_t first, last; /* batches */
	uint64_t records, values_n, filter_n;
	size_t key_n;
	const uint8_t *map;
	size_t size;
	const uint8_t *filter, *keys, *offsets, *values;
};

/* All segments at a moment, oldest first; never changed once published. */
struct segment_list {
	_Atomic unsigned users;
	size_t n;
	struct segment *v[];
};

/* Sorted records, one after the other, as often as wanted. */
struct source {
	bool (*next)(struct source *, const uint8_t **key, struct bytes *value);
	void (*rewind)(struct source *);
	size_t max; /* at most so many records */
};

struct bulk {
	char folder[PATH_SIZE];
	size_t key_n;
	enum bulk_mode mode;
	int lock_fd;
	uint64_t next;	   /* batch number */
	uint64_t reserved; /* numbers below it are ours */
	pthread_mutex_t append_lock;
	pthread_mutex_t lock;	/* of what follows */
	pthread_cond_t changed; /* the list, or stopping */
	struct segment_list *list;
	uint64_t version; /* of the list */
	uint64_t merges;
	bool merger_runs, merge_failed;
	_Atomic bool stopping;
	pthread_t merger;
};

static inline uint64_t
word_at(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return be64toh(v);
}

/* Mixes a word into a check or hash; against accidents, not attackers. */
static inline uint64_t
mix(uint64_t h, uint64_t word)
{
	h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 32;
}

/* bulk_segment.c */
uint64_t check_of(uint64_t seed, const uint8_t *, size_t n);
void segment_name(char out[SEGMENT_NAME], uint64_t first, uint64_t last);
bool must_check segment_name_parse(
    const char *name, uint64_t *first, uint64_t *last);
/* Maps a finished segment; one user. */
enum fault must_check segment_open(struct segment **, const char *folder,
    const char *name, size_t key_n, struct fault_info *);
void segment_release(struct segment *);
/* Of a key, for the filters. */
uint64_t key_hash(const uint8_t *key, size_t key_n);
/* Sets the bits of a key in a filter of n octets. */
void filter_add(uint8_t *filter, uint64_t n, uint64_t hash);
/* Gives back the memory that reading all of it has taken. */
void segment_let_go(const struct segment *);
/* Fetches what segment_find of this hash looks at first. */
void segment_prefetch(const struct segment *, uint64_t hash);
/* Position of the key; false: not there. */
bool segment_find(
    const struct segment *, uint64_t hash, const uint8_t *key, uint64_t *at);
/* The value at a position; FAULT_STORE: damaged. */
enum fault must_check segment_value(
    const struct segment *, uint64_t at, struct bytes *, struct fault_info *);
/* Reads all of it and checks it. */
enum fault must_check segment_check(
    const struct segment *, struct fault_info *);

/* bulk_write.c */
/* Writes, syncs, renames, syncs the folder, maps.  A failure leaves nothing.
 * FAULT_EXISTS: key twice; FAULT_BUSY: stopping became true. */
enum fault must_check segment_write(struct segment **, const struct bulk *,
    uint64_t first, uint64_t last, struct source *,
    const _Atomic bool *stopping, struct fault_info *);

/* bulk_merge.c */
void *merge_run(void *bulk); /* thread */

/* bulk.c */
struct segment_list *list_take(struct bulk *);
void list_release(struct segment_list *);
/* Replaces n segments from position at by one (NULL: by nothing); to be
 * called with the lock held. */
void list_replace(struct bulk *, size_t at, size_t n, struct segment *);

#endif /* STORE_BULK_INT_H */
