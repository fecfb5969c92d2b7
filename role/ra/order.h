/*
 * order.h - an order of PLVs to one LA, and the LA's answer.
 */
#ifndef RA_ORDER_H
#define RA_ORDER_H

#include "role/ra/plv_file.h"
#include "role/ra/ra.h"

/* What both LAs are asked for: fresh chains, or some that go on. */
struct order {
	const struct ra_pca *pca; /* that opens the values */
	uint16_t i_min, i_max;
	uint8_t j_max;
	uint32_t fresh;	      /* 0: continuations */
	size_t continued;     /* chains that go on */
	struct bytes *lci[2]; /* their names, encoded; [continued] */
};

static inline size_t
order_chains(const struct order *o)
{
	return o->fresh > 0 ? o->fresh : o->continued;
}

/* The signed message to LA la (0 or 1). */
enum fault must_check order_sign(struct bytes *out, struct arena *,
    const struct ra *, const struct order *, unsigned la, struct fault_info *);

enum order_verdict {
	ORDER_MET,
	ORDER_AGAIN, /* refused; a new message may help */
	ORDER_DEAD   /* refused; this range will never be given */
};

/* An LA's values: chain c is values[c], period i its row i - i_min. */
struct order_answer {
	enum order_verdict verdict;
	const individual_plv_response_linkage_chain *chains;
};

/*
 * Verifies and checks the answer to request against what was ordered.  A
 * signed refusal is FAULT_OK with another verdict, and *fi says which.
 */
enum fault must_check order_open(struct order_answer *, struct arena *,
    const struct ra *, const struct order *, unsigned la, struct bytes request,
    struct bytes answer, struct fault_info *);

/* The PLV file of the values of both LAs.  FAULT_BAD_MESSAGE: the values of
 * one LA are not all of the same size. */
enum fault must_check order_file(struct bytes *out, struct arena *,
    const struct order *, const struct order_answer answer[2],
    struct fault_info *);

#endif /* RA_ORDER_H */
