/*
 * dot2.h - IEEE 1609.2 certificates and secured data: 2022 edition, which
 * contains 2017.
 */
#if !defined(SCHEMA_DOT2_H) || defined(ASN_ROWS)
#define SCHEMA_DOT2_H

#ifndef ASN_ROWS
#include "schema/dot2_base.h"
#endif

/* clang-format off */
#undef ASN_MODULE
#define ASN_MODULE "IEEE1609dot2"

ASN_FORWARD(ieee1609_dot2_data)

#define LIST_HASHED_DATA(A, T)						\
	A(T, hashed_id32, sha256_hashed_data, "sha256HashedData")
#define MORE_HASHED_DATA(A, T)						\
	A(T, hashed_id48, sha384_hashed_data, "sha384HashedData")	\
	A(T, hashed_id32, sm3_hashed_data, "sm3HashedData")
ASN_CHOICE_MORE(hashed_data, "HashedData", LIST_HASHED_DATA, MORE_HASHED_DATA)

/* Either component, or both, or omitted. */
#define LIST_SIGNED_DATA_PAYLOAD(R, O, D, T)				\
	O(T, ieee1609_dot2_data, data, "data")				\
	O(T, hashed_data, ext_data_hash, "extDataHash")
#define MORE_SIGNED_DATA_PAYLOAD(O, R, T)				\
	O(T, asn_null, omitted, "omitted")
ASN_SEQUENCE_MORE(signed_data_payload, "SignedDataPayload",
    LIST_SIGNED_DATA_PAYLOAD, MORE_SIGNED_DATA_PAYLOAD)

#define LIST_MISSING_CRL_IDENTIFIER(R, O, D, T)				\
	R(T, hashed_id3, craca_id, "cracaId")				\
	R(T, crl_series, crl_series, "crlSeries")
ASN_SEQUENCE(missing_crl_identifier, "MissingCrlIdentifier", EXTENSIBLE,
    LIST_MISSING_CRL_IDENTIFIER)

#define LIST_CERTIFICATE_TYPE(V, T)					\
	V(T, explicit, "explicit", 0)					\
	V(T, implicit, "implicit", 1)
ASN_ENUM(certificate_type, "CertificateType", EXTENSIBLE,
    LIST_CERTIFICATE_TYPE)

/* The digest is that of the canonical whole certificate; self names the hash
 * that the signature uses. */
#define LIST_ISSUER_IDENTIFIER(A, T)					\
	A(T, hashed_id8, sha256_and_digest, "sha256AndDigest")		\
	A(T, hash_algorithm, self, "self")
#define MORE_ISSUER_IDENTIFIER(A, T)					\
	A(T, hashed_id8, sha384_and_digest, "sha384AndDigest")		\
	A(T, hashed_id8, sm3_and_digest, "sm3AndDigest")
ASN_CHOICE_MORE(issuer_identifier, "IssuerIdentifier", LIST_ISSUER_IDENTIFIER,
    MORE_ISSUER_IDENTIFIER)

#define LIST_LINKAGE_DATA(R, O, D, T)					\
	R(T, i_value, i_cert, "iCert")					\
	R(T, linkage_value, linkage_value, "linkage-value")		\
	O(T, group_linkage_value, group_linkage_value,			\
	    "group-linkage-value")
ASN_SEQUENCE(linkage_data, "LinkageData", CLOSED, LIST_LINKAGE_DATA)

/* linkageData: pseudonym certificates; name: components and enrollment. */
#define LIST_CERTIFICATE_ID(A, T)					\
	A(T, linkage_data, linkage_data, "linkageData")			\
	A(T, hostname, name, "name")					\
	A(T, octets_1_64, binary_id, "binaryId")			\
	A(T, asn_null, none, "none")
ASN_CHOICE(certificate_id, "CertificateId", EXTENSIBLE, LIST_CERTIFICATE_ID)

#define LIST_SUBJECT_PERMISSIONS(A, T)					\
	A(T, sequence_of_psid_ssp_range, explicit, "explicit")		\
	A(T, asn_null, all, "all")
ASN_CHOICE(subject_permissions, "SubjectPermissions", EXTENSIBLE,
    LIST_SUBJECT_PERMISSIONS)

/* The notation excludes an empty set (ALL EXCEPT {}); encoders of the field
 * write one nevertheless (camp122: ElectorBallot-2), so it is left to whoever
 * judges permissions. */
#define END_ENTITY_TYPE_APP	0x80
#define END_ENTITY_TYPE_ENROL	0x40
#define LIST_END_ENTITY_TYPE(V, T)					\
	V(T, app, "app", END_ENTITY_TYPE_APP)				\
	V(T, enrol, "enrol", END_ENTITY_TYPE_ENROL)
ASN_BITS8(end_entity_type, "EndEntityType", 0, LIST_END_ENTITY_TYPE)

/* chainLengthRange -1: any length from minChainLength on. */
#define LIST_PSID_GROUP_PERMISSIONS(R, O, D, T)				\
	R(T, subject_permissions, subject_permissions,			\
	    "subjectPermissions")					\
	D(T, integer, min_chain_length, "minChainLength", 1)		\
	D(T, integer, chain_length_range, "chainLengthRange", 0)	\
	D(T, end_entity_type, ee_type, "eeType", END_ENTITY_TYPE_APP)
ASN_SEQUENCE(psid_group_permissions, "PsidGroupPermissions", CLOSED,
    LIST_PSID_GROUP_PERMISSIONS)

ASN_SEQUENCE_OF(sequence_of_psid_group_permissions,
    "SequenceOfPsidGroupPermissions", psid_group_permissions, 0, UINT32_MAX)

#define LIST_VERIFICATION_KEY_INDICATOR(A, T)				\
	A(T, public_verification_key, verification_key,			\
	    "verificationKey")						\
	A(T, ecc_p256_curve_point, reconstruction_value,		\
	    "reconstructionValue")
ASN_CHOICE(verification_key_indicator, "VerificationKeyIndicator", EXTENSIBLE,
    LIST_VERIFICATION_KEY_INDICATOR)

/* What the standard leaves to information object sets is an open type here:
 * its octets are kept, whatever they are. */
#define LIST_APP_EXTENSION(R, O, D, T)					\
	R(T, ext_id, id, "id")						\
	R(T, open_type, content, "content")
ASN_SEQUENCE(app_extension, "AppExtension", CLOSED, LIST_APP_EXTENSION)

ASN_SEQUENCE_OF(sequence_of_app_extensions, "SequenceOfAppExtensions",
    app_extension, 1, UINT32_MAX)

#define LIST_CERT_ISSUE_EXTENSION_PERMISSIONS(A, T)			\
	A(T, open_type, specific, "specific")				\
	A(T, asn_null, all, "all")
ASN_CHOICE(cert_issue_extension_permissions, "CertIssueExtension.permissions",
    CLOSED, LIST_CERT_ISSUE_EXTENSION_PERMISSIONS)
#define LIST_CERT_ISSUE_EXTENSION(R, O, D, T)				\
	R(T, ext_id, id, "id")						\
	R(T, cert_issue_extension_permissions, permissions,		\
	    "permissions")
ASN_SEQUENCE(cert_issue_extension, "CertIssueExtension", CLOSED,
    LIST_CERT_ISSUE_EXTENSION)

ASN_SEQUENCE_OF(sequence_of_cert_issue_extensions,
    "SequenceOfCertIssueExtensions", cert_issue_extension, 1, UINT32_MAX)

#define LIST_CERT_REQUEST_EXTENSION_PERMISSIONS(A, T)			\
	A(T, open_type, content, "content")				\
	A(T, asn_null, all, "all")
ASN_CHOICE(cert_request_extension_permissions,
    "CertRequestExtension.permissions", CLOSED,
    LIST_CERT_REQUEST_EXTENSION_PERMISSIONS)
#define LIST_CERT_REQUEST_EXTENSION(R, O, D, T)				\
	R(T, ext_id, id, "id")						\
	R(T, cert_request_extension_permissions, permissions,		\
	    "permissions")
ASN_SEQUENCE(cert_request_extension, "CertRequestExtension", CLOSED,
    LIST_CERT_REQUEST_EXTENSION)

ASN_SEQUENCE_OF(sequence_of_cert_request_extensions,
    "SequenceOfCertRequestExtensions", cert_request_extension, 1, UINT32_MAX)

#define LIST_TO_BE_SIGNED_CERTIFICATE_FLAGS(V, T)			\
	V(T, uses_cubk, "usesCubk", 0x80)
ASN_BITS8(to_be_signed_certificate_flags, "ToBeSignedCertificate.flags", 0,
    LIST_TO_BE_SIGNED_CERTIFICATE_FLAGS)
/* cracaId: last 3 octets of the hash of the CRACA (root) certificate.  At least
 * one of the three permissions is present in any certificate. */
#define LIST_TO_BE_SIGNED_CERTIFICATE(R, O, D, T)			\
	R(T, certificate_id, id, "id")					\
	R(T, hashed_id3, craca_id, "cracaId")				\
	R(T, crl_series, crl_series, "crlSeries")			\
	R(T, validity_period, validity_period, "validityPeriod")	\
	O(T, geographic_region, region, "region")			\
	O(T, subject_assurance, assurance_level, "assuranceLevel")	\
	O(T, sequence_of_psid_ssp, app_permissions, "appPermissions")	\
	O(T, sequence_of_psid_group_permissions,			\
	    cert_issue_permissions, "certIssuePermissions")		\
	O(T, sequence_of_psid_group_permissions,			\
	    cert_request_permissions, "certRequestPermissions")		\
	O(T, asn_null, can_request_rollover, "canRequestRollover")	\
	O(T, public_encryption_key, encryption_key, "encryptionKey")	\
	R(T, verification_key_indicator, verify_key_indicator,		\
	    "verifyKeyIndicator")
#define MORE_TO_BE_SIGNED_CERTIFICATE(O, R, T)				\
	O(T, to_be_signed_certificate_flags, flags, "flags")		\
	R(T, sequence_of_app_extensions, app_extensions,		\
	    "appExtensions")						\
	R(T, sequence_of_cert_issue_extensions, cert_issue_extensions,	\
	    "certIssueExtensions")					\
	R(T, sequence_of_cert_request_extensions,			\
	    cert_request_extension, "certRequestExtension")
ASN_SEQUENCE_RAW_MORE(to_be_signed_certificate, "ToBeSignedCertificate",
    LIST_TO_BE_SIGNED_CERTIFICATE, MORE_TO_BE_SIGNED_CERTIFICATE)

/* No signature in implicit certificates. */
#define LIST_CERTIFICATE(R, O, D, T)					\
	R(T, uint8_3, version, "version")				\
	R(T, certificate_type, type, "type")				\
	R(T, issuer_identifier, issuer, "issuer")			\
	R(T, to_be_signed_certificate, to_be_signed, "toBeSigned")	\
	O(T, signature, signature, "signature")
ASN_SEQUENCE_RAW(certificate, "Certificate", CLOSED, LIST_CERTIFICATE)

ASN_UINT(pdu_functional_type, "PduFunctionalType", 8, 0, UINT8_MAX)
ASN_UINT(header_info_contributor_id, "HeaderInfoContributorId", 8, 0,
    UINT8_MAX)

ASN_SEQUENCE_OF(contributed_extension_block_extns,
    "ContributedExtensionBlock.extns", open_type, 1, UINT32_MAX)
#define LIST_CONTRIBUTED_EXTENSION_BLOCK(R, O, D, T)			\
	R(T, header_info_contributor_id, contributor_id,		\
	    "contributorId")						\
	R(T, contributed_extension_block_extns, extns, "extns")
ASN_SEQUENCE(contributed_extension_block, "ContributedExtensionBlock", CLOSED,
    LIST_CONTRIBUTED_EXTENSION_BLOCK)

ASN_SEQUENCE_OF(contributed_extension_blocks, "ContributedExtensionBlocks",
    contributed_extension_block, 1, UINT32_MAX)

/* The first two additions are of 2017, the others later. */
#define LIST_HEADER_INFO(R, O, D, T)					\
	R(T, psid, psid, "psid")					\
	O(T, time64, generation_time, "generationTime")			\
	O(T, time64, expiry_time, "expiryTime")				\
	O(T, three_d_location, generation_location,			\
	    "generationLocation")					\
	O(T, hashed_id3, p2pcd_learning_request,			\
	    "p2pcdLearningRequest")					\
	O(T, missing_crl_identifier, missing_crl_identifier,		\
	    "missingCrlIdentifier")					\
	O(T, encryption_key, encryption_key, "encryptionKey")
#define OLD_HEADER_INFO(O, R, T)					\
	O(T, sequence_of_hashed_id3, inline_p2pcd_request,		\
	    "inlineP2pcdRequest")					\
	O(T, certificate, requested_certificate,			\
	    "requestedCertificate")
#define MORE_HEADER_INFO(O, R, T)					\
	O(T, pdu_functional_type, pdu_functional_type,			\
	    "pduFunctionalType")					\
	O(T, contributed_extension_blocks, contributed_extensions,	\
	    "contributedExtensions")
ASN_SEQUENCE_EDITIONS(header_info, "HeaderInfo", LIST_HEADER_INFO,
    OLD_HEADER_INFO, MORE_HEADER_INFO)

#define LIST_TO_BE_SIGNED_DATA(R, O, D, T)				\
	R(T, signed_data_payload, payload, "payload")			\
	R(T, header_info, header_info, "headerInfo")
ASN_SEQUENCE_RAW(to_be_signed_data, "ToBeSignedData", CLOSED,
    LIST_TO_BE_SIGNED_DATA)

ASN_SEQUENCE_OF(sequence_of_certificate, "SequenceOfCertificate", certificate,
    0, UINT32_MAX)

#define LIST_SIGNER_IDENTIFIER(A, T)					\
	A(T, hashed_id8, digest, "digest")				\
	A(T, sequence_of_certificate, certificate, "certificate")	\
	A(T, asn_null, self, "self")
ASN_CHOICE(signer_identifier, "SignerIdentifier", EXTENSIBLE,
    LIST_SIGNER_IDENTIFIER)

/* What is signed: tbs_data.raw, hashed, with the hash of the signer's
 * certificate. */
#define LIST_SIGNED_DATA(R, O, D, T)					\
	R(T, hash_algorithm, hash_id, "hashId")				\
	R(T, to_be_signed_data, tbs_data, "tbsData")			\
	R(T, signer_identifier, signer, "signer")			\
	R(T, signature, signature, "signature")
ASN_SEQUENCE_RAW(signed_data, "SignedData", CLOSED, LIST_SIGNED_DATA)

ASN_ALIAS(pre_shared_key_recipient_info, "PreSharedKeyRecipientInfo",
    hashed_id8)

/* The tag is the last 16 octets of the ciphertext. */
#define LIST_AES_CCM_CIPHERTEXT(R, O, D, T)				\
	R(T, octets12, nonce, "nonce")					\
	R(T, opaque, ccm_ciphertext, "ccmCiphertext")
ASN_SEQUENCE(aes_ccm_ciphertext, "AesCcmCiphertext", CLOSED,
    LIST_AES_CCM_CIPHERTEXT)

ASN_ALIAS(one28_bit_ccm_ciphertext, "One28BitCcmCiphertext",
    aes_ccm_ciphertext)

#define LIST_SYMMETRIC_CIPHERTEXT(A, T)					\
	A(T, one28_bit_ccm_ciphertext, aes128ccm, "aes128ccm")
#define MORE_SYMMETRIC_CIPHERTEXT(A, T)					\
	A(T, one28_bit_ccm_ciphertext, sm4_ccm, "sm4Ccm")
ASN_CHOICE_MORE(symmetric_ciphertext, "SymmetricCiphertext",
    LIST_SYMMETRIC_CIPHERTEXT, MORE_SYMMETRIC_CIPHERTEXT)

#define LIST_SYMM_RECIPIENT_INFO(R, O, D, T)				\
	R(T, hashed_id8, recipient_id, "recipientId")			\
	R(T, symmetric_ciphertext, enc_key, "encKey")
ASN_SEQUENCE(symm_recipient_info, "SymmRecipientInfo", CLOSED,
    LIST_SYMM_RECIPIENT_INFO)

#define LIST_ENCRYPTED_DATA_ENCRYPTION_KEY(A, T)			\
	A(T, ecies_p256_encrypted_key, ecies_nist_p256,			\
	    "eciesNistP256")						\
	A(T, ecies_p256_encrypted_key, ecies_brainpool_p256r1,		\
	    "eciesBrainpoolP256r1")
#define MORE_ENCRYPTED_DATA_ENCRYPTION_KEY(A, T)			\
	A(T, ecenc_p256_encrypted_key, ecenc_sm2256, "ecencSm2256")
ASN_CHOICE_MORE(encrypted_data_encryption_key, "EncryptedDataEncryptionKey",
    LIST_ENCRYPTED_DATA_ENCRYPTION_KEY, MORE_ENCRYPTED_DATA_ENCRYPTION_KEY)

#define LIST_PK_RECIPIENT_INFO(R, O, D, T)				\
	R(T, hashed_id8, recipient_id, "recipientId")			\
	R(T, encrypted_data_encryption_key, enc_key, "encKey")
ASN_SEQUENCE(pk_recipient_info, "PKRecipientInfo", CLOSED,
    LIST_PK_RECIPIENT_INFO)

/* certRecipInfo: to the key in a certificate; rekRecipInfo: to a key sent
 * before (response encryption key); symmRecipInfo: to a shared key. */
#define LIST_RECIPIENT_INFO(A, T)					\
	A(T, pre_shared_key_recipient_info, psk_recip_info,		\
	    "pskRecipInfo")						\
	A(T, symm_recipient_info, symm_recip_info, "symmRecipInfo")	\
	A(T, pk_recipient_info, cert_recip_info, "certRecipInfo")	\
	A(T, pk_recipient_info, signed_data_recip_info,			\
	    "signedDataRecipInfo")					\
	A(T, pk_recipient_info, rek_recip_info, "rekRecipInfo")
ASN_CHOICE(recipient_info, "RecipientInfo", CLOSED, LIST_RECIPIENT_INFO)

ASN_SEQUENCE_OF(sequence_of_recipient_info, "SequenceOfRecipientInfo",
    recipient_info, 0, UINT32_MAX)

#define LIST_ENCRYPTED_DATA(R, O, D, T)					\
	R(T, sequence_of_recipient_info, recipients, "recipients")	\
	R(T, symmetric_ciphertext, ciphertext, "ciphertext")
ASN_SEQUENCE(encrypted_data, "EncryptedData", CLOSED, LIST_ENCRYPTED_DATA)

/* signedCertificateRequest holds the COER of a SignedCertificateRequest. */
#define LIST_IEEE1609_DOT2_CONTENT(A, T)				\
	A(T, opaque, unsecured_data, "unsecuredData")			\
	A(T, signed_data, signed_data, "signedData")			\
	A(T, encrypted_data, encrypted_data, "encryptedData")		\
	A(T, opaque, signed_certificate_request,			\
	    "signedCertificateRequest")
#define MORE_IEEE1609_DOT2_CONTENT(A, T)				\
	A(T, opaque, signed_x509_certificate_request,			\
	    "signedX509CertificateRequest")
ASN_CHOICE_MORE(ieee1609_dot2_content, "Ieee1609Dot2Content",
    LIST_IEEE1609_DOT2_CONTENT, MORE_IEEE1609_DOT2_CONTENT)

#define LIST_IEEE1609_DOT2_DATA(R, O, D, T)				\
	R(T, uint8_3, protocol_version, "protocolVersion")		\
	R(T, ieee1609_dot2_content, content, "content")
ASN_SEQUENCE_RAW(ieee1609_dot2_data, "Ieee1609Dot2Data", CLOSED,
    LIST_IEEE1609_DOT2_DATA)

ASN_ALIAS(countersignature, "Countersignature", ieee1609_dot2_data)
ASN_ALIAS(certificate_base, "CertificateBase", certificate)
ASN_ALIAS(implicit_certificate, "ImplicitCertificate", certificate_base)
ASN_ALIAS(explicit_certificate, "ExplicitCertificate", certificate_base)
ASN_ALIAS(aes128_ccm_ciphertext, "Aes128CcmCiphertext",
    one28_bit_ccm_ciphertext)
ASN_ALIAS(test_certificate, "TestCertificate", certificate)

#define LIST_IEEE1609_CONTRIBUTED_HEADER_INFO_EXTENSION(R, O, D, T)	\
	R(T, ext_id, id, "id")						\
	R(T, open_type, content, "content")
ASN_SEQUENCE(ieee1609_contributed_header_info_extension,
    "Ieee1609ContributedHeaderInfoExtension", CLOSED,
    LIST_IEEE1609_CONTRIBUTED_HEADER_INFO_EXTENSION)

ASN_ALIAS(ieee1609_header_info_extension_id, "Ieee1609HeaderInfoExtensionId",
    ext_id)
ASN_OID(operating_organization_id, "OperatingOrganizationId")
/* clang-format on */

#endif /* SCHEMA_DOT2_H */
