/* round_trip.c - see fuzz.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coer/coer.h"
#include "fuzz.h"

#define LARGEST (1 << 16)

static _Alignas(64) uint8_t memory[1 << 22], value[1 << 13];
static uint8_t out[LARGEST];

int
fuzz_round_trip(const struct asn_type *t, const uint8_t *in, size_t n)
{
	struct arena arena = arena_of(memory, sizeof(memory));
	struct writer w = writer_of(out, sizeof(out));
	struct fault_info fi = {0};
	enum fault f;

	if (n > LARGEST || t->size > sizeof(value))
		return 0;
	f = coer_decode(t, value, &arena, (struct bytes){in, n}, &fi);
	if (f != FAULT_OK) {
		/* Each error has a cause and stands inside the input. */
		if (fi.code != f || fi.text[0] == '\0' || fi.offset > n)
			abort();
		return 0;
	}
	if (coer_encode(t, value, &w, &fi) != FAULT_OK) {
		fprintf(stderr, "%s\n", fi.text);
		abort();
	}
	if (!bytes_equal(writer_done(&w), (struct bytes){in, n}) ||
	    coer_size(t, value) != n)
		abort();
	return 1;
}
