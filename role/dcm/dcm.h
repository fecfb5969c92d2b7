/*
 * dcm.h - the device configuration manager: what its files share.
 *
 * One device after the other (a lock is held): who asks, what it is (judge.c),
 * whether its serial number may be used, then the ECA, the bundle, one commit
 * of all that is known about it, the log, and only then the answer.
 */
#ifndef DCM_DCM_H
#define DCM_DCM_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/file.h"
#include "enroll/bundle.h"
#include "enroll/eca.h"
#include "http/server.h"
#include "keys/component.h"
#include "role/dcm/activity.h"
#include "role/dcm/store.h"
#include "role/dcm/types.h"
#include "service/service.h"

struct dcm_conf {
#define CONF_DEF "role/dcm/dcm_conf.def"
#include "service/conf_members.h"
};

struct dcm {
	struct service *service;
	const struct dcm_conf *conf;
	const struct environment *environment;
	struct component self;
	struct eca_client eca;
	struct bundle_source source;
	char types[PATH_SIZE], people[PATH_SIZE], log[PATH_SIZE];
	pthread_mutex_t lock; /* one device at a time; of db */
	struct db *db;
	/* Calls of people who are no operators, in this minute: lines in the
	 * log, and those that had no room there. */
	uint32_t minute;
	unsigned strangers, untold;
	atomic_uint_fast64_t enrolled, repeated, refused;
};

#define DCM_REQUEST_MAX 16384u
#define DCM_SERIAL_MAX	64u
#define DCM_YEARS	70u /* asked for; the ECA shortens it */

/* What came in, and who brought it. */
struct dcm_call {
	const char *who; /* name of the TLS certificate, or NULL */
	const char *type, *serial, *method;
	struct bytes csr; /* METHOD_OWN */
	struct arena *arena;
	uint32_t now;
};

/* Keys, certificates and lists; and with the database. */
enum fault must_check dcm_load(
    struct dcm **, struct service *, struct fault_info *);
enum fault must_check dcm_open(
    struct dcm **, struct service *, struct fault_info *);
void dcm_close(struct dcm *);

/*
 * Enrolls a device; *zip is in the call's arena.  What happened is in the
 * activity log when it returns.  FAULT_DENIED: refused, the text says why;
 * FAULT_DUPLICATE: the serial number or the request was used;
 * FAULT_BAD_MESSAGE: the headers; any other fault: the same request may be sent
 * again.
 */
enum fault must_check dcm_bootstrap(struct dcm *, struct bytes *zip,
    const struct dcm_call *, struct fault_info *);

/* Does a request keep to what is certified for its type?  FAULT_DENIED. */
enum fault must_check dcm_judge(struct arena *, struct bytes csr,
    struct trust *, const struct dcm_type *, uint32_t now, struct fault_info *);
/* A fresh key, and a request for all that the type may have. */
enum fault must_check dcm_make_request(struct bytes *csr, struct scalar *key,
    struct arena *, const struct dcm_type *, uint32_t now, struct fault_info *);

/* Marks the latest enrollment of a serial number as done with.  FAULT_DENIED,
 * FAULT_NOT_FOUND. */
enum fault must_check dcm_release(struct db *, uint8_t enrollment[8],
    struct arena *, const char *serial, const char *who,
    const struct environment *, struct fault_info *);

http_handler dcm_handle_bootstrap, dcm_handle_injected, dcm_handle_log;

extern const struct service_command dcm_commands[];
#define DCM_COMMANDS 6

#endif /* DCM_DCM_H */
