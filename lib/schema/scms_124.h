/*
 * scms_124.h - CAMP 1.2.4 where its octets differ from 1.2.2, and the types
 * that contain what differs.
 *
 * A request is decoded as signed_certificate_request and, when that fails, as
 * signed_certificate_request_124: where 1.2.2 has the preamble 00 of common,
 * 1.2.4 has a time (19 and above since 2017) or the tag of a region, which
 * 1.2.2 refuses as padding bits that are set.  (Only a circular region, tag
 * 80, passes for a preamble; then the rest would have to pass for times and
 * extension additions, too.)
 */
#if !defined(SCHEMA_SCMS_124_H) || defined(ASN_ROWS)
#define SCHEMA_SCMS_124_H

#ifndef ASN_ROWS
#include "schema/scms_protocol.h"
#endif

/* clang-format off */
#undef ASN_MODULE
#define ASN_MODULE "CAMP-1.2.4"

#define LIST_EE_RA_ID_CERT_PROVISIONING_REQUEST_124(R, O, D, T)		\
	R(T, uint8_1, version, "version")				\
	R(T, unsigned_butterfly_params, verify_key_info,		\
	    "verify-key-info")						\
	O(T, unsigned_butterfly_params, cert_enc_key_info,		\
	    "cert-enc-key-info")					\
	R(T, unsigned_butterfly_params, resp_enc_key_info,		\
	    "resp-enc-key-info")					\
	R(T, geographic_region, region, "region")			\
	R(T, time32, current_time, "current-time")
ASN_SEQUENCE(ee_ra_id_cert_provisioning_request_124,
    "EeRaIdCertProvisioningRequest", EXTENSIBLE,
    LIST_EE_RA_ID_CERT_PROVISIONING_REQUEST_124)

#define LIST_EE_RA_APP_CERT_PROVISIONING_REQUEST_124(R, O, D, T)	\
	R(T, uint8_1, version, "version")				\
	R(T, public_verification_key, verify_key, "verify-key")		\
	O(T, public_encryption_key, cert_encryption_key,		\
	    "cert-encryption-key")					\
	R(T, public_encryption_key, response_encryption_key,		\
	    "response-encryption-key")					\
	R(T, geographic_region, region, "region")			\
	R(T, time32, current_time, "current-time")			\
	R(T, time32, requested_start_time, "requested-start-time")
ASN_SEQUENCE(ee_ra_app_cert_provisioning_request_124,
    "EeRaAppCertProvisioningRequest", EXTENSIBLE,
    LIST_EE_RA_APP_CERT_PROVISIONING_REQUEST_124)

#define LIST_EE_RA_PSEUDONYM_CERT_PROVISIONING_REQUEST_124(R, O, D, T)	\
	R(T, uint8_1, version, "version")				\
	R(T, unsigned_butterfly_params, verify_key_info,		\
	    "verify-key-info")						\
	R(T, unsigned_butterfly_params, resp_enc_key_info,		\
	    "resp-enc-key-info")					\
	R(T, time32, current_time, "current-time")
ASN_SEQUENCE(ee_ra_pseudonym_cert_provisioning_request_124,
    "EeRaPseudonymCertProvisioningRequest", EXTENSIBLE,
    LIST_EE_RA_PSEUDONYM_CERT_PROVISIONING_REQUEST_124)

ASN_SEQUENCE_OF(to_be_signed_li_request_msg_124_encrypted_plvs_and_flags,
    "ToBeSignedLIRequestMsg.encryptedPLVsAndFlags",
    encrypted_prelinkage_value_and_dont_care_flag, 0, UINT32_MAX)
#define LIST_TO_BE_SIGNED_LI_REQUEST_MSG_124(R, O, D, T)		\
	R(T, ma_hostname_id, ma_id, "maId")				\
	R(T, to_be_signed_li_request_msg_124_encrypted_plvs_and_flags,	\
	    encrypted_plvs_and_flags, "encryptedPLVsAndFlags")		\
	R(T, expected_reply, expected_reply, "expectedReply")
ASN_SEQUENCE(to_be_signed_li_request_msg_124, "ToBeSignedLIRequestMsg",
    EXTENSIBLE, LIST_TO_BE_SIGNED_LI_REQUEST_MSG_124)

ASN_SEQUENCE_OF(pre_linkage_value_request_response_124_individual,
    "PreLinkageValueRequestResponse.individual",
    individual_plv_response_linkage_chain, 0, UINT32_MAX)
#define LIST_PRE_LINKAGE_VALUE_REQUEST_RESPONSE_124(R, O, D, T)		\
	R(T, uint16, i_min, "iMin")					\
	R(T, uint16, i_max, "iMax")					\
	R(T, pre_linkage_value_request_response_124_individual,		\
	    individual, "individual")
ASN_SEQUENCE(pre_linkage_value_request_response_124,
    "PreLinkageValueRequestResponse", EXTENSIBLE,
    LIST_PRE_LINKAGE_VALUE_REQUEST_RESPONSE_124)

#define LIST_PSEUDONYM_CERT_REQUEST_INFO_124(R, O, D, T)		\
	R(T, sequence_of_psid_ssp, psid_ssp, "psidSsp")			\
	O(T, subject_assurance, performance_assurance_level,		\
	    "performanceAssuranceLevel")				\
	O(T, geographic_region, region, "region")			\
	R(T, i_value, i_value, "iValue")				\
	R(T, pca_hostname_id, pca_id, "pca-id")				\
	R(T, ecc_p256_curve_point, sig_butterfly_key_b,			\
	    "sig-butterfly-key-B")					\
	R(T, la_hostname_id, la1_id, "la1-id")				\
	R(T, la_hostname_id, la2_id, "la2-id")				\
	R(T, encrypted_individual_plv, enc_plv1, "enc-plv1")		\
	R(T, encrypted_individual_plv, enc_plv2, "enc-plv2")		\
	R(T, ecc_p256_curve_point, enc_butterfly_key_h,			\
	    "enc-butterfly-key-H")
ASN_SEQUENCE(pseudonym_cert_request_info_124, "PseudonymCertRequestInfo",
    CLOSED, LIST_PSEUDONYM_CERT_REQUEST_INFO_124)

#define LIST_PCA_RA_CERT_RESPONSE_MSG_124_REPLY_SUCCESS_VALUE(A, T)	\
	A(T, signed_encrypted_certificate_response, signed_encrypted,	\
	    "signed-encrypted")						\
	A(T, plaintext_certificate_response, raw, "raw")
ASN_CHOICE(pca_ra_cert_response_msg_124_reply_success_value,
    "PcaRaCertResponseMsg.reply.success", CLOSED,
    LIST_PCA_RA_CERT_RESPONSE_MSG_124_REPLY_SUCCESS_VALUE)
#define LIST_PCA_RA_CERT_RESPONSE_MSG_124_REPLY(A, T)			\
	A(T, pca_ra_cert_response_msg_124_reply_success_value,		\
	    success, "success")
ASN_CHOICE(pca_ra_cert_response_msg_124_reply, "PcaRaCertResponseMsg.reply",
    CLOSED, LIST_PCA_RA_CERT_RESPONSE_MSG_124_REPLY)
#define LIST_PCA_RA_CERT_RESPONSE_MSG_124(R, O, D, T)			\
	R(T, uint8_1, version, "version")				\
	R(T, hashed_id8, request_hash, "requestHash")			\
	R(T, pca_hostname_id, pca_id, "pca-id")				\
	R(T, pca_ra_cert_response_msg_124_reply, reply, "reply")
ASN_SEQUENCE(pca_ra_cert_response_msg_124, "PcaRaCertResponseMsg", EXTENSIBLE,
    LIST_PCA_RA_CERT_RESPONSE_MSG_124)

#define LIST_SCMS_ERROR_124(A, T)					\
	A(T, scms_common_error, common, "common")			\
	A(T, component_certificate_management_error, ccm, "ccm")	\
	A(T, eca_end_entity_error, eca_ee, "eca-ee")			\
	A(T, la_ma_error, la_ma, "la-ma")				\
	A(T, la_pca_error, la_pca, "la-pca")				\
	A(T, la_ra_error, la_ra, "la-ra")				\
	A(T, ma_pca_error, ma_pca, "ma-pca")				\
	A(T, ma_ra_error, ma_ra, "ma-ra")				\
	A(T, pca_ra_error, pca_ra, "pca-ra")				\
	A(T, ra_pg_error, ra_pg, "ra-pg")
ASN_CHOICE(scms_error_124, "ScmsError", EXTENSIBLE, LIST_SCMS_ERROR_124)

#define LIST_END_ENTITY_RA_INTERFACE_PDU_124(A, T)			\
	A(T, ee_ra_cert_request_msg, ee_ra_cert_request,		\
	    "eeRaCertRequest")						\
	A(T, ra_ee_cert_response_msg, ra_ee_cert_response,		\
	    "raEeCertResponse")						\
	A(T, ee_ra_pseudonym_cert_provisioning_request_124,		\
	    ee_ra_pseudonym_cert_provisioning_request,			\
	    "eeRaPseudonymCertProvisioningRequest")			\
	A(T, ra_ee_pseudonym_cert_provisioning_ack,			\
	    ra_ee_pseudonym_cert_provisioning_ack,			\
	    "raEePseudonymCertProvisioningAck")				\
	A(T, ee_ra_id_cert_provisioning_request_124,			\
	    ee_ra_id_cert_provisioning_request,				\
	    "eeRaIdCertProvisioningRequest")				\
	A(T, ra_ee_id_cert_provisioning_ack,				\
	    ra_ee_id_cert_provisioning_ack,				\
	    "raEeIdCertProvisioningAck")				\
	A(T, ee_ra_app_cert_provisioning_request_124,			\
	    ee_ra_app_cert_provisioning_request,			\
	    "eeRaAppCertProvisioningRequest")				\
	A(T, ra_ee_app_cert_provisioning_ack,				\
	    ra_ee_app_cert_provisioning_ack,				\
	    "raEeAppCertProvisioningAck")				\
	A(T, authenticated_download_request,				\
	    ee_ra_authenticated_download_request,			\
	    "eeRaAuthenticatedDownloadRequest")
ASN_CHOICE(end_entity_ra_interface_pdu_124, "EndEntityRaInterfacePDU",
    EXTENSIBLE, LIST_END_ENTITY_RA_INTERFACE_PDU_124)

ASN_SEQUENCE_OF(ma_la_linkage_info_request_msg_124_signatures,
    "MaLaLinkageInfoRequestMsg.signatures", countersignature, 0, UINT32_MAX)
#define LIST_MA_LA_LINKAGE_INFO_REQUEST_MSG_124(R, O, D, T)		\
	R(T, uint8_1, version, "version")				\
	R(T, to_be_signed_li_request_msg_124, tbs, "tbs")		\
	R(T, ma_la_linkage_info_request_msg_124_signatures,		\
	    signatures, "signatures")
ASN_SEQUENCE(ma_la_linkage_info_request_msg_124, "MaLaLinkageInfoRequestMsg",
    CLOSED, LIST_MA_LA_LINKAGE_INFO_REQUEST_MSG_124)

#define LIST_LA_MA_INTERFACE_PDU_124(A, T)				\
	A(T, ma_la_linkage_info_request_msg_124,			\
	    ma_la_linkage_info_request, "maLaLinkageInfoRequest")	\
	A(T, la_ma_linkage_info_response_msg,				\
	    la_ma_linkage_info_response, "laMaLinkageInfoResponse")	\
	A(T, ma_la_linkage_seed_request_msg,				\
	    ma_la_linkage_seed_request, "maLaLinkageSeedRequest")	\
	A(T, la_ma_linkage_seed_response_msg,				\
	    la_ma_linkage_seed_response, "laMaLinkageSeedResponse")
ASN_CHOICE(la_ma_interface_pdu_124, "LaMaInterfacePDU", EXTENSIBLE,
    LIST_LA_MA_INTERFACE_PDU_124)

#define LIST_LA_RA_PRE_LINKAGE_VALUE_RESPONSE_MSG_124_REPLY(A, T)	\
	A(T, pre_linkage_value_request_response_124, success,		\
	    "success")							\
	A(T, scoped_la_ra_error, failure, "failure")
ASN_CHOICE(la_ra_pre_linkage_value_response_msg_124_reply,
    "LaRaPreLinkageValueResponseMsg.reply", CLOSED,
    LIST_LA_RA_PRE_LINKAGE_VALUE_RESPONSE_MSG_124_REPLY)
#define LIST_LA_RA_PRE_LINKAGE_VALUE_RESPONSE_MSG_124(R, O, D, T)	\
	R(T, uint8_1, version, "version")				\
	R(T, hashed_id8, request_hash, "requestHash")			\
	R(T, la_hostname_id, la_id, "laId")				\
	R(T, la_ra_pre_linkage_value_response_msg_124_reply, reply,	\
	    "reply")
ASN_SEQUENCE(la_ra_pre_linkage_value_response_msg_124,
    "LaRaPreLinkageValueResponseMsg", CLOSED,
    LIST_LA_RA_PRE_LINKAGE_VALUE_RESPONSE_MSG_124)

#define LIST_LA_RA_INTERFACE_PDU_124(A, T)				\
	A(T, ra_la_individual_pre_linkage_value_request_msg,		\
	    ra_la_individual_pre_linkage_value_request,			\
	    "raLaIndividualPreLinkageValueRequest")			\
	A(T, ra_la_group_pre_linkage_value_request_msg,			\
	    ra_la_group_pre_linkage_value_request,			\
	    "raLaGroupPreLinkageValueRequest")				\
	A(T, la_ra_pre_linkage_value_response_msg_124,			\
	    la_ra_pre_linkage_value_response,				\
	    "laRaPreLinkageValueResponse")
ASN_CHOICE(la_ra_interface_pdu_124, "LaRaInterfacePDU", EXTENSIBLE,
    LIST_LA_RA_INTERFACE_PDU_124)

#define LIST_RA_PCA_CERT_REQUEST_MSG_124_CERT_REQUEST_INFO(A, T)	\
	A(T, pseudonym_cert_request_info_124, pseudonym_cert_req,	\
	    "pseudonym-cert-req")					\
	A(T, id_cert_request_info, auth_cert_req, "auth-cert-req")
ASN_CHOICE(ra_pca_cert_request_msg_124_cert_request_info,
    "RaPcaCertRequestMsg.cert-request-info", EXTENSIBLE,
    LIST_RA_PCA_CERT_REQUEST_MSG_124_CERT_REQUEST_INFO)
#define LIST_RA_PCA_CERT_REQUEST_MSG_124(R, O, D, T)			\
	R(T, uint8_1, version, "version")				\
	R(T, ra_hostname_id, ra_id, "raId")				\
	R(T, ra_pca_cert_request_msg_124_cert_request_info,		\
	    cert_request_info, "cert-request-info")
ASN_SEQUENCE(ra_pca_cert_request_msg_124, "RaPcaCertRequestMsg", CLOSED,
    LIST_RA_PCA_CERT_REQUEST_MSG_124)

#define LIST_PCA_RA_INTERFACE_PDU_124(A, T)				\
	A(T, ra_pca_cert_request_msg_124, ra_pca_cert_request,		\
	    "raPcaCertRequest")						\
	A(T, pca_ra_cert_response_msg_124, pca_ra_cert_response,	\
	    "pcaRaCertResponse")
ASN_CHOICE(pca_ra_interface_pdu_124, "PcaRaInterfacePDU", EXTENSIBLE,
    LIST_PCA_RA_INTERFACE_PDU_124)

#define LIST_SCMS_PDU_124_CONTENT(A, T)					\
	A(T, scms_component_certificate_management_pdu, ccm, "ccm")	\
	A(T, eca_end_entity_interface_pdu, eca_ee, "eca-ee")		\
	A(T, end_entity_ma_interface_pdu, ee_ma, "ee-ma")		\
	A(T, end_entity_ra_interface_pdu_124, ee_ra, "ee-ra")		\
	A(T, la_ma_interface_pdu_124, la_ma, "la-ma")			\
	A(T, la_pca_interface_pdu, la_pca, "la-pca")			\
	A(T, la_ra_interface_pdu_124, la_ra, "la-ra")			\
	A(T, ma_pca_interface_pdu, ma_pca, "ma-pca")			\
	A(T, ma_ra_interface_pdu, ma_ra, "ma-ra")			\
	A(T, pca_ra_interface_pdu_124, pca_ra, "pca-ra")		\
	A(T, ra_pg_interface_pdu, ra_pg, "ra-pg")
ASN_CHOICE(scms_pdu_124_content, "ScmsPDU.content", EXTENSIBLE,
    LIST_SCMS_PDU_124_CONTENT)
#define LIST_SCMS_PDU_124(R, O, D, T)					\
	R(T, uint8_1, version, "version")				\
	R(T, scms_pdu_124_content, content, "content")
ASN_SEQUENCE_RAW(scms_pdu_124, "ScmsPDU", CLOSED, LIST_SCMS_PDU_124)

ASN_ALIAS(scoped_certificate_request_124, "ScopedCertificateRequest",
    scms_pdu_124)

#define LIST_SIGNED_CERTIFICATE_REQUEST_124(R, O, D, T)			\
	R(T, hash_algorithm, hash_id, "hashId")				\
	R(T, asn_extra, extra_octet, NULL)				\
	R(T, scoped_certificate_request_124, tbs_request,		\
	    "tbsRequest")						\
	R(T, asn_span, tbs_raw, NULL)					\
	R(T, signer_identifier, signer, "signer")			\
	R(T, signature, signature, "signature")
ASN_SEQUENCE_RAW(signed_certificate_request_124, "SignedCertificateRequest",
    CLOSED, LIST_SIGNED_CERTIFICATE_REQUEST_124)

ASN_ALIAS(scoped_ra_pg_error_124, "ScopedRaPgError", scms_error_124)
/* clang-format on */

#endif /* SCHEMA_SCMS_124_H */
