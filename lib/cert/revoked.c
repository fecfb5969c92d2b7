/* revoked.c - looking up what is revoked; see revoked.h. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/log.h"
#include "base/time32.h"
#include "cert/crl.h"
#include "cert/revoked_int.h"
#include "cert/trust.h"
#include "schema/dot2.h"

struct revoked *
revoked_alloc(const struct revoked_terms *terms)
{
	struct revoked *r = calloc(1, sizeof(*r));

	if (r == NULL)
		log_fatal("out of memory");
	r->terms = *terms;
	if (r->terms.i_seconds == 0) {
		r->terms.i_zero = I_ZERO_DEFAULT;
		r->terms.i_seconds = I_PERIOD_DEFAULT;
	}
	return r;
}

void
revoked_free(struct revoked *r)
{
	if (r == NULL)
		return;
	if (r->image != NULL)
		munmap(r->image, r->size);
	free(r);
}

/* ---- periods ---- */

uint32_t
revoked_base(const struct revoked_terms *t, uint32_t now)
{
	uint32_t since = now < REVOKED_OVERLAP ? 0 : now - REVOKED_OVERLAP;

	return time32_period(since, t->i_zero, t->i_seconds);
}

bool
revoked_is_current(const struct revoked *r, uint32_t now)
{
	return revoked_base(&r->terms, now) == r->base;
}

const struct digest *
revoked_source(const struct revoked *r)
{
	return &r->source;
}

/* ---- look-up ---- */

const struct revoked_held *
revoked_find(const struct revoked *r, const uint8_t *craca, size_t craca_n,
    uint16_t series)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct revoked_held *l = &r->list[i];

		if (l->series == series &&
		    memcmp(l->craca + sizeof(l->craca) - craca_n, craca,
			craca_n) == 0)
			return l;
	}
	return NULL;
}

const struct lineset *
revoked_set(const struct revoked *r, const struct revoked_held *l, uint32_t i)
{
	return l->linked && i >= r->base && i - r->base < REVOKED_PERIODS
		   ? &l->set[i - r->base]
		   : NULL;
}

static enum fault
check_date(const struct revoked *r, const struct revoked_held *l, uint32_t time,
    struct fault_info *fi)
{
	char text[TIME32_TEXT];

	if (time == TRUST_ANY_TIME)
		return FAULT_OK;
	if (l->linked && time >= r->until)
		return fault_set(fi, FAULT_OVERDUE,
		    "the CRL of series %u was not expanded for this time",
		    l->series);
	if (r->terms.tolerance == UINT32_MAX ||
	    time <= (uint64_t)l->next + r->terms.tolerance)
		return FAULT_OK;
	time32_text(text, l->next);
	return fault_set(fi, FAULT_OVERDUE,
	    "the CRL of series %u should have been replaced on %.10s",
	    l->series, text);
}

static enum fault
blame(const struct revoked_held *l, const char *what, struct fault_info *fi)
{
	char text[TIME32_TEXT];

	time32_text(text, l->issued);
	return fault_set(fi, FAULT_REVOKED,
	    "its %s is on the CRL of series %u of %.10s", what, l->series,
	    text);
}

enum fault
revoked_check(const struct revoked *r, const struct cert *c, uint32_t time,
    struct fault_info *fi)
{
	const struct revoked_held *l = revoked_find(r, c->tbs->craca_id.b,
	    sizeof(c->tbs->craca_id.b), c->tbs->crl_series);
	const certificate_id *id = &c->tbs->id;
	const struct lineset *set;

	if (l == NULL)
		return FAULT_OK;
	TRY(check_date(r, l, time, fi));
	if (!l->linked)
		return lineset_has(&l->set[0], crl_id_of(c))
			   ? blame(l, "digest", fi)
			   : FAULT_OK;
	if (id->is != certificate_id_linkage_data)
		return FAULT_OK;
	set = revoked_set(r, l, id->linkage_data.i_cert);
	return set != NULL && lineset_has(set, id->linkage_data.linkage_value.b)
		   ? blame(l, "linkage value", fi)
		   : FAULT_OK;
}

bool
revoked_has_linkage(const struct revoked *r, const uint8_t value[9], uint32_t i)
{
	for (size_t k = 0; k < r->n; k++) {
		const struct lineset *set = revoked_set(r, &r->list[k], i);

		if (set != NULL && lineset_has(set, value))
			return true;
	}
	return false;
}
