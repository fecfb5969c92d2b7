/* verify_int.h - inside of a struct monarch_verifier; for verify*.c. */
#ifndef DEVICE_VERIFY_INT_H
#define DEVICE_VERIFY_INT_H

#include "cert/replay.h"
#include "cert/trust.h"
#include "device/crl_watch.h"
#include "device/monarch.h"

struct monarch_verifier {
	struct trust *trust;
	struct arena arena;    /* certificates taken from messages */
	struct replay *replay; /* NULL: repeats are accepted */

	/* Lists that were given, as in crl.h, malloc'd, and what the trust has
	 * of them; or those of a device's folder. */
	uint8_t *lists;
	size_t lists_n; /* 0: none */
	const struct revoked *revoked;
	struct crl_watch *device; /* NULL: none */
};

/* Before each message: the lists of a device may have changed. */
enum fault must_check verify_renew_lists(
    const struct monarch_verifier *, uint32_t now, struct fault_info *);
void verify_forget_lists(struct monarch_verifier *);

#endif /* DEVICE_VERIFY_INT_H */
