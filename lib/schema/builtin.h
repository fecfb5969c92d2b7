/*
 * builtin.h - ASN.1 types that modules use without giving them a name.
 */
#ifndef SCHEMA_BUILTIN_H
#define SCHEMA_BUILTIN_H

#include "coer/asn.h"

/* clang-format off */
ASN_NULL(asn_null, "NULL")
ASN_BOOLEAN(boolean, "BOOLEAN")
ASN_VARINT(integer, "INT")
ASN_OPEN(open_type, "OPEN")
ASN_STRING(octet_string, "OCTETS", 0, UINT32_MAX)
ASN_OCTETS(octets4, "OCTETS(4)", 4)
ASN_OCTETS(octets9, "OCTETS(9)", 9)
ASN_OCTETS(octets12, "OCTETS(12)", 12)
ASN_OCTETS(octets16, "OCTETS(16)", 16)
ASN_OCTETS(octets32, "OCTETS(32)", 32)
ASN_OCTETS(octets48, "OCTETS(48)", 48)
ASN_STRING(octets_0_32, "OCTETS(0..32)", 0, 32)
ASN_STRING(octets_1_32, "OCTETS(1..32)", 1, 32)
ASN_STRING(octets_1_64, "OCTETS(1..64)", 1, 64)
ASN_UTF8(utf8_string_255, "UTF8String(0..255)", 0, 255)
ASN_ZEROS(zeros8, "OCTETS(8)(zero8)", 8)

/* Not ASN.1: an octet 00 that some senders put before the ScmsPDU of a signed
 * request, and the octets from there to the end of the ScmsPDU, which are
 * those signed. */
ASN_SCALAR(asn_extra, bool, "extra octet", ASN_K_EXTRA, .lo = 0)
ASN_SCALAR(asn_span, struct bytes, "octets received", ASN_K_SPAN, .lo = 0)
/* clang-format on */

#endif /* SCHEMA_BUILTIN_H */
