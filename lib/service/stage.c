/* stage.c - see stage.h. */
#include <time.h>

#include "base/time32.h"
#include "service/stage.h"

/* When this thread began the stage it is in. */
static _Thread_local uint64_t wall_mark, cpu_mark;

static uint64_t
thread_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void
stage_begin(void)
{
	wall_mark = clock_ns();
	cpu_mark = thread_ns();
}

void
stage_end(struct stage_time *s)
{
	uint64_t wall = wall_mark, cpu = cpu_mark;

	stage_begin();
	atomic_fetch_add_explicit(
	    &s->wall_ns, wall_mark - wall, memory_order_relaxed);
	atomic_fetch_add_explicit(
	    &s->cpu_ns, cpu_mark - cpu, memory_order_relaxed);
}
