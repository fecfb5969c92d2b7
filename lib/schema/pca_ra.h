/*
 * pca_ra.h - certificate requests and responses: RA and PCA.
 */
#if !defined(SCHEMA_PCA_RA_H) || defined(ASN_ROWS)
#define SCHEMA_PCA_RA_H

#ifndef ASN_ROWS
#include "schema/scms_base.h"
#include "schema/scms_errors.h"
#endif

/* clang-format off */
#undef ASN_MODULE
#define ASN_MODULE "Ieee1609Dot2PcaRaInterface"

#define LIST_PSEUDONYM_CERT_REQUEST_INFO_GROUP_LINKAGE_INFO(R, O, D, T)	\
	R(T, la_hostname_id, gla1_id, "gla1-id")			\
	R(T, la_hostname_id, gla2_id, "gla2-id")			\
	R(T, encrypted_group_plv, enc_gplv1, "enc-gplv1")		\
	R(T, encrypted_group_plv, enc_gplv2, "enc-gplv2")
ASN_SEQUENCE(pseudonym_cert_request_info_group_linkage_info,
    "PseudonymCertRequestInfo.group-linkage-info", CLOSED,
    LIST_PSEUDONYM_CERT_REQUEST_INFO_GROUP_LINKAGE_INFO)
#define LIST_PSEUDONYM_CERT_REQUEST_INFO(R, O, D, T)			\
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
	O(T, pseudonym_cert_request_info_group_linkage_info,		\
	    group_linkage_info, "group-linkage-info")			\
	R(T, ecc_p256_curve_point, enc_butterfly_key_h,			\
	    "enc-butterfly-key-H")
ASN_SEQUENCE(pseudonym_cert_request_info, "PseudonymCertRequestInfo", CLOSED,
    LIST_PSEUDONYM_CERT_REQUEST_INFO)

#define LIST_ID_CERT_REQUEST_INFO(R, O, D, T)				\
	R(T, pca_hostname_id, pca_id, "pca-id")				\
	R(T, certificate_type, type, "type")				\
	R(T, to_be_signed_certificate, to_be_signed_cert,		\
	    "to-be-signed-cert")					\
	R(T, ecc_p256_curve_point, response_encryption_key,		\
	    "response-encryption-key")
ASN_SEQUENCE(id_cert_request_info, "IdCertRequestInfo", CLOSED,
    LIST_ID_CERT_REQUEST_INFO)

#define LIST_RA_PCA_CERT_REQUEST_MSG_CERT_REQUEST_INFO(A, T)		\
	A(T, pseudonym_cert_request_info, pseudonym_cert_req,		\
	    "pseudonym-cert-req")					\
	A(T, id_cert_request_info, auth_cert_req, "auth-cert-req")
ASN_CHOICE(ra_pca_cert_request_msg_cert_request_info,
    "RaPcaCertRequestMsg.cert-request-info", EXTENSIBLE,
    LIST_RA_PCA_CERT_REQUEST_MSG_CERT_REQUEST_INFO)
#define LIST_RA_PCA_CERT_REQUEST_MSG(R, O, D, T)			\
	R(T, uint8_1, version, "version")				\
	R(T, ra_hostname_id, ra_id, "raId")				\
	R(T, ra_pca_cert_request_msg_cert_request_info,			\
	    cert_request_info, "cert-request-info")
ASN_SEQUENCE(ra_pca_cert_request_msg, "RaPcaCertRequestMsg", CLOSED,
    LIST_RA_PCA_CERT_REQUEST_MSG)

ASN_ALIAS(signed_encrypted_certificate_response,
    "SignedEncryptedCertificateResponse", ieee1609_dot2_data)

#define LIST_IMPLICIT_CERT_RESPONSE(R, O, D, T)				\
	R(T, certificate, certificate, "certificate")			\
	R(T, ecc_p256_private_key_reconstruction,			\
	    priv_key_reconstruction_s, "priv-key-reconstruction-s")
ASN_SEQUENCE(implicit_cert_response, "ImplicitCertResponse", CLOSED,
    LIST_IMPLICIT_CERT_RESPONSE)

#define LIST_BUTTERFLY_EXPLICIT_CERT_RESPONSE(R, O, D, T)		\
	R(T, certificate, certificate, "certificate")			\
	R(T, ecc_p256_private_key_reconstruction,			\
	    priv_key_reconstruction_c, "priv-key-reconstruction-c")
ASN_SEQUENCE(butterfly_explicit_cert_response, "ButterflyExplicitCertResponse",
    CLOSED, LIST_BUTTERFLY_EXPLICIT_CERT_RESPONSE)

/* What a device finds when it has decrypted its response. */
#define LIST_PLAINTEXT_CERTIFICATE_RESPONSE(A, T)			\
	A(T, implicit_cert_response, implicit_butterfly,		\
	    "implicit-butterfly")					\
	A(T, implicit_cert_response, implicit, "implicit")		\
	A(T, butterfly_explicit_cert_response, explicit_butterfly,	\
	    "explicit-butterfly")					\
	A(T, certificate, explicit, "explicit")
ASN_CHOICE(plaintext_certificate_response, "PlaintextCertificateResponse",
    CLOSED, LIST_PLAINTEXT_CERTIFICATE_RESPONSE)

#define LIST_PCA_RA_CERT_RESPONSE_MSG_REPLY_SUCCESS_VALUE(A, T)		\
	A(T, signed_encrypted_certificate_response, signed_encrypted,	\
	    "signed-encrypted")						\
	A(T, plaintext_certificate_response, raw, "raw")
ASN_CHOICE(pca_ra_cert_response_msg_reply_success_value,
    "PcaRaCertResponseMsg.reply.success", CLOSED,
    LIST_PCA_RA_CERT_RESPONSE_MSG_REPLY_SUCCESS_VALUE)
#define LIST_PCA_RA_CERT_RESPONSE_MSG_REPLY(A, T)			\
	A(T, pca_ra_cert_response_msg_reply_success_value, success,	\
	    "success")							\
	A(T, scoped_pca_ra_error, failure, "failure")
ASN_CHOICE(pca_ra_cert_response_msg_reply, "PcaRaCertResponseMsg.reply",
    CLOSED, LIST_PCA_RA_CERT_RESPONSE_MSG_REPLY)
#define LIST_PCA_RA_CERT_RESPONSE_MSG(R, O, D, T)			\
	R(T, uint8_1, version, "version")				\
	R(T, hashed_id8, request_hash, "requestHash")			\
	R(T, pca_hostname_id, pca_id, "pca-id")				\
	R(T, pca_ra_cert_response_msg_reply, reply, "reply")
ASN_SEQUENCE(pca_ra_cert_response_msg, "PcaRaCertResponseMsg", EXTENSIBLE,
    LIST_PCA_RA_CERT_RESPONSE_MSG)

#define LIST_PCA_RA_INTERFACE_PDU(A, T)					\
	A(T, ra_pca_cert_request_msg, ra_pca_cert_request,		\
	    "raPcaCertRequest")						\
	A(T, pca_ra_cert_response_msg, pca_ra_cert_response,		\
	    "pcaRaCertResponse")
ASN_CHOICE(pca_ra_interface_pdu, "PcaRaInterfacePDU", EXTENSIBLE,
    LIST_PCA_RA_INTERFACE_PDU)

ASN_ALIAS(encrypted_certificate_data, "EncryptedCertificateData",
    ieee1609_dot2_data)

#define LIST_TO_BE_SIGNED_ENCRYPTED_CERTIFICATE_RESPONSE(R, O, D, T)	\
	R(T, sequence_of_psid_ssp, psid_ssp, "psidSsp")			\
	R(T, time32, expiration, "expiration")				\
	R(T, duration, lifetime, "lifetime")				\
	R(T, encrypted_certificate_data, encrypted_cert,		\
	    "encrypted-cert")
ASN_SEQUENCE(to_be_signed_encrypted_certificate_response,
    "ToBeSignedEncryptedCertificateResponse", CLOSED,
    LIST_TO_BE_SIGNED_ENCRYPTED_CERTIFICATE_RESPONSE)

ASN_ALIAS(decrypted_certificate_data, "DecryptedCertificateData",
    ieee1609_dot2_data)
/* clang-format on */

#endif /* SCHEMA_PCA_RA_H */
