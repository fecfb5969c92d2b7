/*
 * keyset.h - sets of random-looking keys of one length, in memory.
 *
 * Two are kept: the HPCRs that some message is working on, so that two
 * messages with the same one issue once; and the linkage values of pending
 * answers, so that none is issued twice.
 */
#ifndef PCA_KEYSET_H
#define PCA_KEYSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Not thread-safe: the caller locks. */
struct keyset;

struct keyset *keyset_new(size_t key_n); /* 8..64 octets */
void keyset_free(struct keyset *);	 /* NULL is fine */
/* False: it is in already. */
bool keyset_add(struct keyset *, const uint8_t *key);
bool keyset_has(const struct keyset *, const uint8_t *key);
/* Fine if it is not in. */
void keyset_remove(struct keyset *, const uint8_t *key);
size_t keyset_count(const struct keyset *);

/* All or none of n keys: false, and nothing is added, if one is in. */
bool keyset_add_all(struct keyset *, const uint8_t *const *keys, size_t n);

#endif /* PCA_KEYSET_H */
