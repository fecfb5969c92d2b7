/*
 * forget.h - what nobody needs any more is deleted.
 *
 * Reports - what was signed, words, times and places - of cases that were
 * dismissed or false, once they were taken more than ma_keep_days ago; a case
 * keeps their number.  Questions that were answered, or that nobody waits for,
 * of the same age, with their countersignatures.
 */
#ifndef MA_FORGET_H
#define MA_FORGET_H

#include "role/ma/ma.h"

/* now: Time32. */
enum fault must_check ma_forget(struct ma *, uint32_t now, struct fault_info *);

#endif /* MA_FORGET_H */
