/*
 * coer.h - canonical OER (ITU-T X.696) driven by one declaration per type.
 *
 * A schema header declares each ASN.1 type once, in the language of asn.h;
 * that yields the C type T and its descriptor T_asn.  The functions below
 * work on every type.
 *
 * Decoding is strict: what is not canonical, or violates a constraint, is
 * refused, so whatever decodes encodes to the same octets.  Extension
 * additions and alternatives that are not known are kept (struct asn_more,
 * struct asn_unknown) and written again.
 *
 * Memory: decoding allocates from the caller's arena and nowhere else; octet
 * strings of variable size point into the input, which must outlive them.
 * Encoding allocates nothing, coer_encode_new excepted.
 *
 * Errors: the text of fault_info names "Type.component" and the cause; offset
 * is that of the octet where reading stopped (encoding: writing stopped).
 *	TRUNCATED	input ends inside the value
 *	TRAILING	input goes on after the value (or inside an open type)
 *	NOT_CANONICAL	readable, but not the one canonical encoding
 *	CONSTRAINT	outside the range or size of the type, or not UTF-8
 *	UNKNOWN_ALTERNATIVE  tag or enumerator that the type does not have
 *	TOO_DEEP	nested more than COER_MAX_DEPTH levels
 *	TOO_LARGE	arena used up, writer full, more than COER_MAX_ELEMENTS
 *			elements, or an integer of more than 64 bits
 */
#ifndef COER_COER_H
#define COER_COER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/bytes.h"
#include "base/fault.h"

#define COER_MAX_DEPTH	   64		     /* SEQUENCE, CHOICE, SEQUENCE OF */
#define COER_MAX_ELEMENTS  ((size_t)1 << 20) /* of one SEQUENCE OF */
#define COER_MAX_ADDITIONS 256		     /* of one SEQUENCE */

enum asn_kind {
	ASN_K_NULL,
	ASN_K_BOOLEAN, /* bool */
	ASN_K_UINT,    /* uint8_t..uint64_t, encoded in as many octets */
	ASN_K_INT,     /* int8_t..int64_t, encoded in as many octets */
	ASN_K_VARUINT, /* uint64_t; INTEGER (0..MAX) */
	ASN_K_VARINT,  /* int64_t; INTEGER */
	ASN_K_ENUM,
	ASN_K_BITS8,  /* uint8_t, first bit 0x80; BIT STRING (SIZE (8)) */
	ASN_K_OCTETS, /* struct { uint8_t b[size]; } */
	ASN_K_STRING, /* struct bytes, lo..hi octets */
	ASN_K_UTF8,   /* struct bytes, lo..hi characters */
	ASN_K_OID,    /* struct bytes: the contents octets */
	ASN_K_OPEN,   /* struct bytes: one encoded value of any type */
	ASN_K_SEQUENCE,
	ASN_K_SEQUENCE_OF, /* struct { size_t n; T *v; } */
	ASN_K_CHOICE,	   /* struct { enum is; union { ... }; } */
	ASN_K_ALIAS,	   /* another name for elem */
	ASN_K_EXTRA,	   /* bool: octet 00 present; see asn.h */
	ASN_K_SPAN,	   /* struct bytes: octets since ASN_K_EXTRA */
};

enum asn_presence {
	ASN_REQUIRED,
	ASN_OPTIONAL, /* pointer, NULL: absent */
	ASN_DEFAULT,  /* value; absent in the encoding if it is dflt */
};

struct asn_type;

/* A component, alternative, enumerator (dflt: its number) or named bit. */
struct asn_field {
	const char *name; /* NULL: not part of ASN.1 */
	const struct asn_type *type;
	uint32_t offset;
	uint8_t presence; /* enum asn_presence */
	bool lax;	  /* addition without OPTIONAL */
	int64_t dflt;
};

struct asn_type {
	const char *name; /* as the standard spells it */
	enum asn_kind kind;
	bool extensible;      /* has "..." */
	bool raw;	      /* starts with struct bytes raw */
	uint32_t size, align; /* of the C type */
	uint32_t nroot;	      /* fields before "..." */
	uint32_t nold;	      /* those and additions of 2017 */
	uint32_t nfield;      /* all fields */
	uint32_t nbit;	      /* root fields that may be absent */
	uint32_t more;	      /* offset of struct asn_more *more */
	const struct asn_field *field;
	const struct asn_type *elem; /* element; aliased or parent type */
	int64_t lo;		     /* of value, octets, elements */
	uint64_t hi;		     /* as int64_t where kind is INT */
};

/* Extension additions as received; NULL in a new value.  Known additions are
 * members of the struct; bitmap and unknown keep the rest. */
struct asn_more {
	struct bytes bitmap; /* presence bits, without the length */
	size_t nbit;
	struct bytes unknown; /* open types of unknown additions */
};

/* An alternative that this edition of the schema does not know. */
struct asn_unknown {
	uint8_t index; /* tag number */
	struct bytes octets;
};

/* Decodes all of in into *out, an object of the type's C type. */
enum fault must_check coer_decode(const struct asn_type *, void *out,
    struct arena *, struct bytes in, struct fault_info *);
/* As coer_decode, but octets may follow; *used is the size of the value. */
enum fault must_check coer_decode_prefix(const struct asn_type *, void *out,
    struct arena *, struct bytes in, size_t *used, struct fault_info *);
/* Appends the encoding to the writer. */
enum fault must_check coer_encode(const struct asn_type *, const void *,
    struct writer *, struct fault_info *);
/* Encodes into new arena memory. */
enum fault must_check coer_encode_new(struct bytes *out, struct arena *,
    const struct asn_type *, const void *, struct fault_info *);
/* Octets of the encoding; 0 if the value cannot be encoded (or has none). */
size_t coer_size(const struct asn_type *, const void *);
/* Name of an enumerator or of the alternative (member is) of a CHOICE, as in
 * ASN.1; NULL if the type does not have it. */
const char *coer_name_of(const struct asn_type *, unsigned value);
/* The type behind aliases. */
const struct asn_type *asn_resolve(const struct asn_type *);

#endif /* COER_COER_H */
