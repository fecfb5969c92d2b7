/*
 * ceremony.h - the ceremony that creates an environment, step by step.
 *
 * Everything is made in a folder of its own that becomes the environment only
 * when all is done.  Each step writes what it made, with hashes, into the
 * record.
 */
#ifndef SCMS_CEREMONY_H
#define SCMS_CEREMONY_H

#include <stdio.h>

#include "base/arena.h"
#include "base/file.h"
#include "cert/cert.h"
#include "cert/profile.h"
#include "cert/sign.h"
#include "cert/trust.h"
#include "http/x509.h"
#include "keys/key.h"
#include "service/environment.h"
#include "tool/scms/part.h"
#include "tool/scms/passphrase.h"

enum actor_id {
#define ACTOR(id, profile, folder, label, file, issuer, encrypts, lifetime) \
	ACTOR_##id,
#include "tool/scms/actor.def"
#undef ACTOR
	ACTOR_COUNT
};

#define ELECTORS 3
#define QUORUM	 2
#define LA1_ID	 1
#define LA2_ID	 2

struct actor_info {
	enum profile profile;
	const char *folder, *label, *file;
	enum actor_id issuer;
	bool encrypts;
	size_t lifetime; /* offset in struct environment */
};

extern const struct actor_info actor_info[ACTOR_COUNT];

/* The part whose folder it has; PART_COUNT: none (root, electors, ICA). */
enum part_id actor_part(enum actor_id);
bool actor_is_later(enum actor_id);

struct actor {
	const char *name; /* as in its certificate */
	struct key *sign_key, *enc_key;
	struct bytes raw;
	struct cert *cert;
	struct signer signer; /* for its certificate */
};

struct ceremony {
	const char *dir; /* where everything is made; absolute */
	const struct environment *env;
	const struct passphrase *passphrase;
	int64_t clock_offset;
	struct arena arena;
	uint32_t now, start; /* Time32; certificates begin at start */
	struct trust *trust;
	struct actor actor[ACTOR_COUNT];
	FILE *record;
};

typedef enum fault ceremony_step(struct ceremony *, struct fault_info *);

/* The steps, in this order. */
ceremony_step ceremony_folders;	     /* and environment.conf, hosts, clock */
ceremony_step ceremony_certificates; /* keys and 1609.2 certificates */
ceremony_step ceremony_tls;	     /* X.509 */
ceremony_step ceremony_components;   /* component.conf, trust/, known/ */
ceremony_step ceremony_dcm;	     /* device types, operators */
ceremony_step ceremony_policy;	     /* GPF, LPF */
ceremony_step ceremony_chain_files;  /* ballots, GCCF, LCCF */
ceremony_step ceremony_crl;	     /* the first CRL of each series */
ceremony_step ceremony_agreement;    /* LA-PCA keys */

/* CA certificates start before the ceremony, so that those of the running
 * week lie within them (design.md section 4). */
#define CEREMONY_HEAD_START (8u * 86400)

/* Pieces that a later change of components uses as well (component.h). */

/* Keys and certificate of one, whose issuer can sign. */
enum fault must_check ceremony_make_actor(
    struct ceremony *, enum actor_id, struct fault_info *);
/* TLS keys and certificates in n folders, by the CA in the folder offline. */
enum fault must_check ceremony_make_tls(struct ceremony *, const char *offline,
    const char *const *folders, size_t n, struct fault_info *);
/* From start, not beyond the project's end; x509_issue cuts it to the CA's. */
struct x509_validity ceremony_tls_validity(
    const struct environment *, uint32_t start, struct conf_duration);
/* component.conf of a part. */
enum fault must_check ceremony_write_conf(
    struct ceremony *, enum part_id, struct fault_info *);
/* Does this part need certificates of that profile? */
bool ceremony_part_knows(enum part_id, enum profile);

/* The first CRL of series 256 of the root, for the CRL generator. */
enum fault must_check ceremony_special(
    struct ceremony *, struct bytes *list, struct fault_info *);

/* A line for the record and for the terminal. */
void ceremony_record(struct ceremony *, const char *fmt, ...) printf_like(2, 3);
/* "<what>  <SHA-256 of the octets>" */
void ceremony_record_hash(struct ceremony *, const char *what, struct bytes);
/* dir/name; aborts if too long. */
void
ceremony_path(const struct ceremony *, char out[PATH_SIZE], const char *name);
/* Writes a new file below dir. */
enum fault must_check ceremony_write(struct ceremony *, const char *name,
    struct bytes, mode_t, struct fault_info *);
/* "<label>.<domain>" in the arena. */
enum fault must_check ceremony_name(struct ceremony *, const char **out,
    const char *label, struct fault_info *);
void ceremony_free(struct ceremony *);

#endif /* SCMS_CEREMONY_H */
