/*
 * auth.h - identification and application certificates (auth-cert-req).
 *
 * Both name their holder by the HashedId8 of its enrollment certificate (RIF),
 * so nothing of them is shuffled, and they never meet a pool: their rows, their
 * messages to the PCA and their thread are their own.  Tables (schema.c):
 *
 *	auth_device	an enrollment certificate that asked for some
 *	auth_request	a POST that was granted
 *	auth_certificate one certificate: WAITING -> SENT -> DONE or FAILED;
 *			SENT -> WAITING (refused, twice at most)
 *	auth_batch	a message to a PCA: SENT -> COLLECTED -> row deleted
 *
 * The octets of a request to the PCA are committed before they leave, and those
 * of the message with them; a PCA answers an HPCR once.
 */
#ifndef RA_AUTH_H
#define RA_AUTH_H

#include "cert/profile.h"
#include "role/ra/download.h"
#include "role/ra/ra.h"
#include "service/service.h"

/* PSIDs and region of a certificate, encoded, so that messages stay bounded. */
#define AUTH_TERMS_MAX 2048u
/* Expected so many seconds after they were asked for. */
#define AUTH_SOON 5u

/* What goes into a request to the PCA; borrowed. */
struct auth_terms {
	const char *pca;
	const uint8_t *rif; /* CERT_ID_SIZE */
	uint32_t start;
	struct lifetime lifetime;
	const sequence_of_psid_ssp *psids;
	const geographic_region *region;
	const public_encryption_key *encryption_key; /* or NULL */
	/* One of them: the holder's key, or an expanded one. */
	const public_verification_key *verify_key;
	const struct point *cocoon;
	ecc_p256_curve_point response_key;
};

/* COER ScopedRaPcaCertificateRequest (auth_request.c). */
enum fault must_check auth_encode(struct bytes *out, struct arena *,
    const struct ra *, const struct auth_terms *, struct fault_info *);
/* Which PCA may issue this (rif, PSIDs, region) from start to end?  One that
 * answers, if possible; holders are spread among several.  FAULT_BAD_TIME,
 * PSID_NOT_PERMITTED ..., REGION_NOT_NESTED: why none may. */
enum fault must_check auth_choose_pca(struct ra_pca **, struct ra *,
    const struct auth_terms *, uint64_t start, uint64_t end,
    struct fault_info *);
/* Does start lie before the certificate of a PCA that may issue this?  Then no
 * PCA that is renewed will help. */
bool auth_is_past(const struct ra *, const struct auth_terms *, uint64_t start);
/* Seconds as a Duration: in seconds, minutes, hours or sixty hours, never
 * longer. */
struct lifetime auth_lifetime(uint32_t seconds);

/* Iterators of identification certificates: i begins at the enrollment's start
 * plus i periods. */
uint64_t
auth_iterator_start(const struct ra *, uint32_t enrollment_start, uint32_t i);
uint32_t
auth_iterator(const struct ra *, uint32_t enrollment_start, uint32_t time);
/* When i is to be generated. */
uint32_t
auth_iterator_due(const struct ra *, uint32_t enrollment_start, uint32_t i);

/* A part of a planner's pass: certificates that are due (auth_plan.c). */
enum fault must_check auth_plan(
    struct ra *, struct db *, bool *busy, struct fault_info *);
/* Within a transaction of the caller: what waits to be asked of a PCA (its row)
 * that has left is given to others (auth_move.c).  *n: certificates. */
enum fault must_check auth_move(
    size_t *n, struct ra *, struct db *, int64_t pca, struct fault_info *);
/* All supplies are looked at anew: settings may have changed. */
enum fault must_check auth_recover(struct db *, struct fault_info *);

/* One step with a PCA: a message on its way, or a new one (auth_send.c).
 * FAULT_NOT_FOUND: nothing to do.  *pause: wait so long. */
enum fault must_check auth_step(struct ra *, struct ra_pca *, struct db *,
    struct arena *, unsigned *pause, struct fault_info *);
/* A thread for each PCA. */
void auth_run(void *ra, struct service *);

/* What `device list`, `device show` and /healthz say (auth_admin.c). */
struct auth_view {
	int64_t number;
	uint8_t rif[8];
	uint32_t created, contact, error_at;
	char error[128];
	uint32_t done, waiting, failed; /* certificates */
	uint32_t until;			/* end of the last one; 0: none */
	uint32_t due; /* next one; 0: none will come by itself */
	bool blocked;
};
typedef void auth_view_fn(void *ctx, const struct auth_view *);
enum fault must_check auth_views(
    struct db *, auth_view_fn *, void *ctx, struct fault_info *);
/* Each certificate of an enrollment certificate (RIF) that ends after now, as a
 * CRL names it, and its end. */
typedef void auth_digest_fn(void *ctx, const uint8_t id[10], uint32_t end);
enum fault must_check auth_digests(struct db *, const uint8_t rif[8],
    uint32_t now, auth_digest_fn *, void *ctx, struct fault_info *);
enum fault must_check auth_health(
    struct db *, struct service_health *, struct fault_info *);

/* Contents of <hash>.info for a holder (auth_file.c). */
download_make auth_info;

#endif /* RA_AUTH_H */
