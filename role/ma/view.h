/*
 * view.h - cases in words and drawings, for an operator.
 */
#ifndef MA_VIEW_H
#define MA_VIEW_H

#include <stdio.h>

#include "role/ma/ma.h"

/* A line for each case. */
enum fault must_check view_cases(struct ma *, FILE *, struct fault_info *);
/* One case, its evidence in words, and where it was; with svg (else NULL) the
 * drawing goes there.  FAULT_NOT_FOUND. */
enum fault must_check view_case(
    struct ma *, FILE *, FILE *svg, int64_t incident, struct fault_info *);

#endif /* MA_VIEW_H */
