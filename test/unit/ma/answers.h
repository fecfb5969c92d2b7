/* answers.h - what PCA, LAs, RA and CRL generator of the net answer. */
#ifndef TEST_MA_ANSWERS_H
#define TEST_MA_ANSWERS_H

#include "test/unit/ma/net.h"

/* ctx: struct net. */
inquiry_call_fn answers_call;
/* A LinkageChainId that only its LA can read. */
struct bytes answers_lci(struct net *);

#endif /* TEST_MA_ANSWERS_H */
