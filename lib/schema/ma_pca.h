/*
 * ma_pca.h - linkage values to requests: MA and PCA.
 */
#if !defined(SCHEMA_MA_PCA_H) || defined(ASN_ROWS)
#define SCHEMA_MA_PCA_H

#ifndef ASN_ROWS
#include "schema/scms_base.h"
#include "schema/scms_errors.h"
#endif

/* clang-format off */
#undef ASN_MODULE
#define ASN_MODULE "Ieee1609Dot2MaPcaInterface"

ASN_SEQUENCE_OF(
    to_be_signed_ma_pca_pre_linkage_value_request_msg_linkage_values,
    "ToBeSignedMaPcaPreLinkageValueRequestMsg.linkageValues", linkage_value, 0,
    UINT32_MAX)
ASN_SEQUENCE_OF(
    to_be_signed_ma_pca_pre_linkage_value_request_msg_group_linkage_values,
    "ToBeSignedMaPcaPreLinkageValueRequestMsg.groupLinkageValues",
    group_linkage_value, 0, UINT32_MAX)
#define LIST_TO_BE_SIGNED_MA_PCA_PRE_LINKAGE_VALUE_REQUEST_MSG(R, O, D, T)\
	R(T, ma_hostname_id, ma_id, "maId")				\
	R(T, to_be_signed_ma_pca_pre_linkage_value_request_msg_linkage_values,\
	    linkage_values,						\
	    "linkageValues")						\
	R(T, to_be_signed_ma_pca_pre_linkage_value_request_msg_group_linkage_values,\
	    group_linkage_values,					\
	    "groupLinkageValues")
ASN_SEQUENCE(to_be_signed_ma_pca_pre_linkage_value_request_msg,
    "ToBeSignedMaPcaPreLinkageValueRequestMsg", EXTENSIBLE,
    LIST_TO_BE_SIGNED_MA_PCA_PRE_LINKAGE_VALUE_REQUEST_MSG)

ASN_SEQUENCE_OF(ma_pca_pre_linkage_value_request_msg_signatures,
    "MaPcaPreLinkageValueRequestMsg.signatures", countersignature, 0,
    UINT32_MAX)
#define LIST_MA_PCA_PRE_LINKAGE_VALUE_REQUEST_MSG(R, O, D, T)		\
	R(T, uint8_1, version, "version")				\
	R(T, to_be_signed_ma_pca_pre_linkage_value_request_msg, tbs,	\
	    "tbs")							\
	R(T, ma_pca_pre_linkage_value_request_msg_signatures,		\
	    signatures, "signatures")
ASN_SEQUENCE(ma_pca_pre_linkage_value_request_msg,
    "MaPcaPreLinkageValueRequestMsg", CLOSED,
    LIST_MA_PCA_PRE_LINKAGE_VALUE_REQUEST_MSG)

#define LIST_LV2_PLV_REPLY(A, T)					\
	A(T, encrypted_plv_and_host_info, success, "success")		\
	A(T, scoped_ma_pca_error, failure, "failure")
ASN_CHOICE(lv2_plv_reply, "Lv2Plv.reply", CLOSED, LIST_LV2_PLV_REPLY)
#define LIST_LV2_PLV(R, O, D, T)					\
	R(T, linkage_value, lv, "lv")					\
	R(T, lv2_plv_reply, reply, "reply")
ASN_SEQUENCE(lv2_plv, "Lv2Plv", CLOSED, LIST_LV2_PLV)

ASN_SEQUENCE_OF(pca_ma_pre_linkage_value_response_msg_plv_info,
    "PcaMaPreLinkageValueResponseMsg.plvInfo", lv2_plv, 0, UINT32_MAX)
#define LIST_PCA_MA_PRE_LINKAGE_VALUE_RESPONSE_MSG(R, O, D, T)		\
	R(T, uint8_1, version, "version")				\
	R(T, hashed_id8, request_hash, "requestHash")			\
	R(T, pca_hostname_id, pca_id, "pcaId")				\
	R(T, pca_ma_pre_linkage_value_response_msg_plv_info, plv_info,	\
	    "plvInfo")
ASN_SEQUENCE(pca_ma_pre_linkage_value_response_msg,
    "PcaMaPreLinkageValueResponseMsg", CLOSED,
    LIST_PCA_MA_PRE_LINKAGE_VALUE_RESPONSE_MSG)

ASN_SEQUENCE_OF(to_be_signed_ma_pca_hpcr_request_msg_linkage_values,
    "ToBeSignedMaPcaHPCRRequestMsg.linkage-values", linkage_value, 0,
    UINT32_MAX)
#define LIST_TO_BE_SIGNED_MA_PCA_HPCR_REQUEST_MSG(R, O, D, T)		\
	R(T, ma_hostname_id, ma_id, "maId")				\
	R(T, to_be_signed_ma_pca_hpcr_request_msg_linkage_values,	\
	    linkage_values, "linkage-values")
ASN_SEQUENCE(to_be_signed_ma_pca_hpcr_request_msg,
    "ToBeSignedMaPcaHPCRRequestMsg", EXTENSIBLE,
    LIST_TO_BE_SIGNED_MA_PCA_HPCR_REQUEST_MSG)

ASN_SEQUENCE_OF(ma_pca_hpcr_request_msg_signatures,
    "MaPcaHPCRRequestMsg.signatures", countersignature, 0, UINT32_MAX)
#define LIST_MA_PCA_HPCR_REQUEST_MSG(R, O, D, T)			\
	R(T, uint8_1, version, "version")				\
	R(T, to_be_signed_ma_pca_hpcr_request_msg, tbs, "tbs")		\
	R(T, ma_pca_hpcr_request_msg_signatures, signatures,		\
	    "signatures")
ASN_SEQUENCE(ma_pca_hpcr_request_msg, "MaPcaHPCRRequestMsg", CLOSED,
    LIST_MA_PCA_HPCR_REQUEST_MSG)

#define LIST_LV2_HPCR_REPLY(A, T)					\
	A(T, hpcr_and_host_info, success, "success")			\
	A(T, scoped_ma_pca_error, failure, "failure")
ASN_CHOICE(lv2_hpcr_reply, "Lv2HPCR.reply", CLOSED, LIST_LV2_HPCR_REPLY)
#define LIST_LV2_HPCR(R, O, D, T)					\
	R(T, linkage_value, lv, "lv")					\
	R(T, lv2_hpcr_reply, reply, "reply")
ASN_SEQUENCE(lv2_hpcr, "Lv2HPCR", CLOSED, LIST_LV2_HPCR)

ASN_SEQUENCE_OF(pca_ma_hpcr_response_msg_hpcrinfo,
    "PcaMaHPCRResponseMsg.hpcrinfo", lv2_hpcr, 0, UINT32_MAX)
#define LIST_PCA_MA_HPCR_RESPONSE_MSG(R, O, D, T)			\
	R(T, uint8_1, version, "version")				\
	R(T, hashed_id8, request_hash, "requestHash")			\
	R(T, pca_hostname_id, pca_id, "pcaId")				\
	R(T, pca_ma_hpcr_response_msg_hpcrinfo, hpcrinfo, "hpcrinfo")
ASN_SEQUENCE(pca_ma_hpcr_response_msg, "PcaMaHPCRResponseMsg", CLOSED,
    LIST_PCA_MA_HPCR_RESPONSE_MSG)

#define LIST_MA_PCA_INTERFACE_PDU(A, T)					\
	A(T, ma_pca_pre_linkage_value_request_msg,			\
	    ma_pca_pre_linkage_value_request,				\
	    "maPcaPreLinkageValueRequest")				\
	A(T, pca_ma_pre_linkage_value_response_msg,			\
	    pca_ma_pre_linkage_value_response,				\
	    "pcaMaPreLinkageValueResponse")				\
	A(T, ma_pca_hpcr_request_msg, ma_pca_hpcr_request,		\
	    "maPcaHPCRRequest")						\
	A(T, pca_ma_hpcr_response_msg, pca_ma_hpcr_response,		\
	    "pcaMaHPCRResponse")
ASN_CHOICE(ma_pca_interface_pdu, "MaPcaInterfacePDU", EXTENSIBLE,
    LIST_MA_PCA_INTERFACE_PDU)
/* clang-format on */

#endif /* SCHEMA_MA_PCA_H */
