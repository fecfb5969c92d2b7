/* conf_value.c - one setting from text and to text. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/bytes.h"
#include "service/conf_value.h"

#define BLANKS	 " \t"
#define LIST_MAX 256u

static const char *const units[] = {
    [CONF_MICROSECONDS] = "microseconds",
    [CONF_MILLISECONDS] = "milliseconds",
    [CONF_SECONDS] = "seconds",
    [CONF_MINUTES] = "minutes",
    [CONF_HOURS] = "hours",
    [CONF_SIXTY_HOURS] = "sixtyHours",
    [CONF_YEARS] = "years",
};

static enum fault
bad(struct fault_info *fi, const struct conf_key *k, const char *text,
    const char *wanted)
{
	return fault_set(
	    fi, FAULT_CONFIG, "%s = %s: %s", k->name, text, wanted);
}

static enum fault
full(struct fault_info *fi, const struct conf_key *k)
{
	return fault_set(fi, FAULT_TOO_LARGE, "%s: no memory left", k->name);
}

/* Decimal or 0x; false: not a number up to 2^32 - 1. */
static bool
number(uint32_t *out, const char *text)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	unsigned long long v;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	v = strtoull(text, &end, hex ? 16 : 10);
	*out = (uint32_t)v;
	return errno == 0 && end > text + (hex ? 2 : 0) && *end == '\0' &&
	       v <= UINT32_MAX;
}

static enum fault
bounded(uint32_t *out, const struct conf_key *k, const char *text,
    struct fault_info *fi)
{
	if (!number(out, text))
		return bad(fi, k, text, "not a number");
	if (*out < k->min || *out > k->max)
		return fault_set(fi, FAULT_CONFIG, "%s = %s: must be %u to %u",
		    k->name, text, k->min, k->max);
	return FAULT_OK;
}

static enum fault
parse_flag(bool *out, const struct conf_key *k, const char *text,
    struct fault_info *fi)
{
	*out = strcmp(text, "true") == 0;
	return *out || strcmp(text, "false") == 0
		   ? FAULT_OK
		   : bad(fi, k, text, "must be true or false");
}

static enum fault
parse_duration(struct conf_duration *out, const struct conf_key *k,
    const char *text, struct fault_info *fi)
{
	char digits[12];
	size_t n = strspn(text, "0123456789"), i;
	const char *unit = text + n + strspn(text + n, BLANKS);
	uint32_t v;

	if (n > 0 && n < sizeof(digits)) {
		memcpy(digits, text, n);
		digits[n] = '\0';
		for (i = 0; i < sizeof(units) / sizeof(*units); i++) {
			if (strcasecmp(unit, units[i]) != 0)
				continue;
			if (!number(&v, digits) || v == 0 || v > UINT16_MAX)
				break;
			*out = (struct conf_duration){
			    (enum conf_unit)i, (uint16_t)v};
			return FAULT_OK;
		}
	}
	return bad(fi, k, text,
	    "must be 1 to 65535 microseconds, "
	    "milliseconds, seconds, minutes, hours, sixtyHours or years");
}

/* Cuts text at the commas; -1: too many or no memory. */
static int
split(const char **out, const char *text, struct arena *arena)
{
	int n = 0;

	while (*(text += strspn(text, BLANKS ",")) != '\0') {
		size_t len = strcspn(text, ","), all = len;

		while (len > 0 && strchr(BLANKS, text[len - 1]) != NULL)
			len--;
		if (n == LIST_MAX || (out[n++] = arena_printf(arena, "%.*s",
					  (int)len, text)) == NULL)
			return -1;
		text += all;
	}
	return n;
}

static enum fault
parse_list(struct conf_list *out, const struct conf_key *k, const char *text,
    struct arena *arena, struct fault_info *fi)
{
	const char *item[LIST_MAX];
	int n = split(item, text, arena);
	const char **v;

	if (n < 0 ||
	    (v = ARENA_ARRAY(arena, (size_t)n + 1, const char *)) == NULL)
		return full(fi, k);
	memcpy(v, item, (size_t)n * sizeof(*v));
	*out = (struct conf_list){v, (size_t)n};
	return FAULT_OK;
}

static enum fault
parse_numbers(struct conf_uints *out, const struct conf_key *k,
    const char *text, struct arena *arena, struct fault_info *fi)
{
	const char *item[LIST_MAX];
	int n = split(item, text, arena), i;
	uint32_t *v;

	if (n < 0 || (v = ARENA_ARRAY(arena, (size_t)n + 1, uint32_t)) == NULL)
		return full(fi, k);
	for (i = 0; i < n; i++)
		TRY(bounded(&v[i], k, item[i], fi));
	*out = (struct conf_uints){v, (size_t)n};
	return FAULT_OK;
}

static enum fault
parse_text(const char **out, const struct conf_key *k, const char *text,
    struct arena *arena, struct fault_info *fi)
{
	if (*text == '\0')
		return bad(fi, k, text, "is empty");
	*out = arena_printf(arena, "%s", text);
	return *out != NULL ? FAULT_OK : full(fi, k);
}

enum fault
conf_value_parse(void *out, const struct conf_key *k, const char *text,
    struct arena *arena, struct fault_info *fi)
{
	switch (k->type) {
	case CONF_TYPE_TEXT:
		return parse_text(out, k, text, arena, fi);
	case CONF_TYPE_UINT:
		return bounded(out, k, text, fi);
	case CONF_TYPE_FLAG:
		return parse_flag(out, k, text, fi);
	case CONF_TYPE_OCTETS:
		return hex_decode(out, k->min, text)
			   ? FAULT_OK
			   : fault_set(fi, FAULT_CONFIG,
				 "%s = %s: must be %u hex digits", k->name,
				 text, 2 * k->min);
	case CONF_TYPE_LIST:
		return parse_list(out, k, text, arena, fi);
	case CONF_TYPE_UINTS:
		return parse_numbers(out, k, text, arena, fi);
	case CONF_TYPE_DURATION:
		return parse_duration(out, k, text, fi);
	}
	return fault_set(fi, FAULT_INTERNAL, "%s: unknown type", k->name);
}

static const char *
list_text(const struct conf_list *v, struct arena *arena)
{
	const char *s = "";
	size_t i;

	for (i = 0; i < v->n && s != NULL; i++)
		s = arena_printf(
		    arena, "%s%s%s", s, i > 0 ? ", " : "", v->v[i]);
	return s;
}

static const char *
numbers_text(
    const struct conf_uints *v, const struct conf_key *k, struct arena *arena)
{
	/* PSIDs are written in hexadecimal everywhere. */
	bool hex = strstr(k->name, "psid") != NULL;
	const char *s = "";
	size_t i;

	for (i = 0; i < v->n && s != NULL; i++)
		s = arena_printf(arena, hex ? "%s%s0x%x" : "%s%s%u", s,
		    i > 0 ? ", " : "", v->v[i]);
	return s;
}

static const char *
octets_text(const void *p, size_t n, struct arena *arena)
{
	char *s = arena_alloc(arena, 2 * n + 1, 1);

	if (s != NULL)
		hex_encode(s, p, n);
	return s;
}

const char *
conf_value_text(
    const void *value, const struct conf_key *k, struct arena *arena)
{
	const struct conf_duration *d = value;
	const char *const *text = value;

	switch (k->type) {
	case CONF_TYPE_TEXT:
		return *text != NULL ? *text : "";
	case CONF_TYPE_UINT:
		return arena_printf(arena, "%u", *(const uint32_t *)value);
	case CONF_TYPE_FLAG:
		return *(const bool *)value ? "true" : "false";
	case CONF_TYPE_OCTETS:
		return octets_text(value, k->min, arena);
	case CONF_TYPE_LIST:
		return list_text(value, arena);
	case CONF_TYPE_UINTS:
		return numbers_text(value, k, arena);
	case CONF_TYPE_DURATION:
		return arena_printf(arena, "%u %s", d->n, units[d->unit]);
	}
	return NULL;
}

uint64_t
conf_duration_seconds(struct conf_duration d)
{
	static const uint64_t seconds[] = {
	    [CONF_SECONDS] = 1,
	    [CONF_MINUTES] = 60,
	    [CONF_HOURS] = 3600,
	    [CONF_SIXTY_HOURS] = 216000,
	    [CONF_YEARS] = 31556952,
	};

	if (d.unit == CONF_MICROSECONDS || d.unit == CONF_MILLISECONDS)
		return d.n / (d.unit == CONF_MICROSECONDS ? 1000000u : 1000u);
	return d.n * seconds[d.unit];
}

bool
conf_list_has(struct conf_list list, const char *text)
{
	size_t i;

	for (i = 0; i < list.n; i++)
		if (strcmp(list.v[i], text) == 0)
			return true;
	return false;
}
