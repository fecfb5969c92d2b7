/*
 * world.h - an RA without its frame, in a folder of its own, with certificates
 * of everybody it deals with, and devices.
 */
#ifndef TEST_RA_WORLD_H
#define TEST_RA_WORLD_H

#include "cert/profile.h"
#include "crypto/butterfly.h"
#include "http/server.h"
#include "role/ra/ra.h"

enum who {
	WHO_ROOT,
	WHO_ICA,
	WHO_ECA,
	WHO_PCA,
	WHO_RA,
	WHO_LA1,
	WHO_LA2,
	WHO_STRANGER, /* an ECA that is not on the list */
	WHO_PCA2,     /* known, but not in component.conf */
	WHO_MA,
	WHOS
};

struct actor {
	struct key *sign, *enc;
	struct cert *cert;
	struct signer signer;
};

struct device {
	struct scalar d; /* of the enrollment certificate */
	struct cert *cert;
	struct scalar a, h; /* caterpillar keys */
	struct point A, H;
	struct butterfly sign, encrypt;
	struct bytes request; /* provisioning POST, as it was sent */
	uint8_t id[8];	      /* request hash */
	int64_t number;	      /* what the RA calls it */
};

struct world {
	struct arena arena;
	char dir[64];
	struct actor actor[WHOS];
	struct actor former; /* the PCA, before world_renew_pca */
	struct service service;
	struct ra_conf conf;
	struct ra *ra; /* NULL: not running */
	struct db *db; /* a connection of the test's own */
};

#define WORLD_MAX_AGE 100000

/* Small numbers: K 3, 4 certificates a period, 5 periods ahead, 3 periods of
 * PLVs at a time; a pool is released when it holds 24 requests, those of 6
 * devices. */
void world_make(struct world *);
void world_remove(struct world *);
void world_start(struct world *);
void world_stop(struct world *);
/* Stopped: the next start has a second PCA. */
void world_add_pca(struct world *);
/* Stopped: the PCA gets another certificate and other keys. */
void world_renew_pca(struct world *);
/* Weeks pass. */
void world_wait(struct world *, int weeks);

/* What devices made from now on have instead of the usual: region and
 * request_permissions count. */
extern struct profile_params device_params;
/* Enrolled by the ECA (or by the stranger) with a fresh key. */
void device_make(struct device *, struct world *, enum who eca);
/* A signed and encrypted message of a device. */
struct bytes device_send(const struct device *, struct world *, struct arena *,
    struct bytes pdu, bool extra_octet);
/* The provisioning request in the layout of 1.2.2, made but not sent. */
void device_ask(struct device *, struct world *);
/* What the server does with requests that are answered together, until all
 * are. */
void finish_gathered(struct ra *, const struct http_request *const *,
    struct http_response *const *, size_t n);
/* Sends device->request to the handler; returns the status. */
unsigned device_provision(struct device *, struct world *);
struct bytes device_pdu(const struct device *, struct arena *, uint32_t time);

#define must(expr)                                                           \
	do {                                                                 \
		if ((expr) != FAULT_OK)                                      \
			fail_msg("%s:%d: %s: %s", __FILE__, __LINE__, #expr, \
			    fi.text);                                        \
	} while (0)

extern struct fault_info fi;

#endif /* TEST_RA_WORLD_H */
