/* stages.c - see stages.h. */
#include "role/pca/stages.h"

struct stage_time pca_stages[PCA_STAGES] = {
#define STAGE STAGE_NAME
#include "role/pca/stage.def"
#undef STAGE
};
