/* certificate.c - certificates, implicit and explicit. */
#include "fuzz.h"
#include "schema/all.h"

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	fuzz_round_trip(&certificate_asn, in, n);
	return 0;
}
