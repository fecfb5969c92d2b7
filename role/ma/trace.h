/*
 * trace.h - where the messages of a stored report were, to be drawn.
 */
#ifndef MA_TRACE_H
#define MA_TRACE_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "role/ma/plot.h"

/* Messages that say where they are; positions in metres from the origin, which
 * the first position of all sets. */
struct trace_origin {
	bool is_set;
	double latitude, longitude; /* degrees */
};
struct trace {
	struct plot_point *suspect, *reporter;
	size_t suspect_n, reporter_n;
};

/* body: a signed report that was checked when it was taken; nothing is verified
 * here.  Memory is the arena's.  Faults of coer_decode. */
enum fault must_check trace_report(struct trace *, struct trace_origin *,
    struct arena *, struct bytes body, struct fault_info *);

#endif /* MA_TRACE_H */
