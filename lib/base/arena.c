/* arena.c - see arena.h. */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define FIRST_BLOCK ((size_t)64 << 10)

struct arena_block {
	struct arena_block *next;
	size_t size; /* of data */
	size_t used; /* set when the next is begun */
	_Alignas(64) uint8_t data[];
};

struct arena
arena_of(void *p, size_t n)
{
	return (struct arena){.base = p, .size = n};
}

struct arena
arena_new(size_t limit)
{
	return (struct arena){.left = limit};
}

static bool
grow(struct arena *a, size_t need)
{
	size_t size = a->blocks == NULL ? FIRST_BLOCK : 2 * a->blocks->size;
	struct arena_block *b;

	if (size > a->left)
		size = a->left;
	if (size < need)
		size = need;
	if (size > a->left || (b = aligned_alloc(64, (sizeof(*b) + size + 63) &
							 ~(size_t)63)) == NULL)
		return false;
	if (a->blocks != NULL)
		a->blocks->used = a->used;
	b->next = a->blocks;
	b->size = size;
	a->blocks = b;
	a->left -= size;
	a->base = b->data;
	a->size = size;
	a->used = 0;
	return true;
}

void *
arena_alloc(struct arena *a, size_t size, size_t align)
{
	size_t pad = -((uintptr_t)a->base + a->used) & (align - 1);

	if (a->base == NULL || pad > a->size - a->used ||
	    size > a->size - a->used - pad) {
		if (size > a->left || !grow(a, size))
			return NULL;
		pad = 0;
	}
	a->used += pad + size;
	return memset(a->base + a->used - size, 0, size);
}

void *
arena_array(struct arena *a, size_t n, size_t size, size_t align)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total))
		return NULL;
	return arena_alloc(a, total, align);
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || (s = arena_alloc(a, (size_t)n + 1, 1)) == NULL)
		return NULL;
	va_start(ap, fmt);
	vsnprintf(s, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return s;
}

/* Wipes all blocks and frees those from first on. */
static void
release(struct arena *a, struct arena_block *first)
{
	struct arena_block *b, *next;

	if (a->blocks != NULL)
		a->blocks->used = a->used;
	for (b = a->blocks; b != NULL; b = b->next)
		explicit_bzero(b->data, b->used);
	for (b = first; b != NULL; b = next) {
		next = b->next;
		a->left += b->size;
		free(b);
	}
}

void
arena_reset(struct arena *a)
{
	if (a->blocks == NULL) {
		if (a->base != NULL)
			explicit_bzero(a->base, a->used);
	} else {
		release(a, a->blocks->next);
		a->blocks->next = NULL;
	}
	a->used = 0;
}

void
arena_free(struct arena *a)
{
	if (a->blocks == NULL) {
		arena_reset(a);
		return;
	}
	release(a, a->blocks);
	a->blocks = NULL;
	a->base = NULL;
	a->size = a->used = 0;
}
