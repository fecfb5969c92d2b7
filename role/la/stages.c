/* stages.c - see stages.h. */
#include "role/la/stages.h"

struct stage_time la_stages[LA_STAGES] = {
#define STAGE STAGE_NAME
#include "role/la/stage.def"
#undef STAGE
};
