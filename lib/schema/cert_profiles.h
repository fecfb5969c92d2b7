/*
 * cert_profiles.h - CAMP certificate profiles.  A profile restricts contents,
 * not octets: see lib/cert.
 */
#if !defined(SCHEMA_CERT_PROFILES_H) || defined(ASN_ROWS)
#define SCHEMA_CERT_PROFILES_H

#ifndef ASN_ROWS
#include "schema/dot2.h"
#endif

/* clang-format off */
#undef ASN_MODULE
#define ASN_MODULE "IEEE1609dot2-profiles"

ASN_ALIAS(root_ca_certificate, "RootCaCertificate", certificate)
ASN_ALIAS(elector_certificate, "ElectorCertificate", certificate)
ASN_ALIAS(ica_certificate, "IcaCertificate", certificate)
ASN_ALIAS(eca_certificate, "EcaCertificate", certificate)
ASN_ALIAS(pca_certificate, "PcaCertificate", certificate)
ASN_ALIAS(ra_certificate, "RaCertificate", certificate)
ASN_ALIAS(la_certificate, "LaCertificate", certificate)
ASN_ALIAS(ma_certificate, "MaCertificate", certificate)
ASN_ALIAS(pg_certificate, "PgCertificate", certificate)
ASN_ALIAS(crlg_certificate, "CrlgCertificate", certificate)
ASN_ALIAS(dcm_certificate, "DcmCertificate", certificate)
ASN_ALIAS(obe_enrollment_certificate, "ObeEnrollmentCertificate", certificate)
ASN_ALIAS(rse_enrollment_certificate, "RseEnrollmentCertificate", certificate)
ASN_ALIAS(obe_pseudonym_certificate, "ObePseudonymCertificate", certificate)
ASN_ALIAS(obe_identification_certificate, "ObeIdentificationCertificate",
    certificate)
ASN_ALIAS(rse_application_certificate, "RseApplicationCertificate",
    certificate)
/* clang-format on */

#endif /* SCHEMA_CERT_PROFILES_H */
