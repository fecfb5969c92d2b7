/*
 * schema.h - the catalogue of all types, by module and name.
 */
#ifndef SCHEMA_SCHEMA_H
#define SCHEMA_SCHEMA_H

#include <stdio.h>

#include "coer/coer.h"

/* 1.2.4 layouts that differ from 1.2.2 are in a module of this name, under
 * their ASN.1 names. */
#define SCHEMA_124 "CAMP-1.2.4"

struct schema_entry {
	const char *module;
	const struct asn_type *type;
};

/* Finds a type by its ASN.1 name.  Module NULL: the first module that has it.
 * Modules are compared without regard to case, because the editions of 2017
 * and 2022 spell theirs differently (IEEE1609dot2, Ieee1609Dot2).  NULL: no
 * such type. */
const struct asn_type *schema_find(const char *module, const char *name);

/* All named types, in the order of their declaration: entry i, or NULL after
 * the last. */
const struct schema_entry *schema_entry(size_t i);

/* Prints "Name := notation", one line, in the notation of
 * test/vectors/asn1-notation.txt. */
void schema_print(FILE *, const struct asn_type *);
/* Prints all types of a module (NULL: of all), each module under its name. */
void schema_print_all(FILE *, const char *module);

#endif /* SCHEMA_SCHEMA_H */
