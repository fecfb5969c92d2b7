/*
 * question.c - what an MA has signed, as PCA, LA and RA take it apart: form,
 * entries, what auditors sign and their countersignatures; and as an answer.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "inquiry/auditor.h"
#include "inquiry/kind.h"
#include "schema/scms_protocol.h"

static const char ma[] = "ma.monarch.test";

/* The same octets again after the countersignatures were taken out and put
 * back; what is countersigned stands in the message as it is. */
static void
take_apart(scms_pdu *pdu, enum inquiry_kind kind, struct arena *arena,
    struct bytes in, const struct component *self)
{
	struct bytes tbs, *signatures, again;
	size_t n, different;

	assert(inquiry_entries(pdu, kind) > 0);
	assert(inquiry_weight(pdu, kind) <= inquiry_entries(pdu, kind));
	if (inquiry_tbs(&tbs, arena, pdu, kind, NULL) != FAULT_OK ||
	    inquiry_signatures(&signatures, &n, arena, pdu, kind, NULL) !=
		FAULT_OK)
		return; /* arena */
	assert(memmem(in.p, in.n, tbs.p, tbs.n) != NULL);
	/* nobody is trusted, so no countersignature holds */
	assert(auditor_count(&different, arena, self, "/nonexistent", tbs,
		   signatures, n, NULL) != FAULT_OK ||
	       n == 0);
	if (inquiry_set_signatures(pdu, kind, arena, signatures, n, NULL) !=
		FAULT_OK ||
	    coer_encode_new(&again, arena, &scms_pdu_asn, pdu, NULL) !=
		FAULT_OK)
		return;
	assert(bytes_equal(again, in));
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t octets_n)
{
	struct bytes in = {octets, octets_n};
	struct arena arena = arena_new(16u << 20);
	struct component self = {.trust = trust_new()};
	static const uint8_t hash[8];
	unsigned kinds = 0;
	scms_pdu pdu;

	if (coer_decode(&scms_pdu_asn, &pdu, &arena, in, NULL) == FAULT_OK)
		for (unsigned k = 0; k < INQUIRY_KINDS; k++) {
			enum inquiry_kind kind = (enum inquiry_kind)k;

			if (inquiry_check_question(&pdu, kind, ma, NULL) ==
			    FAULT_OK) {
				kinds++;
				take_apart(&pdu, kind, &arena, in, &self);
			}
			if (inquiry_check_answer(&pdu, kind, hash, ma, NULL) ==
			    FAULT_OK)
				kinds++;
		}
	assert(kinds <= 1); /* no message is two */
	trust_free(self.trust);
	arena_free(&arena);
	return 0;
}
