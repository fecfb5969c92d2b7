/* commit.c - one commit for all enrollments that wait for one. */
#include "crypto/hash.h"
#include "role/eca/eca.h"
#include "service/crash.h"

static enum fault
add(struct eca *eca, struct eca_commit *c)
{
	struct eca_record *r = c->record;
	struct bytes before;
	enum fault f;

	f = eca_store_answer(eca->db, &before, c->arena, &r->request, &c->info);
	if (f == FAULT_OK) {
		r->answer = before;
		c->repeated = true;
		return FAULT_OK;
	}
	if (f != FAULT_NOT_FOUND)
		return f;
	TRY(eca_store_check_key(eca->db, &r->key, &c->info));
	return eca_store_add(eca->db, &c->number, r, &c->info);
}

/* One that is refused does not stop the others; when the database fails, all
 * fail alike. */
/* One line in the audit log for all that are new: their count, and a digest of
 * the hashes of their requests, SHA-256(digest so far || hash) for each. */
static enum fault
account(struct eca *eca, const struct eca_commit *list, struct fault_info *fi)
{
	char hex[2 * SHA256_SIZE + 1];
	uint8_t digest[SHA256_SIZE] = {0};
	unsigned n = 0;

	for (const struct eca_commit *c = list; c != NULL; c = c->next) {
		const struct bytes both[] = {
		    BYTES(digest), BYTES(c->record->request.b)};

		if (c->fault != FAULT_OK || c->repeated)
			continue;
		sha256_parts(digest, both, 2);
		n++;
	}
	if (n == 0)
		return FAULT_OK;
	hex_encode(hex, digest, sizeof(digest));
	return audit_write(
	    eca->audit, AUDIT_ENROLL, fi, "count=%u requests=%s", n, hex);
}

static enum fault
add_all(struct eca *eca, struct eca_commit *list, struct fault_info *fi)
{
	TRY(db_begin(eca->db, fi));
	for (struct eca_commit *c = list; c != NULL; c = c->next) {
		c->fault = add(eca, c);
		if (c->fault != FAULT_OK && c->fault != FAULT_DUPLICATE) {
			*fi = c->info;
			db_rollback(eca->db);
			return c->fault;
		}
	}
	if (account(eca, list, fi) != FAULT_OK) {
		db_rollback(eca->db);
		return fi->code;
	}
	crash_point("eca-accounted");
	return db_commit(eca->db, fi);
}

static void
commit_list(struct eca *eca, struct eca_commit *list)
{
	struct fault_info fi;
	enum fault f;

	pthread_mutex_lock(&eca->lock);
	f = add_all(eca, list, &fi);
	pthread_mutex_unlock(&eca->lock);
	for (struct eca_commit *c = list; f != FAULT_OK && c != NULL;
	     c = c->next) {
		c->fault = f;
		c->info = fi;
	}
}

enum fault
eca_commit(struct eca *eca, struct eca_commit *c, struct fault_info *fi)
{
	struct eca_commits *all = &eca->commits;
	struct eca_commit *list, *next;

	pthread_mutex_lock(&all->lock);
	c->next = all->waiting;
	all->waiting = c;
	while (!c->done && all->busy)
		pthread_cond_wait(&all->changed, &all->lock);
	if (!c->done) {
		list = all->waiting;
		all->waiting = NULL;
		all->busy = true;
		pthread_mutex_unlock(&all->lock);
		commit_list(eca, list);
		pthread_mutex_lock(&all->lock);
		for (; list != NULL; list = next) {
			next = list->next;
			list->done = true;
		}
		all->busy = false;
		pthread_cond_broadcast(&all->changed);
	}
	pthread_mutex_unlock(&all->lock);
	if (c->fault != FAULT_OK && fi != NULL)
		*fi = c->info;
	return c->fault;
}
