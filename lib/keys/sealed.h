/*
 * sealed.h - files of secret octets: mode 0600, optionally sealed under a
 * passphrase as key.h says; also symmetric keys that roles keep.
 */
#ifndef KEYS_SEALED_H
#define KEYS_SEALED_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "crypto/aes.h"

/* Files are read up to this size. */
#define SEALED_MAX ((size_t)65536)

/* Writes a new file (EXISTS). passphrase BYTES_NONE: the octets as they are. */
enum fault must_check sealed_save(const char *path, struct bytes secret,
    struct bytes passphrase, struct fault_info *);
/* *out lies in the arena; wipe it with arena_reset or arena_free.
 * NOT_FOUND, IO, TOO_LARGE, DENIED (sealed, no passphrase), BAD_TAG. */
enum fault must_check sealed_load(struct bytes *out, struct arena *,
    const char *path, struct bytes passphrase, struct fault_info *);

/* Sixteen secret octets in a plain file. key16_load: BAD_MESSAGE unless 16. */
enum fault must_check key16_save(
    const char *path, const struct key16 *, struct fault_info *);
enum fault must_check key16_load(
    struct key16 *out, const char *path, struct fault_info *);
/* As key16_load; makes a random one if there is no file. */
enum fault must_check key16_load_or_make(
    struct key16 *out, const char *path, struct fault_info *);

#endif /* KEYS_SEALED_H */
