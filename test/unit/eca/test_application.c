/*
 * Enrollments for identification and application certificates: PSIDs, SSPs,
 * regions and lifetimes of the second kind, and starts of successors.  Each
 * row changes one thing in a request for PSID 0x27 in the USA; -1: granted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cert/profile.h"
#include "cert/spdu.h"
#include "schema/scms_protocol.h"
#include "world.h"

#define DAY	86400u
#define GRANTED -1

static struct world w;
static struct fault_info fi;

static const uint8_t ssp_9001[] = {0x90, 0x01}, ssp_9002[] = {0x90, 0x02};
static const uint8_t value[] = {0x0f, 0x10}, mask[] = {0xff, 0xf0};

/* What a request names beside the first PSID. */
static octet_string octets[2];
static ssp_range range;

static void
one_psid(struct csr_maker *m, uint64_t id, ssp_range *r)
{
	m->group.subject_permissions.explicit.n = 1;
	m->psid[0].psid = id;
	m->psid[0].ssp_range = r;
}

static ssp_range *
ssps(const struct bytes a, const struct bytes b, size_t n)
{
	octets[0] = a;
	octets[1] = b;
	range.is = ssp_range_opaque;
	range.opaque = (sequence_of_octet_string){n, octets};
	return &range;
}

static ssp_range *
bits_of(struct bytes v, struct bytes of)
{
	range.is = ssp_range_bitmap_ssp_range;
	range.bitmap_ssp_range = (bitmap_ssp_range){v, of};
	return &range;
}

static void
vulnerable(struct csr_maker *m)
{
	one_psid(m, 0x27, NULL);
}

static void
many(struct csr_maker *m)
{
	vulnerable(m);
	m->group.subject_permissions.explicit.n = 4;
	m->psid[1].psid = 0x83;
	m->psid[2].psid = 0x204088;
	m->psid[3].psid = 0x204097;
}

static void
both_kinds(struct csr_maker *m)
{
	many(m);
	m->psid[3].psid = 0x20;
}

static void
unknown(struct csr_maker *m)
{
	one_psid(m, 0x84, NULL);
}

/* In the list of this environment, but not in the ECA's certificate. */
static void
not_issuable(struct csr_maker *m)
{
	one_psid(m, 0x85, NULL);
}

static void
intersection(struct csr_maker *m)
{
	one_psid(m, 0x82, ssps(BYTES(ssp_9001), BYTES_NONE, 1));
}

static void
foreign_ssp(struct csr_maker *m)
{
	one_psid(m, 0x82, ssps(BYTES(ssp_9001), BYTES(ssp_9002), 2));
}

static void
any_of_a_list(struct csr_maker *m)
{
	one_psid(m, 0x82, NULL);
}

static void
bitmap_of_a_list(struct csr_maker *m)
{
	one_psid(m, 0x82, bits_of(BYTES(value), BYTES(mask)));
}

static void
any_of_the_empty_one(struct csr_maker *m)
{
	one_psid(m, 0x87, NULL);
}

static void
all(struct csr_maker *m)
{
	range.is = ssp_range_all;
	one_psid(m, 0x83, &range);
}

static void
some_ssp(struct csr_maker *m)
{
	one_psid(m, 0x83, ssps(BYTES(ssp_9002), BYTES_NONE, 1));
}

static void
no_ssp(struct csr_maker *m)
{
	one_psid(m, 0x83, ssps(BYTES_NONE, BYTES_NONE, 0));
}

static void
bits(struct csr_maker *m)
{
	one_psid(m, 0x83, bits_of(BYTES(value), BYTES(mask)));
}

static void
crooked_bits(struct csr_maker *m)
{
	one_psid(m, 0x83, bits_of(BYTES(value), (struct bytes){mask, 1}));
}

static void
only_canada(struct csr_maker *m)
{
	vulnerable(m);
	m->identified[0].country_only = 124;
}

static void
and_canada(struct csr_maker *m)
{
	vulnerable(m);
	m->region.identified_region.n = 2;
	m->identified[1].is = identified_region_country_only;
	m->identified[1].country_only = 124;
}

static void
states(struct csr_maker *m)
{
	static uint8 numbers[] = {36, 56};

	vulnerable(m);
	m->identified[0].is = identified_region_country_and_regions;
	m->identified[0].country_and_regions.country_only = 840;
	m->identified[0].country_and_regions.regions =
	    (sequence_of_uint8){2, numbers};
}

static void
no_region(struct csr_maker *m)
{
	vulnerable(m);
	m->request.tbs_data.region = NULL;
}

static void
in_berlin(struct csr_maker *m)
{
	vulnerable(m);
	m->region.is = geographic_region_circular_region;
	m->region.circular_region.center.latitude = 525200000;
	m->region.circular_region.center.longitude = 134000000;
	m->region.circular_region.radius = 1000;
}

static void
in_kansas(struct csr_maker *m)
{
	in_berlin(m);
	m->region.circular_region.center.latitude = 385000000;
	m->region.circular_region.center.longitude = -985000000;
}

static const struct {
	const char *what;
	void (*change)(struct csr_maker *);
	int error;
	const char *text; /* named in the refusal */
} rows[] = {
    {"one PSID", vulnerable, GRANTED, NULL},
    {"four PSIDs", many, GRANTED, NULL},
    {"both kinds", both_kinds, 2, "0x20"},
    {"unknown PSID", unknown, 2, "0x84"},
    {"PSID the ECA has not", not_issuable, 2, "0x85"},
    {"SSP of the list", intersection, GRANTED, NULL},
    {"SSP not of the list", foreign_ssp, 2, "0x82"},
    {"any SSP of a list", any_of_a_list, 2, "0x82"},
    {"bitmap against a list", bitmap_of_a_list, 2, "0x82"},
    {"any SSP where it is empty", any_of_the_empty_one, GRANTED, NULL},
    {"all", all, GRANTED, NULL},
    {"some SSP", some_ssp, GRANTED, NULL},
    {"list without an SSP", no_ssp, 2, "0x83"},
    {"bitmap", bits, GRANTED, NULL},
    {"bitmap of two lengths", crooked_bits, 2, "0x83"},
    {"Canada", only_canada, 4, "region"},
    {"the USA and Canada", and_canada, 4, "region"},
    {"states", states, GRANTED, NULL},
    {"no region", no_region, 4, "absent"},
    {"Kansas", in_kansas, GRANTED, NULL},
    {"Berlin", in_berlin, 4, "region"},
};

static int
ask(struct bytes *answer, struct bytes request, const char *client)
{
	eca_end_entity_error error;
	enum fault f;

	f = eca_enroll(
	    w.eca, answer, &error, &w.arena, request, client, NOW, &fi);
	return f == FAULT_OK ? GRANTED : (int)error;
}

static struct cert *
open_answer(struct bytes answer)
{
	const struct spdu_rules rules = {
	    .psid = 0x23, .now = NOW, .signer = w.eca->self.cert};
	scms_pdu *pdu = ARENA_NEW(&w.arena, scms_pdu);
	struct cert *cert = NULL;
	struct spdu spdu;

	if (spdu_open(&spdu, &w.arena, answer, w.eca->self.trust, &rules,
		&fi) != FAULT_OK ||
	    coer_decode(&scms_pdu_asn, pdu, &w.arena, spdu.payload, &fi) !=
		FAULT_OK ||
	    cert_of(&cert, &w.arena,
		&pdu->content.eca_ee.eca_ee_cert_response.enrollment_cert,
		&fi) != FAULT_OK ||
	    trust_check_chain(
		NULL, w.eca->self.trust, cert, TRUST_ANY_TIME, &fi) != FAULT_OK)
		fail_msg("answer: %s", fi.text);
	return cert;
}

static struct cert *
enroll(void (*change)(struct csr_maker *))
{
	struct csr_maker m;
	struct bytes answer;

	csr_begin(&m);
	m.request.tbs_data.validity_period.duration.years = 30;
	change(&m);
	if (ask(&answer, csr_sign(&m, &w.arena, false), "operator") != GRANTED)
		fail_msg("refused: %s", fi.text);
	return open_answer(answer);
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t granted = atomic_load(&w.eca->granted);
		struct csr_maker m;
		struct bytes answer;
		int got;

		csr_begin(&m);
		rows[i].change(&m);
		got = ask(&answer, csr_sign(&m, &w.arena, false), "operator");
		if (got != rows[i].error)
			fail_msg("%s: %d, not %d: %s", rows[i].what, got,
			    rows[i].error, fi.text);
		if (got == GRANTED) {
			open_answer(answer);
			continue;
		}
		if (strstr(fi.text, rows[i].text) == NULL)
			fail_msg("%s: %s", rows[i].what, fi.text);
		assert_int_equal(atomic_load(&w.eca->granted), granted);
	}
}

static const ssp_range *
granted_range(const struct cert *c)
{
	return c->tbs->cert_request_permissions->v[0]
	    .subject_permissions.explicit.v[0]
	    .ssp_range;
}

/* What stands in the certificate. */
static void
test_content(void **state)
{
	const struct psid_group_permissions *group;
	struct cert *c = enroll(many);

	(void)state;
	assert_int_equal(c->end - c->start, 5ull * 31556952);
	assert_int_equal(c->tbs->cert_request_permissions->n, 1);
	group = &c->tbs->cert_request_permissions->v[0];
	assert_int_equal(group->ee_type, END_ENTITY_TYPE_APP);
	assert_int_equal(group->subject_permissions.explicit.n, 4);
	assert_int_equal(
	    group->subject_permissions.explicit.v[3].psid, 0x204097);
	assert_null(granted_range(c));
	assert_null(granted_range(enroll(all)));
	c = enroll(any_of_the_empty_one);
	assert_int_equal(granted_range(c)->is, ssp_range_opaque);
	assert_int_equal(granted_range(c)->opaque.n, 1);
	assert_int_equal(granted_range(c)->opaque.v[0].n, 0);
	c = enroll(intersection);
	assert_true(
	    bytes_equal(granted_range(c)->opaque.v[0], BYTES(ssp_9001)));
	c = enroll(bits);
	assert_int_equal(granted_range(c)->is, ssp_range_bitmap_ssp_range);
	c = enroll(states);
	assert_int_equal(c->tbs->region->identified_region.v[0].is,
	    identified_region_country_and_regions);
}

static int
ask_start(struct cert **out, const char *client, uint32_t start)
{
	struct csr_maker m;
	struct bytes answer;
	int got;

	csr_begin(&m);
	m.request.tbs_data.validity_period.start = start;
	got = ask(&answer, csr_sign(&m, &w.arena, false), client);
	if (got == GRANTED)
		*out = open_answer(answer);
	return got;
}

/* Only what the RA brings may begin later, and not later than a successor
 * does. */
static void
test_successors(void **state)
{
	const uint32_t most = w.env.rollover_days * DAY;
	struct cert *c;

	(void)state;
	assert_int_equal(ask_start(&c, "ra.monarch.test", NOW + most), GRANTED);
	assert_int_equal(c->start, NOW + most);
	assert_int_equal(ask_start(&c, "ra.monarch.test", NOW + most + 1), 1);
	assert_int_equal(ask_start(&c, "dcm.monarch.test", NOW + 6), 1);
	assert_int_equal(ask_start(&c, "ra.example.org", NOW + 6), 1);
	assert_int_equal(ask_start(&c, "dcm.monarch.test", NOW), GRANTED);
}

static int
begin(void **state)
{
	const uint32_t *old;
	static uint32_t list[64];
	struct conf_uints *psids;

	(void)state;
	world_open(&w);
	/* one that the ECA's certificate has not */
	psids = &w.env.application_psids;
	old = psids->v;
	memcpy(list, old, psids->n * sizeof(*old));
	list[psids->n] = 0x85;
	psids->v = list;
	psids->n++;
	w.env.application_enrollment_lifetime =
	    (struct conf_duration){CONF_YEARS, 5};
	world_restart(&w);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	world_close(&w);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_content),
	    cmocka_unit_test(test_successors),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
