/* backup.h - the form of a backup, shared by scms backup and scms restore. */
#ifndef SCMS_BACKUP_H
#define SCMS_BACKUP_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"

/*
 * A backup is a tar of the environment with one file more, which lists all
 * others: a first line, then "SHA-256 name" of each, in order of names.
 */
#define BACKUP_MANIFEST	  "backup.manifest"
#define BACKUP_FIRST_LINE "monarch backup 1\n"

/* The manifest of what is below folder, a manifest itself left out; memory to
 * be freed.  FAULT_DENIED: something there is neither file nor folder. */
enum fault must_check backup_manifest(
    char **out, const char *folder, struct fault_info *);

#endif /* SCMS_BACKUP_H */
