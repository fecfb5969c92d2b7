/*
 * contacts.h - when devices were last here, and what their latest error was.
 *
 * Kept in memory and written every second or so in one commit, so that a
 * download costs none; a crash forgets at most the latest.
 */
#ifndef RA_CONTACTS_H
#define RA_CONTACTS_H

#include <pthread.h>
#include <stdint.h>

#include "base/fault.h"
#include "store/db.h"

#define CONTACTS_MAX  4096
#define CONTACT_ERROR 96

struct contact {
	int64_t device;
	uint32_t time;
	char error[CONTACT_ERROR]; /* "": none */
};

struct contacts {
	pthread_mutex_t lock;
	struct contact *v;
	size_t n;
};

void contacts_init(struct contacts *);
void contacts_destroy(struct contacts *);
/* error NULL: all is well.  When the memory is full nothing is noted. */
void contacts_note(
    struct contacts *, int64_t device, uint32_t time, const char *error);
/* Writes what was noted, and forgets it. */
enum fault must_check contacts_flush(
    struct contacts *, struct db *, struct fault_info *);

#endif /* RA_CONTACTS_H */
