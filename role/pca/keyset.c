/*
 * keyset.c - open addressing with linear probing; a removal closes the gap,
 * so there are no marks to clean up.  Keys are hashes or ciphertext-like, so
 * their first octets serve as hash value.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "role/pca/keyset.h"

struct keyset {
	size_t key_n, slots, used; /* slots: a power of two */
	uint8_t *slot;		   /* 1 + key_n octets: taken, key */
};

#define SLOTS_MIN 1024

static uint8_t *
slot_at(const struct keyset *s, size_t i)
{
	return s->slot + (i & (s->slots - 1)) * (1 + s->key_n);
}

static size_t
home(const struct keyset *s, const uint8_t *key)
{
	uint64_t h;

	memcpy(&h, key, sizeof(h));
	h *= 0x9e3779b97f4a7c15u; /* mixes low into high */
	return (size_t)(h >> 20) & (s->slots - 1);
}

/* Where the key is, or the free slot where it would go. */
static size_t
seek(const struct keyset *s, const uint8_t *key)
{
	size_t i = home(s, key);
	const uint8_t *p;

	while (*(p = slot_at(s, i)) != 0 && memcmp(p + 1, key, s->key_n) != 0)
		i = (i + 1) & (s->slots - 1);
	return i;
}

static uint8_t *
slots_new(const struct keyset *s, size_t slots)
{
	uint8_t *p = calloc(slots, 1 + s->key_n);

	if (p == NULL)
		log_fatal("out of memory");
	return p;
}

struct keyset *
keyset_new(size_t key_n)
{
	struct keyset *s = calloc(1, sizeof(*s));

	assert(key_n >= sizeof(uint64_t) && key_n <= 64);
	if (s == NULL)
		log_fatal("out of memory");
	s->key_n = key_n;
	s->slots = SLOTS_MIN;
	s->slot = slots_new(s, s->slots);
	return s;
}

void
keyset_free(struct keyset *s)
{
	if (s == NULL)
		return;
	free(s->slot);
	free(s);
}

static void
resize(struct keyset *s, size_t slots)
{
	struct keyset old = *s;
	size_t i;

	s->slots = slots;
	s->slot = slots_new(s, slots);
	for (i = 0; i < old.slots; i++) {
		const uint8_t *p = slot_at(&old, i);

		if (*p != 0)
			memcpy(slot_at(s, seek(s, p + 1)), p, 1 + s->key_n);
	}
	free(old.slot);
}

bool
keyset_add(struct keyset *s, const uint8_t *key)
{
	uint8_t *p;

	if (s->used * 2 >= s->slots)
		resize(s, s->slots * 2);
	p = slot_at(s, seek(s, key));
	if (*p != 0)
		return false;
	*p = 1;
	memcpy(p + 1, key, s->key_n);
	s->used++;
	return true;
}

bool
keyset_has(const struct keyset *s, const uint8_t *key)
{
	return *slot_at(s, seek(s, key)) != 0;
}

void
keyset_remove(struct keyset *s, const uint8_t *key)
{
	size_t hole = seek(s, key), i = hole, distance;

	if (*slot_at(s, hole) == 0)
		return;
	/* Move up each follower that its probe would not find any more. */
	for (;;) {
		i = (i + 1) & (s->slots - 1);
		if (*slot_at(s, i) == 0)
			break;
		distance = (i - home(s, slot_at(s, i) + 1)) & (s->slots - 1);
		if (distance >= ((i - hole) & (s->slots - 1))) {
			memcpy(slot_at(s, hole), slot_at(s, i), 1 + s->key_n);
			hole = i;
		}
	}
	*slot_at(s, hole) = 0;
	s->used--;
	if (s->slots > SLOTS_MIN && s->used * 8 < s->slots)
		resize(s, s->slots / 2);
}

size_t
keyset_count(const struct keyset *s)
{
	return s->used;
}

bool
keyset_add_all(struct keyset *s, const uint8_t *const *keys, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!keyset_add(s, keys[i])) {
			while (i-- > 0)
				keyset_remove(s, keys[i]);
			return false;
		}
	return true;
}
