/* time32.c - see time32.h. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/time32.h"

#define EPOCH INT64_C(1072915200) /* 2004-01-01 in POSIX seconds */

/* POSIX second from which on TAI is one more second ahead. */
static const int64_t leaps[] = {
    1136073600,
    1230768000,
    1341100800,
    1435708800,
    1483228800,
};

static _Atomic int64_t offset;

void
time_set_offset(int64_t seconds)
{
	atomic_store(&offset, seconds);
}

int64_t
time_offset(void)
{
	return atomic_load(&offset);
}

static int64_t
leap_seconds(int64_t posix)
{
	int64_t n = 0;
	size_t i;

	for (i = 0; i < sizeof(leaps) / sizeof(*leaps); i++)
		n += posix >= leaps[i];
	return n;
}

uint32_t
time32_of_posix(int64_t posix)
{
	int64_t t = posix - EPOCH + leap_seconds(posix);

	return t < 0 ? 0 : t > UINT32_MAX ? UINT32_MAX : (uint32_t)t;
}

int64_t
time32_to_posix(uint32_t t)
{
	int64_t posix = (int64_t)t + EPOCH;

	return posix - leap_seconds(posix - leap_seconds(posix));
}

uint64_t
time64_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)time32_of_posix(ts.tv_sec + time_offset()) * 1000000 +
	       (uint64_t)ts.tv_nsec / 1000;
}

uint32_t
time32_now(void)
{
	return (uint32_t)(time64_now() / 1000000);
}

void
time32_text(char out[TIME32_TEXT], uint32_t t)
{
	time_t posix = time32_to_posix(t);
	struct tm tm;

	gmtime_r(&posix, &tm);
	strftime(out, TIME32_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

bool
time32_parse(uint32_t *out, const char *s)
{
	struct tm tm = {0};
	unsigned long long v;
	char *end;
	int day;

	if (*s >= '0' && *s <= '9' && strspn(s, "0123456789") == strlen(s)) {
		v = strtoull(s, NULL, 10);
		*out = (uint32_t)v;
		return strlen(s) <= 10 && v <= UINT32_MAX;
	}
	if ((end = strptime(s, "%Y-%m-%d", &tm)) == NULL)
		return false;
	/* A month that has no such day is put right by timegm. */
	day = tm.tm_mday;
	if (timegm(&tm) < EPOCH || tm.tm_mday != day)
		return false;
	if (*end != '\0' &&
	    ((end = strptime(end, "T%H:%M:%SZ", &tm)) == NULL || *end != '\0'))
		return false;
	*out = time32_of_posix(timegm(&tm));
	return true;
}

uint32_t
time32_period(uint32_t t, uint32_t zero, uint32_t seconds)
{
	return t < zero ? 0 : (t - zero) / seconds;
}

uint64_t
clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}
