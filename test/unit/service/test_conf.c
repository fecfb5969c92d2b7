/* test_conf.c - files of settings, and the environment's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "folder.h"
#include "service/environment.h"

struct sample {
#define CONF_DEF "sample.def"
#include "service/conf_members.h"
};

static const struct conf_key keys[] = {
#define CONF_DEF    "sample.def"
#define CONF_STRUCT struct sample
#include "service/conf_keys.h"
};

struct other {
#define CONF_DEF "other.def"
#include "service/conf_members.h"
};

static const struct conf_key other_keys[] = {
#define CONF_DEF    "other.def"
#define CONF_STRUCT struct other
#include "service/conf_keys.h"
};

static struct sample sample;
static struct other other;
static struct arena arena;

static enum fault
parse(const char *text, unsigned kind, struct fault_info *fi)
{
	const struct conf_table tables[] = {
	    {keys, sizeof(keys) / sizeof(*keys), &sample},
	    {other_keys, sizeof(other_keys) / sizeof(*other_keys), &other},
	};

	memset(&sample, 0, sizeof(sample));
	memset(&other, 0, sizeof(other));
	arena_free(&arena);
	arena = arena_new((size_t)1 << 20);
	return conf_parse(
	    tables, 2, &arena, bytes_of_string(text), "a.conf", kind, fi);
}

static void
every_type(void **state)
{
	struct fault_info fi = {0};

	(void)state;
	if (parse("# a comment\n\n"
		  "text =   two words  \r\n"
		  "number=0x1f\n"
		  "\tflag = true\n"
		  "octets = 00aBff10\n"
		  "list = one, two words ,,three,\n"
		  "numbers = 0x20, 38,840\n"
		  "duration = 1169  sixtyHours\n"
		  "own = x=y # z\n",
		0, &fi) != FAULT_OK)
		fail_msg("%s", fi.text);
	assert_string_equal(sample.text, "two words");
	assert_int_equal(sample.number, 31);
	assert_true(sample.flag);
	assert_memory_equal(sample.octets, "\x00\xab\xff\x10", 4);
	assert_int_equal(sample.list.n, 3);
	assert_string_equal(sample.list.v[0], "one");
	assert_string_equal(sample.list.v[1], "two words");
	assert_string_equal(sample.list.v[2], "three");
	assert_true(conf_list_has(sample.list, "two words"));
	assert_false(conf_list_has(sample.list, "two"));
	assert_int_equal(sample.numbers.n, 3);
	assert_int_equal(sample.numbers.v[0], 32);
	assert_int_equal(sample.numbers.v[2], 840);
	assert_int_equal(sample.duration.unit, CONF_SIXTY_HOURS);
	assert_int_equal(sample.duration.n, 1169);
	assert_string_equal(other.own, "x=y # z");
}

static void
fallbacks_by_kind(void **state)
{
	struct fault_info fi = {0};

	(void)state;
	assert_int_equal(parse("text = x\nown = y", 0, &fi), FAULT_OK);
	assert_int_equal(sample.number, 10);
	assert_int_equal(sample.duration.n, 169);
	assert_int_equal(sample.duration.unit, CONF_HOURS);
	assert_int_equal(sample.list.n, 0);
	assert_int_equal(parse("text = x\nown = y", 2, &fi), FAULT_OK);
	assert_int_equal(sample.number, 30);
	assert_int_equal(
	    parse("text = x\nown = y\nnumber = 5", 2, &fi), FAULT_OK);
	assert_int_equal(sample.number, 5);
}

static const struct {
	const char *text, *says;
} bad[] = {
    {"text = x", "a.conf: own is missing"},
    {"own = y", "a.conf: text is missing"},
    {"text = x\nown = y\nnubmer = 4", "a.conf:3: unknown key nubmer"},
    {"text = x\nown = y\ntext = z", "a.conf:3: text is there twice"},
    {"text = x\nown = y\nown = z", "a.conf:3: own is there twice"},
    {"# one\n\ntext\n", "a.conf:3: no \"key = value\""},
    {"text =", "a.conf:1: text = : is empty"},
    {"text = x\n\n\nnumber = 12x", "a.conf:4: number = 12x: not a number"},
    {"number = ", "a.conf:1: number = : not a number"},
    {"number = -1", "not a number"},
    {"number = +1", "not a number"},
    {"number = 0x", "not a number"},
    {"number = 99999999999999999999", "not a number"},
    {"number = 4294967297", "not a number"},
    {"number = 0", "a.conf:1: number = 0: must be 1 to 100"},
    {"number = 101", "must be 1 to 100"},
    {"flag = yes", "must be true or false"},
    {"octets = 00abff1", "must be 8 hex digits"},
    {"octets = 00abff1000", "must be 8 hex digits"},
    {"octets = 00abff1g", "must be 8 hex digits"},
    {"numbers = 1, 2, 1000", "numbers = 1000: must be 0 to 999"},
    {"numbers = 1, a", "numbers = a: not a number"},
    {"duration = 5 weeks", "a.conf:1: duration = 5 weeks: must be"},
    {"duration = 0 hours", "must be 1 to 65535"},
    {"duration = 65536 hours", "must be 1 to 65535"},
    {"duration = hours", "must be 1 to 65535"},
    {"text = a\033[31mb", "a.conf:1: control character"},
};

static void
what_is_refused(void **state)
{
	struct fault_info fi;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		memset(&fi, 0, sizeof(fi));
		if (parse(bad[i].text, 0, &fi) != FAULT_CONFIG ||
		    strstr(fi.text, bad[i].says) == NULL)
			fail_msg("%s: \"%s\" instead of \"%s\"", bad[i].text,
			    fi.text, bad[i].says);
	}
}

static void
octets_of_zero_and_size(void **state)
{
	static uint8_t large[300000];
	const struct conf_table t = {
	    keys, sizeof(keys) / sizeof(*keys), &sample};
	char folder[PATH_SIZE], path[PATH_SIZE];
	struct fault_info fi = {0};

	(void)state;
	assert_int_equal(conf_parse(&t, 1, &arena,
			     (struct bytes){(const uint8_t *)"text = a\0b", 10},
			     "a.conf", 0, &fi),
	    FAULT_CONFIG);
	folder_make(folder);
	path_join(path, folder, "a.conf");
	memset(large, '\n', sizeof(large));
	assert_int_equal(file_write(path, BYTES(large), 0600, &fi), FAULT_OK);
	assert_int_equal(
	    conf_read(&t, 1, &arena, path, 0, &fi), FAULT_TOO_LARGE);
	path_join(path, folder, "none.conf");
	assert_int_equal(
	    conf_read(&t, 1, &arena, path, 0, &fi), FAULT_NOT_FOUND);
	folder_remove(folder);
}

static void
durations(void **state)
{
	static const struct {
		struct conf_duration d;
		uint64_t seconds;
	} v[] = {
	    {{CONF_YEARS, 70}, UINT64_C(2208986640)},
	    {{CONF_SIXTY_HOURS, 1169}, 252504000},
	    {{CONF_HOURS, 169}, 608400},
	    {{CONF_MINUTES, 10140}, 608400},
	    {{CONF_SECONDS, 9}, 9},
	    {{CONF_MILLISECONDS, 5999}, 5},
	    {{CONF_MICROSECONDS, 65535}, 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(v) / sizeof(*v); i++)
		assert_int_equal(conf_duration_seconds(v[i].d), v[i].seconds);
}

/* ---- the environment ---- */

static char folder[PATH_SIZE], path[PATH_SIZE];

static int
set_up(void **state)
{
	(void)state;
	folder_make(folder);
	path_join(path, folder, "environment.conf");
	arena_free(&arena);
	arena = arena_new((size_t)4 << 20);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	folder_remove(folder);
	return 0;
}

/* Figures of design.md sections 3 and 4, for each stage. */
static void
defaults_are_those_of_the_design(void **state)
{
	static const uint32_t devices[] = {10, 10, 500};
	static const uint32_t count[] = {200, 1000, 10000};
	static const uint32_t age[] = {5, 3600, 86400};
	static const uint32_t weeks[] = {156, 52, 156};
	static const struct conf_duration pca[] = {
	    {CONF_YEARS, 4}, {CONF_HOURS, 13140}, {CONF_HOURS, 35281}};
	struct fault_info fi = {0};
	struct environment e;
	int k;

	(void)state;
	for (k = 0; k < 3; k++) {
		assert_int_equal(environment_defaults(
				     &e, &arena, (enum environment_kind)k, &fi),
		    FAULT_OK);
		assert_int_equal(e.stage, k);
		assert_int_equal(e.shuffle_devices, devices[k]);
		assert_int_equal(e.shuffle_count, count[k]);
		assert_int_equal(e.shuffle_max_age_seconds, age[k]);
		assert_int_equal(e.supply_weeks, weeks[k]);
		assert_int_equal(e.pca_lifetime.unit, pca[k].unit);
		assert_int_equal(e.pca_lifetime.n, pca[k].n);
		assert_int_equal(e.allow_small_sets, k != ENVIRONMENT_PROD);
		assert_int_equal(e.detailed_errors, k != ENVIRONMENT_PROD);
		assert_int_equal(e.net, k + 1);
		assert_int_equal(e.i_zero, 347619603);
		assert_int_equal(e.plv_cache_pairs, 50);
		assert_int_equal(e.time_tolerance_seconds, 5);
		assert_int_equal(e.enrollment_max_age_days, 90);
		assert_int_equal(e.retry_limit_per_hour, 10);
		assert_int_equal(e.pseudonym_psids.n, 2);
		assert_int_equal(e.pseudonym_psids.v[0], 0x20);
		assert_int_equal(e.pseudonym_psids.v[1], 0x26);
		assert_int_equal(e.pseudonym_region.v[0], 840);
		assert_int_equal(environment_check(&e, &fi), FAULT_OK);
	}
}

static void
written_and_read_again(void **state)
{
	struct fault_info fi = {0};
	struct environment e, back;
	int k;

	(void)state;
	for (k = 0; k < 3; k++) {
		struct conf_table t;
		struct bytes one, two;

		assert_int_equal(environment_defaults(
				     &e, &arena, (enum environment_kind)k, &fi),
		    FAULT_OK);
		assert_int_equal(
		    environment_set(&e, &arena, "domain", "pilot.example", &fi),
		    FAULT_OK);
		assert_int_equal(
		    environment_set(&e, &arena, "i_zero", "347616003", &fi),
		    FAULT_OK);
		assert_int_equal(environment_set(&e, &arena, "la_lifetime",
				     "99 minutes", &fi),
		    FAULT_OK);
		assert_int_equal(environment_set(&e, &arena, "pseudonym_region",
				     "840,124", &fi),
		    FAULT_OK);
		assert_int_equal(environment_write(&e, path, &fi), FAULT_OK);
		memset(&back, 0x55, sizeof(back));
		if (environment_read(&back, &arena, path, &fi) != FAULT_OK)
			fail_msg("%s", fi.text);
		assert_int_equal(back.stage, k);
		assert_string_equal(back.domain, "pilot.example");
		assert_int_equal(back.i_zero, 347616003);
		assert_int_equal(back.la_lifetime.unit, CONF_MINUTES);
		assert_int_equal(back.la_lifetime.n, 99);
		assert_int_equal(back.pseudonym_region.n, 2);
		assert_int_equal(back.pseudonym_region.v[1], 124);
		/* and all the others */
		t = environment_table(&e);
		assert_int_equal(
		    conf_text(&t, &one, &arena, "t", &fi), FAULT_OK);
		t = environment_table(&back);
		assert_int_equal(
		    conf_text(&t, &two, &arena, "t", &fi), FAULT_OK);
		assert_true(bytes_equal(one, two));
	}
}

static enum fault
read_text(const char *text, struct environment *e, struct fault_info *fi)
{
	struct fault_info written;

	assert_int_equal(
	    file_write(path, bytes_of_string(text), 0600, &written), FAULT_OK);
	return environment_read(e, &arena, path, fi);
}

static void
what_is_left_out_follows_the_kind(void **state)
{
	struct fault_info fi = {0};
	struct environment e;

	(void)state;
	assert_int_equal(
	    read_text("kind = PROD\nbatch_max_requests = 6000\n", &e, &fi),
	    FAULT_OK);
	assert_int_equal(e.stage, ENVIRONMENT_PROD);
	assert_string_equal(e.kind, "prod");
	assert_int_equal(e.shuffle_devices, 500);
	assert_int_equal(e.batch_max_requests, 6000);
	/* 999 devices are no two sets of 500, and have room for 60 each */
	assert_int_equal(environment_certs_most(&e), 60);
	assert_int_equal(environment_message_requests(&e), 59940);
	e.batch_max_requests = 60000;
	assert_int_equal(environment_message_requests(&e), 60000);
	e.shuffle_devices = 10;
	e.batch_max_requests = 4096;
	assert_int_equal(environment_certs_most(&e), 255);
	assert_int_equal(environment_message_requests(&e), 19 * 255);
	assert_false(e.allow_small_sets);
	assert_int_equal(read_text("domain = a\n", &e, &fi), FAULT_CONFIG);
	assert_non_null(strstr(fi.text, "kind is missing"));
	assert_int_equal(read_text("kind = demo\n", &e, &fi), FAULT_CONFIG);
	assert_non_null(strstr(fi.text, "must be test, qa or prod"));
}

static void
contradictions(void **state)
{
	static const char *const texts[] = {
	    "kind = test\ndomain = UPPER.case\n",
	    "domain",
	    "kind = test\ndomain = -x\n",
	    "domain",
	    "kind = test\npseudonym_psids = \n",
	    "pseudonym_psids",
	    "kind = test\npseudonym_region = ,\n",
	    "pseudonym_region",
	    "kind = test\npseudonym_lifetime = 167 hours\n",
	    "pseudonym_lifetime",
	    "kind = test\npseudonym_lifetime = 170 hours\n",
	    "an hour",
	    "kind = prod\ncerts_per_i_period = 61\n",
	    "certs_per_i_period",
	    "kind = test\nproject_end = 2031-02-30\n",
	    "project_end",
	    "kind = test\nproject_end = never\n",
	    "project_end",
	    "kind = prod\nbatch_max_requests = 499\n",
	    "batch_max_requests",
	};
	struct fault_info fi;
	struct environment e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i += 2) {
		assert_int_equal(read_text(texts[i], &e, &fi), FAULT_CONFIG);
		assert_non_null(strstr(fi.text, texts[i + 1]));
		assert_non_null(strstr(fi.text, path));
	}
	assert_int_equal(
	    environment_defaults(&e, &arena, ENVIRONMENT_TEST, &fi), FAULT_OK);
	assert_int_equal(
	    environment_set(&e, &arena, "kind", "prod", &fi), FAULT_CONFIG);
	assert_int_equal(
	    environment_set(&e, &arena, "nothing", "1", &fi), FAULT_CONFIG);
}

static void
the_end_of_the_project(void **state)
{
	struct fault_info fi = {0};
	struct environment e;

	(void)state;
	assert_int_equal(read_text("kind = qa\n", &e, &fi), FAULT_OK);
	assert_int_equal(environment_end(&e), UINT32_MAX);
	assert_int_equal(
	    read_text("kind = qa\nproject_end = 2004-01-02\n", &e, &fi),
	    FAULT_OK);
	assert_int_equal(environment_end(&e), 86400);
	/* leap seconds have passed since */
	assert_int_equal(
	    read_text("kind = qa\nproject_end = 2031-01-01\n", &e, &fi),
	    FAULT_OK);
	assert_int_equal(environment_end(&e), 852076805);
}

static void
periods(void **state)
{
	struct fault_info fi = {0};
	struct environment e;

	(void)state;
	assert_int_equal(
	    environment_defaults(&e, &arena, ENVIRONMENT_TEST, &fi), FAULT_OK);
	assert_int_equal(environment_period_start(&e, 0), 347619603);
	assert_int_equal(
	    environment_period_start(&e, 144), 347619603 + 144 * 604800);
	assert_int_equal(environment_period(&e, 347619602), 0);
	assert_int_equal(environment_period(&e, 347619603 + 604799), 0);
	assert_int_equal(environment_period(&e, 347619603 + 604800), 1);
	assert_int_equal(environment_period_start(&e, 65535), UINT32_MAX);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(every_type),
	    TEST(fallbacks_by_kind),
	    TEST(what_is_refused),
	    TEST(octets_of_zero_and_size),
	    TEST(durations),
	    TEST(defaults_are_those_of_the_design),
	    TEST(written_and_read_again),
	    TEST(what_is_left_out_follows_the_kind),
	    TEST(contradictions),
	    TEST(the_end_of_the_project),
	    TEST(periods),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
