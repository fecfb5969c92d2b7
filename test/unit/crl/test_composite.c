/* The composite CRL: its pieces, and lists that do not go together. */
#include "cert/ballot.h"
#include "lists.h"

static void
all_series(void **state)
{
	struct bytes in = whole_composite(NOW);
	const uint8_t *craca = world()->root.cert->id + 5;
	struct crl_composite c;

	(void)state;
	OK(crl_composite_open(&c, &A, in, world()->trust, &now_rules, FI));
	assert_int_equal(c.parts.lists, 5);
	for (uint16_t s = 1; s <= 4; s++) {
		assert_int_equal(crl_find(&c, craca, s)->series, s);
		assert_int_equal(
		    crl_find(&c, craca, s)->serial, s == 1 ? 0 : 7);
	}
	assert_memory_equal(crl_find(&c, craca, CRL_SERIES_SPECIAL)->signer->id,
	    world()->root.cert->id, CERT_ID_SIZE);
	assert_null(crl_find(&c, craca, 5));
	assert_null(crl_find(&c, (const uint8_t *)"xyz", 1));
	OK(crl_composite_open(&c, &A, BYTES(crl_composite_empty),
	    world()->trust, &now_rules, FI));
	assert_int_equal(c.parts.lists, 0);
}

static struct bytes
ballot(enum endorsement kind, const struct cert *subject)
{
	struct party elector;
	struct bytes e, out;

	issue(&elector, template_for(&elector, PROFILE_ELECTOR), NULL);
	OK(endorsement_sign(&e, &A, kind, subject, NOW, &elector.signer, FI));
	OK(ballot_build(&out, &A, subject, &e, 1, FI));
	return out;
}

static void
ballots_pass_through(void **state)
{
	const struct cert *root = world()->root.cert;
	struct bytes of_root = ballot(ENDORSE_REMOVE_ROOT, root);
	struct bytes of_elector = ballot(ENDORSE_REMOVE_ELECTOR, root);
	struct crl crl = list_of(2);
	struct bytes list = signed_by(&world()->crlg, &crl), in;
	struct crl_parts parts = {&list, &of_root, &of_elector, 1, 1, 1}, got;

	(void)state;
	OK(crl_composite_build(&in, &A, &parts, FI));
	OK(crl_composite_read(&got, &A, in, FI));
	assert_int_equal(got.lists, 1);
	assert_bytes(got.list[0], list);
	assert_int_equal(got.root_ballots, 1);
	assert_bytes(got.root_ballot[0], of_root);
	assert_int_equal(got.elector_ballots, 1);
	assert_bytes(got.elector_ballot[0], of_elector);
	list = hex("0380");
	FAULT_IS(TRUNCATED, crl_composite_build(&in, &A, &parts, FI));
}

#define REFUSED(fault, in)                                            \
	do {                                                          \
		struct crl_composite c_;                              \
		FAULT_IS(fault, crl_composite_open(&c_, &A, (in),     \
				    world()->trust, &now_rules, FI)); \
	} while (0)

static void
do_not_go_together(void **state)
{
	const struct world *w = world();
	struct crl a = list_of(2), b = list_with_hashes(2), c = list_of(3);
	struct crl special = list_with_hashes(CRL_SERIES_SPECIAL);
	struct crl_hash_entry e = {.expiry = w->crlg.cert->end};
	struct bytes in = whole_composite(NOW);
	struct crl_composite got;

	(void)state;
	for (size_t n = 0; n < in.n; n++)
		assert_int_not_equal(
		    crl_composite_open(&got, &A, (struct bytes){in.p, n},
			w->trust, &now_rules, NULL),
		    FAULT_OK);
	REFUSED(TRAILING, cat(in, hex("00")));
	REFUSED(DUPLICATE, composite_of(signed_by(&w->crlg, &a),
			       signed_by(&w->crlg, &b), BYTES_NONE));
	/* One of another root among good ones. */
	c.craca[0] ^= 0x80;
	REFUSED(DENIED,
	    composite_of(signed_by(&w->crlg, &a),
		signed_as(&w->crlg, &(struct spdu_header){.psid = 0x100},
		    contents_of(&c)),
		BYTES_NONE));
	/* The generator itself is revoked. */
	OK(crl_composite_open(&got, &A,
	    composite_of(signed_by(&w->crlg, &a), signed_by(&w->root, &special),
		BYTES_NONE),
	    w->trust, &now_rules, FI));
	memcpy(e.id, w->crlg.cert->hash + 22, sizeof(e.id));
	special.entry = &e;
	special.entries = 1;
	REFUSED(REVOKED, composite_of(signed_by(&w->crlg, &a),
			     signed_by(&w->root, &special), BYTES_NONE));
	REFUSED(REVOKED, composite_of(signed_by(&w->root, &special),
			     signed_by(&w->crlg, &a), BYTES_NONE));
	OK(crl_composite_open(&got, &A,
	    composite_of(signed_by(&w->root, &special), BYTES_NONE), w->trust,
	    &now_rules, FI));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(all_series),
	    T(ballots_pass_through),
	    T(do_not_go_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
