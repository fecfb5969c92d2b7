/* Ballots of electors, good and bad: what they change, and what they do not. */
#include "common.h"

#include "cert/anchors.h"
#include "cert/ballot.h"

enum { EA, EB, EC, ED, EE, ELECTORS };
enum { R1, R2, ROOTS };

static struct party elector[ELECTORS], root[ROOTS];

/* Electors A, B and C, and one root are in force. */
static struct anchors
three(void)
{
	return (struct anchors){.root = {root[R1].cert},
	    .roots = 1,
	    .elector = {elector[EA].cert, elector[EB].cert, elector[EC].cert},
	    .electors = 3};
}

static int
set_up(void **state)
{
	test_setup(state);
	for (size_t k = 0; k < ELECTORS; k++)
		issue(&elector[k], template_for(&elector[k], PROFILE_ELECTOR),
		    NULL);
	for (size_t k = 0; k < ROOTS; k++)
		issue(&root[k], template_for(&root[k], PROFILE_ROOT), NULL);
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, test_teardown)

/* ---- ballots ---- */

static struct bytes
vote(enum endorsement kind, const struct party *subject, const struct party *by,
    uint32_t time)
{
	struct bytes out;

	OK(endorsement_sign(
	    &out, &A, kind, subject->cert, time, &by->signer, FI));
	return out;
}

static struct bytes
ballot_of(const struct party *subject, const struct bytes *votes, size_t n)
{
	struct bytes out;

	OK(ballot_build(&out, &A, subject->cert, votes, n, FI));
	return out;
}

/* Two electors say so at two times. */
static struct bytes
two(enum endorsement kind, const struct party *subject, unsigned a, uint32_t at,
    unsigned b, uint32_t then)
{
	const struct bytes votes[] = {vote(kind, subject, &elector[a], at),
	    vote(kind, subject, &elector[b], then)};

	return ballot_of(subject, votes, 2);
}

static struct bytes
remove_elector(unsigned who, unsigned a, unsigned b, uint32_t at)
{
	return two(ENDORSE_REMOVE_ELECTOR, &elector[who], a, at, b, at);
}

/* ---- what they do ---- */

/* Everything that counts, as octets. */
static struct bytes
state_of(const struct anchors *a)
{
	struct bytes out;

	OK(anchors_build(&out, &A, a, FI));
	return out;
}

static void
give(struct anchors *a, const struct bytes *roots, size_t n_root,
    const struct bytes *electors, size_t n_elector)
{
	const struct anchors_removals in = {roots, electors, n_root, n_elector};

	anchors_vote_ballots(a, &in, NOW);
}

static void
give_one(struct anchors *a, struct bytes ballot)
{
	give(a, NULL, 0, &ballot, 1);
}

static enum fault
chains(struct anchors *a, const struct bytes *roots, size_t n_root,
    const struct bytes *electors, size_t n_elector, uint32_t now)
{
	const struct chain_file file = {.root_ballot = roots,
	    .n_root_ballot = n_root,
	    .elector_ballot = electors,
	    .n_elector_ballot = n_elector};

	return anchors_vote(a, &A, &file, now, NULL);
}

/* The root's own ballot is always there. */
static void
add_elector(struct anchors *a, struct bytes ballot, uint32_t now)
{
	const struct bytes own =
	    two(ENDORSE_ADD_ROOT, &root[R1], EB, NOW - 9, EC, NOW - 9);

	(void)!chains(a, &own, 1, &ballot, 1, now);
}

static bool
in_force(const struct anchors *a, const struct party *p)
{
	for (size_t k = 0; k < a->electors; k++)
		if (a->elector[k]->end == p->cert->end &&
		    memcmp(a->elector[k]->id, p->cert->id, CERT_ID_SIZE) == 0)
			return true;
	for (size_t k = 0; k < a->roots; k++)
		if (memcmp(a->root[k]->id, p->cert->id, CERT_ID_SIZE) == 0)
			return true;
	return false;
}

/* ---- good ones ---- */

static void
a_quorum_removes_at_once(void **state)
{
	struct anchors a = three();
	uint32_t from = 0;
	struct bytes before;

	(void)state;
	give_one(&a, two(ENDORSE_REMOVE_ELECTOR, &elector[EA], EB, NOW - 5, EC,
			 NOW - 50));
	assert_true(a.changed && !a.lost);
	assert_int_equal(a.electors, 2);
	assert_false(in_force(&a, &elector[EA]));
	assert_true(anchors_is_removed(&a, elector[EA].cert, &from));
	assert_int_equal(from, NOW - 50); /* the earliest */
	/* The same again. */
	before = state_of(&a);
	give_one(&a, remove_elector(EA, EB, EC, NOW - 5));
	assert_false(a.changed);
	assert_bytes(state_of(&a), before);
	/* Votes of before that one, found later: the time moves back. */
	give_one(&a, remove_elector(EA, EB, EC, NOW - 99));
	assert_true(anchors_is_removed(&a, elector[EA].cert, &from));
	assert_int_equal(from, NOW - 99);
	assert_int_equal(a.removed_n, 1);
}

/* Day 1: A, B, C; 2: A is revoked; 3: two remain; 4: D; 5: another root. */
static void
five_days(void **state)
{
	struct anchors a = three();
	const struct bytes r1 =
	    two(ENDORSE_ADD_ROOT, &root[R1], EB, NOW - 900, EC, NOW - 900);
	const struct bytes d =
	    two(ENDORSE_ADD_ELECTOR, &elector[ED], EB, NOW - 60, EC, NOW - 60);
	const struct bytes both[] = {
	    r1, two(ENDORSE_ADD_ROOT, &root[R2], EC, NOW - 50, ED, NOW - 50)};
	const struct bytes gone =
	    two(ENDORSE_REMOVE_ROOT, &root[R1], EB, NOW - 40, ED, NOW - 40);

	(void)state;
	give_one(&a, remove_elector(EA, EB, EC, NOW - 100));
	assert_int_equal(a.electors, 2);
	assert_int_equal(chains(&a, &r1, 1, NULL, 0, NOW), FAULT_OK);
	assert_int_equal(chains(&a, &r1, 1, &d, 1, NOW), FAULT_OK);
	assert_true(in_force(&a, &elector[ED]));
	assert_int_equal(chains(&a, both, 2, &d, 1, NOW), FAULT_OK);
	assert_true(in_force(&a, &root[R1]) && in_force(&a, &root[R2]));
	give(&a, &gone, 1, NULL, 0);
	assert_true(a.lost);
	assert_false(in_force(&a, &root[R1]));
	assert_true(in_force(&a, &root[R2]));
	assert_int_equal(a.electors, 3);
}

/* Whoever slept meets all of it at once, in the order of the times. */
static void
one_who_slept_catches_up(void **state)
{
	const struct bytes root_now =
	    two(ENDORSE_ADD_ROOT, &root[R1], EC, NOW - 80, ED, NOW - 80);
	const struct bytes added =
	    two(ENDORSE_ADD_ELECTOR, &elector[ED], EB, NOW - 90, EC, NOW - 90);
	const struct bytes removed[] = {
	    remove_elector(EB, EC, ED, NOW - 50), /* D is new */
	    remove_elector(EA, EB, EC, NOW - 100)};

	(void)state;
	for (unsigned first = 0; first < 2; first++) {
		struct anchors a = three();

		/* In either order of the two files; the list goes again. */
		if (first == 1)
			give(&a, NULL, 0, removed, 2);
		assert_int_equal(
		    chains(&a, &root_now, 1, &added, 1, NOW), FAULT_OK);
		give(&a, NULL, 0, removed, 2);
		assert_int_equal(a.electors, 2);
		assert_true(in_force(&a, &elector[EC]));
		assert_true(in_force(&a, &elector[ED]));
		assert_int_equal(a.removed_n, 2);
	}
}

static void
the_last_root_can_go(void **state)
{
	struct anchors a = three();
	const struct bytes gone =
	    two(ENDORSE_REMOVE_ROOT, &root[R1], EA, NOW - 9, EB, NOW - 9);
	const struct bytes next =
	    two(ENDORSE_ADD_ROOT, &root[R2], EA, NOW - 5, EB, NOW - 5);

	(void)state;
	give(&a, &gone, 1, NULL, 0);
	assert_true(a.lost);
	assert_true(anchors_is_removed(&a, root[R1].cert, NULL));
	/* It is still named, until another takes its place. */
	assert_int_equal(a.roots, 1);
	assert_int_equal(chains(&a, &next, 1, NULL, 0, NOW), FAULT_OK);
	assert_int_equal(a.roots, 1);
	assert_true(in_force(&a, &root[R2]));
}

/* Added at once; its vote counts from the start of its certificate. */
static void
an_elector_of_tomorrow(void **state)
{
	struct anchors a = three();
	certificate *t = template_for(&elector[ED], PROFILE_ELECTOR);
	struct bytes gone, before;

	(void)state;
	t->to_be_signed.validity_period.start = NOW + 500;
	issue(&elector[ED], t, NULL);
	add_elector(&a,
	    two(ENDORSE_ADD_ELECTOR, &elector[ED], EA, NOW - 9, EB, NOW - 9),
	    NOW);
	assert_int_equal(a.electors, 4);
	before = state_of(&a);
	gone = two(ENDORSE_REMOVE_ELECTOR, &elector[EA], EB, NOW, ED, NOW);
	give_one(&a, gone);
	assert_bytes(state_of(&a), before);
	/* Nor later, what it said before. */
	const struct anchors_removals in = {NULL, &gone, 0, 1};

	anchors_vote_ballots(&a, &in, NOW + 600);
	assert_bytes(state_of(&a), before);
	gone = two(
	    ENDORSE_REMOVE_ELECTOR, &elector[EA], EB, NOW + 500, ED, NOW + 501);
	anchors_vote_ballots(&a, &in, NOW + 600);
	assert_int_equal(a.electors, 3);
}

/* ---- bad ones change nothing ---- */

static struct bytes
one_vote(void)
{
	struct bytes v =
	    vote(ENDORSE_REMOVE_ELECTOR, &elector[EA], &elector[EB], NOW - 9);

	return ballot_of(&elector[EA], &v, 1);
}

static struct bytes
one_elector_twice(void)
{
	return two(
	    ENDORSE_REMOVE_ELECTOR, &elector[EA], EB, NOW - 9, EB, NOW - 8);
}

static struct bytes
with_a_stranger(void)
{
	return remove_elector(EA, EB, EE, NOW - 9);
}

static struct bytes
votes_on_another(void)
{
	const struct bytes votes[] = {
	    vote(ENDORSE_REMOVE_ELECTOR, &elector[EC], &elector[EB], NOW - 9),
	    vote(ENDORSE_REMOVE_ELECTOR, &elector[EC], &elector[EA], NOW - 9)};

	return ballot_of(&elector[EA], votes, 2);
}

static struct bytes
votes_to_add(void)
{
	return two(ENDORSE_ADD_ELECTOR, &elector[EA], EB, NOW - 9, EC, NOW - 9);
}

static struct bytes
votes_on_a_root(void)
{
	return two(ENDORSE_REMOVE_ROOT, &elector[EA], EB, NOW - 9, EC, NOW - 9);
}

static struct bytes
of_the_future(void)
{
	return two(
	    ENDORSE_REMOVE_ELECTOR, &elector[EA], EB, NOW - 9, EC, NOW + 1);
}

static struct bytes
before_its_time(void)
{
	return two(
	    ENDORSE_REMOVE_ELECTOR, &elector[EA], EB, NOW - 9, EC, T0 - 1);
}

static struct bytes
with_a_broken_signature(void)
{
	struct bytes good = remove_elector(EA, EB, EC, NOW - 9);

	return flipped(good, good.n - 1, 1);
}

static struct bytes
cut_off(void)
{
	struct bytes good = remove_elector(EA, EB, EC, NOW - 9);

	return (struct bytes){good.p, good.n - 1};
}

static struct bytes
no_ballot(void)
{
	return elector[EA].cert->raw;
}

static void
bad_ballots_change_nothing(void **state)
{
	static struct bytes (*const bad[])(void) = {one_vote, one_elector_twice,
	    with_a_stranger, votes_on_another, votes_to_add, votes_on_a_root,
	    of_the_future, before_its_time, with_a_broken_signature, cut_off,
	    no_ballot};
	struct anchors a = three();
	const struct bytes before = state_of(&a);

	(void)state;
	for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++) {
		const struct bytes ballot = bad[k]();

		give(&a, &ballot, 1, &ballot, 1);
		assert_false(a.changed || a.lost);
		assert_bytes(state_of(&a), before);
	}
	/* What they lack is all that was wrong. */
	give_one(&a, remove_elector(EA, EB, EC, NOW - 9));
	assert_int_equal(a.electors, 2);
}

/* The votes of one who was removed, and himself. */
static void
late_votes_change_nothing(void **state)
{
	struct anchors a = three();
	struct bytes before;

	(void)state;
	give_one(&a, remove_elector(EA, EB, EC, NOW - 9));
	add_elector(&a,
	    two(ENDORSE_ADD_ELECTOR, &elector[ED], EB, NOW - 9, EC, NOW - 9),
	    NOW);
	assert_int_equal(a.electors, 3);
	before = state_of(&a);
	give_one(&a, remove_elector(EB, EA, EC, NOW - 5));
	assert_bytes(state_of(&a), before);
	/* Nor with a date of before: nobody can tell when it was signed. */
	give_one(&a, remove_elector(EB, EA, EC, NOW - 50));
	assert_bytes(state_of(&a), before);
	add_elector(&a,
	    two(ENDORSE_ADD_ELECTOR, &elector[EE], EA, NOW - 5, EB, NOW - 5),
	    NOW);
	assert_bytes(state_of(&a), before);
	/* It does not come back, whoever wants it. */
	add_elector(&a,
	    two(ENDORSE_ADD_ELECTOR, &elector[EA], EB, NOW - 3, EC, NOW - 3),
	    NOW);
	assert_bytes(state_of(&a), before);
}

static void
a_quorum_stays(void **state)
{
	struct anchors a = three();
	struct bytes before;

	(void)state;
	give_one(&a, remove_elector(EA, EB, EC, NOW - 9));
	before = state_of(&a);
	give_one(&a, remove_elector(EB, EB, EC, NOW - 5));
	assert_bytes(state_of(&a), before);
}

static void
conflicts_change_nothing(void **state)
{
	/* A and B are against C, B and C against A. */
	const struct bytes same[] = {remove_elector(EC, EA, EB, NOW - 9),
	    remove_elector(EA, EB, EC, NOW - 9)};
	const struct bytes later[] = {remove_elector(EC, EA, EB, NOW - 8),
	    remove_elector(EA, EB, EC, NOW - 9)};
	const struct bytes turned[] = {later[1], later[0]};
	struct anchors a = three(), b = three();
	struct bytes before = state_of(&a);

	(void)state;
	give(&a, NULL, 0, same, 2);
	assert_false(a.changed);
	assert_bytes(state_of(&a), before);
	/* The earlier one counts, and A had no vote any more in the other. */
	give(&a, NULL, 0, later, 2);
	give(&b, NULL, 0, turned, 2);
	assert_bytes(state_of(&a), state_of(&b));
	assert_false(in_force(&a, &elector[EA]));
	assert_true(in_force(&a, &elector[EC]));
	/* And it stays so. */
	give(&a, NULL, 0, later, 2);
	assert_bytes(state_of(&a), state_of(&b));
}

static void
bad_additions_change_nothing(void **state)
{
	struct anchors a = three();
	struct bytes before = state_of(&a), v, mine, good;

	(void)state;
	v = vote(ENDORSE_ADD_ELECTOR, &elector[ED], &elector[EB], NOW - 9);
	add_elector(&a, ballot_of(&elector[ED], &v, 1), NOW);
	assert_bytes(state_of(&a), before);
	/* It may not vote for itself. */
	mine = two(ENDORSE_ADD_ELECTOR, &elector[ED], EB, NOW - 9, ED, NOW - 9);
	add_elector(&a, mine, NOW);
	assert_bytes(state_of(&a), before);
	/* A root is no elector, an elector no root. */
	add_elector(&a,
	    two(ENDORSE_ADD_ELECTOR, &root[R2], EA, NOW - 9, EB, NOW - 9), NOW);
	assert_bytes(state_of(&a), before);
	v = two(ENDORSE_ADD_ROOT, &elector[ED], EA, NOW - 9, EB, NOW - 9);
	assert_int_equal(chains(&a, &v, 1, NULL, 0, NOW), FAULT_NO_QUORUM);
	assert_bytes(state_of(&a), before);
	/* A fifth one finds no room. */
	good = two(ENDORSE_ADD_ELECTOR, &elector[ED], EA, NOW - 9, EB, NOW - 9);
	add_elector(&a, good, NOW);
	assert_int_equal(a.electors, 4);
	before = state_of(&a);
	add_elector(&a, good, NOW);
	add_elector(&a,
	    two(ENDORSE_ADD_ELECTOR, &elector[EE], EA, NOW - 9, EB, NOW - 9),
	    NOW);
	assert_bytes(state_of(&a), before);
}

/* ---- as they are kept ---- */

static void
kept_and_read_again(void **state)
{
	struct anchors a = three(), b;
	struct bytes file;

	(void)state;
	give_one(&a, remove_elector(EA, EB, EC, NOW - 9));
	file = state_of(&a);
	OK(anchors_open(&b, &A, file, FI));
	assert_bytes(state_of(&b), file);
	assert_true(anchors_is_removed(&b, elector[EA].cert, NULL));
	for (size_t k = 0; k < file.n; k++)
		FAULT_IS(STORE, anchors_open(&b, &A, flipped(file, k, 4), FI));
	FAULT_IS(STORE,
	    anchors_open(&b, &A, (struct bytes){file.p, file.n - 1}, FI));
}

/* Version 1 had no times: what it says was removed stays removed. */
static void
the_former_version_is_read(void **state)
{
	struct anchors a = three(), b;
	uint8_t out[8192], sum[SHA256_SIZE];
	struct writer w = writer_of(out, sizeof(out));
	struct bytes file;

	(void)state;
	give_one(&a, remove_elector(EA, EB, EC, NOW - 9));
	file = state_of(&a);
	write_span(&w, file.p, file.n - SHA256_SIZE - 8);
	out[8] = 1;
	sha256(sum, writer_done(&w));
	write_span(&w, sum, sizeof(sum));
	OK(anchors_open(&b, &A, writer_done(&w), FI));
	assert_int_equal(b.electors, 2);
	assert_true(anchors_is_removed(&b, elector[EA].cert, NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_quorum_removes_at_once),
	    TEST(five_days),
	    TEST(one_who_slept_catches_up),
	    TEST(the_last_root_can_go),
	    TEST(an_elector_of_tomorrow),
	    TEST(bad_ballots_change_nothing),
	    TEST(late_votes_change_nothing),
	    TEST(a_quorum_stays),
	    TEST(conflicts_change_nothing),
	    TEST(bad_additions_change_nothing),
	    TEST(kept_and_read_again),
	    TEST(the_former_version_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
