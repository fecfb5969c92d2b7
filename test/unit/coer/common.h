/*
 * common.h - octets given as hexadecimal, in and out of values.
 */
#ifndef TEST_COER_COMMON_H
#define TEST_COER_COMMON_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "types.h"

struct decode_case {
	const struct asn_type *type;
	const char *hex;
	enum fault fault; /* OK: encodes to hex again */
	const char *text; /* part of the error's text */
};

/* A value of any type of types.h. */
union value {
	_Alignas(16) uint8_t b[512];
	t_list list;
	t_options options;
	t_ext ext;
	t_choice choice;
	t_choice_ext choice_ext;
	t_nest nest;
	t_plain plain;
};

/* Decodes hex (spaces allowed) into *v; what v points to lives until the next
 * call. */
enum fault decode_hex(
    const struct asn_type *, union value *, const char *, struct fault_info *);
/* The encoding as hex without spaces, or the name of the fault. */
const char *encode_hex(const struct asn_type *, const void *);
/* Runs a case: decodes, and encodes again where it should decode. */
void run_decode_case(const struct decode_case *);

#endif /* TEST_COER_COMMON_H */
