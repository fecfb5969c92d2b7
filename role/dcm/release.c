/* release.c - a serial number becomes free again. */
#include <string.h>

#include "base/time32.h"
#include "role/dcm/dcm.h"

static enum fault
release(struct db *db, const struct dcm_device *d, const char *who,
    struct fault_info *fi)
{
	const struct activity a = {.time = time32_now(),
	    .who = who,
	    .serial = d->serial,
	    .enrollment = d->enrollment,
	    .outcome = "released, for bootstrapping again"};

	TRY(db_begin(db, fi));
	TRY(DB_RUN(db, DO_DEVICE_RELEASE, fi, DB_INT(d->number)));
	TRY(activity_add(db, &a, fi));
	return db_commit(db, fi);
}

enum fault
dcm_release(struct db *db, uint8_t enrollment[8], struct arena *arena,
    const char *serial, const char *who, const struct environment *env,
    struct fault_info *fi)
{
	struct dcm_device d;

	if (!env->allow_rebootstrapping)
		return fault_set(fi, FAULT_DENIED,
		    "re-bootstrapping is not allowed (allow_rebootstrapping)");
	TRY(dcm_store_find(&d, db, arena, serial, fi));
	if (d.number == 0 || d.state == DCM_ASKED)
		return fault_set(
		    fi, FAULT_NOT_FOUND, "%s was never enrolled", serial);
	memcpy(enrollment, d.enrollment, sizeof(d.enrollment));
	return d.state == DCM_RELEASED ? FAULT_OK : release(db, &d, who, fi);
}
