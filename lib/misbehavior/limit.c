/* limit.c - see limit.h. */
#include "misbehavior/limit.h"

const struct misbehavior_limits misbehavior_limit = {
#define LIMIT(name, value, unit, reason) .name = (value),
#include "misbehavior/limit.def"
#undef LIMIT
};
