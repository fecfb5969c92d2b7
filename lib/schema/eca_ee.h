/*
 * eca_ee.h - enrollment: device and ECA.
 */
#if !defined(SCHEMA_ECA_EE_H) || defined(ASN_ROWS)
#define SCHEMA_ECA_EE_H

#ifndef ASN_ROWS
#include "schema/scms_base.h"
#endif

/* clang-format off */
#undef ASN_MODULE
#define ASN_MODULE "Ieee1609Dot2EcaEndEntityInterface"

/* tbsData: neither encryption key nor appPermissions; the key to certify is
 * verifyKeyIndicator.verificationKey. */
#define LIST_EE_ECA_CERT_REQUEST(R, O, D, T)				\
	R(T, uint8_1, version, "version")				\
	R(T, time32, current_time, "currentTime")			\
	R(T, to_be_signed_certificate, tbs_data, "tbsData")
ASN_SEQUENCE(ee_eca_cert_request, "EeEcaCertRequest", EXTENSIBLE,
    LIST_EE_ECA_CERT_REQUEST)

#define LIST_ECA_EE_CERT_RESPONSE(R, O, D, T)				\
	R(T, uint8_1, version, "version")				\
	R(T, hashed_id8, request_hash, "requestHash")			\
	R(T, certificate, eca_cert, "ecaCert")				\
	R(T, implicit_certificate, enrollment_cert, "enrollmentCert")	\
	R(T, ecc_p256_private_key_reconstruction,			\
	    priv_key_reconstruction, "privKeyReconstruction")
ASN_SEQUENCE(eca_ee_cert_response, "EcaEeCertResponse", EXTENSIBLE,
    LIST_ECA_EE_CERT_RESPONSE)

#define LIST_ECA_END_ENTITY_INTERFACE_PDU(A, T)				\
	A(T, ee_eca_cert_request, ee_eca_cert_request,			\
	    "eeEcaCertRequest")						\
	A(T, eca_ee_cert_response, eca_ee_cert_response,		\
	    "ecaEeCertResponse")
ASN_CHOICE(eca_end_entity_interface_pdu, "EcaEndEntityInterfacePDU",
    EXTENSIBLE, LIST_ECA_END_ENTITY_INTERFACE_PDU)
/* clang-format on */

#endif /* SCHEMA_ECA_EE_H */
