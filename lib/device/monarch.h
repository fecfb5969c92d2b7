/*
 * monarch.h - libmonarch: the device's side of an SCMS (CAMP SCMS PoC 1.2.2,
 * IEEE 1609.2), and what a stranger needs who checks a device's messages.
 *
 *	a stranger	monarch_verifier_*, monarch_verify
 *	a device	monarch_csr_new -> (operator) -> monarch_bootstrap, or
 *			monarch_csr_new -> monarch_bootstrap_dcm ->
 *			monarch_open, monarch_provision, monarch_download, ...
 *			-> monarch_signer_open, monarch_sign;
 *			in the end monarch_rollover, or monarch_reset
 *	a vehicle	monarch_receiver_open, monarch_receive ->
 *			monarch_report
 *	a message	monarch_bsm_encode, monarch_bsm_decode (bsm/bsm.h)
 *
 * A device is a folder; all its keys, certificates and state are in it, files
 * with mode 0600, each replaced as a whole, so that a crash at any moment
 * leaves the old or the new.  One process at a time may work on a folder
 * (others get FAULT_BUSY); devices do not disturb each other, and threads may
 * work on different devices at once.  Objects belong to one thread at a time,
 * except a verifier, which many may use to verify while none adds to it.
 *
 * Functions return FAULT_OK (0) or what went wrong; fi (may be NULL) then says
 * more, for people.  Octets that come in are borrowed during the call unless
 * it is said otherwise.  Time is Time32 or Time64 of IEEE 1609.2.
 */
#ifndef MONARCH_H
#define MONARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "bsm/bsm.h"

/* ---- a stranger's check of a signed message ---------------------------- */

struct monarch_verifier;

struct monarch_verifier *monarch_verifier_new(void);
void monarch_verifier_free(struct monarch_verifier *);
/* A root certificate that the caller trusts, COER. */
enum fault must_check monarch_verifier_trust(
    struct monarch_verifier *, struct bytes root, struct fault_info *);
/* What else may be needed and is not trusted by itself: a certificate, a
 * certificate chain file (LCCF, GCCF), or an SPDU that carries its
 * certificate, so that later digests are found. */
enum fault must_check monarch_verifier_add(
    struct monarch_verifier *, struct bytes known, struct fault_info *);

/*
 * A composite CRL, which is checked, and from now on says who is revoked:
 * FAULT_ REVOKED names the certificate and the list.  The next one replaces
 * what it is newer than.  The fault is that of the first list that was refused;
 * the others are in force.  Its certificates' issuers must be known before.
 *
 * Linkage values are ready for the period of `now` and the next one; after
 * that, FAULT_OVERDUE, until it is called again, with the same or another one.
 */
struct monarch_crl_rules {
	uint32_t now;		    /* Time32; 0: the clock */
	uint32_t i_zero, i_seconds; /* 0: as CAMP */
	uint32_t overdue; /* seconds after its nextCrl that a list, and what it
			   * is about, is still accepted; 0: two weeks */
};
enum fault must_check monarch_verifier_crl(struct monarch_verifier *,
    struct bytes composite, const struct monarch_crl_rules *,
    struct fault_info *);

/*
 * Verifies as a device does: trusts its roots, knows what it knows, and follows
 * its revocation lists as they change (monarch_update_crl, by whichever
 * process).  For a verifier that has seen nothing else yet.
 */
enum fault must_check monarch_verifier_device(
    struct monarch_verifier *, const char *folder, struct fault_info *);

/*
 * From now on a message that was accepted is not accepted again
 * (FAULT_REPLAYED), with another signature or signer field neither: so many of
 * the last `seconds` are remembered (48 octets each), which should be twice
 * the seconds of the rules.  0 messages: repeats are accepted, as at first.
 */
void monarch_verifier_remember(
    struct monarch_verifier *, size_t messages, uint32_t seconds);

struct monarch_rules {
	uint32_t now;	  /* Time32; 0: the clock */
	uint32_t psid;	  /* that it must have; 0x20 is a BSM */
	uint32_t seconds; /* how old or early it may be; 0: 5 */
};

struct monarch_message {
	uint32_t psid;
	uint64_t generation_time; /* Time64 */
	uint8_t signer[8];	  /* HashedId8 */
	bool certificate;	  /* it came with the message */
	struct bytes payload;	  /* inside the octets given */
};

/* One line for each check made, in order; the last one may have failed. */
#define MONARCH_STEPS 64
struct monarch_step {
	enum fault verdict;
	char text[200];
};
struct monarch_report {
	size_t n;
	struct monarch_step step[MONARCH_STEPS];
};

/*
 * Everything a receiver checks without knowing the sender: form, signer, its
 * chain to a trusted root with validity, region, permissions and lengths,
 * PSID, generation and expiry time, signature, that nobody in the chain is
 * revoked (if there are lists), and that it is no repeat (if messages are
 * remembered).  The fault is that of the first failing step.  report may be
 * NULL.
 */
enum fault must_check monarch_verify(const struct monarch_verifier *,
    struct monarch_message *out, struct monarch_report *, struct bytes spdu,
    const struct monarch_rules *, struct fault_info *);

/* ---- enrollment --------------------------------------------------------- */

/* A PSID that is asked for, and its SSP: the zero-length one, another opaque
 * one of n octets, or a bitmap of n octets with the mask of the bits that are
 * fixed (BitmapSspRange). */
#define MONARCH_SSP_MAX 31
struct monarch_psid {
	uint32_t psid;
	enum { MONARCH_SSP_EMPTY, MONARCH_SSP_OPAQUE, MONARCH_SSP_BITMAP } ssp;
	uint8_t n, value[MONARCH_SSP_MAX], mask[MONARCH_SSP_MAX];
};

/* Where the certificates are to be valid. */
struct monarch_place {
	int32_t latitude, longitude; /* 1e-7 degrees */
};
struct monarch_country {
	uint16_t country;	/* UN M.49, such as 840 */
	const uint8_t *regions; /* only these of it; n 0: all of it */
	size_t regions_n;
};
enum monarch_region_form {
	MONARCH_COUNTRIES,  /* n of country */
	MONARCH_CIRCLE,	    /* place[0] and radius */
	MONARCH_RECTANGLES, /* n of place, two opposite corners each */
	MONARCH_POLYGON,    /* n of place, at least 3, in order */
};
struct monarch_region {
	enum monarch_region_form form;
	const struct monarch_country *country;
	const struct monarch_place *place;
	size_t n;
	uint16_t radius; /* metres */
};

struct monarch_csr_terms {
	const struct monarch_psid *psids;
	size_t psids_n;
	struct monarch_region region;
	uint16_t years;	  /* 0: 6 */
	bool extra_octet; /* older encoders write one (CAMP) */
};

/* Makes the folder of a device with a fresh key and its certificate request
 * in it (request.oer).  FAULT_EXISTS if the folder does. */
enum fault must_check monarch_csr_new(
    const char *folder, const struct monarch_csr_terms *, struct fault_info *);
/* One ZIP with the request of each device, named as its folder plus .oer. */
enum fault must_check monarch_csr_zip(const char *path,
    const char *const *folders, size_t n, struct fault_info *);
/* A bundle, a ZIP in memory with a folder for each of its devices, which is
 * unpacked once for all of them.  BAD_MESSAGE, TOO_LARGE: not such a ZIP. */
struct monarch_bundle;
enum fault must_check monarch_bundle_open(
    struct monarch_bundle **, struct bytes zip, struct fault_info *);
void monarch_bundle_free(struct monarch_bundle *);
/*
 * Takes from a bundle the files for this device, which are in a folder of its
 * name, and checks everything in them; the fault names the first thing that is
 * wrong.  Then, and only then, installs them.  The same bundle again is fine;
 * FAULT_EXISTS when the device holds another.
 */
enum fault must_check monarch_bootstrap(
    const char *folder, const struct monarch_bundle *, struct fault_info *);

/*
 * The same by a DCM, a station that bootstraps devices one after another
 * (POST /bootstrap): it gets the request and gives the bundle, which is
 * checked as any.
 */
struct monarch_dcm {
	const char *url; /* https://host[:port] */
	const char *ca;	 /* PEM file with the root of its TLS certificate */
	const char *cert, *key; /* of the operator, PEM files */
	const char *hosts;	/* as in monarch_settings */
	const char *type;	/* of device, as its list of types has it */
	const char *serial;	/* NULL: the last part of the folder's path */
	/* The DCM makes the key, and the folder must not exist (POST
	 * /bootstrap-injected). */
	bool injected;
};
/* FAULT_DENIED: the DCM refuses, the text says why. */
enum fault must_check monarch_bootstrap_dcm(
    const char *folder, const struct monarch_dcm *, struct fault_info *);

/*
 * Re-bootstrapping: erases a device with all keys and certificates; its folder
 * is gone, as if it had never been, and may be made again.  FAULT_BUSY: a
 * process works with it; FAULT_NOT_FOUND: no device.
 */
enum fault must_check monarch_reset(const char *folder, struct fault_info *);

/* ---- a bootstrapped device ---------------------------------------------- */

struct monarch_device;

enum monarch_event {
	MONARCH_REFUSED, /* an entry of a batch; text says why */
	MONARCH_STORED,	 /* certificates of a period */
	MONARCH_RETRY,	 /* a request failed and is sent again */
	MONARCH_POLICY,	 /* a new policy or chain file is in force */
};

struct monarch_settings {
	const char *hosts; /* as /etc/hosts; NULL: DNS */
	unsigned attempts; /* per request; 0: 4 */
	unsigned timeout;  /* seconds per request; 0: 10 */
	/* After so many operations that failed in a row, the device gives up:
	 * FAULT_GAVE_UP, without a call to the RA; 0: 100. */
	unsigned failures_most;
	bool again; /* go on nevertheless, counting from 0 */
	void (*tell)(void *, const struct monarch_device *, enum monarch_event,
	    const char *text);
	void *ctx; /* first argument of tell, or NULL */
};

enum fault must_check monarch_open(struct monarch_device **, const char *folder,
    const struct monarch_settings *, struct fault_info *);
void monarch_close(struct monarch_device *);
/* The last part of the folder's path. */
const char *monarch_name(const struct monarch_device *);

/*
 * What the RA answered last, when it refused: the SCMS-POC-Error code (0: none
 * was sent, as in PROD), its meaning and the HTTP status.
 */
struct monarch_refusal {
	unsigned status, code;
	const char *meaning;
};
struct monarch_refusal monarch_refusal(const struct monarch_device *);

/* Fetches the policy and chain files, if they are newer than those held,
 * checks and installs them.  Provisioning and download begin with it. */
enum fault must_check monarch_update_policy(
    struct monarch_device *, struct fault_info *);

/* A revocation list in force. */
struct monarch_list {
	uint32_t series;       /* 1 pseudonym, 2 components, 3 others of
				* devices, 4 enrollment, 256 special ones */
	uint8_t root[8];       /* HashedId8 */
	uint32_t issued, next; /* Time32 */
	uint32_t entries;      /* devices or certificates */
};
#define MONARCH_LISTS 16

struct monarch_lists {
	struct monarch_list list[MONARCH_LISTS];
	size_t n;
	/* Where the device finds itself, or somebody its certificates depend
	 * on; "": nowhere. */
	char revoked[240];
};

struct monarch_crl_terms {
	const char *server; /* NULL: https://crlstore.<domain of the RA>:8894 */
	uint32_t i_zero, i_seconds; /* 0: as CAMP and the policy */
};

/*
 * Fetches the composite CRL, if it is another one than was fetched last, and
 * takes what is good: a list that is signed by whoever may, is not older than
 * the one held, and not overdue for longer than the policy tolerates.  Each
 * list stands for itself; the fault is that of the first that was refused,
 * and the former one then stays in force.  What a quorum of the electors has
 * removed is trusted no longer.  Linkage values of this period and the next
 * are computed and kept.  lists (may be NULL) says what is in force then.
 */
enum fault must_check monarch_update_crl(struct monarch_device *,
    struct monarch_lists *, const struct monarch_crl_terms *,
    struct fault_info *);

/*
 * Pseudonym and identification certificates come by themselves, period after
 * period, once they were asked for; application certificates one by one, each
 * by a request.  An enrollment certificate is for pseudonym certificates, or
 * for the other two.
 */
enum monarch_kind {
	MONARCH_ANY, /* what the enrollment certificate is for; of the other
		      * two, the one that has been asked for before */
	MONARCH_PSEUDONYM,
	MONARCH_IDENTIFICATION,
	MONARCH_APPLICATION,
	MONARCH_KINDS
};
/* "pseudonym", ...; false: no such word. */
bool must_check monarch_kind_parse(enum monarch_kind *, const char *);
const char *monarch_kind_name(enum monarch_kind);

enum monarch_layout { MONARCH_LAYOUT_1_2_2, MONARCH_LAYOUT_1_2_4 };

struct monarch_provision_terms {
	enum monarch_kind kind;
	enum monarch_layout layout;
	bool extra_octet;
	/* Of the first request of a place: the certificates get an encryption
	 * key, too (not pseudonym ones); when the first application
	 * certificate is to begin (Time32; 0: now). */
	bool encryption;
	uint32_t start;
};

/*
 * Asks for certificates.  Keys and request are stored before they are sent,
 * and a request without an answer is sent again with the same octets.  A
 * device that has its answer asks nobody, unless it is for an application
 * certificate that is in its last day: then it asks for the next.  out: when
 * to download.  FAULT_USAGE: the kind must be told.
 */
enum fault must_check monarch_provision(struct monarch_device *,
    uint32_t *download_time, const struct monarch_provision_terms *,
    struct fault_info *);

/*
 * Rollover: asks the RA for an enrollment certificate that begins when the one
 * in use ends, for the same PSIDs and region and a fresh key.  *start takes
 * when that is.  A successor that is held already is enough.  From its
 * beginning the device uses it, and downloads begin with asking anew for what
 * had been asked for; certificates obtained before stay in use until they
 * end.  FAULT_DENIED: not now, or not
 * at all; the text says what the RA does.
 */
enum fault must_check monarch_rollover(
    struct monarch_device *, uint32_t *start, struct fault_info *);

struct monarch_download_terms {
	enum monarch_kind kind;	    /* MONARCH_ANY: all that were asked for */
	uint32_t i_zero, i_seconds; /* 0: as CAMP; identification: the start
				     * of the enrollment certificate, and 720
				     * hours */
	unsigned periods;	    /* at most, from now; 0: as the policy */
	bool extra_octet;
	bool due; /* only if something was missing, or the RA's time for
		   * more has come */
	/* What the device has room for, certificates or octets of them;
	 * 0: no limit. */
	uint32_t most_certificates;
	uint64_t most_octets;
	/* Of the requests for application certificates. */
	enum monarch_layout layout;
	bool encryption;
};

struct monarch_download_result {
	unsigned periods;      /* new ones, complete */
	unsigned certificates; /* new ones */
	unsigned refused;      /* entries */
	unsigned missing;      /* periods the RA does not have yet */
	unsigned no_room;      /* periods that were not asked for, therefore */
	uint32_t next;	       /* .info: when more is expected; 0: ? */
};

/*
 * Fetches the batches of the running and the coming periods that are not yet
 * held, goes on where an earlier one broke off, checks every certificate, and
 * stores what is good.  Past periods are removed.  A refused entry is told
 * by name and does not stop the others.  Where room is short, the earliest
 * periods come first and the last one is taken in part; later calls go on.
 *
 * Application certificates are asked for first if need be; and again, instead
 * of a download, when the policy has changed what they would be like.
 */
enum fault must_check monarch_download(struct monarch_device *,
    struct monarch_download_result *, const struct monarch_download_terms *,
    struct fault_info *);

/* Of one kind, under all enrollment certificates. */
struct monarch_held {
	bool asked;		 /* under the one in use, */
	bool provisioned;	 /* and the RA has answered */
	uint8_t request_hash[8]; /* when provisioned */
	uint32_t download_time;
	uint32_t i_first, i_last; /* of what is held */
	uint32_t end;		  /* of the last certificate; 0: none */
	unsigned periods, incomplete, certificates;
	unsigned usable; /* valid now */
};

struct monarch_status {
	bool bootstrapped;
	bool provisioned; /* with some kind */
	bool stopped;	  /* gave up */
	/* The enrollment certificate in use: HashedId8, when bootstrapped. */
	uint8_t enrollment[8];
	uint32_t enrollment_end;
	uint32_t successor_end; /* of one that has not begun; 0: none */
	uint32_t next;
	struct monarch_held kind[MONARCH_KINDS]; /* MONARCH_ANY: all */
	struct monarch_lists lists;
	uint32_t blocked;	/* the RA said so then (5055); 0: it does not */
	unsigned reports;	/* of misbehavior, not yet sent */
	uint32_t oldest_report; /* made at; 0: none */
	unsigned failures;	/* in a row */
	uint32_t last_contact;
	char last_error[200]; /* of the last attempt, or "" */
	char ra[256];	      /* URL */
};
enum fault must_check monarch_status(
    const char *folder, struct monarch_status *, struct fault_info *);

/* ---- signing ------------------------------------------------------------ */

struct monarch_signer;

/* An SPDU is longer than its payload by less than this. */
#define MONARCH_SPDU_EXTRA 3072

/*
 * Begins or goes on to sign with the device's certificates, those obtained
 * with former enrollment certificates included.  Which one is in
 * use, since when, and which were used before is kept in the folder; saved
 * when the certificate changes, and by monarch_signer_close.
 */
enum fault must_check monarch_signer_open(
    struct monarch_signer **, const char *folder, struct fault_info *);
enum fault monarch_signer_close(struct monarch_signer *, struct fault_info *);

struct monarch_sign_terms {
	uint32_t psid; /* 0: 0x20 */
	uint64_t now;  /* Time64; 0: the clock */
	bool full;     /* with the certificate in any case */
};

/*
 * Signs with a certificate that is valid now and for this PSID.  The first
 * message under a certificate, one per 450 ms, and any with full set carry the
 * certificate, the others its digest (J2945/1).  Every 5 minutes another
 * pseudonym certificate of the running period is chosen at random, none twice
 * before all were used.  *n takes the length.  FAULT_NO_CERTIFICATE: none is
 * valid; PSID_NOT_PERMITTED: none of those valid is for this PSID; REVOKED: the
 * one for it is on a list that the device has, or what it depends on is.
 */
enum fault must_check monarch_sign(struct monarch_signer *, uint8_t *out,
    size_t size, size_t *n, struct bytes payload,
    const struct monarch_sign_terms *, struct fault_info *);

/* ---- receiving, and reporting misbehavior ------------------------------- */

/*
 * Receives the basic safety messages around a vehicle, verifies them, and
 * judges what their senders claim (man page: KINDS OF MISBEHAVIOR).  What no
 * honest vehicle says becomes a report: the messages, signed under the
 * certificate that the vehicle's own messages of the moment are under,
 * encrypted to the misbehavior authority, and kept in the device's folder
 * until monarch_report has sent it.
 */
struct monarch_receiver;

/* Signer and verifier are of the caller and outlive it; a verifier that
 * remembers messages would keep it from seeing replays.  NO_CERTIFICATE and
 * others: the certificate of the MA is not good. */
enum fault must_check monarch_receiver_open(struct monarch_receiver **,
    struct monarch_signer *, const struct monarch_verifier *,
    struct fault_info *);
void monarch_receiver_close(struct monarch_receiver *);

/*
 * A message that the vehicle itself has sent, signed by the signer; now
 * (Time64; 0: the clock) is when.  Without these, nothing is found that takes
 * the vehicle's own place to see, and reports do not say where it was.
 */
enum fault must_check monarch_receiver_sent(struct monarch_receiver *,
    struct bytes spdu, uint64_t now, struct fault_info *);

#define MONARCH_ACCUSATIONS 8

struct monarch_received {
	struct monarch_message message;
	struct monarch_bsm bsm;
	/* What the sender was not accused of before. */
	size_t n;
	struct monarch_accusation {
		const char *kind; /* "speed", ... */
		char text[160];	  /* "claims 130.0 m/s" */
		/* FAULT_OK: a report was written; else what kept it from
		 * being written. */
		struct fault_info report;
	} accusation[MONARCH_ACCUSATIONS];
};

/*
 * A message that was received at a time (Time64; 0: the clock).  FAULT_OK: an
 * application may use it, unless there is an accusation.  Faults: those of
 * monarch_verify; REPLAYED: it is no newer than another one of its sender;
 * those of monarch_bsm_decode.  An accusation may come with FAULT_OK, TOO_OLD,
 * GENERATED_IN_FUTURE and REPLAYED.
 */
enum fault must_check monarch_receive(struct monarch_receiver *,
    struct monarch_received *, struct bytes spdu, uint64_t now,
    struct fault_info *);

struct monarch_report_result {
	unsigned sent;
	unsigned refused; /* as malformed: they are gone */
	unsigned left;
};
/*
 * Sends what has not been sent yet, each report over a connection of its own
 * and without anything that says whose it is; those older than a week are
 * dropped.  The fault is that of the first that could not be sent; all that
 * are left are tried again by the next call.
 */
enum fault must_check monarch_report(struct monarch_device *,
    struct monarch_report_result *, struct fault_info *);

#endif /* MONARCH_H */
