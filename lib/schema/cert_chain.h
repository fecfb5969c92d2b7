/*
 * cert_chain.h - global and local certificate chain files.
 */
#if !defined(SCHEMA_CERT_CHAIN_H) || defined(ASN_ROWS)
#define SCHEMA_CERT_CHAIN_H

#ifndef ASN_ROWS
#include "schema/component_cert.h"
#include "schema/scms_base.h"
#endif

/* clang-format off */
#undef ASN_MODULE
#define ASN_MODULE "IEEE1609dot2-cert-chains"

ASN_SEQUENCE_OF(certificate_store_root_ca_endorsements,
    "CertificateStore.rootCAEndorsements", elector_ballot, 0, UINT32_MAX)
ASN_SEQUENCE_OF(certificate_store_elector_endorsements,
    "CertificateStore.electorEndorsements", elector_ballot, 0, UINT32_MAX)
ASN_SEQUENCE_OF(certificate_store_certs, "CertificateStore.certs", certificate,
    0, UINT32_MAX)
#define LIST_CERTIFICATE_STORE(R, O, D, T)				\
	R(T, certificate_store_root_ca_endorsements,			\
	    root_ca_endorsements, "rootCAEndorsements")			\
	R(T, certificate_store_elector_endorsements,			\
	    elector_endorsements, "electorEndorsements")		\
	R(T, certificate, ma_certificate, "maCertificate")		\
	R(T, certificate_store_certs, certs, "certs")
ASN_SEQUENCE(certificate_store, "CertificateStore", EXTENSIBLE,
    LIST_CERTIFICATE_STORE)

#define LIST_GLOBAL_CERTIFICATE_CHAIN_FILE(R, O, D, T)			\
	R(T, uint16, version, "version")				\
	R(T, certificate_store, cert_store, "certStore")
ASN_SEQUENCE(global_certificate_chain_file, "GlobalCertificateChainFile",
    EXTENSIBLE, LIST_GLOBAL_CERTIFICATE_CHAIN_FILE)

#define LIST_COMPOSITE_VERSION(R, O, D, T)				\
	R(T, uint16, gccf_version, "gccfVersion")			\
	R(T, uint16, lccf_version, "lccfVersion")			\
	R(T, hostname, ra_hostname, "raHostname")
ASN_SEQUENCE(composite_version, "CompositeVersion", CLOSED,
    LIST_COMPOSITE_VERSION)

ASN_SEQUENCE_OF(local_certificate_chain_file_optional_cert_list,
    "LocalCertificateChainFile.optionalCertList", certificate, 0, UINT32_MAX)
#define LIST_LOCAL_CERTIFICATE_CHAIN_FILE(R, O, D, T)			\
	R(T, composite_version, version, "version")			\
	R(T, certificate_store, required_cert_store,			\
	    "requiredCertStore")					\
	R(T, local_certificate_chain_file_optional_cert_list,		\
	    optional_cert_list, "optionalCertList")
ASN_SEQUENCE(local_certificate_chain_file, "LocalCertificateChainFile",
    EXTENSIBLE, LIST_LOCAL_CERTIFICATE_CHAIN_FILE)

#define LIST_CERTIFICATE_CHAIN_FILES(A, T)				\
	A(T, global_certificate_chain_file,				\
	    global_certificate_chain_file,				\
	    "globalCertificateChainFile")				\
	A(T, local_certificate_chain_file,				\
	    local_certificate_chain_file, "localCertificateChainFile")
ASN_CHOICE(certificate_chain_files, "CertificateChainFiles", EXTENSIBLE,
    LIST_CERTIFICATE_CHAIN_FILES)
/* clang-format on */

#endif /* SCHEMA_CERT_CHAIN_H */
