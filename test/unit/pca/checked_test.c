/*
 * checked_test.c - with check_signatures a spoilt signature ends the PCA, and
 * nothing is stored or sent; large batches, which several threads issue.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/random.h"
#include "role/pca/pca.h"
#include "test/unit/pca/requests.h"

static struct world world;
static struct plv_key key[2];
static char pca_dir[PATH_SIZE];
static struct audit *audit;
static struct fault_info info;

static const struct pca_conf checking = {
    .ra = "ra", .la1 = "la1", .la2 = "la2", .check_signatures = true};
static const struct pca_conf trusting = {
    .ra = "ra", .la1 = "la1", .la2 = "la2"};

#define must(expr)                                            \
	do {                                                  \
		if ((expr) != FAULT_OK)                       \
			fail_msg("%s: %s", #expr, info.text); \
	} while (0)

/* ---- a signer with a fault ---- */

struct faulty {
	struct signer good;
	size_t which; /* signature of a call */
	size_t at;    /* octet of r || s */
	size_t calls; /* of so many signatures; others stay good */
};
static struct faulty faulty;

static enum fault
sign_faulty(void *ctx, struct p256_signature *out, const struct digest *d,
    size_t n, struct fault_info *fi)
{
	(void)ctx;
	TRY(faulty.good.sign(faulty.good.ctx, out, d, n, fi));
	if (n == faulty.calls && faulty.which < n) {
		struct p256_signature *s = &out[faulty.which];

		if (faulty.at < 32)
			s->r[faulty.at] ^= 1;
		else
			s->s[faulty.at - 32] ^= 1;
	}
	return FAULT_OK;
}

/* What a process does that must not come back: true if it did. */
static bool
comes_back(void (*fn)(void))
{
	int ends[2], status;
	char octet = 1;
	bool back;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(ends[0]);
		fn();
		(void)!write(ends[1], &octet, 1);
		_exit(0);
	}
	close(ends[1]);
	back = read(ends[0], &octet, 1) == 1;
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status) == 0, back);
	return back;
}

/* ---- the signer alone ---- */

enum { N = 1300 };

static void
sign_some(void)
{
	static struct p256_signature sig[N];
	static struct digest digest[N];
	struct checked_signer checked;
	struct signer signer;

	random_bytes(digest, sizeof(digest));
	must(key_signer(&faulty.good, world.sign[WORLD_PCA], NULL, &info));
	signer = faulty.good;
	signer.sign = sign_faulty;
	must(checked_signer_start(&checked, &signer, &info));
	must(checked.signer.sign(checked.signer.ctx, sig, digest, N, &info));
	checked_signer_stop(&checked);
}

static void
one_spoilt_signature_of_many_ends_the_program(void **state)
{
	static const struct {
		size_t which, at;
	} spoilt[] = {{0, 0}, {0, 63}, {7, 31}, {8, 32}, {N / 2, 17},
	    {N - 1, 1}, {N - 1, 63}};

	(void)state;
	faulty.calls = N;
	faulty.which = SIZE_MAX;
	assert_true(comes_back(sign_some)); /* none is spoilt */
	for (size_t t = 0; t < sizeof(spoilt) / sizeof(*spoilt); t++) {
		faulty.which = spoilt[t].which;
		faulty.at = spoilt[t].at;
		assert_false(comes_back(sign_some));
	}
}

static void
other_kinds_of_signatures_are_checked_too(void **state)
{
	struct checked_signer checked;
	struct curve_signature sig;
	struct signer signer;
	uint8_t hash[32] = {5};

	(void)state;
	must(key_signer(&signer, world.sign[WORLD_PCA], NULL, &info));
	must(checked_signer_start(&checked, &signer, &info));
	must(checked.signer.sign_any(
	    checked.signer.ctx, &sig, hash, sizeof(hash), &info));
	must(curve_verify(&signer.public, hash, sizeof(hash), &sig, &info));
	checked_signer_stop(&checked);
}

/* ---- the PCA ---- */

static const struct pca_conf *conf;
static struct bytes body;

static void
answer_with_fault(void)
{
	struct arena work = arena_new(PCA_ARENA);
	struct bytes out;
	struct pca *pca;

	must(pca_new(&pca, pca_dir, conf, &world.environment, audit, &info));
	faulty.good = pca->self.signer;
	pca->self.signer.sign = sign_faulty;
	must(pca_answer_batch(&out, pca, &work, body, &info));
	pca_free(pca);
	arena_free(&work);
}

static struct pca_counts
counts_now(void)
{
	struct pca_counts c;
	struct pca *pca;

	must(pca_new(
	    &pca, pca_dir, &trusting, &world.environment, audit, &info));
	pca_store_counts(pca->store, &c);
	pca_free(pca);
	return c;
}

static struct asking
usual(struct arena *arena)
{
	return (struct asking){.arena = arena,
	    .key = {&key[0], &key[1]},
	    .i = (uint16_t)(world.week + 2)};
}

static void
a_spoilt_reply_is_neither_stored_nor_sent(void **state)
{
	struct arena arena = arena_new(1u << 22);
	struct asking how = usual(&arena);
	uint8_t id[16] = {1};
	struct asked a[20];

	(void)state;
	ask_many(a, 20, &how);
	body = batch_message(&arena, a, 20, id, &world.ra);
	faulty = (struct faulty){.which = 13, .at = 40, .calls = 20};
	conf = &checking;
	assert_false(comes_back(answer_with_fault));
	assert_int_equal(counts_now().pending, 0);
	/* without the check nobody notices */
	conf = &trusting;
	assert_true(comes_back(answer_with_fault));
	assert_int_equal(counts_now().pending, 20);
	/* replies are fine, the message around them is not: stored, not sent */
	ask_many(a, 20, &how);
	id[0]++;
	body = batch_message(&arena, a, 20, id, &world.ra);
	faulty = (struct faulty){.which = 0, .at = 63, .calls = 1};
	conf = &checking;
	assert_false(comes_back(answer_with_fault));
	assert_int_equal(counts_now().pending, 40);
	arena_free(&arena);
}

/* ---- large batches ---- */

enum { MANY = 4200 }; /* three parts */

static void
a_large_batch_of_our_ra_is_issued_by_several_threads(void **state)
{
	struct arena arena = arena_new(1u << 28), work = arena_new(PCA_ARENA);
	struct asked *a = calloc(MANY, sizeof(*a));
	struct asking how = usual(&arena);
	uint32_t before = world.environment.batch_max_requests;
	const scms_pdu *reply;
	uint8_t id[16] = {2};
	struct bytes out;
	struct pca *pca;
	size_t n;

	(void)state;
	assert_non_null(a);
	world.environment.batch_max_requests = MANY;
	must(pca_new(
	    &pca, pca_dir, &checking, &world.environment, audit, &info));
	for (size_t t = 0; t < MANY; t++)
		ask(&a[t], &how); /* all in the form of the template */
	body = batch_message(&arena, a, MANY, id, &world.ra);
	must(pca_answer_batch(&out, pca, &work, body, &info));
	n = open_replies(&reply, &arena, out, &world, id);
	assert_int_equal(n, MANY);
	for (size_t t = 0; t < MANY; t += t < 40 ? 1 : 97)
		(void)check_success(&a[t], reply_to(&a[t], reply, n), &world);
	for (size_t t = 0; t < n; t++)
		assert_int_equal(
		    reply[t].content.pca_ra.pca_ra_cert_response.reply.is,
		    pca_ra_cert_response_msg_reply_success);
	pca_free(pca);
	world.environment.batch_max_requests = before;
	free(a);
	arena_free(&arena);
	arena_free(&work);
}

static int
set_up(void **state)
{
	(void)state;
	world_make(&world);
	world_folder(&world, pca_dir, WORLD_PCA);
	world_share_key(&world, WORLD_LA1, &key[0]);
	world_share_key(&world, WORLD_LA2, &key[1]);
	must(audit_open(&audit, pca_dir, &info));
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	audit_close(audit);
	world_remove(&world);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_spoilt_signature_of_many_ends_the_program),
	    cmocka_unit_test(other_kinds_of_signatures_are_checked_too),
	    cmocka_unit_test(a_spoilt_reply_is_neither_stored_nor_sent),
	    cmocka_unit_test(
		a_large_batch_of_our_ra_is_issued_by_several_threads),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
