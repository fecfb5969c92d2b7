/*
 * refused.h - units that a PCA refused as a whole, when their pause is over.
 */
#ifndef RA_REFUSED_H
#define RA_REFUSED_H

#include "role/ra/ra.h"

/* A part of a planner's pass: they wait in their pools again.  Those of a PCA
 * that has left since are given up, and their periods planned anew for the PCA
 * that their device belongs to now. */
enum fault must_check refused_again(
    struct ra *, struct db *, bool *busy, struct fault_info *);

#endif /* RA_REFUSED_H */
