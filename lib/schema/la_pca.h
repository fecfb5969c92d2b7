/*
 * la_pca.h - key agreement: LA and PCA.
 */
#if !defined(SCHEMA_LA_PCA_H) || defined(ASN_ROWS)
#define SCHEMA_LA_PCA_H

#ifndef ASN_ROWS
#include "schema/scms_base.h"
#include "schema/scms_errors.h"
#endif

/* clang-format off */
#undef ASN_MODULE
#define ASN_MODULE "Ieee1609Dot2LaPcaInterface"

#define LIST_PCA_LA_KEY_AGREEMENT_REQUEST_MSG(R, O, D, T)		\
	R(T, uint8_1, version, "version")				\
	R(T, pca_hostname_id, pca_id, "pcaId")				\
	O(T, certificate, pca_certificate, "pcaCertificate")		\
	R(T, encrypted_data, enc_r_pca, "enc-R-pca")			\
	R(T, time32, start_date, "startDate")				\
	R(T, time32, end_date, "endDate")
ASN_SEQUENCE(pca_la_key_agreement_request_msg, "PcaLaKeyAgreementRequestMsg",
    CLOSED, LIST_PCA_LA_KEY_AGREEMENT_REQUEST_MSG)

#define LIST_LA_PCA_KEY_AGREEMENT_RESPONSE_MSG_REPLY(A, T)		\
	A(T, full_size_hash, success, "success")			\
	A(T, scoped_la_pca_error, failure, "failure")
ASN_CHOICE(la_pca_key_agreement_response_msg_reply,
    "LaPcaKeyAgreementResponseMsg.reply", CLOSED,
    LIST_LA_PCA_KEY_AGREEMENT_RESPONSE_MSG_REPLY)
#define LIST_LA_PCA_KEY_AGREEMENT_RESPONSE_MSG(R, O, D, T)		\
	R(T, uint8_1, version, "version")				\
	R(T, hashed_id8, request_hash, "requestHash")			\
	R(T, la_hostname_id, la_id, "laId")				\
	R(T, encrypted_data, enc_r_la, "enc-R-la")			\
	R(T, la_pca_key_agreement_response_msg_reply, reply, "reply")
ASN_SEQUENCE(la_pca_key_agreement_response_msg, "LaPcaKeyAgreementResponseMsg",
    CLOSED, LIST_LA_PCA_KEY_AGREEMENT_RESPONSE_MSG)

#define LIST_PCA_LA_KEY_AGREEMENT_ACK_MSG_REPLY(A, T)			\
	A(T, full_size_hash, success, "success")			\
	A(T, scoped_la_pca_error, failure, "failure")
ASN_CHOICE(pca_la_key_agreement_ack_msg_reply, "PcaLaKeyAgreementAckMsg.reply",
    CLOSED, LIST_PCA_LA_KEY_AGREEMENT_ACK_MSG_REPLY)
#define LIST_PCA_LA_KEY_AGREEMENT_ACK_MSG(R, O, D, T)			\
	R(T, uint8_1, version, "version")				\
	R(T, hashed_id8, request_hash, "requestHash")			\
	R(T, pca_hostname_id, pca_id, "pcaId")				\
	R(T, pca_la_key_agreement_ack_msg_reply, reply, "reply")
ASN_SEQUENCE(pca_la_key_agreement_ack_msg, "PcaLaKeyAgreementAckMsg", CLOSED,
    LIST_PCA_LA_KEY_AGREEMENT_ACK_MSG)

#define LIST_LA_PCA_INTERFACE_PDU(A, T)					\
	A(T, pca_la_key_agreement_request_msg,				\
	    pca_la_key_agreement_request, "pcaLaKeyAgreementRequest")	\
	A(T, la_pca_key_agreement_response_msg,				\
	    la_pca_key_agreement_response,				\
	    "laPcaKeyAgreementResponse")				\
	A(T, pca_la_key_agreement_ack_msg, pca_la_key_agreement_ack,	\
	    "pcaLaKeyAgreementAck")
ASN_CHOICE(la_pca_interface_pdu, "LaPcaInterfacePDU", EXTENSIBLE,
    LIST_LA_PCA_INTERFACE_PDU)

ASN_OCTETS(pca_random_contribution, "PcaRandomContribution", 32)
ASN_OCTETS(la_random_contribution, "LaRandomContribution", 32)
/* clang-format on */

#endif /* SCHEMA_LA_PCA_H */
