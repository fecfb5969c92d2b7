/*
 * policy.h - global and local policy files (use-cases.md 13).
 *
 * A BasePolicyFile is ToBeSignedPolicyData and countersignatures over it; a
 * countersignature is a SignedData, psid 35, with generationTime, whose
 * extDataHash is SHA-256(COER ToBeSignedPolicyData) (design.md 4).
 *
 *	GPF	SignedData by the PG over ScmsFile{GlobalPolicyFile}
 *	LPF	SignedData by the RA over ScmsFile{LocalPolicyFile}:
 *		custom part countersigned by the PG, local part by the RA
 *
 * Building goes in steps, because the RA writes the custom part and the PG
 * signs it: policy_tbs_custom (RA), policy_countersign (PG),
 * policy_tbs_local, policy_countersign, policy_lpf (RA).
 *
 * Every parameter (policy.def) is a temporal series: what holds from the
 * beginning, and intervals that begin later.  A set holds the series of a
 * file; struct policy_global and policy_local are the values in force at one
 * time.
 */
#ifndef CERT_POLICY_H
#define CERT_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "cert/profile.h"
#include "cert/sign.h"
#include "cert/trust.h"

/* Identifies a policy and says from when it holds. */
struct policy_head {
	struct bytes id;		       /* 0..32 octets */
	uint64_t generation_time, active_time; /* Time64 */
};

struct policy_global {
	uint8_t scms_version;			/* 1 */
	uint16_t chain_file_id;			/* number of the GCCF */
	struct lifetime overdue_crl_tolerance;	/* 2 weeks */
	struct lifetime i_period;		/* 10,080 minutes */
	uint8_t min_certs_per_i_period;		/* 20 */
	bool non_concurrent;			/* validity model */
	struct lifetime max_cert_supply;	/* 3 years */
	struct lifetime max_request_age;	/* 2 days */
	uint32_t shuffle_threshold;		/* 1,000 */
	uint8_t request_hash_size;		/* 32 */
	struct lifetime max_retrieval_interval; /* 1 hour */
	struct lifetime rse_validity;		/* 169 hours */
	struct lifetime rse_overlap;		/* 1 hour */
};
/* The values in the comments above, those of the PoC. */
extern const struct policy_global policy_global_default;

struct policy_local {
	uint32_t shuffle_threshold;
	uint8_t certs_per_i_period;
	const char *la1, *la2, *pca; /* host names; NULL: absent */
	/* TLS certificates (DER); BYTES_NONE: absent. */
	struct bytes ra_tls, la_tls, pca_tls;
	struct lifetime shared_key_update; /* of LA-PCA keys; 0: absent */
};

/* ---- temporal series ---- */

enum policy_key {
#define GLOBAL(id, ...) POLICY_##id,
#include "cert/policy.def"
	POLICY_GLOBAL_KEYS,
	POLICY_GLOBAL_LAST = POLICY_GLOBAL_KEYS - 1,
#define LOCAL(id, ...) POLICY_##id,
#include "cert/policy.def"
	POLICY_KEYS
};

enum policy_kind {
	POLICY_NUMBER,
	POLICY_MODEL, /* number: 0 concurrent, 1 non-concurrent */
	POLICY_LIFETIME,
	POLICY_TEXT,
	POLICY_OCTETS
};
struct policy_info {
	const char *name; /* as in the standard: "iPeriod" */
	enum policy_kind kind;
};
extern const struct policy_info policy_info[POLICY_KEYS];

/* Which member counts is a matter of the key's kind. */
struct policy_value {
	uint32_t number;
	struct lifetime lifetime;
	struct bytes octets; /* also texts, with a NUL behind them */
};
struct policy_point {
	uint64_t start; /* Time64; of the first point 0 */
	struct policy_value value;
};
/* Points ascend in start; n == 0: the file does not have the parameter. */
struct policy_series {
	const struct policy_point *v;
	size_t n;
};
struct policy_set {
	struct policy_series of[POLICY_KEYS];
};

/* The value in force at time (Time64); NULL: the set does not say. */
const struct policy_value *
policy_value_at(const struct policy_series *, uint64_t time);
/* All values in force at time (Time64), defaults where the set does not say;
 * texts and octets lie where the set's do. */
void policy_global_at(
    struct policy_global *, const struct policy_set *, uint64_t time);
void policy_local_at(
    struct policy_local *, const struct policy_set *, uint64_t time);
/* Sets with the given values from the beginning; either may be NULL, and what
 * is NULL, empty or zero in a policy_local is left out.  FAULT_TOO_LARGE. */
enum fault must_check policy_set_values(struct policy_set *, struct arena *,
    const struct policy_global *, const struct policy_local *,
    struct fault_info *);
/* Do they say the same at every time? */
bool policy_series_equal(enum policy_key, const struct policy_series *,
    const struct policy_series *);
/* "20", "10080 minutes", "concurrent", a text, or hexadecimal digits (cut off
 * where there is no room). */
#define POLICY_TEXT_SIZE 96
void policy_value_text(
    char out[POLICY_TEXT_SIZE], enum policy_key, const struct policy_value *);
/* When a value changes next after time (both Time64); UINT64_MAX: never. */
uint64_t policy_next_change(const struct policy_set *, uint64_t time);

/* ---- what is signed ---- */

/* ToBeSignedPolicyData, encoded. */
enum fault must_check policy_tbs_global(struct bytes *out, struct arena *,
    const struct policy_head *, const struct policy_set *, struct fault_info *);
enum fault must_check policy_tbs_custom(struct bytes *out, struct arena *,
    const struct policy_head *, const char *ra_hostname,
    const struct policy_set *, struct fault_info *);
enum fault must_check policy_tbs_local(struct bytes *out, struct arena *,
    const struct policy_head *, const struct policy_set *, struct fault_info *);

/* BasePolicyFile of tbs with one countersignature (signer by certificate)
 * generated at time (Time64). */
enum fault must_check policy_countersign(struct bytes *out, struct arena *,
    struct bytes tbs, uint64_t time, const struct signer *,
    struct fault_info *);
/* SignedGlobalPolicyFile around a BasePolicyFile. */
enum fault must_check policy_gpf(struct bytes *out, struct arena *,
    struct bytes base, const struct signer *pg, struct fault_info *);
/* SignedLocalPolicyFile around the two BasePolicyFiles. */
enum fault must_check policy_lpf(struct bytes *out, struct arena *,
    struct bytes custom, struct bytes local, const struct signer *ra,
    struct fault_info *);

struct policy_file {
	struct policy_head head; /* of the global part */
	struct policy_set set;	 /* both parts, in the arena */
	struct policy_global global;
	bool is_local; /* LPF: */
	struct policy_head local_head;
	struct policy_local local;
	const char *ra_hostname;    /* NULL: absent */
	const struct cert *pg, *ra; /* who signed; checked */
	/* As encoded; e.g. the custom part for the next LPF. */
	struct bytes base;
};
/*
 * Verifies a signed policy file whole: outer signature, countersignatures,
 * chains at now, roles of PG and RA, PSID 35.  Values are those in force at
 * now.  Faults as spdu_open; SSP_NOT_PERMITTED: signed by somebody who is
 * not PG or RA; BAD_MESSAGE; BAD_SIGNATURE.
 */
enum fault must_check policy_open(struct policy_file *out, struct arena *,
    struct bytes in, struct trust *, uint32_t now, struct fault_info *);
enum policy_part { POLICY_GLOBAL, POLICY_CUSTOM, POLICY_LOCAL };
/* Reads a bare ToBeSignedPolicyData, which says who it is by itself, values as
 * in force at now.  BAD_MESSAGE: it is not such a part. */
enum fault must_check policy_read_tbs(struct policy_file *out, struct arena *,
    enum policy_part, struct bytes tbs, uint32_t now, struct fault_info *);
/* base, but where over has a series, that one; nothing is copied. */
void policy_set_override(struct policy_set *out, const struct policy_set *base,
    const struct policy_set *over);
/*
 * The limits, which hold at every time from since (Time64) on: what is over
 * by then harms nobody, and would forbid limits that become stricter.
 * DENIED: the text names parameter, value and from when it would hold.
 *
 * policy_check_custom: may the PG sign it?  Nothing that devices need is
 * removed, and everything is within the global policy.
 * policy_check_local: the local part keeps to the custom part beside it.
 * policy_check_values: what this SCMS can do, at any time; least_certs is the
 * least minCertsPerIPeriod.
 */
enum fault must_check policy_check_custom(const struct policy_set *custom,
    const struct policy_set *global, uint64_t since, struct fault_info *);
enum fault must_check policy_check_local(
    const struct policy_set *, uint64_t since, struct fault_info *);
enum fault must_check policy_check_values(
    const struct policy_set *, uint32_t least_certs, struct fault_info *);
#define POLICY_LEAST_CERTS 20
/* Is a policy older than one that is held?  By generation time, so that a
 * version number used twice after a restored backup does no harm. */
bool policy_is_older(const struct policy_file *, const struct policy_file *);
/* One BasePolicyFile with its countersignature, as the PG returns it. */
enum fault must_check policy_check_base(struct arena *, struct bytes base,
    struct trust *, uint32_t now, struct fault_info *);

#endif /* CERT_POLICY_H */
