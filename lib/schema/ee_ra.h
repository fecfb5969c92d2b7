/*
 * ee_ra.h - provisioning and downloads: device and RA.
 */
#if !defined(SCHEMA_EE_RA_H) || defined(ASN_ROWS)
#define SCHEMA_EE_RA_H

#ifndef ASN_ROWS
#include "schema/component_cert.h"
#include "schema/scms_base.h"
#endif

/* clang-format off */
#undef ASN_MODULE
#define ASN_MODULE "Ieee1609Dot2EndEntityRaInterface"

#define LIST_EE_RA_CERT_REQUEST_MSG(R, O, D, T)				\
	R(T, uint8_1, version, "version")
ASN_SEQUENCE(ee_ra_cert_request_msg, "EeRaCertRequestMsg", EXTENSIBLE,
    LIST_EE_RA_CERT_REQUEST_MSG)

#define LIST_RA_EE_CERT_RESPONSE_ACK(R, O, D, T)			\
	R(T, certificate, ra_certificate, "raCertificate")		\
	R(T, composite_crl, crl, "crl")
ASN_SEQUENCE(ra_ee_cert_response_ack, "RaEeCertResponseAck", EXTENSIBLE,
    LIST_RA_EE_CERT_RESPONSE_ACK)

#define LIST_RA_EE_CERT_RESPONSE_MSG_REPLY(A, T)			\
	A(T, ra_ee_cert_response_ack, ack, "ack")
ASN_CHOICE(ra_ee_cert_response_msg_reply, "RaEeCertResponseMsg.reply",
    EXTENSIBLE, LIST_RA_EE_CERT_RESPONSE_MSG_REPLY)
#define LIST_RA_EE_CERT_RESPONSE_MSG(R, O, D, T)			\
	R(T, uint8_1, version, "version")				\
	R(T, ra_ee_cert_response_msg_reply, reply, "reply")
ASN_SEQUENCE(ra_ee_cert_response_msg, "RaEeCertResponseMsg", EXTENSIBLE,
    LIST_RA_EE_CERT_RESPONSE_MSG)

/* seed-key: caterpillar public key; expansion: key of the expansion function. */
#define LIST_UNSIGNED_BUTTERFLY_PARAMS(R, O, D, T)			\
	R(T, ecc_p256_curve_point, seed_key, "seed-key")		\
	R(T, octets16, expansion, "expansion")
ASN_SEQUENCE(unsigned_butterfly_params, "UnsignedButterflyParams", CLOSED,
    LIST_UNSIGNED_BUTTERFLY_PARAMS)

#define LIST_COMMON_PROVISIONING_REQUEST_FIELDS(R, O, D, T)		\
	R(T, time32, current_time, "current-time")			\
	R(T, time32, requested_start_time, "requested-start-time")
ASN_SEQUENCE(common_provisioning_request_fields,
    "CommonProvisioningRequestFields", EXTENSIBLE,
    LIST_COMMON_PROVISIONING_REQUEST_FIELDS)

#define LIST_EE_RA_PSEUDONYM_CERT_PROVISIONING_REQUEST(R, O, D, T)	\
	R(T, uint8_1, version, "version")				\
	R(T, unsigned_butterfly_params, verify_key_info,		\
	    "verify-key-info")						\
	R(T, unsigned_butterfly_params, resp_enc_key_info,		\
	    "resp-enc-key-info")					\
	R(T, common_provisioning_request_fields, common, "common")
ASN_SEQUENCE(ee_ra_pseudonym_cert_provisioning_request,
    "EeRaPseudonymCertProvisioningRequest", EXTENSIBLE,
    LIST_EE_RA_PSEUDONYM_CERT_PROVISIONING_REQUEST)

/* certDLURL: full URL, or just scheme and host. */
#define LIST_PSEUDONYM_CERT_PROVISIONING_ACK(R, O, D, T)		\
	R(T, time32, cert_dl_time, "certDLTime")			\
	R(T, hostname, cert_dlurl, "certDLURL")
ASN_SEQUENCE(pseudonym_cert_provisioning_ack, "PseudonymCertProvisioningAck",
    EXTENSIBLE, LIST_PSEUDONYM_CERT_PROVISIONING_ACK)

#define LIST_RA_EE_PSEUDONYM_CERT_PROVISIONING_ACK_REPLY(A, T)		\
	A(T, pseudonym_cert_provisioning_ack, ack, "ack")
ASN_CHOICE(ra_ee_pseudonym_cert_provisioning_ack_reply,
    "RaEePseudonymCertProvisioningAck.reply", EXTENSIBLE,
    LIST_RA_EE_PSEUDONYM_CERT_PROVISIONING_ACK_REPLY)
#define LIST_RA_EE_PSEUDONYM_CERT_PROVISIONING_ACK(R, O, D, T)		\
	R(T, uint8_1, version, "version")				\
	R(T, hashed_id8, request_hash, "requestHash")			\
	R(T, ra_ee_pseudonym_cert_provisioning_ack_reply, reply,	\
	    "reply")
ASN_SEQUENCE(ra_ee_pseudonym_cert_provisioning_ack,
    "RaEePseudonymCertProvisioningAck", EXTENSIBLE,
    LIST_RA_EE_PSEUDONYM_CERT_PROVISIONING_ACK)

#define LIST_EE_RA_ID_CERT_PROVISIONING_REQUEST(R, O, D, T)		\
	R(T, uint8_1, version, "version")				\
	R(T, unsigned_butterfly_params, verify_key_info,		\
	    "verify-key-info")						\
	O(T, unsigned_butterfly_params, cert_enc_key_info,		\
	    "cert-enc-key-info")					\
	R(T, unsigned_butterfly_params, resp_enc_key_info,		\
	    "resp-enc-key-info")					\
	R(T, common_provisioning_request_fields, common, "common")
ASN_SEQUENCE(ee_ra_id_cert_provisioning_request,
    "EeRaIdCertProvisioningRequest", EXTENSIBLE,
    LIST_EE_RA_ID_CERT_PROVISIONING_REQUEST)

ASN_ALIAS(ra_ee_id_cert_provisioning_ack, "RaEeIdCertProvisioningAck",
    ra_ee_pseudonym_cert_provisioning_ack)

#define LIST_EE_RA_APP_CERT_PROVISIONING_REQUEST(R, O, D, T)		\
	R(T, uint8_1, version, "version")				\
	R(T, public_verification_key, verify_key, "verify-key")		\
	O(T, public_encryption_key, cert_encryption_key,		\
	    "cert-encryption-key")					\
	R(T, public_encryption_key, response_encryption_key,		\
	    "response-encryption-key")					\
	R(T, common_provisioning_request_fields, common, "common")
ASN_SEQUENCE(ee_ra_app_cert_provisioning_request,
    "EeRaAppCertProvisioningRequest", EXTENSIBLE,
    LIST_EE_RA_APP_CERT_PROVISIONING_REQUEST)

ASN_ALIAS(ra_ee_app_cert_provisioning_ack, "RaEeAppCertProvisioningAck",
    ra_ee_pseudonym_cert_provisioning_ack)

/* filename: <request hash>_<i>.zip for batches. */
#define LIST_AUTHENTICATED_DOWNLOAD_REQUEST(R, O, D, T)			\
	R(T, time32, timestamp, "timestamp")				\
	R(T, utf8_string_255, filename, "filename")
ASN_SEQUENCE(authenticated_download_request, "AuthenticatedDownloadRequest",
    EXTENSIBLE, LIST_AUTHENTICATED_DOWNLOAD_REQUEST)

#define LIST_END_ENTITY_RA_INTERFACE_PDU(A, T)				\
	A(T, ee_ra_cert_request_msg, ee_ra_cert_request,		\
	    "eeRaCertRequest")						\
	A(T, ra_ee_cert_response_msg, ra_ee_cert_response,		\
	    "raEeCertResponse")						\
	A(T, ee_ra_pseudonym_cert_provisioning_request,			\
	    ee_ra_pseudonym_cert_provisioning_request,			\
	    "eeRaPseudonymCertProvisioningRequest")			\
	A(T, ra_ee_pseudonym_cert_provisioning_ack,			\
	    ra_ee_pseudonym_cert_provisioning_ack,			\
	    "raEePseudonymCertProvisioningAck")				\
	A(T, ee_ra_id_cert_provisioning_request,			\
	    ee_ra_id_cert_provisioning_request,				\
	    "eeRaIdCertProvisioningRequest")				\
	A(T, ra_ee_id_cert_provisioning_ack,				\
	    ra_ee_id_cert_provisioning_ack,				\
	    "raEeIdCertProvisioningAck")				\
	A(T, ee_ra_app_cert_provisioning_request,			\
	    ee_ra_app_cert_provisioning_request,			\
	    "eeRaAppCertProvisioningRequest")				\
	A(T, ra_ee_app_cert_provisioning_ack,				\
	    ra_ee_app_cert_provisioning_ack,				\
	    "raEeAppCertProvisioningAck")				\
	A(T, authenticated_download_request,				\
	    ee_ra_authenticated_download_request,			\
	    "eeRaAuthenticatedDownloadRequest")
ASN_CHOICE(end_entity_ra_interface_pdu, "EndEntityRaInterfacePDU", EXTENSIBLE,
    LIST_END_ENTITY_RA_INTERFACE_PDU)

ASN_ALIAS(end_entity_enrollment_pseudonym_certificate,
    "EndEntityEnrollmentPseudonymCertificate", implicit_certificate)
/* clang-format on */

#endif /* SCHEMA_EE_RA_H */
