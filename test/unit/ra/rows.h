/*
 * rows.h - everything that a database holds, to see whether anything changed.
 */
#ifndef TEST_RA_ROWS_H
#define TEST_RA_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/hash.h"

/* A hash over every column of every row of every table. */
void rows_hash(uint8_t out[SHA256_SIZE], const char *db_path);
/* The columns of a table, "a,b,c". */
void rows_columns(char *out, size_t n, const char *db_path, const char *table);

#endif /* TEST_RA_ROWS_H */
