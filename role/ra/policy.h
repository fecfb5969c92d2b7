/*
 * policy.h - what the policy that we publish (LPF) says of our own work.
 *
 * The LPF is read again when its file has changed; one that does not verify
 * changes nothing.  Without any, the settings of the environment hold.
 */
#ifndef RA_POLICY_H
#define RA_POLICY_H

#include <pthread.h>
#include <stdint.h>

#include "cert/policy.h"
#include "role/ra/published.h"

struct ra;

struct ra_policy {
	/* Of a unit planned now; existing ones stay as they are. */
	uint32_t certs_per_i_period;
	uint32_t i_period_seconds;
	/* How far ahead certificates are generated. */
	uint32_t supply_seconds;
	/* A message to the PCA holds so many requests, or its oldest has
	 * waited shuffle_max_age seconds: that of the environment, but never
	 * longer than request_max_age (maxCertRequestAge). */
	uint32_t shuffle_count, shuffle_max_age, request_max_age;
	/* Application certificates: validity, and its overlap. */
	uint32_t application_seconds, application_overlap;
	/* Longest use of one LA-PCA key. */
	uint32_t key_update_seconds;
	/* Between two visits to the PG. */
	uint32_t retrieval_seconds;
	uint32_t until; /* Time32 of the next change; 0xffffffff: none */
};

/* The policy at hand; one per RA. */
struct ra_policies {
	pthread_mutex_t lock;
	unsigned seen; /* published.reading of what is in set; 0: nothing */
	struct arena arena;
	struct policy_set set;
	struct ra_policy now; /* in force from since until now.until */
	uint32_t since;
	/* Why the latest visit to the PG changed nothing; "": it did, or there
	 * was nothing to change.  Of this reading of what we publish. */
	char trouble[256];
	unsigned trouble_reading;
};

void ra_policies_init(struct ra_policies *);
void ra_policies_destroy(struct ra_policies *);

/* The values in force at a time (Time32).  Any thread; cheap. */
void ra_policy_at(struct ra *, struct ra_policy *, uint32_t time);

#endif /* RA_POLICY_H */
