/*
 * validity.h - validity periods (1609.2 6.4.11).  A period holds its start and
 * all seconds before start + duration; a year has 31,556,952 s.
 */
#ifndef CERT_VALIDITY_H
#define CERT_VALIDITY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"

typedef struct validity_period validity_period;
typedef struct duration duration;
struct cert;

/* Whole seconds, rounded down (durations below a second: 0). */
uint64_t duration_in_seconds(const duration *);
/* start + duration, at most UINT32_MAX. */
uint32_t validity_end(const validity_period *);
/* Is inner within outer, ends included? */
bool
validity_nested(const validity_period *inner, const validity_period *outer);

/* FAULT_NOT_YET_VALID or FAULT_EXPIRED at time t. */
enum fault must_check validity_check_time(
    const struct cert *, uint32_t t, struct fault_info *);
/* FAULT_VALIDITY_NOT_NESTED. */
enum fault must_check validity_check_nested(
    const struct cert *, const struct cert *issuer, struct fault_info *);

#endif /* CERT_VALIDITY_H */
