/* Which engine is taken, and that a broken one is noticed at start. */
#include <sys/wait.h>

#include <stdlib.h>
#include <unistd.h>

#include "common.h"
#include "crypto/symmetric_int.h"

/* What a process says with MONARCH_ENGINE set so (NULL: not at all): the name
 * of its engine and exit status 0, or the reason why it ended. */
static int
ask(const char *wish, char *said, size_t n)
{
	size_t at = 0;
	ssize_t got;
	int fd[2], status;
	pid_t child;

	assert_int_equal(pipe(fd), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(fd[1], 1);
		dup2(fd[1], 2);
		close(fd[0]);
		close(fd[1]);
		if (wish == NULL)
			unsetenv("MONARCH_ENGINE");
		else
			setenv("MONARCH_ENGINE", wish, 1);
		dprintf(1, "engine %s.", crypto_engine());
		_exit(0);
	}
	close(fd[1]);
	while ((got = read(fd[0], said + at, n - 1 - at)) > 0)
		at += (size_t)got;
	said[at] = '\0';
	close(fd[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
choice(void **state)
{
	bool lanes = engine_find("lanes") != NULL;
	char said[1024];

	(void)state;
	assert_int_equal(ask("portable", said, sizeof(said)), 0);
	assert_string_equal(said, "engine portable.");
	assert_int_equal(ask(NULL, said, sizeof(said)), 0);
	assert_string_equal(said, lanes ? "engine lanes." : "engine portable.");
	assert_int_equal(ask("lanes", said, sizeof(said)), lanes ? 0 : 1);
	assert_non_null(
	    strstr(said, lanes ? "engine lanes." : "MONARCH_ENGINE=lanes"));
	assert_int_equal(ask("steam", said, sizeof(said)), 1);
	assert_non_null(strstr(said, "MONARCH_ENGINE=steam"));
	assert_int_equal(ask("", said, sizeof(said)), 1);
	assert_int_equal(ask("emulated", said, sizeof(said)), 1);
}

/* Every engine computes the known answers. */
static void
good_engines(void **state)
{
	(void)state;
	assert_null(engine_self_test(&portable_engine));
	assert_null(engine_self_test(&emulated_engine));
	if (engine_find("lanes") != NULL)
		assert_null(engine_self_test(engine_find("lanes")));
}

/*
 * Each of these is right but for one bit in one of the lanes.
 */

static size_t lane;

static void
flip(void *out, size_t size, size_t at, size_t n)
{
	for (size_t i = lane; i < n; i += 8)
		((uint8_t *)out)[i * size + at] ^= 1;
}

static void
wrong_check(bool *ok, const struct point *p, size_t n)
{
	portable_engine.check(ok, p, n);
	for (size_t i = 0; i < n; i++)
		ok[i] = true;
}

static void
wrong_decompress(
    struct point *out, bool *ok, const struct compressed *in, size_t n)
{
	portable_engine.decompress(out, ok, in, n);
	flip(out, sizeof(*out), 63, n);
}

static void
wrong_sum(
    struct point *out, enum fault *f, const struct p256_terms *t, size_t n)
{
	portable_engine.sum(out, f, t, n);
	flip(out, sizeof(*out), 16, n);
}

/* Only where the lanes add in affine coordinates. */
static void
wrong_affine(
    struct point *out, enum fault *f, const struct p256_terms *t, size_t n)
{
	portable_engine.sum(out, f, t, n);
	if (n >= 768 && t->var != NULL)
		flip(out, sizeof(*out), 16, n);
}

static void
wrong_invert(struct scalar *out, const struct scalar *in, size_t n)
{
	portable_engine.invert(out, in, n);
	flip(out, sizeof(*out), 0, n);
}

static void
wrong_mul_add(struct scalar *out, struct scalars a, struct scalars b,
    struct scalars c, size_t n)
{
	portable_engine.mul_add(out, a, b, c, n);
	flip(out, sizeof(*out), 31, n);
}

static void
wrong_reduce384(struct scalar *out, const uint8_t (*in)[48], size_t n)
{
	portable_engine.reduce384(out, in, n);
	flip(out, sizeof(*out), 15, n);
}

static void
wrong_sha256(struct digest *out, const struct bytes *in, size_t n)
{
	portable_symmetric.sha256(out, in, n);
	flip(out, sizeof(*out), 0, n);
}

static void
wrong_to_sign(struct digest *out, const struct bytes *data,
    const uint8_t signer[SHA256_SIZE], size_t n)
{
	portable_symmetric.sha256_to_sign(out, data, signer, n);
	flip(out, sizeof(*out), 31, n);
}

static void
wrong_hmac(struct digest *out, const struct bytes *key,
    const struct bytes *message, size_t n)
{
	portable_symmetric.hmac_sha256(out, key, message, n);
	flip(out, sizeof(*out), 7, n);
}

static void
wrong_seal(const struct ccm_item *m, size_t n)
{
	portable_symmetric.ccm_seal(m, n);
	for (size_t i = lane; i < n; i += 8)
		m[i].out[m[i].in.n] ^= 1; /* in the tag */
}

static enum fault
wrong_open(const struct ccm_item *m, bool *ok, size_t n)
{
	enum fault f = portable_symmetric.ccm_open(m, ok, n);

	(void)f;
	for (size_t i = 0; ok != NULL && i < n; i++)
		ok[i] = true;
	return FAULT_OK; /* every tag is fine */
}

static void
wrong_feed_forward(const struct aes_job *job, size_t n, size_t blocks)
{
	portable_symmetric.feed_forward(job, n, blocks);
	for (size_t i = lane; i < n; i += 8)
		job[i].out[16 * blocks - 1] ^= 1;
}

static void
assert_noticed(const struct engine *e, const char *what)
{
	if (engine_self_test(e) == NULL)
		fail_msg("wrong %s in lane %zu is not noticed", what, lane);
}

#define ASSERT_NOTICED(part, function)             \
	do {                                       \
		struct engine e = portable_engine; \
                                                   \
		e.part = function;                 \
		assert_noticed(&e, #part);         \
	} while (0)

#define ASSERT_NOTICED_SYMMETRIC(part, function)                \
	do {                                                    \
		struct engine_symmetric s = portable_symmetric; \
		struct engine e = portable_engine;              \
                                                                \
		s.part = function;                              \
		e.symmetric = &s;                               \
		assert_noticed(&e, #part);                      \
	} while (0)

static void
broken_lane(void)
{
	ASSERT_NOTICED(check, wrong_check);
	ASSERT_NOTICED(decompress, wrong_decompress);
	ASSERT_NOTICED(sum, wrong_sum);
	ASSERT_NOTICED(sum, wrong_affine);
	ASSERT_NOTICED(invert, wrong_invert);
	ASSERT_NOTICED(mul_add, wrong_mul_add);
	ASSERT_NOTICED(reduce384, wrong_reduce384);
	ASSERT_NOTICED_SYMMETRIC(sha256, wrong_sha256);
	ASSERT_NOTICED_SYMMETRIC(sha256_to_sign, wrong_to_sign);
	ASSERT_NOTICED_SYMMETRIC(hmac_sha256, wrong_hmac);
	ASSERT_NOTICED_SYMMETRIC(ccm_seal, wrong_seal);
	ASSERT_NOTICED_SYMMETRIC(ccm_open, wrong_open);
	ASSERT_NOTICED_SYMMETRIC(feed_forward, wrong_feed_forward);
}

static void
broken_engines(void **state)
{
	(void)state;
	for (lane = 0; lane < 8; lane++)
		broken_lane();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(choice),
	    cmocka_unit_test(good_engines),
	    cmocka_unit_test(broken_engines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
