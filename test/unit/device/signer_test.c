/* signer_test.c - signing over simulated time, and what a stranger says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/time32.h"
#include "device/week.h"
#include "test/unit/device/folder.h"
#include "test/unit/device/world_int.h"

#define MS	1000ull
#define SECOND	1000000ull
#define T0	(WORLD_NOW * SECOND)
#define PAYLOAD 40

static char dir[PATH_SIZE], path[PATH_SIZE];
static struct world *w;
static struct monarch_signer *signer;

static void
open_signer(void)
{
	struct fault_info fi = {0};

	MUST(monarch_signer_open(&signer, path, &fi));
}

static void
close_signer(void)
{
	struct fault_info fi = {0};

	MUST(monarch_signer_close(signer, &fi));
	signer = NULL;
}

static int
set_up(void **state)
{
	struct monarch_device *d;

	(void)state;
	temporary_folder(dir);
	w = world_new();
	world_device(w, dir, "obe", path);
	d = world_open(w, path);
	world_supply(w, d);
	monarch_close(d);
	open_signer();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	if (signer != NULL)
		close_signer();
	world_free(w);
	remove_folder(dir);
	return 0;
}

struct signed_message {
	uint8_t octets[PAYLOAD + MONARCH_SPDU_EXTRA];
	size_t n;
	bool full;
	uint8_t digest[8]; /* of the signer, when it is not full */
};

static struct bytes
span(const struct signed_message *m)
{
	return (struct bytes){m->octets, m->n};
}

/*
 * Signs, and looks at the octets by hand: 03 81 00 | 40 03 80 28 payload |
 * 40 01 20 generationTime | 80 digest or 81 01 01 certificate | signature.
 */
static struct signed_message
sign_at(uint64_t t, bool full)
{
	static const uint8_t payload[PAYLOAD] =
	    "a payload of exactly 40 octets";
	struct signed_message m = {0};
	struct fault_info fi = {0};
	uint64_t generated = 0;
	const uint8_t *p = m.octets;

	MUST(monarch_sign(signer, m.octets, sizeof(m.octets), &m.n,
	    BYTES(payload),
	    &(struct monarch_sign_terms){.now = t, .full = full}, &fi));
	assert_memory_equal(p, "\x03\x81\x00\x40\x03\x80\x28", 7);
	assert_memory_equal(p + 7, payload, PAYLOAD);
	assert_memory_equal(p + 47, "\x40\x01\x20", 3);
	for (unsigned k = 0; k < 8; k++)
		generated = generated << 8 | p[50 + k];
	assert_int_equal(generated, t);
	m.full = p[58] == 0x81;
	if (m.full)
		assert_memory_equal(p + 59, "\x01\x01\x00\x03\x01", 5);
	else
		assert_int_equal(p[58], 0x80);
	memcpy(m.digest, p + 59, 8);
	return m;
}

static struct monarch_verifier *
stranger(const struct world *of)
{
	struct monarch_verifier *v = monarch_verifier_new();
	struct fault_info fi = {0};

	MUST(monarch_verifier_trust(v, of->actor[ACTOR_ROOT].raw, &fi));
	MUST(monarch_verifier_add(v, of->lccf, &fi));
	return v;
}

static enum fault
judge(struct monarch_verifier *v, const struct signed_message *m, uint64_t t,
    struct monarch_message *out)
{
	const struct monarch_rules rules = {
	    .psid = 0x20, .now = (uint32_t)(t / SECOND)};
	struct monarch_report report;
	struct fault_info fi = {0};
	enum fault fault =
	    monarch_verify(v, out, &report, span(m), &rules, &fi);

	/* The report tells the same: all hold, or the last one fails. */
	assert_true(report.n > 0);
	for (size_t k = 0; k + 1 < report.n; k++)
		if (report.step[k].verdict != FAULT_OK &&
		    report.step[k].verdict != fault)
			fail_msg("%s", report.step[k].text);
	if (fault == FAULT_OK)
		assert_int_equal(report.step[report.n - 1].verdict, FAULT_OK);
	else
		assert_string_not_equal(fi.text, "");
	return fault;
}

/* The certificate that a full message carries, as the stranger sees it. */
static void
identify(uint8_t id[8], const struct signed_message *m, uint64_t t)
{
	struct monarch_verifier *v = stranger(w);
	struct monarch_message out;

	assert_int_equal(judge(v, m, t, &out), FAULT_OK);
	assert_true(out.certificate);
	memcpy(id, out.signer, 8);
	monarch_verifier_free(v);
}

static void
certificate_and_digest_alternate(void **state)
{
	struct signed_message m;
	uint8_t id[8];
	unsigned full = 0;

	(void)state;
	m = sign_at(T0, false);
	assert_true(m.full);
	identify(id, &m, T0);
	/* Ten messages a second for four minutes. */
	for (uint64_t t = 100; t < 240000; t += 100) {
		m = sign_at(T0 + t * MS, false);
		if (m.full != (t % 500 == 0))
			fail_msg("%llu ms", (unsigned long long)t);
		if (!m.full)
			assert_memory_equal(m.digest, id, 8);
		full += m.full;
	}
	assert_int_equal(full, 479);
}

static void
a_full_message_can_be_had_any_time(void **state)
{
	(void)state;
	assert_true(sign_at(T0, false).full);
	assert_false(sign_at(T0 + 100 * MS, false).full);
	assert_true(sign_at(T0 + 200 * MS, true).full);
	/* and begins the 450 ms anew */
	assert_false(sign_at(T0 + 649 * MS, false).full);
	assert_true(sign_at(T0 + 650 * MS, false).full);
	/* time that goes backwards */
	assert_true(sign_at(T0 + 100 * MS, false).full);
}

/* Every 5 minutes another one; none again before all were used, and never the
 * same twice in a row. */
static void
certificates_change(void **state)
{
	uint8_t id[3 * WORLD_JMAX][8];
	uint64_t t = T0;

	(void)state;
	for (unsigned k = 0; k < 3 * WORLD_JMAX; k++, t += 300 * SECOND) {
		struct signed_message m = sign_at(t, false);

		assert_true(m.full);
		identify(id[k], &m, t);
		/* to the last millisecond */
		m = sign_at(t + 299999 * MS, true);
		identify(id[k], &m, t + 299999 * MS);
		if (k > 0)
			assert_memory_not_equal(id[k], id[k - 1], 8);
	}
	for (unsigned round = 0; round < 3; round++)
		for (unsigned a = 0; a < WORLD_JMAX; a++)
			for (unsigned b = 0; b < a; b++)
				if (round == 0)
					assert_memory_not_equal(
					    id[a], id[b], 8);
}

/* The chance that this fails though all is well is 4^-15. */
static void
the_first_is_chosen_at_random(void **state)
{
	uint8_t first[8], other[8];
	bool differ = false;

	(void)state;
	for (unsigned k = 0; k < 16; k++) {
		struct signed_message m = sign_at(T0, false);
		char name[PATH_SIZE];

		identify(k == 0 ? first : other, &m, T0);
		differ = differ || (k > 0 && memcmp(first, other, 8) != 0);
		close_signer();
		path_join(name, path, "signer");
		remove(name);
		open_signer();
	}
	assert_true(differ);
}

static void
state_is_kept_on_disk(void **state)
{
	struct signed_message m = sign_at(T0, false);
	uint8_t id[8];

	(void)state;
	identify(id, &m, T0);
	for (unsigned k = 1; k < 20; k++) {
		close_signer();
		open_signer();
		m = sign_at(T0 + k * 100 * MS, false);
		assert_int_equal(m.full, k % 5 == 0);
		if (!m.full)
			assert_memory_equal(m.digest, id, 8);
	}
	close_signer();
	open_signer();
	m = sign_at(T0 + 300 * SECOND, false);
	assert_true(m.full);
	identify(id, &m, T0 + 300 * SECOND);
}

/* In the hour that two weeks share, the old certificate serves its five
 * minutes, then the new week begins. */
static void
weeks_change(void **state)
{
	const uint64_t change = WORLD_PERIOD_START(WORLD_I + 1) * SECOND;
	struct signed_message m;
	uint8_t old[8], new[8], later[8];
	struct fault_info fi = {0};
	size_t n;

	(void)state;
	m = sign_at(change - 100 * SECOND, true);
	identify(old, &m, change - 100 * SECOND);
	m = sign_at(change + 100 * SECOND, true);
	identify(new, &m, change + 100 * SECOND);
	assert_memory_equal(old, new, 8);
	m = sign_at(change + 200 * SECOND, false);
	assert_true(m.full);
	identify(new, &m, change + 200 * SECOND);
	assert_memory_not_equal(old, new, 8);
	/* A week later there is nothing left of the first. */
	m = sign_at(change + 604800 * SECOND, false);
	identify(later, &m, change + 604800 * SECOND);
	/* And after the last week nothing at all. */
	assert_int_equal(
	    monarch_sign(signer, m.octets, sizeof(m.octets), &n,
		bytes_of_string("x"),
		&(struct monarch_sign_terms){
		    .now = (WORLD_PERIOD_START(WORLD_I + 4) + 3600) * SECOND},
		&fi),
	    FAULT_NO_CERTIFICATE);
	assert_int_equal(
	    monarch_sign(signer, m.octets, sizeof(m.octets), &n,
		bytes_of_string("x"),
		&(struct monarch_sign_terms){
		    .now = (WORLD_PERIOD_START(WORLD_I) - 1) * SECOND},
		&fi),
	    FAULT_NO_CERTIFICATE);
}

static void
a_digest_needs_the_certificate(void **state)
{
	struct signed_message full = sign_at(T0, false);
	struct signed_message digest = sign_at(T0 + 100 * MS, false);
	struct monarch_verifier *v = stranger(w);
	struct monarch_message out;
	struct fault_info fi = {0};

	(void)state;
	assert_int_equal(judge(v, &digest, T0, &out), FAULT_UNKNOWN_ISSUER);
	MUST(monarch_verifier_add(v, span(&full), &fi));
	assert_int_equal(judge(v, &digest, T0, &out), FAULT_OK);
	assert_false(out.certificate);
	assert_int_equal(out.payload.n, PAYLOAD);
	assert_int_equal(out.psid, 0x20);
	assert_int_equal(out.generation_time, T0 + 100 * MS);
	assert_true(out.payload.p > digest.octets &&
		    out.payload.p < digest.octets + digest.n);
	monarch_verifier_free(v);
}

static void
no_octet_may_change(void **state)
{
	struct signed_message full = sign_at(T0, false);
	struct signed_message digest = sign_at(T0 + 100 * MS, false);
	struct monarch_verifier *v = stranger(w);
	struct monarch_message out;
	struct fault_info fi = {0};

	(void)state;
	MUST(monarch_verifier_add(v, span(&full), &fi));
	for (unsigned k = 0; k < 2; k++) {
		struct signed_message *m = k == 0 ? &full : &digest;

		assert_int_equal(judge(v, m, T0, &out), FAULT_OK);
		for (size_t at = 0; at < m->n; at++) {
			m->octets[at] ^= 1;
			if (judge(v, m, T0, &out) == FAULT_OK)
				fail_msg("octet %zu", at);
			m->octets[at] ^= 1;
		}
		for (size_t n = m->n; m->n > 0;) {
			m->n--;
			assert_int_not_equal(judge(v, m, T0, &out), FAULT_OK);
			if (m->n == 0) {
				m->n = n;
				break;
			}
		}
	}
	monarch_verifier_free(v);
}

static void
a_stranger_refuses_with_reasons(void **state)
{
	struct signed_message m = sign_at(T0, false);
	struct monarch_verifier *v = stranger(w), *foreign;
	struct monarch_rules rules = {.psid = 0x26, .now = WORLD_NOW};
	struct monarch_message out;
	struct fault_info fi = {0};
	struct world *other = world_new();

	(void)state;
	assert_int_equal(judge(v, &m, T0 + 6 * SECOND, &out), FAULT_TOO_OLD);
	assert_int_equal(
	    judge(v, &m, T0 - 6 * SECOND, &out), FAULT_GENERATED_IN_FUTURE);
	assert_int_equal(judge(v, &m, T0 + 5 * SECOND, &out), FAULT_OK);
	assert_int_equal(
	    judge(v, &m, T0 + 8 * 86400 * SECOND, &out), FAULT_EXPIRED);
	assert_int_equal(
	    judge(v, &m, T0 - 8 * 86400 * SECOND, &out), FAULT_NOT_YET_VALID);
	assert_int_equal(monarch_verify(v, &out, NULL, span(&m), &rules, &fi),
	    FAULT_PSID_NOT_PERMITTED);
	m.octets[20] ^= 1;
	assert_int_equal(judge(v, &m, T0, &out), FAULT_BAD_SIGNATURE);
	m.octets[20] ^= 1;
	/* Who knows the chain but not its root, and who knows neither. */
	foreign = stranger(other);
	assert_int_equal(judge(foreign, &m, T0, &out), FAULT_UNKNOWN_ISSUER);
	for (enum actor id = ACTOR_ICA; id < ACTORS; id++)
		MUST(monarch_verifier_add(foreign, w->actor[id].raw, &fi));
	MUST(monarch_verifier_add(foreign, w->actor[ACTOR_ROOT].raw, &fi));
	assert_int_equal(judge(foreign, &m, T0, &out), FAULT_UNTRUSTED_ROOT);
	monarch_verifier_free(foreign);
	monarch_verifier_free(v);
	world_free(other);
}

/* A repeat is refused whether it names its signer by certificate or not; what
 * was refused for another reason is not remembered. */
static void
a_repeat_is_refused(void **state)
{
	struct signed_message m = sign_at(T0, false);
	struct signed_message n = sign_at(T0 + 100 * MS, false);
	struct monarch_verifier *v = stranger(w);
	struct monarch_message out;
	struct fault_info fi = {0};

	(void)state;
	MUST(monarch_verifier_add(v, span(&m), &fi));
	assert_true(m.full && !n.full);
	assert_int_equal(judge(v, &m, T0, &out), FAULT_OK);
	assert_int_equal(judge(v, &m, T0, &out), FAULT_OK);
	monarch_verifier_remember(v, 2, 10);
	assert_int_equal(judge(v, &m, T0 + 6 * SECOND, &out), FAULT_TOO_OLD);
	m.octets[m.n - 1] ^= 1;
	assert_int_equal(judge(v, &m, T0, &out), FAULT_BAD_SIGNATURE);
	m.octets[m.n - 1] ^= 1;
	assert_int_equal(judge(v, &m, T0, &out), FAULT_OK);
	assert_int_equal(judge(v, &m, T0 + SECOND, &out), FAULT_REPLAYED);
	assert_int_equal(judge(v, &n, T0 + SECOND, &out), FAULT_OK);
	assert_int_equal(judge(v, &n, T0 + SECOND, &out), FAULT_REPLAYED);
	assert_int_equal(judge(v, &m, T0 + SECOND, &out), FAULT_REPLAYED);
	monarch_verifier_remember(v, 0, 0);
	assert_int_equal(judge(v, &m, T0 + SECOND, &out), FAULT_OK);
	monarch_verifier_free(v);
}

/* A PCA that the bundle knew nothing of takes over. */
static void
certificates_of_two_pcas_serve(void **state)
{
	const uint64_t later =
	    (WORLD_PERIOD_START(WORLD_I + 5) + 86400) * SECOND;
	const struct monarch_download_terms get = {0};
	struct monarch_download_result r;
	struct monarch_device *d;
	struct fault_info fi = {0};
	struct signed_message m;
	uint8_t id[8];

	(void)state;
	w->pca = ACTOR_PCA2;
	world_endorsers(w, 3, false);
	w->i_last = WORLD_I + 5;
	d = world_open(w, path);
	MUST(monarch_download(d, &r, &get, &fi));
	assert_int_equal(r.periods, 2);
	assert_int_equal(r.refused, 0);
	monarch_close(d);
	close_signer();
	open_signer();
	world_clock((uint32_t)(later / SECOND));
	m = sign_at(later, true);
	identify(id, &m, later);
	world_clock((uint32_t)(T0 / SECOND));
	assert_true(sign_at(T0, true).full);
}

/* Chain files and PCAs change; what was issued before goes on. */
static void
a_forgotten_issuer_is_known_by_what_is_held(void **state)
{
	struct world *other = world_new();
	const struct {
		const char *name;
		struct bytes data;
	} files[] = {{"bundle/PCA.oer", other->actor[ACTOR_PCA].raw},
	    {"bundle/LCCF.oer", other->lccf}, {"policy/LCCF.oer", other->lccf}};
	struct fault_info fi = {0};
	struct signed_message m;
	char name[PATH_SIZE];
	uint8_t id[8];

	(void)state;
	close_signer();
	for (unsigned k = 0; k < 3; k++) {
		path_join(name, path, files[k].name);
		MUST(file_write(name, files[k].data, 0600, &fi));
	}
	open_signer();
	m = sign_at(T0, true);
	identify(id, &m, T0);
	world_free(other);
}

static void
what_is_too_long_is_refused(void **state)
{
	struct fault_info fi = {0};
	uint8_t small[100];
	size_t n;

	(void)state;
	assert_int_equal(
	    monarch_sign(signer, small, sizeof(small), &n, bytes_of_string("x"),
		&(struct monarch_sign_terms){.now = T0}, &fi),
	    FAULT_TOO_LARGE);
	assert_true(sign_at(T0, false).full);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(certificate_and_digest_alternate),
	    TEST(a_full_message_can_be_had_any_time),
	    TEST(certificates_change),
	    TEST(the_first_is_chosen_at_random),
	    TEST(state_is_kept_on_disk),
	    TEST(weeks_change),
	    TEST(a_digest_needs_the_certificate),
	    TEST(no_octet_may_change),
	    TEST(a_stranger_refuses_with_reasons),
	    TEST(a_repeat_is_refused),
	    TEST(certificates_of_two_pcas_serve),
	    TEST(a_forgotten_issuer_is_known_by_what_is_held),
	    TEST(what_is_too_long_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
