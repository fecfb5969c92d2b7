/* csr_terms.c - PSIDs, SSPs and regions as they are written on the command
 * line. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/obe/csr_terms.h"

#define TEXT_MAX 4096

static enum fault
copy_text(char out[TEXT_MAX], const char *text, const char *what,
    struct fault_info *fi)
{
	if (snprintf(out, TEXT_MAX, "%s", text) >= TEXT_MAX)
		return fault_set(fi, FAULT_USAGE, "%s: too long", what);
	return FAULT_OK;
}

/* ---- PSIDs ---- */

static bool
read_hex(uint8_t out[MONARCH_SSP_MAX], size_t n, const char *text)
{
	return strlen(text) == 2 * n && hex_decode(out, n, text);
}

/* "9001" or "9001/ff00" after the colon. */
static enum fault
read_ssp(struct monarch_psid *out, char *text, struct fault_info *fi)
{
	char *mask = strchr(text, '/');
	size_t n;

	if (mask != NULL)
		*mask++ = '\0';
	n = strlen(text) / 2;
	if (n == 0 || n > MONARCH_SSP_MAX || !read_hex(out->value, n, text) ||
	    (mask != NULL && !read_hex(out->mask, n, mask)))
		return fault_set(fi, FAULT_USAGE,
		    "--psid: an SSP is 1 to %d octets in hexadecimal, a mask "
		    "as many",
		    MONARCH_SSP_MAX);
	out->n = (uint8_t)n;
	out->ssp = mask == NULL ? MONARCH_SSP_OPAQUE : MONARCH_SSP_BITMAP;
	return FAULT_OK;
}

static enum fault
read_psid(struct csr_lists *out, char *word, struct fault_info *fi)
{
	struct monarch_psid *p = &out->psid[out->psids];
	char *ssp = strchr(word, ':');

	if (out->psids == TERMS_MAX)
		return fault_set(fi, FAULT_USAGE, "--psid: too many");
	if (ssp != NULL)
		*ssp++ = '\0';
	*p = (struct monarch_psid){.ssp = MONARCH_SSP_EMPTY};
	TRY(cmd_number(&p->psid, word, "--psid", fi));
	out->psids++;
	return ssp == NULL ? FAULT_OK : read_ssp(p, ssp, fi);
}

enum fault
csr_read_psids(
    struct csr_lists *out, const struct opt_list *list, struct fault_info *fi)
{
	char text[TEXT_MAX], *rest, *word;

	out->psids = 0;
	for (size_t k = 0; k < list->n; k++) {
		TRY(copy_text(text, list->v[k], "--psid", fi));
		rest = text;
		while ((word = strsep(&rest, ",")) != NULL)
			TRY(read_psid(out, word, fi));
	}
	return out->psids > 0 ? FAULT_OK
			      : fault_set(fi, FAULT_USAGE, "--psid is needed");
}

/* ---- regions ---- */

static enum fault
no_region(const char *text, struct fault_info *fi)
{
	return fault_set(
	    fi, FAULT_USAGE, "--region: \"%.60s\" is no region", text);
}

static enum fault
add_country(struct csr_lists *out, char *word, struct fault_info *fi)
{
	uint32_t country;

	if (out->countries == TERMS_MAX)
		return fault_set(fi, FAULT_USAGE, "--region: too many");
	TRY(cmd_number(&country, word, "--region", fi));
	if (country > UINT16_MAX)
		return no_region(word, fi);
	out->country[out->countries++] =
	    (struct monarch_country){.country = (uint16_t)country};
	return FAULT_OK;
}

/* "840:12,13" */
static enum fault
add_regions(
    struct csr_lists *out, char *country, char *rest, struct fault_info *fi)
{
	struct monarch_country *c = &out->country[out->countries];
	uint32_t region;
	char *word;

	TRY(add_country(out, country, fi));
	c->regions = &out->region[out->regions];
	while ((word = strsep(&rest, ",")) != NULL) {
		TRY(cmd_number(&region, word, "--region", fi));
		if (region > UINT8_MAX || out->regions == sizeof(out->region))
			return no_region(word, fi);
		out->region[out->regions++] = (uint8_t)region;
		c->regions_n++;
	}
	return FAULT_OK;
}

static enum fault
read_countries(struct csr_lists *out, char *text, struct fault_info *fi)
{
	char *colon = strchr(text, ':'), *word;

	if (colon != NULL) {
		*colon = '\0';
		return add_regions(out, text, colon + 1, fi);
	}
	while ((word = strsep(&text, ",")) != NULL)
		TRY(add_country(out, word, fi));
	return FAULT_OK;
}

/* Numbers between commas; degrees, or metres. */
static enum fault
read_numbers(double *out, size_t n, char *text, struct fault_info *fi)
{
	char *end;

	for (size_t k = 0; k < n; k++) {
		out[k] = strtod(text, &end);
		if (end == text || !isfinite(out[k]) ||
		    *end != (k + 1 < n ? ',' : '\0'))
			return no_region(text, fi);
		text = end + 1;
	}
	return FAULT_OK;
}

static enum fault
add_place(struct csr_lists *out, const double *degrees, struct fault_info *fi)
{
	if (out->places == TERMS_MAX || fabs(degrees[0]) > 90 ||
	    fabs(degrees[1]) > 180)
		return fault_set(fi, FAULT_USAGE,
		    "--region: too many places, or one that is none");
	out->place[out->places++] =
	    (struct monarch_place){(int32_t)lround(degrees[0] * 1e7),
		(int32_t)lround(degrees[1] * 1e7)};
	return FAULT_OK;
}

static enum fault
read_circle(struct monarch_region *out, struct csr_lists *lists, char *text,
    struct fault_info *fi)
{
	double v[3];

	TRY(read_numbers(v, 3, text, fi));
	if (v[2] < 1 || v[2] > UINT16_MAX)
		return fault_set(
		    fi, FAULT_USAGE, "--region: radius of 1 to 65535 metres");
	out->radius = (uint16_t)lround(v[2]);
	return add_place(lists, v, fi);
}

static enum fault
read_rectangle(struct csr_lists *lists, char *text, struct fault_info *fi)
{
	double v[4];

	TRY(read_numbers(v, 4, text, fi));
	TRY(add_place(lists, v, fi));
	return add_place(lists, v + 2, fi);
}

static enum fault
read_polygon(struct csr_lists *lists, char *text, struct fault_info *fi)
{
	double v[2];
	char *word;

	while ((word = strsep(&text, ";")) != NULL) {
		TRY(read_numbers(v, 2, word, fi));
		TRY(add_place(lists, v, fi));
	}
	return FAULT_OK;
}

/* The form of one use of the option, and where its contents begin. */
static enum monarch_region_form
form_of(char **contents, char *text)
{
	static const struct {
		const char *word;
		enum monarch_region_form form;
	} forms[] = {{"circle:", MONARCH_CIRCLE},
	    {"rectangle:", MONARCH_RECTANGLES}, {"polygon:", MONARCH_POLYGON}};
	size_t n;

	for (size_t k = 0; k < sizeof(forms) / sizeof(forms[0]); k++) {
		n = strlen(forms[k].word);
		if (strncmp(text, forms[k].word, n) == 0) {
			*contents = text + n;
			return forms[k].form;
		}
	}
	*contents = text;
	return MONARCH_COUNTRIES;
}

static enum fault
read_one(struct monarch_region *out, struct csr_lists *lists, char *contents,
    struct fault_info *fi)
{
	switch (out->form) {
	case MONARCH_CIRCLE:
		return read_circle(out, lists, contents, fi);
	case MONARCH_RECTANGLES:
		return read_rectangle(lists, contents, fi);
	case MONARCH_POLYGON:
		return read_polygon(lists, contents, fi);
	case MONARCH_COUNTRIES:
		break;
	}
	return read_countries(lists, contents, fi);
}

enum fault
csr_read_region(struct monarch_region *out, struct csr_lists *lists,
    const struct opt_list *list, struct fault_info *fi)
{
	char text[TEXT_MAX], *contents;
	enum monarch_region_form form;

	lists->countries = lists->places = lists->regions = 0;
	*out = (struct monarch_region){.form = MONARCH_COUNTRIES};
	if (list->n == 0)
		return fault_set(fi, FAULT_USAGE, "--region is needed");
	for (size_t k = 0; k < list->n; k++) {
		TRY(copy_text(text, list->v[k], "--region", fi));
		form = form_of(&contents, text);
		if (k > 0 && (form != out->form || form == MONARCH_CIRCLE ||
				 form == MONARCH_POLYGON))
			return fault_set(fi, FAULT_USAGE,
			    "--region: one form; one circle or polygon");
		out->form = form;
		TRY(read_one(out, lists, contents, fi));
	}
	out->country = lists->country;
	out->place = lists->place;
	out->n =
	    out->form == MONARCH_COUNTRIES ? lists->countries : lists->places;
	return FAULT_OK;
}
