/*
 * scms_protocol.h - the envelope of all CAMP 1.2.2 messages, and SSPs.
 */
#if !defined(SCHEMA_SCMS_PROTOCOL_H) || defined(ASN_ROWS)
#define SCHEMA_SCMS_PROTOCOL_H

#ifndef ASN_ROWS
#include "schema/cert_chain.h"
#include "schema/eca_ee.h"
#include "schema/ee_ma.h"
#include "schema/ee_ra.h"
#include "schema/la_ma.h"
#include "schema/la_pca.h"
#include "schema/la_ra.h"
#include "schema/ma_pca.h"
#include "schema/ma_ra.h"
#include "schema/pca_ra.h"
#include "schema/ra_pg.h"
#endif

/* clang-format off */
#undef ASN_MODULE
#define ASN_MODULE "IEEE1609dot2ScmsProtocol"

#define LIST_SCMS_PDU_CONTENT(A, T)					\
	A(T, scms_component_certificate_management_pdu, ccm, "ccm")	\
	A(T, eca_end_entity_interface_pdu, eca_ee, "eca-ee")		\
	A(T, end_entity_ma_interface_pdu, ee_ma, "ee-ma")		\
	A(T, end_entity_ra_interface_pdu, ee_ra, "ee-ra")		\
	A(T, la_ma_interface_pdu, la_ma, "la-ma")			\
	A(T, la_pca_interface_pdu, la_pca, "la-pca")			\
	A(T, la_ra_interface_pdu, la_ra, "la-ra")			\
	A(T, ma_pca_interface_pdu, ma_pca, "ma-pca")			\
	A(T, ma_ra_interface_pdu, ma_ra, "ma-ra")			\
	A(T, pca_ra_interface_pdu, pca_ra, "pca-ra")			\
	A(T, ra_pg_interface_pdu, ra_pg, "ra-pg")
ASN_CHOICE(scms_pdu_content, "ScmsPDU.content", EXTENSIBLE,
    LIST_SCMS_PDU_CONTENT)
#define LIST_SCMS_PDU(R, O, D, T)					\
	R(T, uint8_1, version, "version")				\
	R(T, scms_pdu_content, content, "content")
ASN_SEQUENCE_RAW(scms_pdu, "ScmsPDU", CLOSED, LIST_SCMS_PDU)

#define LIST_SCMS_FILE_CONTENT(A, T)					\
	A(T, certificate_chain_files, cert_chain, "cert-chain")		\
	A(T, policy_files, policy, "policy")
ASN_CHOICE(scms_file_content, "ScmsFile.content", EXTENSIBLE,
    LIST_SCMS_FILE_CONTENT)
#define LIST_SCMS_FILE(R, O, D, T)					\
	R(T, uint8_1, version, "version")				\
	R(T, scms_file_content, content, "content")
ASN_SEQUENCE(scms_file, "ScmsFile", CLOSED, LIST_SCMS_FILE)

ASN_ALIAS(scoped_certificate_request, "ScopedCertificateRequest", scms_pdu)

/* extra_octet: some senders put an octet 00 before the ScmsPDU (and sign it);
 * both forms are read, and written as the flag says.  tbs_raw: the octets that
 * are signed, the extra one included.  Layouts of 1.2.4 do not decode as this
 * type but as that of scms_124.h. */
#define LIST_SIGNED_CERTIFICATE_REQUEST(R, O, D, T)			\
	R(T, hash_algorithm, hash_id, "hashId")				\
	R(T, asn_extra, extra_octet, NULL)				\
	R(T, scoped_certificate_request, tbs_request, "tbsRequest")	\
	R(T, asn_span, tbs_raw, NULL)					\
	R(T, signer_identifier, signer, "signer")			\
	R(T, signature, signature, "signature")
ASN_SEQUENCE_RAW(signed_certificate_request, "SignedCertificateRequest",
    CLOSED, LIST_SIGNED_CERTIFICATE_REQUEST)

ASN_ALIAS(secured_scms_pdu, "SecuredScmsPDU", ieee1609_dot2_data)

#define LIST_ELECTOR_SSP(R, O, D, T)					\
	R(T, uint8_1, version, "version")
ASN_SEQUENCE(elector_ssp, "ElectorSsp", EXTENSIBLE, LIST_ELECTOR_SSP)

#define LIST_ROOT_CA_SSP(R, O, D, T)					\
	R(T, uint8_1, version, "version")
ASN_SEQUENCE(root_ca_ssp, "RootCaSsp", EXTENSIBLE, LIST_ROOT_CA_SSP)

#define LIST_PG_SSP(R, O, D, T)						\
	R(T, uint8_1, version, "version")
ASN_SEQUENCE(pg_ssp, "PGSsp", EXTENSIBLE, LIST_PG_SSP)

#define LIST_ICA_SSP(R, O, D, T)					\
	R(T, uint8_1, version, "version")
ASN_SEQUENCE(ica_ssp, "IcaSsp", EXTENSIBLE, LIST_ICA_SSP)

#define LIST_ECA_SSP(R, O, D, T)					\
	R(T, uint8_1, version, "version")
ASN_SEQUENCE(eca_ssp, "EcaSsp", EXTENSIBLE, LIST_ECA_SSP)

#define LIST_PCA_SSP(R, O, D, T)					\
	R(T, uint8_1, version, "version")
ASN_SEQUENCE(pca_ssp, "PcaSsp", EXTENSIBLE, LIST_PCA_SSP)

#define LIST_CRL_SIGNER_SSP(R, O, D, T)					\
	R(T, uint8_1, version, "version")
ASN_SEQUENCE(crl_signer_ssp, "CrlSignerSsp", EXTENSIBLE, LIST_CRL_SIGNER_SSP)

#define LIST_DCM_SSP(R, O, D, T)					\
	R(T, uint8_1, version, "version")
ASN_SEQUENCE(dcm_ssp, "DcmSsp", EXTENSIBLE, LIST_DCM_SSP)

#define LIST_LA_SSP(R, O, D, T)						\
	R(T, uint8_1, version, "version")				\
	R(T, uint16, la_id, "laId")
ASN_SEQUENCE(la_ssp, "LaSsp", EXTENSIBLE, LIST_LA_SSP)

#define LIST_LOP_SSP(R, O, D, T)					\
	R(T, uint8_1, version, "version")
ASN_SEQUENCE(lop_ssp, "LopSsp", EXTENSIBLE, LIST_LOP_SSP)

#define LIST_MA_SSP(R, O, D, T)						\
	R(T, uint8_1, version, "version")				\
	R(T, sequence_of_psid, relevant_psids, "relevantPsids")
ASN_SEQUENCE(ma_ssp, "MaSsp", EXTENSIBLE, LIST_MA_SSP)

#define LIST_RA_SSP(R, O, D, T)						\
	R(T, uint8_1, version, "version")
ASN_SEQUENCE(ra_ssp, "RaSsp", EXTENSIBLE, LIST_RA_SSP)

#define LIST_SCMS_SSP(A, T)						\
	A(T, elector_ssp, elector, "elector")				\
	A(T, root_ca_ssp, root, "root")					\
	A(T, pg_ssp, pg, "pg")						\
	A(T, ica_ssp, ica, "ica")					\
	A(T, eca_ssp, eca, "eca")					\
	A(T, pca_ssp, pca, "pca")					\
	A(T, crl_signer_ssp, crl, "crl")				\
	A(T, dcm_ssp, dcm, "dcm")					\
	A(T, la_ssp, la, "la")						\
	A(T, lop_ssp, lop, "lop")					\
	A(T, ma_ssp, ma, "ma")						\
	A(T, ra_ssp, ra, "ra")
ASN_CHOICE(scms_ssp, "ScmsSsp", EXTENSIBLE, LIST_SCMS_SSP)
/* clang-format on */

#endif /* SCHEMA_SCMS_PROTOCOL_H */
