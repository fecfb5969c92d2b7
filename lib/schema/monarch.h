/*
 * monarch.h - our own types.  Between RA and PCA: many requests, one
 * signature; elements are the ScmsPDU of CAMP's single messages, HPCR is the
 * hash of one of them (member raw), wherever it travels.  From MA to CRL
 * generator: what is to be revoked.  In misbehavior reports: what CAMP leaves
 * open.
 */
#if !defined(SCHEMA_MONARCH_H) || defined(ASN_ROWS)
#define SCHEMA_MONARCH_H

#ifndef ASN_ROWS
#include "schema/scms_protocol.h"
#endif

/* clang-format off */
#undef ASN_MODULE
#define ASN_MODULE "Monarch"

/* In misbehavingDeviceInfo of a misbehavior report, where CAMP says nothing;
 * and what misbehavingDeviceBSMs and reporterDeviceBSMs hold: SPDUs. */
#define LIST_MONARCH_MISBEHAVIOR_KIND(V, T)				\
	V(T, speed, "speed", 0)						\
	V(T, acceleration, "acceleration", 1)				\
	V(T, position_jump, "positionJump", 2)				\
	V(T, overlap, "overlap", 3)					\
	V(T, outside_region, "outsideRegion", 4)			\
	V(T, stale, "stale", 5)						\
	V(T, replay, "replay", 6)					\
	V(T, range, "range", 7)
ASN_ENUM(monarch_misbehavior_kind, "MonarchMisbehavior.kind", EXTENSIBLE,
    LIST_MONARCH_MISBEHAVIOR_KIND)

#define LIST_MONARCH_MISBEHAVIOR(R, O, D, T)				\
	R(T, uint8_1, version, "version")				\
	R(T, monarch_misbehavior_kind, kind, "kind")
ASN_SEQUENCE(monarch_misbehavior, "MonarchMisbehavior", CLOSED,
    LIST_MONARCH_MISBEHAVIOR)

ASN_SEQUENCE_OF(monarch_evidence, "MonarchEvidence", opaque, 0, UINT32_MAX)

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

/* From the MA to the CRL generator, signed by the MA: what is to be revoked.
 * The seeds belong to period i. */
#define LIST_MONARCH_REVOCATION_LINKAGE(R, O, D, T)			\
	R(T, la_id, la1_id, "la1Id")					\
	R(T, la_id, la2_id, "la2Id")					\
	R(T, linkage_seed, ls1, "ls1")					\
	R(T, linkage_seed, ls2, "ls2")					\
	R(T, uint16, i_max, "iMax")					\
	R(T, uint8, j_max, "jMax")
ASN_SEQUENCE(monarch_revocation_linkage, "MonarchRevocationLinkage", CLOSED,
    LIST_MONARCH_REVOCATION_LINKAGE)
ASN_SEQUENCE_OF(monarch_revocation_linkages, "MonarchRevocation.linkage",
    monarch_revocation_linkage, 0, UINT32_MAX)

#define LIST_MONARCH_REVOCATION_DIGEST(R, O, D, T)			\
	R(T, hashed_id10, id, "id")					\
	R(T, time32, expiry, "expiry")					\
	R(T, crl_series, series, "series")
ASN_SEQUENCE(monarch_revocation_digest, "MonarchRevocationDigest", CLOSED,
    LIST_MONARCH_REVOCATION_DIGEST)
ASN_SEQUENCE_OF(monarch_revocation_digests, "MonarchRevocation.digests",
    monarch_revocation_digest, 0, UINT32_MAX)

#define LIST_MONARCH_REVOCATION(R, O, D, T)				\
	R(T, uint8_1, version, "version")				\
	R(T, octets16, revocation_id, "revocationId")			\
	R(T, i_value, i, "i")						\
	R(T, monarch_revocation_linkages, linkage, "linkage")		\
	R(T, monarch_revocation_digests, digests, "digests")
ASN_SEQUENCE(monarch_revocation, "MonarchRevocation", CLOSED,
    LIST_MONARCH_REVOCATION)
/* clang-format on */

#endif /* SCHEMA_MONARCH_H */
