/* stages.c - see stages.h. */
#include "role/ra/stages.h"

struct stage_time ra_stages[RA_STAGES] = {
#define STAGE STAGE_NAME
#include "role/ra/stage.def"
#undef STAGE
};
