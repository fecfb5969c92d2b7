/* crew_test.c - each part is done once, whoever does it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/crew.h"

enum { PARTS = 500 };

struct work {
	atomic_uint times[PARTS];
	/* parts wait for each other, so that one thread alone cannot */
	pthread_barrier_t *together;
};

static void
count(void *ctx, size_t k)
{
	struct work *w = ctx;

	if (w->together != NULL)
		pthread_barrier_wait(w->together);
	atomic_fetch_add(&w->times[k], 1);
}

static void
check(const struct work *w, size_t n)
{
	for (size_t k = 0; k < PARTS; k++)
		assert_int_equal(atomic_load(&w->times[k]), k < n ? 1 : 0);
}

static void
each_part_is_done_once(void **state)
{
	static const unsigned helpers[] = {0, 1, 7};
	static const size_t parts[] = {0, 1, 2, 7, 8, 9, PARTS};

	(void)state;
	for (size_t h = 0; h < 3; h++) {
		struct crew *crew = crew_new(helpers[h]);

		for (size_t p = 0; p < sizeof(parts) / sizeof(*parts); p++) {
			struct work w = {.together = NULL};

			crew_run(crew, count, &w, parts[p]);
			check(&w, parts[p]);
		}
		crew_free(crew);
	}
}

static void
helpers_work_beside_the_caller(void **state)
{
	struct crew *crew = crew_new(3);
	pthread_barrier_t four;
	struct work w = {.together = &four};

	(void)state;
	pthread_barrier_init(&four, NULL, 4);
	crew_run(crew, count, &w, 400);
	check(&w, 400);
	pthread_barrier_destroy(&four);
	crew_free(crew);
}

struct caller {
	struct crew *crew;
	struct work work;
};

static void *
call(void *arg)
{
	struct caller *c = arg;

	crew_run(c->crew, count, &c->work, PARTS);
	return NULL;
}

static void
several_may_call_at_once(void **state)
{
	enum { CALLERS = 5 };
	struct crew *crew = crew_new(2);
	struct caller *c = calloc(CALLERS, sizeof(*c));
	pthread_t thread[CALLERS];

	(void)state;
	assert_non_null(c);
	for (size_t t = 0; t < CALLERS; t++) {
		c[t].crew = crew;
		assert_int_equal(
		    pthread_create(&thread[t], NULL, call, &c[t]), 0);
	}
	for (size_t t = 0; t < CALLERS; t++) {
		assert_int_equal(pthread_join(thread[t], NULL), 0);
		check(&c[t].work, PARTS);
	}
	free(c);
	crew_free(crew);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_part_is_done_once),
	    cmocka_unit_test(helpers_work_beside_the_caller),
	    cmocka_unit_test(several_may_call_at_once),
	};

	crew_free(NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
