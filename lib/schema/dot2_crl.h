/*
 * dot2_crl.h - IEEE 1609.2 CRLs, 2017 edition: hash entries without preamble.
 */
#if !defined(SCHEMA_DOT2_CRL_H) || defined(ASN_ROWS)
#define SCHEMA_DOT2_CRL_H

#ifndef ASN_ROWS
#include "schema/dot2.h"
#endif

/* clang-format off */
#undef ASN_MODULE
#define ASN_MODULE "IEEE1609dot2CrlBaseTypes"

#define LIST_CRL_PRIORITY_INFO(R, O, D, T)				\
	O(T, uint8, priority, "priority")
ASN_SEQUENCE(crl_priority_info, "CrlPriorityInfo", EXTENSIBLE,
    LIST_CRL_PRIORITY_INFO)

/* No preamble: 2022 has an extension marker here, which would be an octet more. */
#define LIST_HASH_BASED_REVOCATION_INFO(R, O, D, T)			\
	R(T, hashed_id10, id, "id")					\
	R(T, time32, expiry, "expiry")
ASN_SEQUENCE(hash_based_revocation_info, "HashBasedRevocationInfo", CLOSED,
    LIST_HASH_BASED_REVOCATION_INFO)

ASN_SEQUENCE_OF(sequence_of_hash_based_revocation_info,
    "SequenceOfHashBasedRevocationInfo", hash_based_revocation_info, 0,
    UINT32_MAX)

#define LIST_TO_BE_SIGNED_HASH_ID_CRL(R, O, D, T)			\
	R(T, uint32, crl_serial, "crlSerial")				\
	R(T, sequence_of_hash_based_revocation_info, entries,		\
	    "entries")
ASN_SEQUENCE(to_be_signed_hash_id_crl, "ToBeSignedHashIdCrl", EXTENSIBLE,
    LIST_TO_BE_SIGNED_HASH_ID_CRL)

#define LIST_INDIVIDUAL_REVOCATION(R, O, D, T)				\
	R(T, linkage_seed, linkage_seed1, "linkage-seed1")		\
	R(T, linkage_seed, linkage_seed2, "linkage-seed2")
ASN_SEQUENCE(individual_revocation, "IndividualRevocation", EXTENSIBLE,
    LIST_INDIVIDUAL_REVOCATION)

ASN_SEQUENCE_OF(sequence_of_individual_revocation,
    "SequenceOfIndividualRevocation", individual_revocation, 0, UINT32_MAX)

#define LIST_I_MAX_GROUP(R, O, D, T)					\
	R(T, uint16, i_max, "iMax")					\
	R(T, sequence_of_individual_revocation, contents, "contents")
ASN_SEQUENCE(i_max_group, "IMaxGroup", EXTENSIBLE, LIST_I_MAX_GROUP)

ASN_SEQUENCE_OF(sequence_of_i_max_group, "SequenceOfIMaxGroup", i_max_group, 0,
    UINT32_MAX)

#define LIST_LA_GROUP(R, O, D, T)					\
	R(T, la_id, la1_id, "la1Id")					\
	R(T, la_id, la2_id, "la2Id")					\
	R(T, sequence_of_i_max_group, contents, "contents")
ASN_SEQUENCE(la_group, "LAGroup", EXTENSIBLE, LIST_LA_GROUP)

ASN_SEQUENCE_OF(sequence_of_la_group, "SequenceOfLAGroup", la_group, 0,
    UINT32_MAX)

#define LIST_J_MAX_GROUP(R, O, D, T)					\
	R(T, uint8, jmax, "jmax")					\
	R(T, sequence_of_la_group, contents, "contents")
ASN_SEQUENCE(j_max_group, "JMaxGroup", EXTENSIBLE, LIST_J_MAX_GROUP)

ASN_SEQUENCE_OF(sequence_of_j_max_group, "SequenceOfJMaxGroup", j_max_group, 0,
    UINT32_MAX)

#define LIST_GROUP_CRL_ENTRY(R, O, D, T)				\
	R(T, uint16, i_max, "iMax")					\
	R(T, la_id, la1_id, "la1Id")					\
	R(T, linkage_seed, linkage_seed1, "linkageSeed1")		\
	R(T, la_id, la2_id, "la2Id")					\
	R(T, linkage_seed, linkage_seed2, "linkageSeed2")
ASN_SEQUENCE(group_crl_entry, "GroupCrlEntry", EXTENSIBLE,
    LIST_GROUP_CRL_ENTRY)

ASN_SEQUENCE_OF(sequence_of_group_crl_entry, "SequenceOfGroupCrlEntry",
    group_crl_entry, 0, UINT32_MAX)

#define LIST_TO_BE_SIGNED_LINKAGE_VALUE_CRL(R, O, D, T)			\
	R(T, i_value, i_rev, "iRev")					\
	R(T, uint8, index_within_i, "indexWithinI")			\
	O(T, sequence_of_j_max_group, individual, "individual")		\
	O(T, sequence_of_group_crl_entry, groups, "groups")
ASN_SEQUENCE(to_be_signed_linkage_value_crl, "ToBeSignedLinkageValueCrl",
    EXTENSIBLE, LIST_TO_BE_SIGNED_LINKAGE_VALUE_CRL)

#define LIST_CRL_CONTENTS_TYPE_SPECIFIC(A, T)				\
	A(T, to_be_signed_hash_id_crl, full_hash_crl, "fullHashCrl")	\
	A(T, to_be_signed_hash_id_crl, delta_hash_crl, "deltaHashCrl")	\
	A(T, to_be_signed_linkage_value_crl, full_linked_crl,		\
	    "fullLinkedCrl")						\
	A(T, to_be_signed_linkage_value_crl, delta_linked_crl,		\
	    "deltaLinkedCrl")
ASN_CHOICE(crl_contents_type_specific, "CrlContents.typeSpecific", EXTENSIBLE,
    LIST_CRL_CONTENTS_TYPE_SPECIFIC)
#define LIST_CRL_CONTENTS(R, O, D, T)					\
	R(T, uint8_1, version, "version")				\
	R(T, crl_series, crl_series, "crlSeries")			\
	R(T, hashed_id8, craca_id, "cracaId")				\
	R(T, time32, issue_date, "issueDate")				\
	R(T, time32, next_crl, "nextCrl")				\
	R(T, crl_priority_info, priority_info, "priorityInfo")		\
	R(T, crl_contents_type_specific, type_specific,			\
	    "typeSpecific")
ASN_SEQUENCE(crl_contents, "CrlContents", CLOSED, LIST_CRL_CONTENTS)

#undef ASN_MODULE
#define ASN_MODULE "IEEE1609dot2Crl"

ASN_VALUE(crl_psid, "CrlPsid", psid, 16, 256)
ASN_ALIAS(secured_crl, "SecuredCrl", ieee1609_dot2_data)

#undef ASN_MODULE
#define ASN_MODULE "IEEE1609dot2CrlSsp"

#define LIST_CRACA_TYPE(V, T)						\
	V(T, is_craca, "isCraca", 0)					\
	V(T, issuer_is_craca, "issuerIsCraca", 1)
ASN_ENUM(craca_type, "CracaType", CLOSED, LIST_CRACA_TYPE)

ASN_SEQUENCE_OF(permissible_crls, "PermissibleCrls", crl_series, 0, UINT32_MAX)

#define LIST_CRL_SSP(R, O, D, T)					\
	R(T, uint8_1, version, "version")				\
	R(T, craca_type, associated_craca, "associatedCraca")		\
	R(T, permissible_crls, crls, "crls")
ASN_SEQUENCE(crl_ssp, "CrlSsp", EXTENSIBLE, LIST_CRL_SSP)
/* clang-format on */

#endif /* SCHEMA_DOT2_CRL_H */
