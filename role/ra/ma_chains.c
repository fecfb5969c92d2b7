/* ma_chains.c - POST /retrieve-linkage-chain-identifiers: for each device that
 * the MA had blacklisted, the chains whose certificates are valid now or
 * later. */
#include "base/time32.h"
#include "role/ra/block.h"
#include "role/ra/hpcr.h"
#include "role/ra/ma.h"

/* Header of the answer: most certificates that any device of this RA has in a
 * period, from the running one on. */
#define J_MAX_HEADER "Monarch-J-Max"
#define CHAINS_MOST  200u /* of all devices of a question */

/* The answer as it grows; v has room for CHAINS_MOST and one per HPCR. */
struct found {
	hpcr2_lci *v;
	size_t n;
	const hpcr *hpcr; /* of those that are being added */
	struct arena *arena;
};

/* First period with certificates that have not ended. */
static uint32_t
first_valid(const struct ra *ra)
{
	uint64_t seconds =
	    conf_duration_seconds(ra->environment->pseudonym_lifetime);
	uint64_t now = time32_now();

	return now < ra->environment->i_zero + seconds
		   ? 0
		   : ra_periods_until(ra, now - seconds) + 1;
}

static enum fault
read_lci(linkage_chain_id *out, struct arena *arena, const struct db_row *row,
    unsigned column, struct fault_info *fi)
{
	struct bytes octets = bytes_copy(arena, db_blob(row, column));

	if (octets.p == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "chain identifier");
	return coer_decode(&linkage_chain_id_asn, out, arena, octets, fi);
}

static enum fault
read_name(la_hostname_id *out, struct arena *arena, const struct db_row *row,
    unsigned column, struct fault_info *fi)
{
	*out = bytes_copy(arena, bytes_of_string(db_text(row, column)));
	return out->p != NULL ? FAULT_OK
			      : fault_set(fi, FAULT_TOO_LARGE, "name of an LA");
}

static enum fault
got_chain(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct found *found = ctx;
	lci_and_host_info *info = &found->v[found->n].reply.success.info;
	uint32_t last = (uint32_t)db_int(row, 2);

	if (found->n == CHAINS_MOST)
		return fault_set(
		    fi, FAULT_TOO_LARGE, "more than %u chains", CHAINS_MOST);
	found->v[found->n].hpcr = *found->hpcr;
	found->v[found->n].reply.is = hpcr2_lci_reply_success;
	found->v[found->n].reply.success.group_identifier = (octets4){{0}};
	for (unsigned k = 0; k < 4; k++)
		info->i_max.b[k] = (uint8_t)(last >> (24 - 8 * k));
	TRY(read_lci(&info->la1_lci, found->arena, row, 0, fi));
	TRY(read_lci(&info->la2_lci, found->arena, row, 1, fi));
	TRY(read_name(&info->la1_id, found->arena, row, 3, fi));
	TRY(read_name(&info->la2_id, found->arena, row, 4, fi));
	found->n++;
	return FAULT_OK;
}

static void
fail(struct found *found, const scms_error *error)
{
	found->v[found->n++] = (hpcr2_lci){
	    .hpcr = *found->hpcr,
	    .reply = {.is = hpcr2_lci_reply_failure, .failure = *error},
	};
}

/* All entries of one HPCR. */
static enum fault
find_chains(struct found *found, const struct hpcr_owner *owner, struct db *db,
    uint32_t first, struct fault_info *fi)
{
	size_t before = found->n;
	bool revoked = false;

	if (owner->is_known)
		TRY(block_is_for_ever(&revoked, db, owner->enrollment, fi));
	if (!revoked) {
		fail(found, &ma_no_such_hpcr);
		return FAULT_OK;
	}
	TRY(DB_EACH(db, DO_CHAINS_OF, got_chain, found, fi,
	    DB_BLOB(owner->enrollment, sizeof(owner->enrollment)),
	    DB_INT(first)));
	if (found->n == before)
		fail(found, &ma_no_chains);
	return FAULT_OK;
}

static enum fault
set_j_max(struct http_response *response, struct db *db, uint32_t first,
    struct arena *arena, struct fault_info *fi)
{
	const struct db_value arg[] = {DB_INT(first)};
	const char *text;
	int64_t most;

	TRY(db_run_int(db, &most, DO_MOST_FROM, arg, 1, fi));
	text = arena_printf(arena, "%lld", (long long)most);
	if (text == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, J_MAX_HEADER);
	http_set_header(response, J_MAX_HEADER, text);
	return FAULT_OK;
}

enum fault
ma_chains(scms_pdu *answer, struct ra *ra, struct db *db, struct arena *arena,
    const struct inquiry_question *question, struct http_response *response,
    struct fault_info *fi)
{
	const to_be_signed_lci_request_msg_hpcr *asked =
	    &question->pdu->content.ma_ra.ma_ra_lci_request.tbs.hpcr;
	ra_ma_lci_response_msg_lci_info *info =
	    &answer->content.ma_ra.ra_ma_lci_response.lci_info;
	struct found found = {.arena = arena};
	uint32_t first = first_valid(ra);
	struct hpcr_owner *owners;

	found.v = ARENA_ARRAY(arena, CHAINS_MOST + asked->n, hpcr2_lci);
	if (found.v == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "answer");
	TRY(db_begin_reading(db, fi));
	TRY(hpcr_owners(&owners, ra, db, arena, asked->v, asked->n, fi));
	for (size_t k = 0; k < asked->n; k++) {
		found.hpcr = &asked->v[k];
		TRY(find_chains(&found, &owners[k], db, first, fi));
	}
	info->v = found.v;
	info->n = found.n;
	return set_j_max(response, db, first, arena, fi);
}
