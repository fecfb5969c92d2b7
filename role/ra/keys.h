/*
 * keys.h - renewal of the keys under which LAs seal values for PCAs.
 *
 * The RA says when, and carries the three messages between the PCA and the LA,
 * which have no link of their own; they are signed and encrypted from end to
 * end, so that it learns nothing by that:
 *
 *	PCA /key-agreement-request	name of the LA	-> request
 *	LA  /key-agreement-request	request		-> response
 *	PCA /key-agreement-response	response	-> ack
 *	LA  /key-agreement-ack		ack		-> 204
 *
 * It keeps nothing: an agreement that was cut off somewhere is begun anew.  The
 * PCA has the key before the ack exists, and the LA uses it only after the
 * ack; so wherever it stops, what the LA seals can be opened.
 */
#ifndef RA_KEYS_H
#define RA_KEYS_H

#include "role/ra/ra.h"

/* A key is good for 2^32 values (lib/plv/symm.h); half of them are kept in
 * reserve for the time that a renewal may take. */
#define RA_KEY_VALUES ((uint64_t)1 << 31)
/* And it is renewed so long before it ends, where certificates permit. */
#define RA_KEY_MARGIN 604800u

/*
 * Looks after the key of a PCA and LA la, as often as is useful: asks the LA
 * about it, and renews it when the policy says so, when it has sealed enough,
 * when it ends, or when there is none.  FAULT_NOT_FOUND: nothing is due; other
 * faults: pca->key[la].again says when to try again.
 */
enum fault must_check keys_step(struct ra *, struct ra_pca *, unsigned la,
    struct arena *, struct fault_info *);
/* The thread. */
void keys_run(void *ra, struct service *);

#endif /* RA_KEYS_H */
