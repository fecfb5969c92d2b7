/*
 * versions.h - folders of files whose versions follow one another: each new
 * one has a name that sorts behind the former ones of its kind, old ones stay,
 * and the component's audit log has a line for each:
 *
 *	policy by=root file=global_policy_0002.oer hash=5f3a...
 *
 * hash is SHA-256 of the file.
 */
#ifndef SERVICE_VERSIONS_H
#define SERVICE_VERSIONS_H

#include "audit/audit.h"
#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "base/file.h"

#define VERSION_NAME 80

/* The last name that begins with kind and ends with ".oer".  FAULT_NOT_FOUND,
 * FAULT_IO. */
enum fault must_check versions_last(char out[VERSION_NAME], const char *folder,
    const char *kind, struct fault_info *);
/*
 * Adds a version, durably: first the line in the log, then the file.  who made
 * it; NULL: the user of this process.  Fine if the same is there; FAULT_EXISTS
 * if another one has the name.
 */
enum fault must_check versions_add(struct audit *, const char *folder,
    const char *name, struct bytes contents, const char *who,
    struct fault_info *);
/* Whose process this is, for accounts of what people do: whoever became root by
 * sudo is still who did it. */
const char *versions_user(void);
/* Keeps others who change the folder out until versions_unlock: waits. */
enum fault must_check versions_lock(
    int *lock, const char *folder, struct fault_info *);
void versions_unlock(int lock);

#endif /* SERVICE_VERSIONS_H */
