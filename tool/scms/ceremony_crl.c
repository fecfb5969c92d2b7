/* ceremony_crl.c - the first CRL of each series, with nobody on it, and the
 * composite of them all. */
#include <stdio.h>
#include <string.h>

#include "cert/crl.h"
#include "tool/scms/ceremony.h"
#include "tool/scms/special.h"

#define OWN_SERIES 4 /* of the CRL generator; 256 is the root's */

static enum fault
sign_own(
    struct bytes list[OWN_SERIES], struct ceremony *c, struct fault_info *fi)
{
	struct crl crl = {.issued = c->now,
	    .next = c->now + (uint32_t)c->env->crl_interval_seconds,
	    .i_rev = (uint16_t)environment_period(c->env, c->now)};

	memcpy(crl.craca, c->actor[ACTOR_ROOT].cert->id, sizeof(crl.craca));
	for (uint16_t k = 0; k < OWN_SERIES; k++) {
		crl.series = CRL_SERIES_PSEUDONYM + k;
		TRY(crl_sign(&list[k], &c->arena, &crl,
		    &c->actor[ACTOR_CRLG].signer, fi));
	}
	return FAULT_OK;
}

/* Where the CRL generator takes it from. */
static enum fault
write_special(struct ceremony *c, struct bytes list, struct fault_info *fi)
{
	char name[sizeof(SPECIAL_PART "/") + SPECIAL_NAME], path[PATH_SIZE];
	char own[SPECIAL_NAME];

	ceremony_path(c, path, SPECIAL_PART "/" SPECIAL_FOLDER);
	TRY(file_mkdir(path, 0700, fi));
	special_name(own, c->actor[ACTOR_ROOT].cert);
	snprintf(name, sizeof(name), SPECIAL_PART "/%s", own);
	return ceremony_write(c, name, list, 0644, fi);
}

enum fault
ceremony_special(struct ceremony *c, struct bytes *list, struct fault_info *fi)
{
	TRY(special_sign(list, &c->arena, 0, NULL, 0, c->now,
	    &c->actor[ACTOR_ROOT].signer, fi));
	return write_special(c, *list, fi);
}

/* crl_<period>_<number>.oer, the form of CAMP's example. */
static enum fault
write_composite(struct ceremony *c, struct bytes crl, struct fault_info *fi)
{
	char name[64], path[PATH_SIZE];

	snprintf(name, sizeof(name), "crl_%04x_0001.oer",
	    environment_period(c->env, c->now) & 0xffff);
	path_join(path, "crlstore/data", name);
	TRY(ceremony_write(c, path, crl, 0644, fi));
	TRY(ceremony_write(c, "public/CRL.oer", crl, 0644, fi));
	ceremony_record_hash(c, name, crl);
	return FAULT_OK;
}

enum fault
ceremony_crl(struct ceremony *c, struct fault_info *fi)
{
	struct bytes list[OWN_SERIES + 1], composite;
	struct crl_parts pieces = {.list = list, .lists = OWN_SERIES + 1};

	ceremony_record(c, "Composite CRL (SHA-256)");
	TRY(sign_own(list, c, fi));
	TRY(ceremony_special(c, &list[OWN_SERIES], fi));
	TRY(crl_composite_build(&composite, &c->arena, &pieces, fi));
	return write_composite(c, composite, fi);
}
