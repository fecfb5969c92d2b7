/*
 * stages.h - what the RA measures of itself; role/ra/stage.def.
 */
#ifndef RA_STAGES_H
#define RA_STAGES_H

#include "service/stage.h"

enum ra_stage {
#define STAGE(name) RA_STAGE_##name,
#include "role/ra/stage.def"
#undef STAGE
	RA_STAGES
};

extern struct stage_time ra_stages[RA_STAGES];

#define RA_STAGE_END(name) stage_end(&ra_stages[RA_STAGE_##name])

#endif /* RA_STAGES_H */
