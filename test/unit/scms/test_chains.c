/* The chain files that follow one another. */
#include "test/unit/cert/common.h"

#include "cert/ballot.h"
#include "cert/chains.h"

static struct chain_file
old_file(bool local)
{
	const struct world *w = world();
	struct bytes *certs = ARENA_ARRAY(&A, 6, struct bytes);
	struct bytes *ballot = ARENA_NEW(&A, struct bytes), endorsement, raw;
	struct chain_file f = {.local = local,
			      .gccf_version = 7,
			      .lccf_version = 3,
			      .ra_hostname = "ra.x",
			      .root_ballot = ballot,
			      .n_root_ballot = 1,
			      .ma = w->ma.cert->raw,
			      .cert = certs,
			      .n_cert = local ? 5 : 6},
			  out;
	struct party elector;

	issue(&elector, template_for(&elector, PROFILE_ELECTOR), NULL);
	OK(endorsement_sign(&endorsement, &A, ENDORSE_ADD_ROOT, w->root.cert,
	    NOW, &elector.signer, FI));
	OK(ballot_build(ballot, &A, w->root.cert, &endorsement, 1, FI));
	certs[0] = w->ica.cert->raw;
	certs[1] = w->eca.cert->raw;
	certs[2] = w->pca.cert->raw;
	certs[3] = w->ra.cert->raw;
	certs[4] = w->pg.cert->raw;
	certs[5] = w->la.cert->raw;
	OK(chain_file_build(&raw, &A, &f, FI));
	OK(chain_file_open(&out, &A, raw, FI));
	return out;
}

/* What was made, as one who reads it sees it. */
static struct chain_file
next(const struct chain_file *old, const struct chains_update *u)
{
	struct chain_file built, f;
	struct bytes octets;

	OK(chains_next(&octets, &built, &A, old, u, FI));
	OK(chain_file_open(&f, &A, octets, FI));
	return f;
}

static bool
has(const struct chain_file *f, const struct party *p)
{
	for (size_t i = 0; i < f->n_cert; i++)
		if (bytes_equal(f->cert[i], p->cert->raw))
			return true;
	return false;
}

static void
what_is_new_comes(void **state)
{
	const struct world *w = world();
	struct party pca, la, ma;
	struct bytes added[2];
	struct chains_update u = {.added = added, .added_n = 2, .now = NOW};
	struct chain_file global = old_file(false), local = old_file(true), f;

	(void)state;
	issue(&pca, template_for(&pca, PROFILE_PCA), &w->ica);
	issue(&la, template_for(&la, PROFILE_LA), &w->ica);
	issue(&ma, template_for(&ma, PROFILE_MA), &w->root);
	added[0] = pca.cert->raw;
	added[1] = la.cert->raw;
	f = next(&global, &u);
	assert_int_equal(f.gccf_version, 8);
	assert_int_equal(f.n_cert, 8);
	assert_true(has(&f, &pca) && has(&f, &w->pca) && has(&f, &la));
	assert_int_equal(f.n_root_ballot, 1);
	assert_bytes(f.ma, w->ma.cert->raw);
	/* Devices need no LA; the same twice is there once. */
	added[0] = w->pca.cert->raw;
	u.ma = ma.cert->raw;
	f = next(&local, &u);
	assert_int_equal(f.gccf_version, 8);
	assert_int_equal(f.lccf_version, 4);
	assert_string_equal(f.ra_hostname, "ra.x");
	assert_int_equal(f.n_cert, 5);
	assert_false(has(&f, &la));
	assert_bytes(f.ma, ma.cert->raw);
}

static void
what_is_over_goes(void **state)
{
	const struct world *w = world();
	struct chain_file global = old_file(false), f;
	struct chains_update u = {.now = w->ra.cert->end};

	(void)state;
	u.now = w->ra.cert->end - 1;
	f = next(&global, &u);
	assert_true(has(&f, &w->ra));
	assert_int_equal(f.n_cert, 6);
	u.now = w->ra.cert->end;
	f = next(&global, &u);
	assert_false(has(&f, &w->ra));
	assert_false(has(&f, &w->la));
	assert_true(has(&f, &w->pca) && has(&f, &w->eca));
	u.now = w->root.cert->end - 1;
	assert_int_equal(next(&global, &u).n_root_ballot, 1);
	u.now = w->root.cert->end;
	assert_int_equal(next(&global, &u).n_root_ballot, 0);
}

/* A PCA's certificates are in use; an LA that is gone is gone. */
static void
what_is_retired(void **state)
{
	const struct world *w = world();
	struct bytes gone[2] = {w->pca.cert->raw, w->la.cert->raw};
	struct chains_update u = {.gone = gone, .gone_n = 2, .now = NOW};
	struct chain_file global = old_file(false), f = next(&global, &u);

	(void)state;
	assert_true(has(&f, &w->pca));
	assert_false(has(&f, &w->la));
	assert_int_equal(f.n_cert, 5);
}

static void
another_root(void **state)
{
	struct chain_file global = old_file(false), f;
	struct chains_update u = {.now = NOW};
	struct bytes endorsement, ballot;
	struct party root, elector;

	(void)state;
	u.root_ballot = &ballot;
	u.root_ballots = 1;
	issue(&root, template_for(&root, PROFILE_ROOT), NULL);
	issue(&elector, template_for(&elector, PROFILE_ELECTOR), NULL);
	OK(endorsement_sign(&endorsement, &A, ENDORSE_ADD_ROOT, root.cert, NOW,
	    &elector.signer, FI));
	OK(ballot_build(&ballot, &A, root.cert, &endorsement, 1, FI));
	f = next(&global, &u);
	assert_int_equal(f.n_root_ballot, 2);
	assert_bytes(f.root_cert[1], root.cert->raw);
	assert_bytes(f.root_cert[0], world()->root.cert->raw);
}

/* More votes for a root that is there; those of removed electors go, while a
 * quorum is left; so do removed roots. */
static void
votes_come_and_go(void **state)
{
	const struct world *w = world();
	struct chain_file global = old_file(false), f;
	struct party elector[3];
	struct cert *cert[3];
	struct bytes vote[3], ballot;
	struct chains_update u = {
	    .root_ballot = &ballot, .root_ballots = 1, .now = NOW};
	struct anchors anchors = {.electors = 2};

	(void)state;
	for (size_t k = 0; k < 3; k++) {
		issue(&elector[k], template_for(&elector[k], PROFILE_ELECTOR),
		    NULL);
		cert[k] = elector[k].cert;
		OK(endorsement_sign(&vote[k], &A, ENDORSE_ADD_ROOT,
		    w->root.cert, NOW, &elector[k].signer, FI));
	}
	OK(ballot_build(&ballot, &A, w->root.cert, vote, 3, FI));
	f = next(&global, &u);
	assert_int_equal(f.n_root_ballot, 1);
	OK(ballot_check(
	    NULL, &A, f.root_ballot[0], ENDORSE_ADD_ROOT, cert, 3, 3, NOW, FI));
	/* The same again is there once. */
	assert_false(
	    chains_differ(&f, &(struct chain_file){.ma = f.ma,
				  .cert = f.cert,
				  .n_cert = f.n_cert,
				  .root_ballot = next(&f, &u).root_ballot,
				  .n_root_ballot = 1}));
	/* Two are left, then one, which is too few. */
	u.root_ballots = 0;
	u.anchors = &anchors;
	anchors.elector[0] = cert[0];
	anchors.elector[1] = cert[2];
	f = next(&f, &u);
	OK(ballot_check(
	    NULL, &A, f.root_ballot[0], ENDORSE_ADD_ROOT, cert, 3, 2, NOW, FI));
	FAULT_IS(NO_QUORUM, ballot_check(NULL, &A, f.root_ballot[0],
				ENDORSE_ADD_ROOT, cert, 3, 3, NOW, FI));
	anchors.electors = 1;
	f = next(&f, &u);
	OK(ballot_check(
	    NULL, &A, f.root_ballot[0], ENDORSE_ADD_ROOT, cert, 3, 2, NOW, FI));
	/* The root itself is removed. */
	sha256(anchors.removed[0].hash.b, w->root.cert->canonical);
	anchors.removed_n = 1;
	assert_int_equal(next(&f, &u).n_root_ballot, 0);
}

/* About two different roots no ballot can be made. */
static void
ballots_that_do_not_belong_together(void **state)
{
	struct chain_file global = old_file(false);
	struct bytes vote, other, merged;
	struct party root, elector;

	(void)state;
	issue(&root, template_for(&root, PROFILE_ROOT), NULL);
	issue(&elector, template_for(&elector, PROFILE_ELECTOR), NULL);
	OK(endorsement_sign(
	    &vote, &A, ENDORSE_ADD_ROOT, root.cert, NOW, &elector.signer, FI));
	OK(ballot_build(&other, &A, root.cert, &vote, 1, FI));
	FAULT_IS(CONSTRAINT,
	    ballot_merge(&merged, &A, global.root_ballot[0], other, FI));
}

static void
no_version_left(void **state)
{
	struct chain_file global = old_file(false), local = old_file(true), f;
	struct chains_update u = {.now = NOW};
	struct bytes octets;

	(void)state;
	global.gccf_version = UINT16_MAX;
	FAULT_IS(TOO_LARGE, chains_next(&octets, &f, &A, &global, &u, FI));
	local.lccf_version = UINT16_MAX;
	FAULT_IS(TOO_LARGE, chains_next(&octets, &f, &A, &local, &u, FI));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(what_is_new_comes),
	    T(what_is_over_goes),
	    T(what_is_retired),
	    T(another_root),
	    T(votes_come_and_go),
	    T(ballots_that_do_not_belong_together),
	    T(no_version_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
