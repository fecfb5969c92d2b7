/*
 * monarch.h - our own messages between RA and PCA: many requests, one
 * signature.  Elements are the ScmsPDU of CAMP's single messages; HPCR is the
 * hash of one of them (member raw), wherever it travels.
 */
#if !defined(SCHEMA_MONARCH_H) || defined(ASN_ROWS)
#define SCHEMA_MONARCH_H

#ifndef ASN_ROWS
#include "schema/scms_protocol.h"
#endif

/* clang-format off */
#undef ASN_MODULE
#define ASN_MODULE "Monarch"

ASN_SEQUENCE_OF(monarch_certificate_batch_request_requests,
    "MonarchCertificateBatchRequest.requests", scms_pdu, 0, UINT32_MAX)
#define LIST_MONARCH_CERTIFICATE_BATCH_REQUEST(R, O, D, T)		\
	R(T, uint8_1, version, "version")				\
	R(T, octets16, batch_id, "batchId")				\
	R(T, monarch_certificate_batch_request_requests, requests,	\
	    "requests")
ASN_SEQUENCE(monarch_certificate_batch_request,
    "MonarchCertificateBatchRequest", CLOSED,
    LIST_MONARCH_CERTIFICATE_BATCH_REQUEST)

ASN_SEQUENCE_OF(monarch_certificate_batch_reply_replies,
    "MonarchCertificateBatchReply.replies", scms_pdu, 0, UINT32_MAX)
#define LIST_MONARCH_CERTIFICATE_BATCH_REPLY(R, O, D, T)		\
	R(T, uint8_1, version, "version")				\
	R(T, octets16, batch_id, "batchId")				\
	R(T, monarch_certificate_batch_reply_replies, replies,		\
	    "replies")
ASN_SEQUENCE(monarch_certificate_batch_reply, "MonarchCertificateBatchReply",
    CLOSED, LIST_MONARCH_CERTIFICATE_BATCH_REPLY)

/* To requests for identification and application certificates: beside the
 * response, which only the device can open, what the certificate will be called
 * on a CRL.  Absent where there is no certificate. */
#define LIST_MONARCH_AUTH_REPLY(R, O, D, T)				\
	O(T, hashed_id10, certificate_id, "certificateId")		\
	R(T, scms_pdu, reply, "reply")
ASN_SEQUENCE(monarch_auth_reply, "MonarchAuthReply", CLOSED,
    LIST_MONARCH_AUTH_REPLY)

ASN_SEQUENCE_OF(monarch_auth_batch_reply_replies,
    "MonarchAuthBatchReply.replies", monarch_auth_reply, 0, UINT32_MAX)
#define LIST_MONARCH_AUTH_BATCH_REPLY(R, O, D, T)			\
	R(T, uint8_1, version, "version")				\
	R(T, octets16, batch_id, "batchId")				\
	R(T, monarch_auth_batch_reply_replies, replies, "replies")
ASN_SEQUENCE(monarch_auth_batch_reply, "MonarchAuthBatchReply", CLOSED,
    LIST_MONARCH_AUTH_BATCH_REPLY)

#define LIST_MONARCH_BATCH_CONFIRM(R, O, D, T)				\
	R(T, uint8_1, version, "version")				\
	R(T, octets16, batch_id, "batchId")
ASN_SEQUENCE(monarch_batch_confirm, "MonarchBatchConfirm", CLOSED,
    LIST_MONARCH_BATCH_CONFIRM)
/* clang-format on */

#endif /* SCHEMA_MONARCH_H */
