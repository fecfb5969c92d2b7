/* mark.c - finds fields in what the general encoder has made. */
#include <assert.h>
#include <string.h>

#include "crypto/hash.h"
#include "role/pca/mark.h"

void
mark(uint8_t *out, size_t n, const char *field)
{
	assert(n <= MARK_MAX);
	kdf2_sha256(out, n, (const uint8_t *)field, strlen(field), NULL, 0);
}

void
mark_or_fill(uint8_t *out, size_t n, const char *field, int fill)
{
	if (field != NULL)
		mark(out, n, field);
	else
		memset(out, fill, n);
}

size_t
find(struct bytes in, struct bytes part)
{
	const uint8_t *at = memmem(in.p, in.n, part.p, part.n);

	assert(at != NULL);
	assert(memmem(at + 1, in.n - (size_t)(at - in.p) - 1, part.p, part.n) ==
	       NULL);
	return (size_t)(at - in.p);
}

size_t
find_mark(struct bytes in, size_t n, const char *field)
{
	uint8_t octet[MARK_MAX];

	mark(octet, n, field);
	return find(in, (struct bytes){octet, n});
}

size_t
find_difference(struct bytes a, struct bytes b)
{
	size_t at;

	assert(a.n == b.n);
	for (at = 0; at < a.n && a.p[at] == b.p[at]; at++)
		;
	assert(at < a.n);
	return at;
}
