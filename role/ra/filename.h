/*
 * filename.h - the names that devices ask for: "<hash>_<i>.zip" (pseudonym and
 * identification certificates), "<hash>.zip" (application certificates) and
 * "<hash>.info", hash being 16 and i 1 to 8 hexadecimal digits.
 *
 * Letters count the same in upper and lower case, as the field uses both.
 */
#ifndef RA_FILENAME_H
#define RA_FILENAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/bytes.h"

enum filename_kind { FILENAME_BATCH, FILENAME_SINGLE, FILENAME_INFO };

struct filename {
	enum filename_kind kind;
	uint8_t hash[8]; /* request hash */
	uint32_t i;	 /* FILENAME_BATCH */
};

/* False unless the whole of text is such a name. */
bool must_check filename_parse(struct filename *, struct bytes text);

#define FILENAME_TEXT 32
/* The name as we write it: all digits in upper case. */
void filename_text(char out[FILENAME_TEXT], const struct filename *);

#endif /* RA_FILENAME_H */
