/*
 * device.h - a device at work: what is behind struct monarch_device.
 */
#ifndef DEVICE_DEVICE_H
#define DEVICE_DEVICE_H

#include "device/crl_watch.h"
#include "device/folder.h"
#include "device/identity.h"
#include "device/monarch.h"
#include "device/state.h"
#include "http/client.h"

/* How octets get to the RA: HTTPS, or in tests whatever they want. */
struct transport {
	enum fault (*call)(void *ctx, struct http_result *, struct arena *,
	    const struct http_call *, struct fault_info *);
	void *ctx;
};

struct monarch_device {
	struct folder folder;
	struct folder place; /* of the enrollment certificate in use */
	unsigned place_number;
	struct monarch_settings settings;
	struct arena arena; /* the bundle */
	struct bundle bundle;
	struct identity identity;
	struct crl_watch crl; /* of the identity's trust */
	struct state state;
	struct monarch_refusal refusal;
	/* The policy held: when it was made, whose values were read when, and
	 * when they change (Time64). */
	uint64_t policy_made[2], policy_read, policy_change;
	struct http_client *client; /* of the transport, if it is HTTPS */
	char *hosts;		    /* of the settings, a copy */
	struct transport transport;
	/* From the policy in force. */
	uint32_t i_seconds, supply_seconds, rse_validity, rse_overlap;
};

#define DEVICE_ATTEMPTS 4
#define DEVICE_FAILURES 100
#define DEVICE_TIMEOUT	10

/* As monarch_open, without a way to the RA. */
enum fault must_check device_open(struct monarch_device **, const char *folder,
    const struct monarch_settings *, struct fault_info *);
/* What is sent from now on goes over another connection than what was sent
 * before, and nothing shows that they are of one device. */
enum fault must_check device_reconnect(
    struct monarch_device *, struct fault_info *);
/* Who the device is and whom it trusts, from what its folder holds. */
enum fault must_check device_load_identity(
    struct monarch_device *, struct fault_info *);
/* Removes what these ballots, or (NULL) those of the lists that are held, say;
 * then keeps roots and electors if they have changed by this or before, and
 * forgets what chained to a root that is gone. */
enum fault must_check device_vote(struct monarch_device *,
    const struct anchors_removals *, struct fault_info *);
/* REVOKED: the device finds itself on a list. */
enum fault must_check device_check_self(
    struct monarch_device *, struct fault_info *);
void device_tell(
    const struct monarch_device *, enum monarch_event, const char *text);
/* Before an operation that talks to the RA: FAULT_GAVE_UP when too many have
 * failed in a row and nobody has asked to go on. */
enum fault must_check device_begin(
    struct monarch_device *, struct fault_info *);
/* Remembers how an operation ended; returns fault. */
enum fault
device_note(struct monarch_device *, enum fault, const struct fault_info *);

/* The private key of the certificate request. */
enum fault must_check device_read_key(
    struct scalar *, const struct folder *, struct fault_info *);

/*
 * One request to the RA: GET, or POST if there is a body.
 * What the network fails to deliver is sent again, settings.attempts in all,
 * with growing pauses; what says the time in it is made anew for each, lest a
 * repetition be refused as stale.  Statuses 200, 206, 304 and 416 are
 * successes; others are refusals: NOT_FOUND (not there yet), BLOCKED,
 * DUPLICATE, TOO_MANY, DENIED, BAD_MESSAGE by SCMS-POC-Error, HTTP_STATUS
 * without one.
 */
struct ra_request {
	const char *server; /* NULL: the RA; else https://host:port */
	const char *path;
	const char *header[2]; /* NULL: none */
	struct bytes body;
	size_t limit; /* of the answer */
	/* Sets header or body before each attempt; NULL: they stay. */
	enum fault (*make)(const void *ctx, struct ra_request *, struct arena *,
	    struct fault_info *);
	const void *ctx;
};
enum fault must_check ra_call(struct monarch_device *, struct http_result *,
    struct arena *, const struct ra_request *, struct fault_info *);

#endif /* DEVICE_DEVICE_H */
