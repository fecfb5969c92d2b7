/* auth_admin.c - what the operator sees of holders of identification and
 * application certificates. */
#include <stdio.h>
#include <string.h>

#include "role/ra/auth.h"

struct viewing {
	auth_view_fn *view;
	void *ctx;
};

static enum fault
got_view(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	const struct viewing *viewing = ctx;
	const char *error = db_text(row, 4);
	struct auth_view v = {
	    .number = db_int(row, 0),
	    .created = (uint32_t)db_int(row, 2),
	    .contact = (uint32_t)db_int(row, 3),
	    .error_at = (uint32_t)db_int(row, 5),
	    .done = (uint32_t)db_int(row, 6),
	    .waiting = (uint32_t)db_int(row, 7),
	    .failed = (uint32_t)db_int(row, 8),
	    .until = (uint32_t)db_int(row, 9),
	    .due = (uint32_t)db_int(row, 10),
	    .blocked = db_int(row, 11) != 0,
	};

	TRY(db_blob_copy(row, 1, v.rif, sizeof(v.rif), fi));
	snprintf(v.error, sizeof(v.error), "%s", error != NULL ? error : "");
	viewing->view(viewing->ctx, &v);
	return FAULT_OK;
}

enum fault
auth_views(struct db *db, auth_view_fn *view, void *ctx, struct fault_info *fi)
{
	struct viewing viewing = {view, ctx};

	return db_run(db, DO_AUTH_DEVICES, NULL, 0, got_view, &viewing, fi);
}

struct digesting {
	auth_digest_fn *digest;
	void *ctx;
};

static enum fault
got_digest(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	const struct digesting *d = ctx;
	uint8_t id[10];

	TRY(db_blob_copy(row, 0, id, sizeof(id), fi));
	d->digest(d->ctx, id, (uint32_t)db_int(row, 1));
	return FAULT_OK;
}

enum fault
auth_digests(struct db *db, const uint8_t id[8], uint32_t now,
    auth_digest_fn *digest, void *ctx, struct fault_info *fi)
{
	struct digesting d = {digest, ctx};

	return DB_EACH(db, DO_AUTH_DIGESTS, got_digest, &d, fi, DB_BLOB(id, 8),
	    DB_INT(now));
}

enum fault
auth_health(struct db *db, struct service_health *h, struct fault_info *fi)
{
	static const struct {
		const char *name;
		enum statement statement;
	} figures[] = {
	    {"auth_devices", DO_AUTH_DEVICE_COUNT},
	    {"auth_waiting", DO_AUTH_WAITING_COUNT},
	    {"auth_in_flight", DO_AUTH_SENT_COUNT},
	};
	int64_t n;

	for (size_t k = 0; k < sizeof(figures) / sizeof(figures[0]); k++) {
		TRY(db_run_int(db, &n, figures[k].statement, NULL, 0, fi));
		health_count(h, figures[k].name, n);
	}
	return FAULT_OK;
}
