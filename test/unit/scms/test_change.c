/* Changes that happen as a whole, and what commands on components mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/file.h"
#include "tool/scms/change.h"
#include "tool/scms/component.h"
#include "tool/scms/tree.h"

static struct fault_info fi;
static char folder[] = "/tmp/scms-change.XXXXXX";
static char dir[PATH_SIZE], offline[PATH_SIZE];

#define OK(call) assert_int_equal((call), FAULT_OK)

static void
put(const char *where, const char *name, const char *text)
{
	char path[PATH_SIZE];

	path_join(path, where, name);
	OK(file_write(path, bytes_of_string(text), 0644, &fi));
}

static void
assert_text(const char *where, const char *name, const char *want)
{
	struct arena arena = arena_new(4096);
	struct bytes got;
	char path[PATH_SIZE];

	path_join(path, where, name);
	if (want == NULL) {
		assert_false(file_exists(path));
	} else {
		OK(file_read(&got, &arena, path, 1000, &fi));
		assert_true(bytes_equal(got, bytes_of_string(want)));
	}
	arena_free(&arena);
}

static void
lay_out(struct change *c)
{
	OK(change_begin(c, dir, offline, &fi));
	OK(change_write(c, "ra/cert.oer", bytes_of_string("new"), 0600, &fi));
	OK(change_write(
	    c, "pca2/known/RA.oer", bytes_of_string("added"), 0644, &fi));
	OK(change_write(
	    c, "offline/ica/sign.key", bytes_of_string("key"), 0600, &fi));
	OK(change_folder(c, "pca2/data", &fi));
	OK(change_remove(c, "old.key", &fi));
	OK(change_remove(c, "never there", &fi));
	OK(change_note(c, "run", "ra", &fi));
	OK(change_note(c, "run", "pca2", &fi));
}

static void
assert_old(void)
{
	assert_text(dir, "ra/cert.oer", "old");
	assert_text(dir, "old.key", "secret");
	assert_text(dir, "pca2", NULL);
	assert_text(offline, "ica/sign.key", "before");
}

static void
assert_new(void)
{
	struct stat st;
	char path[PATH_SIZE];

	assert_text(dir, "ra/cert.oer", "new");
	assert_text(dir, "pca2/known/RA.oer", "added");
	assert_text(dir, "old.key", NULL);
	assert_text(offline, "ica/sign.key", "key");
	path_join(path, dir, "ra/cert.oer");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	path_join(path, dir, "pca2/data");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
}

static enum fault
count(void *ctx, const char *line, struct fault_info *info)
{
	int *n = ctx;

	(void)info;
	assert_string_equal(line, ++*n == 1 ? "ra" : "pca2");
	return FAULT_OK;
}

static void
test_happens_as_a_whole(void **state)
{
	struct change c;
	int n = 0;

	(void)state;
	lay_out(&c);
	assert_old();
	assert_false(change_is_pending(dir));
	OK(change_commit(&c, &fi));
	assert_true(change_is_pending(dir));
	assert_old();
	assert_int_equal(change_begin(&c, dir, offline, &fi), FAULT_BUSY);
	OK(change_each_note(dir, "run", count, &n, &fi));
	assert_int_equal(n, 2);
	OK(change_each_note(dir, "no such list", count, &n, &fi));
	/* As often as it takes. */
	OK(change_carry_out(dir, &fi));
	assert_new();
	OK(change_carry_out(dir, &fi));
	assert_new();
	OK(change_end(dir, &fi));
	assert_false(change_is_pending(dir));
	assert_new();
	assert_text(dir, "change.done", NULL);
}

static void
test_nothing_before_the_commit(void **state)
{
	struct change c;

	(void)state;
	lay_out(&c);
	change_abandon(&c);
	assert_old();
	assert_text(dir, "change.new", NULL);
	/* One that was killed there: the next starts from nothing. */
	lay_out(&c);
	OK(change_begin(&c, dir, offline, &fi));
	OK(change_commit(&c, &fi));
	OK(change_carry_out(dir, &fi));
	assert_old();
	OK(change_end(dir, &fi));
}

static void
test_offline_is_away(void **state)
{
	char away[PATH_SIZE];
	struct change c;

	(void)state;
	lay_out(&c);
	OK(change_commit(&c, &fi));
	path_join(away, folder, "away");
	assert_int_equal(rename(offline, away), 0);
	assert_int_equal(change_carry_out(dir, &fi), FAULT_NOT_FOUND);
	assert_non_null(strstr(fi.text, offline));
	assert_true(change_is_pending(dir));
	assert_int_equal(rename(away, offline), 0);
	OK(change_carry_out(dir, &fi));
	OK(change_end(dir, &fi));
	assert_new();
}

/* ---- what commands mean ---- */

/* Everybody but those who come later. */
static void
people(bool there[ACTOR_COUNT])
{
	for (enum actor_id id = 0; id < ACTOR_COUNT; id++)
		there[id] = !actor_is_later(id);
}

static void
assert_renewed(const char *name, const char *want)
{
	struct component_plan p;
	bool there[ACTOR_COUNT];
	char got[200] = "";

	people(there);
	there[ACTOR_PCA2] = true;
	OK(component_find(&p, name, &fi));
	OK(component_decide(&p, COMPONENT_RENEW, there, &fi));
	for (enum actor_id id = 0; id < ACTOR_COUNT; id++)
		if (p.is_new[id])
			snprintf(got + strlen(got), sizeof(got) - strlen(got),
			    "%s ", actor_info[id].file);
	assert_string_equal(got, want);
}

static void
test_who_is_renewed(void **state)
{
	(void)state;
	assert_renewed("pca", "PCA ");
	assert_renewed("PCA2", "PCA2 ");
	assert_renewed("ma", "MA ");
	assert_renewed("lop", "");
}

/* All that is certified by what is new. */
static void
test_who_follows(void **state)
{
	struct component_plan p;
	bool there[ACTOR_COUNT];

	(void)state;
	people(there);
	OK(component_find(&p, "ica", &fi));
	OK(component_decide(&p, COMPONENT_RENEW, there, &fi));
	for (enum actor_id id = 0; id < ACTOR_COUNT; id++)
		assert_int_equal(p.is_new[id],
		    there[id] && (id == ACTOR_ICA ||
				     actor_info[id].issuer == ACTOR_ICA));
	OK(component_find(&p, "root", &fi));
	OK(component_decide(&p, COMPONENT_RENEW, there, &fi));
	for (enum actor_id id = 0; id < ACTOR_COUNT; id++)
		assert_int_equal(p.is_new[id],
		    there[id] && actor_info[id].profile != PROFILE_ELECTOR);
}

static void
test_what_cannot_be(void **state)
{
	static const struct {
		enum component_verb verb;
		const char *name, *text;
		enum fault fault;
	} rows[] = {
	    {COMPONENT_ADD, "pca", "there already", FAULT_EXISTS},
	    {COMPONENT_ADD, "lop", "only be renewed", FAULT_DENIED},
	    {COMPONENT_RENEW, "pca2", "not there", FAULT_NOT_FOUND},
	    {COMPONENT_RENEW, "elector1", "votes", FAULT_DENIED},
	    {COMPONENT_RETIRE, "pca2", "not there", FAULT_NOT_FOUND},
	    {COMPONENT_RETIRE, "ra", "cannot do without", FAULT_DENIED},
	    {COMPONENT_RETIRE, "root", "cannot do without", FAULT_DENIED},
	};
	struct component_plan p;
	bool there[ACTOR_COUNT];

	(void)state;
	people(there);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		OK(component_find(&p, rows[i].name, &fi));
		assert_int_equal(component_decide(&p, rows[i].verb, there, &fi),
		    rows[i].fault);
		assert_non_null(strstr(fi.text, rows[i].text));
	}
	assert_int_equal(component_find(&p, "pca9", &fi), FAULT_USAGE);
	assert_non_null(strstr(fi.text, "pca2"));
	there[ACTOR_CRLG] = false;
	OK(component_find(&p, "crlg", &fi));
	assert_int_equal(
	    component_decide(&p, COMPONENT_ADD, there, &fi), FAULT_DENIED);
	OK(component_find(&p, "eca2", &fi));
	OK(component_decide(&p, COMPONENT_ADD, there, &fi));
	assert_true(p.is_new[ACTOR_ECA2]);
}

static void
assert_line(
    const char *text, const char *key, const char *value, const char *want)
{
	struct arena arena = arena_new(4096);
	struct bytes out;

	OK(component_set_line(
	    &out, &arena, bytes_of_string(text), key, value, &fi));
	assert_true(bytes_equal(out, bytes_of_string(want)));
	arena_free(&arena);
}

static void
assert_hosts(const char *text, const char *address, const char *want)
{
	struct arena arena = arena_new(4096);
	struct bytes out;

	OK(component_set_host(
	    &out, &arena, bytes_of_string(text), "pca2.x", address, &fi));
	assert_true(bytes_equal(out, bytes_of_string(want)));
	arena_free(&arena);
}

static void
test_settings(void **state)
{
	(void)state;
	assert_line(
	    "role = ra\n", "pca", "pca, pca2", "role = ra\npca = pca, pca2\n");
	assert_line(
	    "a = 1\n  pca=x\nb = 2", "pca", "y", "a = 1\nb = 2\npca = y\n");
	assert_line("pca2 = x\n# pca = 3\npc = 1\n", "pca", "y",
	    "pca2 = x\n# pca = 3\npc = 1\npca = y\n");
	assert_line("", "pca", "y", "pca = y\n");
	assert_hosts("127.0.1.1 ra.x\n", "127.0.1.12",
	    "127.0.1.1 ra.x\n127.0.1.12 pca2.x\n");
	assert_hosts("127.0.1.1 a-pca2.x\n127.0.1.9 pca2.x\n", "127.0.1.12",
	    "127.0.1.1 a-pca2.x\n127.0.1.12 pca2.x\n");
	assert_hosts(
	    "127.0.1.9 pca2.x \n127.0.1.1 ra.x", NULL, "127.0.1.1 ra.x\n");
}

static int
begin(void **state)
{
	char path[PATH_SIZE];
	enum fault f;

	(void)state;
	memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
	if (mkdtemp(folder) == NULL)
		return 1;
	path_join(dir, folder, "env");
	path_join(offline, folder, "safe");
	path_join(path, dir, "ra");
	if ((f = file_mkdir(dir, 0755, &fi)) == FAULT_OK &&
	    (f = file_mkdir(path, 0700, &fi)) == FAULT_OK)
		f = file_mkdir(offline, 0700, &fi);
	path_join(path, offline, "ica");
	if (f != FAULT_OK || file_mkdir(path, 0700, &fi) != FAULT_OK)
		return 1;
	put(dir, "ra/cert.oer", "old");
	put(dir, "old.key", "secret");
	put(offline, "ica/sign.key", "before");
	return 0;
}

static int
end(void **state)
{
	(void)state;
	return tree_remove(folder, &fi) != FAULT_OK;
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
	    TEST(test_happens_as_a_whole),
	    TEST(test_nothing_before_the_commit),
	    TEST(test_offline_is_away),
	    cmocka_unit_test(test_who_is_renewed),
	    cmocka_unit_test(test_who_follows),
	    cmocka_unit_test(test_what_cannot_be),
	    cmocka_unit_test(test_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
