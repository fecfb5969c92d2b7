/*
 * Every violation of a chain, provoked one by one: a table of changes to the
 * templates of root, ICA, CA and leaf, each with the fault it must give.
 */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "common.h"

enum level { ROOT, ICA, CA, LEAF };

struct mutation {
	const char *name;
	const char *fault;
	enum profile leaf; /* pseudonym below PCA, enrollment below
			    * ECA, or a component below the ICA */
	enum profile ca;
	enum level level;
	void (*change)(certificate *);
	uint32_t time; /* 0: NOW */
};

/* ---- changes ---- */

static psid_group_permissions *
issue_group(certificate *c, size_t i)
{
	assert_true(i < c->to_be_signed.cert_issue_permissions->n);
	return &c->to_be_signed.cert_issue_permissions->v[i];
}

static void
set_validity(certificate *c, uint32_t start, unsigned hours)
{
	c->to_be_signed.validity_period.start = start;
	c->to_be_signed.validity_period.duration.is = duration_hours;
	c->to_be_signed.validity_period.duration.hours = (uint16_t)hours;
}

static void
nothing(certificate *c)
{
	(void)c;
}

static void
starts_too_early(certificate *c)
{
	c->to_be_signed.validity_period.start = T0 - 1;
}

static void
ends_too_late(certificate *c)
{
	c->to_be_signed.validity_period.duration.is = duration_years;
	c->to_be_signed.validity_period.duration.years = 18;
}

static void
lasts_an_hour(certificate *c)
{
	set_validity(c, T0, 1);
}

static void
starts_later(certificate *c)
{
	set_validity(c, NOW + 1, 100);
}

static void
set_country(certificate *c, uint16_t country)
{
	c->to_be_signed.region = profile_countries(&A, &country, 1);
}

static void
in_canada(certificate *c)
{
	set_country(c, COUNTRY_CANADA);
}

static void
part_of_usa(certificate *c)
{
	geographic_region *r = c->to_be_signed.region;
	static uint8_t one = 5;

	r->identified_region.v[0].is = identified_region_country_and_regions;
	r->identified_region.v[0].country_and_regions.country_only =
	    COUNTRY_USA;
	r->identified_region.v[0].country_and_regions.regions =
	    (sequence_of_uint8){1, &one};
}

static void
no_region(certificate *c)
{
	c->to_be_signed.region = NULL;
}

static void
circle(certificate *c)
{
	c->to_be_signed.region->is = geographic_region_circular_region;
	c->to_be_signed.region->circular_region =
	    (circular_region){{455000000, -735700000}, 1000}; /* Montreal */
}

static void
foreign_app_psid(certificate *c)
{
	c->to_be_signed.app_permissions->v[1].psid = 0x99;
}

static void
long_ssp(certificate *c)
{
	c->to_be_signed.app_permissions->v[0].ssp->opaque = hex("01");
}

static void
absent_ssp(certificate *c)
{
	c->to_be_signed.app_permissions->v[0].ssp = NULL;
}

static void
bitmap_ssp_where_opaque(certificate *c)
{
	c->to_be_signed.app_permissions->v[0].ssp->is =
	    service_specific_permissions_bitmap_ssp;
	c->to_be_signed.app_permissions->v[0].ssp->bitmap_ssp = hex("01");
}

static void
foreign_request_psid(certificate *c)
{
	c->to_be_signed.cert_request_permissions->v[0]
	    .subject_permissions.explicit.v[0]
	    .psid = 0x99;
}

static void
any_ssp_requested(certificate *c)
{
	c->to_be_signed.cert_request_permissions->v[0]
	    .subject_permissions.explicit.v[0]
	    .ssp_range = NULL;
}

static void
all_requested(certificate *c)
{
	c->to_be_signed.cert_request_permissions->v[0].subject_permissions.is =
	    subject_permissions_all;
}

static void
no_permissions(certificate *c)
{
	c->to_be_signed.app_permissions = NULL;
}

static void
no_issuing(certificate *c)
{
	c->to_be_signed.cert_issue_permissions = NULL;
}

static void
first_min_0(certificate *c)
{
	issue_group(c, 0)->min_chain_length = 0;
}

static void
first_min_2(certificate *c)
{
	issue_group(c, 0)->min_chain_length = 2;
}

static void
first_min_huge(certificate *c)
{
	issue_group(c, 0)->min_chain_length = INT64_MAX;
	issue_group(c, 0)->chain_length_range = INT64_MAX;
}

static void
first_min_4(certificate *c)
{
	issue_group(c, 0)->min_chain_length = 4;
}

static void
first_range_minus_2(certificate *c)
{
	issue_group(c, 0)->chain_length_range = -2;
}

static void
first_range_any(certificate *c)
{
	issue_group(c, 0)->chain_length_range = -1;
}

static void
no_ee_type(certificate *c)
{
	issue_group(c, 0)->ee_type = 0;
}

/* The ICA's pilots' group: exactly end entities, so that no CA fits below. */
static void
second_range_0(certificate *c)
{
	issue_group(c, 1)->chain_length_range = 0;
}

static void
second_app_only(certificate *c)
{
	issue_group(c, 1)->ee_type = EE_APP;
}

/* Without it the ICA cannot issue components (design.md 4). */
static void
no_third_group(certificate *c)
{
	c->to_be_signed.cert_issue_permissions->n = 2;
}

static void
all_and_exactly_two(certificate *c)
{
	c->to_be_signed.cert_issue_permissions->n = 1;
}

static void
first_explicit_only(certificate *c)
{
	sequence_of_psid_group_permissions *p =
	    c->to_be_signed.cert_issue_permissions;

	p->v++; /* without "all" */
	p->n--;
}

static void
first_of_all(certificate *c)
{
	issue_group(c, 0)->subject_permissions.is = subject_permissions_all;
}

static void
foreign_issue_psid(certificate *c)
{
	issue_group(c, 0)->subject_permissions.explicit.v[3].psid = 0x99;
}

/* Where the first PSID (0x20) has bitmaps: value 1010, mask 1110 (high
 * nibble). */
static void
bitmap_range(certificate *c)
{
	ssp_range *r = ARENA_NEW(&A, ssp_range);

	r->is = ssp_range_bitmap_ssp_range;
	r->bitmap_ssp_range.ssp_value = hex("a0");
	r->bitmap_ssp_range.ssp_bitmask = hex("e0");
	issue_group(c, 0)->subject_permissions.explicit.v[0].ssp_range = r;
}

static void
bitmap_range_odd(certificate *c)
{
	bitmap_range(c);
	issue_group(c, 0)
	    ->subject_permissions.explicit.v[0]
	    .ssp_range->bitmap_ssp_range.ssp_bitmask = hex("e000");
}

#define AS_PSEUDONYM  PROFILE_PSEUDONYM, PROFILE_PCA
#define AS_ENROLLMENT PROFILE_ENROLLMENT, PROFILE_ECA

/* clang-format off */
static const struct mutation table[] = {
	{ "as it is", "OK", AS_PSEUDONYM, LEAF, nothing, 0 },
	{ "as it is", "OK", AS_ENROLLMENT, LEAF, nothing, 0 },
	/* validity */
	{ "leaf starts before CA", "VALIDITY_NOT_NESTED", AS_PSEUDONYM, LEAF, starts_too_early, 0 },
	{ "leaf ends after CA", "VALIDITY_NOT_NESTED", AS_PSEUDONYM, LEAF, ends_too_late, 0 },
	{ "enrollment starts early", "VALIDITY_NOT_NESTED", AS_ENROLLMENT, LEAF, starts_too_early, 0 },
	{ "CA starts before ICA", "VALIDITY_NOT_NESTED", AS_PSEUDONYM, CA, starts_too_early, 0 },
	{ "CA ends after ICA", "VALIDITY_NOT_NESTED", AS_PSEUDONYM, CA, ends_too_late, 0 },
	{ "ICA starts before root", "VALIDITY_NOT_NESTED", AS_PSEUDONYM, ICA, starts_too_early, 0 },
	{ "ICA ends after root", "VALIDITY_NOT_NESTED", AS_PSEUDONYM, ICA, ends_too_late, 0 },
	{ "root lasts an hour", "VALIDITY_NOT_NESTED", AS_PSEUDONYM, ROOT, lasts_an_hour, TRUST_ANY_TIME },
	{ "root lasted an hour", "EXPIRED", AS_PSEUDONYM, ROOT, lasts_an_hour, 0 },
	/* time */
	{ "first second", "OK", AS_PSEUDONYM, LEAF, nothing, T0 },
	{ "a second before", "NOT_YET_VALID", AS_PSEUDONYM, LEAF, nothing, T0 - 1 },
	{ "last second", "OK", AS_PSEUDONYM, LEAF, nothing, T0 + 169 * 3600 - 1 },
	{ "a second after", "EXPIRED", AS_PSEUDONYM, LEAF, nothing, T0 + 169 * 3600 },
	{ "leaf starts later", "NOT_YET_VALID", AS_PSEUDONYM, LEAF, starts_later, 0 },
	{ "leaf starts later, any time", "OK", AS_PSEUDONYM, LEAF, starts_later, TRUST_ANY_TIME },
	/* region */
	{ "leaf in Canada", "REGION_NOT_NESTED", AS_PSEUDONYM, LEAF, in_canada, 0 },
	{ "leaf in part of USA", "OK", AS_PSEUDONYM, LEAF, part_of_usa, 0 },
	{ "CA in part of USA", "REGION_NOT_NESTED", AS_PSEUDONYM, CA, part_of_usa, 0 },
	{ "leaf without region", "OK", AS_PSEUDONYM, LEAF, no_region, 0 },
	{ "CA without region", "OK", AS_PSEUDONYM, CA, no_region, 0 },
	{ "leaf in a circle", "REGION_NOT_NESTED", AS_PSEUDONYM, LEAF, circle, 0 },
	{ "CA in Canada", "REGION_NOT_NESTED", AS_PSEUDONYM, CA, in_canada, 0 },
	{ "root in Canada", "REGION_NOT_NESTED", AS_PSEUDONYM, ROOT, in_canada, 0 },
	/* PSIDs and SSPs of the leaf */
	{ "foreign PSID", "PSID_NOT_PERMITTED", AS_PSEUDONYM, LEAF, foreign_app_psid, 0 },
	{ "SSP 01", "SSP_NOT_PERMITTED", AS_PSEUDONYM, LEAF, long_ssp, 0 },
	{ "SSP absent", "OK", AS_PSEUDONYM, LEAF, absent_ssp, 0 },
	{ "bitmap SSP", "SSP_NOT_PERMITTED", AS_PSEUDONYM, LEAF, bitmap_ssp_where_opaque, 0 },
	{ "foreign PSID requested", "PSID_NOT_PERMITTED", AS_ENROLLMENT, LEAF, foreign_request_psid, 0 },
	{ "any SSP requested", "SSP_NOT_PERMITTED", AS_ENROLLMENT, LEAF, any_ssp_requested, 0 },
	{ "all PSIDs requested", "PSID_NOT_PERMITTED", AS_ENROLLMENT, LEAF, all_requested, 0 },
	{ "no permissions", "CONSTRAINT", AS_PSEUDONYM, LEAF, no_permissions, 0 },
	/* the CA */
	{ "CA may not issue", "PSID_NOT_PERMITTED", AS_PSEUDONYM, CA, no_issuing, 0 },
	{ "CA min 0", "CHAIN_LENGTH_NOT_PERMITTED", AS_PSEUDONYM, CA, first_min_0, 0 },
	{ "CA min 2", "CHAIN_LENGTH_NOT_PERMITTED", AS_PSEUDONYM, CA, first_min_2, 0 },
	{ "CA min huge", "CHAIN_LENGTH_NOT_PERMITTED", AS_PSEUDONYM, CA, first_min_huge, 0 },
	{ "CA range -2", "CHAIN_LENGTH_NOT_PERMITTED", AS_PSEUDONYM, CA, first_range_minus_2, 0 },
	{ "CA range -1", "OK", AS_PSEUDONYM, CA, first_range_any, 0 },
	{ "CA without eeType", "CONSTRAINT", AS_PSEUDONYM, CA, no_ee_type, 0 },
	{ "CA for all", "OK", AS_PSEUDONYM, CA, first_of_all, 0 },
	{ "CA for a foreign PSID", "OK", AS_PSEUDONYM, CA, foreign_issue_psid, 0 },
	{ "bitmap range, opaque SSP", "SSP_NOT_PERMITTED", AS_PSEUDONYM, CA, bitmap_range, 0 },
	{ "bitmap range of odd form", "CONSTRAINT", AS_PSEUDONYM, CA, bitmap_range_odd, 0 },
	{ "pseudonym from ECA", "EE_TYPE_NOT_PERMITTED", PROFILE_PSEUDONYM, PROFILE_ECA, LEAF, nothing, 0 },
	{ "enrollment from PCA", "EE_TYPE_NOT_PERMITTED", PROFILE_ENROLLMENT, PROFILE_PCA, LEAF, lasts_an_hour, T0 },
	{ "pseudonym from RA", "PSID_NOT_PERMITTED", PROFILE_PSEUDONYM, PROFILE_RA, LEAF, lasts_an_hour, T0 },
	/* the ICA */
	{ "ICA may not issue", "PSID_NOT_PERMITTED", AS_PSEUDONYM, ICA, no_issuing, 0 },
	{ "ICA without its third group", "CHAIN_LENGTH_NOT_PERMITTED", AS_PSEUDONYM, ICA, no_third_group, 0 },
	{ "ICA: pilots exactly 1", "CHAIN_LENGTH_NOT_PERMITTED", AS_PSEUDONYM, ICA, second_range_0, 0 },
	{ "ICA: pilots app only", "OK", AS_PSEUDONYM, ICA, second_app_only, 0 },
	{ "ICA: pilots app only", "EE_TYPE_NOT_PERMITTED", AS_ENROLLMENT, ICA, second_app_only, 0 },
	{ "ICA: only all, exactly 2", "CHAIN_LENGTH_NOT_PERMITTED", AS_PSEUDONYM, ICA, all_and_exactly_two, 0 },
	{ "ICA: not all", "OK", AS_PSEUDONYM, ICA, first_explicit_only, 0 },
	/* the root */
	{ "root: all min 4", "CHAIN_LENGTH_NOT_PERMITTED", AS_PSEUDONYM, ROOT, first_min_4, 0 },
	{ "root may not issue", "PSID_NOT_PERMITTED", AS_PSEUDONYM, ROOT, no_issuing, 0 },
	{ "root: not all", "PSID_NOT_PERMITTED", AS_PSEUDONYM, ROOT, first_explicit_only, 0 },
	{ "root min 0", "CHAIN_LENGTH_NOT_PERMITTED", AS_PSEUDONYM, ROOT, first_min_0, 0 },
};
/* clang-format on */

struct chain {
	struct party party[4];
	struct trust *trust;
};

static void
build(struct chain *h, const struct mutation *m)
{
	const enum profile profiles[] = {
	    PROFILE_ROOT, PROFILE_ICA, m->ca, m->leaf};
	certificate *c;
	enum level l;

	for (l = ROOT; l <= LEAF; l++) {
		c = template_for(&h->party[l], profiles[l]);
		if (m->level == l)
			m->change(c);
		issue(&h->party[l], c, l == ROOT ? NULL : &h->party[l - 1]);
	}
	h->trust = trust_of(&h->party[ROOT], &h->party[ICA], &h->party[CA],
	    (struct party *)NULL);
}

static void
each_violation_has_its_fault(void **state)
{
	struct fault_info fi;
	struct chain_report report;
	struct cert *leaf;
	struct chain h;
	enum fault f, g;
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		arena_reset(&A);
		build(&h, &table[i]);
		fi = (struct fault_info){.code = FAULT_OK};
		OK(cert_load(&leaf, &A, h.party[LEAF].cert->raw, FI));
		f = trust_check_chain(NULL, h.trust, leaf,
		    table[i].time != 0 ? table[i].time : NOW, &fi);
		if (strcmp(fault_name(f), table[i].fault) != 0)
			fail_msg("%s: %s (%s) instead of %s", table[i].name,
			    fault_name(f), fi.text, table[i].fault);
		/* With a report the verdict is the same, and it is in it. */
		g = trust_check_chain(&report, h.trust, leaf,
		    table[i].time != 0 ? table[i].time : NOW, NULL);
		if (f != g)
			fail_msg("%s: %s, with a report %s", table[i].name,
			    fault_name(f), fault_name(g));
		for (j = 0; j < report.n; j++)
			if (report.step[j].verdict.code != FAULT_OK)
				break;
		assert_int_equal(
		    f, j < report.n ? report.step[j].verdict.code : FAULT_OK);
		trust_free(h.trust);
	}
}

/* Bitmaps need leaves of their own. */
static void
bitmaps(void **state)
{
	/* clang-format off */
	static const struct { const char *ssp, *fault; } rows[] = {
		{ "a0", "OK" }, { "bf", "OK" }, { "a000", "OK" },
		{ "aa", "OK" }, { "80", "SSP_NOT_PERMITTED" },
		{ "e0", "SSP_NOT_PERMITTED" }, { "00", "SSP_NOT_PERMITTED" },
		{ "", "SSP_NOT_PERMITTED" },
	};
	/* clang-format on */
	const struct mutation m = {"", "", AS_PSEUDONYM, CA, bitmap_range, 0};
	const struct mutation n = {"", "", AS_PSEUDONYM, ICA, nothing, 0};
	struct trust *t;
	struct party leaf, pca;
	struct chain h;
	certificate *c;
	size_t i;

	(void)state;
	build(&h, &n);
	/* The ICA grants opaque only, so this PCA's bitmaps are its own. */
	c = template_for(&pca, PROFILE_PCA);
	m.change(c);
	issue(&pca, c, &h.party[ICA]);
	FAULT_IS(SSP_NOT_PERMITTED,
	    trust_check_chain(NULL, h.trust, pca.cert, NOW, FI));
	trust_free(h.trust);
	/* With an ICA that grants any SSP. */
	c = template_for(&h.party[ICA], PROFILE_ICA);
	issue_group(c, 1)->subject_permissions.explicit.v[0].ssp_range = NULL;
	issue(&h.party[ICA], c, &h.party[ROOT]);
	c = template_for(&pca, PROFILE_PCA);
	m.change(c);
	issue(&pca, c, &h.party[ICA]);
	t = trust_of(&h.party[ROOT], &h.party[ICA], &pca, (struct party *)NULL);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		c = template_for(&leaf, PROFILE_PSEUDONYM);
		bitmap_ssp_where_opaque(c);
		c->to_be_signed.app_permissions->v[0].ssp->bitmap_ssp =
		    hex(rows[i].ssp);
		issue(&leaf, c, &pca);
		assert_string_equal(fault_name(trust_check_chain(
					NULL, t, leaf.cert, NOW, NULL)),
		    rows[i].fault);
	}
	trust_free(t);
}

/* ---- who is there ---- */

static void
missing_and_foreign(void **state)
{
	const struct world *w = world();
	struct trust *t;
	struct party other;
	struct cert *k;

	(void)state;
	OK(cert_load(&k, &A, w->pseudonym.cert->raw, FI));
	t = trust_of(&w->root, &w->pca, (struct party *)NULL);
	FAULT_IS(UNKNOWN_ISSUER, trust_check_chain(NULL, t, k, NOW, FI));
	trust_free(t);
	/* A foreign root; and the right root, known but not trusted. */
	issue(&other, template_for(&other, PROFILE_ROOT), NULL);
	t = trust_of(&other, &w->root, &w->ica, &w->pca, (struct party *)NULL);
	FAULT_IS(UNTRUSTED_ROOT, trust_check_chain(NULL, t, k, NOW, FI));
	FAULT_IS(
	    UNTRUSTED_ROOT, trust_check_chain(NULL, t, w->root.cert, NOW, FI));
	/* From now on it is. */
	OK(trust_add_root(t, w->root.cert->raw, FI));
	OK(trust_check_chain(NULL, t, k, NOW, FI));
	FAULT_IS(UNTRUSTED_ROOT, trust_add_root(t, w->ica.cert->raw, FI));
	trust_free(t);
}

/* A certificate whose issuer is missing is said to be of another environment
 * only if its cracaId names no root trusted here. */
static void
another_environment(void **state)
{
	struct fault_info fi = {.code = FAULT_OK};
	const struct world *w = world();
	struct party root, ica;
	certificate *template;
	struct trust *t;
	struct cert *k;

	(void)state;
	issue(&root, template_for(&root, PROFILE_ROOT), NULL);
	t = trust_of(&root, (struct party *)NULL);
	OK(cert_load(&k, &A, w->pca.cert->raw, FI));
	assert_int_equal(
	    trust_check_chain(NULL, t, k, NOW, &fi), FAULT_UNKNOWN_ISSUER);
	assert_non_null(
	    strstr(fi.text, "(cracaId 010203): a certificate of another "
			    "environment"));
	OK(cert_load(&k, &A, w->root.cert->raw, FI));
	assert_int_equal(
	    trust_check_chain(NULL, t, k, NOW, &fi), FAULT_UNTRUSTED_ROOT);
	assert_non_null(strstr(fi.text, "another environment"));
	template = template_for(&ica, PROFILE_ICA);
	memcpy(template->to_be_signed.craca_id.b,
	    root.cert->id + CERT_ID_SIZE - 3, 3);
	issue(&ica, template, &w->root);
	OK(cert_load(&k, &A, ica.cert->raw, FI));
	assert_int_equal(
	    trust_check_chain(NULL, t, k, NOW, &fi), FAULT_UNKNOWN_ISSUER);
	assert_null(strstr(fi.text, "environment"));
	trust_free(t);
}

/* Its issuers come along with it; nothing of them may stay behind. */
static void
issuers_along(void **state)
{
	const struct world *w = world();
	struct trust *t = trust_of(&w->root, &w->pca, (struct party *)NULL);
	struct arena a = arena_new(1 << 20);
	struct cert *k, *along[2];

	(void)state;
	OK(cert_load(&k, &a, w->pseudonym.cert->raw, FI));
	OK(cert_load(&along[0], &a, w->ica.cert->raw, FI));
	/* The PCA is known, so its issuer must be, too. */
	FAULT_IS(UNKNOWN_ISSUER,
	    trust_check_chain_with(NULL, t, k, NOW, along, 1, FI));
	OK(cert_load(&along[1], &a, w->pca.cert->raw, FI));
	OK(trust_check_chain_with(NULL, t, k, NOW, along, 2, FI));
	assert_ptr_equal(k->issuer, along[1]);
	assert_ptr_equal(along[0]->issuer, trust_find(t, w->root.cert->id));
	trust_remember(t, k);
	arena_free(&a);
	a = arena_new(1 << 20);
	OK(cert_load(&k, &a, w->pseudonym.cert->raw, FI));
	FAULT_IS(UNKNOWN_ISSUER, trust_check_chain(NULL, t, k, NOW, FI));
	OK(trust_add_known(t, w->ica.cert->raw, FI));
	OK(cert_load(&along[0], &a, w->ica.cert->raw, FI));
	OK(cert_load(&along[1], &a, w->pca.cert->raw, FI));
	/* What is known suffices now, and is preferred. */
	OK(trust_check_chain_with(NULL, t, k, NOW, along, 2, FI));
	assert_ptr_equal(k->issuer, trust_find(t, w->pca.cert->id));
	arena_free(&a);
	trust_free(t);
}

/* Signed by somebody else who names the ICA as issuer. */
static void
signed_by_another(void **state)
{
	const struct world *w = world();
	struct party pca, thief = w->pca;
	certificate *c = template_for(&pca, PROFILE_PCA);
	struct signer s;
	struct bytes raw;
	struct cert *k;

	(void)state;
	OK(signer_of_scalar(&s, &thief.d, NULL, FI));
	s.cert = w->ica.cert;
	OK(cert_issue_explicit(&raw, &A, c, &s, FI));
	OK(cert_load(&k, &A, raw, FI));
	FAULT_IS(BAD_SIGNATURE, trust_check_chain(NULL, w->trust, k, NOW, FI));
}

/* An implicit certificate has no signature: changed, it has another key. */
static void
changed_implicit_certificate(void **state)
{
	const struct world *w = world();
	struct bytes raw = w->pseudonym.cert->raw;
	struct signer s;
	struct cert *k;

	(void)state;
	/* Last octet of the linkage value. */
	OK(cert_load(&k, &A, flipped(raw, 24, 1), FI));
	OK(trust_check_chain(NULL, w->trust, k, NOW, FI));
	assert_memory_not_equal(
	    &k->key_p256, &w->pseudonym.cert->key_p256, sizeof(k->key_p256));
	FAULT_IS(KEY_MISMATCH, signer_of_scalar(&s, &w->pseudonym.d, k, FI));
}

/* A CA that may have any number of CAs below it. */
static void
any_length(certificate *c)
{
	size_t i;

	for (i = 0; i < c->to_be_signed.cert_issue_permissions->n; i++) {
		issue_group(c, i)->min_chain_length = 1;
		issue_group(c, i)->chain_length_range = -1;
	}
}

static void
chain_too_long(void **state)
{
	struct party p[CERT_CHAIN_MAX + 2];
	struct trust *t;
	certificate *c;
	size_t i;

	(void)state;
	issue(&p[0], template_for(&p[0], PROFILE_ROOT), NULL);
	t = trust_of(&p[0], (struct party *)NULL);
	for (i = 1; i <= CERT_CHAIN_MAX + 1; i++) {
		c = template_for(&p[i], PROFILE_ICA);
		any_length(c);
		issue(&p[i], c, &p[i - 1]);
		OK(trust_add_known(t, p[i].cert->raw, FI));
		if (i <= CERT_CHAIN_MAX)
			OK(trust_check_chain(NULL, t, p[i].cert, NOW, FI));
	}
	FAULT_IS(CHAIN_TOO_LONG,
	    trust_check_chain(NULL, t, p[CERT_CHAIN_MAX + 1].cert, NOW, FI));
	trust_free(t);
}

/* The ICA's pilots' group with range 1 allows one CA between, not two. */
static void
exact_lengths(void **state)
{
	/* clang-format off */
	static const struct { int min, range; unsigned depth; const char *f; }
	rows[] = {
		{ 1, 0, 1, "OK" },
		{ 1, 0, 2, "CHAIN_LENGTH_NOT_PERMITTED" },
		{ 1, 1, 2, "OK" },
		{ 1, 1, 3, "CHAIN_LENGTH_NOT_PERMITTED" },
		{ 2, 0, 1, "CHAIN_LENGTH_NOT_PERMITTED" },
		{ 2, 0, 2, "OK" },
		{ 2, -1, 1, "CHAIN_LENGTH_NOT_PERMITTED" },
		{ 2, -1, 3, "OK" },
		{ 3, 5, 2, "CHAIN_LENGTH_NOT_PERMITTED" },
		{ 3, 5, 3, "OK" },
	};
	/* clang-format on */
	psid_ssp one = {.psid = 0x20};
	psid_group_permissions g = {
	    .subject_permissions.is = subject_permissions_all,
	    .ee_type = EE_APP,
	};
	sequence_of_psid_group_permissions list = {1, &g};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		g.min_chain_length = rows[i].min;
		g.chain_length_range = rows[i].range;
		assert_string_equal(fault_name(perm_check(&list, &one,
					rows[i].depth, EE_APP, NULL)),
		    rows[i].f);
	}
}

/* ---- reports, batches, threads ---- */

static void
report_lists_all(void **state)
{
	/* clang-format off */
	static const struct { const char *name; enum fault verdict; } want[] = {
		{ "root", FAULT_OK }, { "form", FAULT_OK },
		{ "signature", FAULT_OK }, { "time", FAULT_OK },
		{ "issuer", FAULT_OK }, { "form", FAULT_OK },
		{ "signature", FAULT_OK }, { "validity", FAULT_OK },
		{ "region", FAULT_OK }, { "permissions", FAULT_OK },
		{ "time", FAULT_EXPIRED },
	};
	/* clang-format on */
	const struct world *w = world();
	struct chain_report r;
	struct cert *k;
	size_t i;

	(void)state;
	OK(cert_load(&k, &A, w->ma.cert->raw, FI));
	FAULT_IS(EXPIRED, trust_check_chain(&r, w->trust, k, k->end, FI));
	assert_int_equal(r.n, sizeof(want) / sizeof(*want));
	for (i = 0; i < r.n; i++) {
		assert_string_equal(
		    chain_check_name(r.step[i].check), want[i].name);
		assert_int_equal(r.step[i].verdict.code, want[i].verdict);
	}
	assert_memory_equal(r.step[0].cert->id, w->root.cert->id, 8);
	assert_ptr_equal(r.step[10].cert, k);
	/* Two things wrong at once: both are listed, the first is the fault. */
	FAULT_IS(NOT_YET_VALID, trust_check_chain(&r, w->trust, k, T0 - 1, FI));
	assert_int_equal(r.step[3].verdict.code, FAULT_NOT_YET_VALID);
	assert_int_equal(r.step[10].verdict.code, FAULT_NOT_YET_VALID);
}

static void
batch_says_what_single_says(void **state)
{
	enum { N = 150 };
	const struct world *w = world();
	const struct party *ca[] = {&w->pca, &w->eca, &w->ica};
	struct cert *one[N], *many[N];
	enum fault verdict[N];
	struct party p;
	certificate *c;
	size_t i;

	(void)state;
	for (i = 0; i < N; i++) {
		c = template_for(&p, i % 7 == 3	   ? PROFILE_ENROLLMENT
				     : i % 31 == 5 ? PROFILE_RA
						   : PROFILE_PSEUDONYM);
		if (i % 10 == 4)
			in_canada(c);
		if (i % 10 == 6)
			starts_later(c);
		issue(&p, c,
		    ca[i % 7 == 3     ? i % 2
			: i % 31 == 5 ? 2
				      : i % 13 == 1]);
		OK(cert_load(&one[i], &A, p.cert->raw, FI));
		OK(cert_load(&many[i], &A, p.cert->raw, FI));
	}
	assert_int_not_equal(
	    trust_check_batch(w->trust, many, verdict, N, NOW), FAULT_OK);
	for (i = 0; i < N; i++) {
		assert_int_equal(verdict[i],
		    trust_check_chain(NULL, w->trust, one[i], NOW, NULL));
		if (verdict[i] == FAULT_OK)
			assert_memory_equal(&one[i]->key_p256,
			    &many[i]->key_p256, sizeof(one[i]->key_p256));
	}
}

static void
remembered_leaves(void **state)
{
	const struct world *w = world();
	struct trust *t =
	    trust_of(&w->root, &w->ica, &w->pca, (struct party *)NULL);
	struct cert *k, *again;

	(void)state;
	OK(cert_load(&k, &A, w->pseudonym.cert->raw, FI));
	trust_remember(t, k); /* not checked: nothing happens */
	FAULT_IS(UNKNOWN_ISSUER, trust_find_signer(&again, &A, t, k->id, FI));
	OK(trust_check_chain(NULL, t, k, NOW, FI));
	trust_remember(t, k);
	OK(trust_find_signer(&again, &A, t, k->id, FI));
	assert_ptr_not_equal(again, k);
	OK(trust_check_chain(NULL, t, again, NOW, FI));
	assert_memory_equal(&again->key_p256, &k->key_p256, 64);
	/* Only its key is remembered; time is judged again. */
	FAULT_IS(EXPIRED, trust_check_chain(NULL, t, again, k->end, FI));
	/* Roots and strangers are not remembered. */
	trust_remember(t, w->root.cert);
	trust_remember(t, w->ma.cert);
	FAULT_IS(UNKNOWN_ISSUER,
	    trust_find_signer(&again, &A, t, w->ma.cert->id, FI));
	trust_free(t);
}

/* ---- folders ---- */

static void
put(const char *folder, const char *name, struct bytes b)
{
	char path[PATH_SIZE];

	path_join(path, folder, name);
	if (b.p == NULL)
		unlink(path);
	else
		OK(file_write(path, b, 0644, FI));
}

static void
folders(void **state)
{
	char folder[] = "/tmp/monarch-trust-XXXXXX";
	const struct world *w = world();
	struct trust *t = trust_new();
	struct fault_info fi;
	struct cert *k;

	(void)state;
	assert_non_null(mkdtemp(folder));
	put(folder, "root.oer", w->root.cert->raw);
	OK(trust_add_folder(t, folder, true, FI));
	put(folder, "ica.oer", w->ica.cert->raw);
	put(folder, "pca.oer", w->pca.cert->raw);
	put(folder, ".hidden.oer", hex("00"));
	put(folder, "notes.txt", hex("00"));
	/* As roots, the ICA will not do. */
	assert_int_equal(
	    trust_add_folder(t, folder, true, &fi), FAULT_UNTRUSTED_ROOT);
	assert_non_null(strstr(fi.text, "ica.oer"));
	OK(trust_add_folder(t, folder, false, FI));
	OK(cert_load(&k, &A, w->pseudonym.cert->raw, FI));
	OK(trust_check_chain(NULL, t, k, NOW, FI));
	put(folder, "bad.oer", flipped(w->eca.cert->raw, 1, 1));
	assert_int_equal(
	    trust_add_folder(t, folder, false, &fi), FAULT_BAD_VERSION);
	assert_non_null(strstr(fi.text, "bad.oer"));
	put(folder, "root.oer", BYTES_NONE);
	put(folder, "ica.oer", BYTES_NONE);
	put(folder, "pca.oer", BYTES_NONE);
	put(folder, "bad.oer", BYTES_NONE);
	put(folder, ".hidden.oer", BYTES_NONE);
	put(folder, "notes.txt", BYTES_NONE);
	assert_int_equal(rmdir(folder), 0);
	FAULT_IS(IO, trust_add_folder(t, folder, false, FI));
	trust_free(t);
}

/* A certificate that has the id of a known one, but is another: the known one
 * stays. A HashedId8 cannot be forged, so the struct is. */
static void
same_id(void **state)
{
	const struct world *w = world();
	struct trust *t = trust_of(&w->root, (struct party *)NULL);
	struct cert *known;

	(void)state;
	known = (struct cert *)(uintptr_t)trust_find(t, w->root.cert->id);
	known->hash[0] ^= 1;
	FAULT_IS(DUPLICATE, trust_add_known(t, w->root.cert->raw, FI));
	known->hash[0] ^= 1;
	OK(trust_add_known(t, w->root.cert->raw, FI));
	trust_free(t);
}

#define THREADS 4

/* Threads that meet certificates nobody has checked yet. */
struct meeting {
	struct trust *trust;
	pthread_barrier_t start;
};

static void *
check_many(void *arg)
{
	const struct world *w = world();
	struct meeting *m = arg;
	struct arena a = arena_new(1 << 20);
	struct cert *k;
	size_t i;

	pthread_barrier_wait(&m->start);
	for (i = 0; i < 10; i++) {
		arena_reset(&a);
		if (cert_load(&k, &a, w->pseudonym.cert->raw, NULL) !=
			FAULT_OK ||
		    trust_check_chain(NULL, m->trust, k, NOW, NULL) !=
			FAULT_OK ||
		    trust_find(m->trust, k->issuer->id) != k->issuer)
			break;
		trust_remember(m->trust, k);
	}
	arena_free(&a);
	return i == 10 ? arg : NULL;
}

static void
threads(void **state)
{
	const struct world *w = world();
	pthread_t thread[THREADS];
	struct meeting m;
	size_t i, round;
	void *done;

	(void)state;
	for (round = 0; round < 10; round++) {
		m.trust =
		    trust_of(&w->root, &w->ica, &w->pca, (struct party *)NULL);
		pthread_barrier_init(&m.start, NULL, THREADS);
		for (i = 0; i < THREADS; i++)
			assert_int_equal(
			    pthread_create(&thread[i], NULL, check_many, &m),
			    0);
		for (i = 0; i < THREADS; i++) {
			pthread_join(thread[i], &done);
			assert_ptr_equal(done, &m);
		}
		pthread_barrier_destroy(&m.start);
		trust_free(m.trust);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(each_violation_has_its_fault),
	    T(bitmaps),
	    T(missing_and_foreign),
	    T(another_environment),
	    T(issuers_along),
	    T(signed_by_another),
	    T(changed_implicit_certificate),
	    T(chain_too_long),
	    T(exact_lengths),
	    T(report_lists_all),
	    T(batch_says_what_single_says),
	    T(remembered_leaves),
	    T(folders),
	    T(same_id),
	    T(threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
