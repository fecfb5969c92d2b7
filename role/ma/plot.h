/*
 * plot.h - small drawings of tracks: for a terminal, and as SVG.
 */
#ifndef MA_PLOT_H
#define MA_PLOT_H

#include <stddef.h>
#include <stdio.h>

struct plot_point {
	double east, north; /* m, from anywhere; finite */
};

struct plot_track {
	char mark;	   /* printable; tracks with the same one look alike */
	const char *label; /* for the legend; NULL: not there */
	const struct plot_point *v;
	size_t n;
};

/* Both draw east to the right and north up, with the same scale for both, and
 * say what it is.  Tracks may be empty; later ones lie over earlier ones, and
 * all over the lines that join their points. */
void plot_text(FILE *, const struct plot_track *, size_t n);
void plot_svg(FILE *, const char *title, const struct plot_track *, size_t n);

#endif /* MA_PLOT_H */
