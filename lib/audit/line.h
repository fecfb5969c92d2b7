/*
 * line.h - lines of a log that nobody changes unnoticed.
 *
 *	<number> <text> sha256=<64 hex digits>
 *
 * The hash is over the hash of the line before (64 hex digits; zeros before
 * the first) and everything of its own line that stands before the mark.
 */
#ifndef AUDIT_LINE_H
#define AUDIT_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/fault.h"

#define AUDIT_HASH 65	/* 64 hex digits, and an end of string */
#define AUDIT_LINE 1024 /* at most, with newline and end of string */

/* Where a log ends: the last line.  Number 0: there is none. */
struct audit_end {
	uint64_t number;
	char hash[AUDIT_HASH];
};

void audit_end_init(struct audit_end *);
/* Octets of text that fit into a line, whatever its number. */
#define AUDIT_TEXT (AUDIT_LINE - 20 - 1 - 8 - 64 - 2)

/* The line after *end, with newline, length returned; *end becomes it.  What
 * is not printable in text, or too long, is replaced and cut. */
size_t
audit_line_write(char out[AUDIT_LINE], struct audit_end *end, const char *text);
/* Is this (without newline) the line that follows *end?  Then *end becomes it.
 * HASH_MISMATCH says what does not fit. */
enum fault must_check audit_line_check(
    struct audit_end *, struct bytes line, struct fault_info *);
/* Number and hash as the line claims them, unchecked; BAD_MESSAGE. */
enum fault must_check audit_line_read(
    struct audit_end *, struct bytes line, struct fault_info *);

#endif /* AUDIT_LINE_H */
