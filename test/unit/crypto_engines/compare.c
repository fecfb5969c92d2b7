/* compare.c - see compare.h. */
#include <stdio.h>
#include <stdlib.h>

#include "compare.h"
#include "crypto/engine_int.h"
#include "crypto/random_int.h"
#include "plain.h"

static struct {
	const char *name;
	bool without;
	struct p256_known *known[KNOWN_KEYS];
} engines[] = {{.name = "portable"}, {.name = "lanes"}, {.name = "emulated"}};

#define ENGINES (sizeof(engines) / sizeof(engines[0]))

static const struct engine *
find(size_t at)
{
	if (strcmp(engines[at].name, "emulated") == 0)
		return &emulated_engine;
	return engine_find(engines[at].name);
}

bool
compare_use(const char *name, bool use)
{
	bool found = false;

	for (size_t i = 0; i < ENGINES; i++)
		if (strcmp(engines[i].name, name) == 0)
			engines[i].without = !use, found = true;
	return found;
}

bool
compare_has(const char *name)
{
	for (size_t i = 0; i < ENGINES; i++)
		if (strcmp(engines[i].name, name) == 0)
			return find(i) != NULL && !engines[i].without;
	return false;
}

/* Each engine makes its own table of a key. */
static const struct p256_known *
known(size_t e, size_t at)
{
	struct p256_known **k = &engines[e].known[at];
	struct point Q;

	if (*k == NULL) {
		known_key(&Q, NULL, at);
		*k = p256_known_new(&Q);
	}
	if (*k == NULL)
		plain_failed("a known key is refused");
	return *k;
}

void
compare_end(void)
{
	for (size_t e = 0; e < ENGINES; e++)
		for (size_t i = 0; i < KNOWN_KEYS; i++) {
			p256_known_free(engines[e].known[i]);
			engines[e].known[i] = NULL;
		}
	engine_use_for_tests(NULL);
}

/* What is drawn: first the prepared scalars, then octets by the seed.  Now
 * and then 32 octets that are no scalar, so that they are drawn again. */
struct source {
	const uint8_t *p;
	size_t left;
	struct stream rest;
};

static void
source(void *arg, void *out, size_t n)
{
	struct source *s = arg;
	uint8_t *to = out;
	size_t m = n < s->left ? n : s->left;

	if (m > 0)
		memcpy(to, s->p, m);
	s->p += m;
	s->left -= m;
	stream_octets(&s->rest, to + m, n - m);
	for (; m + 32 <= n; m += 32)
		if (to[m] == 0x17)
			memset(to + m, (int)(to[m + 1] & 1) * 0xff, 32);
}

/* What one engine made of a batch. */
struct result {
	uint8_t *out;
	bool *ok;
	enum fault first;
};

static void
result_free(struct result *r)
{
	free(r->out == NULL ? NULL : r->out - 1);
	free(r->ok);
	*r = (struct result){0};
}

static struct result
run(const struct operation *o, struct batch *b, size_t e, bool verdicts)
{
	static const uint8_t nothing[1];
	struct source s = {.p = nothing, .rest.state = b->seed};
	uint8_t *out = malloc(1 + b->n * o->size);
	struct result r = {.out = out + 1, .ok = calloc(b->n + 1, 1)};

	if (out == NULL || r.ok == NULL)
		plain_failed("out of memory");
	if (b->drawn != NULL)
		s.p = (const uint8_t *)b->drawn, s.left = 32 * b->n;
	memset(out, 0x5a, 1 + b->n * o->size);
	engine_use_for_tests(find(e));
	if (strchr(o->arrays, 'q') != NULL)
		b->known = known(e, b->known_at);
	random_replace(source, &s);
	r.first = o->run(b, r.out, verdicts ? r.ok : NULL);
	random_replace(NULL, NULL);
	return r;
}

static void
say(const struct operation *o, const struct batch *b, size_t i,
    const char *engine, const char *what)
{
	fprintf(stderr, "%s: %s: element %zu of %zu%s: %s\n", o->name, engine,
	    i, b->n, b->in_place ? ", in place" : "", what);
}

static void
show(const char *name, const void *octets, size_t n)
{
	const uint8_t *p = octets;

	if (octets == NULL)
		return;
	fprintf(stderr, "  %s ", name);
	for (size_t i = 0; i < n; i++)
		fprintf(stderr, "%02x", p[i]);
	fputc('\n', stderr);
}

/* The inputs of one element, to make the case again. */
static void
show_inputs(const struct batch *b, size_t i)
{
#define SHOW(a) show(#a, b->a == NULL ? NULL : &b->a[i], sizeof(b->a[0]))
	SHOW(P);
	SHOW(R);
	SHOW(k);
	SHOW(m);
	SHOW(c);
	SHOW(x);
	SHOW(e);
	SHOW(sig);
	SHOW(wrapped);
	SHOW(key);
	SHOW(ij);
	SHOW(wide);
#undef SHOW
	if (b->text != NULL)
		fprintf(stderr, "  text of %zu octets\n", b->text[i].n);
	if (b->more != NULL)
		fprintf(stderr, "  more of %zu octets\n", b->more[i].n);
}

/* The first difference is enough. */
static bool
equal(const struct operation *o, const struct batch *b, const char *engine,
    const struct result *r, const struct result *expected)
{
	size_t size = o->size;

	for (size_t i = 0; i < b->n; i++) {
		if (r->ok[i] == expected->ok[i] &&
		    memcmp(r->out + i * size, expected->out + i * size, size) ==
			0)
			continue;
		say(o, b, i, engine, "differs from the portable engine");
		show_inputs(b, i);
		show("portable", expected->out + i * size, size);
		show(engine, r->out + i * size, size);
		fprintf(stderr, "  ok: %d, should be %d\n", r->ok[i],
		    expected->ok[i]);
		return false;
	}
	if (r->first != expected->first) {
		fprintf(stderr, "%s: %s: %s instead of %s\n", o->name, engine,
		    fault_name(r->first), fault_name(expected->first));
		return false;
	}
	return true;
}

static bool
right(const struct operation *o, const struct batch *b, const char *engine,
    const struct result *r)
{
	bool all = true;

	for (size_t i = 0; i < b->n; i++) {
		all &= r->ok[i];
		if (o->right(b, i, r->out + i * o->size, r->ok[i]))
			continue;
		say(o, b, i, engine, "wrong, says OpenSSL");
		show_inputs(b, i);
		show("result", r->out + i * o->size, o->size);
		fprintf(stderr, "  ok: %d\n", r->ok[i]);
		return false;
	}
	if (all != (r->first == FAULT_OK)) {
		fprintf(stderr, "%s: %s: %s does not go with ok[]\n", o->name,
		    engine, fault_name(r->first));
		return false;
	}
	return true;
}

/* Without ok[] the rest is the same. */
static bool
same_without_verdicts(const struct operation *o, struct batch *b, size_t e,
    const struct result *expected)
{
	struct result r = run(o, b, e, false);
	bool good;

	memcpy(r.ok, expected->ok, b->n);
	good = equal(o, b, engines[e].name, &r, expected);
	result_free(&r);
	return good;
}

bool
compare(const struct operation *o, struct stream *s, size_t n)
{
	struct batch *b = batch_new(o, s, n);
	struct result first = {0}, r;
	bool good = true;

	for (size_t e = 0; e < ENGINES && good; e++) {
		if (!compare_has(engines[e].name))
			continue;
		r = run(o, b, e, true);
		if (first.ok == NULL)
			good = right(o, b, engines[e].name, &r);
		else
			good = equal(o, b, engines[e].name, &r, &first);
		if (good && b->seed % 16 == 0)
			good = same_without_verdicts(o, b, e, &r);
		if (first.ok == NULL)
			first = r;
		else
			result_free(&r);
	}
	result_free(&first);
	batch_free(b);
	return good;
}
