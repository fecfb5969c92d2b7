/* policy_text.c - policies as texts; see policy.h. */
#include <stdlib.h>
#include <string.h>

#include "base/time32.h"
#include "service/conf.h"
#include "tool/scms/policy.h"

#define NOTHING "-"
#define FROM	" from "
#define BLANKS	" \t"

/* ---- lines ---- */

static const char *const helps[POLICY_KEYS] = {
    [POLICY_SCMS_VERSION] = "All: version of the SCMS.",
    [POLICY_CHAIN_FILE_ID] = "All: number of the global certificate chain "
			     "file; publishing sets it to the newest.",
    [POLICY_OVERDUE_CRL_TOLERANCE] = "Devices: how long a CRL may be overdue.",
    [POLICY_I_PERIOD] = "Devices, RA, PCA: length of a period; it cannot "
			"change, since it numbers the periods.",
    [POLICY_MIN_CERTS] = "RAs: least number of pseudonym certificates per "
			 "device and period.",
    [POLICY_VALIDITY_MODEL] = "Devices: whether the certificates of a period "
			      "are valid all at once.",
    [POLICY_MAX_SUPPLY] = "RA and devices: how far ahead certificates are "
			  "generated; those that exist stay.",
    [POLICY_MAX_REQUEST_AGE] = "RA: longest wait of a request before it "
			       "leaves for the PCA.",
    [POLICY_SHUFFLE] = "RAs: least number of requests that are shuffled "
		       "together.",
    [POLICY_HASH_SIZE] = "RA and PCA: octets of the hash of a request.",
    [POLICY_RETRIEVAL] = "RA: longest time between two looks for new global "
			 "files.",
    [POLICY_RSE_VALIDITY] = "RSEs: validity of application certificates "
			    "requested from then on.",
    [POLICY_RSE_OVERLAP] = "RSEs: overlap of an application certificate with "
			   "its successor.",
    [POLICY_LOCAL_SHUFFLE] = "RA: number of requests that are shuffled "
			     "together.",
    [POLICY_LOCAL_CERTS] = "Devices of this RA: pseudonym certificates per "
			   "period, for periods generated from then on; "
			   "those generated before keep their number.",
    [POLICY_LA1] = "All: host name of the first LA.",
    [POLICY_LA2] = "All: host name of the second LA.",
    [POLICY_PCA] = "All: host name of the PCA.",
    [POLICY_RA_TLS] = "All: X.509 certificate of the RA (DER, hexadecimal).",
    [POLICY_LA_TLS] = "All: X.509 certificate of the LA (DER, hexadecimal).",
    [POLICY_PCA_TLS] = "All: X.509 certificate of the PCA (DER, hexadecimal).",
    [POLICY_KEY_UPDATE] = "LAs and PCA: longest use of the key that protects "
			  "pre-linkage values between them.",
};

static struct policy_line lines[POLICY_LINES];
static char names[POLICY_LINES][64];

static void
add_lines(size_t *n, enum policy_part part, enum policy_key first,
    enum policy_key end)
{
	static const char *const prefix[] = {
	    [POLICY_GLOBAL] = "global",
	    [POLICY_CUSTOM] = "custom",
	    [POLICY_LOCAL] = "local",
	};

	for (enum policy_key k = first; k < end; k++, ++*n) {
		snprintf(names[*n], sizeof(names[*n]), "%s.%s", prefix[part],
		    policy_info[k].name);
		lines[*n] = (struct policy_line){names[*n], part, k, helps[k]};
	}
}

const struct policy_line *
policy_line(size_t i)
{
	size_t n = 0;

	if (lines[0].name == NULL) {
		add_lines(&n, POLICY_GLOBAL, 0, POLICY_GLOBAL_KEYS);
		add_lines(&n, POLICY_CUSTOM, 0, POLICY_GLOBAL_KEYS);
		add_lines(&n, POLICY_LOCAL, POLICY_GLOBAL_KEYS, POLICY_KEYS);
	}
	return &lines[i];
}

enum fault
policy_line_find(
    const struct policy_line **out, const char *name, struct fault_info *fi)
{
	const struct policy_line *found = NULL, *other = NULL;

	for (size_t i = 0; i < POLICY_LINES; i++) {
		const struct policy_line *l = policy_line(i);

		*out = l;
		if (strcmp(l->name, name) == 0)
			return FAULT_OK;
		if (l->part == POLICY_CUSTOM ||
		    strcmp(policy_info[l->key].name, name) != 0)
			continue;
		other = found;
		found = l;
	}
	*out = found;
	if (found == NULL)
		return fault_set(
		    fi, FAULT_USAGE, "%s: no such parameter", name);
	return other == NULL ? FAULT_OK
			     : fault_set(fi, FAULT_USAGE, "%s: %s or %s?", name,
				   other->name, found->name);
}

/* ---- values ---- */

static const char *
value_text(struct arena *arena, enum policy_key k, const struct policy_value *v)
{
	char text[POLICY_TEXT_SIZE], *hex;

	if (policy_info[k].kind == POLICY_OCTETS) {
		hex = arena_alloc(arena, 2 * v->octets.n + 1, 1);
		if (hex != NULL)
			hex_encode(hex, v->octets.p, v->octets.n);
		return hex;
	}
	if (policy_info[k].kind == POLICY_TEXT)
		return (const char *)v->octets.p;
	policy_value_text(text, k, v);
	return arena_printf(arena, "%s", text);
}

const char *
policy_series_text(
    struct arena *arena, enum policy_key k, const struct policy_series *s)
{
	const char *text = NOTHING, *value;
	char start[TIME32_TEXT];

	for (size_t i = 0; i < s->n && text != NULL; i++) {
		if ((value = value_text(arena, k, &s->v[i].value)) == NULL)
			return NULL;
		if (i == 0) {
			text = value;
			continue;
		}
		time32_text(start, (uint32_t)(s->v[i].start / 1000000));
		text =
		    arena_printf(arena, "%s, %s" FROM "%s", text, value, start);
	}
	return text;
}

static enum fault
wrong(const struct policy_line *l, const char *text, const char *wanted,
    struct fault_info *fi)
{
	return fault_set(
	    fi, FAULT_CONFIG, "%s = %.60s: %s", l->name, text, wanted);
}

static enum fault
parse_number(uint32_t *out, const struct policy_line *l, const char *text,
    struct fault_info *fi)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || v > UINT32_MAX)
		return wrong(l, text, "must be a number", fi);
	*out = (uint32_t)v;
	return FAULT_OK;
}

static enum fault
parse_lifetime(struct lifetime *out, struct arena *arena,
    const struct policy_line *l, const char *text, struct fault_info *fi)
{
	struct conf_duration d;
	const struct conf_key key = {
	    .name = l->name, .type = CONF_TYPE_DURATION};
	const struct conf_table t = {&key, 1, &d};

	TRY(conf_set(&t, arena, l->name, text, fi));
	*out = (struct lifetime){(uint8_t)d.unit, d.n};
	return FAULT_OK;
}

static enum fault
parse_hex(struct bytes *out, struct arena *arena, const struct policy_line *l,
    const char *text, struct fault_info *fi)
{
	size_t n = strlen(text) / 2;
	uint8_t *p = arena_alloc(arena, n + 1, 1);

	if (p == NULL)
		return wrong(l, text, "too long", fi);
	if (n == 0 || !hex_decode(p, n, text))
		return wrong(l, text, "must be hexadecimal digits", fi);
	*out = (struct bytes){p, n};
	return FAULT_OK;
}

static enum fault
parse_value(struct policy_value *out, struct arena *arena,
    const struct policy_line *l, const char *text, struct fault_info *fi)
{
	switch (policy_info[l->key].kind) {
	case POLICY_NUMBER:
		return parse_number(&out->number, l, text, fi);
	case POLICY_MODEL:
		out->number = strcmp(text, "non-concurrent") == 0;
		return out->number != 0 || strcmp(text, "concurrent") == 0
			   ? FAULT_OK
			   : wrong(l, text,
				 "must be concurrent or non-concurrent", fi);
	case POLICY_LIFETIME:
		return parse_lifetime(&out->lifetime, arena, l, text, fi);
	case POLICY_OCTETS:
		return parse_hex(&out->octets, arena, l, text, fi);
	case POLICY_TEXT:
		break;
	}
	out->octets = bytes_of_string(text);
	return text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.-")] ==
			   '\0' &&
		       text[0] != '\0' && strlen(text) < 256
		   ? FAULT_OK
		   : wrong(l, text, "must be a host name", fi);
}

/* ---- series ---- */

static char *
trim(char *s)
{
	size_t n;

	s += strspn(s, BLANKS);
	for (n = strlen(s); n > 0 && strchr(BLANKS, s[n - 1]) != NULL; n--)
		s[n - 1] = '\0';
	return s;
}

static enum fault
parse_point(struct policy_point *out, struct arena *arena,
    const struct policy_line *l, char *text, struct fault_info *fi)
{
	char *from = strstr(text, FROM);
	uint32_t start = 0;

	if (from != NULL) {
		*from = '\0';
		if (!time32_parse(&start, trim(from + strlen(FROM))))
			return wrong(l, from + strlen(FROM),
			    "must be a time such as 2027-01-04T09:00:00Z", fi);
	}
	out->start = start * UINT64_C(1000000);
	return parse_value(&out->value, arena, l, trim(text), fi);
}

enum fault
policy_series_parse(struct policy_series *out, struct arena *arena,
    const struct policy_line *l, const char *text, struct fault_info *fi)
{
	char *rest = arena_printf(arena, "%s", text), *next;
	struct policy_point *v = ARENA_ARRAY(arena,
	    rest != NULL ? strlen(rest) / 2 + 1 : 1, struct policy_point);
	size_t n = 0;

	*out = (struct policy_series){NULL, 0};
	if (rest == NULL || v == NULL)
		return wrong(l, text, "too long", fi);
	if (strcmp(trim(rest), NOTHING) == 0)
		return FAULT_OK;
	for (; rest != NULL; rest = next, n++) {
		if ((next = strchr(rest, ',')) != NULL)
			*next++ = '\0';
		TRY(parse_point(&v[n], arena, l, trim(rest), fi));
		if ((n == 0) != (v[n].start == 0))
			return wrong(l, text,
			    "must be a value, then values that begin later",
			    fi);
		if (n > 0 && v[n].start <= v[n - 1].start)
			return wrong(l, text, "times must ascend", fi);
	}
	*out = (struct policy_series){v, n};
	return FAULT_OK;
}

/* ---- files ---- */

/* Texts of all lines, and the table that reads and writes them. */
struct texts {
	const char *v[POLICY_LINES];
	struct conf_key keys[POLICY_LINES];
};

static struct conf_table
table_of(struct texts *t)
{
	for (size_t i = 0; i < POLICY_LINES; i++)
		t->keys[i] = (struct conf_key){.name = policy_line(i)->name,
		    .type = CONF_TYPE_TEXT,
		    .offset = i * sizeof(t->v[0]),
		    .fallback = {NOTHING, NOTHING, NOTHING},
		    .help = policy_line(i)->help};
	return (struct conf_table){t->keys, POLICY_LINES, t->v};
}

enum fault
policy_view_text(struct bytes *out, struct arena *arena,
    const struct policy_view *view, const char *title, struct fault_info *fi)
{
	struct texts *t = ARENA_NEW(arena, struct texts);
	struct conf_table table;

	if (t == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "policy");
	table = table_of(t);
	for (size_t i = 0; i < POLICY_LINES; i++) {
		const struct policy_line *l = policy_line(i);

		t->v[i] = policy_series_text(
		    arena, l->key, &view->part[l->part].of[l->key]);
		if (t->v[i] == NULL)
			return fault_set(fi, FAULT_TOO_LARGE, "policy");
	}
	return conf_text(&table, out, arena, title, fi);
}

enum fault
policy_view_parse(struct policy_view *out, struct arena *arena,
    const char *path, struct fault_info *fi)
{
	struct texts *t = ARENA_NEW(arena, struct texts);
	struct conf_table table;

	if (t == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "%s", path);
	table = table_of(t);
	memset(out, 0, sizeof(*out));
	TRY(conf_read(&table, 1, arena, path, 0, fi));
	for (size_t i = 0; i < POLICY_LINES; i++) {
		const struct policy_line *l = policy_line(i);

		if (policy_series_parse(&out->part[l->part].of[l->key], arena,
			l, t->v[i], fi) != FAULT_OK)
			return fault_prefix(fi, "%s", path);
	}
	return FAULT_OK;
}
