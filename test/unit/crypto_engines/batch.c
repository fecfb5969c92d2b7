/* batch.c - see operation.h. */
#include <stdlib.h>
#include <string.h>

#include "operation.h"
#include "plain.h"

/* Not aligned, and so that AddressSanitizer notices the octet behind it. */
static void *
array(size_t n, size_t size)
{
	uint8_t *p = calloc(1, 1 + n * size);

	if (p == NULL)
		plain_failed("out of memory");
	return p + 1;
}

static void
array_free(void *p)
{
	if (p != NULL)
		free((uint8_t *)p - 1);
}

/* Structs that hold pointers keep their alignment. */
static void *
aligned(size_t n, size_t size)
{
	void *p = calloc(n + 1, size);

	if (p == NULL)
		plain_failed("out of memory");
	return p;
}

static void
make_array(struct batch *b, char letter)
{
	size_t n = b->n;

	switch (letter) {
	case 'P':
		b->P = array(n, sizeof(b->P[0]));
		break;
	case 'R':
		b->R = array(n, sizeof(b->R[0]));
		break;
	case 'k':
		b->k = array(n, sizeof(b->k[0]));
		break;
	case 'm':
		b->m = array(n, sizeof(b->m[0]));
		break;
	case 'c':
		b->c = array(n, sizeof(b->c[0]));
		break;
	case 'x':
		b->x = array(n, sizeof(b->x[0]));
		break;
	case 'e':
		b->e = array(n, sizeof(b->e[0]));
		break;
	case 's':
		b->sig = array(n, sizeof(b->sig[0]));
		break;
	case 'w':
		b->wrapped = array(n, sizeof(b->wrapped[0]));
		break;
	case 'K':
		b->key = array(n, sizeof(b->key[0]));
		break;
	case 'i':
		b->ij = aligned(n, sizeof(b->ij[0]));
		break;
	case 'l':
		b->wide = array(n, sizeof(b->wide[0]));
		break;
	case 't':
		b->text = aligned(n, sizeof(b->text[0]));
		break;
	case 'T':
		b->more = aligned(n, sizeof(b->more[0]));
		break;
	case 'q':
		break;
	default:
		plain_failed("no such array");
	}
}

struct batch *
batch_new(const struct operation *o, struct stream *s, size_t n)
{
	/* None, one, some, half, all. */
	static const unsigned wild[] = {0, 0, 26, 128, 256};
	size_t kind = stream_below(s, 5);
	struct batch *b = aligned(1, sizeof(*b));

	b->n = n;
	b->in_place = stream_below(s, 2) == 1;
	b->wild = wild[kind];
	b->only = kind == 1 && n > 0 ? stream_below(s, n) : SIZE_MAX;
	stream_octets(s, &b->seed, sizeof(b->seed));
	for (const char *p = o->arrays; *p != '\0'; p++)
		make_array(b, *p);
	o->fill(b, s);
	return b;
}

static void
texts_free(struct bytes *text, size_t n)
{
	for (size_t i = 0; text != NULL && i < n; i++)
		array_free((void *)(uintptr_t)text[i].p);
	free(text);
}

void
batch_free(struct batch *b)
{
	array_free(b->P);
	array_free(b->R);
	array_free(b->k);
	array_free(b->m);
	array_free(b->c);
	array_free(b->x);
	array_free(b->e);
	array_free(b->sig);
	array_free(b->wrapped);
	array_free(b->key);
	array_free(b->wide);
	free(b->ij);
	texts_free(b->text, b->n);
	texts_free(b->more, b->n);
	free(b);
}

bool
batch_wild(const struct batch *b, struct stream *s, size_t i)
{
	return i == b->only || stream_below(s, 256) < b->wild;
}

void
batch_text(struct bytes *out, struct stream *s, size_t n)
{
	uint8_t *p = array(n, 1);

	stream_octets(s, p, n);
	*out = (struct bytes){p, n};
}

enum fault
batch_good(const struct batch *b, bool *ok)
{
	for (size_t i = 0; ok != NULL && i < b->n; i++)
		ok[i] = true;
	return FAULT_OK;
}

void
known_key(struct point *out, struct scalar *d, size_t at)
{
	static const char other[] = "no private key that matters";
	struct scalar k = {{0}};

	k.b[31] = at == 2 ? 2 : 1;
	if (at == 1)
		plain_negative(&k, &k);
	if (at == 3)
		memcpy(k.b, other, sizeof(other));
	if (!plain_mul(out, &k, NULL, NULL))
		plain_failed("known key");
	if (d != NULL)
		*d = k;
}

bool
same(const uint8_t *out, bool ok, const void *expected, size_t n,
    bool expected_ok)
{
	if (ok != expected_ok)
		return false;
	if (ok)
		return n == 0 || memcmp(out, expected, n) == 0;
	for (size_t i = 0; i < n; i++)
		if (out[i] != 0)
			return false;
	return true;
}

static const struct {
	const struct operation *o;
	const size_t *n;
} tables[] = {
    {operations_points, &operations_points_n},
    {operations_sums, &operations_sums_n},
    {operations_scalars, &operations_scalars_n},
    {operations_signatures, &operations_signatures_n},
    {operations_keys, &operations_keys_n},
    {operations_symmetric, &operations_symmetric_n},
};

const struct operation *
operation_at(size_t i)
{
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		if (i < *tables[t].n)
			return &tables[t].o[i];
		i -= *tables[t].n;
	}
	return NULL;
}

const struct operation *
operation_find(const char *name)
{
	const struct operation *o;

	for (size_t i = 0; (o = operation_at(i)) != NULL; i++)
		if (strcmp(o->name, name) == 0)
			return o;
	return NULL;
}
