/*
 * fakes.h - LAs and a PCA that live in shared memory, so that they remember
 * what they did for an RA process that was killed.
 *
 * They do what role/la/README.md and role/pca/README.md say: stored answers
 * for the same octets, each range of a chain once (or again, the latest one,
 * with more values), one reply per HPCR; and
 * they can be told to be away, to lose answers, or to answer wrongly.
 */
#ifndef TEST_RA_FAKES_H
#define TEST_RA_FAKES_H

#include "test/unit/ra/world.h"

#define FAKE_RECORDS  4096
#define FAKE_ORDERS   512
#define FAKE_CHAINS   512
#define FAKE_TOGETHER 64 /* chains of an order */
#define FAKE_MESSAGES 512

/* What a PLV of the fakes says. */
struct fake_plv {
	uint32_t chain;
	uint16_t i;
	uint8_t j, la;
};

/* A request the PCA has seen. */
struct fake_record {
	struct digest hpcr;
	struct point b, h;
	uint16_t i;
	struct fake_plv plv[2];
	bool issued, confirmed;
	unsigned asked;
	uint32_t message;     /* in which it came first */
	uint8_t batch_id[16]; /* in which it came last */
};

enum pca_trick {
	PCA_HONEST,
	PCA_SIGNED_BY_LA, /* by somebody else */
	PCA_OTHER_BATCH,  /* another batchId */
	PCA_MISSING,	  /* a reply less */
	PCA_DUPLICATE,	  /* one twice instead of another */
	PCA_FOREIGN,	  /* one to a request of somebody else */
	PCA_ONE_MORE,	  /* a reply too many */
	PCA_OTHER_PCA,	  /* pca-id of another */
	PCA_RAW,	  /* not encrypted */
	PCA_UNSIGNED,	  /* a response that is not signed */
	PCA_OTHER_SIGNER, /* a response that an LA has signed */
	PCA_DAMAGED,	  /* an octet of the message changed */
	PCA_NONSENSE,	  /* no message at all */
	PCA_REFUSES_ALL,
	PCA_REFUSES_ONE, /* one request of a unit */
	PCA_BAD_REQUEST, /* status 400 */
	PCA_FORMER,	 /* responses under the former certificate */
	PCA_TRICKS
};

enum la_trick {
	LA_HONEST,
	LA_SIGNED_BY_PCA,
	LA_OTHER_REQUEST, /* requestHash of another */
	LA_SHORT,	  /* a period less */
	LA_OTHER_ID,	  /* laId of the other LA in the values */
	LA_NO_KEY,	  /* invalidPcaKey */
	LA_NO_CHAIN,	  /* invalidContinueChain */
	LA_UNAUTHORIZED,  /* status 401 */
	LA_CONFLICT,	  /* status 409 */
	LA_TRICKS
};

struct fake_order {
	uint8_t id[8]; /* of the octets */
	uint32_t chain[FAKE_TOGETHER];
	bool confirmed;
};

/* A key as the LA has it; its number says which. */
struct fake_key {
	uint32_t number, start, end;
	uint64_t values;
};

struct fake_la {
	enum la_trick trick; /* for all to come */
	bool away;
	unsigned lose; /* so many answers are lost */
	struct fake_order order[FAKE_ORDERS];
	uint32_t orders_n, chains_n, repeated;
	uint32_t last_i[FAKE_CHAINS], next_i[FAKE_CHAINS], j_n[FAKE_CHAINS];
	bool second[FAKE_CHAINS]; /* for pca2 */
	struct fake_key key[2];	  /* with pca, pca2 */
	unsigned worn;		  /* so many keys to come are used up at once */
	uint32_t bad;		  /* this chain (1 ..) never goes on */
	char mistake[80];	  /* what the RA did wrong; "": nothing */
};

struct fake_pca {
	uint32_t requests;   /* of key agreements so far */
	uint32_t has_key[2]; /* the latest with each LA */
	enum pca_trick trick;
	bool away;
	unsigned lose;
	struct fake_record record[FAKE_RECORDS];
	uint32_t records_n, messages_n;
	uint32_t size[FAKE_MESSAGES]; /* requests of each message */
	char mistake[80];
};

struct fakes {
	struct fake_la la[2];
	struct fake_pca pca, pca2;
};

/* In shared memory. */
struct fakes *fakes_new(void);
void fakes_free(struct fakes *);
/* Puts them in the place of the RA's peers. */
void fakes_install(struct fakes *, struct world *);

/* The record for a cocoon key; NULL: the PCA has never seen it. */
struct fake_record *fakes_find(struct fakes *, const struct point *b);

#endif /* TEST_RA_FAKES_H */
