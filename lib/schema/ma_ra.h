/*
 * ma_ra.h - blacklists, chain identifiers, digests: MA and RA.
 */
#if !defined(SCHEMA_MA_RA_H) || defined(ASN_ROWS)
#define SCHEMA_MA_RA_H

#ifndef ASN_ROWS
#include "schema/scms_base.h"
#include "schema/scms_errors.h"
#endif

/* clang-format off */
#undef ASN_MODULE
#define ASN_MODULE "Ieee1609Dot2MaRaInterface"

ASN_SEQUENCE_OF(to_be_signed_blacklisting_instruction_msg_hpcr,
    "ToBeSignedBlacklistingInstructionMsg.hpcr", hpcr, 0, UINT32_MAX)
#define LIST_TO_BE_SIGNED_BLACKLISTING_INSTRUCTION_MSG(R, O, D, T)	\
	R(T, ma_hostname_id, ma_id, "maId")				\
	R(T, to_be_signed_blacklisting_instruction_msg_hpcr, hpcr,	\
	    "hpcr")
ASN_SEQUENCE(to_be_signed_blacklisting_instruction_msg,
    "ToBeSignedBlacklistingInstructionMsg", EXTENSIBLE,
    LIST_TO_BE_SIGNED_BLACKLISTING_INSTRUCTION_MSG)

ASN_SEQUENCE_OF(ma_ra_blacklist_request_msg_signatures,
    "MaRaBlacklistRequestMsg.signatures", countersignature, 0, UINT32_MAX)
#define LIST_MA_RA_BLACKLIST_REQUEST_MSG(R, O, D, T)			\
	R(T, uint8_1, version, "version")				\
	R(T, to_be_signed_blacklisting_instruction_msg, tbs, "tbs")	\
	R(T, ma_ra_blacklist_request_msg_signatures, signatures,	\
	    "signatures")
ASN_SEQUENCE(ma_ra_blacklist_request_msg, "MaRaBlacklistRequestMsg", CLOSED,
    LIST_MA_RA_BLACKLIST_REQUEST_MSG)

#define LIST_BLACKLISTING_STATUS_REPLY(A, T)				\
	A(T, asn_null, success, "success")				\
	A(T, scoped_ma_ra_blacklist_error, failure, "failure")
ASN_CHOICE(blacklisting_status_reply, "BlacklistingStatus.reply", CLOSED,
    LIST_BLACKLISTING_STATUS_REPLY)
#define LIST_BLACKLISTING_STATUS(R, O, D, T)				\
	R(T, hpcr, hpcr, "hpcr")					\
	R(T, blacklisting_status_reply, reply, "reply")
ASN_SEQUENCE(blacklisting_status, "BlacklistingStatus", CLOSED,
    LIST_BLACKLISTING_STATUS)

ASN_SEQUENCE_OF(ra_ma_blacklist_response_msg_status,
    "RaMaBlacklistResponseMsg.status", blacklisting_status, 0, UINT32_MAX)
#define LIST_RA_MA_BLACKLIST_RESPONSE_MSG(R, O, D, T)			\
	R(T, uint8_1, version, "version")				\
	R(T, hashed_id8, request_hash, "requestHash")			\
	R(T, ra_hostname_id, ra_id, "raId")				\
	R(T, ra_ma_blacklist_response_msg_status, status, "status")
ASN_SEQUENCE(ra_ma_blacklist_response_msg, "RaMaBlacklistResponseMsg",
    EXTENSIBLE, LIST_RA_MA_BLACKLIST_RESPONSE_MSG)

ASN_SEQUENCE_OF(to_be_signed_lci_request_msg_hpcr,
    "ToBeSignedLCIRequestMsg.hpcr", hpcr, 0, UINT32_MAX)
#define LIST_TO_BE_SIGNED_LCI_REQUEST_MSG(R, O, D, T)			\
	R(T, ma_hostname_id, ma_id, "maId")				\
	R(T, to_be_signed_lci_request_msg_hpcr, hpcr, "hpcr")
ASN_SEQUENCE(to_be_signed_lci_request_msg, "ToBeSignedLCIRequestMsg",
    EXTENSIBLE, LIST_TO_BE_SIGNED_LCI_REQUEST_MSG)

ASN_SEQUENCE_OF(ma_ra_lci_request_msg_signatures,
    "MaRaLCIRequestMsg.signatures", countersignature, 0, UINT32_MAX)
#define LIST_MA_RA_LCI_REQUEST_MSG(R, O, D, T)				\
	R(T, uint8_1, version, "version")				\
	R(T, to_be_signed_lci_request_msg, tbs, "tbs")			\
	R(T, ma_ra_lci_request_msg_signatures, signatures,		\
	    "signatures")
ASN_SEQUENCE(ma_ra_lci_request_msg, "MaRaLCIRequestMsg", CLOSED,
    LIST_MA_RA_LCI_REQUEST_MSG)

#define LIST_HPCR2_LCI_REPLY_SUCCESS_VALUE(R, O, D, T)			\
	R(T, octets4, group_identifier, "groupIdentifier")		\
	R(T, lci_and_host_info, info, "info")
ASN_SEQUENCE(hpcr2_lci_reply_success_value, "HPCR2LCI.reply.success", CLOSED,
    LIST_HPCR2_LCI_REPLY_SUCCESS_VALUE)
#define LIST_HPCR2_LCI_REPLY(A, T)					\
	A(T, hpcr2_lci_reply_success_value, success, "success")		\
	A(T, scoped_ma_ra_lci_error, failure, "failure")
ASN_CHOICE(hpcr2_lci_reply, "HPCR2LCI.reply", CLOSED, LIST_HPCR2_LCI_REPLY)
#define LIST_HPCR2_LCI(R, O, D, T)					\
	R(T, hpcr, hpcr, "hpcr")					\
	R(T, hpcr2_lci_reply, reply, "reply")
ASN_SEQUENCE(hpcr2_lci, "HPCR2LCI", CLOSED, LIST_HPCR2_LCI)

ASN_SEQUENCE_OF(ra_ma_lci_response_msg_lci_info, "RaMaLCIResponseMsg.lciInfo",
    hpcr2_lci, 0, UINT32_MAX)
#define LIST_RA_MA_LCI_RESPONSE_MSG(R, O, D, T)				\
	R(T, uint8_1, version, "version")				\
	R(T, hashed_id8, request_hash, "requestHash")			\
	R(T, ra_hostname_id, ra_id, "raId")				\
	R(T, ra_ma_lci_response_msg_lci_info, lci_info, "lciInfo")
ASN_SEQUENCE(ra_ma_lci_response_msg, "RaMaLCIResponseMsg", EXTENSIBLE,
    LIST_RA_MA_LCI_RESPONSE_MSG)

ASN_SEQUENCE_OF(to_be_signed_rse_obe_id_blacklisting_instruction_msg_rif,
    "ToBeSignedRseObeIdBlacklistingInstructionMsg.rif", rif, 0, UINT32_MAX)
#define LIST_TO_BE_SIGNED_RSE_OBE_ID_BLACKLISTING_INSTRUCTION_MSG(R, O, D, T)\
	R(T, ma_hostname_id, ma_id, "maId")				\
	R(T, to_be_signed_rse_obe_id_blacklisting_instruction_msg_rif,	\
	    rif, "rif")
ASN_SEQUENCE(to_be_signed_rse_obe_id_blacklisting_instruction_msg,
    "ToBeSignedRseObeIdBlacklistingInstructionMsg", EXTENSIBLE,
    LIST_TO_BE_SIGNED_RSE_OBE_ID_BLACKLISTING_INSTRUCTION_MSG)

ASN_SEQUENCE_OF(ma_ra_rse_obe_id_blacklist_request_msg_signatures,
    "MaRaRseObeIdBlacklistRequestMsg.signatures", countersignature, 0,
    UINT32_MAX)
#define LIST_MA_RA_RSE_OBE_ID_BLACKLIST_REQUEST_MSG(R, O, D, T)		\
	R(T, uint8_1, version, "version")				\
	R(T, to_be_signed_rse_obe_id_blacklisting_instruction_msg,	\
	    tbs, "tbs")							\
	R(T, ma_ra_rse_obe_id_blacklist_request_msg_signatures,		\
	    signatures, "signatures")
ASN_SEQUENCE(ma_ra_rse_obe_id_blacklist_request_msg,
    "MaRaRseObeIdBlacklistRequestMsg", CLOSED,
    LIST_MA_RA_RSE_OBE_ID_BLACKLIST_REQUEST_MSG)

#define LIST_RSE_OBE_ID_BLACKLISTING_STATUS_REPLY(A, T)			\
	A(T, asn_null, success, "success")				\
	A(T, scoped_ma_ra_blacklist_error, failure, "failure")
ASN_CHOICE(rse_obe_id_blacklisting_status_reply,
    "RseObeIdBlacklistingStatus.reply", CLOSED,
    LIST_RSE_OBE_ID_BLACKLISTING_STATUS_REPLY)
#define LIST_RSE_OBE_ID_BLACKLISTING_STATUS(R, O, D, T)			\
	R(T, rif, rif, "rif")						\
	R(T, rse_obe_id_blacklisting_status_reply, reply, "reply")
ASN_SEQUENCE(rse_obe_id_blacklisting_status, "RseObeIdBlacklistingStatus",
    CLOSED, LIST_RSE_OBE_ID_BLACKLISTING_STATUS)

ASN_SEQUENCE_OF(ra_ma_rse_obe_id_blacklist_response_msg_status,
    "RaMaRseObeIdBlacklistResponseMsg.status", rse_obe_id_blacklisting_status,
    0, UINT32_MAX)
#define LIST_RA_MA_RSE_OBE_ID_BLACKLIST_RESPONSE_MSG(R, O, D, T)	\
	R(T, uint8_1, version, "version")				\
	R(T, hashed_id8, request_hash, "requestHash")			\
	R(T, ra_hostname_id, ra_id, "raId")				\
	R(T, ra_ma_rse_obe_id_blacklist_response_msg_status, status,	\
	    "status")
ASN_SEQUENCE(ra_ma_rse_obe_id_blacklist_response_msg,
    "RaMaRseObeIdBlacklistResponseMsg", EXTENSIBLE,
    LIST_RA_MA_RSE_OBE_ID_BLACKLIST_RESPONSE_MSG)

ASN_SEQUENCE_OF(to_be_signed_cdv_request_msg_rif_values,
    "ToBeSignedCDVRequestMsg.rifValues", rif, 0, UINT32_MAX)
#define LIST_TO_BE_SIGNED_CDV_REQUEST_MSG(R, O, D, T)			\
	R(T, ma_hostname_id, ma_id, "maId")				\
	R(T, to_be_signed_cdv_request_msg_rif_values, rif_values,	\
	    "rifValues")
ASN_SEQUENCE(to_be_signed_cdv_request_msg, "ToBeSignedCDVRequestMsg",
    EXTENSIBLE, LIST_TO_BE_SIGNED_CDV_REQUEST_MSG)

ASN_SEQUENCE_OF(ma_ra_cdv_request_msg_signatures,
    "MaRaCDVRequestMsg.signatures", countersignature, 0, UINT32_MAX)
#define LIST_MA_RA_CDV_REQUEST_MSG(R, O, D, T)				\
	R(T, uint8_1, version, "version")				\
	R(T, to_be_signed_cdv_request_msg, tbs, "tbs")			\
	R(T, ma_ra_cdv_request_msg_signatures, signatures,		\
	    "signatures")
ASN_SEQUENCE(ma_ra_cdv_request_msg, "MaRaCDVRequestMsg", CLOSED,
    LIST_MA_RA_CDV_REQUEST_MSG)

ASN_SEQUENCE_OF(cdv_info_reply_success_value, "CdvInfo.reply.success",
    hashed_id10, 0, UINT32_MAX)
#define LIST_CDV_INFO_REPLY(A, T)					\
	A(T, cdv_info_reply_success_value, success, "success")		\
	A(T, scoped_ma_ra_blacklist_error, failure, "failure")
ASN_CHOICE(cdv_info_reply, "CdvInfo.reply", CLOSED, LIST_CDV_INFO_REPLY)
#define LIST_CDV_INFO(R, O, D, T)					\
	R(T, rif, rif, "rif")						\
	R(T, cdv_info_reply, reply, "reply")
ASN_SEQUENCE(cdv_info, "CdvInfo", CLOSED, LIST_CDV_INFO)

ASN_SEQUENCE_OF(ra_ma_cdv_response_msg_cdv_info, "RaMaCDVResponseMsg.cdvInfo",
    cdv_info, 0, UINT32_MAX)
#define LIST_RA_MA_CDV_RESPONSE_MSG(R, O, D, T)				\
	R(T, uint8_1, version, "version")				\
	R(T, hashed_id8, request_hash, "requestHash")			\
	R(T, ra_hostname_id, ra_id, "raId")				\
	R(T, ra_ma_cdv_response_msg_cdv_info, cdv_info, "cdvInfo")
ASN_SEQUENCE(ra_ma_cdv_response_msg, "RaMaCDVResponseMsg", CLOSED,
    LIST_RA_MA_CDV_RESPONSE_MSG)

#define LIST_MA_RA_INTERFACE_PDU(A, T)					\
	A(T, ma_ra_blacklist_request_msg, ma_ra_blacklist_request,	\
	    "maRaBlacklistRequest")					\
	A(T, ra_ma_blacklist_response_msg, ra_ma_blacklist_response,	\
	    "raMaBlacklistResponse")					\
	A(T, ma_ra_lci_request_msg, ma_ra_lci_request,			\
	    "maRaLCIRequest")						\
	A(T, ra_ma_lci_response_msg, ra_ma_lci_response,		\
	    "raMaLCIResponse")						\
	A(T, ma_ra_rse_obe_id_blacklist_request_msg,			\
	    ma_ra_rse_obe_id_blacklist_request,				\
	    "maRaRseObeIdBlacklistRequest")				\
	A(T, ra_ma_rse_obe_id_blacklist_response_msg,			\
	    ra_ma_rse_obe_id_blacklist_response,			\
	    "raMaRseObeIdBlacklistResponse")				\
	A(T, ma_ra_cdv_request_msg, ma_ra_cdv_request,			\
	    "maRaCDVRequest")						\
	A(T, ra_ma_cdv_response_msg, ra_ma_cdv_response,		\
	    "raMaCDVResponse")
ASN_CHOICE(ma_ra_interface_pdu, "MaRaInterfacePDU", EXTENSIBLE,
    LIST_MA_RA_INTERFACE_PDU)
/* clang-format on */

#endif /* SCHEMA_MA_RA_H */
