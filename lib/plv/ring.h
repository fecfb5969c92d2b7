/*
 * ring.h - the keys an LA and the PCA share, and how they agree on them.
 *
 *	PCA -> LA	R_pca, encrypted to the LA's certificate; start, end
 *	LA -> PCA	R_la, encrypted to the PCA's; MAC_la
 *	PCA -> LA	MAC_pca
 *
 *	enc || mac = KDF2-SHA-256(R_pca || R_la, P1 = "scms-la-pca", 16 + 32)
 *	MAC_la  = HMAC-SHA-256(mac, R_pca || R_la || "scms-la")
 *	MAC_pca = HMAC-SHA-256(mac, R_pca || R_la || "scms-pca")
 *
 * Each side keeps its keys in a folder, one file per key:
 *	<recipientId>.key	agreed on
 *	<requestHash>.pending	in the course of agreement
 * Both have the mode 0600 and the same form:
 *	01 laId(2) start(4) end(4) requestHash(8) R_pca(32) R_la(32)
 *	length peer, then the last 8 octets of SHA-256 of all before
 * A key file is enough to derive enc and mac, so it holds neither.  Old keys
 * stay: what was sealed under them is opened for years.
 */
#ifndef PLV_RING_H
#define PLV_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "plv/symm.h"

#define PLV_PEER_SIZE 256 /* a Hostname and its terminator */

struct plv_agreement {
	uint8_t la_id[2];
	uint32_t start, end;	     /* Time32 */
	uint8_t request_hash[8];     /* of the PCA's request */
	uint8_t r_pca[32], r_la[32]; /* R_la zeros: not known yet */
	char peer[PLV_PEER_SIZE];    /* host name of the other side */
};

/* What follows from both contributions. */
struct plv_key {
	struct plv_agreement agreement;
	struct symm_key symm;
	uint8_t mac[32];
	struct plv_key *next;
};

void plv_key_derive(struct plv_key *, const struct plv_agreement *);
/* who is "scms-la" or "scms-pca". */
void plv_key_mac(uint8_t out[32], const struct plv_key *, const char *who);

/* Makes the folder if need be; FAULT_EXISTS if there is such a request. */
enum fault must_check plv_pending_save(
    const char *folder, const struct plv_agreement *, struct fault_info *);
/* FAULT_NOT_FOUND: no request with this hash is under way. */
enum fault must_check plv_pending_load(struct plv_agreement *,
    const char *folder, const uint8_t request_hash[8], struct fault_info *);
/* The agreement is a key from now on; fine if it is one already. */
enum fault must_check plv_key_save(
    const char *folder, const struct plv_agreement *, struct fault_info *);
/* Last of all, so that each step can be done again after a crash. */
enum fault must_check plv_pending_remove(
    const char *folder, const struct plv_agreement *, struct fault_info *);
/* All others with the same peer: an agreement that begins ends those that
 * nobody will go on with. */
enum fault must_check plv_pending_forget(
    const char *folder, const struct plv_agreement *, struct fault_info *);

struct plv_ring;
/* Those that have led to a key, when nobody is at work on them: what a crash
 * before plv_pending_remove has left. */
enum fault must_check plv_pending_sweep(
    const char *folder, struct plv_ring *, struct fault_info *);

/*
 * All keys of a folder.  Threads share a ring; keys once found stay where
 * they are until plv_ring_free.  A key that another program adds to the
 * folder is noticed by plv_ring_refresh, which costs one stat(2).
 */

enum fault must_check plv_ring_open(
    struct plv_ring **, const char *folder, struct fault_info *);
void plv_ring_free(struct plv_ring *);
enum fault must_check plv_ring_refresh(struct plv_ring *, struct fault_info *);
/* By recipientId and peer; NULL if there is none. */
const struct plv_key *
plv_ring_find(struct plv_ring *, const uint8_t id[8], const char *peer);
/* Has a request led to a key? */
bool plv_ring_has_request(struct plv_ring *, const uint8_t request_hash[8]);
/* The latest start of a key with a peer; 0: there is none. */
uint32_t plv_ring_latest(struct plv_ring *, const char *peer);
/* The key to seal with now: of those in force, that which starts last. */
const struct plv_key *
plv_ring_current(struct plv_ring *, const char *peer, uint32_t now);

#endif /* PLV_RING_H */
