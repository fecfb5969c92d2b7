/* The buffer in front of OpenSSL's generator. */
#include <sys/wait.h>

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "common.h"
#include "crypto/random.h"

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

/* No 16 octets twice in a megabyte, drawn in pieces of all sizes, some larger
 * than the buffer. */
static void
nothing_twice(void **state)
{
	enum { N = 1 << 20 };
	uint8_t *p = malloc(N);

	(void)state;
	for (size_t at = 0, n = 1; at < N; n = n * 3 % 9973) {
		if (n > N - at)
			n = N - at;
		random_bytes(p + at, n);
		at += n;
	}
	qsort(p, N / 16, 16, compare);
	for (size_t i = 16; i < N; i += 16)
		assert_memory_not_equal(p + i - 16, p + i, 16);
	random_bytes(NULL, 0);
	free(p);
}

/* Every octet of the output is written, at every offset of the buffer. */
static void
all_written(void **state)
{
	uint8_t seen[300] = {0}, b[302];

	(void)state;
	for (int round = 0; round < 64; round++) {
		memset(b, 0, sizeof(b));
		random_bytes(b + 1, 300);
		assert_int_equal(b[0] | b[301], 0);
		for (size_t i = 0; i < 300; i++)
			seen[i] |= b[i + 1];
	}
	for (size_t i = 0; i < 300; i++)
		assert_int_not_equal(seen[i], 0);
}

static void
fork_differs(void **state)
{
	uint8_t mine[64], theirs[2][64];
	int pipes[2];

	(void)state;
	random_bytes(mine, 1); /* the buffer is full */
	for (size_t c = 0; c < 2; c++) {
		pid_t child;

		assert_int_equal(pipe(pipes), 0);
		child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			uint8_t b[64];

			random_bytes(b, sizeof(b));
			_exit(write(pipes[1], b, 64) != 64);
		}
		assert_int_equal(read(pipes[0], theirs[c], 64), 64);
		assert_int_equal(waitpid(child, NULL, 0), child);
		close(pipes[0]);
		close(pipes[1]);
	}
	random_bytes(mine, sizeof(mine));
	assert_memory_not_equal(mine, theirs[0], 64);
	assert_memory_not_equal(mine, theirs[1], 64);
	assert_memory_not_equal(theirs[0], theirs[1], 64);
}

static void *
draw(void *out)
{
	random_bytes(out, 64);
	return NULL;
}

static void
threads_differ(void **state)
{
	uint8_t out[4][64];
	pthread_t t[4];

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&t[i], NULL, draw, out[i]), 0);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(t[i], NULL), 0);
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(out[i], out[j], 64);
	}
}

static void
scalars_are_valid(void **state)
{
	struct scalar k[1000];

	(void)state;
	random_scalars(k, 1000);
	for (size_t i = 0; i < 1000; i++)
		assert_true(scalar_valid(&k[i]));
	random_scalars(NULL, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_twice),
	    cmocka_unit_test(all_written),
	    cmocka_unit_test(fork_differs),
	    cmocka_unit_test(threads_differ),
	    cmocka_unit_test(scalars_are_valid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
