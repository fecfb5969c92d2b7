/*
 * world.h - an SCMS in one process, for tests of the device: certificates of
 * everybody, an ECA, an RA that answers requests, and a PCA that can be told
 * to make each kind of mistake.
 */
#ifndef TEST_DEVICE_WORLD_H
#define TEST_DEVICE_WORLD_H

#include "base/arena.h"
#include "base/bytes.h"
#include "cert/ballot.h"
#include "cert/cert.h"
#include "cert/crl.h"
#include "cert/sign.h"
#include "crypto/butterfly.h"
#include "device/device.h"

#define WORLD_NOW     (WORLD_PERIOD_START(WORLD_I) + 86400)
#define WORLD_I	      0x2ABu
#define WORLD_JMAX    4
#define WORLD_RA      "ra.monarch.test"
#define WORLD_REQUEST 2048

/* The start of period i as the certificates have it. */
#define WORLD_PERIOD_START(i) (347619603u + (i)*604800u)

enum actor {
	ACTOR_ROOT,
	ACTOR_ELECTOR1,
	ACTOR_ELECTOR2,
	ACTOR_ELECTOR3,
	ACTOR_ICA,
	ACTOR_ECA,
	ACTOR_PCA,
	ACTOR_RA,
	ACTOR_MA,
	ACTOR_PG,
	ACTOR_CRLG, /* the last one in bundles */
	ACTOR_ROOT2,
	ACTOR_ROOT3,
	ACTOR_ELECTOR4,
	ACTOR_ELECTOR5,
	ACTOR_PCA2,
	ACTORS
};

struct world_actor {
	struct scalar sign, encrypt;
	struct curve_point sign_public, encrypt_public;
	struct bytes raw;
	struct cert *cert;
	struct signer signer;
};

/* What the PCA, or the RA that packs the ZIP, does wrong; always to entry
 * j = 1 if it is about an entry. */
enum mistake {
	MISTAKE_NONE,
	MISTAKE_SIGNATURE,    /* one octet of the signature */
	MISTAKE_SIGNED_BY_RA, /* by somebody who is no PCA */
	MISTAKE_CONTENTS,     /* changed after signing */
	MISTAKE_RECIPIENT,    /* encrypted to another key */
	MISTAKE_SWAPPED,      /* entries 1 and 2 have each other's names */
	MISTAKE_OTHER_I,      /* iCert and validity of the next period */
	MISTAKE_START,	      /* starts a day late */
	MISTAKE_PSID,	      /* a PSID that the device may not have */
	MISTAKE_KEY,	      /* another s: the key does not fit */
	MISTAKE_ISSUER,	      /* issued by somebody who may not */
	MISTAKE_PLAIN,	      /* octets that are no certificate response */
	MISTAKE_EXTRA,	      /* an entry README */
	MISTAKE_FOREIGN_NAME, /* an entry of the next period */
	MISTAKE_DUPLICATE,    /* entry 1 twice */
	MISTAKE_TRAVERSAL,    /* an entry ../2AB_1 */
	MISTAKE_BIG,	      /* an entry of 1 MB */
	MISTAKE_TRUNCATED,    /* the ZIP ends early */
	MISTAKE_EMPTY,	      /* a ZIP with nothing in it */
	MISTAKES
};

/* What goes wrong with an identification or application certificate. */
enum single_mistake {
	SINGLE_RIGHT,
	SINGLE_RIF,	      /* the id of another enrollment certificate */
	SINGLE_START,	      /* begins with the next period; too early */
	SINGLE_ENDED,	      /* is over */
	SINGLE_PSID,	      /* a PSID that the device may not have */
	SINGLE_SSP,	      /* an SSP that it may not have */
	SINGLE_REGION,	      /* more than the region of the enrollment */
	SINGLE_SERIES,	      /* another crlSeries */
	SINGLE_PSEUDONYM,     /* linkage data for an id */
	SINGLE_KEY,	      /* another s */
	SINGLE_NO_ENCRYPTION, /* the encryption key is not in it */
	SINGLE_ENCRYPTION,    /* another encryption key is */
	SINGLE_KIND,	      /* the CHOICE of the other kind */
	SINGLE_RECIPIENT,     /* the response of another device */
	SINGLE_SIGNER,	      /* signed by the RA */
	SINGLE_TRAILING,      /* octets after the response */
	SINGLE_TRUNCATED,     /* ends early */
	SINGLE_NAME,	      /* an entry of another i, or request */
	SINGLE_TWICE,	      /* two entries */
	SINGLE_MISTAKES
};

/* The part of the RA that outlives a crash of the device. */
struct world_ra {
	uint8_t request[WORLD_REQUEST]; /* accepted; request_n 0: none */
	size_t request_n;
	unsigned posts, downloads;
	/* Of identification or application certificates; those of the
	 * latter are all kept. */
	uint8_t single[4][WORLD_REQUEST];
	size_t single_n[4], singles;
	uint8_t successor[WORLD_REQUEST]; /* the last that was asked for */
	size_t successor_n;
	unsigned successors;
	unsigned single_posts, single_downloads;
};

struct world {
	struct arena arena; /* as long as the world */
	struct arena call;  /* one answer of the RA */
	struct world_actor actor[ACTORS];
	enum actor pca; /* that issues, and is in chain files */
	struct trust *trust;
	struct bytes lccf, lpf;
	unsigned lccf_sent, lpf_sent;
	unsigned lccf_version;
	uint32_t enrollment_psid;  /* beside 0x20 */
	bool reporters;		   /* pseudonym certificates have it, too */
	uint32_t enrollment_hours; /* lifetime; 0: the profile's */
	enum {
		SUCCESSOR_RIGHT,
		SUCCESSOR_START,
		SUCCESSOR_PSIDS,
		SUCCESSOR_KEY,
		SUCCESSOR_HASH,	  /* the answer to another request */
		SUCCESSOR_SIGNER, /* signed by the PCA */
		SUCCESSOR_MISTAKES
	} successor_mistake;

	/* Enrollment for applications: as the device asks. */
	bool application;
	uint32_t rse_hours; /* of the policy */
	unsigned lpf_version;
	enum single_mistake single_mistake;
	bool bare_entry;	/* <I> for an entry's name */
	bool single_late;	/* nothing is ready yet */
	bool single_taken;	/* 5056 to all but what is accepted */
	uint32_t single_i_last; /* that is ready */
	uint32_t info;		/* contents of .info */

	/* Seeds of the two LAs for WORLD_I, of which linkage values are made.
	 */
	struct key16 seed[2];
	/* The CRL store: what it gives out, with an ETag of its own each. */
	struct bytes composite; /* n 0: nothing is there */
	unsigned crl_tag, crl_sent;

	struct world_ra *ra;
	uint32_t i_first, i_last; /* batches that are ready */
	enum mistake mistake;
	uint32_t mistake_i; /* the batch it happens to */
#define WORLD_BATCHES 16
	struct bytes batch[WORLD_BATCHES]; /* as made; n 0: not yet */

	/* Of the answers to come: */
	unsigned lose_acks;	/* the next n acks are lost on the way */
	unsigned lose_requests; /* the next n POSTs never arrive */
	unsigned break_batches; /* the next n whole batches break off */
	unsigned refuse_code;	/* 0, or what POSTs are refused with */
	bool bare;		/* no reasons: as PROD */
	bool deaf;		/* nobody is authentic */
	size_t range_calls;
	unsigned asked; /* calls of any kind */
};

/* Makes everybody; the clock must be set (world_clock). */
struct world *world_new(void);
void world_free(struct world *);
/* A new chain file in which n electors endorse the root, or one twice. */
void world_endorsers(struct world *, unsigned n, bool twice);
/* An ElectorBallot about subject. */
struct bytes world_ballot(struct world *, enum endorsement,
    const struct cert *subject, const enum actor *electors, size_t n);
/* A new chain file with these. */
void world_chain_file(struct world *, const struct bytes *root_ballot,
    size_t roots, const struct bytes *elector_ballots, size_t electors);
/* The policy again, with another version and rse_hours. */
void world_policy(struct world *, uint32_t rse_hours);
/* ---- revocation lists (world_crl.c) ---- */

/* The next in a week; of the root ACTOR_ROOT. */
struct crl world_crl(uint16_t series, uint32_t issued);
/* The device whose certificates are made with these seeds; i_rev WORLD_I, and
 * j as long as WORLD_JMAX. */
void world_crl_device(struct world *, struct crl *, const struct key16 seed[2]);
/* A certificate, by its digest. */
void world_crl_digest(struct world *, struct crl *, const struct cert *);
/* Signed by whomever, permitted or not. */
struct bytes
world_crl_sign(struct world *, const struct crl *, enum actor signer);
/* The same by the CRL generator, or, for series 256, by the root. */
struct bytes world_crl_list(struct world *, const struct crl *);
/* The store has these now. */
void world_crl_publish(struct world *, const struct crl_parts *);
void world_crl_publish_one(struct world *, struct bytes list);
enum fault must_check world_crl_get(struct world *, struct http_result *,
    struct arena *, const char *if_none_match);

/* Makes now the time. */
void world_clock(uint32_t now);
struct transport world_transport(struct world *);

/* The ECA: a bundle for the requests in a ZIP.  change, if not NULL, may alter
 * the files before they are packed. */
struct world_file {
	const char *name; /* "<device>/ECA.oer" */
	struct bytes data;
};
struct bytes world_bundle(struct world *, struct arena *, struct bytes csr_zip,
    void (*change)(void *, struct world_file *, size_t n), void *ctx);

/* A device of this name in folder dir, bootstrapped; its path in out. */
void world_device(
    struct world *, const char *dir, const char *name, char out[PATH_SIZE]);
/* The same for applications: PSIDs 0x83 with an opaque SSP and 0x81 with a
 * bitmap, valid in a circle. */
void world_rse(
    struct world *, const char *dir, const char *name, char out[PATH_SIZE]);
/* A device of world_device, opened with the world as its RA. */
struct monarch_device *world_open(struct world *, const char *path);
/* Provisioned, and all that is ready downloaded. */
void world_supply(struct world *, struct monarch_device *);

/* monarch_bootstrap out of a bundle's octets. */
enum fault must_check world_bootstrap(
    const char *folder, struct bytes zip, struct fault_info *);

#endif /* TEST_DEVICE_WORLD_H */
