/*
 * store.h - what an LA keeps: chains, requests, answers not yet confirmed.
 *
 * Any thread may call anything; the database is used by one at a time.
 */
#ifndef LA_STORE_H
#define LA_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "crypto/hash.h"
#include "role/la/chain.h"

struct la_store;
struct order;

/* Opens DIR/data; removes answer files that no row names. */
enum fault must_check la_store_open(
    struct la_store **, const char *data, struct fault_info *);
void la_store_close(struct la_store *);
/* Are there no chains yet? Then the storage key may be made. */
bool la_store_is_fresh(const struct la_store *);

enum la_known {
	LA_REQUEST_UNKNOWN,
	LA_REQUEST_HAS_ANSWER, /* these octets were answered; answer is here */
	LA_REQUEST_CONFIRMED   /* these octets were answered and confirmed */
};
enum fault must_check la_store_find_request(struct la_store *, enum la_known *,
    const struct digest *hash, struct fault_info *);
/* FAULT_REPLAYED: this message was answered before. */
enum fault must_check la_store_check_replay(
    struct la_store *, const struct digest *message, struct fault_info *);
/* The stored answer as an open file, *n octets long. */
enum fault must_check la_store_open_answer(struct la_store *, int *fd,
    uint64_t *n, const struct digest *hash, struct fault_info *);

/* The latest range that was given of a chain.  FAULT_NOT_FOUND. */
enum fault must_check la_store_find_chain(struct la_store *,
    struct chain_range *, const uint8_t id[CHAIN_ID_OCTETS],
    struct fault_info *);
/* Each chain, as chain_seal made it, that may have given values of a week from
 * i_first to i_last; those who order go on meanwhile. */
typedef enum fault
la_chain_fn(void *ctx, struct bytes sealed, struct fault_info *);
enum fault must_check la_store_each_chain(struct la_store *, uint16_t i_first,
    uint16_t i_last, la_chain_fn *, void *ctx, struct fault_info *);
/* Values sealed under a key so far. */
enum fault must_check la_store_key_use(struct la_store *, uint64_t *,
    const uint8_t key_id[8], struct fault_info *);

/*
 * Makes an order and its answer durable: the file, then one transaction.
 * FAULT_DUPLICATE: a chain has moved since la_store_find_chain; FAULT_REPLAYED.
 * After any other fault nothing was changed, unless it was the commit that
 * failed: then the answer stays on disk, because a power cut may show that it
 * is committed after all; if not, the next start removes it.
 */
enum fault must_check la_store_commit(struct la_store *, const struct order *,
    const struct chain_keys *, struct bytes answer, uint32_t now,
    struct fault_info *);

/* The RA holds the answers to requests with these HashedId8: forget them.
 * Unknown ones are passed over. */
enum fault must_check la_store_confirm(
    struct la_store *, const uint8_t (*id)[8], size_t n, struct fault_info *);

struct la_counts {
	int64_t chains, values, answers;
};
void la_store_counts(struct la_store *, struct la_counts *);

#endif /* LA_STORE_H */
