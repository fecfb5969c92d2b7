/* What lists revoke: looked up, made, kept in a file; and by a trust. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/linkage.h"
#include "revoked_common.h"

static struct plain_device device[5];

/* Calls of the expansion, counted by the linker's hand (meson.build). */
static atomic_uint expansions;

void __real_linkage_plv(struct lv *, const uint8_t la[2], const struct key16 *,
    size_t, uint32_t, size_t);
void __wrap_linkage_plv(struct lv *, const uint8_t la[2], const struct key16 *,
    size_t, uint32_t, size_t);

void
__wrap_linkage_plv(struct lv *out, const uint8_t la[2],
    const struct key16 *seed, size_t seeds, uint32_t j, size_t j_n)
{
	atomic_fetch_add(&expansions, 1);
	__real_linkage_plv(out, la, seed, seeds, j, j_n);
}

static int
setup(void **state)
{
	A = arena_new((size_t)64 << 20);
	(void)state;
	for (size_t k = 0; k < 5; k++)
		plain_device(&device[k]);
	arena_free(&A);
	return 0;
}

/* How many of a device's values of a period are revoked. */
static unsigned
revoked_values(
    const struct revoked *r, const struct plain_device *d, uint32_t i)
{
	unsigned n = 0;
	uint8_t lv[9];

	for (uint32_t j = 0; j < JMAX; j++) {
		plain_linkage(lv, d, i, j);
		n += revoked_has_linkage(r, lv, i);
	}
	return n;
}

/* ---- linkage values ---- */

static void
this_period_and_the_next(void **state)
{
	struct revoked *r;
	struct crl l;
	uint8_t lv[9];

	(void)state;
	plain_crl(&l, device, 2, IREV, 700);
	r = revoked_of(&l, 1, NOW, NULL);
	for (uint32_t i = IREV; i < IREV + 2; i++) {
		assert_int_equal(revoked_values(r, &device[0], i), JMAX);
		assert_int_equal(revoked_values(r, &device[1], i), JMAX);
		assert_int_equal(revoked_values(r, &device[2], i), 0);
	}
	/* j stays below jMax */
	plain_linkage(lv, &device[0], IREV, JMAX);
	assert_false(revoked_has_linkage(r, lv, IREV));
	/* a value counts in its own period only */
	plain_linkage(lv, &device[0], IREV, 0);
	assert_false(revoked_has_linkage(r, lv, IREV + 1));
	revoked_free(r);
}

/* Which periods are there as time goes by; the former one while certificates
 * of two periods are valid. */
static void
periods(void **state)
{
	static const struct {
		uint32_t i; /* that runs */
		uint32_t seconds;
		uint32_t first;
	} when[] = {
	    {IREV, 0, IREV - 1},
	    {IREV, REVOKED_OVERLAP - 1, IREV - 1},
	    {IREV, REVOKED_OVERLAP, IREV},
	    {IREV, 604799, IREV},
	    {IREV + 1, 3600, IREV},
	    {IREV + 1, REVOKED_OVERLAP, IREV + 1},
	    {IREV + 5, 86400, IREV + 5},
	};
	struct crl l;

	(void)state;
	plain_crl(&l, device, 1, IREV - 3, 700);
	for (size_t k = 0; k < sizeof(when) / sizeof(when[0]); k++) {
		uint32_t now = period_start(when[k].i) + when[k].seconds;
		struct revoked *r = revoked_of(&l, 1, now, NULL);

		assert_true(revoked_is_current(r, now));
		for (uint32_t i = IREV - 3; i < IREV + 8; i++)
			assert_int_equal(revoked_values(r, &device[0], i),
			    i >= when[k].first && i < when[k].first + 2 ? JMAX
									: 0);
		assert_false(revoked_is_current(
		    r, period_start(when[k].first + 1) + REVOKED_OVERLAP));
		revoked_free(r);
	}
}

/* Entries go when their last certificates have, and no others. */
static void
last_period(void **state)
{
	struct crl_linkage_group both[2];
	struct revoked *r;
	struct crl l;

	(void)state;
	plain_crl(&l, device, 1, IREV, IREV);
	both[0] = l.group[0];
	plain_crl(&l, device + 1, 1, IREV, IREV + 1);
	both[1] = l.group[0];
	l.group = both;
	l.groups = 2;
	r = revoked_of(&l, 1, NOW, NULL);
	assert_int_equal(revoked_values(r, &device[0], IREV), JMAX);
	assert_int_equal(revoked_values(r, &device[1], IREV), JMAX);
	assert_int_equal(revoked_values(r, &device[0], IREV + 1), 0);
	assert_int_equal(revoked_values(r, &device[1], IREV + 1), JMAX);
	revoked_free(r);
}

/*
 * Who has only the list cannot link what was sent before: it holds no seed of
 * an earlier period, and what can be computed from those it holds, which is
 * the chain onwards, meets no seed and no value of any earlier period.  At no
 * time does a device hold earlier values because of it.
 */
static void
past_stays_hidden(void **state)
{
	uint8_t early[9], late[9];
	struct crl l;

	(void)state;
	plain_crl(&l, device, 1, IREV, 700);
	for (uint32_t i = FIRST; i < IREV; i++) {
		const uint8_t *seed1 = device[0].seed1[i - FIRST];
		const uint8_t *seed2 = device[0].seed2[i - FIRST];
		struct revoked *r =
		    revoked_of(&l, 1, period_start(i) + 86400, NULL);

		assert_int_equal(revoked_values(r, &device[0], i), 0);
		revoked_free(r);
		assert_memory_not_equal(l.group->seed1[0].b, seed1, 16);
		assert_memory_not_equal(l.group->seed2[0].b, seed2, 16);
		for (uint32_t later = IREV; later < FIRST + PERIODS; later++) {
			const uint8_t *on = device[0].seed1[later - FIRST];

			assert_memory_not_equal(on, seed1, 16);
			for (uint32_t j = 0; j < JMAX; j++) {
				plain_linkage(early, &device[0], i, j);
				plain_linkage(late, &device[0], later, j);
				assert_memory_not_equal(early, late, 9);
			}
		}
	}
}

/* ---- certificates ---- */

static void
pseudonym_certificates(void **state)
{
	struct revoked *r;
	struct crl l;
	uint8_t lv[9];

	(void)state;
	plain_crl(&l, device, 1, IREV, 700);
	r = revoked_of(&l, 1, NOW, NULL);
	plain_linkage(lv, &device[0], IREV, 7);
	FAULT_IS(REVOKED, revoked_check(r, linked_cert(lv, IREV), NOW, FI));
	FAULT_IS(
	    REVOKED, revoked_check(r, linked_cert(lv, IREV), UINT32_MAX, FI));
	OK(revoked_check(r, linked_cert(lv, IREV + 1), NOW, FI));
	OK(revoked_check(r, linked_cert(lv, IREV + 9), NOW, FI));
	plain_linkage(lv, &device[1], IREV, 7);
	OK(revoked_check(r, linked_cert(lv, IREV), NOW, FI));
	OK(revoked_check(r, world()->pca.cert, NOW, FI));
	revoked_free(r);
}

/* A digest counts in the list that the certificate names, and in no other. */
static void
digests(void **state)
{
	struct cert *const pca = world()->pca.cert;
	struct crl l[2];
	struct revoked *r;

	(void)state;
	digest_crl(&l[0], CRL_SERIES_COMPONENT, &pca, 1);
	r = revoked_of(l, 1, NOW, NULL);
	FAULT_IS(REVOKED, revoked_check(r, pca, NOW, FI));
	OK(revoked_check(r, world()->eca.cert, NOW, FI));
	revoked_free(r);

	l[0].series = CRL_SERIES_SPECIAL;
	r = revoked_of(l, 1, NOW, NULL);
	OK(revoked_check(r, pca, NOW, FI));
	revoked_free(r);

	digest_crl(&l[0], CRL_SERIES_COMPONENT, &pca, 1);
	l[0].craca[7] ^= 1;
	r = revoked_of(l, 1, NOW, NULL);
	OK(revoked_check(r, pca, NOW, FI));
	revoked_free(r);

	digest_crl(&l[1], CRL_SERIES_COMPONENT, NULL, 0);
	r = revoked_of(l, 2, NOW, NULL);
	OK(revoked_check(r, pca, NOW, FI));
	revoked_free(r);
}

static void
digests_end(void **state)
{
	struct cert *const pca = world()->pca.cert;
	struct revoked *r;
	struct crl l;

	(void)state;
	digest_crl(&l, CRL_SERIES_COMPONENT, &pca, 1);
	r = revoked_of(&l, 1, pca->end - 1, NULL);
	FAULT_IS(REVOKED, revoked_check(r, pca, UINT32_MAX, FI));
	revoked_free(r);
	r = revoked_of(&l, 1, pca->end, NULL);
	OK(revoked_check(r, pca, UINT32_MAX, FI));
	revoked_free(r);
}

static void
overdue(void **state)
{
	struct cert *const pca = world()->pca.cert;
	struct crl l[2];
	struct revoked *r;
	uint8_t lv[9] = {0};

	(void)state;
	plain_crl(&l[0], device, 1, IREV, 700);
	l[0].next = period_start(IREV + 9);
	digest_crl(&l[1], CRL_SERIES_COMPONENT, NULL, 0);
	r = revoked_of(l, 2, NOW, NULL);
	OK(revoked_check(r, pca, l[1].next + 1000, FI));
	FAULT_IS(OVERDUE, revoked_check(r, pca, l[1].next + 1001, FI));
	OK(revoked_check(r, pca, UINT32_MAX, FI));
	OK(revoked_check(r, world()->root.cert, l[1].next + 1001, FI));
	/* not expanded for so late a period, although the list is good */
	OK(revoked_check(
	    r, linked_cert(lv, IREV + 1), period_start(IREV + 2) - 1, FI));
	FAULT_IS(OVERDUE, revoked_check(r, linked_cert(lv, IREV + 2),
			      period_start(IREV + 2), FI));
	revoked_free(r);
}

static void
same_list_twice(void **state)
{
	const struct revoked_terms terms = {.now = NOW};
	const struct digest source = {{0}};
	struct revoked *r;
	struct crl l[2];

	(void)state;
	digest_crl(&l[0], CRL_SERIES_COMPONENT, NULL, 0);
	l[1] = l[0];
	FAULT_IS(DUPLICATE, revoked_new(&r, l, 2, NULL, &source, &terms, FI));
	l[1].craca[7]++;
	r = revoked_of(l, 2, NOW, NULL);
	revoked_free(r);
}

/* ---- without doing it again ---- */

/* Each table costs two calls of the expansion (one device, two LAs). */
static void
nothing_twice(void **state)
{
	struct revoked *first, *again, *next;
	struct crl l;

	(void)state;
	plain_crl(&l, device, 1, IREV, 700);
	expansions = 0;
	first = revoked_of(&l, 1, NOW, NULL);
	assert_int_equal(expansions, 4);
	again = revoked_of(&l, 1, NOW + 3600, first);
	assert_int_equal(expansions, 4);
	assert_int_equal(revoked_values(again, &device[0], IREV + 1), JMAX);
	next = revoked_of(&l, 1, NOW + 604800, again);
	assert_int_equal(expansions, 6);
	assert_int_equal(revoked_values(next, &device[0], IREV + 1), JMAX);
	assert_int_equal(revoked_values(next, &device[0], IREV + 2), JMAX);
	revoked_free(first);
	revoked_free(again);
	revoked_free(next);
}

/* Another list of the same series is expanded; but what a list of the next
 * period can no longer give, values of the one that has just ended, is taken
 * over from the former. */
static void
new_list(void **state)
{
	uint32_t hour = period_start(IREV + 1) + 3600;
	struct revoked *old, *new;
	struct crl l, m;

	(void)state;
	plain_crl(&l, device, 1, IREV, 700);
	old = revoked_of(&l, 1, hour - 86400, NULL);
	plain_crl(&m, device, 2, IREV + 1, 700);
	new = revoked_of(&m, 1, hour, old);
	assert_int_equal(revoked_values(new, &device[0], IREV), JMAX);
	assert_int_equal(revoked_values(new, &device[1], IREV), 0);
	assert_int_equal(revoked_values(new, &device[1], IREV + 1), JMAX);
	revoked_free(new);
	new = revoked_of(&m, 1, hour, NULL);
	assert_int_equal(revoked_values(new, &device[0], IREV), 0);
	revoked_free(new);
	/* one that no longer has a device */
	plain_crl(&m, device + 1, 1, IREV, 700);
	new = revoked_of(&m, 1, hour - 86400, old);
	assert_int_equal(revoked_values(new, &device[0], IREV), 0);
	assert_int_equal(revoked_values(new, &device[1], IREV), JMAX);
	revoked_free(new);
	revoked_free(old);
}

/* ---- the file ---- */

static const char *
path(void)
{
	static char p[64];

	if (p[0] == '\0') {
		strcpy(p, "/tmp/revoked-XXXXXX");
		assert_non_null(mkdtemp(p));
		strcat(p, "/file");
	}
	return p;
}

static void
remove_path(void)
{
	char folder[64];

	(void)unlink(path());
	strcpy(folder, path());
	*strrchr(folder, '/') = '\0';
	(void)rmdir(folder);
}

static struct revoked *
map(void)
{
	const struct revoked_terms terms = {.now = NOW, .tolerance = 1000};
	struct revoked *r;

	OK(revoked_map(&r, path(), &terms, FI));
	return r;
}

static void
file(void **state)
{
	struct cert *const pca = world()->pca.cert;
	const struct digest source = {{0x55}};
	struct revoked *r, *mapped;
	struct crl l[2];
	struct stat st;

	(void)state;
	plain_crl(&l[0], device, 5, IREV, 700);
	digest_crl(&l[1], CRL_SERIES_COMPONENT, &pca, 1);
	r = revoked_of(l, 2, NOW, NULL);
	OK(revoked_save(r, path(), FI));
	revoked_free(r);
	assert_int_equal(stat(path(), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);

	expansions = 0;
	mapped = map();
	assert_memory_equal(revoked_source(mapped), &source, sizeof(source));
	assert_true(revoked_is_current(mapped, NOW));
	for (size_t k = 0; k < 5; k++)
		assert_int_equal(
		    revoked_values(mapped, &device[k], IREV + 1), JMAX);
	FAULT_IS(REVOKED, revoked_check(mapped, pca, NOW, FI));
	FAULT_IS(OVERDUE, revoked_check(mapped, pca, l[1].next + 1001, FI));
	/* and it serves as the former of the next */
	r = revoked_of(l, 2, NOW, mapped);
	assert_int_equal(revoked_values(r, &device[4], IREV), JMAX);
	assert_int_equal(expansions, 0);
	revoked_free(r);
	revoked_free(mapped);
}

/* One octet changed anywhere, or less than all of it. */
static void
damage(void **state)
{
	const struct revoked_terms terms = {.now = NOW};
	struct revoked *r;
	struct bytes all;
	struct crl l;

	(void)state;
	plain_crl(&l, device, 5, IREV, 700);
	r = revoked_of(&l, 1, NOW, NULL);
	OK(revoked_save(r, path(), FI));
	revoked_free(r);
	OK(file_read(&all, &A, path(), 1 << 20, FI));
	for (size_t k = 0; k < all.n; k += k < 200 ? 1 : 97) {
		OK(file_write(path(), flipped(all, k, 1), 0600, FI));
		FAULT_IS(STORE, revoked_map(&r, path(), &terms, FI));
	}
	for (size_t n = 0; n < all.n; n += n < 200 ? 1 : 97) {
		OK(file_write(path(), (struct bytes){all.p, n}, 0600, FI));
		FAULT_IS(STORE, revoked_map(&r, path(), &terms, FI));
	}
	OK(file_write(path(), cat(all, all), 0600, FI));
	FAULT_IS(STORE, revoked_map(&r, path(), &terms, FI));
	assert_int_equal(unlink(path()), 0);
	FAULT_IS(NOT_FOUND, revoked_map(&r, path(), &terms, FI));
}

/* ---- trust ---- */

/* A leaf below the PCA with this linkage value; its chain is good. */
static struct cert *
leaf_of(const struct plain_device *d, uint32_t j)
{
	uint8_t lv[9];
	struct cert *k;

	plain_linkage(lv, d, IREV, j);
	OK(cert_load(&k, &A, linked_cert(lv, IREV)->raw, FI));
	return k;
}

static struct trust *
trust(void)
{
	const struct world *w = world();

	return trust_of(&w->root, &w->ica, &w->pca, &w->eca, NULL);
}

static void
leaves(void **state)
{
	struct cert *leaf[4];
	enum fault verdict[4];
	struct trust *t = trust();
	struct crl l;

	(void)state;
	for (uint32_t k = 0; k < 4; k++)
		leaf[k] = leaf_of(&device[k / 2], k);
	OK(trust_check_chain(NULL, t, leaf[0], NOW, FI));
	trust_remember(t, leaf[0]);

	plain_crl(&l, device, 1, IREV, 700);
	trust_revoke(t, revoked_of(&l, 1, NOW, NULL));
	FAULT_IS(REVOKED, trust_check_chain(NULL, t, leaf[0], NOW, FI));
	FAULT_IS(REVOKED, trust_check_chain(NULL, t, leaf[1], NOW, FI));
	OK(trust_check_chain(NULL, t, leaf[2], NOW, FI));
	assert_int_equal(
	    trust_check_batch(t, leaf, verdict, 4, NOW), FAULT_REVOKED);
	for (uint32_t k = 0; k < 4; k++)
		assert_int_equal(verdict[k], k < 2 ? FAULT_REVOKED : FAULT_OK);

	trust_revoke(t, NULL);
	OK(trust_check_chain(NULL, t, leaf[0], NOW, FI));
	trust_free(t);
}

/* What is below a revoked authority fails, what is not holds. */
static void
authorities(void **state)
{
	const struct world *w = world();
	const struct {
		struct cert *revoked;
		uint16_t series;
		bool pseudonym, enrollment; /* that still hold */
	} cases[] = {
	    {w->pca.cert, CRL_SERIES_COMPONENT, false, true},
	    {w->eca.cert, CRL_SERIES_COMPONENT, true, false},
	    {w->ica.cert, CRL_SERIES_COMPONENT, false, false},
	    {w->root.cert, 0, false, false},
	    {w->pca.cert, CRL_SERIES_SPECIAL, true, true},
	};

	(void)state;
	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct cert *leaf[2] = {w->pseudonym.cert, w->enrollment.cert};
		bool holds[2] = {cases[k].pseudonym, cases[k].enrollment};
		struct trust *t = trust();
		struct crl l;

		digest_crl(&l, cases[k].series, &cases[k].revoked, 1);
		if (cases[k].series == 0)
			memset(l.craca, 0, sizeof(l.craca));
		for (size_t n = 0; n < 2; n++)
			OK(trust_check_chain(NULL, t, leaf[n], NOW, FI));
		trust_revoke(t, revoked_of(&l, 1, NOW, NULL));
		for (size_t n = 0; n < 2; n++)
			if (holds[n])
				OK(trust_check_chain(
				    NULL, t, leaf[n], NOW, FI));
			else
				FAULT_IS(REVOKED, trust_check_chain(NULL, t,
						      leaf[n], NOW, FI));
		trust_free(t);
	}
}

/* The report names the certificate and the list. */
static void
report(void **state)
{
	const struct world *w = world();
	struct cert *const pca = w->pca.cert;
	struct chain_report r;
	struct trust *t = trust();
	unsigned refused = 0;
	struct crl l;

	(void)state;
	digest_crl(&l, CRL_SERIES_COMPONENT, &pca, 1);
	trust_revoke(t, revoked_of(&l, 1, NOW, NULL));
	FAULT_IS(REVOKED, trust_check_chain(&r, t, w->pseudonym.cert, NOW, FI));
	for (size_t k = 0; k < r.n; k++)
		if (r.step[k].verdict.code != FAULT_OK) {
			refused++;
			assert_int_equal(r.step[k].check, CHAIN_REVOKED);
			assert_non_null(strstr(r.step[k].verdict.text,
			    "digest is on the CRL of series 2"));
		}
	assert_int_equal(refused, 1);
	trust_free(t);
}

struct racing {
	struct trust *trust;
	const struct world *world;
	struct bytes leaf;
	atomic_bool done;
	atomic_uint wrong;
};

static void *
check_on(void *ctx)
{
	struct racing *r = ctx;

	while (!atomic_load(&r->done)) {
		struct arena a = arena_new(1 << 20);
		struct cert *k;
		enum fault f = cert_load(&k, &a, r->leaf, NULL);

		if (f == FAULT_OK)
			f = trust_check_chain(NULL, r->trust, k, NOW, NULL);
		if (f != FAULT_OK && f != FAULT_REVOKED)
			atomic_fetch_add(&r->wrong, 1);
		arena_free(&a);
	}
	return NULL;
}

/* Lists come and go while others check. */
static void
replaced_meanwhile(void **state)
{
	struct racing r = {.trust = trust()};
	pthread_t thread[2];
	struct crl l;

	(void)state;
	r.leaf = leaf_of(&device[0], 3)->raw;
	plain_crl(&l, device, 1, IREV, 700);
	for (size_t k = 0; k < 2; k++)
		assert_int_equal(
		    pthread_create(&thread[k], NULL, check_on, &r), 0);
	for (unsigned k = 0; k < 200; k++)
		trust_revoke(
		    r.trust, k % 3 == 2 ? NULL : revoked_of(&l, 1, NOW, NULL));
	atomic_store(&r.done, true);
	for (size_t k = 0; k < 2; k++)
		pthread_join(thread[k], NULL);
	assert_int_equal(r.wrong, 0);
	trust_free(r.trust);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(this_period_and_the_next),
	    T(periods),
	    T(last_period),
	    T(past_stays_hidden),
	    T(pseudonym_certificates),
	    T(digests),
	    T(digests_end),
	    T(overdue),
	    T(same_list_twice),
	    T(nothing_twice),
	    T(new_list),
	    T(file),
	    T(damage),
	    T(leaves),
	    T(authorities),
	    T(report),
	    T(replaced_meanwhile),
	};

	atexit(remove_path);
	return cmocka_run_group_tests(tests, setup, NULL);
}
