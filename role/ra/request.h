/*
 * request.h - ScopedRaPcaCertificateRequest, the request for one pseudonym
 * certificate, thousands at a time.
 *
 * All requests of a batch are alike but for two keys and two PLVs, so they
 * are copies of a template that the general encoder has made once.
 */
#ifndef RA_REQUEST_H
#define RA_REQUEST_H

#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "crypto/p256.h"
#include "schema/scms_protocol.h"

/* What all requests of a class have in common. */
struct request_class {
	const char *ra, *pca, *la[2]; /* host names */
	const sequence_of_psid_ssp *psid_ssp;
	const geographic_region *region; /* NULL: none */
};

/* What is particular to one. */
struct request_parts {
	struct point b, h;   /* cocoon keys */
	struct bytes plv[2]; /* encoded, of LA1 and LA2 */
};

struct request_template {
	struct bytes before, after; /* what is around the PLVs */
	size_t b_at, h_at;	    /* of x || y, in before and in after */
};

/* The whole message as a value; pdu borrows all it is made from. */
void request_fill(scms_pdu *, const struct request_class *, uint16_t i,
    const struct request_parts *, const encrypted_individual_plv plv[2]);
/* A template for period i.  FAULT_CONSTRAINT: a name is too long;
 * FAULT_TOO_LARGE: arena. */
enum fault must_check request_template_make(struct request_template *,
    struct arena *, const struct request_class *, uint16_t i,
    struct fault_info *);

static inline size_t
request_size(const struct request_template *t, const struct bytes plv[2])
{
	return t->before.n + plv[0].n + plv[1].n + t->after.n;
}

/* Writes request_size() octets. */
void request_write(uint8_t *out, const struct request_template *,
    const struct request_parts *);

#endif /* RA_REQUEST_H */
