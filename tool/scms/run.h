/* run.h - other programs, waited for. */
#ifndef SCMS_RUN_H
#define SCMS_RUN_H

#include "base/fault.h"

/*
 * Runs arguments[0] (a path, or looked for on the PATH) with these files as
 * standard input and output.  Unless it ends with status 0, the last line that
 * it wrote to standard error becomes the fault.
 */
enum fault must_check run_program(
    const char *const *arguments, int in, int out, struct fault_info *);

#endif /* SCMS_RUN_H */
