/*
 * books.h - what the components have written down about every certificate,
 * read from their folders and put side by side.
 *
 * The RA knows (device, i, j), chain and HPCR; the PCA HPCR, linkage value and
 * both encrypted pre-linkage values; a device its certificates with linkage
 * values inside.  Nobody knows all; this program does, and that is why it is a
 * test and no tool.
 */
#ifndef SOAK_BOOKS_H
#define SOAK_BOOKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "base/file.h"
#include "plv/plv.h"
#include "service/environment.h"

#define HASH_SIZE 32

/* ---- lists that grow ---- */

struct list {
	void *v;
	size_t n, room, size; /* size: of an element */
};

#define LIST_OF(type)                \
	(struct list)                \
	{                            \
		.size = sizeof(type) \
	}
/* A new element of zeros. */
void *list_add(struct list *);
void *list_at(const struct list *, size_t);
void list_sort(struct list *, int (*)(const void *, const void *));
void list_free(struct list *);

/* ---- what was found ---- */

struct ra_device {
	int64_t number;
	uint8_t request[HASH_SIZE];
	uint32_t next_i, end_i, created;
	struct bytes ack;
};

/* A unit is what a device gets for a period i: certificates j = 0 .. n-1. */
struct ra_unit {
	int64_t device, chain, batch;
	uint32_t i, n, state, offset, size;
};

struct ra_hpcr {
	uint8_t hpcr[HASH_SIZE];
	int64_t device;
	uint32_t i, j;
};

struct pca_issued {
	uint8_t hpcr[HASH_SIZE];
	uint32_t i;
	struct lv lv;
	uint8_t plv[2][PLV_OCTETS];
};

/* What a device holds, found by the number that the RA gave it. */
struct holding {
	int64_t device;
	uint32_t i, j;
	struct lv lv;
};

/* One line of the table. */
enum check {
#define CHECK(name, text) CHECK_##name,
#include "test/soak/check.def"
#undef CHECK
	CHECKS
};

struct books {
	const char *dir;
	struct arena arena;
	struct environment environment;
	uint32_t period; /* now */
	bool verbose, absent;

	struct list ra_devices;				 /* by number */
	struct list units;				 /* by device, i */
	struct list ra_hpcrs;				 /* by HPCR */
	struct list issued;				 /* by HPCR */
	struct list held;				 /* struct holding */
	uint64_t units_done, units_lapsed, certificates; /* of the RA */

	struct {
		uint64_t n, differences;
	} checks[CHECKS];
};

/* One more was looked at. */
void books_count(struct books *, enum check, uint64_t);
/* Something is not as it must be; the first ones of each line are printed. */
void books_differ(struct books *, enum check, const char *fmt, ...)
    printf_like(3, 4);

/* ---- help for readers ---- */

void books_path(const struct books *, char out[PATH_SIZE], const char *name);
sqlite3 *books_db(const struct books *, const char *name);
/* Calls for each row; ends the program when SQLite fails. */
void books_each(sqlite3 *, const char *sql,
    void (*)(struct books *, sqlite3_stmt *), struct books *);
int64_t books_number(sqlite3 *, const char *sql);
struct bytes books_blob(struct books *, sqlite3_stmt *, int column);
/* Calls for each entry of a folder under the environment, by name. */
void books_folder(struct books *, const char *folder,
    void (*)(struct books *, const char *folder, const char *name));
/* Ends the program: the books cannot be read at all. */
no_return void books_fatal(const char *fmt, ...) printf_like(1, 2);
void books_must(enum fault, const struct fault_info *);

/* ---- the parts, in this order ---- */

void books_ra(struct books *);	   /* devices, units, answers, HPCRs */
void books_plv(struct books *);	   /* chains, files, what is left over */
void books_pca(struct books *);	   /* issued, linkage, PLVs */
void books_la(struct books *);	   /* chains, answers */
void books_device(struct books *); /* acks, enrollment, certificates */

#endif /* SOAK_BOOKS_H */
