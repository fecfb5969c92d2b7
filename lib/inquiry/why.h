/*
 * why.h - the justification of a question, as it stands in a header and
 * between quotation marks in audit logs.
 */
#ifndef INQUIRY_WHY_H
#define INQUIRY_WHY_H

#include "base/fault.h"

/* NULL: none.  BAD_MESSAGE: none, empty, longer than INQUIRY_WHY_MAX, or with
 * other characters than inquiry.h permits. */
enum fault must_check why_check(const char *, struct fault_info *);

#endif /* INQUIRY_WHY_H */
