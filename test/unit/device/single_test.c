/* single_test.c - identification and application certificates: requested,
 * downloaded, checked, followed by others, and used. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/time32.h"
#include "device/kind.h"
#include "device/place.h"
#include "device/provision_file.h"
#include "device/week.h"
#include "schema/scms_protocol.h"
#include "test/unit/device/folder.h"
#include "test/unit/device/world_int.h"

#define SECOND 1000000ull
#define HOUR   3600u
#define DAY    86400u

static char dir[PATH_SIZE], path[PATH_SIZE];
static struct world *w;

static int
set_up(void **state)
{
	(void)state;
	temporary_folder(dir);
	w = world_new();
	world_rse(w, dir, "rse", path);
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
provision(enum monarch_kind kind, bool encryption, struct fault_info *fi)
{
	const struct monarch_provision_terms ask = {
	    .kind = kind, .encryption = encryption};
	struct monarch_device *d = world_open(w, path);
	uint32_t t;
	enum fault fault = monarch_provision(d, &t, &ask, fi);

	monarch_close(d);
	return fault;
}

static enum fault
download(struct monarch_download_result *r,
    const struct monarch_download_terms *get, struct fault_info *fi)
{
	struct monarch_device *d = world_open(w, path);
	enum fault fault = monarch_download(d, r, get, fi);

	monarch_close(d);
	return fault;
}

static struct monarch_held
held(enum monarch_kind kind)
{
	struct monarch_status status;
	struct fault_info fi = {0};

	MUST(monarch_status(path, &status, &fi));
	return status.kind[kind];
}

/* One message, judged by a stranger; its signer's HashedId8 in id. */
static enum fault
say(uint8_t id[8], uint32_t about, uint32_t t, struct fault_info *fi)
{
	const struct monarch_sign_terms terms = {
	    .psid = about, .now = t * SECOND, .full = true};
	const struct monarch_rules rules = {.psid = about, .now = t};
	struct monarch_verifier *v = monarch_verifier_new();
	struct monarch_signer *signer;
	struct monarch_message out;
	uint8_t spdu[2048];
	enum fault fault;
	size_t n = 0;

	must(monarch_signer_open(&signer, path, fi), fi, "open");
	fault = monarch_sign(signer, spdu, sizeof(spdu), &n,
	    bytes_of_string("look out"), &terms, fi);
	must(monarch_signer_close(signer, NULL), NULL, "close");
	if (fault == FAULT_OK) {
		must(monarch_verifier_trust(v, w->actor[ACTOR_ROOT].raw, fi),
		    fi, "trust");
		must(monarch_verifier_add(v, w->lccf, fi), fi, "add");
		fault = monarch_verify(
		    v, &out, NULL, (struct bytes){spdu, n}, &rules, fi);
		memcpy(id, out.signer, 8);
	}
	monarch_verifier_free(v);
	return fault;
}

static const struct monarch_download_terms get;

/* ---- identification ---- */

static void
the_kind_must_be_told_once(void **state)
{
	struct monarch_download_result r;
	struct fault_info fi = {0};

	(void)state;
	assert_int_equal(provision(MONARCH_ANY, false, &fi), FAULT_USAGE);
	assert_int_equal(download(&r, &get, &fi), FAULT_USAGE);
	assert_int_equal(w->ra->single_posts, 0);
	MUST(provision(MONARCH_IDENTIFICATION, false, &fi));
	MUST(provision(MONARCH_ANY, false, &fi));
	assert_int_equal(w->ra->single_posts, 1);
	MUST(download(&r, &get, &fi));
	assert_int_equal(r.certificates, 4);
	assert_int_equal(held(MONARCH_IDENTIFICATION).certificates, 4);
	assert_int_equal(held(MONARCH_APPLICATION).certificates, 0);
}

static void
one_certificate_serves_each_iterator(void **state)
{
	/* of the enrollment, or a little later on a busy machine */
	uint32_t start = WORLD_NOW - HOUR, late = 600;
	struct monarch_download_result r;
	struct fault_info fi = {0};
	uint8_t first[8], second[8];

	(void)state;
	w->info = WORLD_NOW + DAY;
	MUST(provision(MONARCH_IDENTIFICATION, false, &fi));
	MUST(download(&r, &get, &fi));
	assert_int_equal(r.periods, 4);
	assert_int_equal(r.missing, 0); /* .info lies ahead */
	MUST(say(first, 0x83, WORLD_NOW, &fi));
	MUST(say(second, 0x81, start + 720 * HOUR - 1, &fi));
	assert_memory_equal(first, second, 8);
	MUST(say(second, 0x81, start + 720 * HOUR + late, &fi));
	assert_memory_not_equal(first, second, 8);
	assert_int_equal(
	    say(first, 0x20, WORLD_NOW, &fi), FAULT_PSID_NOT_PERMITTED);
	assert_int_equal(
	    say(first, 0x83, start + 4 * 720 * HOUR + HOUR + late, &fi),
	    FAULT_NO_CERTIFICATE);
	/* A month later the next comes, and the first goes. */
	world_clock(start + 721 * HOUR + late);
	w->single_i_last = 4;
	MUST(download(&r, &get, &fi));
	assert_int_equal(r.certificates, 1);
	assert_int_equal(held(MONARCH_ANY).i_first, 1);
	assert_int_equal(held(MONARCH_ANY).i_last, 4);
	MUST(say(second, 0x83, start + 721 * HOUR + late, &fi));
}

static void
both_names_of_entries_are_known(void **state)
{
	struct monarch_download_result r;
	struct fault_info fi = {0};
	uint8_t id[8];

	(void)state;
	w->bare_entry = true;
	MUST(provision(MONARCH_IDENTIFICATION, true, &fi));
	MUST(download(&r, &get, &fi));
	assert_int_equal(r.certificates, 4);
	assert_int_equal(r.refused, 0);
	MUST(say(id, 0x83, WORLD_NOW, &fi));
}

static void
names_are_exact(void **state)
{
	static const uint8_t hash[8] = {
	    0xab, 9, 0x28, 0x1c, 0x98, 0x67, 0xde, 0x53};
	char name[KIND_NAME_SIZE];
	uint32_t j;

	(void)state;
	kind_file(name, MONARCH_IDENTIFICATION, hash, 0x1f);
	assert_string_equal(name, "AB09281C9867DE53_1F.zip");
	kind_file(name, MONARCH_APPLICATION, hash, 3);
	assert_string_equal(name, "AB09281C9867DE53.zip");
#define ENTRY(kind, text) kind_entry(&j, MONARCH_##kind, text, hash, 0x1f)
	assert_true(ENTRY(IDENTIFICATION, "AB09281C9867DE53_1F"));
	assert_true(ENTRY(IDENTIFICATION, "ab09281c9867de53_1f"));
	assert_true(ENTRY(IDENTIFICATION, "1f"));
	assert_false(ENTRY(IDENTIFICATION, "01F"));
	assert_false(ENTRY(IDENTIFICATION, "1F_0"));
	assert_false(ENTRY(IDENTIFICATION, "AB09281C9867DE53_20"));
	assert_false(ENTRY(IDENTIFICATION, "AB09281C9867DE54_1F"));
	assert_false(ENTRY(IDENTIFICATION, "AB09281C9867DE53"));
	assert_false(ENTRY(IDENTIFICATION, ""));
	assert_true(ENTRY(APPLICATION, "ab09281C9867DE53"));
	assert_false(ENTRY(APPLICATION, "AB09281C9867DE53_1F"));
	assert_true(ENTRY(PSEUDONYM, "1F_13"));
	assert_int_equal(j, 0x13);
	assert_false(ENTRY(PSEUDONYM, "1F"));
#undef ENTRY
}

/* ---- application ---- */

/* The start that the n-th request asked for, and its keys. */
static uint32_t
asked_start(size_t n, ee_ra_app_cert_provisioning_request *out)
{
	struct request request;

	assert_true(n < w->ra->singles);
	world_open_request(
	    w, (struct bytes){w->ra->single[n], w->ra->single_n[n]}, &request);
	*out = request.pdu->content.ee_ra.ee_ra_app_cert_provisioning_request;
	return out->common.requested_start_time;
}

static void
application_certificates_follow_one_another(void **state)
{
	const struct monarch_download_terms app = {.kind = MONARCH_APPLICATION};
	ee_ra_app_cert_provisioning_request one, two;
	struct monarch_download_result r;
	struct fault_info fi = {0};
	uint32_t end = WORLD_NOW + 169 * HOUR, start;
	uint8_t first[8], second[8];

	(void)state;
	w->single_late = true;
	MUST(download(&r, &app, &fi)); /* asks, too */
	assert_int_equal(r.missing, 1);
	assert_int_equal(w->ra->single_posts, 1);
	w->single_late = false;
	MUST(download(&r, &get, &fi));
	assert_int_equal(r.certificates, 1);
	assert_int_equal(w->ra->single_posts, 1);
	MUST(say(first, 0x83, time32_now(), &fi));
	end = held(MONARCH_APPLICATION).end;
	assert_in_range(
	    end, WORLD_NOW + 169 * HOUR, WORLD_NOW + 169 * HOUR + 60);
	/* Nothing to do until the last day; then the next, which begins an
	 * hour before the first one ends. */
	world_clock(end - DAY - 60);
	MUST(download(&r, &get, &fi));
	assert_int_equal(w->ra->single_posts, 1);
	world_clock(end - DAY);
	MUST(download(&r, &get, &fi));
	assert_int_equal(w->ra->single_posts, 2);
	assert_int_equal(r.certificates, 1);
	start = asked_start(1, &two);
	assert_int_equal(start, end - HOUR);
	asked_start(0, &one);
	assert_memory_not_equal(
	    &one.verify_key, &two.verify_key, sizeof(one.verify_key));
	MUST(say(second, 0x83, start - 1, &fi));
	assert_memory_equal(first, second, 8);
	MUST(say(second, 0x83, start + 1, &fi));
	assert_memory_not_equal(first, second, 8);
	/* The first one goes when it is over. */
	assert_int_equal(held(MONARCH_APPLICATION).certificates, 2);
	world_clock(end + 168 * HOUR - DAY + 10);
	MUST(download(&r, &get, &fi));
	assert_int_equal(held(MONARCH_APPLICATION).certificates, 2);
	assert_int_equal(w->ra->singles, 3);
}

static void
after_a_long_absence_the_next_begins_now(void **state)
{
	const struct monarch_download_terms app = {.kind = MONARCH_APPLICATION};
	ee_ra_app_cert_provisioning_request one;
	struct monarch_download_result r;
	struct fault_info fi = {0};
	uint32_t later = WORLD_NOW + 60 * DAY;
	uint8_t id[8];

	(void)state;
	MUST(download(&r, &app, &fi));
	world_clock(later);
	MUST(download(&r, &get, &fi));
	assert_in_range(asked_start(1, &one), later, later + 60);
	MUST(say(id, 0x83, time32_now() + 5, &fi));
	/* And if the last request was never downloaded at all. */
	world_clock(later + 6 * DAY + 7200);
	w->single_late = true;
	MUST(download(&r, &get, &fi));
	assert_int_equal(w->ra->singles, 3);
	world_clock(later + 60 * DAY);
	w->single_late = false;
	MUST(download(&r, &get, &fi));
	assert_int_equal(w->ra->singles, 4);
	MUST(say(id, 0x83, time32_now() + 5, &fi));
}

static void
a_request_of_another_policy_is_made_anew(void **state)
{
	const struct monarch_download_terms app = {.kind = MONARCH_APPLICATION};
	struct monarch_download_result r;
	struct fault_info fi = {0};

	(void)state;
	w->single_late = true;
	MUST(download(&r, &app, &fi));
	world_policy(w, 25);
	w->single_late = false;
	MUST(download(&r, &get, &fi));
	assert_int_equal(w->ra->singles, 2);
	assert_int_equal(w->ra->single_downloads, 1);
	assert_int_equal(r.certificates, 1);
	assert_in_range(held(MONARCH_APPLICATION).end, WORLD_NOW + 25 * HOUR,
	    WORLD_NOW + 25 * HOUR + 60);
	MUST(download(&r, &get, &fi));
	assert_int_equal(w->ra->singles, 2);
}

static void
where_the_ra_takes_no_other_the_former_request_stands(void **state)
{
	const struct monarch_download_terms app = {.kind = MONARCH_APPLICATION};
	struct monarch_download_result r;
	struct fault_info fi = {0};
	uint8_t id[8];

	(void)state;
	w->single_late = true;
	MUST(download(&r, &app, &fi));
	world_policy(w, 200);
	w->single_late = false;
	w->single_taken = true;
	for (unsigned bare = 0; bare < 2; bare++) {
		w->bare = bare == 1;
		MUST(download(&r, &get, &fi));
		assert_int_equal(r.certificates, bare == 0);
	}
	assert_int_equal(w->ra->singles, 1);
	MUST(say(id, 0x83, time32_now(), &fi));
}

static void
a_lost_ack_costs_nothing(void **state)
{
	struct monarch_download_result r;
	struct fault_info fi = {0};

	(void)state;
	w->lose_acks = 1;
	assert_int_equal(
	    provision(MONARCH_APPLICATION, true, &fi), FAULT_NETWORK);
	world_clock(WORLD_NOW + HOUR);
	MUST(provision(MONARCH_ANY, true, &fi));
	assert_int_equal(w->ra->singles, 1);
	assert_int_equal(w->ra->single_posts, 2);
	MUST(download(&r, &get, &fi));
	assert_int_equal(r.certificates, 1);
}

/* A request that the RA refuses is no reason to make it again and again. */
static void
a_refused_kind_does_not_stop_the_others(void **state)
{
	struct monarch_download_result r;
	struct fault_info fi = {0};

	(void)state;
	w->single_taken = true;
	assert_int_equal(
	    provision(MONARCH_APPLICATION, false, &fi), FAULT_DUPLICATE);
	assert_false(held(MONARCH_APPLICATION).asked);
	w->single_taken = false;
	MUST(provision(MONARCH_IDENTIFICATION, false, &fi));
	w->single_taken = true;
	MUST(download(&r, &get, &fi));
	assert_int_equal(r.certificates, 4);
	/* Asked for by name it is tried again. */
	assert_int_equal(
	    provision(MONARCH_APPLICATION, false, &fi), FAULT_DUPLICATE);
	w->single_taken = false;
	MUST(provision(MONARCH_APPLICATION, false, &fi));
	MUST(download(&r, &get, &fi));
	assert_int_equal(held(MONARCH_ANY).certificates, 5);
}

/* ---- what is wrong ---- */

static char told[2048];

static void
tell(void *ctx, const struct monarch_device *d, enum monarch_event event,
    const char *text)
{
	(void)ctx;
	(void)d;
	if (event == MONARCH_REFUSED)
		snprintf(told + strlen(told), sizeof(told) - strlen(told),
		    "%s\n", text);
}

static const struct {
	enum single_mistake mistake;
	const char *word;
} outcomes[] = {
    {SINGLE_RIF, "WRONG_PROFILE"},
    {SINGLE_START, "WRONG_PROFILE"},
    {SINGLE_ENDED, "certificate c"},
    {SINGLE_PSID, "PSID_NOT_PERMITTED"},
    {SINGLE_SSP, "SSP_NOT_PERMITTED"},
    {SINGLE_REGION, "REGION_NOT_NESTED"},
    {SINGLE_SERIES, "WRONG_PROFILE"},
    {SINGLE_PSEUDONYM, "WRONG_PROFILE"},
    {SINGLE_KEY, "KEY_MISMATCH"},
    {SINGLE_NO_ENCRYPTION, "WRONG_PROFILE"},
    {SINGLE_ENCRYPTION, "KEY_MISMATCH"},
    {SINGLE_KIND, "decrypted contents"},
    {SINGLE_RECIPIENT, "decryption"},
    {SINGLE_SIGNER, "signature of the PCA"},
    {SINGLE_TRAILING, "signature of the PCA"},
    {SINGLE_TRUNCATED, "signature of the PCA"},
    {SINGLE_NAME, "entry"},
    {SINGLE_TWICE, "entry"},
};

static void
suffer(enum monarch_kind kind, enum single_mistake mistake, const char *word)
{
	const bool kept = mistake == SINGLE_TWICE;
	struct monarch_device *d = world_open(w, path);
	const struct monarch_provision_terms ask = {
	    .kind = kind, .encryption = true};
	const struct monarch_download_terms once = {.periods = 1};
	struct monarch_download_result r;
	struct fault_info fi = {0};
	uint32_t t;

	d->settings.tell = tell;
	told[0] = '\0';
	MUST(monarch_provision(d, &t, &ask, &fi));
	w->single_mistake = mistake;
	MUST(monarch_download(d, &r, &once, &fi));
	if (r.refused == 0 || r.periods > 0 || r.certificates != kept ||
	    strstr(told, word) == NULL)
		fail_msg("mistake %d: %u refused, %u taken, %s", (int)mistake,
		    r.refused, r.certificates, told);
	assert_int_equal(held(kind).certificates, kept);
	w->single_mistake = SINGLE_RIGHT;
	MUST(monarch_download(d, &r, &once, &fi));
	assert_int_equal(r.refused, 0);
	assert_int_equal(r.periods, 1);
	monarch_close(d);
}

static void
bad_certificates_are_refused_by_name(void **state)
{
	const enum monarch_kind kinds[] = {
	    MONARCH_IDENTIFICATION, MONARCH_APPLICATION};

	(void)state;
	assert_int_equal(
	    sizeof(outcomes) / sizeof(outcomes[0]), SINGLE_MISTAKES - 1);
	for (size_t k = 0; k < 2 * sizeof(outcomes) / sizeof(outcomes[0]);
	     k++) {
		suffer(kinds[k % 2], outcomes[k / 2].mistake,
		    outcomes[k / 2].word);
		tear_down(NULL);
		set_up(NULL);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(the_kind_must_be_told_once),
	    TEST(one_certificate_serves_each_iterator),
	    TEST(both_names_of_entries_are_known),
	    cmocka_unit_test(names_are_exact),
	    TEST(application_certificates_follow_one_another),
	    TEST(after_a_long_absence_the_next_begins_now),
	    TEST(a_request_of_another_policy_is_made_anew),
	    TEST(where_the_ra_takes_no_other_the_former_request_stands),
	    TEST(a_lost_ack_costs_nothing),
	    TEST(a_refused_kind_does_not_stop_the_others),
	    TEST(bad_certificates_are_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
