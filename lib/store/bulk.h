/*
 * bulk.h - records that are appended in batches and found by key.
 *
 * A store is a folder of immutable segment files.  bulk_append writes one
 * segment, sorted by key, so that the order of records tells nothing; when it
 * returns, the whole batch is durable, and before that nothing of it is seen.
 * A crash at any point leaves the batch or nothing.  Each segment has a Bloom
 * filter, so that a look-up touches one cache line of a segment that does not
 * hold the key; in the background neighbouring segments are merged, so that
 * there are few.
 *
 * Keys have one fixed length per store.  A key appended again hides the older
 * record.  All functions may be called by several threads at once; appends
 * run one after the other.  One process at a time may open a store for
 * writing; others open it read-only and see it as of that moment.
 */
#ifndef STORE_BULK_H
#define STORE_BULK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"

#define BULK_KEY_MAX   64u
#define BULK_BATCH_MAX 1000000u /* records per append */

struct bulk;

/* key points to key_n octets (of bulk_open). */
struct bulk_record {
	const uint8_t *key;
	struct bytes value;
};

enum bulk_mode {
	BULK_MERGE,   /* segments are merged; they cannot be dropped */
	BULK_KEEP,    /* each batch stays a segment of its own */
	BULK_READONLY /* changes nothing, takes no lock */
};

/*
 * Opens or creates (folder 0700, files 0600).  What an unfinished append or
 * merge left behind is removed.  FAULT_BUSY: another process has it open for
 * writing; FAULT_STORE: a finished segment is damaged (named; nothing is
 * removed then), or was made with another key length; FAULT_NOT_FOUND when
 * read-only.
 */
enum fault must_check bulk_open(struct bulk **, const char *folder,
    size_t key_n, enum bulk_mode, struct fault_info *);
/* Ends a running merge, closes.  NULL is allowed. */
void bulk_close(struct bulk *);

/*
 * Appends n records (1..BULK_BATCH_MAX), durable and atomic.  *segment gets
 * the batch's number (NULL: not wanted), always rising.  FAULT_EXISTS: the
 * same key twice in one batch; FAULT_STORE: write failed or disk full: then
 * nothing was changed, and the store can be used further.
 */
enum fault must_check bulk_append(struct bulk *, const struct bulk_record *,
    size_t n, uint64_t *segment, struct fault_info *);

/* The newest record of the key, copied into the arena.  FAULT_NOT_FOUND. */
enum fault must_check bulk_find(struct bulk *, struct bytes *value,
    struct arena *, const uint8_t *key, struct fault_info *);
/* Is there a record?  Reads no value. */
bool bulk_has(struct bulk *, const uint8_t *key);
/* The same for n keys: has[k].  Look-ups wait for memory side by side. */
void bulk_has_batch(
    struct bulk *, bool has[], const uint8_t *const keys[], size_t n);
/*
 * n keys at once; values[k].p is NULL where there is no record (an empty
 * record has n 0 and p not NULL).  *found (NULL: not wanted) counts those
 * that are there.  FAULT_TOO_LARGE: the arena is full.
 */
enum fault must_check bulk_find_batch(struct bulk *, struct bytes values[],
    struct arena *, const uint8_t *const keys[], size_t n, size_t *found,
    struct fault_info *);

/* Removes a batch; BULK_KEEP only.  FAULT_NOT_FOUND: there is none. */
enum fault must_check bulk_drop_segment(
    struct bulk *, uint64_t segment, struct fault_info *);
/* The numbers of all segments, oldest first (a merged one counts as its
 * first batch), in arena memory. */
enum fault must_check bulk_segments(
    struct bulk *, uint64_t **, size_t *n, struct arena *, struct fault_info *);

#define BULK_ALL UINT64_MAX

typedef enum fault bulk_each_fn(
    void *ctx, const uint8_t *key, struct bytes value, struct fault_info *);
/*
 * Calls for every record of a segment, or of all (BULK_ALL; oldest segment
 * first, hidden records included), as of the moment of the call.  A fault
 * ends it and is returned.
 */
enum fault must_check bulk_each(struct bulk *, uint64_t segment, bulk_each_fn *,
    void *ctx, struct fault_info *);

struct bulk_stats {
	uint64_t records, octets;  /* octets: of the files */
	uint64_t segments, merges; /* merges: since opened */
};
void bulk_stats(struct bulk *, struct bulk_stats *);

/* Reads everything and compares the checksums: FAULT_STORE names the first
 * damaged segment. */
enum fault must_check bulk_check(struct bulk *, struct fault_info *);
/* A copy of the store as of now in a new folder (hard links where the file
 * system permits, since segments never change), durable on return. */
enum fault must_check bulk_backup(
    struct bulk *, const char *to_folder, struct fault_info *);

#endif /* STORE_BULK_H */
