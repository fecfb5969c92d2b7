/*
 * activity.h - the activity log of the station: what was done, by whom, with
 * which outcome.
 *
 * Lines are chained (audit/line.h).  They are made in the transaction of what
 * they tell of; the file data/activity.log follows the database, and is never
 * written anywhere but at its end.
 */
#ifndef DCM_ACTIVITY_H
#define DCM_ACTIVITY_H

#include <stdint.h>

#include "audit/line.h"
#include "base/fault.h"
#include "store/db.h"

#define ACTIVITY_FILE "data/activity.log"

/* Texts may come from anywhere: what is not printable is replaced. */
struct activity {
	uint32_t time;
	const char *who; /* NULL: none was shown */
	const char *type, *serial;
	const uint8_t *enrollment; /* HashedId8; NULL: there is none */
	const char *outcome;
};

/* Adds a line to the database, inside its transaction. */
enum fault must_check activity_add(
    struct db *, const struct activity *, struct fault_info *);
/* Appends to the file what it lacks; durable when it returns.  FAULT_STORE:
 * the end of the file is not what was written. */
enum fault must_check activity_flush(
    struct db *, const char *path, struct fault_info *);
/* Does the file end with the last line of the database?  Changes nothing.
 * FAULT_STORE: it does not. */
enum fault must_check activity_check(
    struct db *, const char *path, struct fault_info *);

/* Every line of the file, in memory: is it what follows from those before,
 * and the last what the database ends with?  *lines counts them.
 * FAULT_HASH_MISMATCH names the first that is not. */
enum fault must_check activity_verify(
    struct db *, int64_t *lines, struct bytes file, struct fault_info *);

#endif /* DCM_ACTIVITY_H */
