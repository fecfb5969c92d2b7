/* Options, passphrases, folders, programs, HAProxy's settings. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "tool/common/opt.h"
#include "tool/scms/backup.h"
#include "tool/scms/lop.h"
#include "tool/scms/part.h"
#include "tool/scms/passphrase.h"
#include "tool/scms/run.h"
#include "tool/scms/tree.h"

static struct fault_info fi;
static char folder[] = "/tmp/scms-test.XXXXXX";

static enum fault
parse(const char *line, bool *flag, const char **text, int64_t *number,
    struct opt_list *list, int *argc, char **argv)
{
	const struct opt opts[] = {{"flag", OPT_FLAG, flag},
	    {"text", OPT_TEXT, text}, {"number", OPT_NUMBER, number},
	    {"list", OPT_LIST, list}};
	static char copy[256];
	char *rest = copy, *word;

	snprintf(copy, sizeof(copy), "%s", line);
	*argc = 0;
	while ((word = strsep(&rest, " ")) != NULL)
		argv[(*argc)++] = word;
	return opt_parse(opts, 4, argc, argv, &fi);
}

static void
test_options(void **state)
{
	static const char *const bad[] = {"c --nope", "c --text",
	    "c --number x", "c --flag=1", "c --number 1x",
	    "c --number=", "c --nope=1"};
	struct opt_list list = {0};
	const char *text = NULL;
	int64_t number = 0;
	bool flag = false;
	char *argv[32];
	int argc;

	(void)state;
	assert_int_equal(parse("c a --flag --text=t b --number 0x10 --list 1 "
			       "--list=2 -- --flag",
			     &flag, &text, &number, &list, &argc, argv),
	    FAULT_OK);
	assert_true(flag);
	assert_string_equal(text, "t");
	assert_int_equal(number, 16);
	assert_int_equal(list.n, 2);
	assert_string_equal(list.v[1], "2");
	assert_int_equal(argc, 3);
	assert_string_equal(argv[0], "a");
	assert_string_equal(argv[1], "b");
	assert_string_equal(argv[2], "--flag");
	assert_int_equal(
	    parse("c --number -5", &flag, &text, &number, &list, &argc, argv),
	    FAULT_OK);
	assert_int_equal(number, -5);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(
		    parse(bad[i], &flag, &text, &number, &list, &argc, argv),
		    FAULT_USAGE);
}

static void
in_folder(char out[PATH_SIZE], const char *name)
{
	path_join(out, folder, name);
}

static void
put(const char *name, const char *text)
{
	char path[PATH_SIZE];

	in_folder(path, name);
	assert_int_equal(
	    file_write(path, bytes_of_string(text), 0600, &fi), FAULT_OK);
}

static void
test_passphrase(void **state)
{
	struct passphrase p;
	char path[PATH_SIZE], longer[400];

	(void)state;
	in_folder(path, "pass");
	put("pass", "correct horse\nnot this\n");
	assert_int_equal(passphrase_get(&p, path, &fi), FAULT_OK);
	assert_string_equal(p.text, "correct horse");
	assert_int_equal(p.n, 13);
	put("pass", "seven77\n");
	assert_int_equal(passphrase_get(&p, path, &fi), FAULT_USAGE);
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	put("pass", longer);
	assert_int_equal(passphrase_get(&p, path, &fi), FAULT_USAGE);
	in_folder(path, "absent");
	assert_int_equal(passphrase_get(&p, path, &fi), FAULT_USAGE);
}

static void
test_run(void **state)
{
	static const char *const yes[] = {"true", NULL};
	static const char *const talks[] = {
	    "sh", "-c", "echo first >&2; echo the reason >&2; exit 3", NULL};
	static const char *const dies[] = {"sh", "-c", "kill -9 $$", NULL};
	static const char *const absent[] = {"/nowhere/at/all", NULL};

	(void)state;
	assert_int_equal(run_program(yes, 0, 1, &fi), FAULT_OK);
	assert_int_equal(run_program(talks, 0, 1, &fi), FAULT_IO);
	assert_non_null(strstr(fi.text, "the reason"));
	assert_null(strstr(fi.text, "first"));
	assert_int_equal(run_program(dies, 0, 1, &fi), FAULT_IO);
	assert_non_null(strstr(fi.text, "signal 9"));
	assert_int_equal(run_program(absent, 0, 1, &fi), FAULT_NOT_FOUND);
}

static void
test_manifest_and_tree(void **state)
{
	char path[PATH_SIZE], root[PATH_SIZE], *manifest;

	(void)state;
	in_folder(root, "tree");
	in_folder(path, "tree/sub");
	assert_int_equal(file_mkdir(root, 0700, &fi), FAULT_OK);
	assert_int_equal(file_mkdir(path, 0700, &fi), FAULT_OK);
	put("tree/b", "");
	put("tree/sub/a", "abc");
	put("tree/" BACKUP_MANIFEST, "not itself");
	assert_int_equal(backup_manifest(&manifest, root, &fi), FAULT_OK);
	/* FIPS 180-2 gives both values */
	assert_string_equal(manifest, BACKUP_FIRST_LINE
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	    " b\n"
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	    " sub/a\n");
	free(manifest);
	in_folder(path, "tree/link");
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(backup_manifest(&manifest, root, &fi), FAULT_DENIED);
	assert_int_equal(tree_remove(root, &fi), FAULT_OK);
	assert_false(file_exists(root));
	assert_true(file_exists("/etc/passwd"));
	assert_int_equal(tree_remove(root, &fi), FAULT_OK);
}

/* HAProxy itself finds nothing wrong but the certificate that is not there;
 * and there is no way for an address into a log. */
static void
test_haproxy_config(void **state)
{
	const struct environment env = {
	    .net = 77, .connections_per_source_hour = 1234567890};
	struct arena arena = arena_new(1u << 16);
	char path[PATH_SIZE], text[4096];
	struct bytes config;

	(void)state;
	in_folder(path, "lop");
	assert_int_equal(file_mkdir(path, 0700, &fi), FAULT_OK);
	assert_int_equal(lop_write_config(folder, &env, &fi), FAULT_OK);
	in_folder(path, "lop/" LOP_CONFIG);
	assert_int_equal(file_read(&config, &arena, path, 4000, &fi), FAULT_OK);
	memcpy(text, config.p, config.n);
	text[config.n] = '\0';
	assert_non_null(strstr(text, "bind 127.0.77.1:8892\n"));
	assert_non_null(strstr(text, "server ra 127.0.77.2:8892\n"));
	assert_non_null(strstr(text, "{ sc0_conn_rate gt 1234567890 }\n"));
	assert_non_null(strstr(text, "/healthz")); /* it is all there */
	assert_null(strstr(text, "\tlog "));
	assert_null(strstr(text, "forwardfor"));
	assert_null(strstr(text, "send-proxy"));
	assert_int_equal(lop_write_config(folder, &env, &fi), FAULT_EXISTS);
	arena_free(&arena);
}

static int
begin(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL;
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
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_options),
	    cmocka_unit_test(test_passphrase),
	    cmocka_unit_test(test_run),
	    cmocka_unit_test(test_manifest_and_tree),
	    cmocka_unit_test(test_haproxy_config),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
