/* ceremony_agreement.c - LAs and PCA agree on the keys of pre-linkage values.
 */
#include "tool/scms/agreement.h"
#include "tool/scms/ceremony.h"

enum fault
ceremony_agreement(struct ceremony *c, struct fault_info *fi)
{
	static const enum part_id las[] = {PART_LA1, PART_LA2};
	struct bytes request;

	ceremony_record(c, "LA-PCA keys agreed on (SHA-256 of the PCA's "
			   "request)");
	for (size_t i = 0; i < sizeof(las) / sizeof(las[0]); i++) {
		const char *la = parts[las[i]].name;

		TRY(agreement_run(
		    &request, &c->arena, c->dir, parts[PART_PCA].name, la, fi));
		ceremony_record_hash(c, la, request);
	}
	return FAULT_OK;
}
