/*
 * errors.h - what a device is told when its request is refused.
 *
 * Each message is judged step by step (design.md 4, wire-interface.md 2); the
 * step at which it fails and the fault found there give the number.  All
 * numbers and texts are in errors.def, the whole mapping in one table.
 */
#ifndef RA_ERRORS_H
#define RA_ERRORS_H

#include "base/fault.h"

enum ee_error {
#define EE_ERROR(name, code, status, text) EE_ERROR_##name,
#include "role/ra/errors.def"
#undef EE_ERROR
	EE_ERROR_INTERNAL, /* no number: it is our fault, not theirs */
	EE_ERROR_COUNT
};

enum ee_step {
	EE_STEP_DECRYPTION, /* form of the message, encryption to us */
	EE_STEP_FORM,	    /* of what was encrypted */
	EE_STEP_BLACKLIST,
	EE_STEP_CERTIFICATE, /* enrollment certificate and chain */
	EE_STEP_TIME,
	EE_STEP_SIGNATURE,
	EE_STEP_RETRIES,
	EE_STEP_CONTENT, /* of a provisioning request */
	EE_STEP_HEADER,	 /* Download-Req */
	EE_STEP_NAME,	 /* file name and path */
	EE_STEP_OWNER,	 /* of the file that is asked for */
	EE_STEP_BATCH,	 /* is the file there? */
	EE_STEP_INFO,
	EE_STEP_CHAIN_FILE,
	EE_STEP_REPORT, /* a misbehavior report, whoever sends it */
};

struct ee_answer {
	unsigned code;	 /* 0: none */
	unsigned status; /* of HTTP where details are told */
	const char *text;
};

enum ee_error ee_error_of(enum ee_step, enum fault);
const struct ee_answer *ee_answer_of(enum ee_error);

#endif /* RA_ERRORS_H */
