/*
 * la_ma.h - linkage information and seeds: MA and LA.
 */
#if !defined(SCHEMA_LA_MA_H) || defined(ASN_ROWS)
#define SCHEMA_LA_MA_H

#ifndef ASN_ROWS
#include "schema/scms_base.h"
#include "schema/scms_errors.h"
#endif

/* clang-format off */
#undef ASN_MODULE
#define ASN_MODULE "Ieee1609Dot2LaMaInterface"

#define LIST_ENCRYPTED_PRELINKAGE_VALUE_AND_DONT_CARE_FLAG(R, O, D, T)	\
	R(T, encrypted_individual_plv, encrypted_plv, "encryptedPLV")	\
	R(T, boolean, dont_care_flag, "dontCareFlag")
ASN_SEQUENCE(encrypted_prelinkage_value_and_dont_care_flag,
    "EncryptedPrelinkageValueAndDontCareFlag", CLOSED,
    LIST_ENCRYPTED_PRELINKAGE_VALUE_AND_DONT_CARE_FLAG)

#define LIST_ENCRYPTED_GROUP_PRELINKAGE_VALUE_AND_DONT_CARE_FLAG(R, O, D, T)\
	R(T, encrypted_group_plv, encrypted_group_plv,			\
	    "encryptedGroupPLV")					\
	R(T, boolean, dont_care_flag, "dontCareFlag")
ASN_SEQUENCE(encrypted_group_prelinkage_value_and_dont_care_flag,
    "EncryptedGroupPrelinkageValueAndDontCareFlag", CLOSED,
    LIST_ENCRYPTED_GROUP_PRELINKAGE_VALUE_AND_DONT_CARE_FLAG)

#define LIST_EXPECTED_REPLY(V, T)					\
	V(T, scalar_answer, "scalarAnswer", 0)				\
	V(T, indices_lists, "indicesLists", 1)
ASN_ENUM(expected_reply, "ExpectedReply", CLOSED, LIST_EXPECTED_REPLY)

ASN_SEQUENCE_OF(to_be_signed_li_request_msg_encrypted_plvs_and_flags,
    "ToBeSignedLIRequestMsg.encryptedPLVsAndFlags",
    encrypted_prelinkage_value_and_dont_care_flag, 0, UINT32_MAX)
ASN_SEQUENCE_OF(to_be_signed_li_request_msg_encrypted_gplvs_and_flags,
    "ToBeSignedLIRequestMsg.encryptedGPLVsAndFlags",
    encrypted_group_prelinkage_value_and_dont_care_flag, 0, UINT32_MAX)
#define LIST_TO_BE_SIGNED_LI_REQUEST_MSG(R, O, D, T)			\
	R(T, ma_hostname_id, ma_id, "maId")				\
	R(T, to_be_signed_li_request_msg_encrypted_plvs_and_flags,	\
	    encrypted_plvs_and_flags, "encryptedPLVsAndFlags")		\
	R(T, to_be_signed_li_request_msg_encrypted_gplvs_and_flags,	\
	    encrypted_gplvs_and_flags, "encryptedGPLVsAndFlags")	\
	R(T, expected_reply, expected_reply, "expectedReply")
ASN_SEQUENCE(to_be_signed_li_request_msg, "ToBeSignedLIRequestMsg", EXTENSIBLE,
    LIST_TO_BE_SIGNED_LI_REQUEST_MSG)

ASN_SEQUENCE_OF(ma_la_linkage_info_request_msg_signatures,
    "MaLaLinkageInfoRequestMsg.signatures", countersignature, 0, UINT32_MAX)
#define LIST_MA_LA_LINKAGE_INFO_REQUEST_MSG(R, O, D, T)			\
	R(T, uint8_1, version, "version")				\
	R(T, to_be_signed_li_request_msg, tbs, "tbs")			\
	R(T, ma_la_linkage_info_request_msg_signatures, signatures,	\
	    "signatures")
ASN_SEQUENCE(ma_la_linkage_info_request_msg, "MaLaLinkageInfoRequestMsg",
    CLOSED, LIST_MA_LA_LINKAGE_INFO_REQUEST_MSG)

#define LIST_LINKAGE_INFORMATION_SCALAR_VALUE(R, O, D, T)		\
	R(T, integer, matches, "matches")				\
	R(T, boolean, lower_bound, "lowerBound")
ASN_SEQUENCE(linkage_information_scalar_value, "LinkageInformation.scalar",
    CLOSED, LIST_LINKAGE_INFORMATION_SCALAR_VALUE)
ASN_SEQUENCE_OF(linkage_information_indices_list_value_unkown_plv,
    "LinkageInformation.indicesList.unkownPlv", pre_linkage_value, 0,
    UINT32_MAX)
ASN_SEQUENCE_OF(linkage_information_indices_list_value_reject_plv,
    "LinkageInformation.indicesList.rejectPlv", pre_linkage_value, 0,
    UINT32_MAX)
ASN_SEQUENCE_OF(linkage_information_indices_list_value_assoc_plv_item,
    "LinkageInformation.indicesList.assocPlv.item", pre_linkage_value, 0,
    UINT32_MAX)
ASN_SEQUENCE_OF(linkage_information_indices_list_value_assoc_plv,
    "LinkageInformation.indicesList.assocPlv",
    linkage_information_indices_list_value_assoc_plv_item, 0, UINT32_MAX)
#define LIST_LINKAGE_INFORMATION_INDICES_LIST_VALUE(R, O, D, T)		\
	R(T, linkage_information_indices_list_value_unkown_plv,		\
	    unkown_plv, "unkownPlv")					\
	R(T, linkage_information_indices_list_value_reject_plv,		\
	    reject_plv, "rejectPlv")					\
	R(T, linkage_information_indices_list_value_assoc_plv,		\
	    assoc_plv, "assocPlv")
ASN_SEQUENCE(linkage_information_indices_list_value,
    "LinkageInformation.indicesList", CLOSED,
    LIST_LINKAGE_INFORMATION_INDICES_LIST_VALUE)
#define LIST_LINKAGE_INFORMATION(A, T)					\
	A(T, linkage_information_scalar_value, scalar, "scalar")	\
	A(T, linkage_information_indices_list_value, indices_list,	\
	    "indicesList")
ASN_CHOICE(linkage_information, "LinkageInformation", CLOSED,
    LIST_LINKAGE_INFORMATION)

#define LIST_LA_MA_LINKAGE_INFO_RESPONSE_MSG_LINKAGE_INFO(A, T)		\
	A(T, linkage_information, success, "success")			\
	A(T, scoped_la_ma_li_error, failure, "failure")
ASN_CHOICE(la_ma_linkage_info_response_msg_linkage_info,
    "LaMaLinkageInfoResponseMsg.linkageInfo", CLOSED,
    LIST_LA_MA_LINKAGE_INFO_RESPONSE_MSG_LINKAGE_INFO)
#define LIST_LA_MA_LINKAGE_INFO_RESPONSE_MSG(R, O, D, T)		\
	R(T, uint8_1, version, "version")				\
	R(T, hashed_id8, request_hash, "requestHash")			\
	R(T, la_hostname_id, la_id, "laId")				\
	R(T, la_ma_linkage_info_response_msg_linkage_info,		\
	    linkage_info, "linkageInfo")
ASN_SEQUENCE(la_ma_linkage_info_response_msg, "LaMaLinkageInfoResponseMsg",
    CLOSED, LIST_LA_MA_LINKAGE_INFO_RESPONSE_MSG)

ASN_SEQUENCE_OF(to_be_signed_ls_request_msg_lci, "ToBeSignedLSRequestMsg.lci",
    linkage_chain_id, 0, UINT32_MAX)
#define LIST_TO_BE_SIGNED_LS_REQUEST_MSG(R, O, D, T)			\
	R(T, ma_hostname_id, ma_id, "maId")				\
	R(T, to_be_signed_ls_request_msg_lci, lci, "lci")
ASN_SEQUENCE(to_be_signed_ls_request_msg, "ToBeSignedLSRequestMsg", EXTENSIBLE,
    LIST_TO_BE_SIGNED_LS_REQUEST_MSG)

ASN_SEQUENCE_OF(ma_la_linkage_seed_request_msg_signatures,
    "MaLaLinkageSeedRequestMsg.signatures", countersignature, 0, UINT32_MAX)
#define LIST_MA_LA_LINKAGE_SEED_REQUEST_MSG(R, O, D, T)			\
	R(T, uint8_1, version, "version")				\
	R(T, to_be_signed_ls_request_msg, tbs, "tbs")			\
	R(T, ma_la_linkage_seed_request_msg_signatures, signatures,	\
	    "signatures")
ASN_SEQUENCE(ma_la_linkage_seed_request_msg, "MaLaLinkageSeedRequestMsg",
    CLOSED, LIST_MA_LA_LINKAGE_SEED_REQUEST_MSG)

#define LIST_LCI2_LS_REPLY(A, T)					\
	A(T, linkage_seed_and_la_id, success, "success")		\
	A(T, scoped_la_ma_ls_error, failure, "failure")
ASN_CHOICE(lci2_ls_reply, "LCI2LS.reply", CLOSED, LIST_LCI2_LS_REPLY)
#define LIST_LCI2_LS(R, O, D, T)					\
	R(T, linkage_chain_id, lci, "lci")				\
	R(T, lci2_ls_reply, reply, "reply")
ASN_SEQUENCE(lci2_ls, "LCI2LS", CLOSED, LIST_LCI2_LS)

ASN_SEQUENCE_OF(la_ma_linkage_seed_response_msg_ls_info,
    "LaMaLinkageSeedResponseMsg.lsInfo", lci2_ls, 0, UINT32_MAX)
#define LIST_LA_MA_LINKAGE_SEED_RESPONSE_MSG(R, O, D, T)		\
	R(T, uint8_1, version, "version")				\
	R(T, hashed_id8, request_hash, "requestHash")			\
	R(T, la_hostname_id, la_id, "laId")				\
	R(T, la_ma_linkage_seed_response_msg_ls_info, ls_info,		\
	    "lsInfo")
ASN_SEQUENCE(la_ma_linkage_seed_response_msg, "LaMaLinkageSeedResponseMsg",
    CLOSED, LIST_LA_MA_LINKAGE_SEED_RESPONSE_MSG)

#define LIST_LA_MA_INTERFACE_PDU(A, T)					\
	A(T, ma_la_linkage_info_request_msg,				\
	    ma_la_linkage_info_request, "maLaLinkageInfoRequest")	\
	A(T, la_ma_linkage_info_response_msg,				\
	    la_ma_linkage_info_response, "laMaLinkageInfoResponse")	\
	A(T, ma_la_linkage_seed_request_msg,				\
	    ma_la_linkage_seed_request, "maLaLinkageSeedRequest")	\
	A(T, la_ma_linkage_seed_response_msg,				\
	    la_ma_linkage_seed_response, "laMaLinkageSeedResponse")
ASN_CHOICE(la_ma_interface_pdu, "LaMaInterfacePDU", EXTENSIBLE,
    LIST_LA_MA_INTERFACE_PDU)
/* clang-format on */

#endif /* SCHEMA_LA_MA_H */
