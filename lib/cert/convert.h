/*
 * convert.h - between the shapes of the schema and those of lib/crypto:
 * points, keys, signatures.  Nothing here judges, except that a value of the
 * wrong kind has no counterpart.
 */
#ifndef CERT_CONVERT_H
#define CERT_CONVERT_H

#include "crypto/curve.h"
#include "crypto/ecdsa.h"
#include "crypto/ecies.h"
#include "schema/dot2.h"

/* FAULT_BAD_POINT: "fill". */
enum fault must_check point_of_schema(struct curve_point *out, enum curve,
    const ecc_p256_curve_point *, struct fault_info *);
/* Compressed or, if form is POINT_UNCOMPRESSED, uncompressed. */
void point_to_schema(ecc_p256_curve_point *out, const struct curve_point *);
/* FAULT_UNSUPPORTED: SM2 or an unknown alternative. */
enum fault must_check key_of_schema(struct curve_point *out,
    const public_verification_key *, struct fault_info *);
void key_to_schema(public_verification_key *out, const struct curve_point *);
enum fault must_check encryption_key_of_schema(struct curve_point *out,
    const public_encryption_key *, struct fault_info *);
void encryption_key_to_schema(
    public_encryption_key *out, const struct curve_point *);
enum fault must_check signature_of_schema(
    struct curve_signature *out, const signature *, struct fault_info *);
void signature_to_schema(signature *out, const struct curve_signature *);
/* Of P-256 only. */
void
signature_to_p256(struct p256_signature *out, const struct curve_signature *);
void signature_of_p256(signature *out, const struct p256_signature *);
enum fault must_check ecies_of_schema(struct curve_ecies *out,
    const encrypted_data_encryption_key *, struct fault_info *);
void
ecies_to_schema(encrypted_data_encryption_key *out, const struct curve_ecies *);

/* 1609.2 canonical form, in place; true: something changed. */
bool canonical_point(ecc_p256_curve_point *);
bool canonical_verification_key(public_verification_key *);
bool canonical_encryption_key(public_encryption_key *);
bool canonical_signature(signature *);

#endif /* CERT_CONVERT_H */
