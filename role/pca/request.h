/*
 * request.h - one request for a certificate, taken apart.
 *
 * What our RA asks for differs from one request to the next only in keys,
 * sealed values and the period.  So the general encoder makes a template of
 * such a request when the PCA starts, and octets that equal it in all else
 * are taken apart in place; whatever does not goes through the general
 * decoder.  Both ways give the same (test/unit/pca/template_test.c).
 */
#ifndef PCA_REQUEST_H
#define PCA_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "plv/plv.h"
#include "schema/scms_protocol.h"

/* Why a request gets no certificate. */
enum refusal {
	REFUSED_NOT,
#define REQUEST(name, code) REFUSED_##name,
#define BASE(name, code)    REFUSED_##name,
#include "role/pca/refusal.def"
#undef REQUEST
#undef BASE
	REFUSALS
};

/* Who must be named, and what certificates hold: the same for all. */
struct request_form {
	const char *ra, *pca, *la[2]; /* host names */
	const sequence_of_psid_ssp *psids;
	const geographic_region *region;
	struct bytes psids_coer, region_coer;
};

#define REQUEST_OCTETS_MAX 1024

/* Octets, and a mask of those that are the same in all. */
struct masked {
	uint8_t octets[REQUEST_OCTETS_MAX], same[REQUEST_OCTETS_MAX];
	size_t n;
};

/* EncryptedIndividualPLV, PLV_OCTETS. */
struct plv_template {
	struct masked form;
	size_t la_id, key_id, key_nonce, wrapped, nonce, ciphertext;
};

/* ScmsPDU.pca-ra.raPcaCertRequest.pseudonym-cert-req, keys uncompressed. */
struct request_template {
	struct request_form form;
	struct masked pdu;
	size_t i, plv[2];
	size_t b, h; /* x || y */
	struct plv_template sealed;
};

/* A cocoon key; points into the request. */
struct asked_point {
	const uint8_t *x, *y; /* x NULL: no full point; y NULL: compressed */
	bool y_bit;
};

/* A pre-linkage value of one LA, all in octets. */
struct sealed_plv {
	const uint8_t *octets; /* PLV_OCTETS; NULL: not of that form */
	const uint8_t *la_id, *key_id;
	struct symm_data data; /* key NULL */
};

struct pca_request {
	struct bytes octets;  /* as received; HPCR is their hash */
	enum refusal refusal; /* by its form; then the rest is not set */
	uint16_t i;
	struct asked_point b, h;
	struct sealed_plv plv[2];
};

/* form and all it points to must outlive the template.  Scratch is in the
 * arena.  FAULT_CONFIG: too long. */
enum fault must_check request_template_make(struct request_template *,
    struct arena *, const struct request_form *, struct fault_info *);

/* Takes octets of the template's form apart, pdu.n of them; false: they are
 * not. */
bool must_check request_take(
    struct pca_request *, const struct request_template *, const uint8_t *);
/* Any decoded request: refused, or taken apart like those.  FAULT_TOO_LARGE:
 * arena. */
enum fault must_check request_of_pdu(struct pca_request *, struct arena *,
    const struct request_template *, const scms_pdu *, struct fault_info *);

#endif /* PCA_REQUEST_H */
