/* One list: its octets, its groups, and every reason not to believe it. */
#include "lists.h"

/* ---- octets ---- */

/* The list of ISS, as captured (crypto-facts 9). */
static void
captured_hash_list(void **state)
{
	struct bytes in = hex("010100"
			      "7ac9efd3cc396921"
			      "1f086f05"
			      "286fc205"
			      "008000"
			      "00000002"
			      "0100");
	struct crl crl;

	(void)state;
	OK(crl_read(&crl, &A, in, FI));
	assert_int_equal(crl.series, CRL_SERIES_SPECIAL);
	assert_memory_equal(crl.craca, hex("7ac9efd3cc396921").p, 8);
	assert_int_equal(crl.issued, 0x1f086f05);
	assert_int_equal(crl.next, 0x286fc205);
	assert_int_equal(crl.serial, 2);
	assert_int_equal(crl.entries, 0);
	assert_bytes(contents_of(&crl), in);
}

/* Contents in the layout of the lists captured from a field server: a priority,
 * an entry without preamble; LAs 2aa0 and 0e7e, iRev 1a9, jMax 20, iMax 580
 * (asn1-facts 5.8, crypto-facts 8). */
static void
captured_layouts(void **state)
{
	struct bytes head = hex("010003"
				"0001020304050607"
				"2a000000"
				"2a093a80");
	struct bytes seeds = hex("11111111111111111111111111111111"
				 "22222222222222222222222222222222");
	struct crl crl;

	(void)state;
	OK(crl_read(&crl, &A,
	    cat(head, hex("4000"
			  "8000000000000101"
			  "30313233343536373839"
			  "2a000064")),
	    FI));
	assert_int_equal(crl.entries, 1);
	assert_memory_equal(crl.entry[0].id, "0123456789", CRL_ID_SIZE);
	assert_int_equal(crl.entry[0].expiry, 0x2a000064);
	OK(crl_read(&crl, &A,
	    cat(head, cat(hex("4000"
			      "824001a9000101"
			      "00140101"
			      "002aa00e7e0101"
			      "0002440101"
			      "00"),
			  seeds)),
	    FI));
	assert_int_equal(crl.i_rev, 0x1a9);
	assert_int_equal(crl.groups, 1);
	assert_int_equal(crl.group[0].jmax, 20);
	assert_int_equal(crl.group[0].i_max, 580);
	assert_memory_equal(crl.group[0].la1, hex("2aa0").p, 2);
	assert_memory_equal(crl.group[0].la2, hex("0e7e").p, 2);
	assert_int_equal(crl.group[0].n, 1);
	assert_memory_equal(crl.group[0].seed1[0].b, seeds.p, 16);
	assert_memory_equal(crl.group[0].seed2[0].b, seeds.p + 16, 16);
}

static void
octets_of_ours(void **state)
{
	struct crl crl = list_with_seeds();
	struct bytes contents = contents_of(&crl), head, tbs, out;
	const struct party *by = &world()->crlg;
	const uint8_t *r;

	(void)state;
	head =
	    cat(cat(hex("010001"), BYTES(crl.craca)), hex("2a0151802a0a8c00"));
	assert_bytes(
	    contents, cat(head, hex("00"
				    "824001a9000101"
				    "00140101"
				    "002aa00e7e0101"
				    "0002440101"
				    "00"
				    "01010101010101010101010101010100"
				    "02020202020202020202020202020200")));
	out = signed_by(by, &crl);
	tbs = cat(cat(hex("400380"),
		      (struct bytes){(uint8_t[]){(uint8_t)contents.n}, 1}),
	    cat(contents, hex("00020100")));
	assert_bytes(
	    ((struct bytes){out.p, 3 + tbs.n}), cat(hex("038100"), tbs));
	assert_bytes(((struct bytes){out.p + 3 + tbs.n, 11}),
	    cat(cat(hex("80"), BYTES(by->cert->id)), hex("8080")));
	r = out.p + out.n - 64;
	assert_true(plain_verify(CURVE_P256, by->q.x, by->q.y,
	    plain_to_sign(32, tbs, by->cert->raw), r, r + 32));
}

/* ---- groups ---- */

static struct crl_linkage_entry
entry(uint8_t jmax, uint8_t la, uint16_t i_max, uint8_t seed)
{
	struct crl_linkage_entry e = {
	    .jmax = jmax, .la1 = {0, la}, .la2 = {1, la}, .i_max = i_max};

	memset(e.seed1.b, seed, sizeof(e.seed1.b));
	memset(e.seed2.b, 0xff - seed, sizeof(e.seed2.b));
	return e;
}

/* jMax above LAs above iMax, neighbours together, seeds in order; written by
 * hand from the notation. */
static void
groups(void **state)
{
	struct crl_linkage_entry e[] = {entry(20, 2, 600, 7),
	    entry(20, 1, 600, 6), entry(20, 1, 590, 5), entry(30, 1, 600, 4),
	    entry(20, 1, 600, 3), entry(20, 1, 590, 2)};
	static const struct {
		uint8_t jmax, la;
		uint16_t i_max;
		size_t n;
		uint8_t seed[2];
	} want[] = {{20, 1, 590, 2, {2, 5}}, {20, 1, 600, 2, {3, 6}},
	    {20, 2, 600, 1, {7}}, {30, 1, 600, 1, {4}}};
	struct crl crl = list_of(CRL_SERIES_PSEUDONYM), again;
	struct bytes c;

	(void)state;
	OK(crl_group(&crl, &A, e, 6, FI));
	c = contents_of(&crl);
	OK(crl_read(&again, &A, c, FI));
	assert_int_equal(again.groups, 4);
	for (size_t k = 0; k < 4; k++) {
		const struct crl_linkage_group *g = &again.group[k];

		assert_int_equal(g->jmax, want[k].jmax);
		assert_int_equal(g->la1[1], want[k].la);
		assert_int_equal(g->la2[0], 1);
		assert_int_equal(g->i_max, want[k].i_max);
		assert_int_equal(g->n, want[k].n);
		for (size_t m = 0; m < g->n; m++) {
			assert_int_equal(g->seed1[m].b[0], want[k].seed[m]);
			assert_int_equal(
			    g->seed2[m].b[15], 0xff - want[k].seed[m]);
		}
	}
	/* Two jMax groups; of LAs two in the first, one in the second. */
	assert_memory_equal(c.p + 20,
	    hex("824001a900"
		"0102"
		"00140102"
		"0000010101"
		"0102"
		"00024e"
		"0102")
		.p,
	    20);
	assert_int_equal(c.n, 20 + 5 + 2 + 2 * 4 + 3 * 7 + 4 * 5 + 6 * 33);
}

static void
empty_and_many(void **state)
{
	size_t n = 100000;
	struct crl_linkage_entry *e =
	    ARENA_ARRAY(&A, n, struct crl_linkage_entry);
	struct crl crl = list_of(CRL_SERIES_PSEUDONYM), got;
	struct bytes in = signed_by(&world()->crlg, &crl);
	struct arena room = arena_new(CRL_MEMORY(4000000));

	(void)state;
	OK(crl_open(&got, &A, in, world()->trust, &now_rules, FI));
	assert_int_equal(got.groups, 0);
	/* One group, and as many groups as a device can differ in. */
	for (size_t k = 0; k < n; k++) {
		e[k] = entry(20, 1, 600, 0);
		memcpy(e[k].seed1.b, &k, sizeof(k));
	}
	OK(crl_group(&crl, &room, e, n, FI));
	OK(crl_sign(&in, &room, &crl, &world()->crlg.signer, FI));
	assert_int_equal(crl.groups, 1);
	assert_true(in.n < 33 * n + 300);
	arena_free(&room);
	for (size_t k = 0; k < n; k++)
		e[k].i_max = (uint16_t)k;
	OK(crl_group(&crl, &A, e, n, FI));
	assert_int_equal(crl.groups, 65536);
	OK(crl_sign(&in, &A, &crl, &world()->crlg.signer, FI));
	room = arena_new(CRL_MEMORY(in.n));
	OK(crl_open(&got, &room, in, world()->trust, &now_rules, FI));
	assert_int_equal(got.groups, 65536);
	assert_int_equal(got.group[34463].n, 2);
	assert_int_equal(got.group[34464].n, 1);
	arena_free(&room);
	room = arena_new(100000);
	FAULT_IS(TOO_LARGE,
	    crl_open(&got, &room, in, world()->trust, &now_rules, FI));
	arena_free(&room);
}

/* ---- refusals ---- */

static const struct spdu_header plain = {.psid = 0x100};

#define REFUSED(fault, in)                                                \
	do {                                                              \
		struct crl crl_;                                          \
		FAULT_IS(fault, crl_open(&crl_, &A, (in), world()->trust, \
				    &now_rules, FI));                     \
	} while (0)

static void
wrong_octets(void **state)
{
	struct crl crl = list_with_hashes(2), got;
	struct bytes in = signed_by(&world()->crlg, &crl);

	(void)state;
	OK(crl_open(&got, &A, in, world()->trust, &now_rules, FI));
	assert_int_equal(got.entries, 2);
	assert_memory_equal(got.entry[1].id, "abcdefghij", CRL_ID_SIZE);
	assert_ptr_equal(got.raw.p, in.p);
	assert_memory_equal(
	    got.signer->id, world()->crlg.cert->id, CERT_ID_SIZE);
	for (size_t n = 0; n < in.n; n++)
		assert_int_not_equal(crl_open(&got, &A, (struct bytes){in.p, n},
					 world()->trust, &now_rules, NULL),
		    FAULT_OK);
	for (size_t n = 0; n < in.n; n++)
		assert_int_not_equal(crl_open(&got, &A, flipped(in, n, 1),
					 world()->trust, &now_rules, NULL),
		    FAULT_OK);
	REFUSED(TRAILING, cat(in, hex("00")));
	REFUSED(BAD_SIGNATURE, flipped(in, in.n - 1, 1));
	REFUSED(TRAILING, signed_as(&world()->crlg, &plain,
			      cat(contents_of(&crl), hex("00"))));
	REFUSED(TRUNCATED, signed_as(&world()->crlg, &plain, hex("010002")));
}

static void
wrong_signers(void **state)
{
	const struct world *w = world();
	struct crl crl = list_with_hashes(2);
	struct crl special = list_with_hashes(CRL_SERIES_SPECIAL);
	struct bytes c = contents_of(&crl), s = contents_of(&special), out;
	struct trust *roots = trust_of(&w->root, (struct party *)NULL);
	struct crl got;

	(void)state;
	/* No PSID 256; not these series; about another root. */
	REFUSED(PSID_NOT_PERMITTED, signed_as(&w->ra, &plain, c));
	REFUSED(PSID_NOT_PERMITTED, signed_as(&w->ma, &plain, c));
	REFUSED(SSP_NOT_PERMITTED, signed_as(&w->crlg, &plain, s));
	REFUSED(SSP_NOT_PERMITTED, signed_as(&w->root, &plain, c));
	crl.series = 5;
	REFUSED(
	    SSP_NOT_PERMITTED, signed_as(&w->crlg, &plain, contents_of(&crl)));
	crl.series = 2;
	crl.craca[0] ^= 1;
	REFUSED(DENIED, signed_as(&w->crlg, &plain, contents_of(&crl)));
	memcpy(crl.craca, w->crlg.cert->id, sizeof(crl.craca));
	REFUSED(DENIED, signed_as(&w->crlg, &plain, contents_of(&crl)));
	special.craca[7] ^= 1;
	REFUSED(DENIED, signed_as(&w->root, &plain, contents_of(&special)));
	FAULT_IS(DENIED, crl_sign(&out, &A, &crl, &w->crlg.signer, FI));
	FAULT_IS(SSP_NOT_PERMITTED,
	    crl_sign(&out, &A, &special, &w->crlg.signer, FI));
	/* A generator that is not known. */
	crl = list_of(2);
	FAULT_IS(UNKNOWN_ISSUER, crl_open(&got, &A, signed_by(&w->crlg, &crl),
				     roots, &now_rules, FI));
	trust_free(roots);
}

static void
wrong_forms(void **state)
{
	const struct party *by = &world()->crlg;
	struct crl crl = list_with_hashes(2);
	struct spdu_header h = {.psid = 0x23};
	struct bytes c = contents_of(&crl), odd;

	(void)state;
	REFUSED(PSID_NOT_PERMITTED, signed_as(by, &h, c));
	h = (struct spdu_header){
	    .psid = 0x100, .has_generation_time = true, .generation_time = 1};
	h.generation_time = NOW * UINT64_C(1000000);
	REFUSED(BAD_MESSAGE, signed_as(by, &h, c));
	OK(spdu_wrap(&odd, &A, c, FI));
	REFUSED(BAD_MESSAGE, odd);
	/* The right contents under the wrong series. */
	odd = cat(c, BYTES_NONE);
	((uint8_t *)(uintptr_t)odd.p)[2] = 1;
	REFUSED(BAD_MESSAGE, signed_as(by, &plain, odd));
	crl = list_with_seeds();
	odd = contents_of(&crl);
	((uint8_t *)(uintptr_t)odd.p)[2] = 3;
	REFUSED(BAD_MESSAGE, signed_as(by, &plain, odd));
	/* Delta lists, and seeds of groups. */
	odd = cat(c, BYTES_NONE);
	((uint8_t *)(uintptr_t)odd.p)[20] = 0x81;
	REFUSED(UNSUPPORTED, signed_as(by, &plain, odd));
	odd =
	    cat((struct bytes){contents_of(&crl).p, 20}, hex("822001a9000100"));
	REFUSED(UNSUPPORTED, signed_as(by, &plain, odd));
	odd = cat((struct bytes){contents_of(&crl).p, 20}, hex("820001a900"));
	REFUSED(BAD_MESSAGE, signed_as(by, &plain, odd));
}

static void
wrong_times(void **state)
{
	const struct party *by = &world()->crlg;
	struct crl crl = list_of(2), got;
	struct crl_rules rules = now_rules;

	(void)state;
	crl.next = crl.issued - 1;
	REFUSED(BAD_MESSAGE, signed_by(by, &crl));
	crl.next = crl.issued = NOW + 6;
	REFUSED(GENERATED_IN_FUTURE, signed_by(by, &crl));
	crl.next = crl.issued = NOW + 5;
	OK(crl_open(
	    &got, &A, signed_by(by, &crl), world()->trust, &now_rules, FI));
	crl.issued = by->cert->start - 1;
	REFUSED(NOT_YET_VALID, signed_by(by, &crl));
	crl.issued = by->cert->end - 1;
	crl.next = UINT32_MAX;
	rules.now = crl.issued;
	OK(crl_open(&got, &A, signed_by(by, &crl), world()->trust, &rules, FI));
	rules.now = TRUST_ANY_TIME;
	OK(crl_open(&got, &A, signed_by(by, &crl), world()->trust, &rules, FI));
	rules.now = by->cert->end;
	FAULT_IS(EXPIRED, crl_open(&got, &A, signed_by(by, &crl),
			      world()->trust, &rules, FI));
	/* Overdue is no fault here. */
	crl = list_of(2);
	rules.now = crl.next + 1;
	OK(crl_open(&got, &A, signed_by(by, &crl), world()->trust, &rules, FI));
}

static void
older_and_newer(void **state)
{
	struct crl a = list_of(1), b = list_of(1);

	(void)state;
	a.raw = hex("01");
	b.raw = hex("02");
	FAULT_IS(DUPLICATE, crl_check_follows(&a, &b, FI));
	b.raw = a.raw;
	OK(crl_check_follows(&a, &b, FI));
	b.raw = hex("02");
	b.issued++;
	OK(crl_check_follows(&a, &b, FI));
	b.i_rev--;
	FAULT_IS(TOO_OLD, crl_check_follows(&a, &b, FI));
	b.i_rev += 2;
	OK(crl_check_follows(&a, &b, FI));
	FAULT_IS(TOO_OLD, crl_check_follows(&b, &a, FI));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(captured_hash_list),
	    T(captured_layouts),
	    T(octets_of_ours),
	    T(groups),
	    T(empty_and_many),
	    T(wrong_octets),
	    T(wrong_signers),
	    T(wrong_forms),
	    T(wrong_times),
	    T(older_and_newer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
