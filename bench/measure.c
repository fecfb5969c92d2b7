/* measure.c - see measure.h. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bench/measure.h"

#define SLICES	 9
#define SLICE_US 30000.0

double
cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

static int
compare(const void *a, const void *b)
{
	const double *p = a, *q = b;

	return (*p > *q) - (*p < *q);
}

double
median(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), compare);
	return n % 2 != 0 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/* Microseconds per element. */
static double
slice(const struct way *w)
{
	double start = cpu_us(), spent;
	size_t n = 0;

	do {
		w->run(w->ctx);
		n += w->n;
		spent = cpu_us() - start;
	} while (spent < SLICE_US);
	return spent / (double)n;
}

struct measured
measure(struct way first, struct way second)
{
	const char *wish = getenv("BENCH_SLICES");
	size_t slices = wish != NULL ? strtoul(wish, NULL, 10) : SLICES;
	double a[MEASURE_SLICES_MAX], b[MEASURE_SLICES_MAX] = {0};
	double times[MEASURE_SLICES_MAX] = {0};

	if (slices == 0 || slices > MEASURE_SLICES_MAX)
		slices = SLICES;
	first.run(first.ctx); /* to warm up */
	for (size_t k = 0; k < slices; k++) {
		a[k] = slice(&first);
		if (second.run == NULL)
			continue;
		b[k] = slice(&second);
		times[k] = b[k] / a[k];
	}
	return (struct measured){
	    median(a, slices), median(b, slices), median(times, slices)};
}

void
figure(const char *name, const char *what, double value)
{
	printf("%s%s %.4g\n", name, what, value);
	(void)fflush(stdout);
}

void
figures(const char *name, const struct measured *m)
{
	figure(name, "_us", m->first_us);
	if (m->second_us <= 0)
		return;
	figure(name, "_openssl_us", m->second_us);
	figure(name, "_over_openssl", m->times);
}

void
must(int good, const char *what)
{
	if (good)
		return;
	(void)fprintf(stderr, "%s: failed\n", what);
	exit(1);
}
