/* expiry.h - how long the certificates of an environment still live. */
#ifndef SCMS_EXPIRY_H
#define SCMS_EXPIRY_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "tool/scms/part.h"
#include "tool/scms/site.h"

/* From so many days on, scms status warns. */
#define EXPIRY_WARN_DAYS 30

struct expiry {
	uint32_t end; /* Time32 */
	bool known;   /* false: the certificate cannot be read */
};

/* Whole days from now to end, rounded down: negative once it is over. */
int64_t expiry_days(uint32_t end, uint32_t now);

struct expiry expiry_of_certificate(const char *path);
struct expiry expiry_of_tls(const char *path);

/* Adds "certificate" and "tls" to what is said of a part: {"ends", "days"}. */
void
expiry_describe_part(json_t *one, const struct site *, const struct part *);
/* Certificates of those that are no running part: root, electors, ICA, MA... */
json_t *expiry_describe_others(const struct site *);
/* One line for each that ends in less than EXPIRY_WARN_DAYS; all is what
 * scms status --json prints. */
json_t *expiry_warnings(const json_t *all);
/* "certificate until 2029-12-01 (1105 days), TLS until ..."; false: nothing is
 * known. */
bool expiry_text(char *out, size_t n, const json_t *one);

#endif /* SCMS_EXPIRY_H */
