/*
 * la_ra.h - pre-linkage values: RA and LA.
 */
#if !defined(SCHEMA_LA_RA_H) || defined(ASN_ROWS)
#define SCHEMA_LA_RA_H

#ifndef ASN_ROWS
#include "schema/scms_base.h"
#include "schema/scms_errors.h"
#endif

/* clang-format off */
#undef ASN_MODULE
#define ASN_MODULE "Ieee1609Dot2LaRaInterface"

#define LIST_RA_LA_PRE_LINKAGE_VALUE_REQUEST_MSG_HEADER(R, O, D, T)	\
	R(T, uint8_1, version, "version")				\
	R(T, ra_hostname_id, ra_id, "raId")				\
	R(T, pca_hostname_id, pca_id, "pcaId")				\
	R(T, uint16, i_min, "iMin")					\
	R(T, uint16, i_max, "iMax")
ASN_SEQUENCE(ra_la_pre_linkage_value_request_msg_header,
    "RaLaPreLinkageValueRequestMsgHeader", CLOSED,
    LIST_RA_LA_PRE_LINKAGE_VALUE_REQUEST_MSG_HEADER)

ASN_SEQUENCE_OF(
    ra_la_individual_pre_linkage_value_request_msg_continuations_ind,
    "RaLaIndividualPreLinkageValueRequestMsg.continuationsInd",
    linkage_chain_id, 0, UINT32_MAX)
#define LIST_RA_LA_INDIVIDUAL_PRE_LINKAGE_VALUE_REQUEST_MSG(R, O, D, T)	\
	R(T, ra_la_pre_linkage_value_request_msg_header, header,	\
	    "header")							\
	R(T, uint8, j_max, "jMax")					\
	O(T, uint32, number_of_fresh_ind, "numberOfFreshInd")		\
	O(T, ra_la_individual_pre_linkage_value_request_msg_continuations_ind,\
	    continuations_ind,						\
	    "continuationsInd")
ASN_SEQUENCE(ra_la_individual_pre_linkage_value_request_msg,
    "RaLaIndividualPreLinkageValueRequestMsg", CLOSED,
    LIST_RA_LA_INDIVIDUAL_PRE_LINKAGE_VALUE_REQUEST_MSG)

#define LIST_RA_LA_GROUP_PRE_LINKAGE_VALUE_REQUEST_MSG(R, O, D, T)	\
	R(T, ra_la_pre_linkage_value_request_msg_header, header,	\
	    "header")							\
	R(T, uint32, j_max, "jMax")					\
	R(T, la_id, other_la, "otherLa")				\
	R(T, octets4, group_identifier, "groupIdentifier")
ASN_SEQUENCE(ra_la_group_pre_linkage_value_request_msg,
    "RaLaGroupPreLinkageValueRequestMsg", CLOSED,
    LIST_RA_LA_GROUP_PRE_LINKAGE_VALUE_REQUEST_MSG)

ASN_SEQUENCE_OF(individual_plv_response_linkage_chain_values_item,
    "IndividualPlvResponseLinkageChain.values.item", encrypted_individual_plv,
    0, UINT32_MAX)
ASN_SEQUENCE_OF(individual_plv_response_linkage_chain_values,
    "IndividualPlvResponseLinkageChain.values",
    individual_plv_response_linkage_chain_values_item, 0, UINT32_MAX)
#define LIST_INDIVIDUAL_PLV_RESPONSE_LINKAGE_CHAIN(R, O, D, T)		\
	R(T, uint8, j_max, "jMax")					\
	R(T, individual_plv_response_linkage_chain_values, values,	\
	    "values")							\
	R(T, linkage_chain_id, linkage_chain_id, "linkageChainId")
ASN_SEQUENCE(individual_plv_response_linkage_chain,
    "IndividualPlvResponseLinkageChain", CLOSED,
    LIST_INDIVIDUAL_PLV_RESPONSE_LINKAGE_CHAIN)

ASN_SEQUENCE_OF(group_plv_response_linkage_chain_values_item,
    "GroupPlvResponseLinkageChain.values.item", encrypted_group_plv, 0,
    UINT32_MAX)
ASN_SEQUENCE_OF(group_plv_response_linkage_chain_values,
    "GroupPlvResponseLinkageChain.values",
    group_plv_response_linkage_chain_values_item, 0, UINT32_MAX)
#define LIST_GROUP_PLV_RESPONSE_LINKAGE_CHAIN(R, O, D, T)		\
	R(T, uint32, j_max, "jMax")					\
	R(T, la_id, other_la, "otherLa")				\
	R(T, group_plv_response_linkage_chain_values, values,		\
	    "values")							\
	R(T, octets4, group_identifier, "groupIdentifier")
ASN_SEQUENCE(group_plv_response_linkage_chain, "GroupPlvResponseLinkageChain",
    CLOSED, LIST_GROUP_PLV_RESPONSE_LINKAGE_CHAIN)

ASN_SEQUENCE_OF(pre_linkage_value_request_response_individual,
    "PreLinkageValueRequestResponse.individual",
    individual_plv_response_linkage_chain, 0, UINT32_MAX)
ASN_SEQUENCE_OF(pre_linkage_value_request_response_group,
    "PreLinkageValueRequestResponse.group", group_plv_response_linkage_chain,
    0, UINT32_MAX)
#define LIST_PRE_LINKAGE_VALUE_REQUEST_RESPONSE(R, O, D, T)		\
	R(T, uint16, i_min, "iMin")					\
	R(T, uint16, i_max, "iMax")					\
	R(T, pre_linkage_value_request_response_individual,		\
	    individual, "individual")					\
	R(T, pre_linkage_value_request_response_group, group, "group")
ASN_SEQUENCE(pre_linkage_value_request_response,
    "PreLinkageValueRequestResponse", EXTENSIBLE,
    LIST_PRE_LINKAGE_VALUE_REQUEST_RESPONSE)

#define LIST_LA_RA_PRE_LINKAGE_VALUE_RESPONSE_MSG_REPLY(A, T)		\
	A(T, pre_linkage_value_request_response, success, "success")	\
	A(T, scoped_la_ra_error, failure, "failure")
ASN_CHOICE(la_ra_pre_linkage_value_response_msg_reply,
    "LaRaPreLinkageValueResponseMsg.reply", CLOSED,
    LIST_LA_RA_PRE_LINKAGE_VALUE_RESPONSE_MSG_REPLY)
#define LIST_LA_RA_PRE_LINKAGE_VALUE_RESPONSE_MSG(R, O, D, T)		\
	R(T, uint8_1, version, "version")				\
	R(T, hashed_id8, request_hash, "requestHash")			\
	R(T, la_hostname_id, la_id, "laId")				\
	R(T, la_ra_pre_linkage_value_response_msg_reply, reply,		\
	    "reply")
ASN_SEQUENCE(la_ra_pre_linkage_value_response_msg,
    "LaRaPreLinkageValueResponseMsg", CLOSED,
    LIST_LA_RA_PRE_LINKAGE_VALUE_RESPONSE_MSG)

#define LIST_LA_RA_INTERFACE_PDU(A, T)					\
	A(T, ra_la_individual_pre_linkage_value_request_msg,		\
	    ra_la_individual_pre_linkage_value_request,			\
	    "raLaIndividualPreLinkageValueRequest")			\
	A(T, ra_la_group_pre_linkage_value_request_msg,			\
	    ra_la_group_pre_linkage_value_request,			\
	    "raLaGroupPreLinkageValueRequest")				\
	A(T, la_ra_pre_linkage_value_response_msg,			\
	    la_ra_pre_linkage_value_response,				\
	    "laRaPreLinkageValueResponse")
ASN_CHOICE(la_ra_interface_pdu, "LaRaInterfacePDU", EXTENSIBLE,
    LIST_LA_RA_INTERFACE_PDU)
/* clang-format on */

#endif /* SCHEMA_LA_RA_H */
