/* issued.c - see issued.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "tool/scms/issued.h"

#define BATCH 32 /* hex digits */
#define HPCRS 64

struct issued_line {
	char batch[BATCH + 1], hpcrs[HPCRS + 1];
	enum issued_kind kind;
	int64_t count;
};

static const char *const kinds[ISSUED_KINDS] = {"pseudonym", "auth"};

/* false: it is of another form. */
static bool
read_line(struct issued_line *out, struct bytes text)
{
	char line[256], kind[16];

	if (text.n >= sizeof(line))
		return false;
	memcpy(line, text.p, text.n);
	line[text.n] = '\0';
	if (sscanf(line, "kind=%15s batch=%32s count=%" SCNd64 " hpcrs=%64s",
		kind, out->batch, &out->count, out->hpcrs) != 4)
		return false;
	for (unsigned k = 0; k < ISSUED_KINDS; k++)
		if (strcmp(kind, kinds[k]) == 0) {
			out->kind = (enum issued_kind)k;
			return out->count > 0;
		}
	return false;
}

void
issued_add(struct issued *all, struct bytes text)
{
	struct issued_line line;

	if (!read_line(&line, text)) {
		all->unknown++;
		return;
	}
	if (all->n == all->room) {
		all->room = 2 * all->room + 64;
		all->v = realloc(all->v, all->room * sizeof(*all->v));
		if (all->v == NULL)
			log_fatal("out of memory");
	}
	all->v[all->n++] = line;
}

static int
compare(const void *a, const void *b)
{
	const struct issued_line *x = a, *y = b;
	int c = strcmp(x->batch, y->batch);

	if (c == 0)
		c = strcmp(x->hpcrs, y->hpcrs);
	return c != 0 ? c : (int)x->kind - (int)y->kind;
}

void
issued_sum(struct issued *all, int64_t out[ISSUED_KINDS])
{
	memset(out, 0, ISSUED_KINDS * sizeof(*out));
	if (all->n > 0)
		qsort(all->v, all->n, sizeof(*all->v), compare);
	for (size_t k = 0; k < all->n; k++)
		if (k == 0 || compare(&all->v[k - 1], &all->v[k]) != 0)
			out[all->v[k].kind] += all->v[k].count;
}

void
issued_free(struct issued *all)
{
	free(all->v);
	*all = (struct issued){0};
}
