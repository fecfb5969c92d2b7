/*
 * asn_rows.h - the schema language once more, as rows of a table of all
 * types: after this header, including the schema headers yields
 * "{ module, &descriptor }," for each type.  Included once, by
 * schema/catalogue.c.
 */
#ifndef COER_ASN_ROWS_H
#define COER_ASN_ROWS_H

#include "coer/asn.h"

/* clang-format off */
#define ASN_ROWS
#define ASN_ROW(T)	{ ASN_MODULE, &T##_asn },

#undef ASN_UINT
#undef ASN_INT
#undef ASN_VALUE
#undef ASN_RANGE
#undef ASN_VARUINT
#undef ASN_VARINT
#undef ASN_BOOLEAN
#undef ASN_NULL
#undef ASN_OID
#undef ASN_OPEN
#undef ASN_OCTETS
#undef ASN_ZEROS
#undef ASN_STRING
#undef ASN_UTF8
#undef ASN_ALIAS
#undef ASN_FORWARD
#undef ASN_BITS8
#undef ASN_ENUM
#undef ASN_ENUM_MORE
#undef ASN_SEQUENCE
#undef ASN_SEQUENCE_RAW
#undef ASN_SEQUENCE_MORE
#undef ASN_SEQUENCE_EDITIONS
#undef ASN_SEQUENCE_RAW_MORE
#undef ASN_SEQUENCE_OF
#undef ASN_CHOICE
#undef ASN_CHOICE_MORE

#define ASN_UINT(T, ...)		ASN_ROW(T)
#define ASN_INT(T, ...)			ASN_ROW(T)
#define ASN_VALUE(T, ...)		ASN_ROW(T)
#define ASN_RANGE(T, ...)		ASN_ROW(T)
#define ASN_VARUINT(T, ...)		ASN_ROW(T)
#define ASN_VARINT(T, ...)		ASN_ROW(T)
#define ASN_BOOLEAN(T, ...)		ASN_ROW(T)
#define ASN_NULL(T, ...)		ASN_ROW(T)
#define ASN_OID(T, ...)			ASN_ROW(T)
#define ASN_OPEN(T, ...)		ASN_ROW(T)
#define ASN_OCTETS(T, ...)		ASN_ROW(T)
#define ASN_ZEROS(T, ...)		ASN_ROW(T)
#define ASN_STRING(T, ...)		ASN_ROW(T)
#define ASN_UTF8(T, ...)		ASN_ROW(T)
#define ASN_ALIAS(T, ...)		ASN_ROW(T)
#define ASN_FORWARD(T)
#define ASN_BITS8(T, ...)		ASN_ROW(T)
#define ASN_ENUM(T, ...)		ASN_ROW(T)
#define ASN_ENUM_MORE(T, ...)		ASN_ROW(T)
#define ASN_SEQUENCE(T, ...)		ASN_ROW(T)
#define ASN_SEQUENCE_RAW(T, ...)	ASN_ROW(T)
#define ASN_SEQUENCE_MORE(T, ...)	ASN_ROW(T)
#define ASN_SEQUENCE_EDITIONS(T, ...)	ASN_ROW(T)
#define ASN_SEQUENCE_RAW_MORE(T, ...)	ASN_ROW(T)
#define ASN_SEQUENCE_OF(T, ...)		ASN_ROW(T)
#define ASN_CHOICE(T, ...)		ASN_ROW(T)
#define ASN_CHOICE_MORE(T, ...)		ASN_ROW(T)
/* clang-format on */

#endif /* COER_ASN_ROWS_H */
