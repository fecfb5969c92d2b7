/* test_json.c - values as JSON and back; what JSON is refused. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coer/json.h"
#include "common.h"

/* clang-format off */
static struct {
	const struct asn_type	*type;
	const char		*hex, *json;
} both[] = {
	{ &t_uint3_asn, "07", "7" },
	{ &t_int16_asn, "fffb", "-5" },
	{ &t_uint64_asn, "7fffffffffffffff", "9223372036854775807" },
	{ &t_uint64_asn, "8000000000000000", "9223372036854775808" },
	{ &t_uint64_asn, "ffffffffffffffff", "18446744073709551615" },
	{ &t_int64_asn, "8000000000000000", "-9223372036854775808" },
	{ &t_varint_asn, "01fe", "-2" },
	{ &t_boolean_asn, "ff", "true" },
	{ &t_null_asn, "", "null" },
	{ &t_enum_asn, "05", "\"five\"" },
	{ &t_enum_ext_asn, "07", "7" },
	{ &t_bits_asn, "c0", "{\n \"bits\": 8,\n \"hex\": \"c0\"\n}" },
	{ &t_octets3_asn, "01abff", "\"01abff\"" },
	{ &t_string_asn, "0200ff", "\"00ff\"" },
	{ &t_utf8_asn, "03 22 5c 0a", "\"\\\"\\\\\\n\"" },
	{ &t_utf8_asn, "07 01 c3a4 f09f9a97", "\"\\u0001\\u00e4\\ud83d\\ude97\"" },
	{ &t_oid_asn, "05 2b6f028c49", "\"1.3.111.2.1609\"" },
	{ &t_oid_asn, "02 8837", "\"2.999\"" },
	{ &t_open_asn, "00", "\"\"" },
	{ &t_list_asn, "0100", "[]" },
	{ &t_list_asn, "0102 000a 000b", "[\n 10,\n 11\n]" },
	{ &t_options_asn, "00", "{\n \"b\": 1,\n \"c\": {\n  \"bits\": 1,\n"
	    "  \"hex\": \"80\"\n },\n \"d\": null\n}" },
	{ &t_options_asn, "a0 07 40", "{\n \"a\": 7,\n \"b\": 1,\n \"c\": {\n"
	    "  \"bits\": 8,\n  \"hex\": \"40\"\n },\n \"d\": null\n}" },
	{ &t_choice_asn, "80 07", "{\n \"small\": 7\n}" },
	{ &t_choice_ext_asn, "85 02 0102", "{\n \"[5]\": \"0102\"\n}" },
	{ &t_ext_asn, "80 05 02 04 90 02 03e8 01 aa", "{\n \"a\": 5,\n"
	    " \"x\": 1000,\n \"...\": {\n  \"present\": {\n   \"bits\": 4,\n"
	    "   \"hex\": \"90\"\n  },\n  \"unknown\": \"01aa\"\n }\n}" },
	{ &t_nine_asn, "0000", "{}" },
};
/* clang-format on */

static _Alignas(16) uint8_t memory[1 << 14];

static enum fault
load(const struct asn_type *t, union value *v, const char *text,
    struct fault_info *fi)
{
	struct arena arena = arena_of(memory, sizeof(memory));
	json_t *json = coer_json_load(text, strlen(text), fi);
	enum fault f;

	if (json == NULL)
		return fi->code;
	f = coer_from_json(t, v, &arena, json, fi);
	json_decref(json);
	return f;
}

static void
test_both_ways(void **state)
{
	struct fault_info fi;
	char *text, plain[256];
	union value v;
	size_t i, n;
	FILE *f;

	(void)state;
	for (i = 0; i < sizeof(both) / sizeof(*both); i++) {
		assert_int_equal(
		    decode_hex(both[i].type, &v, both[i].hex, NULL), FAULT_OK);
		assert_non_null(f = open_memstream(&text, &n));
		coer_json_write(f, both[i].type, &v);
		assert_int_equal(fclose(f), 0);
		assert_string_equal(text, both[i].json);
		free(text);

		snprintf(
		    plain, sizeof(plain), "%s", encode_hex(both[i].type, &v));
		memset(&v, 0xa5, sizeof(v));
		if (load(both[i].type, &v, both[i].json, &fi) != FAULT_OK)
			fail_msg("%s: %s", both[i].json, fi.text);
		assert_string_equal(encode_hex(both[i].type, &v), plain);
	}
}

static void
test_refused(void **state)
{
	/* clang-format off */
	static const struct {
		const struct asn_type	*type;
		const char		*json, *text;
	} bad[] = {
		{ &t_uint3_asn, "8", "Uint3: integer outside" },
		{ &t_uint3_asn, "-1", "outside" },
		{ &t_uint3_asn, "18446744073709551616", "not an integer" },
		{ &t_uint3_asn, "1.5", "not an integer" },
		{ &t_uint3_asn, "\"7x\"", "not an integer" },
		{ &t_uint3_asn, "\"\"", "not an integer" },
		{ &t_uint3_asn, "true", "not an integer" },
		{ &t_int16_asn, "-6", "outside" },
		{ &t_int16_asn, "301", "outside" },
		{ &t_int64_asn, "9223372036854775808", "outside" },
		{ &t_int64_asn, "-9223372036854775809", "not an integer" },
		{ &t_boolean_asn, "0", "not true or false" },
		{ &t_null_asn, "0", "not null" },
		{ &t_enum_asn, "\"two\"", "not an enumerator" },
		{ &t_enum_asn, "5", "not an enumerator" },
		{ &t_enum_ext_asn, "128", "not an enumerator" },
		{ &t_bits_asn, "\"c0\"", "bits" },
		{ &t_bits_asn, "{\"bits\": 9, \"hex\": \"c0\"}", "bits" },
		{ &t_bits_asn, "{\"bits\": 1, \"hex\": \"c0\"}", "disagree" },
		{ &t_octets3_asn, "\"0102\"", "of this size" },
		{ &t_octets3_asn, "\"01020g\"", "hexadecimal" },
		{ &t_octets3_asn, "7", "hexadecimal" },
		{ &t_string_asn, "\"012\"", "hexadecimal" },
		{ &t_utf8_asn, "7", "not a string" },
		{ &t_oid_asn, "\"1\"", "identifier" },
		{ &t_oid_asn, "\"1.40\"", "identifier" },
		{ &t_oid_asn, "\"3.1\"", "identifier" },
		{ &t_oid_asn, "\"1.2.\"", "identifier" },
		{ &t_oid_asn, "\"1..2\"", "identifier" },
		{ &t_list_asn, "{}", "not an array" },
		{ &t_plain_asn, "[]", "not an object" },
		{ &t_plain_asn, "{\"a\": 1}", "Plain.b: missing" },
		{ &t_plain_asn, "{\"a\": 1, \"b\": \"41\", \"e\": 0}",
		    "does not have" },
		{ &t_plain_asn, "{\"a\": 1, \"b\": \"41\", \"a\": 1}", "line" },
		{ &t_choice_asn, "{}", "one alternative" },
		{ &t_choice_asn, "{\"small\": 1, \"plain\": 1}",
		    "one alternative" },
		{ &t_choice_asn, "{\"large\": 1}", "not an alternative" },
		{ &t_choice_asn, "{\"[5]\": \"\"}", "not an alternative" },
		{ &t_choice_ext_asn, "{\"[2]\": \"\"}", "not an alternative" },
		{ &t_choice_ext_asn, "{\"[63]\": \"\"}", "not an alternative" },
		{ &t_ext_asn, "{\"a\": 1, \"...\": 5}", "extension" },
		{ &t_plain_asn, "{\"a\": 1, \"b\": \"41\", \"...\": {}}",
		    "extension" },
		{ &t_plain_asn, "{\"a\": 1", "line 1" },
	};
	/* clang-format on */

	struct fault_info fi;
	union value v;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		fi.text[0] = '\0';
		if (load(bad[i].type, &v, bad[i].json, &fi) == FAULT_OK)
			fail_msg("accepted: %s", bad[i].json);
		if (strstr(fi.text, bad[i].text) == NULL)
			fail_msg("%s: \"%s\" expected in \"%s\"", bad[i].json,
			    bad[i].text, fi.text);
	}
}

static void
test_memory_limit(void **state)
{
	static const char text[] = "{\"a\": 1, \"x\": 1000, \"y\": \"4142\"}";
	json_t *json = coer_json_load(text, strlen(text), NULL);
	struct arena arena;
	enum fault f = FAULT_TOO_LARGE;
	size_t n;
	t_ext v;

	(void)state;
	for (n = 0; n < 256 && f != FAULT_OK; n++) {
		arena = arena_of(memory, n);
		f = coer_from_json(&t_ext_asn, &v, &arena, json, NULL);
		assert_true(f == FAULT_OK || f == FAULT_TOO_LARGE);
	}
	assert_int_equal(f, FAULT_OK);
	assert_true(n > 4);
	json_decref(json);
}

static void
test_depth(void **state)
{
	struct fault_info fi;
	char text[16 * 80] = "";
	union value v;
	int i;

	(void)state;
	for (i = 0; i < COER_MAX_DEPTH; i++)
		strcat(text, "{\"inner\": ");
	strcat(text, "{}");
	for (i = 0; i < COER_MAX_DEPTH; i++)
		strcat(text, "}");
	assert_int_equal(load(&t_nest_asn, &v, text, &fi), FAULT_TOO_DEEP);
	text[strlen(text) - 1] = '\0';
	assert_int_equal(
	    load(&t_nest_asn, &v, text + strlen("{\"inner\": "), &fi),
	    FAULT_OK);
}

/* In a tree of jansson's, large integers are strings of digits. */
static void
test_tree(void **state)
{
	uint64_t v = UINT64_MAX;
	json_t *json = coer_to_json(&t_uint64_asn, &v);

	(void)state;
	assert_string_equal(json_string_value(json), "18446744073709551615");
	json_decref(json);
	v = 5;
	json = coer_to_json(&t_uint64_asn, &v);
	assert_int_equal(json_integer_value(json), 5);
	json_decref(json);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_both_ways),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_memory_limit),
	    cmocka_unit_test(test_depth),
	    cmocka_unit_test(test_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
