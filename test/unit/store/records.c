/* records.c - see records.h. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "folder.h"
#include "records.h"

void
record_key(uint64_t number, uint8_t key[KEY_N])
{
	uint64_t state = number * 4, word;
	size_t i;

	for (i = 0; i < KEY_N; i += 8) {
		word = test_random(&state);
		memcpy(key + i, &word, 8);
	}
}

size_t
record_value(uint64_t number, uint8_t value[VALUE_MAX])
{
	uint64_t state = ~number;
	size_t n = test_random(&state) % VALUE_MAX, i;

	for (i = 0; i < n; i++)
		value[i] = (uint8_t)(number + i);
	return n;
}

enum fault
records_append(struct bulk *b, uint64_t first, size_t n, uint64_t *segment,
    struct fault_info *fi)
{
	struct bulk_record *v = calloc(n, sizeof(*v));
	uint8_t *keys = malloc(n * KEY_N), *values = malloc(n * VALUE_MAX);
	enum fault f;
	size_t i;

	assert_true(v != NULL && keys != NULL && values != NULL);
	for (i = 0; i < n; i++) {
		record_key(first + i, keys + i * KEY_N);
		v[i].key = keys + i * KEY_N;
		v[i].value.p = values + i * VALUE_MAX;
		v[i].value.n = record_value(first + i, values + i * VALUE_MAX);
	}
	f = bulk_append(b, v, n, segment, fi);
	free(values);
	free(keys);
	free(v);
	return f;
}

void
records_expect(struct bulk *b, uint64_t first, size_t n)
{
	struct arena arena = arena_new((size_t)1 << 20);
	uint8_t key[KEY_N], want[VALUE_MAX];
	struct bytes value;
	struct fault_info fi;
	size_t i, want_n;

	for (i = 0; i < n; i++) {
		record_key(first + i, key);
		want_n = record_value(first + i, want);
		if (bulk_find(b, &value, &arena, key, &fi) != FAULT_OK)
			fail_msg("record %llu: %s",
			    (unsigned long long)(first + i), fi.text);
		assert_int_equal(value.n, want_n);
		assert_memory_equal(value.p, want, want_n);
		if (i % 256 == 0)
			arena_reset(&arena);
	}
	arena_free(&arena);
}

size_t
records_count(struct bulk *b, uint64_t first, size_t n)
{
	uint8_t key[KEY_N];
	size_t i, found = 0;

	for (i = 0; i < n; i++) {
		record_key(first + i, key);
		found += bulk_has(b, key);
	}
	return found;
}

struct bulk *
records_open(const char *folder, enum bulk_mode mode)
{
	struct fault_info fi = {0};
	struct bulk *b = NULL;

	if (bulk_open(&b, folder, KEY_N, mode, &fi) != FAULT_OK)
		fail_msg("%s", fi.text);
	return b;
}

static enum fault
count_one(
    void *ctx, const uint8_t *key, struct bytes value, struct fault_info *fi)
{
	uint64_t *n = ctx;

	(void)key;
	(void)value;
	(void)fi;
	++*n;
	return FAULT_OK;
}

uint64_t
records_total(struct bulk *b)
{
	struct fault_info fi = {0};
	uint64_t n = 0;

	assert_int_equal(bulk_each(b, BULK_ALL, count_one, &n, &fi), FAULT_OK);
	return n;
}

void
records_settle(struct bulk *b)
{
	struct bulk_stats before, after;
	int quiet = 0;

	bulk_stats(b, &before);
	while (quiet < 100) {
		usleep(5000);
		bulk_stats(b, &after);
		quiet = after.merges == before.merges ? quiet + 1 : 0;
		before = after;
	}
}
