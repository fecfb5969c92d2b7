/*
 * scms_base.h - CAMP 1.2.2 base types.
 */
#if !defined(SCHEMA_SCMS_BASE_H) || defined(ASN_ROWS)
#define SCHEMA_SCMS_BASE_H

#ifndef ASN_ROWS
#include "schema/dot2.h"
#endif

/* clang-format off */
#undef ASN_MODULE
#define ASN_MODULE "Ieee1609dot2ScmsBaseTypes"

/* A single value takes as few octets as it needs: BsmPsid alone is 20, a Psid
 * in a message 01 20. */
ASN_VALUE(canada, "Canada", country_only, 8, 124)
ASN_VALUE(mexico, "Mexico", country_only, 16, 484)
ASN_VALUE(usa, "USA", country_only, 16, 840)
ASN_ALIAS(crlg_cert_expiration, "CrlgCertExpiration", duration)
ASN_ALIAS(dcm_cert_expiration, "DcmCertExpiration", duration)
ASN_ALIAS(eca_cert_expiration_cvp, "EcaCertExpirationCvp", duration)
ASN_ALIAS(eca_cert_expiration_poc, "EcaCertExpirationPoc", duration)
ASN_ALIAS(elector_cert_expiration, "ElectorCertExpiration", duration)
ASN_ALIAS(ica_cert_expiration_cvp, "IcaCertExpirationCvp", duration)
ASN_ALIAS(ica_cert_expiration_poc, "IcaCertExpirationPoc", duration)
ASN_ALIAS(la_cert_expiration, "LaCertExpiration", duration)
ASN_ALIAS(ma_cert_expiration, "MaCertExpiration", duration)
ASN_ALIAS(pca_cert_expiration, "PcaCertExpiration", duration)
ASN_ALIAS(pg_cert_expiration, "PgCertExpiration", duration)
ASN_ALIAS(obe_enrollment_cert_expiration_cvp, "ObeEnrollmentCertExpirationCvp",
    duration)
ASN_ALIAS(obe_enrollment_cert_expiration_poc, "ObeEnrollmentCertExpirationPoc",
    duration)
ASN_ALIAS(obe_identification_cert_expiration,
    "ObeIdentificationCertExpiration", duration)
ASN_ALIAS(obe_pseudonym_cert_expiration, "ObePseudonymCertExpiration",
    duration)
ASN_ALIAS(ra_cert_expiration, "RaCertExpiration", duration)
ASN_ALIAS(rse_application_cert_expiration, "RseApplicationCertExpiration",
    duration)
ASN_ALIAS(rse_enrollment_cert_expiration_cvp, "RseEnrollmentCertExpirationCvp",
    duration)
ASN_ALIAS(rse_enrollment_cert_expiration_poc, "RseEnrollmentCertExpirationPoc",
    duration)
ASN_ALIAS(root_ca_cert_expiration, "RootCaCertExpiration", duration)
ASN_VALUE(bsm_psid, "BsmPsid", psid, 8, 32)
ASN_VALUE(security_mgmt_psid, "SecurityMgmtPsid", psid, 8, 35)
ASN_VALUE(misbehavior_reporting_psid, "MisbehaviorReportingPsid", psid, 8, 38)
ASN_VALUE(vulnerable_road_users_safety_psid, "VulnerableRoadUsersSafetyPsid",
    psid, 8, 39)
ASN_VALUE(differential_gps_corrections_uncompressed_psid,
    "DifferentialGpsCorrectionsUncompressedPsid", psid, 8, 128)
ASN_VALUE(differential_gps_corrections_compressed_psid,
    "DifferentialGpsCorrectionsCompressedPsid", psid, 8, 129)
ASN_VALUE(intersection_safety_and_awareness_psid,
    "IntersectionSafetyAndAwarenessPsid", psid, 8, 130)
ASN_VALUE(traveller_information_and_roadside_signage_psid,
    "TravellerInformationAndRoadsideSignagePsid", psid, 8, 131)
ASN_VALUE(wave_service_advertisement_psid, "WaveServiceAdvertisementPsid",
    psid, 8, 135)
ASN_VALUE(vehicle_initiated_distress_notification_psid,
    "VehicleInitiatedDistressNotificationPsid", psid, 16, 16514)
ASN_VALUE(transcore_software_update_psid, "TranscoreSoftwareUpdatePsid", psid,
    32, 2113667)
ASN_VALUE(cvp_application1_psid, "CVPApplication1Psid", psid, 32, 2113672)
ASN_VALUE(cvp_application2_psid, "CVPApplication2Psid", psid, 32, 2113673)
ASN_VALUE(cvp_application3_psid, "CVPApplication3Psid", psid, 32, 2113674)
ASN_VALUE(cvp_application4_psid, "CVPApplication4Psid", psid, 32, 2113675)
ASN_VALUE(cvp_application5_psid, "CVPApplication5Psid", psid, 32, 2113676)
ASN_VALUE(cvp_application6_psid, "CVPApplication6Psid", psid, 32, 2113677)
ASN_VALUE(cvp_application7_psid, "CVPApplication7Psid", psid, 32, 2113678)
ASN_VALUE(cvp_application8_psid, "CVPApplication8Psid", psid, 32, 2113679)
ASN_VALUE(cvp_application9_psid, "CVPApplication9Psid", psid, 32, 2113680)
ASN_VALUE(cvp_application10_psid, "CVPApplication10Psid", psid, 32, 2113681)
ASN_VALUE(cvp_application11_psid, "CVPApplication11Psid", psid, 32, 2113682)
ASN_VALUE(cvp_application12_psid, "CVPApplication12Psid", psid, 32, 2113683)
ASN_VALUE(cvp_application13_psid, "CVPApplication13Psid", psid, 32, 2113684)
ASN_VALUE(cvp_application14_psid, "CVPApplication14Psid", psid, 32, 2113685)
ASN_VALUE(cvp_application15_psid, "CVPApplication15Psid", psid, 32, 2113686)
ASN_VALUE(cvp_application16_psid, "CVPApplication16Psid", psid, 32, 2113687)
ASN_VALUE(ee_enrollment_crl_series, "EeEnrollmentCrlSeries", crl_series, 8, 4)
ASN_VALUE(ee_non_pseudonym_crl_series, "EeNonPseudonymCrlSeries", crl_series,
    8, 3)
ASN_VALUE(obe_pseudonym_crl_series, "ObePseudonymCrlSeries", crl_series, 8, 1)
ASN_VALUE(scms_component_crl_series, "ScmsComponentCrlSeries", crl_series, 8,
    2)
ASN_VALUE(scms_spcl_component_crl_series, "ScmsSpclComponentCrlSeries",
    crl_series, 16, 256)
ASN_OCTETS(ecc_p256_private_key_reconstruction,
    "EccP256PrivateKeyReconstruction", 32)

/* enc-plv decrypts to the bare octets of ToBeEncryptedIndividualPLV, not to an
 * Ieee1609Dot2Data. */
#define LIST_ENCRYPTED_INDIVIDUAL_PLV(R, O, D, T)			\
	R(T, uint8_1, version, "version")				\
	R(T, la_id, la_id, "laId")					\
	R(T, encrypted_data, enc_plv, "enc-plv")
ASN_SEQUENCE(encrypted_individual_plv, "EncryptedIndividualPLV", CLOSED,
    LIST_ENCRYPTED_INDIVIDUAL_PLV)

#define LIST_ENCRYPTED_GROUP_PLV(R, O, D, T)				\
	R(T, uint8_1, version, "version")				\
	R(T, la_id, la_id, "laId")					\
	R(T, octets16, enc_group_index, "encGroupIndex")		\
	R(T, encrypted_data, enc_group_plv, "enc-group-plv")
ASN_SEQUENCE(encrypted_group_plv, "EncryptedGroupPLV", CLOSED,
    LIST_ENCRYPTED_GROUP_PLV)

#define LIST_TO_BE_ENCRYPTED_GROUP_INDEX(R, O, D, T)			\
	R(T, zeros8, padding, "padding")				\
	R(T, octets4, group_identifier, "groupIdentifier")		\
	R(T, uint32, j, "j")
ASN_SEQUENCE(to_be_encrypted_group_index, "ToBeEncryptedGroupIndex", CLOSED,
    LIST_TO_BE_ENCRYPTED_GROUP_INDEX)

ASN_OCTETS(pre_linkage_value, "PreLinkageValue", 9)

#define LIST_TO_BE_ENCRYPTED_INDIVIDUAL_PLV(R, O, D, T)			\
	R(T, i_value, i_value, "iValue")				\
	R(T, pre_linkage_value, plv, "plv")
ASN_SEQUENCE(to_be_encrypted_individual_plv, "ToBeEncryptedIndividualPLV",
    CLOSED, LIST_TO_BE_ENCRYPTED_INDIVIDUAL_PLV)

#define LIST_TO_BE_ENCRYPTED_GROUP_PLV(R, O, D, T)			\
	R(T, i_value, i_value, "iValue")				\
	R(T, uint32, j, "j")						\
	R(T, pre_linkage_value, plv, "plv")
ASN_SEQUENCE(to_be_encrypted_group_plv, "ToBeEncryptedGroupPLV", CLOSED,
    LIST_TO_BE_ENCRYPTED_GROUP_PLV)

ASN_ALIAS(linkage_chain_id, "LinkageChainId", encrypted_data)
ASN_OCTETS(full_size_hash, "FullSizeHash", 32)
ASN_ALIAS(ra_hostname_id, "RaHostnameId", hostname)
ASN_ALIAS(pca_hostname_id, "PcaHostnameId", hostname)
ASN_ALIAS(ma_hostname_id, "MaHostnameId", hostname)
ASN_ALIAS(la_hostname_id, "LaHostnameId", hostname)
ASN_ALIAS(hpcr, "HPCR", full_size_hash)

#define LIST_LINKAGE_SEED_AND_LA_ID(R, O, D, T)				\
	R(T, linkage_seed, linkage_seed, "linkageSeed")			\
	R(T, la_id, la_id, "laId")
ASN_SEQUENCE(linkage_seed_and_la_id, "LinkageSeedAndLaId", CLOSED,
    LIST_LINKAGE_SEED_AND_LA_ID)

#define LIST_SIGNATURE_AND_SIGNER_IDENTIFIER(R, O, D, T)		\
	R(T, signer_identifier, signer, "signer")			\
	R(T, signature, signature, "signature")
ASN_SEQUENCE(signature_and_signer_identifier, "SignatureAndSignerIdentifier",
    CLOSED, LIST_SIGNATURE_AND_SIGNER_IDENTIFIER)

#define LIST_ENCRYPTED_PLV_AND_HOST_INFO(R, O, D, T)			\
	R(T, encrypted_individual_plv, encrypted_plv, "encryptedPLV")	\
	R(T, hostname, hostname, "hostname")
ASN_SEQUENCE(encrypted_plv_and_host_info, "EncryptedPlvAndHostInfo", CLOSED,
    LIST_ENCRYPTED_PLV_AND_HOST_INFO)

#define LIST_ENCRYPTED_GROUP_PLV_AND_HOST_INFO(R, O, D, T)		\
	R(T, encrypted_group_plv, encrypted_gplv, "encryptedGPLV")	\
	R(T, hostname, hostname, "hostname")
ASN_SEQUENCE(encrypted_group_plv_and_host_info, "EncryptedGroupPlvAndHostInfo",
    CLOSED, LIST_ENCRYPTED_GROUP_PLV_AND_HOST_INFO)

#define LIST_HPCR_AND_HOST_INFO(R, O, D, T)				\
	R(T, hpcr, hpcr, "hpcr")					\
	R(T, hostname, hostname, "hostname")
ASN_SEQUENCE(hpcr_and_host_info, "HPCRAndHostInfo", CLOSED,
    LIST_HPCR_AND_HOST_INFO)

/* iMax is an octet string in the published module, too. */
#define LIST_LCI_AND_HOST_INFO(R, O, D, T)				\
	R(T, octets4, i_max, "iMax")					\
	R(T, linkage_chain_id, la1_lci, "la1-lci")			\
	R(T, linkage_chain_id, la2_lci, "la2-lci")			\
	R(T, la_hostname_id, la1_id, "la1-id")				\
	R(T, la_hostname_id, la2_id, "la2-id")
ASN_SEQUENCE(lci_and_host_info, "LCIAndHostInfo", CLOSED,
    LIST_LCI_AND_HOST_INFO)

ASN_ALIAS(rif, "RIF", hashed_id8)
/* clang-format on */

#endif /* SCHEMA_SCMS_BASE_H */
