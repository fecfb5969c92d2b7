/* contacts.c - see contacts.h. */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "role/ra/contacts.h"
#include "role/ra/db.h"

static struct contact *
contacts_new(void)
{
	struct contact *v = calloc(CONTACTS_MAX, sizeof(*v));

	if (v == NULL)
		log_fatal("out of memory");
	return v;
}

void
contacts_init(struct contacts *c)
{
	pthread_mutex_init(&c->lock, NULL);
	c->v = contacts_new();
	c->n = 0;
}

void
contacts_destroy(struct contacts *c)
{
	free(c->v);
	pthread_mutex_destroy(&c->lock);
}

void
contacts_note(
    struct contacts *c, int64_t device, uint32_t time, const char *error)
{
	struct contact *new;

	pthread_mutex_lock(&c->lock);
	if (c->n < CONTACTS_MAX) {
		new = &c->v[c->n++];
		new->device = device;
		new->time = time;
		snprintf(new->error, sizeof(new->error), "%s",
		    error != NULL ? error : "");
	}
	pthread_mutex_unlock(&c->lock);
}

/* Holders have numbers and a table of their own. */
static enum fault
write_holder(struct db *db, const struct contact *c, struct fault_info *fi)
{
	TRY(DB_RUN(db, DO_AUTH_DEVICE_CONTACT, fi, DB_INT(c->device),
	    DB_INT(c->time)));
	TRY(DB_RUN(db, DO_AUTH_AWAKE, fi, DB_INT(c->device)));
	if (c->error[0] == '\0')
		return FAULT_OK;
	return DB_RUN(db, DO_AUTH_DEVICE_ERROR, fi, DB_INT(c->device),
	    DB_TEXT(c->error), DB_INT(c->time));
}

static enum fault
write_contact(struct db *db, const struct contact *c, struct fault_info *fi)
{
	if (c->device >= AUTH_NUMBERS)
		return write_holder(db, c, fi);
	TRY(DB_RUN(
	    db, DO_DEVICE_CONTACT, fi, DB_INT(c->device), DB_INT(c->time)));
	if (c->error[0] == '\0')
		return FAULT_OK;
	return DB_RUN(db, DO_DEVICE_ERROR, fi, DB_INT(c->device),
	    DB_TEXT(c->error), DB_INT(c->time));
}

static enum fault
write_all(
    struct db *db, const struct contact *v, size_t n, struct fault_info *fi)
{
	TRY(db_begin(db, fi));
	for (size_t k = 0; k < n; k++)
		TRY(write_contact(db, &v[k], fi));
	return db_commit(db, fi);
}

enum fault
contacts_flush(struct contacts *c, struct db *db, struct fault_info *fi)
{
	struct contact *v;
	enum fault f;
	size_t n;

	pthread_mutex_lock(&c->lock);
	v = c->v;
	n = c->n;
	if (n > 0) {
		c->v = contacts_new();
		c->n = 0;
	}
	pthread_mutex_unlock(&c->lock);
	if (n == 0)
		return FAULT_OK;
	if ((f = write_all(db, v, n, fi)) != FAULT_OK)
		db_rollback(db);
	free(v);
	return f;
}
