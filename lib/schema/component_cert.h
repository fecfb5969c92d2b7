/*
 * component_cert.h - electors and composite CRLs.
 */
#if !defined(SCHEMA_COMPONENT_CERT_H) || defined(ASN_ROWS)
#define SCHEMA_COMPONENT_CERT_H

#ifndef ASN_ROWS
#include "schema/dot2_crl.h"
#include "schema/scms_base.h"
#endif

/* clang-format off */
#undef ASN_MODULE
#define ASN_MODULE "IEEE1609dot2ScmsProtocol"

ASN_ALIAS(signed_elector_endorsement, "SignedElectorEndorsement",
    ieee1609_dot2_data)

#undef ASN_MODULE
#define ASN_MODULE "Ieee1609Dot2ScmsComponentCertificateManagement"

/* The module defines what 1609.2 has too; its types use that one. */
ASN_OCTETS(ccm_hashed_id32, "HashedId32", 32)

#define LIST_ENDORSEMENT_TYPE(V, T)					\
	V(T, add_root, "addRoot", 0)					\
	V(T, add_elector, "addElector", 1)				\
	V(T, remove_root, "removeRoot", 2)				\
	V(T, remove_elector, "removeElector", 3)
ASN_ENUM(endorsement_type, "EndorsementType", EXTENSIBLE,
    LIST_ENDORSEMENT_TYPE)

#define LIST_TBS_ELECTOR_ENDORSEMENT(R, O, D, T)			\
	R(T, endorsement_type, type, "type")				\
	R(T, hashed_id32, certificate_hash, "certificateHash")		\
	R(T, time32, generation_time, "generationTime")
ASN_SEQUENCE(tbs_elector_endorsement, "TbsElectorEndorsement", EXTENSIBLE,
    LIST_TBS_ELECTOR_ENDORSEMENT)

ASN_SEQUENCE_OF(elector_ballot_endorsements, "ElectorBallot.endorsements",
    signed_elector_endorsement, 1, UINT32_MAX)
#define LIST_ELECTOR_BALLOT(R, O, D, T)					\
	R(T, explicit_certificate, certificate, "certificate")		\
	R(T, elector_ballot_endorsements, endorsements,			\
	    "endorsements")
ASN_SEQUENCE(elector_ballot, "ElectorBallot", EXTENSIBLE, LIST_ELECTOR_BALLOT)

#define LIST_SCMS_COMPONENT_CERTIFICATE_MANAGEMENT_PDU(A, T)		\
	A(T, tbs_elector_endorsement, tbs_elector_endorsement,		\
	    "tbsElectorEndorsement")					\
	A(T, elector_ballot, elector_ballot, "electorBallot")
ASN_CHOICE(scms_component_certificate_management_pdu,
    "ScmsComponentCertificateManagementPDU", EXTENSIBLE,
    LIST_SCMS_COMPONENT_CERTIFICATE_MANAGEMENT_PDU)

ASN_SEQUENCE_OF(composite_crl_secured_crl_series,
    "CompositeCrl.securedCrlSeries", secured_crl, 0, UINT32_MAX)
ASN_SEQUENCE_OF(composite_crl_revoked_root_cas, "CompositeCrl.revokedRootCAs",
    elector_ballot, 0, UINT32_MAX)
ASN_SEQUENCE_OF(composite_crl_revoked_electors, "CompositeCrl.revokedElectors",
    elector_ballot, 0, UINT32_MAX)
#define LIST_COMPOSITE_CRL(R, O, D, T)					\
	R(T, composite_crl_secured_crl_series, secured_crl_series,	\
	    "securedCrlSeries")						\
	R(T, composite_crl_revoked_root_cas, revoked_root_cas,		\
	    "revokedRootCAs")						\
	R(T, composite_crl_revoked_electors, revoked_electors,		\
	    "revokedElectors")
ASN_SEQUENCE(composite_crl, "CompositeCrl", EXTENSIBLE, LIST_COMPOSITE_CRL)
/* clang-format on */

#endif /* SCHEMA_COMPONENT_CERT_H */
