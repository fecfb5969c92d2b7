/*
 * net.h - an MA without its frame, and those whom it asks: folders, keys and
 * certificates of each, lib/inquiry on the other side, and what a test wants
 * them to do.
 *
 * There is one device.  PCA and PCA2 have issued its certificates, LA1 and LA2
 * have two chains of it each, the RA knows it by HPCR and by RIF.
 */
#ifndef TEST_MA_NET_H
#define TEST_MA_NET_H

#include "inquiry/inquiry.h"
#include "role/ma/asking.h"
#include "role/ma/revoke_store.h"
#include "schema/monarch.h"
#include "schema/scms_protocol.h"

enum who {
	WHO_ROOT,
	WHO_ICA,
	WHO_PCA,
	WHO_PCA2,
	WHO_RA,
	WHO_LA1,
	WHO_LA2,
	WHO_MA,
	WHO_AUDITOR1,
	WHO_AUDITOR2,
	WHOS
};

struct actor {
	struct key *sign, *enc;
	struct cert *cert;
	struct signer signer;
};

/* One of those who answer. */
struct peer {
	char dir[80];
	struct component self;
	struct audit *audit;
	struct inquiry *inquiry;
};

#define NET_CHAINS  2
#define NET_J_MAX   20
#define NET_DIGESTS 3
#define CRLG_KIND   INQUIRY_KINDS /* POST /revocations, in the lists below */

/* What becomes of questions of a kind; 0: they are answered as they should. */
struct conduct {
	unsigned down;	 /* so many are not reached */
	unsigned lose;	 /* so many are answered, but the answer is lost */
	unsigned status; /* of all, with error in Monarch-Error */
	const char *error;
	/* Changes an answer that is right. */
	void (*spoil)(scms_pdu *, struct http_result *, struct arena *);
	/* Seconds that pass while the answer of this number is under way. */
	int64_t pass;
	unsigned pass_at;
	unsigned asked, reached;
};

struct net {
	struct arena arena;
	char dir[64];
	struct actor actor[WHOS];
	struct peer peer[WHOS];
	struct service service; /* of the MA */
	struct ma_conf conf;
	struct ma *ma;
	struct conduct conduct[INQUIRY_KINDS + 1];
	/* the device */
	struct ma_lv lv[4];  /* of PCA, PCA, PCA2, PCA2 */
	struct lv issued[4]; /* the same, whatever becomes of lv */
	uint8_t hpcr[32], rif[8];
	bool blacklisted;
	size_t chains; /* 0..NET_CHAINS that it has left */
	uint16_t i_max[NET_CHAINS];
	struct key16 seed[2][NET_CHAINS]; /* ls(i0) */
	uint32_t i0;
	struct bytes lci[2][NET_CHAINS];
	unsigned matches[2]; /* what LA1 and LA2 say */
	size_t digests;
	uint8_t digest[NET_DIGESTS][10];
	uint32_t expiry[NET_DIGESTS];
	/* what the CRL generator has: by revocationId, each once */
	size_t taken;
	monarch_revocation revocation[4];
	unsigned posts;
};

extern struct fault_info fi;

void net_make(struct net *);
void net_remove(struct net *);
/* Stopped and started again, as after a crash. */
void net_restart(struct net *);

/* Decides and carries out as far as possible; returns its number. */
int64_t net_revoke(struct net *, int64_t case_id);
int64_t net_revoke_holder(struct net *, int64_t case_id);
void net_find(struct ma_revocation *, struct net *, int64_t case_id);
uint32_t net_period(const struct net *);
/* Is there such a sequence of octets in any file of the MA's folder data? */
bool net_is_in_files(const struct net *, const void *, size_t n);
/* Lines of the audit log of one of them that have this text. */
unsigned net_audit_count(const struct net *, enum who, const char *text);
/* Countersigns as an auditor (or as who is none). */
enum fault net_countersign(struct net *, int64_t question, enum who);

#define must(expression)                                              \
	do {                                                          \
		enum fault must_ = (expression);                      \
		if (must_ != FAULT_OK)                                \
			fail_msg("%s: %s (%s)", #expression, fi.text, \
			    fault_name(must_));                       \
	} while (0)

#endif /* TEST_MA_NET_H */
