/*
 * batch.h - the requests of one message, from taken apart to answered.
 */
#ifndef PCA_BATCH_H
#define PCA_BATCH_H

#include "role/pca/pca.h"

/* One request; where HPCRs repeat, only the first of them. */
struct batch_entry {
	const struct pca_request *request;
	uint8_t hpcr[HPCR_OCTETS];
	enum refusal refusal;
	struct issue_item item;
	bool has_lv;	    /* taken from the store */
	uint8_t *record;    /* when issued */
	struct bytes reply; /* ScmsPDU */
};

/* Neither refused nor answered yet. */
static inline bool
entry_is_open(const struct batch_entry *e)
{
	return e->refusal == REFUSED_NOT && e->reply.p == NULL;
}

struct batch {
	struct pca *pca;
	struct arena *arena;
	struct batch_entry *entry; /* by HPCR */
	size_t n;
	const uint8_t **hpcr; /* of each entry */
};

/* Answers n requests: b->entry[].reply.  All that is newly issued is durable
 * when this returns. */
enum fault must_check batch_answer(struct batch *b, struct pca *,
    struct arena *, const struct pca_request *, size_t n,
    const uint8_t batch_id[BATCH_ID_OCTETS], struct fault_info *);

/* check.c: fills item of those that are fine, and refusal of the others. */
enum fault must_check check_entries(struct batch *, struct fault_info *);
/* plv.c: opens the pre-linkage values of those that are fine so far. */
enum fault must_check open_linkage_values(struct batch *, struct fault_info *);

#endif /* PCA_BATCH_H */
