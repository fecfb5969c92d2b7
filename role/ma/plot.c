/* plot.c - see plot.h. */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "role/ma/plot.h"

/* What lies in a drawing, in metres; a point is drawn as a square of 10 m. */
struct frame {
	double west, south, width, height;
};

#define LEAST 10.0

static struct frame
frame_of(const struct plot_track *track, size_t n)
{
	double west = INFINITY, east = -INFINITY;
	double south = INFINITY, north = -INFINITY;
	struct frame f;

	for (size_t t = 0; t < n; t++)
		for (size_t k = 0; k < track[t].n; k++) {
			west = fmin(west, track[t].v[k].east);
			east = fmax(east, track[t].v[k].east);
			south = fmin(south, track[t].v[k].north);
			north = fmax(north, track[t].v[k].north);
		}
	if (west > east)
		west = east = south = north = 0;
	f.width = fmax(east - west, LEAST);
	f.height = fmax(north - south, LEAST);
	f.west = (west + east - f.width) / 2;
	f.south = (south + north - f.height) / 2;
	return f;
}

/* ---- terminal ---- */

/* A character is about twice as high as wide. */
#define COLUMNS 66
#define ROWS	18
#define SHAPE	2.0

struct grid {
	char cell[ROWS][COLUMNS + 1];
	double west, north, scale; /* m per column */
};

static void
grid_init(struct grid *g, const struct frame *f)
{
	g->scale =
	    fmax(f->width / (COLUMNS - 1), f->height / ((ROWS - 1) * SHAPE));
	g->west = f->west + f->width / 2 - g->scale * (COLUMNS - 1) / 2;
	g->north = f->south + f->height / 2 + g->scale * SHAPE * (ROWS - 1) / 2;
	for (size_t r = 0; r < ROWS; r++) {
		memset(g->cell[r], ' ', COLUMNS);
		g->cell[r][COLUMNS] = '\0';
	}
}

static void
grid_put(struct grid *g, double east, double north, char mark)
{
	double column = round((east - g->west) / g->scale);
	double row = round((g->north - north) / (g->scale * SHAPE));

	if (column >= 0 && column < COLUMNS && row >= 0 && row < ROWS)
		g->cell[(size_t)row][(size_t)column] = mark;
}

/* Dots from one point to the next. */
static void
grid_join(
    struct grid *g, const struct plot_point *a, const struct plot_point *b)
{
	const int steps = 2 * COLUMNS;

	for (int k = 1; k < steps; k++)
		grid_put(g, a->east + (b->east - a->east) * k / steps,
		    a->north + (b->north - a->north) * k / steps, '.');
}

static void
grid_draw(struct grid *g, const struct plot_track *track, size_t n)
{
	for (size_t t = 0; t < n; t++)
		for (size_t k = 1; k < track[t].n; k++)
			grid_join(g, &track[t].v[k - 1], &track[t].v[k]);
	for (size_t t = 0; t < n; t++)
		for (size_t k = 0; k < track[t].n; k++)
			grid_put(g, track[t].v[k].east, track[t].v[k].north,
			    track[t].mark);
}

void
plot_text(FILE *out, const struct plot_track *track, size_t n)
{
	struct frame f = frame_of(track, n);
	char line[COLUMNS + 1];
	struct grid g;

	grid_init(&g, &f);
	grid_draw(&g, track, n);
	memset(line, '-', COLUMNS);
	line[COLUMNS] = '\0';
	fprintf(out, "  +%s+\n", line);
	for (size_t r = 0; r < ROWS; r++)
		fprintf(out, "  |%s|\n", g.cell[r]);
	fprintf(out, "  +%s+\n", line);
	fprintf(out,
	    "  %.0f m from left to right, %.0f m from top to bottom; "
	    "north is up\n",
	    g.scale * (COLUMNS - 1), g.scale * SHAPE * (ROWS - 1));
	for (size_t t = 0; t < n; t++)
		if (track[t].label != NULL)
			fprintf(
			    out, "  %c  %s\n", track[t].mark, track[t].label);
}

/* ---- SVG ---- */

#define WIDTH  900.0
#define HEIGHT 600.0
#define MARGIN 30.0
#define LINE   20.0

static const char *const colours[] = {"#2563a8", "#2e8b57", "#b8860b",
    "#7d3c98", "#5d6d7e", "#a04000", "#16828a", "#884ea0", "#b7950b", "#c0392b",
    "#1f618d"};
#define COLOURS (sizeof(colours) / sizeof(colours[0]))

static void
put_escaped(FILE *out, const char *text)
{
	for (; *text != '\0'; text++)
		switch (*text) {
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		default:
			fputc(*text, out);
		}
}

struct page {
	double west, north, scale; /* pixels per metre */
};

static double
page_x(const struct page *p, const struct plot_point *v)
{
	return MARGIN + (v->east - p->west) * p->scale;
}

static double
page_y(const struct page *p, const struct plot_point *v)
{
	return MARGIN + LINE + (p->north - v->north) * p->scale;
}

static const char *
colour_of(const struct plot_track *t)
{
	return colours[(unsigned char)t->mark % COLOURS];
}

static void
draw_track(FILE *out, const struct page *p, const struct plot_track *t)
{
	const char *colour = colour_of(t);

	fprintf(out,
	    "<polyline fill=\"none\" stroke=\"%s\" "
	    "stroke-opacity=\"0.4\" points=\"",
	    colour);
	for (size_t k = 0; k < t->n; k++)
		fprintf(out, "%s%.1f,%.1f", k > 0 ? " " : "",
		    page_x(p, &t->v[k]), page_y(p, &t->v[k]));
	fputs("\"/>\n", out);
	for (size_t k = 0; k < t->n; k++)
		fprintf(out,
		    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%d\" "
		    "fill=\"%s\"/>\n",
		    page_x(p, &t->v[k]), page_y(p, &t->v[k]),
		    k + 1 == t->n ? 5 : 3, colour);
}

static void
put_text(FILE *out, double y, const char *colour, const char *text)
{
	fprintf(
	    out, "<text x=\"%.0f\" y=\"%.0f\" fill=\"%s\">", MARGIN, y, colour);
	put_escaped(out, text);
	fputs("</text>\n", out);
}

static size_t
labels(const struct plot_track *track, size_t n)
{
	size_t k = 0;

	for (size_t t = 0; t < n; t++)
		k += track[t].label != NULL;
	return k;
}

/* Below the drawing, from y on. */
static void
put_legend(FILE *out, double y, const struct frame *f,
    const struct plot_track *track, size_t n)
{
	char scale[80];

	snprintf(scale, sizeof(scale), "%.0f m wide, %.0f m high; north is up",
	    f->width, f->height);
	put_text(out, y, "black", scale);
	for (size_t t = 0; t < n; t++)
		if (track[t].label != NULL)
			put_text(out, y += LINE, colour_of(&track[t]),
			    track[t].label);
}

void
plot_svg(FILE *out, const char *title, const struct plot_track *track, size_t n)
{
	struct frame f = frame_of(track, n);
	double legend = MARGIN + LINE + HEIGHT + LINE;
	struct page p = {.west = f.west,
	    .north = f.south + f.height,
	    .scale = fmin(WIDTH / f.width, HEIGHT / f.height)};

	fprintf(out,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" "
	    "width=\"%.0f\" height=\"%.0f\" font-family=\"sans-serif\" "
	    "font-size=\"14\">\n",
	    WIDTH + 2 * MARGIN, legend + LINE * ((double)labels(track, n) + 1));
	fputs("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n", out);
	put_text(out, MARGIN, "black", title);
	for (size_t t = 0; t < n; t++)
		draw_track(out, &p, &track[t]);
	put_legend(out, legend, &f, track, n);
	fputs("</svg>\n", out);
}
