/* stop.c - see stop.h. */
#include <string.h>

#include "base/log.h"
#include "base/time32.h"
#include "role/ra/block.h"
#include "role/ra/stop.h"

#define AT_ONCE 500u
#define MEMORY	((size_t)16 << 20)

/* Of pseudonym certificates, or of identification and application ones. */
struct kind {
	enum statement next, stop;
	bool pools; /* what waits for company is withdrawn, too */
};

static const struct kind kinds[] = {
    {DO_DEVICES_AFTER, DO_DEVICE_STOP, true},
    {DO_HOLDERS_AFTER, DO_HOLDER_STOP, false},
};

/* Some devices that get something, in the order of their numbers. */
struct some {
	struct arena arena;
	int64_t number[AT_ONCE];
	struct bytes enrollment[AT_ONCE];
	size_t n;
};

static enum fault
got_device(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct some *s = ctx;

	s->number[s->n] = db_int(row, 0);
	s->enrollment[s->n] = bytes_copy(&s->arena, db_blob(row, 1));
	if (s->enrollment[s->n].p == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "devices");
	s->n++;
	return FAULT_OK;
}

/* By itself, or by its ECA. */
static bool
is_revoked(struct ra *ra, struct arena *arena, struct bytes enrollment)
{
	const struct cert *eca;
	struct cert *c, *copy;
	const uint8_t *id;

	if (cert_load(&c, arena, enrollment, NULL) != FAULT_OK)
		return false;
	if (trust_check_revoked(ra->self.trust, c, TRUST_ANY_TIME, NULL) ==
	    FAULT_REVOKED)
		return true;
	id = cert_issuer_id(c);
	eca = id != NULL ? trust_find(ra->self.trust, id) : NULL;
	return eca != NULL &&
	       cert_load(&copy, arena, eca->raw, NULL) == FAULT_OK &&
	       trust_check_chain(NULL, ra->self.trust, copy, TRUST_ANY_TIME,
		   NULL) == FAULT_REVOKED;
}

static enum fault
stop_all(struct db *db, const struct kind *kind, const int64_t *number,
    size_t n, struct fault_info *fi)
{
	uint32_t now = time32_now();

	TRY(db_begin(db, fi));
	for (size_t k = 0; k < n; k++) {
		TRY(DB_RUN(db, kind->stop, fi, DB_INT(number[k])));
		if (kind->pools)
			TRY(block_withdraw(db, number[k], now, fi));
	}
	return db_commit(db, fi);
}

static enum fault
read_some(struct some *s, struct ra *ra, const struct kind *kind, int64_t after,
    struct fault_info *fi)
{
	enum fault f;

	s->n = 0;
	ra_db_lock(ra);
	f = DB_EACH(ra->db, kind->next, got_device, s, fi, DB_INT(after),
	    DB_INT(AT_ONCE));
	ra_db_unlock(ra, ra->db);
	return f;
}

/* Certificates are looked at while others use the database. */
static enum fault
look_at_some(struct some *s, size_t *stopped, struct ra *ra,
    const struct kind *kind, struct fault_info *fi)
{
	int64_t revoked[AT_ONCE];
	enum fault f;
	size_t n = 0;

	for (size_t k = 0; k < s->n; k++)
		if (is_revoked(ra, &s->arena, s->enrollment[k]))
			revoked[n++] = s->number[k];
	if (n == 0)
		return FAULT_OK;
	ra_db_lock(ra);
	f = stop_all(ra->db, kind, revoked, n, fi);
	ra_db_unlock(ra, ra->db);
	*stopped += f == FAULT_OK ? n : 0;
	return f;
}

static enum fault
stop_kind(size_t *stopped, struct ra *ra, const struct kind *kind,
    struct some *s, struct fault_info *fi)
{
	int64_t after = -1;

	do {
		arena_reset(&s->arena);
		TRY(read_some(s, ra, kind, after, fi));
		TRY(look_at_some(s, stopped, ra, kind, fi));
		if (s->n > 0)
			after = s->number[s->n - 1];
	} while (s->n == AT_ONCE && !service_stopping(ra->service));
	return FAULT_OK;
}

enum fault
stop_revoked(size_t *n, struct ra *ra, struct fault_info *fi)
{
	struct some s = {.arena = arena_new(MEMORY)};
	enum fault f = FAULT_OK;

	*n = 0;
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		if (f == FAULT_OK)
			f = stop_kind(n, ra, &kinds[k], &s, fi);
	arena_free(&s.arena);
	return f;
}
