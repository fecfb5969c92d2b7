/* crlstore.h - the CRL store: what its files share. */
#ifndef CRLSTORE_CRLSTORE_H
#define CRLSTORE_CRLSTORE_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/file.h"
#include "http/server.h"
#include "service/service.h"

struct crlstore {
	struct service *service;
	char folder[PATH_SIZE]; /* of the composite CRLs */
	char trust[PATH_SIZE], known[PATH_SIZE];
	pthread_mutex_t accepting; /* one composite at a time */
	atomic_uint_fast64_t downloads, accepted, refused;
};

/* The composite that is given out; reads at most limit octets.  NOT_FOUND:
 * none; IO; TOO_LARGE. */
enum fault must_check crlstore_read(struct bytes *, struct arena *,
    const struct crlstore *, size_t limit, struct fault_info *);

http_handler crlstore_handle_download;

#endif /* CRLSTORE_CRLSTORE_H */
