/*
 * window.h - about which periods the MA may ask.
 *
 * A report is at most eight days old when it comes, and what it shows no older.
 * So nobody who investigates asks about a certificate of long ago, and those
 * who answer treat it as one they never issued: whoever has the MA's key learns
 * nothing of the past of a vehicle.  To revoke is another matter than to link:
 * people may take their time to decide.
 */
#ifndef INQUIRY_WINDOW_H
#define INQUIRY_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "service/environment.h"

#define INQUIRY_LINK_PERIODS   2  /* before the running one */
#define INQUIRY_REVOKE_PERIODS 13 /* a quarter, where a period is a week */
#define INQUIRY_AHEAD	       1  /* certificates of two periods overlap */

/* May certificates of period i be linked at time now (Time32)? */
bool inquiry_may_link(const struct environment *, uint32_t i, uint32_t now);
/* May one lead to the revocation of its holder? */
bool inquiry_may_revoke(const struct environment *, uint32_t i, uint32_t now);

#endif /* INQUIRY_WINDOW_H */
