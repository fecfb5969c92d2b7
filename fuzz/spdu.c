/* spdu.c - secured data, and the contents that it carries in turn. */
#include "coer/coer.h"
#include "fuzz.h"
#include "schema/all.h"

static _Alignas(64) uint8_t memory[1 << 20];

static void
inner(const uint8_t *in, size_t n)
{
	struct arena arena = arena_of(memory, sizeof(memory));
	const struct ieee1609_dot2_data *payload;
	struct ieee1609_dot2_data d;
	struct bytes b;

	if (coer_decode(&ieee1609_dot2_data_asn, &d, &arena,
		(struct bytes){in, n}, NULL) != FAULT_OK ||
	    d.content.is != ieee1609_dot2_content_signed_data)
		return;
	payload = d.content.signed_data.tbs_data.payload.data;
	if (payload == NULL ||
	    payload->content.is != ieee1609_dot2_content_unsecured_data)
		return;
	b = payload->content.unsecured_data;
	fuzz_round_trip(&scms_pdu_asn, b.p, b.n);
	fuzz_round_trip(
	    &to_be_signed_encrypted_certificate_response_asn, b.p, b.n);
	fuzz_round_trip(&crl_contents_asn, b.p, b.n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	if (fuzz_round_trip(&ieee1609_dot2_data_asn, in, n))
		inner(in, n);
	return 0;
}
