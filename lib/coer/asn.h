/*
 * asn.h - the schema language.
 *
 * Each declaration of a schema header is one of
 *
 *	ASN_UINT(T, "Name", BITS, LO, HI)	integer encoded in BITS/8 octets
 *	ASN_INT(T, "Name", BITS, LO, HI)	the same, signed
 *	ASN_VALUE(T, "Name", PARENT, BITS, V)	PARENT (V): a single value
 *	ASN_RANGE(T, "Name", PARENT, BITS, LO, HI)  PARENT (LO..HI), signed
 *	ASN_VARUINT(T, "Name")			INTEGER (0..MAX)
 *	ASN_VARINT(T, "Name")			INTEGER
 *	ASN_BOOLEAN, ASN_NULL, ASN_OID(T, "Name")
 *	ASN_OCTETS(T, "Name", N)		fixed size
 *	ASN_ZEROS(T, "Name", N)			fixed size, all octets 00
 *	ASN_STRING(T, "Name", LO, HI)		OCTET STRING
 *	ASN_UTF8(T, "Name", LO, HI)		UTF8String, sizes in characters
 *	ASN_OPEN(T, "Name")			open type
 *	ASN_BITS8(T, "Name", LO, LIST)		BIT STRING (SIZE (8)), >= LO
 *	ASN_ENUM(T, "Name", MARK, LIST)		MARK: CLOSED or EXTENSIBLE
 *	ASN_ENUM_MORE(T, "Name", LIST, MORE)	MORE: list after "..."
 *	ASN_SEQUENCE(T, "Name", MARK, LIST)
 *	ASN_SEQUENCE_MORE(T, "Name", LIST, MORE)
 *	ASN_SEQUENCE_EDITIONS(T, "Name", LIST, MORE, MORE)  2017, since then
 *	ASN_SEQUENCE_RAW, ASN_SEQUENCE_RAW_MORE	member raw: octets received
 *	ASN_SEQUENCE_OF(T, "Name", ELEMENT, LO, HI)
 *	ASN_CHOICE(T, "Name", MARK, LIST)
 *	ASN_CHOICE_MORE(T, "Name", LIST, MORE)
 *	ASN_ALIAS(T, "Name", TYPE)		another name of TYPE
 *	ASN_FORWARD(T)				for types that contain
 *themselves
 *
 * and a list is a macro that applies its parameters to each row:
 *
 *	LIST_X(R, O, D, T)	R required, O optional, D default (last
 *argument) LIST_X(A, T)		A alternative
 *	LIST_X(V, T)		V enumerator or named bit (last argument:
 *number) MORE_X(O, R, T)		additions, all of them pointers in C
 *
 * A row is (T, TYPE, member, "name").  C names follow from ASN.1 names:
 * words in lower case joined by "_".  Types without a name of their own are
 * called <outer>_<member> and in ASN.1 "Outer.member"; where that would be an
 * enumerator's name too, _value follows.
 *
 * A sender writes one presence bit for each addition of its edition.  A new
 * value is written as an edition of 2017 would, as long as it has only
 * additions of 2017 (ASN_SEQUENCE_EDITIONS).
 *
 * An EXTENSIBLE sequence ends with the member "more", an EXTENSIBLE choice
 * has the alternative T_unknown (member unknown); see coer.h.  Enumerators
 * beyond those known are kept as plain numbers.
 *
 * The one inclusion made with ASN_DEFINE (schema/schema.c) yields descriptors;
 * the one made after coer/asn_rows.h (schema/catalogue.c) yields the table of
 * all types; all others yield declarations.  A header is therefore guarded by
 * "#if !defined(GUARD) || defined(ASN_ROWS)" and names its module first.
 */
#ifndef COER_ASN_H
#define COER_ASN_H

#include "coer/coer.h"

/* clang-format off */
#ifdef ASN_DEFINE
#define ASN_DESC(T, ...)						\
	const struct asn_type T##_asn = { .size = sizeof(T),		\
	    .align = _Alignof(T), __VA_ARGS__ };
#define ASN_TABLE(T, ...)						\
	static const struct asn_field T##_tab[] = { __VA_ARGS__ };
#else
#define ASN_DESC(T, ...)	extern const struct asn_type T##_asn;
#define ASN_TABLE(T, ...)
#endif

#define ASN_SCALAR(T, C, N, K, ...)					\
	typedef C T;							\
	ASN_DESC(T, .name = N, .kind = K, __VA_ARGS__)
#define ASN_UINT(T, N, BITS, LO, HI)					\
	ASN_SCALAR(T, uint##BITS##_t, N, ASN_K_UINT, .lo = LO, .hi = HI)
#define ASN_INT(T, N, BITS, LO, HI)					\
	ASN_SCALAR(T, int##BITS##_t, N, ASN_K_INT, .lo = LO,		\
	    .hi = (uint64_t)(HI))
#define ASN_VALUE(T, N, PARENT, BITS, V)				\
	ASN_SCALAR(T, uint##BITS##_t, N, ASN_K_UINT,			\
	    .elem = &PARENT##_asn, .lo = V, .hi = V)
#define ASN_RANGE(T, N, PARENT, BITS, LO, HI)				\
	ASN_SCALAR(T, int##BITS##_t, N, ASN_K_INT,			\
	    .elem = &PARENT##_asn, .lo = LO, .hi = (uint64_t)(HI))
#define ASN_VARUINT(T, N)						\
	ASN_SCALAR(T, uint64_t, N, ASN_K_VARUINT, .hi = UINT64_MAX)
#define ASN_VARINT(T, N)						\
	ASN_SCALAR(T, int64_t, N, ASN_K_VARINT, .lo = INT64_MIN,	\
	    .hi = INT64_MAX)
#define ASN_BOOLEAN(T, N)	ASN_SCALAR(T, bool, N, ASN_K_BOOLEAN, .lo = 0)
#define ASN_OID(T, N)							\
	ASN_SCALAR(T, struct bytes, N, ASN_K_OID, .hi = UINT32_MAX)
#define ASN_OPEN(T, N)							\
	ASN_SCALAR(T, struct bytes, N, ASN_K_OPEN, .hi = UINT32_MAX)
#define ASN_STRING(T, N, LO, HI)					\
	ASN_SCALAR(T, struct bytes, N, ASN_K_STRING, .lo = LO, .hi = HI)
#define ASN_UTF8(T, N, LO, HI)						\
	ASN_SCALAR(T, struct bytes, N, ASN_K_UTF8, .lo = LO, .hi = HI)
#define ASN_NULL(T, N)							\
	typedef struct T { uint8_t unused; } T;				\
	ASN_DESC(T, .name = N, .kind = ASN_K_NULL)
#define ASN_OCTETS(T, N, LEN)						\
	typedef struct T { uint8_t b[LEN]; } T;				\
	ASN_DESC(T, .name = N, .kind = ASN_K_OCTETS, .lo = 0, .hi = 255)
#define ASN_ZEROS(T, N, LEN)						\
	typedef struct T { uint8_t b[LEN]; } T;				\
	ASN_DESC(T, .name = N, .kind = ASN_K_OCTETS, .lo = 0, .hi = 0)
#define ASN_FORWARD(T)							\
	typedef struct T T;						\
	extern const struct asn_type T##_asn;
#define ASN_ALIAS(T, N, TYPE)						\
	typedef TYPE T;							\
	ASN_DESC(T, .name = N, .kind = ASN_K_ALIAS, .elem = &TYPE##_asn)

/* Members (M), rows of the descriptor's table (D), counts (N). */
#define ASN_M_R(T, TYPE, M, ...)	TYPE M;
#define ASN_M_O(T, TYPE, M, ...)	TYPE *M;
#define ASN_D_R(T, TYPE, M, N)						\
	{ N, &TYPE##_asn, offsetof(T, M), ASN_REQUIRED, false, 0 },
#define ASN_D_O(T, TYPE, M, N)						\
	{ N, &TYPE##_asn, offsetof(T, M), ASN_OPTIONAL, false, 0 },
#define ASN_D_L(T, TYPE, M, N)						\
	{ N, &TYPE##_asn, offsetof(T, M), ASN_OPTIONAL, true, 0 },
#define ASN_D_D(T, TYPE, M, N, V)					\
	{ N, &TYPE##_asn, offsetof(T, M), ASN_DEFAULT, false, V },
#define ASN_N_0(...)			+ 0
#define ASN_N_1(...)			+ 1
#define ASN_NO_ROWS(...)
#define ASN_MORE_MEMBER_CLOSED
#define ASN_MORE_MEMBER_EXTENSIBLE	struct asn_more *more;
#define ASN_MORE_OFFSET_CLOSED(T)	0
#define ASN_MORE_OFFSET_EXTENSIBLE(T)	offsetof(T, more)
#define ASN_IS_CLOSED			false
#define ASN_IS_EXTENSIBLE		true
#define ASN_RAW_MEMBER_PLAIN
#define ASN_RAW_MEMBER_RAW		struct bytes raw;
#define ASN_IS_PLAIN			false
#define ASN_IS_RAW			true

#define ASN_SEQUENCE_ANY(T, N, MARK, RAW, LIST, OLD, MORE)		\
	typedef struct T T;						\
	struct T {							\
		ASN_RAW_MEMBER_##RAW					\
		LIST(ASN_M_R, ASN_M_O, ASN_M_R, T)			\
		OLD(ASN_M_O, ASN_M_O, T)				\
		MORE(ASN_M_O, ASN_M_O, T)				\
		ASN_MORE_MEMBER_##MARK					\
	};								\
	ASN_TABLE(T, LIST(ASN_D_R, ASN_D_O, ASN_D_D, T)			\
	    OLD(ASN_D_O, ASN_D_L, T) MORE(ASN_D_O, ASN_D_L, T))		\
	ASN_DESC(T, .name = N, .kind = ASN_K_SEQUENCE,			\
	    .extensible = ASN_IS_##MARK, .raw = ASN_IS_##RAW,		\
	    .nroot = 0 LIST(ASN_N_1, ASN_N_1, ASN_N_1, T),		\
	    .nold = 0 LIST(ASN_N_1, ASN_N_1, ASN_N_1, T)		\
	    OLD(ASN_N_1, ASN_N_1, T),					\
	    .nbit = 0 LIST(ASN_N_0, ASN_N_1, ASN_N_1, T),		\
	    .nfield = sizeof T##_tab / sizeof *T##_tab,			\
	    .more = ASN_MORE_OFFSET_##MARK(T), .field = T##_tab)
#define ASN_SEQUENCE(T, N, MARK, LIST)					\
	ASN_SEQUENCE_ANY(T, N, MARK, PLAIN, LIST, ASN_NO_ROWS, ASN_NO_ROWS)
#define ASN_SEQUENCE_RAW(T, N, MARK, LIST)				\
	ASN_SEQUENCE_ANY(T, N, MARK, RAW, LIST, ASN_NO_ROWS, ASN_NO_ROWS)
#define ASN_SEQUENCE_MORE(T, N, LIST, MORE)				\
	ASN_SEQUENCE_ANY(T, N, EXTENSIBLE, PLAIN, LIST, ASN_NO_ROWS, MORE)
#define ASN_SEQUENCE_RAW_MORE(T, N, LIST, MORE)				\
	ASN_SEQUENCE_ANY(T, N, EXTENSIBLE, RAW, LIST, ASN_NO_ROWS, MORE)
#define ASN_SEQUENCE_EDITIONS(T, N, LIST, OLD, MORE)			\
	ASN_SEQUENCE_ANY(T, N, EXTENSIBLE, PLAIN, LIST, OLD, MORE)

#define ASN_SEQUENCE_OF(T, N, ELEM, LO, HI)				\
	typedef struct T { size_t n; ELEM *v; } T;			\
	ASN_DESC(T, .name = N, .kind = ASN_K_SEQUENCE_OF,		\
	    .elem = &ELEM##_asn, .lo = LO, .hi = HI)

#define ASN_TAG(T, TYPE, M, N)		T##_##M,
#define ASN_TAG_UNKNOWN_CLOSED(T)
#define ASN_TAG_UNKNOWN_EXTENSIBLE(T)	T##_unknown,
#define ASN_UNKNOWN_CLOSED
#define ASN_UNKNOWN_EXTENSIBLE		struct asn_unknown unknown;
#define ASN_UNKNOWN_OFFSET_CLOSED(T)	0
#define ASN_UNKNOWN_OFFSET_EXTENSIBLE(T) offsetof(T, unknown)
#define ASN_CHOICE_ANY(T, N, MARK, LIST, MORE)				\
	enum T##_tag {							\
		LIST(ASN_TAG, T)					\
		MORE(ASN_TAG, T)					\
		ASN_TAG_UNKNOWN_##MARK(T)				\
	};								\
	typedef struct T T;						\
	struct T {							\
		enum T##_tag is;					\
		union {							\
			LIST(ASN_M_R, T)				\
			MORE(ASN_M_R, T)				\
			ASN_UNKNOWN_##MARK				\
		};							\
	};								\
	ASN_TABLE(T, LIST(ASN_D_R, T) MORE(ASN_D_R, T))			\
	ASN_DESC(T, .name = N, .kind = ASN_K_CHOICE,			\
	    .extensible = ASN_IS_##MARK, .nroot = 0 LIST(ASN_N_1, T),	\
	    .nfield = sizeof T##_tab / sizeof *T##_tab,			\
	    .more = ASN_UNKNOWN_OFFSET_##MARK(T), .field = T##_tab)
#define ASN_CHOICE(T, N, MARK, LIST)					\
	ASN_CHOICE_ANY(T, N, MARK, LIST, ASN_NO_ROWS)
#define ASN_CHOICE_MORE(T, N, LIST, MORE)				\
	ASN_CHOICE_ANY(T, N, EXTENSIBLE, LIST, MORE)

#define ASN_EV(T, M, N, V)		T##_##M = V,
#define ASN_ED(T, M, N, V)		{ .name = N, .dflt = V },
#define ASN_ENUM_ANY(T, N, MARK, LIST, MORE)				\
	typedef enum T { LIST(ASN_EV, T) MORE(ASN_EV, T) } T;		\
	ASN_TABLE(T, LIST(ASN_ED, T) MORE(ASN_ED, T))			\
	ASN_DESC(T, .name = N, .kind = ASN_K_ENUM,			\
	    .extensible = ASN_IS_##MARK, .nroot = 0 LIST(ASN_N_1, T),	\
	    .nfield = sizeof T##_tab / sizeof *T##_tab, .field = T##_tab)
#define ASN_ENUM(T, N, MARK, LIST)					\
	ASN_ENUM_ANY(T, N, MARK, LIST, ASN_NO_ROWS)
#define ASN_ENUM_MORE(T, N, LIST, MORE)					\
	ASN_ENUM_ANY(T, N, EXTENSIBLE, LIST, MORE)
#define ASN_BITS8(T, N, LO, LIST)					\
	typedef uint8_t T;						\
	ASN_TABLE(T, LIST(ASN_ED, T))					\
	ASN_DESC(T, .name = N, .kind = ASN_K_BITS8, .lo = LO, .hi = 255,\
	    .nroot = 0 LIST(ASN_N_1, T), .field = T##_tab,		\
	    .nfield = sizeof T##_tab / sizeof *T##_tab)
/* clang-format on */

#endif /* COER_ASN_H */
