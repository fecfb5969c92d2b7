/*
 * dot2_p2p.h - IEEE 1609.2 peer-to-peer distribution and the ETSI extensions.
 */
#if !defined(SCHEMA_DOT2_P2P_H) || defined(ASN_ROWS)
#define SCHEMA_DOT2_P2P_H

#ifndef ASN_ROWS
#include "schema/dot2.h"
#endif

/* clang-format off */
#undef ASN_MODULE
#define ASN_MODULE "IEEE1609dot2-Peer2Peer"

ASN_SEQUENCE_OF(ca_cert_p2p_pdu, "CaCertP2pPDU", certificate, 0, UINT32_MAX)

#define LIST_IEEE1609DOT2_PEER2_PEER_PDU_CONTENT(A, T)			\
	A(T, ca_cert_p2p_pdu, ca_certs, "caCerts")
ASN_CHOICE(ieee1609dot2_peer2_peer_pdu_content,
    "Ieee1609dot2Peer2PeerPDU.content", EXTENSIBLE,
    LIST_IEEE1609DOT2_PEER2_PEER_PDU_CONTENT)
#define LIST_IEEE1609DOT2_PEER2_PEER_PDU(R, O, D, T)			\
	R(T, uint8_1, version, "version")				\
	R(T, ieee1609dot2_peer2_peer_pdu_content, content, "content")
ASN_SEQUENCE(ieee1609dot2_peer2_peer_pdu, "Ieee1609dot2Peer2PeerPDU", CLOSED,
    LIST_IEEE1609DOT2_PEER2_PEER_PDU)

#undef ASN_MODULE
#define ASN_MODULE "EtsiTs103097ExtensionModule"

ASN_UINT(extension_module_version, "ExtensionModuleVersion", 8, 1, 1)

#define LIST_ETSI_ORIGINATING_HEADER_INFO_EXTENSION(R, O, D, T)		\
	R(T, ext_id, id, "id")						\
	R(T, open_type, content, "content")
ASN_SEQUENCE(etsi_originating_header_info_extension,
    "EtsiOriginatingHeaderInfoExtension", CLOSED,
    LIST_ETSI_ORIGINATING_HEADER_INFO_EXTENSION)

ASN_ALIAS(etsi_ts103097_header_info_extension_id,
    "EtsiTs103097HeaderInfoExtensionId", ext_id)
ASN_NULL(etsi_ts102941_crl_request, "EtsiTs102941CrlRequest")
ASN_NULL(etsi_ts102941_ctl_request, "EtsiTs102941CtlRequest")
ASN_ALIAS(etsi_ts102941_delta_ctl_request, "EtsiTs102941DeltaCtlRequest",
    etsi_ts102941_ctl_request)
/* clang-format on */

#endif /* SCHEMA_DOT2_P2P_H */
