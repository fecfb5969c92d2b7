/* anchors_test.c - roots and electors that come and go by ballot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/time32.h"
#include "device/anchors.h"
#include "test/unit/device/folder.h"
#include "test/unit/device/world_int.h"

static char dir[PATH_SIZE], path[PATH_SIZE];
static struct world *w;

static int
set_up(void **state)
{
	(void)state;
	temporary_folder(dir);
	w = world_new();
	world_device(w, dir, "obe", path);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	world_free(w);
	remove_folder(dir);
	return 0;
}

#define E1 ACTOR_ELECTOR1
#define E2 ACTOR_ELECTOR2
#define E3 ACTOR_ELECTOR3
#define E4 ACTOR_ELECTOR4
#define E5 ACTOR_ELECTOR5

static struct bytes
ballot(enum endorsement kind, enum actor subject, enum actor a, enum actor b)
{
	const enum actor both[] = {a, b};

	return world_ballot(w, kind, w->actor[subject].cert, both, 2);
}

/* A contact with the RA; its chain file has been made. */
static enum fault
contact(struct fault_info *fi)
{
	struct monarch_device *d = world_open(w, path);
	enum fault fault = monarch_update_policy(d, fi);

	monarch_close(d);
	return fault;
}

/* A contact with the CRL store, whose composite CRL has these ballots. */
static void
removed(struct bytes root, struct bytes elector)
{
	const struct crl_parts parts = {.root_ballot = &root,
	    .root_ballots = root.n > 0,
	    .elector_ballot = &elector,
	    .elector_ballots = elector.n > 0};
	const struct monarch_crl_terms terms = {0};
	struct monarch_device *d = world_open(w, path);
	struct fault_info fi = {0};

	world_crl_publish(w, &parts);
	MUST(monarch_update_crl(d, NULL, &terms, &fi));
	monarch_close(d);
}

static bool
trusts(enum actor id)
{
	struct monarch_device *d = world_open(w, path);
	const struct anchors *a = &d->identity.anchors;
	bool found = false;

	for (size_t k = 0; k < a->roots; k++)
		found |= bytes_equal(a->root[k]->raw, w->actor[id].raw);
	for (size_t k = 0; k < a->electors; k++)
		found |= bytes_equal(a->elector[k]->raw, w->actor[id].raw);
	monarch_close(d);
	return found;
}

static void
a_quorum_adds_a_root(void **state)
{
	struct bytes one = ballot(ENDORSE_ADD_ROOT, ACTOR_ROOT, E1, E2);
	struct bytes alone[] = {
	    one, ballot(ENDORSE_ADD_ROOT, ACTOR_ROOT2, E1, E1)};
	struct bytes strange[] = {
	    one, ballot(ENDORSE_ADD_ROOT, ACTOR_ROOT2, E1, E4)};
	struct bytes wrong[] = {
	    one, ballot(ENDORSE_ADD_ELECTOR, ACTOR_ROOT2, E1, E2)};
	struct bytes other[] = {one, ballot(ENDORSE_ADD_ROOT, E4, E1, E2)};
	struct bytes both[] = {
	    one, ballot(ENDORSE_ADD_ROOT, ACTOR_ROOT2, E2, E3)};
	struct bytes third[] = {
	    one, both[1], ballot(ENDORSE_ADD_ROOT, ACTOR_ROOT3, E2, E3)};
	struct bytes *no[] = {alone, strange, wrong, other};
	struct fault_info fi = {0};

	(void)state;
	for (unsigned k = 0; k < 4; k++) {
		world_chain_file(w, no[k], 2, NULL, 0);
		MUST(contact(&fi));
		assert_false(trusts(ACTOR_ROOT2));
		assert_false(trusts(E4));
	}
	world_chain_file(w, both, 2, NULL, 0);
	MUST(contact(&fi));
	assert_true(trusts(ACTOR_ROOT));
	assert_true(trusts(ACTOR_ROOT2));
	/* There is room for two. */
	world_chain_file(w, third, 3, NULL, 0);
	MUST(contact(&fi));
	assert_true(trusts(ACTOR_ROOT2));
	assert_false(trusts(ACTOR_ROOT3));
	/* It stays when the file no longer tells of it. */
	world_chain_file(w, both, 1, NULL, 0);
	MUST(contact(&fi));
	assert_true(trusts(ACTOR_ROOT2));
}

static void
a_removed_root_is_gone_for_good(void **state)
{
	struct bytes both[] = {ballot(ENDORSE_ADD_ROOT, ACTOR_ROOT, E1, E2),
	    ballot(ENDORSE_ADD_ROOT, ACTOR_ROOT2, E1, E2)};
	struct bytes gone = ballot(ENDORSE_REMOVE_ROOT, ACTOR_ROOT2, E1, E3);
	struct bytes in_chains[] = {both[0], gone};
	struct fault_info fi = {0};

	(void)state;
	world_chain_file(w, both, 2, NULL, 0);
	MUST(contact(&fi));
	assert_true(trusts(ACTOR_ROOT2));
	/* Chain files add; they take nothing away. */
	world_chain_file(w, in_chains, 2, NULL, 0);
	MUST(contact(&fi));
	assert_true(trusts(ACTOR_ROOT2));
	removed(gone, BYTES_NONE);
	assert_false(trusts(ACTOR_ROOT2));
	assert_true(trusts(ACTOR_ROOT));
	/* The old ballot does not bring it back. */
	world_chain_file(w, both, 2, NULL, 0);
	MUST(contact(&fi));
	assert_false(trusts(ACTOR_ROOT2));
	assert_true(trusts(ACTOR_ROOT));
}

/* Stopped after the chain file was written, before the roots were. */
static void
half_a_change_is_made_whole(void **state)
{
	struct bytes both[] = {ballot(ENDORSE_ADD_ROOT, ACTOR_ROOT, E1, E2),
	    ballot(ENDORSE_ADD_ROOT, ACTOR_ROOT2, E1, E2)};
	char trust[PATH_SIZE];
	struct fault_info fi = {0};

	(void)state;
	path_join(trust, path, "trust");
	world_chain_file(w, both, 2, NULL, 0);
	MUST(contact(&fi));
	assert_int_equal(unlink(trust), 0);
	assert_true(trusts(ACTOR_ROOT2));
	assert_true(file_exists(trust));
}

/* Nor does it return with the chain file in the bundle. */
static void
an_older_chain_file_is_not_taken(void **state)
{
	struct bytes one = ballot(ENDORSE_ADD_ROOT, ACTOR_ROOT, E1, E2);
	struct bytes both[] = {
	    one, ballot(ENDORSE_ADD_ROOT, ACTOR_ROOT2, E1, E2)};
	struct fault_info fi = {0};
	char lccf[PATH_SIZE];

	(void)state;
	w->lccf_version += 5;
	world_chain_file(w, &one, 1, NULL, 0);
	MUST(contact(&fi));
	w->lccf_version -= 2;
	world_chain_file(w, both, 2, NULL, 0);
	MUST(contact(&fi));
	assert_false(trusts(ACTOR_ROOT2));
	path_join(lccf, path, "policy/LCCF.oer");
	assert_int_equal(unlink(lccf), 0);
	MUST(contact(&fi));
	assert_false(trusts(ACTOR_ROOT2));
	w->lccf_version++;
	world_chain_file(w, both, 2, NULL, 0);
	MUST(contact(&fi));
	assert_true(trusts(ACTOR_ROOT2));
}

/* Root 1 ends, root 2 goes on; the electors too, by ballots of each other. */
static void
electors_follow_one_another(void **state)
{
	struct bytes root = ballot(ENDORSE_ADD_ROOT, ACTOR_ROOT, E2, E3);
	struct bytes four = ballot(ENDORSE_ADD_ELECTOR, E4, E1, E2);
	struct bytes full[] = {four, ballot(ENDORSE_ADD_ELECTOR, E5, E2, E4)};
	struct bytes gone = ballot(ENDORSE_REMOVE_ELECTOR, E1, E2, E4);
	struct bytes roots[] = {
	    root, ballot(ENDORSE_ADD_ROOT, ACTOR_ROOT2, E4, E5)};
	struct bytes old[] = {
	    root, ballot(ENDORSE_ADD_ROOT, ACTOR_ROOT3, E1, E2)};
	struct fault_info fi = {0};

	(void)state;
	/* Those who are nobody yet endorse nothing. */
	world_chain_file(w, roots, 2, NULL, 0);
	MUST(contact(&fi));
	assert_false(trusts(ACTOR_ROOT2));
	world_chain_file(w, &root, 1, full, 2);
	MUST(contact(&fi));
	assert_true(trusts(E4));
	assert_false(trusts(E5)); /* storage for four */
	removed(BYTES_NONE, gone);
	assert_false(trusts(E1));
	world_chain_file(w, roots, 2, full, 2);
	MUST(contact(&fi));
	assert_true(trusts(E5));
	assert_true(trusts(ACTOR_ROOT2));
	/* It is no elector any more. */
	world_chain_file(w, old, 2, NULL, 0);
	MUST(contact(&fi));
	assert_false(trusts(ACTOR_ROOT3));
}

static void
a_damaged_store_is_not_passed_over(void **state)
{
	struct bytes both[] = {ballot(ENDORSE_ADD_ROOT, ACTOR_ROOT, E1, E2),
	    ballot(ENDORSE_ADD_ROOT, ACTOR_ROOT2, E1, E2)};
	const struct monarch_settings settings = {0};
	struct monarch_device *d;
	struct fault_info fi = {0};
	char name[PATH_SIZE];
	FILE *file;

	(void)state;
	path_join(name, path, "trust");
	assert_false(file_exists(name));
	world_chain_file(w, both, 2, NULL, 0);
	MUST(contact(&fi));
	assert_true(file_exists(name));
	file = fopen(name, "r+");
	assert_non_null(file);
	fseek(file, 40, SEEK_SET);
	fputc('x', file);
	fclose(file);
	assert_int_equal(device_open(&d, path, &settings, &fi), FAULT_STORE);
	assert_non_null(strstr(fi.text, "trust"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_quorum_adds_a_root),
	    TEST(a_removed_root_is_gone_for_good),
	    TEST(half_a_change_is_made_whole),
	    TEST(an_older_chain_file_is_not_taken),
	    TEST(electors_follow_one_another),
	    TEST(a_damaged_store_is_not_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
