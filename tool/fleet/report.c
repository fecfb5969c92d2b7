/* report.c - see report.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <jansson.h>

#include "base/file.h"
#include "base/time32.h"
#include "tool/fleet/report.h"

#define MINOR_BITS 5

static const char *const request_names[] = {
#define REQUEST(name, text) text,
#define STAGE(name, text)
#include "tool/fleet/report.def"
#undef REQUEST
#undef STAGE
};

static const char *const stage_names[] = {
#define REQUEST(name, text)
#define STAGE(name, text) text,
#include "tool/fleet/report.def"
#undef REQUEST
#undef STAGE
};

static const struct {
	const char *name;
	double part;
} quantiles[] = {{"p50", 0.5}, {"p99", 0.99}, {"p99.9", 0.999}};

#define QUANTILES (sizeof(quantiles) / sizeof(quantiles[0]))

/* ---- counting ---- */

void
report_begin(struct report *r)
{
	memset(r, 0, sizeof(*r));
	pthread_mutex_init(&r->lock, NULL);
	r->begun = clock_ns();
}

/* Below 32 exact, then 32 classes for each power of two. */
static unsigned
class_of(uint64_t us)
{
	unsigned major;

	if (us >= UINT32_MAX)
		us = UINT32_MAX;
	if (us < 1u << MINOR_BITS)
		return (unsigned)us;
	major = 63u - (unsigned)__builtin_clzll(us);
	return ((major - MINOR_BITS + 1) << MINOR_BITS) +
	       ((unsigned)(us >> (major - MINOR_BITS)) & 31u);
}

/* The middle of a class. */
static double
class_value(unsigned class)
{
	unsigned shift = class >> MINOR_BITS;

	if (shift == 0)
		return class;
	return ((double)(32 + (class & 31)) + 0.5) *
	       (double)(1ull << (shift - 1));
}

void
report_latency(struct report *r, enum request kind, uint64_t ns)
{
	struct latency *l = &r->latency[kind];

	atomic_fetch_add(&l->n, 1);
	atomic_fetch_add(&l->sum, ns);
	atomic_fetch_add(&l->class[class_of(ns / 1000)], 1);
}

static double
quantile_ms(const struct latency *l, double part)
{
	uint64_t n = l->n, seen = 0;

	for (unsigned k = 0; k < LATENCY_CLASSES; k++) {
		seen += l->class[k];
		if (n > 0 && (double)seen >= part * (double)n)
			return class_value(k) / 1000;
	}
	return 0;
}

void
report_error(struct report *r, const char *name, const char *text)
{
	size_t k = 0;

	pthread_mutex_lock(&r->lock);
	while (k < r->errors && strcmp(r->error[k].name, name) != 0)
		k++;
	if (k == r->errors && r->errors < ERRORS_MOST) {
		struct error_count *e = &r->error[r->errors++];

		snprintf(e->name, sizeof(e->name), "%s", name);
		snprintf(e->first, sizeof(e->first), "%s", text);
	}
	if (k < r->errors)
		r->error[k].n++;
	pthread_mutex_unlock(&r->lock);
}

uint64_t
report_errors(struct report *r)
{
	uint64_t n = 0;

	pthread_mutex_lock(&r->lock);
	for (size_t k = 0; k < r->errors; k++)
		n += r->error[k].n;
	pthread_mutex_unlock(&r->lock);
	return n;
}

const char *
report_stage_name(enum run_stage s)
{
	return stage_names[s];
}

/* ---- sums ---- */

static double
seconds_of(uint64_t ns)
{
	return (double)ns * 1e-9;
}

static double
cpu_seconds(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static long
peak_mib(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss / 1024;
}

static double
per(double a, double b)
{
	return b > 0 ? a / b : 0;
}

static uint64_t
all_requests(const struct report *r)
{
	uint64_t n = 0;

	for (size_t k = 0; k < REQUESTS; k++)
		n += r->latency[k].n;
	return n;
}

/* ---- for people ---- */

static void
print_latencies(const struct report *r)
{
	printf("%-10s %10s", "request", "number");
	for (size_t q = 0; q < QUANTILES; q++)
		printf(" %7s ms", quantiles[q].name);
	printf("\n");
	for (size_t k = 0; k < REQUESTS; k++) {
		const struct latency *l = &r->latency[k];

		if (l->n == 0)
			continue;
		printf("%-10s %10" PRIu64, request_names[k], (uint64_t)l->n);
		for (size_t q = 0; q < QUANTILES; q++)
			printf(" %10.2f", quantile_ms(l, quantiles[q].part));
		printf("\n");
	}
}

static void
print_errors(const struct report *r)
{
	for (size_t k = 0; k < r->errors; k++)
		printf("error %-20s %8" PRIu64 "  %s\n", r->error[k].name,
		    r->error[k].n, r->error[k].first);
	if (r->errors == 0)
		printf("no errors\n");
}

void
report_print(struct report *r, const struct report_end *end)
{
	double seconds = seconds_of(clock_ns() - r->begun);
	double got = (double)r->certificates;

	printf("%" PRIu32 " devices, %" PRIu32 " weeks, %.1f s:", end->devices,
	    end->weeks, seconds);
	for (size_t k = 0; k < RUN_STAGES; k++)
		printf(
		    " %s %.1f s", stage_names[k], seconds_of(r->stage_ns[k]));
	printf("\n");
	print_latencies(r);
	print_errors(r);
	printf("%" PRIu64 " requests, %.0f/s; %" PRIu64
	       " certificates, %.0f/s, %.1f us of our CPU each; %.1f MB\n",
	    all_requests(r), per((double)all_requests(r), seconds),
	    (uint64_t)r->certificates, per(got, seconds),
	    per(cpu_seconds() * 1e6, got), (double)r->octets / 1e6);
	printf("samples: %" PRIu64 " certificates verified, %" PRIu64
	       " refused, %" PRIu64 " messages signed and checked\n",
	    (uint64_t)r->verified, (uint64_t)r->refused,
	    (uint64_t)r->signed_messages);
	printf("%" PRIu32 " enrolled, %" PRIu32 " provisioned, %" PRIu32
	       " with all their supply; %" PRIu64 " certificates held\n",
	    end->enrolled, end->provisioned, end->supplied, end->certificates);
}

/* ---- for programs ---- */

static json_t *
json_stages(const struct report *r)
{
	json_t *o = json_object();

	for (size_t k = 0; k < RUN_STAGES; k++)
		json_object_set_new(
		    o, stage_names[k], json_real(seconds_of(r->stage_ns[k])));
	return o;
}

static json_t *
json_latencies(const struct report *r)
{
	json_t *o = json_object(), *one;

	for (size_t k = 0; k < REQUESTS; k++) {
		const struct latency *l = &r->latency[k];

		one = json_pack("{s:I, s:f}", "n", (json_int_t)l->n, "mean",
		    per((double)l->sum * 1e-6, (double)l->n));
		for (size_t q = 0; q < QUANTILES; q++)
			json_object_set_new(one, quantiles[q].name,
			    json_real(quantile_ms(l, quantiles[q].part)));
		json_object_set_new(o, request_names[k], one);
	}
	return o;
}

static json_t *
json_errors(const struct report *r)
{
	json_t *o = json_object();

	for (size_t k = 0; k < r->errors; k++)
		json_object_set_new(o, r->error[k].name,
		    json_pack("{s:I, s:s}", "n", (json_int_t)r->error[k].n,
			"first", r->error[k].first));
	return o;
}

static json_t *
json_fleet(const struct report_end *end)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:i, s:s}",
	    "devices", (json_int_t)end->devices, "enrolled",
	    (json_int_t)end->enrolled, "provisioned",
	    (json_int_t)end->provisioned, "supplied", (json_int_t)end->supplied,
	    "certificates_held", (json_int_t)end->certificates, "weeks",
	    (json_int_t)end->weeks, "sample", (json_int_t)end->sample, "seed",
	    (json_int_t)end->seed, "jobs", (int)end->jobs, "engine",
	    end->engine);
}

static json_t *
json_sums(const struct report *r, double seconds)
{
	double got = (double)r->certificates, cpu = cpu_seconds();

	return json_pack("{s:I, s:f, s:f, s:I, s:f, s:f, s:f, s:i, s:I, s:I, "
			 "s:I, s:I, s:I, s:I}",
	    "certificates", (json_int_t)r->certificates, "seconds", seconds,
	    "certificates_per_s", per(got, seconds), "requests",
	    (json_int_t)all_requests(r), "requests_per_s",
	    per((double)all_requests(r), seconds), "cpu_seconds", cpu,
	    "cpu_us_per_certificate", per(cpu * 1e6, got), "peak_mib",
	    (int)peak_mib(), "octets", (json_int_t)r->octets, "early",
	    (json_int_t)r->early, "late", (json_int_t)r->late, "verified",
	    (json_int_t)r->verified, "refused", (json_int_t)r->refused,
	    "signed_messages", (json_int_t)r->signed_messages);
}

enum fault
report_write(struct report *r, const struct report_end *end, const char *path,
    struct fault_info *fi)
{
	json_t *o = json_sums(r, seconds_of(clock_ns() - r->begun));
	enum fault fault = FAULT_OK;
	char *text;

	json_object_set_new(o, "fleet", json_fleet(end));
	json_object_set_new(o, "stages", json_stages(r));
	json_object_set_new(o, "latency_ms", json_latencies(r));
	json_object_set_new(o, "errors", json_errors(r));
	text = json_dumps(o, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
	json_decref(o);
	if (text == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "report");
	fault = file_write(path, bytes_of_string(text), 0644, fi);
	free(text);
	return fault;
}
