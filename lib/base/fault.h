/*
 * fault.h - what can go wrong, in one list (fault.def).
 *
 * A function that can fail returns enum fault; at module borders it also
 * fills a struct fault_info, once, with a text that names the cause.  Outer
 * layers may only put context in front.  A NULL fault_info is allowed.
 */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include <stddef.h>

#include "base/attr.h"

enum fault {
#define FAULT(name, text) FAULT_##name,
#include "base/fault.def"
#undef FAULT
	FAULT_COUNT
};

struct fault_info {
	enum fault code;
	size_t offset;	/* of the octet, where input is at fault */
	char text[240]; /* for people and logs; holds no secret */
};

/* Fills fi (unless NULL) and returns code. */
enum fault fault_set(struct fault_info *fi, enum fault code, const char *fmt,
    ...) printf_like(3, 4);
/* As fault_set, and appends the text of errno. */
enum fault fault_errno(struct fault_info *fi, enum fault code, const char *fmt,
    ...) printf_like(3, 4);
/* Puts "context: " in front of the text of fi; returns its code. */
enum fault
fault_prefix(struct fault_info *fi, const char *fmt, ...) printf_like(2, 3);
/* The name as written in fault.def, such as "TRUNCATED". */
const char *fault_name(enum fault);
/* The general text of a fault. */
const char *fault_text(enum fault);

/* Leave the function with the fault of expr, if it has one. */
#define TRY(expr)                               \
	do {                                    \
		enum fault try_fault_ = (expr); \
		if (try_fault_ != FAULT_OK)     \
			return try_fault_;      \
	} while (0)

#endif /* BASE_FAULT_H */
