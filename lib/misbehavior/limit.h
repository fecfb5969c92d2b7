/*
 * limit.h - the thresholds of the plausibility checks (limit.def), in the units
 * given there.
 */
#ifndef MISBEHAVIOR_LIMIT_H
#define MISBEHAVIOR_LIMIT_H

struct misbehavior_limits {
#define LIMIT(name, value, unit, reason) double name;
#include "misbehavior/limit.def"
#undef LIMIT
};

extern const struct misbehavior_limits misbehavior_limit;

#endif /* MISBEHAVIOR_LIMIT_H */
