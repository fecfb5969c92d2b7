/*
 * spdu.h - signed messages: Ieee1609Dot2Data with signedData.
 *
 * Everything that comes in is judged in this order: form, signer, its chain,
 * the signature, then PSID, times, place and replay.  A message that fails
 * leaves no trace (it is not entered into the replay cache).
 */
#ifndef CERT_SPDU_H
#define CERT_SPDU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "cert/cert.h"
#include "cert/region.h"
#include "cert/replay.h"
#include "cert/sign.h"
#include "cert/trust.h"

typedef struct ieee1609_dot2_data ieee1609_dot2_data;
typedef struct encryption_key encryption_key;

/* HeaderInfo, as far as it is used here; times are Time64. */
struct spdu_header {
	uint64_t psid;
	bool has_generation_time, has_expiry_time;
	bool has_location;
	uint64_t generation_time, expiry_time;
	struct region_place place;
	uint16_t elevation;
	const encryption_key *encryption_key; /* NULL: none */
};

/* ---- out ---- */

/* Signs payload as unsecuredData; *out is the whole Ieee1609Dot2Data.
 * Faults: TOO_LARGE (arena), those of the signer. */
enum fault must_check spdu_sign(struct bytes *out, struct arena *,
    const struct spdu_header *, struct bytes payload, enum signer_form,
    const struct signer *, struct fault_info *);
/* n payloads under one header; P-256 signatures are made as one batch. */
enum fault must_check spdu_sign_batch(struct bytes *out, struct arena *,
    const struct spdu_header *, const struct bytes *payload, size_t n,
    enum signer_form, const struct signer *, struct fault_info *);
/* Signs something that is an encoded Ieee1609Dot2Data already. */
enum fault must_check spdu_sign_data(struct bytes *out, struct arena *,
    const struct spdu_header *, struct bytes data, enum signer_form,
    const struct signer *, struct fault_info *);
/* Signs a hash of data that is elsewhere (extDataHash, sha256HashedData):
 * Countersignature. */
enum fault must_check spdu_sign_external(struct bytes *out, struct arena *,
    const struct spdu_header *, const uint8_t hash[SHA256_SIZE],
    enum signer_form, const struct signer *, struct fault_info *);

/* Ieee1609Dot2Data{unsecuredData}: 03 80 length payload. */
enum fault must_check spdu_wrap(struct bytes *out, struct arena *,
    struct bytes payload, struct fault_info *);
/* The contents of unsecuredData.  BAD_MESSAGE: another alternative. */
enum fault must_check spdu_unwrap(
    struct bytes *out, struct bytes in, struct fault_info *);

/* ---- in ---- */

struct spdu_rules {
	uint64_t psid; /* the header must have this one ... */
	bool any_psid; /* ... unless this is set */
	uint32_t now;  /* Time32; TRUST_ANY_TIME: no times */
	/* A generation time may be this much later than now, and a message
	 * may have expired this much earlier (clocks differ; TAI-UTC is 5). */
	uint32_t tolerance;
	uint32_t max_age; /* since generation; 0: any */
	bool need_generation_time;
	/* Only this certificate may have signed (DENIED); NULL: any. */
	const struct cert *signer;
	struct replay *replay; /* NULL: repeats are accepted */
};

struct spdu {
	struct spdu_header header;
	/* Contents of payload.data.unsecuredData, else the octets of
	 * payload.data; BYTES_NONE if the payload is not in the message. */
	struct bytes payload;
	bool is_unsecured;
	/* extDataHash; NULL: none. 32 or 48 octets. */
	struct bytes external_hash;
	const struct cert *signer;	/* checked */
	struct digest digest;		/* tells the message; replay.h */
	const ieee1609_dot2_data *data; /* all of it, decoded */
};

/*
 * Opens one message.  Memory comes from the arena; in must outlive *out.
 * Faults: those of coer_decode; BAD_MESSAGE (not signedData, or signer self),
 * UNKNOWN_ISSUER (signer by digest is not known), those of trust_check_chain,
 * CURVE_MISMATCH, HASH_MISMATCH, BAD_SIGNATURE, PSID_NOT_PERMITTED,
 * NO_GENERATION_TIME, GENERATED_IN_FUTURE, TOO_OLD, MESSAGE_EXPIRED,
 * NOT_YET_VALID and EXPIRED (certificate at generation time),
 * OUTSIDE_REGION, REPLAYED, DENIED.
 */
enum fault must_check spdu_open(struct spdu *out, struct arena *,
    struct bytes in, struct trust *, const struct spdu_rules *,
    struct fault_info *);
/* n messages; signatures run as batches by signer.  verdict[i] is that of
 * in[i]; returns the first that is not FAULT_OK. */
enum fault must_check spdu_open_batch(struct spdu *out, enum fault *verdict,
    struct arena *, const struct bytes *in, size_t n, struct trust *,
    const struct spdu_rules *);
/* A message with signer "self" under a key that the caller has found. */
enum fault must_check spdu_open_self(struct spdu *out, struct arena *,
    struct bytes in, const struct curve_point *key, const struct spdu_rules *,
    struct fault_info *);

/* The canonical octets of an Ieee1609Dot2Data (crypto-facts 1), for its
 * HashedId8 and for P1 of signedDataRecipInfo. */
enum fault must_check spdu_canonical(
    struct bytes *out, struct arena *, struct bytes in, struct fault_info *);

#endif /* CERT_SPDU_H */
