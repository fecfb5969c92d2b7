/* question_view.h - questions and revocations in words, for operators and
 * auditors. */
#ifndef MA_QUESTION_VIEW_H
#define MA_QUESTION_VIEW_H

#include <stdio.h>

#include "role/ma/ma.h"

/* A line for each question that waits; for each revocation. */
enum fault must_check view_questions(struct ma *, FILE *, struct fault_info *);
enum fault must_check view_revocations(
    struct ma *, FILE *, struct fault_info *);
/* One question that waits.  NOT_FOUND. */
enum fault must_check view_question(
    struct ma *, FILE *, int64_t number, struct fault_info *);
/* Its ScmsPDU, without countersignatures, into a file: for scms show, and for
 * auditors.  NOT_FOUND, IO. */
enum fault must_check question_export(
    struct ma *, int64_t number, const char *path, struct fault_info *);

#endif /* MA_QUESTION_VIEW_H */
