/*
 * time32.h - the time of IEEE 1609.2: TAI seconds since 2004-01-01 00:00:00
 * UTC (Time32) and TAI microseconds (Time64).  TAI is 5 s ahead of UTC since
 * that epoch (leap seconds of 2005-12, 2008-12, 2012-06, 2015-06, 2016-12).
 *
 * All code asks the time here, and only here; an offset can be injected, so
 * that a test lives through years in seconds.
 */
#ifndef BASE_TIME32_H
#define BASE_TIME32_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

/* Now, offset included. */
uint32_t time32_now(void);
uint64_t time64_now(void);
/* Seconds added to the machine's clock, for the whole process; thread-safe. */
void time_set_offset(int64_t seconds);
int64_t time_offset(void);

/* Conversion to and from POSIX seconds (UTC). */
uint32_t time32_of_posix(int64_t);
int64_t time32_to_posix(uint32_t);

#define TIME32_TEXT 24
/* "2026-11-22T14:38:00Z" (UTC). */
void time32_text(char out[TIME32_TEXT], uint32_t);
/* "YYYY-MM-DD[THH:MM:SSZ]" or plain Time32 digits. */
bool must_check time32_parse(uint32_t *out, const char *);

/* Period index of CAMP (IValue): whole periods of seconds since zero. */
#define I_ZERO_DEFAULT	 347619603u /* 2015-01-06 09:00 UTC */
#define I_PERIOD_DEFAULT 604800u    /* a week */
uint32_t time32_period(uint32_t t, uint32_t zero, uint32_t seconds);

/* Monotonic nanoseconds, not affected by the offset: for intervals. */
uint64_t clock_ns(void);

#endif /* BASE_TIME32_H */
