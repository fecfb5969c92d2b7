/*
 * auth_asking.h - a POST for identification or application certificates on its
 * way; for auth_judge.c and auth_provision.c.
 */
#ifndef RA_AUTH_ASKING_H
#define RA_AUTH_ASKING_H

#include "role/ra/auth.h"

/* A request: refused with m.fault, or answered by ack. */
struct asking {
	struct ra *ra;
	int kind; /* AUTH_... */
	struct ee_message m;
	struct digest request; /* SHA-256 of the whole body */
	struct bytes ack;
	bool is_known;	     /* the ack was given before */
	int64_t known_kind;  /* and to what */
	uint8_t known_id[8]; /* and to whom: the enrollment */
	int64_t device, row;
	/* What is granted: */
	sequence_of_psid_ssp *psids;
	const geographic_region *region;
	struct point a, h;	  /* identification: caterpillar keys */
	uint32_t next_i, end_i;	  /* and iterators */
	struct ra_policy policy;  /* application */
	struct ra_pca *pca;	  /* which will issue it */
	uint32_t start, end;	  /* its validity */
	struct bytes certificate; /* request to the PCA */
};

/* Looks for the ack that was given to these octets, and sets is_known.  Neither
 * the time nor anything else of them is judged again.  FAULT_BLOCKED,
 * BAD_MESSAGE (it was given to another kind of request). */
enum fault must_check auth_find_ack(
    struct asking *, struct db *, struct fault_info *);
/* May it be granted, and what?  m.ee.step says where it fails. */
enum fault must_check auth_judge(
    struct asking *, struct db *, struct fault_info *);
/* FAULT_DUPLICATE: another request of this holder for identification
 * certificates was granted. */
enum fault must_check auth_check_once(
    const struct asking *, struct db *, struct fault_info *);
/* FAULT_EXISTS: it begins too long before the end of the holder's latest
 * application certificate. */
enum fault must_check auth_check_start(
    const struct asking *, struct db *, struct fault_info *);

#endif /* RA_AUTH_ASKING_H */
