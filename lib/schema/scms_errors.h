/*
 * scms_errors.h - CAMP 1.2.2 error types, one module per interface.
 */
#if !defined(SCHEMA_SCMS_ERRORS_H) || defined(ASN_ROWS)
#define SCHEMA_SCMS_ERRORS_H

#ifndef ASN_ROWS
#include "schema/builtin.h"
#endif

/* clang-format off */
#undef ASN_MODULE
#define ASN_MODULE "Ieee1609dot2ScmsCommonError"

#define LIST_SCMS_COMMON_ERROR(V, T)					\
	V(T, baseline, "baseline", 1)
ASN_ENUM(scms_common_error, "ScmsCommonError", EXTENSIBLE,
    LIST_SCMS_COMMON_ERROR)

#undef ASN_MODULE
#define ASN_MODULE "Ieee1609Dot2ScmsComponentCertificateManagementError"

#define LIST_COMPONENT_CERTIFICATE_MANAGEMENT_ERROR(V, T)		\
	V(T, baseline, "baseline", 1)
ASN_ENUM(component_certificate_management_error,
    "ComponentCertificateManagementError", EXTENSIBLE,
    LIST_COMPONENT_CERTIFICATE_MANAGEMENT_ERROR)

#undef ASN_MODULE
#define ASN_MODULE "Ieee1609Dot2EcaEndEntityError"

#define LIST_ECA_END_ENTITY_ERROR(V, T)					\
	V(T, eca_invalid_current_time, "ecaInvalidCurrentTime", 0)	\
	V(T, eca_invalid_requested_start_time,				\
	    "ecaInvalidRequestedStartTime", 1)				\
	V(T, eca_invalid_psid, "ecaInvalidPsid", 2)			\
	V(T, eca_invalid_validity_period, "ecaInvalidValidityPeriod",	\
	    3)								\
	V(T, eca_invalid_region, "ecaInvalidRegion", 4)			\
	V(T, eca_invalid_assurance_level, "ecaInvalidAssuranceLevel",	\
	    5)								\
	V(T, eca_invalid_encryption_key, "ecaInvalidEncryptionKey", 6)	\
	V(T, eca_invalid_verify_key, "ecaInvalidVerifyKey", 7)		\
	V(T, eca_malformed_request, "ecaMalformedRequest", 8)		\
	V(T, eca_internal_server_error, "ecaInternalServerError", 9)	\
	V(T, eca_response_timeout, "ecaResponseTimeout", 10)
ASN_ENUM(eca_end_entity_error, "EcaEndEntityError", EXTENSIBLE,
    LIST_ECA_END_ENTITY_ERROR)

#undef ASN_MODULE
#define ASN_MODULE "Ieee1609Dot2LaMaError"

#define LIST_LA_MA_BASE_ERROR_CODE(V, T)				\
	V(T, la_no_ma_authorization_signature,				\
	    "laNoMaAuthorizationSignature", 0)				\
	V(T, la_invalid_ma_authorization_signature,			\
	    "laInvalidMaAuthorizationSignature", 1)			\
	V(T, number_of_requests_exceeded, "numberOfRequestsExceeded",	\
	    2)								\
	V(T, no_secure_connection_to_requestor,				\
	    "noSecureConnectionToRequestor", 3)				\
	V(T, la_internal_timeout, "laInternalTimeout", 4)		\
	V(T, ma_request_timeout, "maRequestTimeout", 5)			\
	V(T, la_invalid_input_value_format,				\
	    "laInvalidInputValueFormat", 6)
ASN_ENUM(la_ma_base_error_code, "LaMaBaseErrorCode", EXTENSIBLE,
    LIST_LA_MA_BASE_ERROR_CODE)

#define LIST_LA_MA_LINKAGE_INFO_ERROR_CODE(V, T)			\
	V(T, at_least_one_prelinkage_value_unknown,			\
	    "atLeastOnePrelinkageValueUnknown", 0)			\
	V(T, all_prelinkage_values_unknown,				\
	    "allPrelinkageValuesUnknown", 1)				\
	V(T, only_one_prelinkage_value_presented,			\
	    "onlyOnePrelinkageValuePresented", 2)			\
	V(T, la_invalid_prelinkage_value_presented,			\
	    "laInvalidPrelinkageValuePresented", 3)
ASN_ENUM(la_ma_linkage_info_error_code, "LaMaLinkageInfoErrorCode", EXTENSIBLE,
    LIST_LA_MA_LINKAGE_INFO_ERROR_CODE)

#define LIST_LA_MA_LINKAGE_SEED_ERROR_CODE(V, T)			\
	V(T, linkage_chain_identifier_unknown,				\
	    "linkageChainIdentifierUnknown", 0)				\
	V(T, la_invalid_linkage_value, "laInvalidLinkageValue", 1)	\
	V(T, la_number_of_lci_values_exceeded,				\
	    "laNumberOfLciValuesExceeded", 2)
ASN_ENUM(la_ma_linkage_seed_error_code, "LaMaLinkageSeedErrorCode", EXTENSIBLE,
    LIST_LA_MA_LINKAGE_SEED_ERROR_CODE)

#define LIST_LA_MA_ERROR(A, T)						\
	A(T, la_ma_base_error_code, la_ma_base_error,			\
	    "la-ma-base-error")						\
	A(T, la_ma_linkage_info_error_code, la_ma_linkage_info_error,	\
	    "la-ma-linkage-info-error")					\
	A(T, la_ma_linkage_seed_error_code, la_ma_linkage_seed_error,	\
	    "la-ma-linkage-seed-error")
ASN_CHOICE(la_ma_error, "LaMaError", EXTENSIBLE, LIST_LA_MA_ERROR)

#undef ASN_MODULE
#define ASN_MODULE "Ieee1609Dot2LaPcaError"

#define LIST_LA_PCA_ERROR_CODE(V, T)					\
	V(T, invalid_signature, "invalidSignature", 0)			\
	V(T, invalid_certificate, "invalidCertificate", 1)		\
	V(T, invalid_start_time, "invalidStartTime", 2)			\
	V(T, invalid_end_time, "invalidEndTime", 3)			\
	V(T, invalid_algorithm, "invalidAlgorithm", 4)			\
	V(T, invalid_mac_value, "invalidMacValue", 5)
ASN_ENUM(la_pca_error_code, "LaPcaErrorCode", EXTENSIBLE,
    LIST_LA_PCA_ERROR_CODE)

#define LIST_LA_PCA_ERROR(A, T)						\
	A(T, la_pca_error_code, la_pca, "la-pca")
ASN_CHOICE(la_pca_error, "LaPcaError", EXTENSIBLE, LIST_LA_PCA_ERROR)

#undef ASN_MODULE
#define ASN_MODULE "Ieee1609Dot2LaRaError"

#define LIST_LA_RA_ERROR_CODE(V, T)					\
	V(T, invalid_pca_key, "invalidPcaKey", 0)			\
	V(T, invalid_i_min, "invalidIMin", 1)				\
	V(T, invalid_i_max, "invalidIMax", 2)				\
	V(T, invalid_continue_chain, "invalidContinueChain", 3)		\
	V(T, invalid_linkagechain_id, "invalidLinkagechainId", 4)	\
	V(T, invalid_j_max, "invalidJMax", 5)
ASN_ENUM(la_ra_error_code, "LaRaErrorCode", EXTENSIBLE, LIST_LA_RA_ERROR_CODE)

#define LIST_LA_RA_ERROR(A, T)						\
	A(T, la_ra_error_code, la_ra, "la-ra")
ASN_CHOICE(la_ra_error, "LaRaError", EXTENSIBLE, LIST_LA_RA_ERROR)

#undef ASN_MODULE
#define ASN_MODULE "Ieee1609Dot2MaPcaError"

#define LIST_MA_PCA_ERROR_CODE(V, T)					\
	V(T, pca_internal_timeout, "pcaInternalTimeout", 0)		\
	V(T, ma_request_timeout, "maRequestTimeout", 1)			\
	V(T, pca_no_ma_authorization_signature,				\
	    "pcaNoMaAuthorizationSignature", 2)				\
	V(T, pca_invalid_ma_authorization_signature,			\
	    "pcaInvalidMaAuthorizationSignature", 3)			\
	V(T, numberof_requests_exceeded, "numberofRequestsExceeded",	\
	    4)								\
	V(T, pca_number_of_linkage_values_exceeded,			\
	    "pcaNumberOfLinkageValuesExceeded", 5)			\
	V(T, no_secure_connectionto_requestor,				\
	    "noSecureConnectiontoRequestor", 6)				\
	V(T, too_many_users, "tooManyUsers", 7)				\
	V(T, linkage_value_unknown, "linkageValueUnknown", 8)		\
	V(T, pca_invalid_linkage_value, "pcaInvalidLinkageValue", 9)	\
	V(T, pca_invalid_input_value_format,				\
	    "pcaInvalidInputValueFormat", 10)
ASN_ENUM(ma_pca_error_code, "MaPcaErrorCode", EXTENSIBLE,
    LIST_MA_PCA_ERROR_CODE)

#define LIST_MA_PCA_ERROR(A, T)						\
	A(T, ma_pca_error_code, ma_pca, "ma-pca")
ASN_CHOICE(ma_pca_error, "MaPcaError", EXTENSIBLE, LIST_MA_PCA_ERROR)

#undef ASN_MODULE
#define ASN_MODULE "Ieee1609Dot2MaRaError"

#define LIST_MA_RA_BASE_ERROR_CODE(V, T)				\
	V(T, ra_internal_timeout, "raInternalTimeout", 0)		\
	V(T, ma_request_timeout, "maRequestTimeout", 1)			\
	V(T, ra_no_ma_authorization_signature,				\
	    "raNoMaAuthorizationSignature", 2)				\
	V(T, ra_invalid_ma_authorization_signature,			\
	    "raInvalidMaAuthorizationSignature", 3)			\
	V(T, ra_invalid_input_value_format,				\
	    "raInvalidInputValueFormat", 4)				\
	V(T, ra_invalid_hash_request, "raInvalidHashRequest", 5)	\
	V(T, ra_invalid_rif_value, "raInvalidRIFValue", 6)		\
	V(T, ra_invalid_linkage_value, "raInvalidLinkageValue", 7)	\
	V(T, ra_number_of_requests_exceeded,				\
	    "raNumberOfRequestsExceeded", 8)				\
	V(T, no_secure_connection_to_requestor,				\
	    "noSecureConnectionToRequestor", 9)				\
	V(T, hpcr_is_unknown_to_ra, "hpcrIsUnknownToRA", 10)
ASN_ENUM(ma_ra_base_error_code, "MaRaBaseErrorCode", EXTENSIBLE,
    LIST_MA_RA_BASE_ERROR_CODE)

#define LIST_MA_RA_BLACKLIST_ERROR_CODE(V, T)				\
	V(T, already_blacklisted, "alreadyBlacklisted", 0)
ASN_ENUM(ma_ra_blacklist_error_code, "MaRaBlacklistErrorCode", EXTENSIBLE,
    LIST_MA_RA_BLACKLIST_ERROR_CODE)

#define LIST_MA_RA_LCI_ERROR_CODE(V, T)					\
	V(T, no_linkage_chain_identifiers_known_for_hpcr,		\
	    "noLinkageChainIdentifiersKnownForHPCR", 0)
ASN_ENUM(ma_ra_lci_error_code, "MaRaLCIErrorCode", EXTENSIBLE,
    LIST_MA_RA_LCI_ERROR_CODE)

#define LIST_MA_RA_CDV_ERROR_CODE(V, T)					\
	V(T, no_certificate_digest_values_known_for_rif,		\
	    "noCertificateDigestValuesKnownForRIF", 0)
ASN_ENUM(ma_ra_cdv_error_code, "MaRaCDVErrorCode", EXTENSIBLE,
    LIST_MA_RA_CDV_ERROR_CODE)

#define LIST_MA_RA_ERROR(A, T)						\
	A(T, ma_ra_base_error_code, ma_ra_base_error,			\
	    "ma-ra-base-error")						\
	A(T, ma_ra_blacklist_error_code, ma_ra_blacklist_error,		\
	    "ma-ra-blacklist-error")					\
	A(T, ma_ra_lci_error_code, ma_ra_lci_error, "ma-ra-lci-error")	\
	A(T, ma_ra_cdv_error_code, ma_ra_cdv_error, "ma-ra-cdv-error")
ASN_CHOICE(ma_ra_error, "MaRaError", EXTENSIBLE, LIST_MA_RA_ERROR)

#undef ASN_MODULE
#define ASN_MODULE "Ieee1609Dot2PcaRaError"

#define LIST_PCA_RA_BASE_ERROR_CODE(V, T)				\
	V(T, unknown_error, "unknownError", 0)
ASN_ENUM(pca_ra_base_error_code, "PcaRaBaseErrorCode", EXTENSIBLE,
    LIST_PCA_RA_BASE_ERROR_CODE)

#define LIST_PCA_RA_REQUEST_ERROR_CODE(V, T)				\
	V(T, invalid_certificate_request_type,				\
	    "invalidCertificateRequestType", 0)				\
	V(T, invalid_type, "invalidType", 1)				\
	V(T, invalid_psid_ssp, "invalidPsidSsp", 2)			\
	V(T, invalid_region, "invalidRegion", 3)			\
	V(T, invalid_validity, "invalidValidity", 4)			\
	V(T, invalid_encryption_public_key,				\
	    "invalidEncryptionPublicKey", 5)				\
	V(T, invalid_signature_public_key,				\
	    "invalidSignaturePublicKey", 6)				\
	V(T, invalid_encrypted_pre_linkage_value,			\
	    "invalidEncryptedPreLinkageValue", 7)			\
	V(T, invalid_encrypted_group_pre_linkage_value,			\
	    "invalidEncryptedGroupPreLinkageValue", 8)
ASN_ENUM(pca_ra_request_error_code, "PcaRaRequestErrorCode", EXTENSIBLE,
    LIST_PCA_RA_REQUEST_ERROR_CODE)

#define LIST_PCA_RA_ERROR(A, T)						\
	A(T, pca_ra_base_error_code, pca_ra_base_error,			\
	    "pca-ra-base-error")					\
	A(T, pca_ra_request_error_code, pca_ra_request_error,		\
	    "pca-ra-request-error")
ASN_CHOICE(pca_ra_error, "PcaRaError", EXTENSIBLE, LIST_PCA_RA_ERROR)

#undef ASN_MODULE
#define ASN_MODULE "Ieee1609Dot2RaPgError"

#define LIST_RA_PG_ERROR(V, T)						\
	V(T, ra_pg_malformed_request, "raPgMalformedRequest", 0)	\
	V(T, ra_pg_signature_failed, "raPgSignatureFailed", 1)		\
	V(T, ra_pg_policy_error, "raPgPolicyError", 2)
ASN_ENUM(ra_pg_error, "RaPgError", EXTENSIBLE, LIST_RA_PG_ERROR)

#undef ASN_MODULE
#define ASN_MODULE "Ieee1609dot2ScmsError"

#define LIST_SCMS_ERROR(A, T)						\
	A(T, scms_common_error, common, "common")			\
	A(T, component_certificate_management_error, ccm, "ccm")	\
	A(T, eca_end_entity_error, eca_ee, "eca-ee")			\
	A(T, la_ma_error, la_ma, "la-ma")				\
	A(T, la_pca_error, la_pca, "la-pca")				\
	A(T, la_ra_error, la_ra, "la-ra")				\
	A(T, ma_pca_error, ma_pca, "ma-pca")				\
	A(T, ma_ra_error, ma_ra, "ma-ra")				\
	A(T, pca_ra_error, pca_ra, "pca-ra")
ASN_CHOICE(scms_error, "ScmsError", EXTENSIBLE, LIST_SCMS_ERROR)

ASN_ALIAS(scoped_component_certificate_management_error,
    "ScopedComponentCertificateManagementError", scms_error)
ASN_ALIAS(scoped_eca_end_entity_error, "ScopedEcaEndEntityError", scms_error)
ASN_ALIAS(scoped_la_ma_error, "ScopedLaMaError", scms_error)
ASN_ALIAS(scoped_la_ma_li_error, "ScopedLaMaLIError", scms_error)
ASN_ALIAS(scoped_la_ma_ls_error, "ScopedLaMaLSError", scms_error)
ASN_ALIAS(scoped_la_pca_error, "ScopedLaPcaError", scms_error)
ASN_ALIAS(scoped_la_ra_error, "ScopedLaRaError", scms_error)
ASN_ALIAS(scoped_ma_pca_error, "ScopedMaPcaError", scms_error)
ASN_ALIAS(scoped_ma_ra_error, "ScopedMaRaError", scms_error)
ASN_ALIAS(scoped_ma_ra_blacklist_error, "ScopedMaRaBlacklistError", scms_error)
ASN_ALIAS(scoped_ma_ra_lci_error, "ScopedMaRaLCIError", scms_error)
ASN_ALIAS(scoped_pca_ra_error, "ScopedPcaRaError", scms_error)
/* clang-format on */

#endif /* SCHEMA_SCMS_ERRORS_H */
