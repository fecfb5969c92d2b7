/*
 * log.h - one line per event: UTC time, level, process, text with key=value.
 *
 * Nothing secret and nothing that links a device to a certificate may be
 * passed in.  Lines go to stderr until log_open() names a file (mode 0600).
 * Thread-safe: a line is one write(2).
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/attr.h"
#include "base/fault.h"

/* Name shown on each line; path NULL: stderr.  Borrows both strings. */
enum fault must_check log_open(
    const char *process, const char *path, struct fault_info *);
void log_debug(const char *, ...) printf_like(1, 2); /* MONARCH_DEBUG set */
void log_info(const char *, ...) printf_like(1, 2);
void log_warn(const char *, ...) printf_like(1, 2);
void log_error(const char *, ...) printf_like(1, 2);
/* Logs and leaves with status 1, for errors that a restart must cure. */
no_return void log_fatal(const char *, ...) printf_like(1, 2);

#endif /* BASE_LOG_H */
