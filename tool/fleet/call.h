/* call.h - one request to the RA or ECA, and what an answer means. */
#ifndef FLEET_CALL_H
#define FLEET_CALL_H

#include "tool/fleet/fleet.h"

struct errand {
	struct http_client *client;
	enum request kind;
	/* The same octets as before, and perhaps too old by now: to be refused
	 * for that is no error. */
	bool again;
};

/* Sends and notes latency and errors.  OUTCOME_DONE: status 200 or 304. */
enum outcome call_http(struct fleet *, struct http_result *, struct arena *,
    const struct errand *, const struct http_call *);
/* An authenticated download of the file that the message names. */
enum outcome call_download(struct fleet *, struct http_result *, struct arena *,
    enum request, const char *path, const struct message *);
/* An answer that is not what it must be. */
enum outcome call_bad(struct fleet *, const struct fault_info *);

#endif /* FLEET_CALL_H */
