/*
 * trust_int.h - inside of a struct trust; for trust.c and chain.c.
 */
#ifndef CERT_TRUST_INT_H
#define CERT_TRUST_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "cert/trust.h"

/* A known certificate. */
struct entry {
	struct cert *cert;
	struct entry *next; /* in its bucket */
	atomic_bool root;   /* trusted by itself */
	/* Its chain up to a trusted root was checked, all but the present
	 * time; cert->issuer and cert->key are final from then on. */
	atomic_bool checked;
};

/* A remembered leaf; raw too long: not remembered. */
struct memory {
	size_t n;	/* 0: empty */
	uint64_t since; /* counts what was remembered */
	uint8_t hash[SHA256_SIZE];
	uint8_t raw[512];
	struct point key;
	const struct cert *issuer;
};

#define BUCKETS	 1024
#define MEMORIES 1024
#define WAYS	 8 /* places for a certificate: the oldest makes room */

struct trust {
	pthread_rwlock_t lock;	  /* of all below */
	pthread_mutex_t checking; /* of entries not checked yet */
	struct arena arena;
	struct entry *bucket[BUCKETS];
	struct memory *memory; /* NULL: nothing is remembered */
	size_t memories;       /* a multiple of WAYS */
	uint64_t remembered;

	pthread_rwlock_t revoking;	   /* of what revoked points to */
	_Atomic(struct revoked *) revoked; /* NULL: nothing */
};

/* NULL: not known. */
struct entry *trust_entry(struct trust *, const uint8_t id[CERT_ID_SIZE]);
/* Takes key and issuer of leaf from memory, if it is there. */
bool trust_recall(struct trust *, struct cert *leaf);

#endif /* CERT_TRUST_INT_H */
