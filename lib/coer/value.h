/*
 * value.h - how C values of each kind are read and stored; private to the
 * engine (decode.c, encode.c, json*.c).
 */
#ifndef COER_VALUE_H
#define COER_VALUE_H

#include <assert.h>
#include <string.h>

#include "coer/coer.h"

struct list {
	size_t n;
	void *v;
}; /* the shape of every SEQUENCE OF */

/* The one place that knows how wide a C integer is. */
static inline void
store(void *at, uint32_t size, uint64_t v)
{
	switch (size) {
	case 1:
		*(uint8_t *)at = (uint8_t)v;
		break;
	case 2:
		*(uint16_t *)at = (uint16_t)v;
		break;
	case 4:
		*(uint32_t *)at = (uint32_t)v;
		break;
	default:
		*(uint64_t *)at = v;
		break;
	}
}

static inline uint64_t
load(const void *at, uint32_t size)
{
	switch (size) {
	case 1:
		return *(const uint8_t *)at;
	case 2:
		return *(const uint16_t *)at;
	case 4:
		return *(const uint32_t *)at;
	default:
		return *(const uint64_t *)at;
	}
}

/* The low size octets of v as two's complement. */
static inline int64_t
sign_extend(uint64_t v, uint32_t size)
{
	unsigned shift = 64 - 8 * size;

	assert(size >= 1 && size <= 8);
	return (int64_t)(v << shift) >> shift;
}

/* Pointers to objects of any type, without aliasing tricks. */
static inline void *
get_pointer(const void *at)
{
	void *p;

	memcpy(&p, at, sizeof(p));
	return p;
}

static inline void
set_pointer(void *at, const void *p)
{
	memcpy(at, &p, sizeof(p));
}

static inline struct list
get_list(const void *at)
{
	struct list l;

	memcpy(&l, at, sizeof(l));
	return l;
}

static inline struct asn_more *
get_more(const struct asn_type *t, const void *obj)
{
	return t->extensible ? get_pointer((const uint8_t *)obj + t->more)
			     : NULL;
}

/* Whether component f, found at the address given, has a value to write. */
static inline bool
is_present(const struct asn_field *f, const void *at)
{
	if (f->presence == ASN_REQUIRED)
		return true;
	if (f->presence == ASN_OPTIONAL)
		return get_pointer(at) != NULL;
	return load(at, f->type->size) != (uint64_t)f->dflt;
}

/* The value of component f: behind the pointer where it is optional. */
static inline const void *
value_of(const struct asn_field *f, const void *at)
{
	return f->presence == ASN_OPTIONAL ? get_pointer(at) : at;
}

/* The row of an enumerator; NULL: not known. */
const struct asn_field *asn_enumerator(const struct asn_type *, uint64_t);
/* UTF-8 of lo..hi characters.  Returns NULL, or what is wrong. */
const char *asn_check_utf8(const struct asn_type *, struct bytes);
/* OBJECT IDENTIFIER contents in canonical form. */
bool asn_check_oid(struct bytes);

#endif /* COER_VALUE_H */
