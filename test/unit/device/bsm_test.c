/* bsm_test.c - basic safety messages against octets from spec/bsm.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "device/monarch.h"

/* One line for each field that the example gives, in the example's order. */
static const struct {
	const char *name;
	int64_t value;
} example[] = {
    {"msgCnt", 5},
    {"id", 0x0a1b2c3d},
    {"secMark", 12345},
    {"lat", 389560000},
    {"long", -771500000},
    {"elev", 687},
    {"semiMajor", 40},
    {"semiMinor", 40},
    {"orientation", 5461},
    {"transmission", 2},
    {"speed", 1375},
    {"heading", 18240},
    {"angle", -3},
    {"accelLong", -150},
    {"accelLat", 20},
    {"accelVert", 0},
    {"yaw", -200},
    {"wheelBrakes", 0},
    {"traction", 1},
    {"abs", 1},
    {"scs", 1},
    {"brakeBoost", 1},
    {"auxBrakes", 1},
    {"width", 182},
    {"length", 484},
};

static void
the_example_encodes_to_its_octets(void **state)
{
	uint8_t want[MONARCH_BSM_SIZE], got[MONARCH_BSM_SIZE];
	struct monarch_bsm bsm;

	(void)state;
	assert_true(hex_decode(want, sizeof(want),
	    "001425014286cb0f4c0e666e8fe01ea6d50f895794140aaa"
	    "a2afc7407b73a7e47f7f3702aa5b0f20"));
	memset(&bsm, 0x55, sizeof(bsm));
	for (size_t i = 0; i < sizeof(example) / sizeof(example[0]); i++)
		assert_true(
		    monarch_bsm_set(&bsm, example[i].name, example[i].value));
	assert_int_equal(monarch_bsm_encode(got, &bsm, NULL), FAULT_OK);
	assert_memory_equal(got, want, sizeof(want));
}

/*
 * A message in which nothing is known, from the table of spec/bsm.md by hand:
 * msgCnt 0, id 0, secMark 65535, lat 1800000001, long 3600000000, elev 0,
 * accuracy ff ff ffff, transmission 7, speed 8191, heading 28800, angle 253,
 * accelSet 4001 4001 0 32767, brakes 10000 and zeros, size 0 0.
 */
static void
nothing_known_is_encoded_as_unavailable(void **state)
{
	static const char bits[] = "0000000000010100"
				   "00100101"
				   "000"
				   "0000000"
				   "00000000000000000000000000000000"
				   "1111111111111111"
				   "1101011010010011101001000000001"
				   "11010110100100111010010000000000"
				   "0000000000000000"
				   "11111111"
				   "11111111"
				   "1111111111111111"
				   "111"
				   "1111111111111"
				   "111000010000000"
				   "11111101"
				   "111110100001"
				   "111110100001"
				   "00000000"
				   "0111111111111111"
				   "10000"
				   "00"
				   "00"
				   "00"
				   "00"
				   "00"
				   "0000000000"
				   "000000000000"
				   "000";
	uint8_t want[MONARCH_BSM_SIZE] = {0}, got[MONARCH_BSM_SIZE];
	struct monarch_bsm bsm;

	(void)state;
	assert_int_equal(strlen(bits), 8 * MONARCH_BSM_SIZE);
	for (size_t i = 0; bits[i] != '\0'; i++)
		if (bits[i] == '1')
			want[i / 8] |= (uint8_t)(0x80 >> i % 8);
	monarch_bsm_init(&bsm);
	assert_int_equal(monarch_bsm_encode(got, &bsm, NULL), FAULT_OK);
	assert_memory_equal(got, want, sizeof(want));
}

static void
a_value_outside_its_range_is_named(void **state)
{
	uint8_t out[MONARCH_BSM_SIZE];
	struct fault_info fi = {0};
	struct monarch_bsm bsm;

	(void)state;
	monarch_bsm_init(&bsm);
	assert_true(monarch_bsm_set(&bsm, "heading", 28801));
	assert_int_equal(monarch_bsm_encode(out, &bsm, &fi), FAULT_CONSTRAINT);
	assert_non_null(strstr(fi.text, "heading"));
	assert_true(monarch_bsm_set(&bsm, "heading", -1));
	assert_int_equal(monarch_bsm_encode(out, &bsm, &fi), FAULT_CONSTRAINT);
	assert_false(monarch_bsm_set(&bsm, "colour", 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_example_encodes_to_its_octets),
	    cmocka_unit_test(nothing_known_is_encoded_as_unavailable),
	    cmocka_unit_test(a_value_outside_its_range_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
