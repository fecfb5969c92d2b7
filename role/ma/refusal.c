/* refusal.c - see refusal.h. */
#include <string.h>

#include "role/ma/refusal.h"

static const struct {
	const char *name, *words;
} rows[] = {
#define REFUSAL(name, words) {name, words},
#include "role/ma/refusal.def"
#undef REFUSAL
};

static const char *
la_name(const la_ma_error *e)
{
	if (e->is == la_ma_error_la_ma_base_error)
		return coer_name_of(
		    &la_ma_base_error_code_asn, e->la_ma_base_error);
	if (e->is == la_ma_error_la_ma_linkage_info_error)
		return coer_name_of(&la_ma_linkage_info_error_code_asn,
		    e->la_ma_linkage_info_error);
	if (e->is == la_ma_error_la_ma_linkage_seed_error)
		return coer_name_of(&la_ma_linkage_seed_error_code_asn,
		    e->la_ma_linkage_seed_error);
	return NULL;
}

static const char *
ra_name(const ma_ra_error *e)
{
	if (e->is == ma_ra_error_ma_ra_base_error)
		return coer_name_of(
		    &ma_ra_base_error_code_asn, e->ma_ra_base_error);
	if (e->is == ma_ra_error_ma_ra_blacklist_error)
		return coer_name_of(
		    &ma_ra_blacklist_error_code_asn, e->ma_ra_blacklist_error);
	if (e->is == ma_ra_error_ma_ra_lci_error)
		return coer_name_of(
		    &ma_ra_lci_error_code_asn, e->ma_ra_lci_error);
	if (e->is == ma_ra_error_ma_ra_cdv_error)
		return coer_name_of(
		    &ma_ra_cdv_error_code_asn, e->ma_ra_cdv_error);
	return NULL;
}

const char *
refusal_name(const scms_error *e)
{
	if (e->is == scms_error_ma_pca && e->ma_pca.is == ma_pca_error_ma_pca)
		return coer_name_of(&ma_pca_error_code_asn, e->ma_pca.ma_pca);
	if (e->is == scms_error_la_ma)
		return la_name(&e->la_ma);
	if (e->is == scms_error_ma_ra)
		return ra_name(&e->ma_ra);
	if (e->is == scms_error_common)
		return coer_name_of(&scms_common_error_asn, e->common);
	return NULL;
}

const char *
refusal_words(const scms_error *e)
{
	const char *name = refusal_name(e);

	for (size_t i = 0; name != NULL && i < sizeof(rows) / sizeof(rows[0]);
	     i++)
		if (strcmp(rows[i].name, name) == 0)
			return rows[i].words;
	return "refuses for a reason that has no name here";
}

bool
refusal_is(const scms_error *e, const char *name)
{
	const char *is = refusal_name(e);

	return is != NULL && strcmp(is, name) == 0;
}

enum fault
refusal_fault(const char *peer, const scms_error *e, struct fault_info *fi)
{
	return fault_set(fi, FAULT_DENIED, "%s %s", peer, refusal_words(e));
}
