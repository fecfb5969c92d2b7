/* rollover_test.c - one enrollment certificate after another, and none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/time32.h"
#include "device/place.h"
#include "device/provision_file.h"
#include "test/unit/device/folder.h"
#include "test/unit/device/world_int.h"

#define WEEK  604800u
#define HOURS (2 * 168 + 1) /* of an enrollment */

static char dir[PATH_SIZE], path[PATH_SIZE];
static struct world *w;
static uint32_t end; /* of the first enrollment */

static int
set_up(void **state)
{
	(void)state;
	temporary_folder(dir);
	w = world_new();
	w->enrollment_hours = HOURS;
	end = time32_now() - 3600 + HOURS * 3600u;
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

static enum fault
roll(struct fault_info *fi)
{
	struct monarch_device *d = world_open(w, path);
	uint32_t start;
	enum fault fault = monarch_rollover(d, &start, fi);

	if (fault == FAULT_OK)
		assert_in_range(start, end, end + 5);
	end = fault == FAULT_OK ? start : end;
	monarch_close(d);
	return fault;
}

static struct monarch_status
look(void)
{
	struct monarch_status s;
	struct fault_info fi = {0};

	MUST(monarch_status(path, &s, &fi));
	return s;
}

static enum fault
sign_at(uint32_t t)
{
	const struct monarch_sign_terms terms = {.now = t * 1000000ull};
	struct monarch_signer *signer;
	struct fault_info fi = {0};
	uint8_t spdu[2048];
	enum fault fault;
	size_t n;

	MUST(monarch_signer_open(&signer, path, &fi));
	fault = monarch_sign(
	    signer, spdu, sizeof(spdu), &n, bytes_of_string("x"), &terms, &fi);
	MUST(monarch_signer_close(signer, &fi));
	return fault;
}

static void
one_follows_the_other(void **state)
{
	struct monarch_status before = look(), s;
	struct monarch_download_result r;
	struct fault_info fi = {0};
	struct monarch_device *d;

	(void)state;
	d = world_open(w, path);
	world_supply(w, d);
	monarch_close(d);
	MUST(roll(&fi));
	assert_int_equal(w->ra->successors, 1);
	MUST(roll(&fi)); /* there is one */
	assert_int_equal(w->ra->successors, 1);
	s = look();
	assert_memory_equal(s.enrollment, before.enrollment, 8);
	assert_int_equal(s.enrollment_end, end);
	assert_int_equal(s.successor_end, end + HOURS * 3600u);
	assert_true(s.provisioned);
	/* When it has begun it is in use; old certificates still serve. */
	world_clock(end);
	s = look();
	assert_memory_not_equal(s.enrollment, before.enrollment, 8);
	assert_int_equal(s.successor_end, 0);
	assert_false(s.provisioned);
	assert_int_equal(
	    s.kind[MONARCH_PSEUDONYM].certificates, 4 * WORLD_JMAX);
	assert_int_equal(sign_at(end + 60), FAULT_OK);
	assert_int_equal(
	    sign_at(WORLD_PERIOD_START(WORLD_I + 4) + 3000), FAULT_OK);
	/* The next download asks for the same, and new ones come first. */
	w->ra->request_n = 0;
	memset(w->batch, 0, sizeof(w->batch));
	w->i_first = WORLD_I + 2;
	w->i_last = WORLD_I + 5;
	d = world_open(w, path);
	MUST(monarch_download(d, &r, &(struct monarch_download_terms){0}, &fi));
	assert_int_equal(r.periods, 4);
	monarch_close(d);
	s = look();
	assert_true(s.provisioned);
	/* Two weeks of the former place are over and gone. */
	assert_int_equal(
	    s.kind[MONARCH_PSEUDONYM].certificates, (2 + 4) * WORLD_JMAX);
	assert_int_equal(
	    sign_at(WORLD_PERIOD_START(WORLD_I + 6) - 60), FAULT_OK);
	/* And again. */
	end += HOURS * 3600u;
	MUST(roll(&fi));
	assert_int_equal(w->ra->successors, 2);
}

static void
a_lost_answer_is_asked_for_with_the_same_octets(void **state)
{
	struct fault_info fi = {0};

	(void)state;
	w->lose_acks = 1;
	assert_int_equal(roll(&fi), FAULT_NETWORK);
	world_clock(time32_now() + 3600);
	MUST(roll(&fi));
	assert_int_equal(w->ra->successors, 1);
}

/* The RA finds every repetition stale, or the certificate, or says another
 * thing that tells nothing of what became of the first. */
static void
a_refused_repetition_loses_no_key(void **state)
{
	static const unsigned codes[] = {5055, 5058, 5059, 5067, 5071, 5072};
	struct fault_info fi = {0};

	(void)state;
	w->lose_acks = 1;
	assert_int_equal(roll(&fi), FAULT_NETWORK);
	for (size_t k = 0; k < sizeof(codes) / sizeof(codes[0]); k++) {
		w->refuse_code = codes[k];
		assert_int_not_equal(roll(&fi), FAULT_OK);
	}
	w->refuse_code = 0;
	MUST(roll(&fi));
	assert_int_equal(w->ra->successors, 1);
}

/* The messages that a transport saw, none of which arrives. */
static struct bytes seen[3];
static size_t seen_n;

static enum fault
swallow(void *ctx, struct http_result *result, struct arena *arena,
    const struct http_call *call, struct fault_info *fi)
{
	if (strstr(call->url, "/successor-enrollment-certificate") == NULL)
		return world_transport(w).call(ctx, result, arena, call, fi);
	assert_true(seen_n < 3);
	seen[seen_n++] = bytes_copy(&w->arena, call->body);
	w->lose_acks = 1;
	return world_transport(w).call(ctx, result, arena, call, fi);
}

static void
a_repetition_has_a_signature_of_its_own(void **state)
{
	const struct monarch_settings settings = {.attempts = 3};
	struct fault_info fi = {0};
	struct monarch_device *d;
	uint32_t start;

	(void)state;
	seen_n = 0;
	MUST(device_open(&d, path, &settings, &fi));
	d->transport = (struct transport){swallow, w};
	assert_int_equal(monarch_rollover(d, &start, &fi), FAULT_NETWORK);
	monarch_close(d);
	assert_int_equal(seen_n, 3);
	assert_false(bytes_equal(seen[0], seen[1]));
	assert_false(bytes_equal(seen[1], seen[2]));
	/* The octets inside are the same. */
	assert_int_equal(w->ra->successors, 1);
	MUST(roll(&fi));
	assert_int_equal(w->ra->successors, 1);
}

static void
a_refused_request_is_made_anew(void **state)
{
	struct fault_info fi = {0};

	(void)state;
	w->lose_acks = 1;
	assert_int_equal(roll(&fi), FAULT_NETWORK);
	w->refuse_code = 5070;
	assert_int_equal(roll(&fi), FAULT_BAD_MESSAGE);
	assert_int_equal(look().successor_end, 0);
	w->refuse_code = 0;
	MUST(roll(&fi));
	assert_int_equal(w->ra->successors, 2);
}

/* It may have been granted; only the same octets get the answer. */
static void
a_refusal_without_a_reason_changes_no_request(void **state)
{
	struct fault_info fi = {0};

	(void)state;
	w->lose_acks = 1;
	assert_int_equal(roll(&fi), FAULT_NETWORK);
	w->bare = true;
	w->refuse_code = 5070;
	for (unsigned day = 0; day < 10; day++) {
		world_clock(WORLD_NOW + day * 86400);
		assert_int_equal(roll(&fi), FAULT_HTTP_STATUS);
	}
	w->refuse_code = 0;
	MUST(roll(&fi));
	assert_int_equal(w->ra->successors, 1);
}

static void
but_not_for_ever(void **state)
{
	struct fault_info fi = {0};

	(void)state;
	/* Of an enrollment that lasts longer. */
	tear_down(NULL);
	temporary_folder(dir);
	w = world_new();
	w->enrollment_hours = 5000;
	end = time32_now() - 3600 + 5000 * 3600u;
	world_device(w, dir, "obe", path);
	w->lose_acks = 1;
	assert_int_equal(roll(&fi), FAULT_NETWORK);
	w->bare = true;
	w->refuse_code = 5070;
	world_clock(WORLD_NOW + 31 * 86400);
	assert_int_equal(roll(&fi), FAULT_HTTP_STATUS);
	w->refuse_code = 0;
	MUST(roll(&fi));
	assert_int_equal(w->ra->successors, 2);
}

static void
bad_answers_are_refused(void **state)
{
	static const enum fault want[SUCCESSOR_MISTAKES] = {
	    [SUCCESSOR_START] = FAULT_BAD_MESSAGE,
	    [SUCCESSOR_PSIDS] = FAULT_PSID_NOT_PERMITTED,
	    [SUCCESSOR_KEY] = FAULT_KEY_MISMATCH,
	    [SUCCESSOR_HASH] = FAULT_BAD_MESSAGE,
	    [SUCCESSOR_SIGNER] = FAULT_SSP_NOT_PERMITTED,
	};
	struct fault_info fi = {0};

	(void)state;
	for (unsigned k = 1; k < SUCCESSOR_MISTAKES; k++) {
		w->successor_mistake = k;
		if (roll(&fi) != want[k])
			fail_msg("mistake %u: %s", k, fi.text);
		assert_int_equal(look().successor_end, 0);
	}
	w->successor_mistake = SUCCESSOR_RIGHT;
	MUST(roll(&fi));
	/* The same octets all the time. */
	assert_int_equal(w->ra->successors, 1);
}

/* A successor that is there in part is none. */
static void
half_a_successor_is_none(void **state)
{
	char file[PATH_SIZE];
	struct fault_info fi = {0};
	struct monarch_device *d;

	(void)state;
	MUST(roll(&fi));
	path_join(file, path, "successor-1/enrollment.oer");
	assert_int_equal(unlink(file), 0);
	d = world_open(w, path);
	monarch_close(d);
	assert_int_equal(look().successor_end, 0);
	MUST(roll(&fi));
	assert_int_equal(look().successor_end, end + HOURS * 3600u);
}

/* ---- erasing ---- */

static void
nothing_is_left_of_an_erased_device(void **state)
{
	char left[PATH_SIZE], erased[PATH_SIZE], key[PATH_SIZE];
	struct fault_info fi = {0};
	struct monarch_device *d;

	(void)state;
	d = world_open(w, path);
	world_supply(w, d);
	assert_int_equal(monarch_reset(path, &fi), FAULT_BUSY);
	monarch_close(d);
	MUST(roll(&fi));
	/* A folder that is no device stays. */
	assert_int_equal(monarch_reset(dir, &fi), FAULT_NOT_FOUND);
	path_join(left, dir, "csr.zip");
	assert_true(file_exists(left));
	MUST(monarch_reset(path, &fi));
	assert_false(file_exists(path));
	path_join(erased, dir, ".erased-obe");
	assert_false(file_exists(erased));
	assert_int_equal(monarch_reset(path, &fi), FAULT_NOT_FOUND);
	/* What a crash left goes with the next call. */
	world_device(w, dir, "obe", path);
	assert_int_equal(rename(path, erased), 0);
	MUST(monarch_reset(path, &fi));
	assert_false(file_exists(erased));
	/* A link in the folder is removed, not followed. */
	world_device(w, dir, "obe", path);
	path_join(key, path, "elsewhere");
	assert_int_equal(symlink(dir, key), 0);
	MUST(monarch_reset(path, &fi));
	assert_true(file_exists(left));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(one_follows_the_other),
	    TEST(a_lost_answer_is_asked_for_with_the_same_octets),
	    TEST(a_refused_repetition_loses_no_key),
	    TEST(a_repetition_has_a_signature_of_its_own),
	    TEST(a_refused_request_is_made_anew),
	    TEST(a_refusal_without_a_reason_changes_no_request),
	    TEST(but_not_for_ever),
	    TEST(bad_answers_are_refused),
	    TEST(half_a_successor_is_none),
	    TEST(nothing_is_left_of_an_erased_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
