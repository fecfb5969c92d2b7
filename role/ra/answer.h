/*
 * answer.h - the answers of a batch on disk.
 *
 * One file per batch: per unit one piece, and in a piece the answers
 * j = 0, 1, ... each behind its length in two octets.  A unit's row says where
 * its piece lies.  Answers are SignedEncryptedCertificateResponses, which only
 * the device can open.
 */
#ifndef RA_ANSWER_H
#define RA_ANSWER_H

#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "base/file.h"

/* Where a piece lies. */
struct answer_place {
	uint32_t offset, size;
};

/*
 * Writes the pieces of units * each answers, given as answers[u * each + j];
 * durable when it returns.  A unit with an answer missing (n 0) gets no piece:
 * its size is 0.
 */
enum fault must_check answer_write(const char *path,
    const struct bytes *answers, size_t units, size_t each,
    struct answer_place *places, struct arena *, struct fault_info *);
/* Reads a piece, which must consist of n answers.  FAULT_STORE if it does
 * not; FAULT_NOT_FOUND: no such file. */
enum fault must_check answer_read(struct bytes *answers, size_t n,
    struct arena *, const char *path, struct answer_place, struct fault_info *);

/* Removes what killed writes left in the folders of a folder. */
enum fault must_check answer_sweep(const char *folder, struct fault_info *);

#endif /* RA_ANSWER_H */
