/* file.c - policy files and certificate chain files. */
#include "fuzz.h"
#include "schema/all.h"

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	fuzz_round_trip(&scms_file_asn, in, n);
	return 0;
}
