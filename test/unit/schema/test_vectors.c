/*
 * test_vectors.c - all values of test/vectors/camp122.txt: each decodes to
 * its JSON and encodes back, from what was decoded and from the JSON; no
 * prefix of it decodes; and whatever one changed bit makes of it is refused
 * or encodes to the same octets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "coer/json.h"
#include "schema/schema.h"

#define NVALUE 1501

struct vector {
	char *name; /* Module.Type-n */
	const struct asn_type *type;
	struct bytes octets;
	char *json; /* without white space */
};

static struct vector vectors[NVALUE];
static struct arena lasting;
static const char *path;

static _Alignas(16) uint8_t memory[1 << 20], value[1 << 13];
static uint8_t output[1 << 16];

/* "Module.Type-n": no module has a dot in its name, no type a hyphen. */
static const struct asn_type *
type_of(const char *name)
{
	char *module = strdup(name), *type = strchr(module, '.');
	const struct asn_type *t;

	assert_non_null(type);
	*type++ = '\0';
	*strrchr(type, '-') = '\0';
	t = schema_find(module, type);
	if (t == NULL)
		fail_msg("no type %s in module %s", type, module);
	assert_true(t->size <= sizeof(value));
	free(module);
	return t;
}

static char *
next_line(FILE *f)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	do {
		if ((n = getline(&line, &size, f)) <= 0) {
			free(line);
			return NULL;
		}
		line[n - 1] = '\0';
	} while (*line == '#');
	return line;
}

static int
read_vectors(void **state)
{
	FILE *f = fopen(path, "r");
	size_t n = 0;
	char *name, *hex;

	(void)state;
	assert_non_null(f);
	lasting = arena_new((size_t)8 << 20);
	while ((name = next_line(f)) != NULL) {
		assert_true(n < NVALUE);
		assert_non_null(hex = next_line(f));
		vectors[n].name = name;
		vectors[n].type = type_of(name);
		assert_true(hex_decode_new(&lasting, &vectors[n].octets, hex));
		assert_non_null(vectors[n].json = next_line(f));
		free(hex);
		n++;
	}
	fclose(f);
	assert_int_equal(n, NVALUE);
	return 0;
}

static int
free_vectors(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < NVALUE; i++) {
		free(vectors[i].name);
		free(vectors[i].json);
	}
	arena_free(&lasting);
	return 0;
}

static enum fault
decode(const struct vector *v, struct bytes in, struct fault_info *fi)
{
	struct arena arena = arena_of(memory, sizeof(memory));

	return coer_decode(v->type, value, &arena, in, fi);
}

/* Encodes what decode() left; whether the octets are those of b. */
static bool
encodes_to(const struct vector *v, struct bytes b)
{
	struct writer w = writer_of(output, sizeof(output));
	struct fault_info fi;

	if (coer_encode(v->type, value, &w, &fi) != FAULT_OK) {
		print_error("%s: %s\n", v->name, fi.text);
		return false;
	}
	return bytes_equal(writer_done(&w), b) &&
	       coer_size(v->type, value) == b.n;
}

/* JSON without the white space between its tokens. */
static void
compact(char *text)
{
	bool quoted = false;
	char *out = text;

	for (; *text != '\0'; text++) {
		if (*text == '"')
			quoted = !quoted;
		if (*text == '\\')
			*out++ = *text++;
		if (quoted || (*text != ' ' && *text != '\n'))
			*out++ = *text;
	}
	*out = '\0';
}

static void
test_octets(void **state)
{
	struct fault_info fi;
	size_t i;

	(void)state;
	for (i = 0; i < NVALUE; i++) {
		if (decode(&vectors[i], vectors[i].octets, &fi) != FAULT_OK)
			fail_msg("%s: %s", vectors[i].name, fi.text);
		if (!encodes_to(&vectors[i], vectors[i].octets))
			fail_msg("%s: other octets", vectors[i].name);
	}
}

static void
test_json(void **state)
{
	struct fault_info fi;
	char *text;
	size_t i, n;
	FILE *f;

	(void)state;
	for (i = 0; i < NVALUE; i++) {
		assert_int_equal(
		    decode(&vectors[i], vectors[i].octets, &fi), FAULT_OK);
		assert_non_null(f = open_memstream(&text, &n));
		coer_json_write(f, vectors[i].type, value);
		assert_int_equal(fclose(f), 0);
		compact(text);
		if (strcmp(text, vectors[i].json) != 0)
			fail_msg("%s:\n have %s\n want %s", vectors[i].name,
			    text, vectors[i].json);
		free(text);
	}
}

static void
test_from_json(void **state)
{
	struct fault_info fi;
	struct arena arena;
	json_t *json;
	size_t i;

	(void)state;
	for (i = 0; i < NVALUE; i++) {
		json = coer_json_load(
		    vectors[i].json, strlen(vectors[i].json), &fi);
		assert_non_null(json);
		arena = arena_of(memory, sizeof(memory));
		memset(value, 0xa5, sizeof(value));
		if (coer_from_json(vectors[i].type, value, &arena, json, &fi) !=
		    FAULT_OK)
			fail_msg("%s: %s", vectors[i].name, fi.text);
		if (!encodes_to(&vectors[i], vectors[i].octets))
			fail_msg("%s: other octets", vectors[i].name);
		json_decref(json);
	}
}

static void
test_prefixes(void **state)
{
	size_t i, n;
	enum fault f;

	(void)state;
	for (i = 0; i < NVALUE; i++)
		for (n = 0; n < vectors[i].octets.n; n++) {
			f = decode(&vectors[i],
			    (struct bytes){vectors[i].octets.p, n}, NULL);
			if (f != FAULT_TRUNCATED)
				fail_msg("%s: %zu octets of %zu: %s",
				    vectors[i].name, n, vectors[i].octets.n,
				    fault_name(f));
		}
}

static void
test_trailing(void **state)
{
	uint8_t in[1 << 14];
	size_t i, n;

	(void)state;
	for (i = 0; i < NVALUE; i++) {
		n = vectors[i].octets.n;
		assert_true(n < sizeof(in));
		if (n > 0)
			memcpy(in, vectors[i].octets.p, n);
		in[n] = 0;
		assert_int_equal(
		    decode(&vectors[i], (struct bytes){in, n + 1}, NULL),
		    FAULT_TRAILING);
	}
}

/* Of the changes of one bit, some give another value, some none. */
static void
test_changed_bits(void **state)
{
	size_t i, bit, good = 0, bad = 0;
	uint8_t in[1 << 14];
	struct bytes b;

	(void)state;
	for (i = 0; i < NVALUE; i++) {
		if ((b = vectors[i].octets).n > sizeof(in) || b.n == 0)
			continue;
		memcpy(in, b.p, b.n);
		b.p = in;
		for (bit = 0; bit < 8 * b.n; bit++) {
			in[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
			if (decode(&vectors[i], b, NULL) != FAULT_OK)
				bad++;
			else if (encodes_to(&vectors[i], b))
				good++;
			else
				fail_msg("%s: other octets after a change of "
					 "bit %zu",
				    vectors[i].name, bit);
			in[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
		}
	}
	print_message("%zu changes decode, %zu are refused\n", good, bad);
	assert_true(good > 500000 && bad > 100000);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_octets),
	    cmocka_unit_test(test_json),
	    cmocka_unit_test(test_from_json),
	    cmocka_unit_test(test_prefixes),
	    cmocka_unit_test(test_trailing),
	    cmocka_unit_test(test_changed_bits),
	};

	if (argc != 2) {
		fprintf(stderr, "usage: test_schema_vectors FILE\n");
		return 2;
	}
	path = argv[1];
	return cmocka_run_group_tests(tests, read_vectors, free_vectors);
}
