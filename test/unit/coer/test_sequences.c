/* test_sequences.c - SEQUENCE, SEQUENCE OF, CHOICE, extensions, limits. */
#include <stdlib.h>
#include <string.h>

#include "common.h"

#define OK     FAULT_OK
#define CUT    FAULT_TRUNCATED
#define TRAIL  FAULT_TRAILING
#define CANON  FAULT_NOT_CANONICAL
#define CONSTR FAULT_CONSTRAINT
#define ALT    FAULT_UNKNOWN_ALTERNATIVE
#define BIG    FAULT_TOO_LARGE

/* clang-format off */
static const struct decode_case cases[] = {
	{ &t_plain_asn, "05 0141", OK, NULL },
	{ &t_plain_asn, "09 0141", CONSTR, "Plain.a: value" },
	{ &t_plain_asn, "05 00", CONSTR, "Plain.b: size" },
	{ &t_plain_asn, "05", CUT, "Plain.b" },
	{ &t_plain_asn, "", CUT, "Plain.a" },
	/* preamble of three bits, then padding */
	{ &t_options_asn, "00", OK, NULL },
	{ &t_options_asn, "80 07", OK, NULL },
	{ &t_options_asn, "e0 07 01ff 40", OK, NULL },
	{ &t_options_asn, "10", CANON, "padding" },
	{ &t_options_asn, "01", CANON, "padding" },
	{ &t_options_asn, "40 0101", CANON, "Options.b: default" },
	{ &t_options_asn, "20 80", CANON, "Options.c: default" },
	{ &t_options_asn, "", CUT, "Options" },
	{ &t_nine_asn, "0000", OK, NULL },
	{ &t_nine_asn, "ff80 05", OK, NULL },
	{ &t_nine_asn, "0040", CANON, "padding" },
	{ &t_nine_asn, "00", CUT, NULL },
	/* SEQUENCE OF */
	{ &t_list_asn, "0100", OK, NULL },
	{ &t_list_asn, "0102 03e8 000a", OK, NULL },
	{ &t_list_asn, "0102 03e8", CUT, NULL },
	{ &t_list_asn, "0101 03e8 000a", TRAIL, NULL },
	{ &t_list_asn, "00", CANON, NULL },
	{ &t_list_asn, "020002 03e8 000a", CANON, NULL },
	{ &t_list_asn, "01ff 03e8", CUT, "more elements" },
	{ &t_list_asn, "08ffffffffffffffff 03e8", CONSTR, NULL },
	{ &t_list_asn, "04ffffffff 03e8", CUT, "more elements" },
	{ &t_list23_asn, "0101 07", CONSTR, "elements" },
	{ &t_list23_asn, "0104 07 07 07 07", CONSTR, "elements" },
	{ &t_list23_asn, "0103 07 07 07", OK, NULL },
	/* CHOICE */
	{ &t_choice_asn, "80 07", OK, NULL },
	{ &t_choice_asn, "81 07 0141", OK, NULL },
	{ &t_choice_asn, "80 08", CONSTR, "Choice.small" },
	{ &t_choice_asn, "81 08 0141", CONSTR, "Plain.a" },
	{ &t_choice_asn, "82 0107", ALT, "Choice" },
	{ &t_choice_asn, "00 07", ALT, "tag" },
	{ &t_choice_asn, "40 07", ALT, "tag" },
	{ &t_choice_asn, "c0 07", ALT, "tag" },
	{ &t_choice_asn, "", CUT, "Choice" },
	{ &t_choice_ext_asn, "80 07", OK, NULL },
	{ &t_choice_ext_asn, "82 02 0141", OK, NULL },
	{ &t_choice_ext_asn, "82 03 0141 00", TRAIL, "ChoiceExt.late" },
	{ &t_choice_ext_asn, "82 01 01", CUT, "ChoiceExt.late" },
	{ &t_choice_ext_asn, "82 02 0141 00", TRAIL, NULL },
	{ &t_choice_ext_asn, "83 03 010203", OK, NULL },
	{ &t_choice_ext_asn, "be 00", OK, NULL },
	{ &t_choice_ext_asn, "bf 3f 00", ALT, "tag" },
	{ &t_choice_ext_asn, "83 03 0102", CUT, NULL },
	{ &t_choice_ext_asn, "83 8103 010203", CANON, NULL },
	/* extension additions: 1 bit in the preamble, then a bitmap */
	{ &t_ext_asn, "00 05", OK, NULL },
	{ &t_ext_asn, "40 05", CANON, "padding" },
	{ &t_ext_asn, "80 05", CUT, "extension" },
	{ &t_ext_asn, "80 05 02 06 80 02 03e8", OK, NULL },
	{ &t_ext_asn, "80 05 02 06 c0 02 03e8 02 0141", OK, NULL },
	{ &t_ext_asn, "80 05 02 07 80 02 03e8", OK, NULL },
	{ &t_ext_asn, "80 05 02 05 20 01 07", OK, NULL },
	{ &t_ext_asn, "80 05 02 05 20 01 08", CONSTR, "Ext.z" },
	{ &t_ext_asn, "80 05 02 06 80 03 03e8 00", TRAIL, "Ext.x" },
	{ &t_ext_asn, "80 05 02 06 80 01 03", CUT, "Ext.x" },
	{ &t_ext_asn, "80 05 02 06 00", CANON, "without additions" },
	{ &t_ext_asn, "80 05 02 06 a0 02 03e8", CANON, "unused" },
	{ &t_ext_asn, "80 05 02 08 80 02 03e8", CANON, "malformed" },
	{ &t_ext_asn, "80 05 01 00", CANON, "malformed" },
	{ &t_ext_asn, "80 05 8102 06 80 02 03e8", CANON, "long form" },
	/* unknown additions, in the first and in the second octet */
	{ &t_ext_asn, "80 05 02 04 10 03 aabbcc", OK, NULL },
	{ &t_ext_asn, "80 05 02 04 90 02 03e8 03 aabbcc", OK, NULL },
	{ &t_ext_asn, "80 05 03 04 0ff0 00 01aa 02bbcc 00 00 00 0103 00", OK,
	    NULL },
	{ &t_ext_asn, "80 05 02 04 10 03 aabb", CUT, "unknown extension" },
	{ &t_ext_asn, "80 05 02 04 10 8103 aabbcc", CANON, NULL },
	{ &t_ext_asn, "80 05 02 04 10 03 aabbcc 00", TRAIL, NULL },
};
/* clang-format on */

static void
test_decode(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		run_decode_case(&cases[i]);
}

static void
test_components(void **state)
{
	union value v;

	(void)state;
	assert_int_equal(decode_hex(&t_options_asn, &v, "00", NULL), OK);
	assert_null(v.options.a);
	assert_true(v.options.b == 1);
	assert_int_equal(v.options.c, 0x80);
	assert_int_equal(v.options.raw.n, 1);
	assert_int_equal(
	    decode_hex(&t_options_asn, &v, "e0 07 01ff 40", NULL), OK);
	assert_int_equal(*v.options.a, 7);
	assert_true(v.options.b == -1);
	assert_int_equal(v.options.c, 0x40);
	assert_int_equal(v.options.raw.n, 5);
	assert_int_equal(v.options.raw.p[1], 7);
	/* Values that became defaults leave the encoding. */
	v.options.b = 1;
	v.options.c = 0x80;
	assert_string_equal(encode_hex(&t_options_asn, &v), "8007");
}

static void
test_unknown_is_kept(void **state)
{
	union value v;
	t_uint3 z = 7;

	(void)state;
	assert_int_equal(
	    decode_hex(&t_choice_ext_asn, &v, "85 02 0102", NULL), OK);
	assert_int_equal(v.choice_ext.is, t_choice_ext_unknown);
	assert_int_equal(v.choice_ext.unknown.index, 5);
	assert_int_equal(v.choice_ext.unknown.octets.n, 2);
	/* An unknown alternative may not pass for a known one. */
	v.choice_ext.unknown.index = 2;
	assert_string_equal(
	    encode_hex(&t_choice_ext_asn, &v), "UNKNOWN_ALTERNATIVE");
	v.choice_ext.is = (enum t_choice_ext_tag)9;
	assert_string_equal(
	    encode_hex(&t_choice_ext_asn, &v), "UNKNOWN_ALTERNATIVE");
	v.choice.is = (enum t_choice_tag)2;
	assert_string_equal(
	    encode_hex(&t_choice_asn, &v), "UNKNOWN_ALTERNATIVE");

	assert_int_equal(decode_hex(&t_ext_asn, &v,
			     "80 05 02 04 90 02 03e8 03 aabbcc", NULL),
	    OK);
	assert_non_null(v.ext.x);
	assert_null(v.ext.y);
	assert_null(v.ext.z);
	assert_int_equal(v.ext.more->nbit, 4);
	assert_int_equal(v.ext.more->unknown.n, 4);
	/* Changing a known addition leaves unknown ones alone. */
	v.ext.x = NULL;
	v.ext.z = &z;
	assert_string_equal(
	    encode_hex(&t_ext_asn, &v), "8005020430010703aabbcc");
}

/* A new value has as many presence bits as its edition has additions. */
static void
test_editions(void **state)
{
	t_uint16 x = 1000;
	t_uint3 z = 7;
	t_ext v = {.a = 5};

	(void)state;
	assert_string_equal(encode_hex(&t_ext_asn, &v), "0005");
	v.x = &x;
	assert_string_equal(encode_hex(&t_ext_asn, &v), "80050206800203e8");
	v.z = &z;
	assert_string_equal(encode_hex(&t_ext_asn, &v), "80050205a00203e80107");
	v.x = NULL;
	assert_string_equal(encode_hex(&t_ext_asn, &v), "80050205200107");
}

/* levels values around each other: 80 80 ... 40 05. */
static void
nest(char *hex, unsigned levels)
{
	*hex = '\0';
	while (levels-- > 1)
		strcat(hex, "80");
	strcat(hex, "4005");
}

static void
test_depth(void **state)
{
	t_nest circle = {.inner = &circle};
	char hex[2 * COER_MAX_DEPTH + 8];
	struct fault_info fi;
	union value v;

	(void)state;
	nest(hex, COER_MAX_DEPTH);
	assert_int_equal(decode_hex(&t_nest_asn, &v, hex, NULL), OK);
	assert_string_equal(encode_hex(&t_nest_asn, &v), hex);
	nest(hex, COER_MAX_DEPTH + 1);
	assert_int_equal(decode_hex(&t_nest_asn, &v, hex, &fi), FAULT_TOO_DEEP);
	assert_int_equal(fi.offset, COER_MAX_DEPTH);
	assert_string_equal(encode_hex(&t_nest_asn, &circle), "TOO_DEEP");
}

/* A list that is honest about its million and one elements. */
static void
test_number_of_elements(void **state)
{
	size_t n = COER_MAX_ELEMENTS + 1, i;
	uint8_t *in = calloc(2, n + 8);
	struct arena arena = arena_new((size_t)16 << 20);
	struct fault_info fi;
	t_list list;

	(void)state;
	assert_non_null(in);
	memcpy(in, "\x03\x10\x00\x01", 4);
	for (i = 0; i < n; i++)
		in[4 + 2 * i + 1] = 10;
	assert_int_equal(coer_decode(&t_list_asn, &list, &arena,
			     (struct bytes){in, 4 + 2 * n}, &fi),
	    BIG);
	assert_non_null(strstr(fi.text, "too many elements"));
	memcpy(in, "\x03\x10\x00\x00", 4);
	assert_int_equal(coer_decode(&t_list_asn, &list, &arena,
			     (struct bytes){in, 4 + 2 * (n - 1)}, &fi),
	    OK);
	assert_int_equal(list.n, COER_MAX_ELEMENTS);
	arena_free(&arena);
	free(in);
}

/* Whatever the arena holds, decoding either works or says TOO_LARGE. */
static void
test_memory_limit(void **state)
{
	static const uint8_t in[] = {
	    0x80, 5, 2, 4, 0xd0, 2, 3, 0xe8, 2, 1, 0x41, 0};
	_Alignas(16) uint8_t memory[256];
	struct fault_info fi;
	struct arena arena;
	enum fault f = BIG;
	size_t n;
	t_ext v;

	(void)state;
	for (n = 0; n <= sizeof(memory) && f != OK; n++) {
		arena = arena_of(memory, n);
		f = coer_decode(&t_ext_asn, &v, &arena, BYTES(in), &fi);
		assert_true(f == OK || f == BIG);
		if (f == BIG)
			assert_non_null(strstr(fi.text, "memory limit"));
	}
	assert_int_equal(f, OK);
	assert_true(n > sizeof(struct asn_more));
}

static void
test_writer_limit(void **state)
{
	t_plain v = {5, {(const uint8_t *)"abc", 3}};
	struct fault_info fi;
	uint8_t out[5];
	struct writer w;
	size_t n;

	(void)state;
	for (n = 0; n < 5; n++) {
		w = writer_of(out, n);
		assert_int_equal(coer_encode(&t_plain_asn, &v, &w, &fi), BIG);
		assert_non_null(strstr(fi.text, "no room"));
	}
	w = writer_of(out, 5);
	assert_int_equal(coer_encode(&t_plain_asn, &v, &w, &fi), OK);
	assert_int_equal(coer_size(&t_plain_asn, &v), 5);
	v.a = 8;
	assert_int_equal(coer_size(&t_plain_asn, &v), 0);
}

static void
test_prefix_and_new(void **state)
{
	static const uint8_t in[] = {5, 1, 0x41, 0xff, 0xff};
	_Alignas(16) uint8_t memory[64];
	struct arena arena = arena_of(memory, sizeof(memory));
	struct bytes out;
	size_t used;
	t_plain v;

	(void)state;
	assert_int_equal(coer_decode_prefix(
			     &t_plain_asn, &v, &arena, BYTES(in), &used, NULL),
	    OK);
	assert_int_equal(used, 3);
	assert_int_equal(
	    coer_encode_new(&out, &arena, &t_plain_asn, &v, NULL), OK);
	assert_int_equal(out.n, 3);
	assert_memory_equal(out.p, in, 3);
	arena = arena_of(memory, 2);
	assert_int_equal(
	    coer_encode_new(&out, &arena, &t_plain_asn, &v, NULL), BIG);
}

static void
test_names(void **state)
{
	(void)state;
	assert_string_equal(coer_name_of(&t_choice_ext_asn, 2), "late");
	assert_null(coer_name_of(&t_choice_ext_asn, 3));
	assert_string_equal(coer_name_of(&t_enum_asn, 5), "five");
	assert_null(coer_name_of(&t_enum_asn, 0));
	assert_null(coer_name_of(&t_uint3_asn, 0));
	assert_ptr_equal(asn_resolve(&t_alias_asn), &t_uint16_asn);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_decode),
	    cmocka_unit_test(test_components),
	    cmocka_unit_test(test_unknown_is_kept),
	    cmocka_unit_test(test_editions),
	    cmocka_unit_test(test_depth),
	    cmocka_unit_test(test_number_of_elements),
	    cmocka_unit_test(test_memory_limit),
	    cmocka_unit_test(test_writer_limit),
	    cmocka_unit_test(test_prefix_and_new),
	    cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
