/*
 * account.h - the operator's audit log, DIR/audit/log: ceremonies, and what
 * else is done to an environment from outside its components.
 */
#ifndef SCMS_ACCOUNT_H
#define SCMS_ACCOUNT_H

#include "audit/audit.h"
#include "base/file.h"

/* "ceremony by=<user> <text> record=<SHA-256 of the file>", durable when it
 * returns; dir is that of the environment.  To be called before what it tells
 * of takes effect. */
enum fault must_check account_record(const char *dir, const char *record,
    struct fault_info *, const char *fmt, ...) printf_like(4, 5);

#endif /* SCMS_ACCOUNT_H */
