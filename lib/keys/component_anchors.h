/*
 * component_anchors.h - the roots and electors of a component (cert/anchors.h):
 * those it was set up with, and what ballots have made of them since.
 *
 * In the component's folder:
 *	trust/ *.oer		roots, by the operator
 *	electors/ *.oer		the first electors; the folder may be absent
 *	data/anchors		what is in force
 */
#ifndef KEYS_COMPONENT_ANCHORS_H
#define KEYS_COMPONENT_ANCHORS_H

#include "base/arena.h"
#include "base/fault.h"
#include "cert/anchors.h"

/* Those in force: of data/anchors, and roots that the operator has put into
 * trust since, if there is room.  Faults name the file; STORE: data/anchors is
 * damaged. */
enum fault must_check component_anchors_read(
    struct anchors *, struct arena *, const char *folder, struct fault_info *);
enum fault must_check component_anchors_keep(
    const char *folder, const struct anchors *, struct fault_info *);

#endif /* KEYS_COMPONENT_ANCHORS_H */
