/*
 * ma.h - the misbehavior authority: what its files share.
 *
 * Reports come in through the RA, one by one and shuffled (intake.h); what
 * holds is stored.  A thread groups them by the suspect's certificates into
 * cases (detect.h); people or the policy decide a case (decide.h); a decision
 * to revoke is carried out, question by question, by revoke.h.
 *
 * The MA sees certificates and linkage values, never a device: which of them
 * belong together it may only ask (question.h), and every question is
 * counted, justified and in the audit log, here and at those who answer.
 */
#ifndef MA_MA_H
#define MA_MA_H

#include <pthread.h>
#include <stdint.h>

#include "base/file.h"
#include "cert/cert.h"
#include "crypto/linkage.h"
#include "http/server.h"
#include "inquiry/ask.h"
#include "keys/component.h"
#include "role/ma/store.h"
#include "service/service.h"

struct ma_conf {
#define CONF_DEF "role/ma/ma_conf.def"
#include "service/conf_members.h"
};

struct ma {
	struct service *service;
	const struct ma_conf *conf;
	const struct environment *environment;
	struct component self;
	/* What reports may be encrypted to: the present key, former ones. */
	struct decryption_key keys[1 + COMPONENT_FORMER];
	size_t keys_n;
	char known[PATH_SIZE]; /* folder of the peers' certificates */
	/* How peers are called: inquiry_call_http, or what a test puts in its
	 * place. */
	inquiry_call_fn *call;
	void *call_ctx;
	/* The one connection to the database.  It is held for a statement or
	 * a transaction, never while a peer is asked. */
	pthread_mutex_t lock;
	struct db *db;
	struct http_route route;
	/* Questions that rest, by number, the latest in a ring (question.c). */
	struct {
		int64_t number;
		uint32_t until;
	} rests[64];
	size_t rests_n;
	int64_t compared; /* detection has come to this report; 0: to the end */
	uint32_t forgot;  /* when it last forgot what is over; Time32 */
	bool waiting;	  /* detection has said that it waits for an answer */
};

/* Keys, certificates and settings: what a check of the folder needs. */
enum fault must_check ma_load(
    struct ma **, struct service *, struct fault_info *);
/* And the database, folder/data/ma.db, which is made if absent.  Commands
 * open it beside the running daemon. */
enum fault must_check ma_open(
    struct ma **, struct service *, struct fault_info *);
void ma_close(struct ma *);

/* A pseudonym certificate, as far as the MA needs it: its linkage value is
 * that of period i, and only the PCA that issued it knows what is behind. */
struct ma_lv {
	struct lv lv;
	uint32_t i;
	uint8_t issuer[CERT_ID_SIZE]; /* HashedId8 of the PCA's certificate */
};

/* Whom a case is about. */
enum ma_subject_kind {
	MA_PSEUDONYM, /* the holder of a pseudonym certificate */
	MA_HOLDER     /* an RSE, or identification certificates: by its RIF */
};
struct ma_subject {
	enum ma_subject_kind kind;
	struct ma_lv lv;	   /* MA_PSEUDONYM */
	uint8_t rif[CERT_ID_SIZE]; /* MA_HOLDER: HashedId8 of its enrollment
				      certificate */
};

#endif /* MA_MA_H */
