/* symmetric.c - see symmetric.h. */
#include "crypto/lanes/symmetric.h"

const struct engine_symmetric LANES(symmetric) = {
    .sha256 = LANES(sha256),
    .sha256_to_sign = LANES(sha256_to_sign),
    .hmac_sha256 = LANES(hmac_sha256),
    .ccm_seal = LANES(ccm_seal),
    .ccm_open = LANES(ccm_open),
    .feed_forward = LANES(feed_forward),
};
