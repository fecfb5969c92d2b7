/* profile_check.c - does a certificate follow its profile?  See profile.h. */
#include <string.h>

#include "cert/profile_table.h"
#include "coer/coer.h"

#define ROOM 8192

static enum fault
wrong(const struct profile_rule *r, const char *field, const char *how,
    struct fault_info *fi)
{
	return fault_set(
	    fi, FAULT_WRONG_PROFILE, "%s profile: %s %s", r->name, field, how);
}

static enum fault
check_presence(const struct profile_rule *r, const char *field,
    enum field_rule rule, bool present, struct fault_info *fi)
{
	if (rule == PRESENT && !present)
		return wrong(r, field, "is absent", fi);
	if (rule == ABSENT && present)
		return wrong(r, field, "is present", fi);
	return FAULT_OK;
}

static bool
same(const struct asn_type *t, const void *a, const void *b)
{
	uint8_t room[2][ROOM / 4];
	struct writer w = writer_of(room[0], sizeof(room[0]));
	struct writer x = writer_of(room[1], sizeof(room[1]));

	return coer_encode(t, a, &w, NULL) == FAULT_OK &&
	       coer_encode(t, b, &x, NULL) == FAULT_OK &&
	       bytes_equal(writer_done(&w), writer_done(&x));
}

static enum fault
check_head(
    const struct profile_rule *r, const struct cert *k, struct fault_info *fi)
{
	static const uint8_t none[3];
	const to_be_signed_certificate *t = k->tbs;

	if (k->implicit != r->implicit)
		return wrong(r, "type", "is another", fi);
	if (k->self_issued != r->self)
		return wrong(
		    r, "issuer", r->self ? "is not self" : "is self", fi);
	if (t->id.is != r->id)
		return wrong(r, "id", "is of another kind", fi);
	if (r->id == certificate_id_linkage_data &&
	    t->id.linkage_data.group_linkage_value != NULL)
		return wrong(r, "group-linkage-value", "is present", fi);
	if (t->crl_series != r->crl_series)
		return wrong(r, "crlSeries", "is another", fi);
	if (!r->has_craca && memcmp(t->craca_id.b, none, sizeof(none)) != 0)
		return wrong(r, "cracaId", "is not zero", fi);
	return FAULT_OK;
}

static enum fault
check_fields(const struct profile_rule *r, const to_be_signed_certificate *t,
    struct fault_info *fi)
{
	bool app = r->role != SCMS_NO_ROLE || r->request == ABSENT;

	TRY(check_presence(r, "region", r->region, t->region != NULL, fi));
	TRY(check_presence(
	    r, "assuranceLevel", ABSENT, t->assurance_level != NULL, fi));
	TRY(check_presence(r, "appPermissions", app ? PRESENT : ABSENT,
	    t->app_permissions != NULL, fi));
	TRY(check_presence(r, "certIssuePermissions", r->issue,
	    t->cert_issue_permissions != NULL, fi));
	TRY(check_presence(r, "certRequestPermissions", r->request,
	    t->cert_request_permissions != NULL, fi));
	TRY(check_presence(r, "canRequestRollover", r->rollover,
	    t->can_request_rollover != NULL, fi));
	return check_presence(
	    r, "encryptionKey", r->encryption, t->encryption_key != NULL, fi);
}

static bool
is_compressed(const ecc_p256_curve_point *p)
{
	return p->is == ecc_p256_curve_point_compressed_y_0 ||
	       p->is == ecc_p256_curve_point_compressed_y_1;
}

static enum fault
check_keys(const struct profile_rule *r, const to_be_signed_certificate *t,
    struct fault_info *fi)
{
	const verification_key_indicator *v = &t->verify_key_indicator;
	const base_public_encryption_key *e;

	if (!r->implicit &&
	    v->verification_key.is != public_verification_key_ecdsa_nist_p256)
		return wrong(r, "verifyKeyIndicator", "is not NIST P-256", fi);
	if (!is_compressed(r->implicit ? &v->reconstruction_value
				       : &v->verification_key.ecdsa_nist_p256))
		return wrong(r, "verifyKeyIndicator", "is not compressed", fi);
	if (t->encryption_key == NULL)
		return FAULT_OK;
	e = &t->encryption_key->public_key;
	if (e->is != base_public_encryption_key_ecies_nist_p256 ||
	    !is_compressed(&e->ecies_nist_p256))
		return wrong(r, "encryptionKey",
		    "is not a compressed point of NIST P-256", fi);
	return FAULT_OK;
}

static enum fault
check_enrollment(const struct profile_rule *r,
    const to_be_signed_certificate *t, struct fault_info *fi)
{
	const sequence_of_psid_group_permissions *list =
	    t->cert_request_permissions;
	size_t i;

	if (t->id.name.n != 0)
		return wrong(r, "id", "is not the empty name", fi);
	for (i = 0; i < list->n; i++)
		if (list->v[i].min_chain_length != 0 ||
		    list->v[i].chain_length_range != 0 ||
		    list->v[i].ee_type != EE_APP)
			return wrong(r, "certRequestPermissions",
			    "is not for end entities", fi);
	return FAULT_OK;
}

/* Pseudonym, identification, application; the latter name an RIF. */
static enum fault
check_end_entity(const struct profile_rule *r,
    const to_be_signed_certificate *t, struct fault_info *fi)
{
	if (r->id == certificate_id_binary_id &&
	    t->id.binary_id.n != CERT_ID_SIZE)
		return wrong(r, "id", "is no HashedId8", fi);
	return FAULT_OK;
}

static enum fault
check_component(
    const struct profile_rule *r, const struct cert *k, struct fault_info *fi)
{
	uint8_t room[ROOM], id[2] = {0, 0};
	struct arena a = arena_of(room, sizeof(room));
	const to_be_signed_certificate *t = k->tbs;
	sequence_of_psid_group_permissions *groups;
	sequence_of_psid_ssp *app;

	if (r->role == SCMS_LA && !perm_la_id(id, k))
		return wrong(r, "appPermissions", "has no laId", fi);
	app = profile_rule_app(&a, r, (uint16_t)(id[0] << 8 | id[1]));
	if (app == NULL ||
	    !same(&sequence_of_psid_ssp_asn, app, t->app_permissions))
		return wrong(r, "appPermissions", "is another", fi);
	if (r->n_group == 0)
		return FAULT_OK;
	groups = profile_rule_groups(&a, r);
	if (groups == NULL ||
	    !same(&sequence_of_psid_group_permissions_asn, groups,
		r->issue == PRESENT ? t->cert_issue_permissions
				    : t->cert_request_permissions))
		return wrong(r,
		    r->issue == PRESENT ? "certIssuePermissions"
					: "certRequestPermissions",
		    "is another", fi);
	return FAULT_OK;
}

enum fault
profile_check(enum profile p, const struct cert *k, struct fault_info *fi)
{
	const struct profile_rule *r = &profile_rules[p];

	TRY(check_head(r, k, fi));
	TRY(check_fields(r, k->tbs, fi));
	TRY(check_keys(r, k->tbs, fi));
	if (p == PROFILE_ENROLLMENT)
		return check_enrollment(r, k->tbs, fi);
	if (r->role == SCMS_NO_ROLE)
		return check_end_entity(r, k->tbs, fi);
	return check_component(r, k, fi);
}
