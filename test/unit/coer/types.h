/*
 * types.h - types of every kind, for the tests of the engine alone.
 */
#ifndef TEST_COER_TYPES_H
#define TEST_COER_TYPES_H

#include "coer/asn.h"

/* clang-format off */
ASN_UINT(t_uint3, "Uint3", 8, 0, 7)
ASN_UINT(t_uint16, "Uint16", 16, 10, 1000)
ASN_UINT(t_uint64, "Uint64", 64, 0, UINT64_MAX)
ASN_INT(t_int16, "Int16", 16, -5, 300)
ASN_INT(t_int64, "Int64", 64, INT64_MIN, INT64_MAX)
ASN_VALUE(t_three, "Uint3(3)", t_uint3, 8, 3)
ASN_VARUINT(t_varuint, "Varuint")
ASN_VARINT(t_varint, "Varint")
ASN_BOOLEAN(t_boolean, "Boolean")
ASN_NULL(t_null, "Null")
ASN_OCTETS(t_octets3, "Octets3", 3)
ASN_ZEROS(t_zeros2, "Zeros2", 2)
ASN_STRING(t_string, "String", 1, 300)
ASN_UTF8(t_utf8, "Utf8", 0, 3)
ASN_OID(t_oid, "Oid")
ASN_OPEN(t_open, "Open")
ASN_ALIAS(t_alias, "Alias", t_uint16)

#define LIST_T_BITS(V, T)						\
	V(T, first, "first", 0x80)					\
	V(T, second, "second", 0x40)
ASN_BITS8(t_bits, "Bits", 1, LIST_T_BITS)

#define LIST_T_ENUM(V, T)						\
	V(T, one, "one", 1)						\
	V(T, five, "five", 5)
ASN_ENUM(t_enum, "Enum", CLOSED, LIST_T_ENUM)

#define LIST_T_ENUM_EXT(V, T)						\
	V(T, zero, "zero", 0)
#define MORE_T_ENUM_EXT(V, T)						\
	V(T, two, "two", 2)
ASN_ENUM_MORE(t_enum_ext, "EnumExt", LIST_T_ENUM_EXT, MORE_T_ENUM_EXT)

ASN_SEQUENCE_OF(t_list, "List", t_uint16, 0, UINT32_MAX)
ASN_SEQUENCE_OF(t_list23, "List23", t_uint3, 2, 3)

#define LIST_T_PLAIN(R, O, D, T)					\
	R(T, t_uint3, a, "a")						\
	R(T, t_string, b, "b")
ASN_SEQUENCE(t_plain, "Plain", CLOSED, LIST_T_PLAIN)

#define LIST_T_OPTIONS(R, O, D, T)					\
	O(T, t_uint3, a, "a")						\
	D(T, t_varint, b, "b", 1)					\
	D(T, t_bits, c, "c", 0x80)					\
	R(T, t_null, d, "d")
ASN_SEQUENCE_RAW(t_options, "Options", CLOSED, LIST_T_OPTIONS)

#define LIST_T_NINE(R, O, D, T)						\
	O(T, t_null, o1, "o1")						\
	O(T, t_null, o2, "o2")						\
	O(T, t_null, o3, "o3")						\
	O(T, t_null, o4, "o4")						\
	O(T, t_null, o5, "o5")						\
	O(T, t_null, o6, "o6")						\
	O(T, t_null, o7, "o7")						\
	O(T, t_null, o8, "o8")						\
	O(T, t_uint3, o9, "o9")
ASN_SEQUENCE(t_nine, "Nine", CLOSED, LIST_T_NINE)

/* Two additions of the old edition, one of the new. */
#define LIST_T_EXT(R, O, D, T)						\
	R(T, t_uint3, a, "a")
#define OLD_T_EXT(O, R, T)						\
	O(T, t_uint16, x, "x")						\
	R(T, t_string, y, "y")
#define MORE_T_EXT(O, R, T)						\
	O(T, t_uint3, z, "z")
ASN_SEQUENCE_EDITIONS(t_ext, "Ext", LIST_T_EXT, OLD_T_EXT, MORE_T_EXT)

#define LIST_T_CHOICE(A, T)						\
	A(T, t_uint3, small, "small")					\
	A(T, t_plain, plain, "plain")
ASN_CHOICE(t_choice, "Choice", CLOSED, LIST_T_CHOICE)

#define MORE_T_CHOICE_EXT(A, T)						\
	A(T, t_string, late, "late")
ASN_CHOICE_MORE(t_choice_ext, "ChoiceExt", LIST_T_CHOICE, MORE_T_CHOICE_EXT)

ASN_FORWARD(t_nest)
#define LIST_T_NEST(R, O, D, T)						\
	O(T, t_nest, inner, "inner")					\
	O(T, t_uint3, leaf, "leaf")
ASN_SEQUENCE(t_nest, "Nest", CLOSED, LIST_T_NEST)
/* clang-format on */

#endif /* TEST_COER_TYPES_H */
