/*
 * report.c - misbehavior reports as an MA has them after decryption: contents,
 * the messages in them, and what these claim.  Signatures are not looked at.
 */
#include <stdlib.h>
#include <string.h>

#include "coer/coer.h"
#include "fuzz.h"
#include "misbehavior/plausibility.h"
#include "misbehavior/report.h"
#include "schema/dot2.h"

static _Alignas(64) uint8_t memory[4 << 20];

static bool
observe(struct observation *out, struct arena *arena, struct bytes in)
{
	const struct ieee1609_dot2_data *payload;
	const uint64_t *generated;
	struct ieee1609_dot2_data d;
	struct monarch_bsm bsm;

	if (coer_decode(&ieee1609_dot2_data_asn, &d, arena, in, NULL) !=
		FAULT_OK ||
	    d.content.is != ieee1609_dot2_content_signed_data)
		return false;
	payload = d.content.signed_data.tbs_data.payload.data;
	generated = d.content.signed_data.tbs_data.header_info.generation_time;
	if (payload == NULL || generated == NULL ||
	    payload->content.is != ieee1609_dot2_content_unsecured_data ||
	    monarch_bsm_decode(&bsm, payload->content.unsecured_data, NULL) !=
		FAULT_OK)
		return false;
	observation_of_bsm(out, &bsm, *generated, *generated);
	return true;
}

static size_t
observe_all(struct observation *out, struct arena *arena,
    const struct bytes *bsm, size_t n)
{
	size_t seen = 0;

	for (size_t k = 0; k < n; k++)
		seen += observe(&out[seen], arena, bsm[k]);
	return seen;
}

static void
judge(struct arena *arena, const struct misbehavior_report *r)
{
	struct observation seen[MISBEHAVIOR_BSMS_MOST];
	struct observation own[MISBEHAVIOR_BSMS_MOST];
	struct suspicion found[MISBEHAVIOR_KINDS];
	struct circumstances about = {.own = own};
	size_t n = observe_all(seen, arena, r->bsms, r->n);

	about.own_n = observe_all(own, arena, r->own, r->own_n);
	if (n == 0)
		return;
	seen[n - 1].received += 60000000;
	n = plausibility_check(found, seen, n, &about);
	for (size_t k = 0; k < n; k++)
		if (found[k].first >= MISBEHAVIOR_BSMS_MOST ||
		    (found[k].needs_own && found[k].own_first >= about.own_n) ||
		    memchr(found[k].text, '\0', sizeof(found[k].text)) == NULL)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	struct arena arena = arena_of(memory, sizeof(memory));
	struct misbehavior_report r;
	struct bytes again;

	if (misbehavior_report_decode(
		&r, &arena, (struct bytes){in, n}, NULL) != FAULT_OK)
		return 0;
	judge(&arena, &r);
	/* What we say is what CAMP's layout has without the rest. */
	arena = arena_of(memory + sizeof(memory) / 2, sizeof(memory) / 2);
	if (misbehavior_report_encode(&again, &arena, &r, NULL) == FAULT_OK &&
	    again.n > n)
		abort();
	return 0;
}
