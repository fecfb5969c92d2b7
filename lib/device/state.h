/*
 * state.h - what a device remembers for people and for its next run: the file
 * "state", lines "key = value".  Its loss loses no certificate.
 */
#ifndef DEVICE_STATE_H
#define DEVICE_STATE_H

#include <stdint.h>

#include "base/fault.h"
#include "device/folder.h"

#define STATE_TEXT 200

/* key in the file, type, member */
#define STATE_FIELDS(NUMBER, TEXT)                                            \
	NUMBER(failures)     /* attempts that failed, in a row */             \
	NUMBER(last_contact) /* Time32: the RA last answered as it should */  \
	NUMBER(next)	     /* Time32 from .info; 0: unknown or never */     \
	NUMBER(wanting)	     /* 1 or more: something was missing */           \
	NUMBER(stopped)	     /* 1: gave up, until asked again */              \
	TEXT(last_error)     /* of the last attempt */                        \
	TEXT(policy_name)    /* file name of the LPF held */                  \
	TEXT(chain_name)     /* file name of the LCCF held */                 \
	TEXT(crl_tag)	     /* ETag of the composite CRL taken last */       \
	NUMBER(blocked)	     /* Time32 when the RA said so; 0: it does not */ \
	NUMBER(gccf_version) /* of the newest LCCF held so far */             \
	NUMBER(lccf_version)                                                  \
	/* what the policy in force says besides */                           \
	NUMBER(certs_per_i_period)                                            \
	NUMBER(overdue_crl_seconds) /* that a CRL may be overdue */

struct state {
#define NUMBER(member) uint32_t member;
#define TEXT(member)   char member[STATE_TEXT];
	STATE_FIELDS(NUMBER, TEXT)
#undef NUMBER
#undef TEXT
};

/* What is missing or unreadable is zero or empty. */
void state_read(struct state *, const struct folder *);
enum fault must_check state_write(
    const struct folder *, const struct state *, struct fault_info *);

#endif /* DEVICE_STATE_H */
