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
#include "keys/key.h"
#include "service/environment.h"
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
ceremony_step ceremony_policy;	     /* GPF, LPF */
ceremony_step ceremony_chain_files;  /* ballots, GCCF, LCCF, CRL */
ceremony_step ceremony_agreement;    /* LA-PCA keys */

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
