/* supply_test.c - provisioning and downloads against the world's RA. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/time32.h"
#include "crypto/hash.h"
#include "device/provision.h"
#include "device/week.h"
#include "schema/scms_protocol.h"
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

static const struct monarch_provision_terms ask;
static const struct monarch_download_terms get;

/* ---- provisioning ---- */

static enum fault
provision_once(struct fault_info *fi)
{
	struct monarch_device *d = world_open(w, path);
	enum fault fault;
	uint32_t t = 0;

	fault = monarch_provision(d, &t, &ask, fi);
	if (fault == FAULT_OK)
		assert_int_equal(t, WORLD_NOW + 7);
	monarch_close(d);
	return fault;
}

static void
the_request_is_acknowledged_under_its_hash(void **state)
{
	struct monarch_status status;
	struct fault_info fi = {0};
	uint8_t hash[32];

	(void)state;
	MUST(provision_once(&fi));
	assert_int_equal(w->ra->posts, 1);
	MUST(monarch_status(path, &status, &fi));
	assert_true(status.provisioned);
	sha256(hash, (struct bytes){w->ra->request, w->ra->request_n});
	assert_memory_equal(
	    status.kind[MONARCH_ANY].request_hash, hash + 24, 8);
	/* Asked again, the device asks nobody. */
	MUST(provision_once(&fi));
	assert_int_equal(w->ra->posts, 1);
}

static void
a_lost_ack_is_asked_for_with_the_same_octets(void **state)
{
	struct fault_info fi = {0};

	(void)state;
	w->lose_acks = 2;
	assert_int_equal(provision_once(&fi), FAULT_NETWORK);
	world_clock(WORLD_NOW + 3600);
	assert_int_equal(provision_once(&fi), FAULT_NETWORK);
	/* The RA would answer 5057 to other octets. */
	MUST(provision_once(&fi));
	assert_int_equal(w->ra->posts, 3);
}

static void
a_request_that_never_arrived_is_made_anew_when_too_old(void **state)
{
	struct fault_info fi = {0};
	struct arena arena = arena_new(1u << 20);
	struct provision_file first, second;
	struct folder f;

	(void)state;
	MUST(folder_find(&f, path, &fi));
	w->lose_requests = 1;
	assert_int_equal(provision_once(&fi), FAULT_NETWORK);
	MUST(provision_file_read(&first, &arena, &f, &fi));
	/* Now the stored one is refused, for its age, and a new one is not:
	 * the world's RA refuses while this is set. */
	w->refuse_code = 5067;
	world_clock(WORLD_NOW + 100);
	assert_int_equal(provision_once(&fi), FAULT_DENIED);
	assert_int_equal(w->ra->posts, 3);
	w->refuse_code = 0;
	MUST(provision_once(&fi));
	MUST(provision_file_read(&second, &arena, &f, &fi));
	assert_memory_equal(
	    &first.certificate, &second.certificate, sizeof(first.certificate));
	assert_memory_equal(
	    &first.response, &second.response, sizeof(first.response));
	assert_false(bytes_equal(first.request, second.request));
	arena_free(&arena);
}

/*
 * PROD gives no reasons.  The first request was accepted, the ack lost, and
 * then the RA refuses even that for a while: the device makes another, which
 * is a duplicate, and then remembers the first.
 */
static void
an_accepted_request_is_found_again_behind_bare_errors(void **state)
{
	struct world_ra accepted;
	struct fault_info fi = {0};

	(void)state;
	w->bare = true;
	w->lose_acks = 1;
	assert_int_equal(provision_once(&fi), FAULT_NETWORK);
	accepted = *w->ra;
	w->ra->request_n = 0; /* the RA is ill */
	w->refuse_code = 5065;
	assert_int_equal(provision_once(&fi), FAULT_HTTP_STATUS);
	w->refuse_code = 0;
	*w->ra = accepted; /* and well again */
	MUST(provision_once(&fi));
	assert_true(w->ra->request_n == accepted.request_n);
}

static void
refusals_are_shown_by_code_and_meaning(void **state)
{
	static const struct {
		unsigned code;
		enum fault fault;
	} refusal[] = {{5055, FAULT_BLOCKED}, {5058, FAULT_DENIED},
	    {5067, FAULT_DENIED}, {5070, FAULT_BAD_MESSAGE},
	    {5071, FAULT_TOO_MANY}, {5072, FAULT_BAD_MESSAGE},
	    {5999, FAULT_HTTP_STATUS}};
	struct monarch_status status;
	struct fault_info fi = {0};
	char code[8];

	(void)state;
	for (size_t k = 0; k < sizeof(refusal) / sizeof(refusal[0]); k++) {
		w->refuse_code = refusal[k].code;
		assert_int_equal(provision_once(&fi), refusal[k].fault);
		snprintf(code, sizeof(code), "%u", refusal[k].code);
		assert_non_null(strstr(fi.text, code));
		MUST(monarch_status(path, &status, &fi));
		assert_int_equal(status.failures, k + 1);
		assert_non_null(strstr(status.last_error, code));
	}
	w->refuse_code = 0;
	MUST(provision_once(&fi));
	MUST(monarch_status(path, &status, &fi));
	assert_int_equal(status.failures, 0);
	assert_string_equal(status.last_error, "");
}

static uint32_t
time_at(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

/* Both layouts as asn1-facts.md 5.3 and 9.3 have them: the 1.2.2 layout ends
 * in preamble and two times, the 1.2.4 layout in one time. */
static void
both_layouts_are_sent(void **state)
{
	struct monarch_provision_terms terms = {0};
	struct fault_info fi = {0};
	struct request request;
	struct bytes sent, pdu;
	uint32_t t;

	(void)state;
	for (unsigned k = 0; k < 4; k++) {
		struct monarch_device *d = world_open(w, path);

		terms.layout =
		    k & 1 ? MONARCH_LAYOUT_1_2_4 : MONARCH_LAYOUT_1_2_2;
		terms.extra_octet = (k & 2) != 0;
		MUST(monarch_provision(d, &t, &terms, &fi));
		monarch_close(d);
		sent = (struct bytes){w->ra->request, w->ra->request_n};
		arena_reset(&w->call);
		world_open_request(w, sent, &request);
		assert_int_equal(request.extra_octet, terms.extra_octet);
		pdu = request.pdu_octets;
		assert_memory_equal(pdu.p, "\x01\x83\x82\x00\x01", 5);
		assert_true(pdu.p[5] == 0x82 || pdu.p[5] == 0x83);
		assert_true(pdu.p[54] == 0x82 || pdu.p[54] == 0x83);
		assert_in_range(
		    time_at(pdu.p + pdu.n - 4), WORLD_NOW, WORLD_NOW + 60);
		assert_int_equal(pdu.n, 5 + 2 * 49 + (k & 1 ? 4 : 9));
		if ((k & 1) == 0) {
			assert_int_equal(pdu.p[103], 0);
			assert_in_range(
			    time_at(pdu.p + 104), WORLD_NOW, WORLD_NOW + 60);
		}
		/* A new device for the next round. */
		tear_down(NULL);
		set_up(NULL);
	}
}

/* ---- policy ---- */

static void
policy_is_fetched_once_and_asked_about_always(void **state)
{
	struct fault_info fi = {0};
	struct monarch_device *d;

	(void)state;
	MUST(provision_once(&fi));
	assert_int_equal(w->lccf_sent, 1);
	assert_int_equal(w->lpf_sent, 1);
	d = world_open(w, path);
	MUST(monarch_update_policy(d, &fi));
	monarch_close(d);
	assert_int_equal(w->lccf_sent, 1);
	assert_int_equal(w->lpf_sent, 1);
}

static void
a_bad_chain_file_or_policy_is_not_taken(void **state)
{
	struct bytes good_lccf = w->lccf, good_lpf = w->lpf;
	struct fault_info fi = {0};
	uint8_t *bad;

	(void)state;
	bad = arena_alloc(&w->arena, w->lccf.n, 1);
	memcpy(bad, w->lccf.p, w->lccf.n);
	bad[w->lccf.n - 3] ^= 1; /* in the last certificate's signature */
	w->lccf.p = bad;
	assert_int_not_equal(provision_once(&fi), FAULT_OK);
	assert_non_null(strstr(fi.text, "chain file"));
	w->lccf = good_lccf;
	bad = arena_alloc(&w->arena, w->lpf.n, 1);
	memcpy(bad, w->lpf.p, w->lpf.n);
	bad[w->lpf.n - 1] ^= 1;
	w->lpf.p = bad;
	assert_int_equal(provision_once(&fi), FAULT_BAD_SIGNATURE);
	assert_non_null(strstr(fi.text, "policy file"));
	assert_int_equal(w->ra->posts, 0);
	w->lpf = good_lpf;
	MUST(provision_once(&fi));
}

/* ---- downloads ---- */

static struct monarch_download_result
download_once(struct fault_info *fi, enum fault want)
{
	struct monarch_device *d = world_open(w, path);
	struct monarch_download_result r;
	enum fault fault = monarch_download(d, &r, &get, fi);

	monarch_close(d);
	if (fault != want)
		fail_msg("%s: %s", fault_name(fault), fi->text);
	return r;
}

static void
what_is_ready_is_fetched_once(void **state)
{
	struct monarch_download_result r;
	struct monarch_status status;
	struct fault_info fi = {0};

	(void)state;
	download_once(&fi, FAULT_NOT_FOUND); /* not provisioned yet */
	MUST(provision_once(&fi));
	r = download_once(&fi, FAULT_OK);
	assert_int_equal(r.periods, 4);
	assert_int_equal(r.certificates, 4 * WORLD_JMAX);
	assert_int_equal(r.refused, 0);
	assert_true(r.missing > 0);
	assert_int_equal(r.next, 0x2bcdef01);
	assert_int_equal(w->ra->downloads, 4);
	r = download_once(&fi, FAULT_OK);
	assert_int_equal(r.certificates, 0);
	assert_int_equal(w->ra->downloads, 4);
	MUST(monarch_status(path, &status, &fi));
	assert_int_equal(status.kind[MONARCH_ANY].certificates, 4 * WORLD_JMAX);
	assert_int_equal(status.kind[MONARCH_ANY].usable, WORLD_JMAX);
	assert_int_equal(status.kind[MONARCH_ANY].i_first, WORLD_I);
	assert_int_equal(status.kind[MONARCH_ANY].i_last, WORLD_I + 3);
	assert_int_equal(status.next, 0x2bcdef01);
}

/* A device whose folder was made when there were only pseudonym certificates:
 * version 1 of the file lacks what is behind the two caterpillar keys. */
static void
an_older_folder_is_understood(void **state)
{
	const size_t keys = 8 + 1 + 2 * 48, added = 1 + 48 + 5 * 4;
	struct arena arena = arena_new(1u << 20);
	struct monarch_download_result r;
	struct fault_info fi = {0};
	char name[PATH_SIZE];
	uint8_t old[8192];
	struct bytes file;
	size_t n;

	(void)state;
	MUST(provision_once(&fi));
	path_join(name, path, "provision");
	MUST(file_read(&file, &arena, name, sizeof(old), &fi));
	assert_int_equal(file.p[8], 2);
	memcpy(old, file.p, keys);
	old[8] = 1;
	n = file.n - added - 32;
	memcpy(old + keys, file.p + keys + added, n - keys);
	sha256(old + n, (struct bytes){old, n});
	MUST(file_write(name, (struct bytes){old, n + 32}, 0600, &fi));
	r = download_once(&fi, FAULT_OK);
	assert_int_equal(r.certificates, 4 * WORLD_JMAX);
	arena_free(&arena);
}

static void
weeks_pass(void **state)
{
	struct monarch_download_result r;
	struct monarch_status status;
	struct fault_info fi = {0};

	(void)state;
	MUST(provision_once(&fi));
	download_once(&fi, FAULT_OK);
	world_clock(WORLD_PERIOD_START(WORLD_I + 2) + 10000);
	w->i_last = WORLD_I + 5;
	r = download_once(&fi, FAULT_OK);
	assert_int_equal(r.periods, 2);
	MUST(monarch_status(path, &status, &fi));
	assert_int_equal(status.kind[MONARCH_ANY].i_first, WORLD_I + 2);
	assert_int_equal(status.kind[MONARCH_ANY].i_last, WORLD_I + 5);
	/* A clock that went mad costs nothing: the RA does not accept it. */
	world_clock(WORLD_PERIOD_START(WORLD_I + 30));
	w->bare = w->deaf = true;
	download_once(&fi, FAULT_OK);
	w->bare = false;
	download_once(&fi, FAULT_DENIED);
	world_clock(WORLD_PERIOD_START(WORLD_I + 2) + 20000);
	MUST(monarch_status(path, &status, &fi));
	assert_int_equal(status.kind[MONARCH_ANY].usable, WORLD_JMAX);
}

/* What becomes of a batch with each mistake: how many of its certificates are
 * kept and how many entries refused, and with which fault. */
static const struct outcome {
	enum mistake mistake;
	unsigned kept, refused;
	const char *words[2]; /* of what is told about the refused */
} outcomes[] = {
    {MISTAKE_SIGNATURE, 3, 1, {"2AB_1", "BAD_SIGNATURE"}},
    {MISTAKE_SIGNED_BY_RA, 3, 1, {"2AB_1", "SSP_NOT_PERMITTED"}},
    {MISTAKE_CONTENTS, 3, 1, {"2AB_1", "BAD_SIGNATURE"}},
    {MISTAKE_RECIPIENT, 3, 1, {"2AB_1", "NOT_FOR_US"}},
    {MISTAKE_SWAPPED, 2, 2, {"2AB_1", "NOT_FOR_US"}},
    {MISTAKE_OTHER_I, 3, 1, {"2AB_1", "WRONG_PROFILE"}},
    {MISTAKE_START, 3, 1, {"2AB_1", "WRONG_PROFILE"}},
    {MISTAKE_PSID, 3, 1, {"2AB_1", "PSID_NOT_PERMITTED"}},
    {MISTAKE_KEY, 3, 1, {"2AB_1", "KEY_MISMATCH"}},
    {MISTAKE_ISSUER, 3, 1, {"2AB_1", "_PERMITTED"}},
    {MISTAKE_PLAIN, 3, 1, {"2AB_1", "signature of the PCA"}},
    {MISTAKE_EXTRA, 4, 1, {"README", "BAD_MESSAGE"}},
    {MISTAKE_FOREIGN_NAME, 4, 1, {"2AC_1", "BAD_MESSAGE"}},
    {MISTAKE_DUPLICATE, 3, 2, {"2AB_1", "DUPLICATE"}},
    {MISTAKE_TRAVERSAL, 4, 1, {"../2AB_1", "BAD_MESSAGE"}},
    {MISTAKE_BIG, 3, 1, {"2AB_1", "TOO_LARGE"}},
    {MISTAKE_TRUNCATED, 0, 1, {"_2AB.zip", "BAD_MESSAGE"}},
    {MISTAKE_EMPTY, 0, 1, {"_2AB.zip", "BAD_MESSAGE"}},
};

static char told[4096];

static void
tell(void *ctx, const struct monarch_device *d, enum monarch_event event,
    const char *text)
{
	size_t n = strlen(told);

	(void)ctx;
	(void)d;
	if (event == MONARCH_REFUSED)
		snprintf(told + n, sizeof(told) - n, "%s\n", text);
}

static void
suffer(const struct outcome *o)
{
	struct arena arena = arena_new(4u << 20);
	struct monarch_download_result r;
	struct fault_info fi = {0};
	struct monarch_device *d;
	struct week week;

	MUST(provision_once(&fi));
	w->mistake = o->mistake;
	w->mistake_i = WORLD_I;
	d = world_open(w, path);
	d->settings.tell = tell;
	told[0] = '\0';
	MUST(monarch_download(d, &r, &get, &fi));
	if (r.refused != o->refused ||
	    r.certificates != 3 * WORLD_JMAX + o->kept ||
	    r.periods != (o->kept == WORLD_JMAX && o->refused == 0 ? 4 : 3))
		fail_msg("mistake %d: %u refused, %u kept, %u periods\n%s",
		    (int)o->mistake, r.refused, r.certificates, r.periods,
		    told);
	if (strstr(told, o->words[0]) == NULL ||
	    strstr(told, o->words[1]) == NULL)
		fail_msg("mistake %d: %s", (int)o->mistake, told);
	/* Nothing of the refused entry is kept. */
	if (o->kept > 0) {
		MUST(week_read(&week, &arena, &d->folder, WORLD_I, &fi));
		assert_int_equal(week.n, o->kept);
		assert_false(week.complete);
		for (size_t k = 0; k < week.n; k++)
			if (o->kept < WORLD_JMAX)
				assert_int_not_equal(week.v[k].j, 1);
	}
	/* Put right, the batch is fetched again. */
	w->mistake = MISTAKE_NONE;
	memset(w->batch, 0, sizeof(w->batch));
	MUST(monarch_download(d, &r, &get, &fi));
	assert_int_equal(r.refused, 0);
	assert_int_equal(r.periods, 1);
	MUST(week_read(&week, &arena, &d->folder, WORLD_I, &fi));
	assert_int_equal(week.n, WORLD_JMAX);
	assert_true(week.complete);
	monarch_close(d);
	arena_free(&arena);
}

static void
bad_entries_are_refused_by_name_and_stop_nothing(void **state)
{
	(void)state;
	assert_int_equal(sizeof(outcomes) / sizeof(outcomes[0]), MISTAKES - 1);
	for (size_t k = 0; k < sizeof(outcomes) / sizeof(outcomes[0]); k++) {
		suffer(&outcomes[k]);
		tear_down(NULL);
		set_up(NULL);
	}
}

static void
an_interrupted_transfer_goes_on_in_pieces(void **state)
{
	struct monarch_download_result r;
	struct fault_info fi = {0};

	(void)state;
	MUST(provision_once(&fi));
	w->break_batches = 1;
	r = download_once(&fi, FAULT_NETWORK);
	assert_int_equal(r.certificates, 0);
	r = download_once(&fi, FAULT_OK);
	assert_int_equal(r.periods, 4);
	/* The first batch came in pieces, the others whole. */
	assert_int_equal(w->range_calls,
	    (w->batch[WORLD_I % WORLD_BATCHES].n + 4095) / 4096);
}

/* Pieces that do not fit together make a ZIP that is refused, forgotten, and
 * fetched anew. */
static void
pieces_that_do_not_fit_are_forgotten(void **state)
{
	char part[PATH_SIZE], name[PATH_SIZE];
	struct monarch_download_result r;
	struct monarch_status status;
	struct fault_info fi = {0};
	uint8_t junk[500] = {1, 2, 3};
	char hash[17];

	(void)state;
	MUST(provision_once(&fi));
	w->break_batches = 1;
	download_once(&fi, FAULT_NETWORK);
	MUST(monarch_status(path, &status, &fi));
	hex_encode(hash, status.kind[MONARCH_ANY].request_hash, 8);
	for (char *p = hash; *p != '\0'; p++)
		*p = *p >= 'a' ? (char)(*p - 32) : *p;
	snprintf(name, sizeof(name), "download/%s_%X.zip.part", hash, WORLD_I);
	path_join(part, path, name);
	MUST(file_write(part, BYTES(junk), 0600, &fi));
	r = download_once(&fi, FAULT_OK);
	assert_int_equal(r.periods, 3);
	assert_true(r.refused > 0);
	r = download_once(&fi, FAULT_OK);
	assert_int_equal(r.periods, 1);
	assert_int_equal(r.refused, 0);
}

static void
a_damaged_week_is_fetched_again(void **state)
{
	struct monarch_download_result r;
	struct fault_info fi = {0};
	char name[PATH_SIZE];
	FILE *file;

	(void)state;
	MUST(provision_once(&fi));
	download_once(&fi, FAULT_OK);
	path_join(name, path, "certificates/2AC");
	file = fopen(name, "r+");
	assert_non_null(file);
	fseek(file, 100, SEEK_SET);
	fputc('x', file);
	fclose(file);
	r = download_once(&fi, FAULT_OK);
	assert_int_equal(r.periods, 1);
}

static void
only_one_process_works_on_a_device(void **state)
{
	const struct monarch_settings settings = {0};
	struct monarch_device *d = world_open(w, path), *other;
	struct fault_info fi = {0};

	(void)state;
	assert_int_equal(device_open(&other, path, &settings, &fi), FAULT_BUSY);
	monarch_close(d);
	d = world_open(w, path);
	monarch_close(d);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(the_request_is_acknowledged_under_its_hash),
	    TEST(a_lost_ack_is_asked_for_with_the_same_octets),
	    TEST(a_request_that_never_arrived_is_made_anew_when_too_old),
	    TEST(an_accepted_request_is_found_again_behind_bare_errors),
	    TEST(refusals_are_shown_by_code_and_meaning),
	    TEST(both_layouts_are_sent),
	    TEST(policy_is_fetched_once_and_asked_about_always),
	    TEST(a_bad_chain_file_or_policy_is_not_taken),
	    TEST(what_is_ready_is_fetched_once),
	    TEST(an_older_folder_is_understood),
	    TEST(weeks_pass),
	    TEST(bad_entries_are_refused_by_name_and_stop_nothing),
	    TEST(an_interrupted_transfer_goes_on_in_pieces),
	    TEST(pieces_that_do_not_fit_are_forgotten),
	    TEST(a_damaged_week_is_fetched_again),
	    TEST(only_one_process_works_on_a_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
