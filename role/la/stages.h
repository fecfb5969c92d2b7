/*
 * stages.h - what the LA measures of itself; role/la/stage.def.
 */
#ifndef LA_STAGES_H
#define LA_STAGES_H

#include "service/stage.h"

enum la_stage {
#define STAGE(name) LA_STAGE_##name,
#include "role/la/stage.def"
#undef STAGE
	LA_STAGES
};

extern struct stage_time la_stages[LA_STAGES];

#define LA_STAGE_END(name) stage_end(&la_stages[LA_STAGE_##name])

#endif /* LA_STAGES_H */
