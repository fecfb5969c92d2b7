/* ee_message.c - what devices and components send inside SPDUs, both layouts.
 */
#include "fuzz.h"
#include "schema/all.h"

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	fuzz_round_trip(&signed_certificate_request_asn, in, n);
	fuzz_round_trip(&signed_certificate_request_124_asn, in, n);
	fuzz_round_trip(&scms_pdu_asn, in, n);
	fuzz_round_trip(&scms_pdu_124_asn, in, n);
	return 0;
}
