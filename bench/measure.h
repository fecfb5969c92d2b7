/*
 * measure.h - two ways to do the same work, timed in turn.
 *
 * Time is CPU time, of all threads of the program, so that other load on the
 * machine disturbs little; slices of both alternate, so that a machine that
 * changes its speed disturbs both; medians are taken.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stddef.h>

#define MEASURE_SLICES_MAX 99

/* One way: run does n elements. */
struct way {
	void (*run)(void *);
	void *ctx;
	size_t n;
};

/* Medians of the slices: microseconds per element of both ways, and how many
 * times longer the second takes than the first (median over the pairs). */
struct measured {
	double first_us, second_us, times;
};

/* CPU time of this program, in microseconds. */
double cpu_us(void);
/* second.run may be NULL.  BENCH_SLICES in the environment: how many (9). */
struct measured measure(struct way first, struct way second);
double median(double *, size_t n);

/* Lines of "name value", which scripts/bench reads. */
void figure(const char *name, const char *what, double value);
/* name_us, name_openssl_us, name_over_openssl */
void figures(const char *name, const struct measured *);

/* Ends the program, saying what it could not do. */
void must(int good, const char *what);
#define MUST(expr) must((expr), #expr)
#define FINE(expr) must((expr) == FAULT_OK, #expr)

#endif /* BENCH_MEASURE_H */
