/*
 * watch.h - what revocations and ballots do to a running component (use-cases
 * 10 and 11): a thread of the frame asks the CRL store for the composite CRL
 * and the PG for the global chain file, at the start and every
 * crl_poll_seconds, and makes what they say true for the component's trust.
 *
 * Chain files bring ballots that add roots and electors, and certificates of
 * others.  Composite CRLs bring ballots that remove some, which stand on their
 * own, and lists, each of a root and series, which stand for themselves, too:
 * one that does not verify, is older than the one in force, or is missing,
 * leaves that as it was.
 *
 * When its own chain is revoked, the component stops: its routes answer 503,
 * and its health says why.
 *
 *	data/anchors		roots and electors (keys/component_anchors.h)
 *	data/crl.oer		the lists in force, as a composite CRL
 */
#ifndef SERVICE_WATCH_H
#define SERVICE_WATCH_H

#include <stdatomic.h>

#include "keys/component.h"
#include "service/service.h"

struct watch;

/* Puts what was kept in force.  closed: to be true while the component is to
 * stand still.  The component must outlive the watch.  STORE: a kept file is
 * damaged. */
enum fault must_check watch_open(struct watch **, struct service *,
    struct component *, atomic_bool *closed, struct fault_info *);
void watch_close(struct watch *); /* NULL is fine */
/* The thread: until service_stopping. */
void watch_run(struct watch *);
void watch_health(struct watch *, struct service_health *);

#endif /* SERVICE_WATCH_H */
