/*
 * signature.h - the digest that a signature is over, and the signature.
 */
#ifndef CERT_SIGNATURE_H
#define CERT_SIGNATURE_H

#include "cert/cert.h"
#include "cert/sign.h"
#include "schema/dot2.h"

/* H(H(data) || H(signer identifier input)): signer is the whole signing
 * certificate, NULL for "self" (1609.2 5.3.1.2.2).  hash_n selects H and must
 * be that of the signer's certificate. */
void hash_to_sign(
    uint8_t *out, size_t hash_n, struct bytes data, const struct cert *signer);
/* CURVE_MISMATCH, BAD_SIGNATURE, UNSUPPORTED. */
enum fault must_check signature_check(const struct curve_point *key,
    const uint8_t *hash, size_t hash_n, const signature *, struct fault_info *);
/* A signature, under whose key, and what became of it. */
struct signature_case {
	const struct curve_point *key;
	struct digest e;
	const signature *signature;
	enum fault fault;
	struct fault_info *fi; /* may be NULL */
};
/* Many, each under a key of its own and over a digest of 32 octets; those whose
 * fault is set already are left alone. */
void signature_check_many(struct signature_case *, size_t n);
/* 32 or 48: of the hash algorithm that goes with a curve. */
static inline size_t
hash_of_curve(enum curve c)
{
	return curve_octets(c) == 48 ? SHA384_SIZE : SHA256_SIZE;
}
/* Signs one digest with any signer. */
enum fault must_check signature_make(signature *out, const struct signer *,
    const uint8_t *hash, struct fault_info *);
/* The encoded SignerIdentifier.  USAGE: digest or certificate is wanted of a
 * signer that has no certificate. */
enum fault must_check signer_octets(struct bytes *out, struct arena *,
    enum signer_form, const struct signer *, struct fault_info *);

#endif /* CERT_SIGNATURE_H */
