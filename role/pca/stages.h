/*
 * stages.h - what the PCA measures of itself; role/pca/stage.def.
 */
#ifndef PCA_STAGES_H
#define PCA_STAGES_H

#include "service/stage.h"

enum pca_stage {
#define STAGE(name) PCA_STAGE_##name,
#include "role/pca/stage.def"
#undef STAGE
	PCA_STAGES
};

extern struct stage_time pca_stages[PCA_STAGES];

#define PCA_STAGE_END(name) stage_end(&pca_stages[PCA_STAGE_##name])

#endif /* PCA_STAGES_H */
