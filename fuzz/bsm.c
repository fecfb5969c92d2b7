/* bsm.c - basic safety messages: what decodes is the same after encoding. */
#include <stdlib.h>
#include <string.h>

#include "bsm/bsm.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	uint8_t out[MONARCH_BSM_SIZE];
	struct monarch_bsm bsm, again;

	if (monarch_bsm_decode(&bsm, (struct bytes){in, n}, NULL) != FAULT_OK)
		return 0;
	if (monarch_bsm_encode(out, &bsm, NULL) != FAULT_OK ||
	    monarch_bsm_decode(&again, BYTES(out), NULL) != FAULT_OK ||
	    memcmp(&bsm, &again, sizeof(bsm)) != 0)
		abort();
	/* A message of part I alone has one encoding. */
	if (n == sizeof(out) && memcmp(in, out, n) != 0 && in[3] < 0x20 &&
	    in[0] < 0x80)
		abort();
	return 0;
}
