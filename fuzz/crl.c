/* crl.c - CRL contents and composite CRLs. */
#include "fuzz.h"
#include "schema/all.h"

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	fuzz_round_trip(&crl_contents_asn, in, n);
	fuzz_round_trip(&composite_crl_asn, in, n);
	return 0;
}
