/*
 * scms_envelopes.h - CAMP 1.2.2 messages by name.  Scoped types are an
 * ScmsPDU or ScmsFile restricted to one alternative, Signed and Secured types
 * an Ieee1609Dot2Data with given contents; the octets are those of the base
 * type, so each is an alias here and its contents are checked by who uses it.
 */
#if !defined(SCHEMA_SCMS_ENVELOPES_H) || defined(ASN_ROWS)
#define SCHEMA_SCMS_ENVELOPES_H

#ifndef ASN_ROWS
#include "schema/scms_protocol.h"
#endif

/* clang-format off */
#undef ASN_MODULE
#define ASN_MODULE "IEEE1609dot2ScmsProtocol"

ASN_ALIAS(scoped_ee_enrollment_cert_request, "ScopedEeEnrollmentCertRequest",
    scms_pdu)
ASN_ALIAS(scoped_ee_enrollment_cert_response, "ScopedEeEnrollmentCertResponse",
    scms_pdu)
ASN_ALIAS(scoped_misbehavior_report, "ScopedMisbehaviorReport", scms_pdu)
ASN_ALIAS(scoped_ee_ra_cert_request, "ScopedEeRaCertRequest", scms_pdu)
ASN_ALIAS(scoped_ra_ee_cert_response, "ScopedRaEeCertResponse", scms_pdu)
ASN_ALIAS(scoped_pseudonym_cert_provisioning_request,
    "ScopedPseudonymCertProvisioningRequest", scms_pdu)
ASN_ALIAS(scoped_pseudonym_cert_provisioning_ack,
    "ScopedPseudonymCertProvisioningAck", scms_pdu)
ASN_ALIAS(scoped_id_cert_provisioning_request,
    "ScopedIdCertProvisioningRequest", scms_pdu)
ASN_ALIAS(scoped_id_cert_provisioning_ack, "ScopedIdCertProvisioningAck",
    scms_pdu)
ASN_ALIAS(scoped_app_cert_provisioning_request,
    "ScopedAppCertProvisioningRequest", scms_pdu)
ASN_ALIAS(scoped_app_cert_provisioning_ack, "ScopedAppCertProvisioningAck",
    scms_pdu)
ASN_ALIAS(scoped_global_certificate_chain_file,
    "ScopedGlobalCertificateChainFile", scms_file)
ASN_ALIAS(scoped_local_certificate_chain_file,
    "ScopedLocalCertificateChainFile", scms_file)
ASN_ALIAS(scoped_global_policy_file, "ScopedGlobalPolicyFile", scms_file)
ASN_ALIAS(scoped_local_policy_file, "ScopedLocalPolicyFile", scms_file)
ASN_ALIAS(scoped_authenticated_download_request,
    "ScopedAuthenticatedDownloadRequest", scms_pdu)
ASN_ALIAS(scoped_li_request, "ScopedLIRequest", scms_pdu)
ASN_ALIAS(scoped_li_reply, "ScopedLIReply", scms_pdu)
ASN_ALIAS(scoped_ls_request, "ScopedLSRequest", scms_pdu)
ASN_ALIAS(scoped_ls_reply, "ScopedLSReply", scms_pdu)
ASN_ALIAS(scoped_pca_la_key_agreement_request,
    "ScopedPcaLaKeyAgreementRequest", scms_pdu)
ASN_ALIAS(scoped_la_pca_key_agreement_response,
    "ScopedLaPcaKeyAgreementResponse", scms_pdu)
ASN_ALIAS(scoped_pca_la_key_agreement_ack, "ScopedPcaLaKeyAgreementAck",
    scms_pdu)
ASN_ALIAS(scoped_ra_la_individual_pre_linkage_value_request,
    "ScopedRaLaIndividualPreLinkageValueRequest", scms_pdu)
ASN_ALIAS(scoped_ra_la_group_pre_linkage_value_request,
    "ScopedRaLaGroupPreLinkageValueRequest", scms_pdu)
ASN_ALIAS(scoped_la_ra_pre_linkage_value_response,
    "ScopedLaRaPreLinkageValueResponse", scms_pdu)
ASN_ALIAS(scoped_ma_pca_pre_linkage_value_request,
    "ScopedMaPcaPreLinkageValueRequest", scms_pdu)
ASN_ALIAS(scoped_pca_ma_pre_linkage_value_response,
    "ScopedPcaMaPreLinkageValueResponse", scms_pdu)
ASN_ALIAS(scoped_ma_pca_hpcr_request, "ScopedMaPcaHPCRRequest", scms_pdu)
ASN_ALIAS(scoped_pca_ma_hpcr_response, "ScopedPcaMaHPCRResponse", scms_pdu)
ASN_ALIAS(scoped_blacklist_request, "ScopedBlacklistRequest", scms_pdu)
ASN_ALIAS(scoped_blacklist_response, "ScopedBlacklistResponse", scms_pdu)
ASN_ALIAS(scoped_lci_request, "ScopedLCIRequest", scms_pdu)
ASN_ALIAS(scoped_lci_response, "ScopedLCIResponse", scms_pdu)
ASN_ALIAS(scoped_rse_obe_id_blacklist_request,
    "ScopedRseObeIdBlacklistRequest", scms_pdu)
ASN_ALIAS(scoped_rse_obe_id_blacklist_response,
    "ScopedRseObeIdBlacklistResponse", scms_pdu)
ASN_ALIAS(scoped_ra_pca_certificate_request, "ScopedRaPcaCertificateRequest",
    scms_pdu)
ASN_ALIAS(scoped_pca_ra_certificate_request_reply,
    "ScopedPcaRaCertificateRequestReply", scms_pdu)
ASN_ALIAS(scoped_ra_pg_policy_signature_request,
    "ScopedRaPgPolicySignatureRequest", scms_pdu)
ASN_ALIAS(scoped_ra_pg_policy_signature_request_reply,
    "ScopedRaPgPolicySignatureRequestReply", scms_pdu)
ASN_ALIAS(scoped_elector_endorsement, "ScopedElectorEndorsement", scms_pdu)
ASN_ALIAS(scoped_elector_ballot, "ScopedElectorBallot", scms_pdu)
ASN_ALIAS(signed_ee_enrollment_cert_request, "SignedEeEnrollmentCertRequest",
    ieee1609_dot2_data)
ASN_ALIAS(signed_ee_enrollment_cert_response, "SignedEeEnrollmentCertResponse",
    ieee1609_dot2_data)
ASN_ALIAS(secured_misbehavior_report, "SecuredMisbehaviorReport",
    ieee1609_dot2_data)
ASN_ALIAS(signed_misbehavior_report, "SignedMisbehaviorReport",
    ieee1609_dot2_data)
ASN_ALIAS(secured_ra_cert_request, "SecuredRACertRequest", ieee1609_dot2_data)
ASN_ALIAS(secured_ra_cert_response, "SecuredRACertResponse",
    ieee1609_dot2_data)
ASN_ALIAS(signed_pseudonym_cert_provisioning_request,
    "SignedPseudonymCertProvisioningRequest", ieee1609_dot2_data)
ASN_ALIAS(secured_pseudonym_cert_provisioning_request,
    "SecuredPseudonymCertProvisioningRequest", ieee1609_dot2_data)
ASN_ALIAS(signed_pseudonym_cert_provisioning_ack,
    "SignedPseudonymCertProvisioningAck", ieee1609_dot2_data)
ASN_ALIAS(secured_pseudonym_cert_provisioning_ack,
    "SecuredPseudonymCertProvisioningAck", ieee1609_dot2_data)
ASN_ALIAS(signed_id_cert_provisioning_request,
    "SignedIdCertProvisioningRequest", ieee1609_dot2_data)
ASN_ALIAS(secured_id_cert_provisioning_request,
    "SecuredIdCertProvisioningRequest", ieee1609_dot2_data)
ASN_ALIAS(signed_id_cert_provisioning_ack, "SignedIdCertProvisioningAck",
    ieee1609_dot2_data)
ASN_ALIAS(secured_id_cert_provisioning_ack, "SecuredIdCertProvisioningAck",
    ieee1609_dot2_data)
ASN_ALIAS(signed_app_cert_provisioning_request,
    "SignedAppCertProvisioningRequest", ieee1609_dot2_data)
ASN_ALIAS(secured_app_cert_provisioning_request,
    "SecuredAppCertProvisioningRequest", ieee1609_dot2_data)
ASN_ALIAS(signed_app_cert_provisioning_ack, "SignedAppCertProvisioningAck",
    ieee1609_dot2_data)
ASN_ALIAS(secured_app_cert_provisioning_ack, "SecuredAppCertProvisioningAck",
    ieee1609_dot2_data)
ASN_ALIAS(signed_authenticated_download_request,
    "SignedAuthenticatedDownloadRequest", ieee1609_dot2_data)
ASN_ALIAS(secured_authenticated_download_request,
    "SecuredAuthenticatedDownloadRequest", ieee1609_dot2_data)
ASN_ALIAS(signed_global_policy_file, "SignedGlobalPolicyFile",
    ieee1609_dot2_data)
ASN_ALIAS(signed_local_policy_file, "SignedLocalPolicyFile",
    ieee1609_dot2_data)
ASN_ALIAS(signed_li_request, "SignedLIRequest", ieee1609_dot2_data)
ASN_ALIAS(secured_li_request, "SecuredLIRequest", ieee1609_dot2_data)
ASN_ALIAS(signed_li_reply, "SignedLIReply", ieee1609_dot2_data)
ASN_ALIAS(secured_li_reply, "SecuredLIReply", ieee1609_dot2_data)
ASN_ALIAS(signed_ls_request, "SignedLSRequest", ieee1609_dot2_data)
ASN_ALIAS(secured_ls_request, "SecuredLSRequest", ieee1609_dot2_data)
ASN_ALIAS(signed_ls_reply, "SignedLSReply", ieee1609_dot2_data)
ASN_ALIAS(secured_ls_reply, "SecuredLSReply", ieee1609_dot2_data)
ASN_ALIAS(signed_pca_la_key_agreement_request,
    "SignedPcaLaKeyAgreementRequest", ieee1609_dot2_data)
ASN_ALIAS(signed_la_pca_key_agreement_response,
    "SignedLaPcaKeyAgreementResponse", ieee1609_dot2_data)
ASN_ALIAS(signed_pca_la_key_agreement_ack, "SignedPcaLaKeyAgreementAck",
    ieee1609_dot2_data)
ASN_ALIAS(signed_ra_la_individual_pre_linkage_value_request,
    "SignedRaLaIndividualPreLinkageValueRequest", ieee1609_dot2_data)
ASN_ALIAS(signed_ra_la_group_pre_linkage_value_request,
    "SignedRaLaGroupPreLinkageValueRequest", ieee1609_dot2_data)
ASN_ALIAS(signed_la_ra_pre_linkage_value_response,
    "SignedLaRaPreLinkageValueResponse", ieee1609_dot2_data)
ASN_ALIAS(signed_ma_pca_pre_linkage_value_request,
    "SignedMaPcaPreLinkageValueRequest", ieee1609_dot2_data)
ASN_ALIAS(secured_ma_pca_pre_linkage_value_request,
    "SecuredMaPcaPreLinkageValueRequest", ieee1609_dot2_data)
ASN_ALIAS(signed_pca_ma_pre_linkage_value_response,
    "SignedPcaMaPreLinkageValueResponse", ieee1609_dot2_data)
ASN_ALIAS(secured_pca_ma_pre_linkage_value_response,
    "SecuredPcaMaPreLinkageValueResponse", ieee1609_dot2_data)
ASN_ALIAS(signed_ma_pca_hpcr_request, "SignedMaPcaHPCRRequest",
    ieee1609_dot2_data)
ASN_ALIAS(secured_ma_pca_hpcr_request, "SecuredMaPcaHPCRRequest",
    ieee1609_dot2_data)
ASN_ALIAS(signed_pca_ma_hpcr_response, "SignedPcaMaHPCRResponse",
    ieee1609_dot2_data)
ASN_ALIAS(secured_pca_ma_hpcr_response, "SecuredPcaMaHPCRResponse",
    ieee1609_dot2_data)
ASN_ALIAS(signed_blacklist_request, "SignedBlacklistRequest",
    ieee1609_dot2_data)
ASN_ALIAS(secured_blacklist_request, "SecuredBlacklistRequest",
    ieee1609_dot2_data)
ASN_ALIAS(signed_blacklist_response, "SignedBlacklistResponse",
    ieee1609_dot2_data)
ASN_ALIAS(secured_blacklist_response, "SecuredBlacklistResponse",
    ieee1609_dot2_data)
ASN_ALIAS(signed_rse_obe_id_blacklist_request,
    "SignedRseObeIdBlacklistRequest", ieee1609_dot2_data)
ASN_ALIAS(secured_rse_obe_id_blacklist_request,
    "SecuredRseObeIdBlacklistRequest", ieee1609_dot2_data)
ASN_ALIAS(signed_rse_obe_id_blacklist_response,
    "SignedRseObeIdBlacklistResponse", ieee1609_dot2_data)
ASN_ALIAS(secured_rse_obe_id_blacklist_response,
    "SecuredRseObeIdBlacklistResponse", ieee1609_dot2_data)
ASN_ALIAS(signed_lci_request, "SignedLCIRequest", ieee1609_dot2_data)
ASN_ALIAS(secured_lci_request, "SecuredLCIRequest", ieee1609_dot2_data)
ASN_ALIAS(signed_lci_response, "SignedLCIResponse", ieee1609_dot2_data)
ASN_ALIAS(secured_lci_response, "SecuredLCIResponse", ieee1609_dot2_data)
ASN_ALIAS(secured_ra_pca_certificate_request, "SecuredRaPcaCertificateRequest",
    ieee1609_dot2_data)
ASN_ALIAS(secured_pca_ra_certificate_request_reply,
    "SecuredPcaRaCertificateRequestReply", ieee1609_dot2_data)
ASN_ALIAS(secured_elector_ballot, "SecuredElectorBallot", ieee1609_dot2_data)
ASN_ALIAS(unsecured_elector_ballot, "UnsecuredElectorBallot",
    ieee1609_dot2_data)
/* clang-format on */

#endif /* SCHEMA_SCMS_ENVELOPES_H */
