/*
 * peers.h - whom the MA asks: names and ports from component.conf.
 */
#ifndef MA_PEERS_H
#define MA_PEERS_H

#include "role/ma/ma.h"

#define MA_PCAS 8u

struct ma_peer {
	const char *name; /* host name, as in its certificate */
	unsigned port;
};

struct ma_peers {
	struct ma_peer pca[MA_PCAS], la[2], ra, crlg;
	size_t pca_n;
};

/* In arena memory.  FAULT_CONFIG. */
enum fault must_check ma_peers(
    struct ma_peers *, struct arena *, const struct ma *, struct fault_info *);
/* The PCA whose certificate has this HashedId8, or had it; NULL: nobody knows.
 */
const struct ma_peer *ma_pca_of(const struct ma_peers *, struct arena *,
    const struct ma *, const uint8_t issuer[CERT_ID_SIZE]);
/* Which LA has this name: 0 or 1; 2: neither. */
unsigned ma_la_index(const struct ma_peers *, struct bytes name);

#endif /* MA_PEERS_H */
