/*
 * lop.h - the LOP (location obscurer proxy): HAProxy in TCP mode.
 *
 * What devices connect to.  It hides their addresses from the RA, cannot see
 * inside TLS, and logs no address.
 */
#ifndef SCMS_LOP_H
#define SCMS_LOP_H

#include "base/fault.h"
#include "service/environment.h"

/* Writes dir/lop/haproxy.cfg for net and connections_per_source_hour.  Paths in
 * it are relative to dir/lop, where HAProxy is started. */
enum fault must_check lop_write_config(
    const char *dir, const struct environment *, struct fault_info *);

#define LOP_CONFIG "haproxy.cfg"

#endif /* SCMS_LOP_H */
