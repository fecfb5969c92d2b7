/*
 * replay.h - has this message been accepted before?
 *
 * A message is told by the hash that its signature is over, so neither another
 * (r, s), nor another form of r, nor another form of the signer field makes a
 * message new (guidance note 3).  Memory is bounded: entries are forgotten
 * after `seconds`, and the oldest one when there are more than `capacity`.
 * Thread-safe.
 */
#ifndef CERT_REPLAY_H
#define CERT_REPLAY_H

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "crypto/hash.h"

struct replay;

struct replay *replay_new(size_t capacity, uint32_t seconds);
void replay_free(struct replay *);
/* FAULT_REPLAYED, or enters the message. now is Time32. */
enum fault must_check replay_check(
    struct replay *, const struct digest *, uint32_t now, struct fault_info *);

#endif /* CERT_REPLAY_H */
