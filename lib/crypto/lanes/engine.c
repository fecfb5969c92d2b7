/* engine.c - the table of this engine. */
#include "crypto/lanes/fixed.h"
#include "crypto/lanes/lanes.h"
#include "crypto/lanes/symmetric.h"

static void
know(struct p256_known *known)
{
	known->odd = LANES(fixed_new)(&known->q);
}

const struct engine LANES(engine) = {
#ifdef LANES_EMULATED
    .name = "emulated",
#else
    .name = "lanes",
#endif
    .symmetric = &LANES(symmetric),
    .check = LANES(check),
    .decompress = LANES(decompress),
    .sum = LANES(sum),
    .know = know,
    .invert = LANES(invert),
    .mul_add = LANES(mul_add),
    .reduce384 = LANES(reduce384),
};
