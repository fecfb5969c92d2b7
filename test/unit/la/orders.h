/*
 * orders.h - orders of pre-linkage values, as an RA makes them, and what comes
 * back.
 */
#ifndef TEST_LA_ORDERS_H
#define TEST_LA_ORDERS_H

#include "role/la/la.h"
#include "test/unit/plv/world.h"

typedef struct la_ra_pre_linkage_value_response_msg
    la_ra_pre_linkage_value_response_msg;
typedef struct pre_linkage_value_request_response
    pre_linkage_value_request_response;

#define MORE_MAX 4

struct wish {
	const char *ra_id, *pca_id;
	uint16_t i_min, i_max;
	uint8_t j_max;
	uint32_t fresh;		     /* 0: absent */
	struct bytes more[MORE_MAX]; /* LCIs */
	size_t more_n;
	const struct component *signer;
	uint64_t time; /* 0: absent */
	bool group;    /* the other kind of request */
};

/* Two fresh chains of three weeks, 20 values each. */
struct wish wish_usual(const struct world *);
struct bytes sign_wish(struct arena *, const struct wish *);

/* Sends octets; the answer is copied into the test's arena. */
enum fault send_order(struct bytes *out, struct la *, struct arena *,
    struct bytes body, struct fault_info *);
/* Opens an answer as the RA does; it belongs to body. */
const la_ra_pre_linkage_value_response_msg *open_answer(const struct world *,
    struct arena *, struct bytes answer, struct bytes body);
/* Both, of an order that is met. */
const pre_linkage_value_request_response *success_of(
    const struct world *, struct arena *, struct la *, struct bytes body);

#endif /* TEST_LA_ORDERS_H */
