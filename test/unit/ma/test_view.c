/* What an operator sees: drawings of tracks, lists of cases, one case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "role/ma/plot.h"
#include "role/ma/view.h"
#include "test/unit/ma/world.h"

/* What was printed, to be freed. */
struct printed {
	char *text;
	size_t n;
	FILE *out;
};

static void
begin(struct printed *p)
{
	p->out = open_memstream(&p->text, &p->n);
	assert_non_null(p->out);
}

static void
end(struct printed *p)
{
	assert_int_equal(fclose(p->out), 0);
}

static size_t
count(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *p = text; (p = strstr(p, what)) != NULL; p++)
		n++;
	return n;
}

static void
expect(const char *text, const char *what)
{
	if (strstr(text, what) == NULL)
		fail_msg("\"%s\" is not in:\n%s", what, text);
}

/* ---- drawings ---- */

/* Lines of the drawing, from 0; the frame is before them. */
static const char *
line_of(const char *text, unsigned line)
{
	for (unsigned k = 0; k <= line; k++)
		text = strchr(text, '\n') + 1;
	return text;
}

/* 65 m from left to right: a column is a metre, a row is two. */
static void
test_text(void **state)
{
	static const struct plot_point along[] = {{0, 0}, {65, 0}};
	static const struct plot_point up[] = {{20, 17}, {20, -17}};
	const struct plot_track tracks[] = {{'a', "first", along, 2},
	    {'B', "second", up, 2}, {'c', "", NULL, 0}};
	struct printed p;

	(void)state;
	begin(&p);
	plot_text(p.out, tracks, 3);
	end(&p);
	assert_int_equal(count(p.text, "\n"), 1 + 18 + 1 + 1 + 3);
	/* Drawn between bars, after two blanks. */
	assert_int_equal(line_of(p.text, 9)[3], 'a');
	assert_int_equal(line_of(p.text, 9)[3 + 65], 'a');
	assert_int_equal(line_of(p.text, 9)[3 + 40], '.'); /* joins them */
	assert_int_equal(line_of(p.text, 4)[3 + 40], ' ');
	assert_int_equal(line_of(p.text, 0)[3 + 20], 'B');
	assert_int_equal(line_of(p.text, 17)[3 + 20], 'B');
	expect(p.text, "65 m from left to right, 34 m from top to bottom");
	expect(p.text, "  a  first\n  B  second\n");
	free(p.text);
}

/* A hundred kilometres and a point that stands: no drawing goes astray. */
static void
test_extremes(void **state)
{
	static const struct plot_point far[] = {{-1e5, 3e5}, {1e5, -3e5}};
	static const struct plot_point still[] = {{7, 7}, {7, 7}, {7, 7}};
	const struct plot_track rows[] = {
	    {'x', "far", far, 2}, {'x', "still", still, 3}, {'x', "", NULL, 0}};
	static const size_t marks[] = {2, 1, 0};
	struct printed p;

	(void)state;
	for (size_t k = 0; k < COUNT(rows); k++) {
		begin(&p);
		plot_text(p.out, &rows[k], 1);
		end(&p);
		/* and one in the legend, and in "x from ..." none */
		assert_int_equal(count(p.text, "x"), marks[k] + 1);
		free(p.text);
	}
}

static void
test_svg(void **state)
{
	static const struct plot_point v[] = {{0, 0}, {10, 10}, {20, 0}};
	const struct plot_track tracks[] = {
	    {'a', "<b> & co", v, 3}, {'b', "two", v, 2}};
	struct printed p;

	(void)state;
	begin(&p);
	plot_svg(p.out, "Case 1", tracks, 2);
	end(&p);
	assert_int_equal(strncmp(p.text, "<svg ", 5), 0);
	assert_string_equal(p.text + p.n - 7, "</svg>\n");
	assert_int_equal(count(p.text, "<circle"), 5);
	assert_int_equal(count(p.text, "<polyline"), 2);
	expect(p.text, "&lt;b&gt; &amp; co");
	assert_int_equal(count(p.text, "nan"), 0);
	free(p.text);
}

/* ---- cases ---- */

static void
make_case(struct world *w, struct vehicle v[3])
{
	for (unsigned k = 0; k < 3; k++)
		vehicle_make(w, &v[k], k, w->week);
	w->service.environment.case_reporters = 0;
	assert_int_equal(
	    world_bring(w, world_good(w, &v[0], &v[2])), MA_REASONS);
	assert_int_equal(
	    world_bring(w, world_seen(w, &v[1], &v[2], 50, 300)), MA_REASONS);
	OK(ma_detect(w->ma, &fi));
}

static void
test_case(void **state)
{
	char hex[2 * CERT_ID_SIZE + 1];
	struct printed p, svg;
	struct vehicle v[3];
	struct world w;

	(void)state;
	world_open(&w);
	make_case(&w, v);
	begin(&p);
	begin(&svg);
	OK(view_case(w.ma, p.out, svg.out, 1, &fi));
	end(&p);
	end(&svg);
	expect(p.text, "case 1       open, opened ");
	expect(p.text, "suspect      1 certificate\n");
	expect(p.text, "reporters    2 certificates\n");
	expect(p.text, "reports      2: 2 implausible speed\n");
	expect(p.text, "130"); /* m/s, in the words of the evidence */
	hex_encode(hex, v[2].cert->id, CERT_ID_SIZE);
	expect(p.text, hex);
	hex_encode(hex, v[1].cert->id, CERT_ID_SIZE);
	expect(p.text, hex);
	expect(p.text, "306 m from top to bottom"); /* 300 and twice 3 */
	/* and twice the one that is wrong */
	assert_int_equal(count(svg.text, "<circle"), 6 + 2);
	free(p.text);
	free(svg.text);
	assert_int_equal(
	    view_case(w.ma, stdout, NULL, 2, &fi), FAULT_NOT_FOUND);
	world_close(&w);
}

static void
test_list(void **state)
{
	struct vehicle v[3];
	struct printed p;
	struct world w;

	(void)state;
	world_open(&w);
	make_case(&w, v);
	OK(ma_decide(w.ma, 1, CASE_DISMISSED, "test", "a joke", &fi));
	begin(&p);
	OK(view_cases(w.ma, p.out, &fi));
	OK(view_case(w.ma, p.out, NULL, 1, &fi));
	end(&p);
	expect(p.text, "\n   1  dismissed ");
	expect(p.text, " by test: a joke\n");
	free(p.text);
	world_close(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_text),
	    cmocka_unit_test(test_extremes),
	    cmocka_unit_test(test_svg),
	    cmocka_unit_test(test_case),
	    cmocka_unit_test(test_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
