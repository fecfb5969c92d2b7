/* base64.c - see base64.h. */
#include <string.h>

#include "role/ra/base64.h"

#define NOT_A_DIGIT 64u

static unsigned
digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (unsigned)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (unsigned)(c - 'a') + 26;
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0') + 52;
	return c == '+' ? 62 : c == '/' ? 63 : NOT_A_DIGIT;
}

/* Four characters, the last pad of them '=', to 3 - pad octets. */
static bool
decode_four(struct writer *w, const char *in, size_t pad)
{
	uint32_t v = 0;

	for (size_t k = 0; k < 4; k++) {
		unsigned d = k < 4 - pad ? digit(in[k]) : 0;

		if (d == NOT_A_DIGIT)
			return false;
		v = v << 6 | d;
	}
	if ((v & ((1u << 8 * pad) - 1)) != 0) /* bits that stand for nothing */
		return false;
	write_uint(w, v >> 8 * pad, 3 - (unsigned)pad);
	return true;
}

bool
base64_decode(struct bytes *out, struct arena *arena, const char *text)
{
	size_t n = strlen(text), pad;
	struct writer w;
	uint8_t *p;

	if (n == 0 || n % 4 != 0)
		return false;
	pad = (size_t)(text[n - 1] == '=') +
	      (size_t)(text[n - 1] == '=' && text[n - 2] == '=');
	if ((p = arena_alloc(arena, n / 4 * 3, 1)) == NULL)
		return false;
	w = writer_of(p, n / 4 * 3);
	for (size_t k = 0; k < n; k += 4)
		if (!decode_four(&w, text + k, k + 4 == n ? pad : 0))
			return false;
	*out = writer_done(&w);
	return true;
}
