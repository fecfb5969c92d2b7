/* role.c - roles of SCMS components, from the SSP under PSID 0x23. */
#include "base/arena.h"
#include "cert/cert.h"
#include "cert/perm.h"
#include "coer/coer.h"
#include "schema/scms_protocol.h"

_Static_assert((int)SCMS_ELECTOR == (int)scms_ssp_elector &&
		   (int)SCMS_RA == (int)scms_ssp_ra &&
		   (int)SCMS_AUDITOR == (int)scms_ssp_unknown,
    "numbers of the CHOICE");

static bool
read_ssp(scms_ssp *out, struct arena *a, const struct cert *k)
{
	const psid_ssp *p = perm_find(k, PSID_SECURITY);

	return p != NULL && p->ssp != NULL &&
	       p->ssp->is == service_specific_permissions_opaque &&
	       coer_decode(&scms_ssp_asn, out, a, p->ssp->opaque, NULL) ==
		   FAULT_OK;
}

enum scms_role
perm_role(const struct cert *k)
{
	uint8_t room[4096];
	struct arena a = arena_of(room, sizeof(room));
	scms_ssp ssp;

	if (!read_ssp(&ssp, &a, k) ||
	    (ssp.is == scms_ssp_unknown && ssp.unknown.index != SCMS_AUDITOR))
		return SCMS_NO_ROLE;
	return (enum scms_role)ssp.is;
}

bool
perm_la_id(uint8_t out[2], const struct cert *k)
{
	uint8_t room[4096];
	struct arena a = arena_of(room, sizeof(room));
	scms_ssp ssp;

	if (!read_ssp(&ssp, &a, k) || ssp.is != scms_ssp_la)
		return false;
	out[0] = (uint8_t)(ssp.la.la_id >> 8);
	out[1] = (uint8_t)ssp.la.la_id;
	return true;
}

const char *
scms_role_name(enum scms_role role)
{
	static const char *const names[] = {
	    "elector",
	    "root",
	    "PG",
	    "ICA",
	    "ECA",
	    "PCA",
	    "CRLG",
	    "DCM",
	    "LA",
	    "LOP",
	    "MA",
	    "RA",
	    "auditor",
	    "no SCMS component",
	};

	return names[role];
}

enum fault
perm_check_role(
    const struct cert *k, enum scms_role role, struct fault_info *fi)
{
	enum scms_role is = perm_role(k);

	if (is == role)
		return FAULT_OK;
	return fault_set(fi, FAULT_SSP_NOT_PERMITTED,
	    "certificate is of %s, not of %s", scms_role_name(is),
	    scms_role_name(role));
}
