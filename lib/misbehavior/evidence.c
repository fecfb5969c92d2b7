/* evidence.c - see evidence.h. */
#include <string.h>

#include "cert/perm.h"
#include "cert/spdu.h"
#include "misbehavior/evidence.h"
#include "schema/dot2.h"

static const struct spdu_rules any_time = {
    .psid = PSID_BSM, .now = TRUST_ANY_TIME, .need_generation_time = true};

#define SECOND 1000000u /* Time64 */

/* What the BSMs of one certificate are held against. */
struct bounds {
	const struct cert *signer;
	uint64_t first, last; /* Time64 */
};

static struct bounds
bounds_of(const struct cert *signer, const struct opened_report *opened,
    const struct report_rules *r)
{
	const uint64_t made = opened->origin.generated;
	const uint64_t age = (uint64_t)r->max_age * SECOND;

	return (struct bounds){
	    .signer = signer,
	    .first = made > age ? made - age : 0,
	    .last = made + (uint64_t)r->tolerance * SECOND,
	};
}

static enum fault
check_time(uint64_t t, const struct bounds *b, struct fault_info *fi)
{
	if (t < b->first)
		return fault_set(fi, FAULT_TOO_OLD,
		    "generated %llu s too long before the report",
		    (unsigned long long)((b->first - t) / SECOND));
	if (t > b->last)
		return fault_set(fi, FAULT_GENERATED_IN_FUTURE,
		    "generated %llu s too late for the report",
		    (unsigned long long)((t - b->last) / SECOND));
	return FAULT_OK;
}

static enum fault
observe(struct observation *out, const struct spdu *spdu,
    const struct bounds *bounds, struct fault_info *fi)
{
	struct monarch_bsm bsm;
	uint64_t t = spdu->header.generation_time;

	if (memcmp(spdu->signer->id, bounds->signer->id, CERT_ID_SIZE) != 0)
		return fault_set(
		    fi, FAULT_DENIED, "signed under another certificate");
	TRY(check_time(t, bounds, fi));
	if (!spdu->is_unsecured)
		return fault_set(fi, FAULT_BAD_MESSAGE, "no BSM inside");
	TRY(monarch_bsm_decode(&bsm, spdu->payload, fi));
	observation_of_bsm(out, &bsm, t, t);
	return FAULT_OK;
}

/* Whoever could choose an order might make an honest track look wrong; only
 * the last of all may have come late. */
static enum fault
check_order(const struct observation *v, size_t n, struct fault_info *fi)
{
	for (size_t k = 1; k < n; k++)
		if (v[k].generated <= v[k - 1].generated)
			return fault_set(fi, FAULT_BAD_MESSAGE,
			    "BSM %zu: not in the order of generation", k + 1);
	return FAULT_OK;
}

/* All BSMs of one certificate, which is known or comes with the first. */
static enum fault
observe_all(struct observation **out, struct arena *arena,
    const struct bytes *bsm, size_t n, const struct bounds *bounds,
    struct trust *trust, struct fault_info *fi)
{
	struct observation *seen = ARENA_ARRAY(arena, n, struct observation);
	enum fault *verdict = ARENA_ARRAY(arena, n, enum fault);
	struct spdu *spdu = ARENA_ARRAY(arena, n, struct spdu);

	if (seen == NULL || verdict == NULL || spdu == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "evidence");
	if (spdu_open_batch(spdu, verdict, arena, bsm, n, trust, &any_time) !=
	    FAULT_OK)
		for (size_t k = 0; k < n; k++)
			if (verdict[k] != FAULT_OK)
				return fault_set(fi, verdict[k], "BSM %zu: %s",
				    k + 1, fault_text(verdict[k]));
	for (size_t k = 0; k < n; k++)
		if (observe(&seen[k], &spdu[k], bounds, fi) != FAULT_OK)
			return fault_prefix(fi, "BSM %zu", k + 1);
	*out = seen;
	return FAULT_OK;
}

/* Who has signed the first of the BSMs: it must say so itself. */
static enum fault
find_accused(const struct cert **out, struct arena *arena, struct bytes first,
    struct trust *trust, struct fault_info *fi)
{
	struct spdu spdu;

	if (spdu_open(&spdu, arena, first, trust, &any_time, fi) != FAULT_OK)
		return fault_prefix(fi, "BSM 1");
	if (spdu.data->content.signed_data.signer.is !=
	    signer_identifier_certificate)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "BSM 1: without its certificate");
	*out = spdu.signer;
	trust_remember(trust, spdu.signer);
	return FAULT_OK;
}

enum fault
evidence_open(struct evidence *out, struct arena *arena,
    const struct opened_report *opened, const struct report_rules *rules,
    struct trust *trust, struct fault_info *fi)
{
	const struct misbehavior_report *r = &opened->report;
	struct observation *seen = NULL, *own = NULL;
	struct bounds bounds;

	*out = (struct evidence){.n = r->n, .own_n = r->own_n};
	TRY(find_accused(&out->accused, arena, r->bsms[0], trust, fi));
	if (memcmp(out->accused->id, opened->reporter->id, CERT_ID_SIZE) == 0)
		return fault_set(
		    fi, FAULT_DENIED, "the reporter accuses itself");
	bounds = bounds_of(out->accused, opened, rules);
	TRY(observe_all(&seen, arena, r->bsms, r->n, &bounds, trust, fi));
	TRY(check_order(seen, r->n - 1, fi));
	seen[r->n - 1].received = opened->origin.generated;
	out->seen = seen;
	if (r->own_n == 0)
		return FAULT_OK;
	trust_remember(trust, opened->reporter);
	bounds.signer = opened->reporter;
	if (observe_all(&own, arena, r->own, r->own_n, &bounds, trust, fi) !=
		FAULT_OK ||
	    check_order(own, r->own_n, fi) != FAULT_OK)
		return fault_prefix(fi, "of the reporter");
	out->own = own;
	return FAULT_OK;
}

enum fault
evidence_judge(struct suspicion *out, const struct evidence *e,
    enum misbehavior_kind kind, struct fault_info *fi)
{
	const struct circumstances about = {
	    .region = region_of_cert(e->accused),
	    .own = e->own,
	    .own_n = e->own_n};
	struct suspicion found[MISBEHAVIOR_KINDS];
	size_t n = plausibility_check(found, e->seen, e->n, &about);

	for (size_t k = 0; k < n; k++)
		if (found[k].kind == kind) {
			*out = found[k];
			return FAULT_OK;
		}
	return fault_set(fi, FAULT_CONSTRAINT, "the messages do not show %s",
	    misbehavior_kind_text(kind));
}
