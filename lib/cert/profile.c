/* profile.c - building certificates by profile; see profile.h. */
#include <string.h>

#include "base/secret.h"
#include "cert/convert.h"
#include "cert/profile_table.h"
#include "cert/validity.h"

const char *
profile_name(enum profile p)
{
	return profile_rules[p].name;
}

struct lifetime
profile_lifetime(enum profile p, enum lifetime_column column)
{
	return profile_rules[p].lifetime[column];
}

static duration
to_duration(struct lifetime l)
{
	duration d = {.is = (enum duration_tag)l.unit};

	d.hours = l.value; /* all alternatives are the same type */
	return d;
}

uint64_t
lifetime_seconds(struct lifetime l)
{
	duration d = to_duration(l);

	return duration_in_seconds(&d);
}

struct lifetime
lifetime_within(struct lifetime l, uint64_t seconds)
{
	static const struct {
		uint8_t unit;
		uint64_t seconds;
	} units[] = {{duration_seconds, 1}, {duration_minutes, 60},
	    {duration_hours, 3600}, {duration_sixty_hours, 216000}};
	size_t i = 0;

	if (lifetime_seconds(l) <= seconds)
		return l;
	while (i + 1 < sizeof(units) / sizeof(units[0]) &&
	       seconds / units[i].seconds > UINT16_MAX)
		i++;
	return (struct lifetime){
	    units[i].unit, (uint16_t)(seconds / units[i].seconds)};
}

/* ---- regions ---- */

geographic_region *
profile_countries(struct arena *a, const uint16_t *country, size_t n)
{
	geographic_region *r = ARENA_NEW(a, geographic_region);
	identified_region *v = ARENA_ARRAY(a, n, identified_region);
	size_t i;

	if (r == NULL || v == NULL)
		return NULL;
	for (i = 0; i < n; i++) {
		v[i].is = identified_region_country_only;
		v[i].country_only = country[i];
	}
	r->is = geographic_region_identified_region;
	r->identified_region = (sequence_of_identified_region){n, v};
	return r;
}

/* ---- permissions ---- */

/* opaque: the n SSPs given. */
static ssp_range *
opaque_range(struct arena *a, const struct bytes *ssp, size_t n)
{
	ssp_range *r = ARENA_NEW(a, ssp_range);
	octet_string *v = ARENA_ARRAY(a, n, octet_string);
	size_t i;

	if (r == NULL || v == NULL)
		return NULL;
	for (i = 0; i < n; i++)
		v[i] = ssp[i];
	r->is = ssp_range_opaque;
	r->opaque = (sequence_of_octet_string){n, v};
	return r;
}

static bool
pilot_range(psid_ssp_range *out, struct arena *a, const struct pilot_psid *p)
{
	out->psid = p->id;
	out->ssp_range = NULL;
	if (p->n_ssp == 0)
		return true;
	out->ssp_range = opaque_range(a, p->ssp, p->n_ssp);
	return out->ssp_range != NULL;
}

static const struct pilot_psid *
find_pilot(uint64_t id)
{
	size_t i;

	for (i = 0; i < PILOT_PSIDS_N; i++)
		if (pilot_psids[i].id == id)
			return &pilot_psids[i];
	return NULL;
}

static bool
listed_range(psid_ssp_range *out, struct arena *a, const struct group_rule *g,
    uint64_t id)
{
	static const struct bytes none = {NULL, 0};

	if (g->ssp == PILOT_SSP && find_pilot(id) != NULL)
		return pilot_range(out, a, find_pilot(id));
	out->psid = id;
	out->ssp_range = NULL;
	if (g->ssp != EMPTY_SSP)
		return true;
	out->ssp_range = opaque_range(a, &none, 1);
	return out->ssp_range != NULL;
}

static bool
fill_subject(
    subject_permissions *out, struct arena *a, const struct group_rule *g)
{
	psid_ssp_range *v;
	size_t i, n;

	if (g->psids == EVERY_PSID) {
		out->is = subject_permissions_all;
		return true;
	}
	n = g->psids == PILOT_PSIDS ? PILOT_PSIDS_N : g->list[1] != 0 ? 2 : 1;
	v = ARENA_ARRAY(a, n, psid_ssp_range);
	if (v == NULL)
		return false;
	out->is = subject_permissions_explicit;
	out->explicit = (sequence_of_psid_ssp_range){n, v};
	for (i = 0; i < n; i++)
		if (!(g->psids == PILOT_PSIDS
			    ? pilot_range(&v[i], a, &pilot_psids[i])
			    : listed_range(&v[i], a, g, g->list[i])))
			return false;
	return true;
}

sequence_of_psid_group_permissions *
profile_rule_groups(struct arena *a, const struct profile_rule *r)
{
	sequence_of_psid_group_permissions *out =
	    ARENA_NEW(a, sequence_of_psid_group_permissions);
	psid_group_permissions *v =
	    ARENA_ARRAY(a, r->n_group, psid_group_permissions);
	size_t i;

	if (out == NULL || v == NULL)
		return NULL;
	*out = (sequence_of_psid_group_permissions){r->n_group, v};
	for (i = 0; i < r->n_group; i++) {
		v[i].min_chain_length = r->group[i].min;
		v[i].chain_length_range = r->group[i].range;
		v[i].ee_type = r->group[i].ee_type;
		if (!fill_subject(&v[i].subject_permissions, a, &r->group[i]))
			return NULL;
	}
	return out;
}

sequence_of_psid_group_permissions *
profile_group(struct arena *a, const uint64_t *id, size_t n,
    bool zero_length_ssp, int min_chain_length, uint8_t ee_type)
{
	sequence_of_psid_group_permissions *out =
	    ARENA_NEW(a, sequence_of_psid_group_permissions);
	struct group_rule rule = {.ssp = zero_length_ssp ? EMPTY_SSP : ANY_SSP};
	psid_group_permissions *g = ARENA_NEW(a, psid_group_permissions);
	psid_ssp_range *v = ARENA_ARRAY(a, n, psid_ssp_range);
	size_t i;

	if (out == NULL || g == NULL || v == NULL)
		return NULL;
	for (i = 0; i < n; i++)
		if (!listed_range(&v[i], a, &rule, id[i]))
			return NULL;
	g->subject_permissions.is = subject_permissions_explicit;
	g->subject_permissions.explicit = (sequence_of_psid_ssp_range){n, v};
	g->min_chain_length = min_chain_length;
	g->ee_type = ee_type;
	*out = (sequence_of_psid_group_permissions){1, g};
	return out;
}

/* An entry of appPermissions with this opaque SSP, which is copied. */
static bool
fill_psid_ssp(psid_ssp *out, struct arena *a, uint64_t id, struct bytes ssp)
{
	service_specific_permissions *s =
	    ARENA_NEW(a, service_specific_permissions);

	if (s == NULL)
		return false;
	s->is = service_specific_permissions_opaque;
	s->opaque = bytes_copy(a, ssp);
	out->psid = id;
	out->ssp = s;
	return s->opaque.n == ssp.n;
}

sequence_of_psid_ssp *
profile_psids(struct arena *a, const uint64_t *id, size_t n)
{
	sequence_of_psid_ssp *out = ARENA_NEW(a, sequence_of_psid_ssp);
	psid_ssp *v = ARENA_ARRAY(a, n, psid_ssp);
	size_t i;

	if (out == NULL || v == NULL)
		return NULL;
	*out = (sequence_of_psid_ssp){n, v};
	for (i = 0; i < n; i++)
		if (!fill_psid_ssp(&v[i], a, id[i], BYTES_NONE))
			return NULL;
	return out;
}

/* ScmsSsp: the role's tag, preamble, version 1, and what LA and MA add; an
 * extension has its length in front. */
static struct bytes
role_ssp(uint8_t room[8], enum scms_role role, uint16_t id)
{
	struct writer w = writer_of(room, 8);

	write_uint(&w, 0x80 | (uint64_t)role, 1);
	if (role == SCMS_AUDITOR)
		write_uint(&w, 2, 1);
	write_uint(&w, 0x0001, 2);
	if (role == SCMS_LA)
		write_uint(&w, id, 2);
	if (role == SCMS_MA) /* relevantPsids: {0x20} */
		write_uint(&w, 0x01010120, 4);
	return writer_done(&w);
}

sequence_of_psid_ssp *
profile_rule_app(struct arena *a, const struct profile_rule *r, uint16_t id)
{
	sequence_of_psid_ssp *out = ARENA_NEW(a, sequence_of_psid_ssp);
	psid_ssp *v = ARENA_ARRAY(a, 2, psid_ssp);
	uint8_t room[8];

	if (out == NULL || v == NULL)
		return NULL;
	*out = (sequence_of_psid_ssp){r->crl_ssp.n != 0 ? 2 : 1, v};
	if (!fill_psid_ssp(
		&v[0], a, PSID_SECURITY, role_ssp(room, r->role, id)) ||
	    (r->crl_ssp.n != 0 &&
		!fill_psid_ssp(&v[1], a, PSID_CRL, r->crl_ssp)))
		return NULL;
	return out;
}

/* ---- templates ---- */

/* RIFs belong to certificates that no role has. */
static bool
has_rif(const struct profile_rule *r)
{
	return r->id == certificate_id_binary_id && r->role == SCMS_NO_ROLE;
}

static enum fault
fill_binary_id(certificate_id *out, struct arena *a, enum profile p,
    const struct profile_params *in, struct fault_info *fi)
{
	struct bytes id = {&in->binary_id, 1};

	if (has_rif(&profile_rules[p])) {
		if (in->rif == NULL)
			return fault_set(fi, FAULT_WRONG_PROFILE,
			    "%s certificate needs an RIF", profile_name(p));
		id = (struct bytes){in->rif, CERT_ID_SIZE};
	}
	out->binary_id = bytes_copy(a, id);
	if (out->binary_id.p == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory left");
	return FAULT_OK;
}

static enum fault
fill_id(certificate_id *out, struct arena *a, enum profile p,
    const struct profile_params *in, struct fault_info *fi)
{
	out->is = profile_rules[p].id;
	if (out->is == certificate_id_linkage_data) {
		out->linkage_data.i_cert = in->i;
		memcpy(out->linkage_data.linkage_value.b, in->linkage_value.b,
		    sizeof(in->linkage_value.b));
	} else if (out->is == certificate_id_binary_id) {
		return fill_binary_id(out, a, p, in, fi);
	} else if (p != PROFILE_ENROLLMENT) {
		if (in->name == NULL)
			return fault_set(fi, FAULT_WRONG_PROFILE,
			    "%s certificate needs a name", profile_name(p));
		out->name = bytes_of_string(in->name);
	}
	return FAULT_OK;
}

static bool
fill_permissions(to_be_signed_certificate *t, struct arena *a, enum profile p,
    const struct profile_params *in)
{
	static const uint64_t pseudonym[] = {PSID_BSM, PSID_MISBEHAVIOR};
	const struct profile_rule *r = &profile_rules[p];

	if (r->role != SCMS_NO_ROLE)
		t->app_permissions = profile_rule_app(a, r, in->la_id);
	else if (p != PROFILE_ENROLLMENT)
		t->app_permissions = profile_psids(a, pseudonym, 2);
	if (t->app_permissions == NULL && p != PROFILE_ENROLLMENT)
		return false;
	if (r->role == SCMS_NO_ROLE && p != PROFILE_ENROLLMENT &&
	    in->app_permissions != NULL)
		*t->app_permissions = *in->app_permissions;
	if (r->issue == PRESENT &&
	    (t->cert_issue_permissions = profile_rule_groups(a, r)) == NULL)
		return false;
	if (r->request != PRESENT)
		return true;
	t->cert_request_permissions = profile_rule_groups(a, r);
	if (t->cert_request_permissions == NULL)
		return false;
	if (p == PROFILE_ENROLLMENT && in->request_permissions != NULL)
		*t->cert_request_permissions = *in->request_permissions;
	return true;
}

static enum fault
fill_keys(to_be_signed_certificate *t, struct arena *a, enum profile p,
    const struct profile_params *in, struct fault_info *fi)
{
	const struct profile_rule *r = &profile_rules[p];
	verification_key_indicator *v = &t->verify_key_indicator;
	struct curve_point small = in->verify_key;

	v->is = verification_key_indicator_reconstruction_value;
	v->reconstruction_value.is = ecc_p256_curve_point_compressed_y_0;
	if (!r->implicit) {
		if (small.form == POINT_UNCOMPRESSED)
			curve_compress(&small);
		v->is = verification_key_indicator_verification_key;
		key_to_schema(&v->verification_key, &small);
	}
	if (r->encryption == ABSENT ||
	    (r->encryption == OPTIONAL && in->encryption_key == NULL))
		return FAULT_OK;
	if (in->encryption_key == NULL)
		return fault_set(fi, FAULT_WRONG_PROFILE,
		    "%s certificate needs an encryption key", r->name);
	t->encryption_key = ARENA_NEW(a, public_encryption_key);
	if (t->encryption_key == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory left");
	small = *in->encryption_key;
	if (small.form == POINT_UNCOMPRESSED)
		curve_compress(&small);
	encryption_key_to_schema(t->encryption_key, &small);
	return FAULT_OK;
}

static bool
fill_region(to_be_signed_certificate *t, struct arena *a,
    const struct profile_params *in)
{
	static const uint16_t usa = COUNTRY_USA;

	if (in->region == NULL)
		return (t->region = profile_countries(a, &usa, 1)) != NULL;
	if ((t->region = ARENA_NEW(a, geographic_region)) == NULL)
		return false;
	*t->region = *in->region;
	return true;
}

enum fault
profile_build(certificate **out, struct arena *a, enum profile p,
    const struct profile_params *in, struct fault_info *fi)
{
	const struct profile_rule *r = &profile_rules[p];
	certificate *c = ARENA_NEW(a, certificate);
	asn_null *rollover = ARENA_NEW(a, asn_null);
	to_be_signed_certificate *t;

	if (c == NULL || rollover == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory left");
	t = &c->to_be_signed;
	c->version = 3;
	c->type =
	    r->implicit ? certificate_type_implicit : certificate_type_explicit;
	TRY(fill_id(&t->id, a, p, in, fi));
	if (r->has_craca)
		memcpy(t->craca_id.b, in->craca_id, sizeof(t->craca_id.b));
	t->crl_series = r->crl_series;
	t->validity_period.start = in->start;
	t->validity_period.duration = to_duration(in->lifetime);
	if (r->rollover == PRESENT)
		t->can_request_rollover = rollover;
	TRY(fill_keys(t, a, p, in, fi));
	if (has_rif(r) && in->app_permissions == NULL)
		return fault_set(fi, FAULT_WRONG_PROFILE,
		    "%s certificate needs appPermissions", r->name);
	if ((r->region == PRESENT && !fill_region(t, a, in)) ||
	    !fill_permissions(t, a, p, in))
		return fault_set(fi, FAULT_TOO_LARGE, "no memory left");
	*out = c;
	return FAULT_OK;
}
