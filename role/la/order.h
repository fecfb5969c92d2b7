/*
 * order.h - an order of pre-linkage values, from octets to what is to be done.
 */
#ifndef LA_ORDER_H
#define LA_ORDER_H

#include "role/la/la.h"

/* A chain of an order; secret. */
struct ordered_chain {
	struct chain chain;
	uint8_t id[CHAIN_ID_OCTETS];
	bool fresh;
	struct chain_range given; /* as the database had it */
	uint8_t lci[LCI_OCTETS];
};

typedef struct scms_pdu scms_pdu;

struct order {
	struct digest hash;   /* SHA-256 of the octets */
	struct digest digest; /* of what is signed: replay */
	uint32_t until;	      /* a replay is refused till */
	struct chain_range range;
	const struct plv_key *key;
	struct ordered_chain *chains; /* fresh ones first */
	size_t n;
};

/* Values of an order. */
static inline uint64_t
order_values(const struct order *o)
{
	return (uint64_t)o->n * (uint64_t)(o->range.i_max - o->range.i_min) *
	       o->range.j_n;
}

/* LaRaErrorCode, or that the error is common. */
#define REFUSED_COMMON (-1)

/*
 * Opens the message: signature, signer, generation time; then the same
 * message in other octets.  Faults are those of spdu_open, BAD_MESSAGE,
 * DENIED and REPLAYED; order->digest and ->until are set.
 */
enum fault must_check order_open(struct order *, const scms_pdu **, struct la *,
    struct arena *, struct bytes body, uint32_t now, struct fault_info *);
/*
 * Checks what is ordered and finds or makes the chains.  FAULT_DENIED: cannot
 * be met, *code says why; other faults: ours.
 */
enum fault must_check order_check(struct order *, int *code, const scms_pdu *,
    struct la *, struct arena *, uint32_t now, struct fault_info *);

/* values.c: octets of all chains of the answer, with their values; writes
 * them.  FAULT_TOO_LARGE: arena. */
size_t values_octets(const struct order *);
enum fault must_check values_write(uint8_t *out, struct arena *,
    const struct la *, const struct order *, struct fault_info *);
/* answer.c: the whole signed answer, success or failure. */
enum fault must_check answer_success(struct bytes *out, struct arena *,
    const struct la *, const struct order *, struct fault_info *);
enum fault must_check answer_failure(struct bytes *out, struct arena *,
    const struct la *, const struct order *, int code, struct fault_info *);

#endif /* LA_ORDER_H */
