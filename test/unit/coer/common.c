/* common.c - see common.h; the one place that defines the test types. */
#define ASN_DEFINE
#include "types.h"

#include <stdio.h>
#include <string.h>

#include "common.h"

static uint8_t input[4096];

static void
strip(char *out, const char *hex)
{
	for (; *hex != '\0'; hex++)
		if (*hex != ' ')
			*out++ = *hex;
	*out = '\0';
}

enum fault
decode_hex(const struct asn_type *t, union value *v, const char *hex,
    struct fault_info *fi)
{
	static _Alignas(16) uint8_t memory[1 << 16];
	static char plain[2 * sizeof(input) + 1];
	struct arena arena = arena_of(memory, sizeof(memory));
	size_t n;

	strip(plain, hex);
	n = strlen(plain) / 2;
	assert_true(t->size <= sizeof(*v) && n <= sizeof(input));
	assert_true(hex_decode(input, n, plain));
	memset(v, 0xa5, sizeof(*v));
	return coer_decode(t, v, &arena, (struct bytes){input, n}, fi);
}

const char *
encode_hex(const struct asn_type *t, const void *v)
{
	static char hex[2 * sizeof(input) + 1];
	static uint8_t out[sizeof(input)];
	struct writer w = writer_of(out, sizeof(out));
	enum fault f = coer_encode(t, v, &w, NULL);
	struct bytes b = writer_done(&w);

	if (f != FAULT_OK)
		return fault_name(f);
	assert_int_equal(coer_size(t, v), b.n);
	hex_encode(hex, b.p, b.n);
	return hex;
}

void
run_decode_case(const struct decode_case *c)
{
	char plain[2 * sizeof(input) + 1];
	struct fault_info fi = {0};
	union value v;
	enum fault f = decode_hex(c->type, &v, c->hex, &fi);

	if (f != c->fault)
		print_error("%s %s: %s, %s expected; %s\n", c->type->name,
		    c->hex, fault_name(f), fault_name(c->fault), fi.text);
	assert_int_equal(f, c->fault);
	if (f == FAULT_OK) {
		strip(plain, c->hex);
		assert_string_equal(encode_hex(c->type, &v), plain);
		return;
	}
	assert_int_equal(fi.code, f);
	if (c->text != NULL && strstr(fi.text, c->text) == NULL)
		print_error("%s %s: \"%s\" expected in \"%s\"\n", c->type->name,
		    c->hex, c->text, fi.text);
	assert_true(c->text == NULL || strstr(fi.text, c->text) != NULL);
}
