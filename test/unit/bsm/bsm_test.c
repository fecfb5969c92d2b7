/* bsm_test.c - basic safety messages against octets from spec/bsm.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "bsm/bsm.h"

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

static const char example_hex[] =
    "001425014286cb0f4c0e666e8fe01ea6d50f895794140aaa"
    "a2afc7407b73a7e47f7f3702aa5b0f20";

static void
set_example(struct monarch_bsm *bsm)
{
	for (size_t i = 0; i < sizeof(example) / sizeof(example[0]); i++)
		assert_true(
		    monarch_bsm_set(bsm, example[i].name, example[i].value));
}

static void
the_example_encodes_to_its_octets(void **state)
{
	uint8_t want[MONARCH_BSM_SIZE], got[MONARCH_BSM_SIZE];
	struct monarch_bsm bsm;

	(void)state;
	assert_true(hex_decode(want, sizeof(want), example_hex));
	memset(&bsm, 0x55, sizeof(bsm));
	set_example(&bsm);
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

/* ---- decoding ---- */

/* The example, with room for octets behind it. */
struct frame {
	uint8_t b[512];
	size_t n;
};

static struct frame
example_frame(void)
{
	struct frame f = {.n = MONARCH_BSM_SIZE};

	assert_true(hex_decode(f.b, MONARCH_BSM_SIZE, example_hex));
	return f;
}

static enum fault
decode(struct monarch_bsm *bsm, const struct frame *f, struct fault_info *fi)
{
	return monarch_bsm_decode(bsm, (struct bytes){f->b, f->n}, fi);
}

static void
the_example_decodes_to_its_values(void **state)
{
	const struct frame f = example_frame();
	struct monarch_bsm want, got;

	(void)state;
	memset(&got, 0x55, sizeof(got));
	set_example(&want);
	assert_int_equal(decode(&got, &f, NULL), FAULT_OK);
	assert_memory_equal(&got, &want, sizeof(want));
}

/* Extensions of the BSM (bit 2), part II (1), regional extensions (0): part I
 * is the same, and what follows may be anything. */
static void
what_follows_part_one_is_passed_over(void **state)
{
	struct monarch_bsm want, got;

	(void)state;
	set_example(&want);
	for (uint8_t flags = 1; flags < 8; flags++) {
		struct frame f = example_frame();

		f.b[3] = (uint8_t)(f.b[3] | flags << 5);
		f.b[2] = 37 + 63;
		memset(f.b + MONARCH_BSM_SIZE, 0xee, 63);
		f.b[39] |= 7; /* no padding any more */
		f.n = MONARCH_BSM_SIZE + 63;
		assert_int_equal(decode(&got, &f, NULL), FAULT_OK);
		assert_memory_equal(&got, &want, sizeof(want));
	}
}

static void
a_length_may_take_two_octets(void **state)
{
	struct frame f = example_frame();
	struct monarch_bsm want, got;

	(void)state;
	set_example(&want);
	memmove(f.b + 4, f.b + 3, 37);
	f.b[2] = 0x81, f.b[3] = 0x2c; /* 300 */
	f.b[4] |= 0x40;
	f.n = 4 + 300;
	assert_int_equal(decode(&got, &f, NULL), FAULT_OK);
	assert_memory_equal(&got, &want, sizeof(want));
	f.n--;
	assert_int_equal(decode(&got, &f, NULL), FAULT_TRUNCATED);
	f.n += 2;
	assert_int_equal(decode(&got, &f, NULL), FAULT_TRAILING);
	f.b[2] = 0x80, f.b[3] = 0x25, f.n = 41;
	assert_int_equal(decode(&got, &f, NULL), FAULT_NOT_CANONICAL);
	f.b[2] = 0xc1;
	assert_int_equal(decode(&got, &f, NULL), FAULT_TOO_LARGE);
}

static void
every_shorter_message_is_refused(void **state)
{
	struct frame f = example_frame();
	struct monarch_bsm bsm;

	(void)state;
	for (f.n = 0; f.n < MONARCH_BSM_SIZE; f.n++)
		assert_int_equal(decode(&bsm, &f, NULL), FAULT_TRUNCATED);
	/* and where the length admits to it */
	for (f.n = 3; f.n < MONARCH_BSM_SIZE; f.n++) {
		f.b[2] = (uint8_t)(f.n - 3);
		assert_int_equal(decode(&bsm, &f, NULL), FAULT_TRUNCATED);
	}
}

static void
what_is_no_bsm_is_refused(void **state)
{
	/* octet, what is put there, fault, word in its text */
	static const struct {
		size_t at;
		uint8_t value;
		enum fault fault;
		const char *word;
	} wrong[] = {
	    {1, 0x13, FAULT_UNKNOWN_ALTERNATIVE, "19"},
	    {0, 0x40, FAULT_UNKNOWN_ALTERNATIVE, "not a BSM"},
	    {39, 0x21, FAULT_NOT_CANONICAL, "padding"},
	    {10, 0x7f, FAULT_CONSTRAINT, "lat"},
	};
	struct fault_info fi;
	struct monarch_bsm bsm;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct frame f = example_frame();

		f.b[wrong[i].at] = wrong[i].value;
		if (wrong[i].fault == FAULT_CONSTRAINT)
			f.b[11] = f.b[12] = 0xff;
		assert_int_equal(decode(&bsm, &f, &fi), wrong[i].fault);
		assert_non_null(strstr(fi.text, wrong[i].word));
	}
}

/* Each field in turn at its least, most and unavailable value. */
static void
every_field_comes_back(void **state)
{
	static const struct {
		const char *name;
		int64_t value[3];
	} fields[] = {
#define F(member, name, bits, bias, least, most, unavailable) \
	{name, {least, most, unavailable}},
	    MONARCH_BSM_FIELDS(F)
#undef F
	};
	struct frame f = {.n = MONARCH_BSM_SIZE};
	struct monarch_bsm want, got;

	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		for (size_t k = 0; k < 3; k++) {
			set_example(&want);
			assert_true(monarch_bsm_set(
			    &want, fields[i].name, fields[i].value[k]));
			assert_int_equal(
			    monarch_bsm_encode(f.b, &want, NULL), FAULT_OK);
			assert_int_equal(decode(&got, &f, NULL), FAULT_OK);
			assert_memory_equal(&got, &want, sizeof(want));
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_example_encodes_to_its_octets),
	    cmocka_unit_test(nothing_known_is_encoded_as_unavailable),
	    cmocka_unit_test(a_value_outside_its_range_is_named),
	    cmocka_unit_test(the_example_decodes_to_its_values),
	    cmocka_unit_test(what_follows_part_one_is_passed_over),
	    cmocka_unit_test(a_length_may_take_two_octets),
	    cmocka_unit_test(every_shorter_message_is_refused),
	    cmocka_unit_test(what_is_no_bsm_is_refused),
	    cmocka_unit_test(every_field_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
