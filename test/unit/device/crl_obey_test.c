/* crl_obey_test.c - what devices do about revocation lists: whom they refuse,
 * and how they stop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/time32.h"
#include "cert/profile.h"
#include "crypto/linkage.h"
#include "crypto/random.h"
#include "device/place.h"
#include "device/week.h"
#include "test/unit/device/folder.h"
#include "test/unit/device/world_int.h"

#define SECOND 1000000ull
#define DAY    86400u

/* Two devices; what is signed is signed by a. */
static char dir[PATH_SIZE], a[PATH_SIZE], b[PATH_SIZE];
static struct key16 seed_a[2];
static struct world *w;

struct message {
	uint8_t octets[2048];
	size_t n;
};

/* ---- devices ---- */

/* Another device at the same RA and PCA. */
static void
another(void)
{
	random_bytes(w->seed, sizeof(w->seed));
	memset(w->ra, 0, sizeof(*w->ra));
	memset(w->batch, 0, sizeof(w->batch));
}

static void
supply(const char *path)
{
	struct monarch_device *d = world_open(w, path);

	world_supply(w, d);
	monarch_close(d);
}

static int
set_up(void **state)
{
	(void)state;
	temporary_folder(dir);
	w = world_new();
	memcpy(seed_a, w->seed, sizeof(seed_a));
	world_device(w, dir, "a", a);
	supply(a);
	another();
	world_device(w, dir, "b", b);
	supply(b);
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

static void
update(const char *path, struct monarch_lists *lists)
{
	const struct monarch_crl_terms terms = {0};
	struct monarch_device *d = world_open(w, path);
	struct fault_info fi = {0};

	MUST(monarch_update_crl(d, lists, &terms, &fi));
	monarch_close(d);
}

static struct monarch_status
status(const char *path)
{
	struct fault_info fi = {0};
	struct monarch_status s;

	MUST(monarch_status(path, &s, &fi));
	return s;
}

static enum fault
sign_by(struct monarch_signer *signer, struct message *m, uint32_t about,
    uint32_t t, struct fault_info *fi)
{
	const struct monarch_sign_terms terms = {
	    .psid = about, .now = t * SECOND, .full = true};

	return monarch_sign(signer, m->octets, sizeof(m->octets), &m->n,
	    bytes_of_string("look out"), &terms, fi);
}

/* The fault of signing, and nothing of it in the folder. */
static enum fault
sign(struct message *m, const char *path, uint32_t about, uint32_t t,
    struct fault_info *fi)
{
	struct monarch_signer *signer;
	uint8_t before[32], after[32];
	enum fault fault;

	folder_digest(before, path);
	must(monarch_signer_open(&signer, path, fi), fi, "open");
	fault = sign_by(signer, m, about, t, fi);
	must(monarch_signer_close(signer, NULL), NULL, "close");
	folder_digest(after, path);
	if (fault != FAULT_OK)
		assert_memory_equal(before, after, 32);
	return fault;
}

static struct monarch_verifier *
verifier_of(const char *path)
{
	struct monarch_verifier *v = monarch_verifier_new();
	struct fault_info fi = {0};

	MUST(monarch_verifier_device(v, path, &fi));
	return v;
}

static struct monarch_verifier *
stranger(void)
{
	struct monarch_verifier *v = monarch_verifier_new();
	struct fault_info fi = {0};

	MUST(monarch_verifier_trust(v, w->actor[ACTOR_ROOT].raw, &fi));
	MUST(monarch_verifier_add(v, w->lccf, &fi));
	return v;
}

static enum fault
verify(const struct monarch_verifier *v, const struct message *m,
    uint32_t about, uint32_t t, struct fault_info *fi)
{
	const struct monarch_rules rules = {.psid = about, .now = t};
	struct monarch_message out;

	return monarch_verify(
	    v, &out, NULL, (struct bytes){m->octets, m->n}, &rules, fi);
}

/* The fault of b's receiver when somebody signs a BSM. */
static enum fault
heard(const char *sender, uint32_t t, struct fault_info *fi)
{
	struct monarch_verifier *v = verifier_of(b);
	struct message m;
	enum fault fault;

	must(sign(&m, sender, 0x20, t, fi), fi, "sign");
	fault = verify(v, &m, 0x20, t, fi);
	monarch_verifier_free(v);
	return fault;
}

/* ---- lists ---- */

static void
publish(const struct crl *l)
{
	world_crl_publish_one(w, world_crl_list(w, l));
}

static void
publish_a(uint32_t issued)
{
	struct crl l = world_crl(CRL_SERIES_PSEUDONYM, issued);

	world_crl_device(w, &l, seed_a);
	publish(&l);
}

static void
publish_digest(uint16_t series, const struct cert *cert)
{
	struct crl l = world_crl(series, WORLD_NOW);

	world_crl_digest(w, &l, cert);
	publish(&l);
}

/* ---- others ---- */

/*
 * In this week and in the later ones, under any of its certificates, b refuses
 * what a sends, and a, which does not fetch lists, goes on sending.  Nobody
 * refuses what b sends.
 */
static void
every_certificate(void **state)
{
	struct monarch_verifier *vb = verifier_of(b), *va = verifier_of(a);
	struct fault_info fi = {0};
	struct message m;

	(void)state;
	assert_int_equal(heard(a, WORLD_NOW, &fi), FAULT_OK);
	for (uint32_t week = 0; week < 4; week++) {
		uint32_t start = WORLD_NOW + week * 7 * DAY;

		world_clock(start);
		publish_a(start);
		update(b, NULL);
		/* another certificate every five minutes */
		for (uint32_t t = start; t < start + 4 * 301; t += 301) {
			MUST(sign(&m, a, 0x20, t, &fi));
			assert_int_equal(
			    verify(vb, &m, 0x20, t, &fi), FAULT_REVOKED);
			assert_non_null(strstr(fi.text,
			    "its linkage value is on the CRL of series 1"));
			assert_int_equal(
			    verify(va, &m, 0x20, t, &fi), FAULT_OK);
			MUST(sign(&m, b, 0x20, t, &fi));
			MUST(verify(vb, &m, 0x20, t, &fi));
			MUST(verify(va, &m, 0x20, t, &fi));
		}
	}
	monarch_verifier_free(vb);
	monarch_verifier_free(va);
}

/* A list of next week's seeds says nothing about this week's messages. */
static void
earlier_messages(void **state)
{
	const uint32_t later = WORLD_NOW + 7 * DAY;
	struct crl l = world_crl(CRL_SERIES_PSEUDONYM, WORLD_NOW);
	struct monarch_verifier *v = stranger();
	struct fault_info fi = {0};
	struct key16 next[2];
	struct message m, n;

	(void)state;
	MUST(sign(&m, a, 0x20, WORLD_NOW, &fi));
	MUST(sign(&n, a, 0x20, later, &fi));
	for (unsigned k = 0; k < 2; k++)
		linkage_step(&next[k], world_la[k], &seed_a[k], 1);
	world_crl_device(w, &l, next);
	l.i_rev = WORLD_I + 1;
	publish(&l);
	for (uint32_t now = WORLD_NOW; now <= later; now += 7 * DAY) {
		MUST(monarch_verifier_crl(v, w->composite,
		    &(struct monarch_crl_rules){.now = now}, &fi));
		MUST(verify(v, &m, 0x20, WORLD_NOW, &fi));
	}
	assert_int_equal(verify(v, &n, 0x20, later, &fi), FAULT_REVOKED);
	monarch_verifier_free(v);
}

static void
stranger_with_a_list(void **state)
{
	struct monarch_verifier *v = stranger();
	struct monarch_crl_rules rules = {.now = WORLD_NOW + 60};
	struct crl l = world_crl(CRL_SERIES_PSEUDONYM, WORLD_NOW);
	struct fault_info fi = {0};
	struct message m, own;
	struct bytes former;
	uint32_t t;

	(void)state;
	MUST(sign(&m, a, 0x20, WORLD_NOW, &fi));
	MUST(sign(&own, b, 0x20, WORLD_NOW, &fi));
	MUST(verify(v, &m, 0x20, WORLD_NOW, &fi));
	publish_a(WORLD_NOW);
	MUST(monarch_verifier_crl(v, w->composite, &rules, &fi));
	assert_int_equal(verify(v, &m, 0x20, WORLD_NOW, &fi), FAULT_REVOKED);
	MUST(verify(v, &own, 0x20, WORLD_NOW, &fi));
	/* The next list no longer has it; the former cannot come back. */
	former = w->composite;
	l.issued++;
	publish(&l);
	MUST(monarch_verifier_crl(v, w->composite, &rules, &fi));
	MUST(verify(v, &m, 0x20, WORLD_NOW, &fi));
	assert_int_equal(
	    monarch_verifier_crl(v, former, &rules, &fi), FAULT_TOO_OLD);
	MUST(verify(v, &m, 0x20, WORLD_NOW, &fi));
	/* Not expanded so far; then it is, and later it is overdue. */
	t = WORLD_PERIOD_START(WORLD_I + 2) + DAY;
	MUST(sign(&m, b, 0x20, t, &fi));
	assert_int_equal(verify(v, &m, 0x20, t, &fi), FAULT_OVERDUE);
	rules.now = t;
	MUST(monarch_verifier_crl(v, w->composite, &rules, &fi));
	MUST(verify(v, &m, 0x20, t, &fi));
	rules.overdue = DAY;
	assert_int_equal(
	    monarch_verifier_crl(v, w->composite, &rules, &fi), FAULT_OVERDUE);
	assert_int_equal(verify(v, &m, 0x20, t, &fi), FAULT_OVERDUE);
	monarch_verifier_free(v);
}

/* ---- authorities, and the device itself ---- */

/* The enrollment certificate of a bundle. */
static const struct cert *
enrollment_of(const char *path)
{
	struct fault_info fi = {0};
	char file[PATH_SIZE];
	struct cert *cert;
	struct bytes raw;

	path_join(file, path, "bundle/enrollment.oer");
	MUST(file_read(&raw, &w->arena, file, 4096, &fi));
	MUST(cert_load(&cert, &w->arena, raw, &fi));
	return cert;
}

/* Who is revoked: what a's receivers and a itself make of it. */
static void
authority(uint16_t series, const struct cert *cert, bool receivers_refuse,
    const char *text)
{
	struct fault_info fi = {0};
	struct message m;

	publish_digest(series, cert);
	update(b, NULL);
	assert_int_equal(heard(a, WORLD_NOW, &fi),
	    receivers_refuse ? FAULT_REVOKED : FAULT_OK);
	update(a, NULL);
	assert_int_equal(sign(&m, a, 0x20, WORLD_NOW, &fi), FAULT_REVOKED);
	assert_non_null(strstr(fi.text, text));
	assert_non_null(strstr(status(a).lists.revoked, text));
}

static void
revoked_pca(void **state)
{
	(void)state;
	authority(CRL_SERIES_COMPONENT, w->actor[ACTOR_PCA].cert, true,
	    "pca.monarch.test: its digest is on the CRL of series 2");
}

static void
revoked_ica(void **state)
{
	(void)state;
	authority(CRL_SERIES_COMPONENT, w->actor[ACTOR_ICA].cert, true,
	    "ica.monarch.test: its digest is on the CRL of series 2");
}

static void
revoked_eca(void **state)
{
	(void)state;
	authority(CRL_SERIES_COMPONENT, w->actor[ACTOR_ECA].cert, false,
	    "eca.monarch.test: its digest is on the CRL of series 2");
}

static void
revoked_enrollment(void **state)
{
	struct fault_info fi = {0};
	struct message m;

	(void)state;
	authority(CRL_SERIES_ENROLLMENT, enrollment_of(a), false,
	    "its digest is on the CRL of series 4");
	/* not b's */
	MUST(sign(&m, b, 0x20, WORLD_NOW, &fi));
	assert_string_equal(status(b).lists.revoked, "");
}

/* By ballot: one elector is not enough, two are. */
static void
revoked_root(void **state)
{
	const enum actor electors[] = {ACTOR_ELECTOR1, ACTOR_ELECTOR3};
	struct fault_info fi = {0};
	struct message m;

	(void)state;
	MUST(sign(&m, b, 0x20, WORLD_NOW, &fi));
	for (unsigned n = 1; n <= 2; n++) {
		struct bytes ballot = world_ballot(w, ENDORSE_REMOVE_ROOT,
		    w->actor[ACTOR_ROOT].cert, electors, n);

		world_crl_publish(w, &(struct crl_parts){.root_ballot = &ballot,
					 .root_ballots = 1});
		update(b, NULL);
		assert_int_equal(heard(a, WORLD_NOW, &fi),
		    n == 1 ? FAULT_OK : FAULT_REVOKED);
		assert_int_equal(sign(&m, b, 0x20, WORLD_NOW, &fi),
		    n == 1 ? FAULT_OK : FAULT_REVOKED);
	}
	assert_non_null(strstr(fi.text, "root.monarch.test"));
	assert_non_null(strstr(status(b).lists.revoked, "root.monarch.test"));
}

/* A signer that is at work stops at once, and so does each one after it; when
 * the device is no longer on the list it goes on. */
static void
finds_itself(void **state)
{
	struct monarch_signer *signer;
	struct monarch_lists lists;
	struct fault_info fi = {0};
	struct message m;
	struct crl l;

	(void)state;
	MUST(monarch_signer_open(&signer, a, &fi));
	MUST(sign_by(signer, &m, 0x20, WORLD_NOW, &fi));
	publish_a(WORLD_NOW);
	update(a, &lists);
	assert_non_null(strstr(lists.revoked, "linkage value"));
	for (uint32_t t = WORLD_NOW; t < WORLD_NOW + 900; t += 100)
		assert_int_equal(
		    sign_by(signer, &m, 0x20, t, &fi), FAULT_REVOKED);
	/* next week, too */
	assert_int_equal(
	    sign_by(signer, &m, 0x20, WORLD_NOW + 7 * DAY, &fi), FAULT_REVOKED);
	MUST(monarch_signer_close(signer, &fi));
	update(a, NULL); /* of the time that it is */
	assert_int_equal(sign(&m, a, 0x20, WORLD_NOW, &fi), FAULT_REVOKED);
	/* what it has no certificate for, it has no certificate for */
	assert_int_equal(
	    sign(&m, a, 0x83, WORLD_NOW, &fi), FAULT_PSID_NOT_PERMITTED);
	update(b, &lists);
	assert_string_equal(lists.revoked, "");
	MUST(sign(&m, b, 0x20, WORLD_NOW, &fi));

	world_clock(WORLD_NOW + 60);
	l = world_crl(CRL_SERIES_PSEUDONYM, WORLD_NOW + 60);
	publish(&l);
	update(a, NULL);
	MUST(sign(&m, a, 0x20, WORLD_NOW + 60, &fi));
}

/* Who cannot tell whether it is revoked, or somebody else is, does not act as
 * if nobody were, until the lists are fetched anew. */
static void
damaged_lists(void **state)
{
	struct monarch_verifier *v = verifier_of(b);
	struct arena arena = arena_new(1 << 20);
	struct fault_info fi = {0};
	struct message m, none;
	char file[PATH_SIZE];
	struct bytes all;

	(void)state;
	publish_a(WORLD_NOW);
	update(b, NULL);
	MUST(sign(&m, b, 0x20, WORLD_NOW, &fi));
	path_join(file, b, "crl/lists");
	MUST(file_read(&all, &arena, file, 1 << 20, &fi));
	all.n--;
	MUST(file_write(file, all, 0600, &fi));
	assert_int_equal(sign(&none, b, 0x20, WORLD_NOW, &fi), FAULT_STORE);
	assert_int_equal(verify(v, &m, 0x20, WORLD_NOW, &fi), FAULT_STORE);
	assert_non_null(strstr(fi.text, "crl/lists"));
	update(b, NULL);
	MUST(sign(&m, b, 0x20, WORLD_NOW, &fi));
	MUST(verify(v, &m, 0x20, WORLD_NOW, &fi));
	assert_int_equal(heard(a, WORLD_NOW, &fi), FAULT_REVOKED);
	monarch_verifier_free(v);
	arena_free(&arena);
}

/* When a list should have been replaced for longer than the policy tolerates,
 * nobody it may be about is believed; but the device itself goes on. */
static void
overdue_list(void **state)
{
	const uint32_t limit = WORLD_NOW + 21 * DAY; /* a week, and two */
	struct monarch_verifier *v = verifier_of(b);
	struct fault_info fi = {0};
	struct message m;

	(void)state;
	publish_digest(CRL_SERIES_COMPONENT, w->actor[ACTOR_PCA2].cert);
	update(b, NULL);
	MUST(sign(&m, b, 0x20, limit, &fi));
	MUST(verify(v, &m, 0x20, limit, &fi));
	MUST(sign(&m, b, 0x20, limit + 1, &fi));
	assert_int_equal(verify(v, &m, 0x20, limit + 1, &fi), FAULT_OVERDUE);
	assert_non_null(strstr(fi.text, "CRL of series 2"));
	monarch_verifier_free(v);
}

/* A device whose enrollment is revoked does not even ask. */
static void
asks_for_nothing(void **state)
{
	const struct monarch_provision_terms ask = {0};
	struct monarch_device *d;
	struct fault_info fi = {0};
	char c[PATH_SIZE];
	uint32_t t;

	(void)state;
	another();
	world_device(w, dir, "c", c);
	publish_digest(CRL_SERIES_ENROLLMENT, enrollment_of(c));
	update(c, NULL);
	d = world_open(w, c);
	assert_int_equal(monarch_provision(d, &t, &ask, &fi), FAULT_REVOKED);
	assert_int_equal(monarch_rollover(d, &t, &fi), FAULT_REVOKED);
	monarch_close(d);
	assert_int_equal(w->ra->posts + w->ra->successors, 0);
}

static void
blocked_by_the_ra(void **state)
{
	const struct monarch_provision_terms ask = {0};
	struct monarch_device *d;
	struct fault_info fi = {0};
	char c[PATH_SIZE];
	uint32_t t;

	(void)state;
	another();
	world_device(w, dir, "c", c);
	d = world_open(w, c);
	assert_int_equal(status(c).blocked, 0);
	w->refuse_code = 5055;
	assert_int_equal(monarch_provision(d, &t, &ask, &fi), FAULT_BLOCKED);
	assert_in_range(status(c).blocked, WORLD_NOW, WORLD_NOW + 600);
	w->refuse_code = 0;
	MUST(monarch_provision(d, &t, &ask, &fi));
	assert_int_equal(status(c).blocked, 0);
	monarch_close(d);
}

/* ---- identification certificates ---- */

/* A device with one; the certificate in *cert. */
static void
identify(const char *name, char path[PATH_SIZE], struct cert **cert)
{
	const struct monarch_provision_terms ask = {
	    .kind = MONARCH_IDENTIFICATION};
	const struct monarch_download_terms get = {0};
	struct monarch_download_result result;
	struct monarch_device *d;
	struct folder folder, store;
	struct fault_info fi = {0};
	struct week week;
	uint32_t t, *i;
	size_t n;

	another();
	world_rse(w, dir, name, path);
	d = world_open(w, path);
	MUST(monarch_provision(d, &t, &ask, &fi));
	MUST(monarch_download(d, &result, &get, &fi));
	monarch_close(d);
	MUST(folder_find(&folder, path, &fi));
	place_kind(&store, &folder, MONARCH_IDENTIFICATION);
	MUST(week_list(&i, &n, &w->arena, &store, &fi));
	assert_true(n > 0);
	MUST(week_read(&week, &w->arena, &store, i[0], &fi));
	MUST(cert_load(cert, &w->arena, week.v[0].certificate, &fi));
}

/* By digest, in series 3. */
static void
identification(void **state)
{
	struct monarch_verifier *v = verifier_of(b);
	struct fault_info fi = {0};
	char one[PATH_SIZE], two[PATH_SIZE];
	struct cert *cert, *other;
	struct message m;

	(void)state;
	identify("one", one, &cert);
	identify("two", two, &other);
	MUST(sign(&m, one, 0x83, WORLD_NOW, &fi));
	MUST(verify(v, &m, 0x83, WORLD_NOW, &fi));
	publish_digest(CRL_SERIES_END_ENTITY, cert);
	update(b, NULL);
	assert_int_equal(verify(v, &m, 0x83, WORLD_NOW, &fi), FAULT_REVOKED);
	assert_non_null(
	    strstr(fi.text, "its digest is on the CRL of series 3"));
	MUST(sign(&m, two, 0x83, WORLD_NOW, &fi));
	MUST(verify(v, &m, 0x83, WORLD_NOW, &fi));
	update(one, NULL);
	update(two, NULL);
	assert_int_equal(sign(&m, one, 0x83, WORLD_NOW, &fi), FAULT_REVOKED);
	MUST(sign(&m, two, 0x83, WORLD_NOW, &fi));
	monarch_verifier_free(v);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(every_certificate),
	    T(earlier_messages),
	    T(stranger_with_a_list),
	    T(revoked_pca),
	    T(revoked_ica),
	    T(revoked_eca),
	    T(revoked_enrollment),
	    T(revoked_root),
	    T(finds_itself),
	    T(damaged_lists),
	    T(overdue_list),
	    T(asks_for_nothing),
	    T(blocked_by_the_ra),
	    T(identification),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
