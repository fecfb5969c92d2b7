/* ma_countersign.h - scms ma countersign: an auditor agrees to a question. */
#ifndef SCMS_MA_COUNTERSIGN_H
#define SCMS_MA_COUNTERSIGN_H

#include "base/fault.h"

/* argv[0] is "countersign"; QUESTION --auditor FOLDER [--passphrase-file F]
 * DIR.  FAULT_USAGE and what the MA says, keys and files. */
enum fault must_check ma_countersign(
    int argc, char **argv, struct fault_info *);

#endif /* SCMS_MA_COUNTERSIGN_H */
