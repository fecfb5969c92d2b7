/* validity.c - see validity.h. */
#include "cert/validity.h"
#include "base/time32.h"
#include "cert/cert.h"
#include "schema/dot2.h"

#define YEAR_SECONDS 31556952u

uint64_t
duration_in_seconds(const duration *d)
{
	switch (d->is) {
	case duration_microseconds:
		return d->microseconds / 1000000u;
	case duration_milliseconds:
		return d->milliseconds / 1000u;
	case duration_seconds:
		return d->seconds;
	case duration_minutes:
		return d->minutes * UINT64_C(60);
	case duration_hours:
		return d->hours * UINT64_C(3600);
	case duration_sixty_hours:
		return d->sixty_hours * UINT64_C(216000);
	case duration_years:
		return d->years * (uint64_t)YEAR_SECONDS;
	}
	return 0;
}

uint32_t
validity_end(const validity_period *v)
{
	uint64_t end = v->start + duration_in_seconds(&v->duration);

	return end > UINT32_MAX ? UINT32_MAX : (uint32_t)end;
}

bool
validity_nested(const validity_period *inner, const validity_period *outer)
{
	return inner->start >= outer->start &&
	       validity_end(inner) <= validity_end(outer);
}

enum fault
validity_check_time(const struct cert *k, uint32_t t, struct fault_info *fi)
{
	char at[TIME32_TEXT], limit[TIME32_TEXT];

	time32_text(at, t);
	if (t < k->start) {
		time32_text(limit, k->start);
		return fault_set(
		    fi, FAULT_NOT_YET_VALID, "at %s, valid from %s", at, limit);
	}
	if (t >= k->end) {
		time32_text(limit, k->end);
		return fault_set(
		    fi, FAULT_EXPIRED, "at %s, valid until %s", at, limit);
	}
	return FAULT_OK;
}

enum fault
validity_check_nested(
    const struct cert *k, const struct cert *issuer, struct fault_info *fi)
{
	char a[TIME32_TEXT], b[TIME32_TEXT], c[TIME32_TEXT], d[TIME32_TEXT];

	if (k->start >= issuer->start && k->end <= issuer->end)
		return FAULT_OK;
	time32_text(a, k->start);
	time32_text(b, k->end);
	time32_text(c, issuer->start);
	time32_text(d, issuer->end);
	return fault_set(fi, FAULT_VALIDITY_NOT_NESTED,
	    "%s to %s, issuer's %s to %s", a, b, c, d);
}
