/*
 * json.h - any value as JSON and back.
 *
 * SEQUENCE and CHOICE are objects with the names of ASN.1 (a CHOICE has one
 * member), octet strings lower-case hex, enumerators their names, NULL null,
 * bit strings {"bits": 8, "hex": "c0"}, object identifiers "1.3.111".
 * Absent OPTIONAL components are left out; DEFAULT components always appear
 * (a bit string that has its default value without trailing zero bits).
 *
 * What the schema does not know: an alternative is {"[7]": "hex"}, an
 * enumerator its number, extension additions a member "..." with the presence
 * bitmap and the octets of those not known.
 *
 * Integers go up to 2^64-1, which jansson's integers do not: where they
 * exceed 2^63-1, coer_to_json and coer_json_load yield strings of digits.
 */
#ifndef COER_JSON_H
#define COER_JSON_H

#include <stdio.h>

#include <jansson.h>

#include "coer/coer.h"

/* Writes the value as text, indented by one space per level. */
void coer_json_write(FILE *, const struct asn_type *, const void *);
/* The value as a tree, owned by the caller; NULL: out of memory. */
json_t *coer_to_json(const struct asn_type *, const void *);
/* Parses JSON text of any type, integers up to 2^64-1 included; NULL: not
 * JSON (FAULT_BAD_MESSAGE). */
json_t *coer_json_load(const char *, size_t, struct fault_info *);
/* Fills *out, an object of the type's C type; everything it points to is in
 * the arena.  Unknown, doubled or missing members and values of the wrong
 * form are refused (FAULT_BAD_MESSAGE, FAULT_CONSTRAINT); what remains of
 * constraints coer_encode checks. */
enum fault must_check coer_from_json(const struct asn_type *, void *out,
    struct arena *, json_t *, struct fault_info *);

#endif /* COER_JSON_H */
