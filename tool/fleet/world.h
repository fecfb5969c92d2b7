/*
 * world.h - the environment that a fleet loads: who is who, where, and what
 * time it is there.
 */
#ifndef FLEET_WORLD_H
#define FLEET_WORLD_H

#include "base/arena.h"
#include "base/fault.h"
#include "base/file.h"
#include "cert/cert.h"
#include "cert/trust.h"
#include "crypto/p256.h"
#include "device/monarch.h"
#include "http/client.h"
#include "service/environment.h"
#include "tool/fleet/derive.h"

struct world {
	const char *dir;
	struct environment env;
	struct arena arena;
	char clock[PATH_SIZE];
	struct http_client *ra_client, *eca_client;
	const char *ra_url, *eca_url;
	struct trust *trust;
	struct cert *ra, *eca, *pca;
	struct p256_known *ra_key; /* of encryption */
	uint8_t ra_p1[SHA256_SIZE];
	struct monarch_verifier *stranger;
	struct seed seed;
};

/*
 * Reads DIR and the hosts map (MONARCH_HOSTS, else DIR/hosts) and clock
 * (MONARCH_CLOCK, else DIR/clock).  FAULT_DENIED: the RA's or the ECA's
 * address is not one of this machine's loopback, for a load belongs nowhere
 * else.
 */
enum fault must_check world_open(
    struct world *, const char *dir, uint64_t seed, struct fault_info *);
void world_close(struct world *);

/* The clock file, as it is now, becomes the time of this process. */
void world_clock(const struct world *);
/* Moves the clock file on by one period; everybody follows within a second. */
enum fault must_check world_next_period(
    const struct world *, struct fault_info *);
/* The period that it is now. */
uint32_t world_period(const struct world *);
/* The first period that devices cannot have now: the supply ends there, or the
 * PCA's certificate.  Enrollment certificates may end earlier. */
uint32_t world_supply_end(const struct world *);

#endif /* FLEET_WORLD_H */
