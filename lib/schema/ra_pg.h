/*
 * ra_pg.h - policy signatures: RA and PG.
 */
#if !defined(SCHEMA_RA_PG_H) || defined(ASN_ROWS)
#define SCHEMA_RA_PG_H

#ifndef ASN_ROWS
#include "schema/scms_errors.h"
#include "schema/scms_policy.h"
#endif

/* clang-format off */
#undef ASN_MODULE
#define ASN_MODULE "Ieee1609Dot2RaPgInterface"

ASN_ALIAS(to_be_signed_custom_policy_file, "ToBeSignedCustomPolicyFile",
    to_be_signed_policy_data)

#define LIST_RA_PG_POLICY_SIGNATURE_REQUEST_MSG(R, O, D, T)		\
	R(T, uint8_1, version, "version")				\
	R(T, to_be_signed_custom_policy_file, tbs, "tbs")
ASN_SEQUENCE(ra_pg_policy_signature_request_msg,
    "RaPgPolicySignatureRequestMsg", EXTENSIBLE,
    LIST_RA_PG_POLICY_SIGNATURE_REQUEST_MSG)

ASN_ALIAS(signed_custom_policy_file, "SignedCustomPolicyFile",
    base_policy_file)

#define LIST_RA_PG_POLICY_SIGNATURE_REQUEST_REPLY_MSG_SIGNED_FILE(A, T)	\
	A(T, signed_custom_policy_file, success, "success")		\
	A(T, ra_pg_error, failure, "failure")
ASN_CHOICE(ra_pg_policy_signature_request_reply_msg_signed_file,
    "RaPgPolicySignatureRequestReplyMsg.signedFile", CLOSED,
    LIST_RA_PG_POLICY_SIGNATURE_REQUEST_REPLY_MSG_SIGNED_FILE)
#define LIST_RA_PG_POLICY_SIGNATURE_REQUEST_REPLY_MSG(R, O, D, T)	\
	R(T, uint8_1, version, "version")				\
	R(T, ra_pg_policy_signature_request_reply_msg_signed_file,	\
	    signed_file, "signedFile")
ASN_SEQUENCE(ra_pg_policy_signature_request_reply_msg,
    "RaPgPolicySignatureRequestReplyMsg", CLOSED,
    LIST_RA_PG_POLICY_SIGNATURE_REQUEST_REPLY_MSG)

#define LIST_RA_PG_INTERFACE_PDU(A, T)					\
	A(T, ra_pg_policy_signature_request_msg,			\
	    ra_pg_policy_signature_request,				\
	    "raPgPolicySignatureRequest")				\
	A(T, ra_pg_policy_signature_request_reply_msg,			\
	    ra_pg_policy_signature_request_reply,			\
	    "raPgPolicySignatureRequestReply")
ASN_CHOICE(ra_pg_interface_pdu, "RaPgInterfacePDU", EXTENSIBLE,
    LIST_RA_PG_INTERFACE_PDU)
/* clang-format on */

#endif /* SCHEMA_RA_PG_H */
