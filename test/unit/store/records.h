/* records.h - records of the bulk tests: key and value of a number. */
#ifndef TEST_UNIT_STORE_RECORDS_H
#define TEST_UNIT_STORE_RECORDS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/bulk.h"

#define KEY_N	  32u
#define VALUE_MAX 512u

/* Key and value depend on the number only; value lengths are 0 to 511. */
void record_key(uint64_t number, uint8_t key[KEY_N]);
size_t record_value(uint64_t number, uint8_t value[VALUE_MAX]);

/* Appends the records first..first + n - 1 as one batch. */
enum fault records_append(struct bulk *, uint64_t first, size_t n,
    uint64_t *segment, struct fault_info *);
/* Fails the test unless each of them is found with its value. */
void records_expect(struct bulk *, uint64_t first, size_t n);
/* How many of them are there. */
size_t records_count(struct bulk *, uint64_t first, size_t n);
struct bulk *records_open(const char *folder, enum bulk_mode);
/* Number of records that bulk_each visits, of which keys rise within a batch.
 */
uint64_t records_total(struct bulk *);
/* Waits until the merger has nothing to do. */
void records_settle(struct bulk *);

#endif /* TEST_UNIT_STORE_RECORDS_H */
