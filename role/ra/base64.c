/* base64.c - see base64.h. */
#include <string.h>

#include "role/ra/base64.h"

#define NOT_A_DIGIT 255u

/* What a character stands for, and one more; 0: nothing. */
/* clang-format off */
static const uint8_t digits[256] = {
    ['A'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
    14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
    ['a'] = 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39,
    40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52,
    ['0'] = 53, 54, 55, 56, 57, 58, 59, 60, 61, 62,
    ['+'] = 63, ['/'] = 64,
};
/* clang-format on */

static unsigned
digit(char c)
{
	return (digits[(uint8_t)c] - 1u) & 0xff;
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
