/*
 * profile.h - CAMP's certificate profiles, field by field (use-cases.md 4,
 * with the decisions of design.md 4), as templates for issue.h and as checks.
 */
#ifndef CERT_PROFILE_H
#define CERT_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "cert/cert.h"
#include "crypto/linkage.h"

typedef struct geographic_region geographic_region;
typedef struct sequence_of_psid_ssp sequence_of_psid_ssp;
typedef struct sequence_of_psid_group_permissions
    sequence_of_psid_group_permissions;

enum profile {
	PROFILE_ROOT,
	PROFILE_ELECTOR,
	PROFILE_ICA,
	PROFILE_ECA,
	PROFILE_PCA,
	PROFILE_RA,
	PROFILE_LA,
	PROFILE_DCM,
	PROFILE_MA,
	PROFILE_PG,
	PROFILE_CRLG,
	PROFILE_AUDITOR,	/* countersigns questions of the MA */
	PROFILE_ENROLLMENT,	/* OBE enrollment */
	PROFILE_PSEUDONYM,	/* OBE pseudonym */
	PROFILE_IDENTIFICATION, /* OBE identification */
	PROFILE_APPLICATION,	/* RSE application */
	PROFILE_COUNT
};
const char *profile_name(enum profile); /* "ICA" */

/* A Duration: unit is its alternative (enum duration_tag). */
struct lifetime {
	uint8_t unit;
	uint16_t value;
};
enum lifetime_column { LIFETIME_TEST, LIFETIME_QA, LIFETIME_PROD };
/* Table of use-cases.md 3.3; MA and PG in PROD hours(35208), enrollment in
 * PROD years(7) and in QA hours(4380), the most that is allowed. */
struct lifetime profile_lifetime(enum profile, enum lifetime_column);
uint64_t lifetime_seconds(struct lifetime);
/* l, or if that is too long, the longest lifetime of at most seconds. */
struct lifetime lifetime_within(struct lifetime l, uint64_t seconds);

#define CRL_SERIES_PSEUDONYM  1
#define CRL_SERIES_COMPONENT  2
#define CRL_SERIES_END_ENTITY 3
#define CRL_SERIES_ENROLLMENT 4
#define CRL_SERIES_SPECIAL    256

#define COUNTRY_CANADA 124
#define COUNTRY_MEXICO 484
#define COUNTRY_USA    840

struct profile_params {
	const char *name;  /* components: host name */
	uint8_t binary_id; /* elector: its one octet */
	uint16_t la_id;	   /* LA */
	uint32_t start;	   /* Time32 */
	struct lifetime lifetime;
	/* Last 3 octets of the root's HashedId8; not for root and elector. */
	uint8_t craca_id[3];
	struct curve_point verify_key; /* not for implicit ones */
	/* NULL: none. Must be there for ECA, PCA, RA, LA, DCM, MA. */
	const struct curve_point *encryption_key;
	/* NULL: identifiedRegion countryOnly(840) where the profile has one. */
	const geographic_region *region;
	/* Enrollment; NULL: {0x20, 0x26}, zero-length SSPs, min 0, app. */
	const sequence_of_psid_group_permissions *request_permissions;
	/* Pseudonym. */
	uint16_t i;
	struct lv linkage_value;
	/* Identification and application: the HashedId8 of the enrollment
	 * certificate (RIF), CERT_ID_SIZE octets; must be there. */
	const uint8_t *rif;
	/* Must be there for them; pseudonym, NULL: {0x20, 0x26}. */
	const sequence_of_psid_ssp *app_permissions;
};

/*
 * A template; *out lives in the arena and borrows what params point to.
 * FAULT_WRONG_PROFILE: something the profile needs is missing in params.
 */
enum fault must_check profile_build(certificate **out, struct arena *,
    enum profile, const struct profile_params *, struct fault_info *);

/*
 * Does a certificate follow the profile?  Names, times, keys, region and, for
 * certificates of end entities, PSIDs are free, presence and everything else
 * is not.  FAULT_WRONG_PROFILE, its text names the field.
 */
enum fault must_check profile_check(
    enum profile, const struct cert *, struct fault_info *);

/* identifiedRegion of countries, in the order given. NULL: arena used up. */
geographic_region *
profile_countries(struct arena *, const uint16_t *country, size_t n);
/* One PsidGroupPermissions, for requests or issuing: PSIDs each with any SSP
 * (zero_length_ssp false) or only the zero-length one. NULL: arena. */
sequence_of_psid_group_permissions *
profile_group(struct arena *, const uint64_t *psid, size_t n,
    bool zero_length_ssp, int min_chain_length, uint8_t ee_type);
/* PsidSsp list, each with the zero-length SSP. NULL: arena. */
sequence_of_psid_ssp *
profile_psids(struct arena *, const uint64_t *psid, size_t n);

#endif /* CERT_PROFILE_H */
