/* drawing.c - see drawing.h. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "role/ma/drawing.h"
#include "role/ma/trace.h"

#define MEMORY	     (64u << 20)
#define CERTIFICATES 24 /* with a letter of their own */

/* Tracks of one kind; those of one certificate have the same mark, and only
 * the first of them a label. */
struct layer {
	struct plot_track v[DRAWING_REPORTS];
	size_t n;
};

struct drawing {
	struct arena arena;
	struct trace_origin origin;
	struct layer reporters, suspects, found; /* from below */
	struct {
		uint8_t id[CERT_ID_SIZE];
		char label[80];
	} suspect[CERTIFICATES];
	size_t suspect_n;
};

struct drawing *
drawing_new(void)
{
	struct drawing *d = calloc(1, sizeof(*d));

	if (d == NULL)
		log_fatal("out of memory");
	d->arena = arena_new(MEMORY);
	return d;
}

void
drawing_free(struct drawing *d)
{
	arena_free(&d->arena);
	free(d);
}

static void
add(struct layer *l, char mark, const char *label, const struct plot_point *v,
    size_t n)
{
	if (n > 0 && l->n < DRAWING_REPORTS)
		l->v[l->n++] = (struct plot_track){mark, label, v, n};
}

/* Which of the certificates; the last letter is that of all others. */
static size_t
index_of(struct drawing *d, const uint8_t id[CERT_ID_SIZE], int64_t i)
{
	char hex[2 * CERT_ID_SIZE + 1];
	size_t k = 0;

	while (
	    k < d->suspect_n && memcmp(d->suspect[k].id, id, CERT_ID_SIZE) != 0)
		k++;
	if (k < d->suspect_n)
		return k;
	if (k == CERTIFICATES)
		return k - 1;
	hex_encode(hex, id, CERT_ID_SIZE);
	memcpy(d->suspect[k].id, id, CERT_ID_SIZE);
	snprintf(d->suspect[k].label, sizeof(d->suspect[k].label),
	    "suspect, certificate %s of period %lld", hex, (long long)i);
	return d->suspect_n++;
}

enum fault
drawing_add(struct drawing *d, struct bytes body,
    const uint8_t suspect[CERT_ID_SIZE], int64_t i, struct fault_info *fi)
{
	size_t before = d->suspect_n, k;
	struct trace t;

	TRY(trace_report(&t, &d->origin, &d->arena, body, fi));
	add(&d->reporters, 'r', d->reporters.n == 0 ? "reporters" : NULL,
	    t.reporter, t.reporter_n);
	if (t.suspect_n == 0)
		return FAULT_OK;
	k = index_of(d, suspect, i);
	add(&d->suspects, (char)('A' + k),
	    k == before ? d->suspect[k].label : NULL, t.suspect, t.suspect_n);
	add(&d->found, '*',
	    d->found.n == 0 ? "messages that were found to be wrong" : NULL,
	    &t.suspect[t.suspect_n - 1], 1);
	return FAULT_OK;
}

void
drawing_print(const struct drawing *d, FILE *out, FILE *svg, const char *title)
{
	const struct layer *layers[] = {&d->reporters, &d->suspects, &d->found};
	struct plot_track all[3 * DRAWING_REPORTS];
	size_t n = 0;

	for (size_t k = 0; k < 3; k++) {
		memcpy(&all[n], layers[k]->v,
		    layers[k]->n * sizeof(layers[k]->v[0]));
		n += layers[k]->n;
	}
	if (n == 0)
		return;
	fprintf(out, "where they say they were:\n");
	plot_text(out, all, n);
	if (svg != NULL)
		plot_svg(svg, title, all, n);
}
