/* test_kinds.c - each kind of type: what decodes, and what is refused. */
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
/* Octets by hand from X.696. */
static const struct decode_case cases[] = {
	{ &t_uint3_asn, "07", OK, NULL },
	{ &t_uint3_asn, "08", CONSTR, "Uint3: value outside" },
	{ &t_uint3_asn, "", CUT, "octet 0" },
	{ &t_uint3_asn, "07 00", TRAIL, "octet 1" },
	{ &t_uint16_asn, "000a", OK, NULL },
	{ &t_uint16_asn, "03e8", OK, NULL },
	{ &t_uint16_asn, "0009", CONSTR, NULL },
	{ &t_uint16_asn, "03e9", CONSTR, NULL },
	{ &t_uint16_asn, "03", CUT, NULL },
	{ &t_alias_asn, "03e8", OK, NULL },
	{ &t_alias_asn, "03e9", CONSTR, NULL },
	{ &t_uint64_asn, "ffffffffffffffff", OK, NULL },
	{ &t_int16_asn, "fffb", OK, NULL },
	{ &t_int16_asn, "fffa", CONSTR, NULL },
	{ &t_int16_asn, "012c", OK, NULL },
	{ &t_int16_asn, "012d", CONSTR, NULL },
	{ &t_int64_asn, "8000000000000000", OK, NULL },
	{ &t_three_asn, "03", OK, NULL },
	{ &t_three_asn, "02", CONSTR, NULL },
	/* INTEGER (0..MAX) */
	{ &t_varuint_asn, "0100", OK, NULL },
	{ &t_varuint_asn, "0123", OK, NULL },
	{ &t_varuint_asn, "020100", OK, NULL },
	{ &t_varuint_asn, "08ffffffffffffffff", OK, NULL },
	{ &t_varuint_asn, "00", CANON, "without octets" },
	{ &t_varuint_asn, "020023", CANON, "leading zero" },
	{ &t_varuint_asn, "09010000000000000000", BIG, "64 bits" },
	{ &t_varuint_asn, "810123", CANON, "long form" },
	{ &t_varuint_asn, "0201", CUT, NULL },
	/* INTEGER */
	{ &t_varint_asn, "0100", OK, NULL },
	{ &t_varint_asn, "01ff", OK, NULL },
	{ &t_varint_asn, "0180", OK, NULL },
	{ &t_varint_asn, "020080", OK, NULL },
	{ &t_varint_asn, "02ff7f", OK, NULL },
	{ &t_varint_asn, "088000000000000000", OK, NULL },
	{ &t_varint_asn, "087fffffffffffffff", OK, NULL },
	{ &t_varint_asn, "00", CANON, NULL },
	{ &t_varint_asn, "02007f", CANON, "leading" },
	{ &t_varint_asn, "02ff80", CANON, "leading" },
	{ &t_varint_asn, "09008000000000000000", BIG, NULL },
	{ &t_boolean_asn, "00", OK, NULL },
	{ &t_boolean_asn, "ff", OK, NULL },
	{ &t_boolean_asn, "01", CANON, "00 or FF" },
	{ &t_null_asn, "", OK, NULL },
	{ &t_null_asn, "00", TRAIL, NULL },
	{ &t_enum_asn, "01", OK, NULL },
	{ &t_enum_asn, "05", OK, NULL },
	{ &t_enum_asn, "00", ALT, "Enum" },
	{ &t_enum_asn, "8105", ALT, NULL },
	{ &t_enum_ext_asn, "00", OK, NULL },
	{ &t_enum_ext_asn, "02", OK, NULL },
	{ &t_enum_ext_asn, "7f", OK, NULL },
	{ &t_enum_ext_asn, "820080", ALT, "above 127" },
	{ &t_bits_asn, "80", OK, NULL },
	{ &t_bits_asn, "01", OK, NULL },
	{ &t_bits_asn, "00", CONSTR, "no bit" },
	{ &t_octets3_asn, "010203", OK, NULL },
	{ &t_octets3_asn, "0102", CUT, NULL },
	{ &t_zeros2_asn, "0000", OK, NULL },
	{ &t_zeros2_asn, "0001", CONSTR, "not zero" },
	/* OCTET STRING: sizes and lengths */
	{ &t_string_asn, "0141", OK, NULL },
	{ &t_string_asn, "00", CONSTR, "size" },
	{ &t_string_asn, "0241", CUT, NULL },
	{ &t_string_asn, "80", CANON, "without octets" },
	{ &t_string_asn, "8141", CANON, "long form" },
	{ &t_string_asn, "820041", CANON, "leading zero" },
	{ &t_string_asn, "8500000000ff", CANON, "leading zero" },
	{ &t_string_asn, "85ffffffffff", BIG, "4 octets" },
	{ &t_string_asn, "84ffffffff", CUT, NULL },
	{ &t_string_asn, "82", CUT, NULL },
	{ &t_open_asn, "020102", OK, NULL },
	{ &t_open_asn, "00", OK, NULL },
	/* UTF8String: sizes in characters */
	{ &t_utf8_asn, "00", OK, NULL },
	{ &t_utf8_asn, "03414243", OK, NULL },
	{ &t_utf8_asn, "0441424344", CONSTR, "characters" },
	{ &t_utf8_asn, "06c3a4c3b6c3bc", OK, NULL },
	{ &t_utf8_asn, "04f09f9a97", OK, NULL },
	{ &t_utf8_asn, "02c041", CONSTR, "not UTF-8" },
	{ &t_utf8_asn, "02c081", CONSTR, "not UTF-8" },
	{ &t_utf8_asn, "03eda080", CONSTR, "not UTF-8" },
	{ &t_utf8_asn, "04f4908080", CONSTR, "not UTF-8" },
	{ &t_utf8_asn, "01c3", CONSTR, "not UTF-8" },
	{ &t_utf8_asn, "0180", CONSTR, "not UTF-8" },
	/* OBJECT IDENTIFIER */
	{ &t_oid_asn, "032b6f02", OK, NULL },
	{ &t_oid_asn, "052b6f028c49", OK, NULL },
	{ &t_oid_asn, "00", CANON, NULL },
	{ &t_oid_asn, "022b80", CANON, NULL },
	{ &t_oid_asn, "032b8001", CANON, NULL },
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

/* Lengths of 127, 128, 255, 256 and 300 octets in their shortest form. */
static void
test_lengths(void **state)
{
	static const struct {
		size_t n;
		const char *start;
	} length[] = {
	    {127, "7f"},
	    {128, "8180"},
	    {255, "81ff"},
	    {256, "820100"},
	    {300, "82012c"},
	};
	uint8_t octets[300];
	char hex[2 * 300 + 8];
	union value v;
	size_t i;

	(void)state;
	memset(octets, 0x5a, sizeof(octets));
	for (i = 0; i < sizeof(length) / sizeof(*length); i++) {
		struct bytes b = {octets, length[i].n};

		strcpy(hex, length[i].start);
		hex_encode(hex + strlen(hex), b.p, b.n);
		assert_string_equal(encode_hex(&t_string_asn, &b), hex);
		assert_int_equal(
		    decode_hex(&t_string_asn, &v, hex, NULL), FAULT_OK);
	}
}

static const char *
encode_integer(const struct asn_type *t, uint64_t v)
{
	return t->size == 8   ? encode_hex(t, &v)
	       : t->size == 2 ? encode_hex(t, &(uint16_t){(uint16_t)v})
			      : encode_hex(t, &(uint8_t){(uint8_t)v});
}

/* What may not be received may not be sent either. */
static void
test_encode_constraints(void **state)
{
	uint8_t zeros[2] = {0, 1};
	struct bytes empty = {zeros, 0}, bad = {(const uint8_t *)"\xff", 1};
	struct bytes four = {(const uint8_t *)"abcd", 4};
	t_uint3 element[4] = {0};
	t_list23 list = {1, element};
	unsigned e = 3;

	(void)state;
	assert_string_equal(encode_integer(&t_uint3_asn, 8), "CONSTRAINT");
	assert_string_equal(encode_integer(&t_uint16_asn, 9), "CONSTRAINT");
	assert_string_equal(encode_integer(&t_int16_asn, 301), "CONSTRAINT");
	assert_string_equal(
	    encode_integer(&t_int16_asn, (uint64_t)-6), "CONSTRAINT");
	assert_string_equal(encode_integer(&t_bits_asn, 0), "CONSTRAINT");
	assert_string_equal(encode_hex(&t_zeros2_asn, zeros), "CONSTRAINT");
	assert_string_equal(encode_hex(&t_string_asn, &empty), "CONSTRAINT");
	assert_string_equal(encode_hex(&t_utf8_asn, &bad), "CONSTRAINT");
	assert_string_equal(encode_hex(&t_utf8_asn, &four), "CONSTRAINT");
	assert_string_equal(encode_hex(&t_oid_asn, &empty), "CONSTRAINT");
	assert_string_equal(encode_hex(&t_enum_asn, &e), "UNKNOWN_ALTERNATIVE");
	assert_string_equal(encode_hex(&t_list23_asn, &list), "CONSTRAINT");
	list.n = 4;
	assert_string_equal(encode_hex(&t_list23_asn, &list), "CONSTRAINT");
	list.n = 2;
	assert_string_equal(encode_hex(&t_list23_asn, &list), "01020000");
	element[1] = 9;
	assert_string_equal(encode_hex(&t_list23_asn, &list), "CONSTRAINT");
}

/* Values, not only octets: what is decoded is what was meant. */
static void
test_values(void **state)
{
	union value v;
	int64_t s;
	uint64_t u;

	(void)state;
	assert_int_equal(decode_hex(&t_varint_asn, &v, "01fe", NULL), FAULT_OK);
	memcpy(&s, &v, sizeof(s));
	assert_true(s == -2);
	assert_int_equal(
	    decode_hex(&t_varint_asn, &v, "0300ffff", NULL), FAULT_OK);
	memcpy(&s, &v, sizeof(s));
	assert_true(s == 65535);
	assert_int_equal(
	    decode_hex(&t_varuint_asn, &v, "03204083", NULL), FAULT_OK);
	memcpy(&u, &v, sizeof(u));
	assert_true(u == 2113667);
	assert_int_equal(
	    decode_hex(&t_list_asn, &v, "0102 000b 03e8", NULL), FAULT_OK);
	assert_int_equal(v.list.n, 2);
	assert_int_equal(v.list.v[0], 11);
	assert_int_equal(v.list.v[1], 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_decode),
	    cmocka_unit_test(test_lengths),
	    cmocka_unit_test(test_encode_constraints),
	    cmocka_unit_test(test_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
