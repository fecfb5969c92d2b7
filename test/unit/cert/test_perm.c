/* Tables of SSPs, ranges and groups (1609.2 6.4.28 to 6.4.33). */
#include "common.h"

/* "-": absent; "=hex": opaque; "#hex": bitmap */
static service_specific_permissions *
ssp(const char *s)
{
	service_specific_permissions *p =
	    ARENA_NEW(&A, service_specific_permissions);

	if (*s == '-')
		return NULL;
	if (*s == '#') {
		p->is = service_specific_permissions_bitmap_ssp;
		p->bitmap_ssp = hex(s + 1);
	} else {
		p->is = service_specific_permissions_opaque;
		p->opaque = hex(s + 1);
	}
	return p;
}

/* "-": absent; "*": all; "=hex,hex": opaque; "#value/mask": bitmap */
static ssp_range *
range(const char *s)
{
	ssp_range *r = ARENA_NEW(&A, ssp_range);
	char *copy = arena_printf(&A, "%s", s + (*s != '\0')), *next;
	octet_string *v = ARENA_ARRAY(&A, 4, octet_string);

	if (*s == '-')
		return NULL;
	if (*s == '*') {
		r->is = ssp_range_all;
		return r;
	}
	if (*s == '#') {
		r->is = ssp_range_bitmap_ssp_range;
		next = strchr(copy, '/');
		*next++ = '\0';
		r->bitmap_ssp_range.ssp_value = hex(copy);
		r->bitmap_ssp_range.ssp_bitmask = hex(next);
		return r;
	}
	r->is = ssp_range_opaque;
	r->opaque.v = v;
	for (; copy != NULL; copy = next) {
		if ((next = strchr(copy, ',')) != NULL)
			*next++ = '\0';
		v[r->opaque.n++] = hex(copy);
	}
	return r;
}

static void
ssp_in_range(void **state)
{
	/* clang-format off */
	static const struct { const char *ssp, *range; bool in; } rows[] = {
		{ "-", "-", true }, { "=", "-", true }, { "=01", "-", true },
		{ "#01", "-", true }, { "-", "*", true }, { "=0102", "*", true },
		{ "#ff", "*", true },
		/* opaque: in the list; absent is the same as zero-length */
		{ "=", "=", true }, { "-", "=", true }, { "=00", "=", false },
		{ "=01", "=01,02", true }, { "=02", "=01,02", true },
		{ "=0102", "=01,02", false }, { "-", "=01,02", false },
		{ "=", "=01,02", false }, { "-", "=01,", true },
		{ "#01", "=01", false },
		/* bitmap: bits of the mask agree, others are free */
		{ "#a0", "#a0/f0", true }, { "#af", "#a0/f0", true },
		{ "#b0", "#a0/f0", false }, { "#a0", "#a0/ff", true },
		{ "#a1", "#a0/ff", false }, { "#ff", "#00/00", true },
		{ "#a0", "#a000/f000", true }, { "#a0", "#a000/f001", false },
		{ "#a0", "#a001/f001", false }, { "#a07f", "#a0/f0", true },
		{ "#", "#00/00", true }, { "#", "#00/01", false },
		{ "-", "#00/00", false }, { "=a0", "#a0/f0", false },
		/* value and mask of different lengths: nothing fits */
		{ "#a0", "#a000/f0", false },
	};
	/* clang-format on */
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (perm_ssp_in_range(ssp(rows[i].ssp), range(rows[i].range)) !=
		    rows[i].in)
			fail_msg("%s in %s", rows[i].ssp, rows[i].range);
}

static void
range_in_range(void **state)
{
	/* clang-format off */
	static const struct { const char *inner, *outer; bool in; } rows[] = {
		{ "-", "-", true }, { "*", "-", true }, { "-", "*", true },
		{ "*", "*", true }, { "=01", "-", true }, { "=01", "*", true },
		{ "#01/01", "*", true },
		{ "-", "=", false }, { "*", "=01", false }, { "*", "#00/00", false },
		{ "=", "=", true }, { "=01", "=01,02", true },
		{ "=01,02", "=02,01", true }, { "=01,03", "=01,02", false },
		{ "=", "=01", false },
		/* what the outer mask fixes the inner one fixes, and alike */
		{ "#a0/f0", "#a0/f0", true }, { "#af/ff", "#a0/f0", true },
		{ "#a0/e0", "#a0/f0", false }, { "#b0/f0", "#a0/f0", false },
		{ "#a0/f0", "#00/00", true }, { "#a000/f000", "#a0/f0", true },
		{ "#a0/f0", "#a000/f000", true },
		{ "#a0/f0", "#a000/f001", false },
		{ "#a0/f000", "#a0/f0", false },
		{ "=a0", "#a0/f0", false }, { "#a0/f0", "=a0", false },
	};
	/* clang-format on */
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (perm_range_in_range(range(rows[i].inner),
			range(rows[i].outer)) != rows[i].in)
			fail_msg("%s in %s", rows[i].inner, rows[i].outer);
}

/* The root of 2018: all (min 3, any), and PSIDs of their own (min 1, any). */
static sequence_of_psid_group_permissions *
root_groups(void)
{
	return world()->root.cert->tbs->cert_issue_permissions;
}

static void
all_means_all_others(void **state)
{
	/* clang-format off */
	static const struct { uint64_t id; unsigned length; const char *f; }
	rows[] = {
		{ 0x20, 2, "CHAIN_LENGTH_NOT_PERMITTED" },
		{ 0x20, 3, "OK" }, { 0x20, 8, "OK" },
		{ 0x23, 1, "OK" }, { 0x23, 2, "OK" }, { 0x26, 1, "OK" },
		{ 0x100, 1, "OK" },
		{ 0xfffffffff, 3, "OK" },
		{ 0xfffffffff, 1, "CHAIN_LENGTH_NOT_PERMITTED" },
	};
	/* clang-format on */
	psid_ssp p = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		p.psid = rows[i].id;
		assert_string_equal(fault_name(perm_check(root_groups(), &p,
					rows[i].length, EE_APP, NULL)),
		    rows[i].f);
	}
}

/* A PSID that is named with one SSP is not also among "all". */
static void
named_psid_is_not_among_all(void **state)
{
	const struct world *w = world();
	const sequence_of_psid_group_permissions *ica =
	    w->ica.cert->tbs->cert_issue_permissions;
	psid_ssp p = {.psid = 0x20, .ssp = ssp("=01")};

	(void)state;
	FAULT_IS(SSP_NOT_PERMITTED, perm_check(ica, &p, 2, EE_APP, FI));
	p.ssp = ssp("=");
	OK(perm_check(ica, &p, 2, EE_APP, FI));
	p.psid = 0x82;
	FAULT_IS(SSP_NOT_PERMITTED, perm_check(ica, &p, 2, EE_APP, FI));
	p.ssp = ssp("=90ffff03");
	OK(perm_check(ica, &p, 2, EE_APP, FI));
	p.psid = 0x99;
	OK(perm_check(ica, &p, 2, EE_APP, FI));
	FAULT_IS(
	    CHAIN_LENGTH_NOT_PERMITTED, perm_check(ica, &p, 1, EE_APP, FI));
	FAULT_IS(
	    CHAIN_LENGTH_NOT_PERMITTED, perm_check(ica, &p, 3, EE_APP, FI));
}

/* The same PSID in two groups, for different chains. */
static void
two_groups(void **state)
{
	sequence_of_psid_group_permissions *a = profile_group(&A,
					       (uint64_t[]){0x20}, 1, false, 1,
					       EE_APP),
					   *b = profile_group(&A,
					       (uint64_t[]){0x20}, 1, true, 2,
					       EE_ENROL);
	psid_group_permissions both[2] = {a->v[0], b->v[0]};
	const sequence_of_psid_group_permissions list = {2, both};
	psid_ssp p = {.psid = 0x20, .ssp = ssp("=01")};

	(void)state;
	OK(perm_check(&list, &p, 1, EE_APP, FI));
	FAULT_IS(EE_TYPE_NOT_PERMITTED, perm_check(&list, &p, 1, EE_ENROL, FI));
	/* The second group does not have this SSP; the first came further. */
	FAULT_IS(
	    CHAIN_LENGTH_NOT_PERMITTED, perm_check(&list, &p, 2, EE_ENROL, FI));
	p.ssp = NULL;
	OK(perm_check(&list, &p, 2, EE_ENROL, FI));
	FAULT_IS(EE_TYPE_NOT_PERMITTED, perm_check(&list, &p, 2, EE_APP, FI));
	p.psid = 0x21;
	FAULT_IS(PSID_NOT_PERMITTED, perm_check(&list, &p, 1, EE_APP, FI));
}

/* Twice in one group: what either entry grants. */
static void
same_psid_twice(void **state)
{
	psid_ssp_range v[2] = {{0x20, range("=01")}, {0x20, range("=02")}};
	psid_group_permissions g = {
	    .subject_permissions.is = subject_permissions_explicit,
	    .subject_permissions.explicit = {2, v},
	    .min_chain_length = 1,
	    .ee_type = EE_APP,
	};
	const sequence_of_psid_group_permissions list = {1, &g};
	psid_ssp p = {.psid = 0x20};

	(void)state;
	p.ssp = ssp("=01");
	OK(perm_check(&list, &p, 1, EE_APP, FI));
	p.ssp = ssp("=02");
	OK(perm_check(&list, &p, 1, EE_APP, FI));
	p.ssp = ssp("=03");
	FAULT_IS(SSP_NOT_PERMITTED, perm_check(&list, &p, 1, EE_APP, FI));
}

static void
requests(void **state)
{
	const struct world *w = world();
	psid_ssp v[2] = {
	    {.psid = 0x20, .ssp = ssp("=")}, {.psid = 0x26, .ssp = NULL}};
	sequence_of_psid_ssp want = {2, v};

	(void)state;
	OK(perm_check_request(w->enrollment.cert, &want, FI));
	v[0].ssp = ssp("=00");
	FAULT_IS(SSP_NOT_PERMITTED,
	    perm_check_request(w->enrollment.cert, &want, FI));
	v[0].psid = 0x27;
	FAULT_IS(PSID_NOT_PERMITTED,
	    perm_check_request(w->enrollment.cert, &want, FI));
	FAULT_IS(PSID_NOT_PERMITTED,
	    perm_check_request(w->pseudonym.cert, &want, FI));
}

/* Request permissions of a certificate that has nothing else. */
static struct cert *
asking(const char *const *ranges, size_t n)
{
	to_be_signed_certificate *t = ARENA_NEW(&A, to_be_signed_certificate);
	psid_ssp_range *v = ARENA_ARRAY(&A, n, psid_ssp_range);
	struct cert *k = ARENA_NEW(&A, struct cert);
	psid_group_permissions *g = ARENA_ARRAY(&A, n, psid_group_permissions);

	for (size_t i = 0; i < n; i++) { /* each in a group of its own */
		v[i] = (psid_ssp_range){0x80 + i, range(ranges[i])};
		g[i].subject_permissions.is = subject_permissions_explicit;
		g[i].subject_permissions.explicit.n = 1;
		g[i].subject_permissions.explicit.v = &v[i];
	}
	t->cert_request_permissions =
	    ARENA_NEW(&A, sequence_of_psid_group_permissions);
	*t->cert_request_permissions =
	    (sequence_of_psid_group_permissions){n, g};
	k->tbs = t;
	return k;
}

static void
requested(void **state)
{
	static const char *const ranges[] = {
	    "-", "*", "=9001,90ffff01", "=", "#a001/f0ff"};
	struct cert *k = asking(ranges, 5);
	sequence_of_psid_ssp *out;

	(void)state;
	OK(perm_requested(&out, &A, k, FI));
	assert_int_equal(out->n, 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(out->v[i].psid, 0x80 + i);
	assert_null(out->v[0].ssp);
	assert_null(out->v[1].ssp);
	assert_bytes(out->v[2].ssp->opaque, hex("9001"));
	assert_int_equal(
	    out->v[3].ssp->is, service_specific_permissions_opaque);
	assert_int_equal(out->v[3].ssp->opaque.n, 0);
	assert_int_equal(
	    out->v[4].ssp->is, service_specific_permissions_bitmap_ssp);
	assert_bytes(out->v[4].ssp->bitmap_ssp, hex("a001"));
	/* what it gives is what may be requested */
	for (size_t i = 0; i < 5; i++)
		k->tbs->cert_request_permissions->v[i].ee_type = EE_APP;
	OK(perm_check_request(k, out, FI));
}

static void
requested_refused(void **state)
{
	static const char *const ranges[] = {"-", "-"};
	const struct world *w = world();
	struct cert *k = asking(ranges, 2);
	psid_group_permissions *g = k->tbs->cert_request_permissions->v;
	sequence_of_psid_ssp *out;

	(void)state;
	FAULT_IS(PSID_NOT_PERMITTED,
	    perm_requested(&out, &A, w->pseudonym.cert, FI));
	g[1].subject_permissions.explicit.v->psid = 0x80;
	FAULT_IS(PSID_NOT_PERMITTED, perm_requested(&out, &A, k, FI));
	g[1].subject_permissions.is = subject_permissions_all;
	FAULT_IS(PSID_NOT_PERMITTED, perm_requested(&out, &A, k, FI));
}

static void
listed(void **state)
{
	static const char *const ranges[] = {"-", "-", "-"};
	static const uint32_t list[] = {0x82, 0x80, 0x81};
	struct cert *k = asking(ranges, 3);
	struct fault_info fi;

	(void)state;
	OK(perm_check_listed(k, list, 3, FI));
	assert_int_equal(
	    perm_check_listed(k, list, 2, &fi), FAULT_PSID_NOT_PERMITTED);
	assert_non_null(strstr(fi.text, "PSID 0x81"));
	FAULT_IS(PSID_NOT_PERMITTED, perm_check_listed(k, list, 0, FI));
	FAULT_IS(PSID_NOT_PERMITTED,
	    perm_check_listed(world()->pseudonym.cert, list, 3, FI));
}

/* What an RA asks for may be one certificate further down than itself. */
static void
requests_for_others(void **state)
{
	/* clang-format off */
	static const struct {
		enum profile	 who;
		int		 min, range;
		uint8_t		 ee_type;
		unsigned	 distance;
		const char	*fault;
		uint8_t		 asks; /* 0: as the profile */
	} rows[] = {
		{ PROFILE_RA, 1, 0, 0xc0, 1, "OK", 0 },
		{ PROFILE_RA, 2, 0, 0xc0, 1, "OK", 0 },
		{ PROFILE_RA, 3, 0, 0xc0, 1, "CHAIN_LENGTH_NOT_PERMITTED", 0 },
		{ PROFILE_RA, 1, 0, 0xc0, 2, "CHAIN_LENGTH_NOT_PERMITTED", 0 },
		{ PROFILE_RA, 3, 0, 0xc0, 2, "OK", 0 },
		{ PROFILE_RA, 2, 0, 0x80, 1, "OK", 0 },
		{ PROFILE_RA, 2, 0, 0x40, 1, "EE_TYPE_NOT_PERMITTED", 0 },
		{ PROFILE_RA, 1, 0, 0x80, 1, "EE_TYPE_NOT_PERMITTED", 0 },
		{ PROFILE_RA, 1, 0, 0x40, 1, "OK", 0 },
		/* Each of several types must be granted. */
		{ PROFILE_RA, 2, 0, 0xc0, 1, "OK", 0xc0 },
		{ PROFILE_RA, 2, 0, 0x80, 1, "EE_TYPE_NOT_PERMITTED", 0xc0 },
		{ PROFILE_RA, 2, 0, 0x40, 1, "EE_TYPE_NOT_PERMITTED", 0xc0 },
		/* It asks for enrollment certificates. */
		{ PROFILE_DCM, 2, 0, 0x40, 1, "OK", 0 },
		{ PROFILE_DCM, 2, 0, 0x80, 1, "EE_TYPE_NOT_PERMITTED", 0 },
		/* Not a component: only where it stands itself. */
		{ PROFILE_ENROLLMENT, 1, 0, 0x40, 1, "OK", 0 },
		{ PROFILE_ENROLLMENT, 2, 0, 0xc0, 1, "CHAIN_LENGTH_NOT_PERMITTED", 0 },
		{ PROFILE_ENROLLMENT, 2, 0, 0x40, 2, "OK", 0 },
	};
	/* clang-format on */
	struct party p, ca;
	certificate *c;
	sequence_of_psid_group_permissions *list;
	struct cert k, a;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		memset(&k, 0, sizeof(k));
		memset(&a, 0, sizeof(a));
		c = template_for(&p, rows[i].who);
		k.tbs = &c->to_be_signed;
		list = c->to_be_signed.cert_request_permissions;
		if (rows[i].asks != 0)
			list->v[0].ee_type = rows[i].asks;
		c = template_for(&ca, PROFILE_ROOT);
		a.tbs = &c->to_be_signed;
		list = c->to_be_signed.cert_issue_permissions;
		list->n = 2; /* all, and 0x23 */
		list->v[0].min_chain_length = rows[i].min;
		list->v[0].chain_length_range = rows[i].range;
		list->v[0].ee_type = rows[i].ee_type;
		assert_string_equal(fault_name(perm_check_issued(
					&k, &a, rows[i].distance, NULL)),
		    rows[i].fault);
	}
}

static void
roles(void **state)
{
	const struct world *w = world();
	/* clang-format off */
	const struct { const struct party *p; enum scms_role role; } rows[] = {
		{ &w->root, SCMS_ROOT }, { &w->ica, SCMS_ICA },
		{ &w->eca, SCMS_ECA }, { &w->pca, SCMS_PCA },
		{ &w->ra, SCMS_RA }, { &w->la, SCMS_LA }, { &w->ma, SCMS_MA },
		{ &w->pg, SCMS_PG }, { &w->crlg, SCMS_CRLG },
		{ &w->enrollment, SCMS_NO_ROLE },
		{ &w->pseudonym, SCMS_NO_ROLE },
	};
	/* clang-format on */
	struct party auditor;
	uint8_t id[2];
	size_t i;

	(void)state;
	issue(&auditor, template_for(&auditor, PROFILE_AUDITOR), &w->root);
	assert_int_equal(perm_role(auditor.cert), SCMS_AUDITOR);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(perm_role(rows[i].p->cert), rows[i].role);
	assert_true(perm_la_id(id, w->la.cert));
	assert_memory_equal(id, "\x12\x34", 2);
	assert_false(perm_la_id(id, w->ra.cert));
	OK(perm_check_role(w->pca.cert, SCMS_PCA, FI));
	FAULT_IS(SSP_NOT_PERMITTED, perm_check_role(w->pca.cert, SCMS_ECA, FI));
	OK(perm_check_use(w->pseudonym.cert, 0x20, FI));
	FAULT_IS(
	    PSID_NOT_PERMITTED, perm_check_use(w->pseudonym.cert, 0x23, FI));
	FAULT_IS(
	    PSID_NOT_PERMITTED, perm_check_use(w->enrollment.cert, 0x20, FI));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(ssp_in_range),
	    T(range_in_range),
	    T(all_means_all_others),
	    T(named_psid_is_not_among_all),
	    T(two_groups),
	    T(same_psid_twice),
	    T(requests),
	    T(requested),
	    T(requested_refused),
	    T(listed),
	    T(requests_for_others),
	    T(roles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
