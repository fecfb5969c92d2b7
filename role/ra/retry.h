/*
 * retry.h - 5071: too many failed attempts of one enrollment certificate
 * within an hour.
 *
 * Attempts are counted in two accounts: of proven holders of the certificate
 * (their signature verified) and of everybody else who shows it.  The second
 * account closes the door only to those without proof, so that nobody can lock
 * out somebody else's device.  Memory is bounded: the certificate that has not
 * failed for longest is forgotten first.  Thread-safe.
 */
#ifndef RA_RETRY_H
#define RA_RETRY_H

#include <stdbool.h>
#include <stdint.h>

struct retries;

/* limit: failures within an hour that are borne. */
struct retries *retries_new(unsigned limit);
void retries_free(struct retries *);
/* Notes a failure at now (Time32). */
void retries_failed(
    struct retries *, const uint8_t id[8], bool proven, uint32_t now);
/* Has it failed so often that this attempt must not be looked at? */
bool retries_exceeded(
    struct retries *, const uint8_t id[8], bool proven, uint32_t now);

#endif /* RA_RETRY_H */
