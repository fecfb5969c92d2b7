/* types.c - see types.h. */
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "role/dcm/types.h"

#define FILE_MAX  (1u << 20)
#define TYPES_MAX 1000u

static const struct conf_key type_keys[] = {
#define CONF_DEF    "role/dcm/type.def"
#define CONF_STRUCT struct dcm_type
#include "service/conf_keys.h"
};

static const struct conf_key people_keys[] = {
#define CONF_DEF    "role/dcm/operators.def"
#define CONF_STRUCT struct dcm_people
#include "service/conf_keys.h"
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- sections ---- */

/* The line that begins at p, without its newline. */
static struct bytes
line_at(struct bytes text, size_t p)
{
	const uint8_t *end = memchr(text.p + p, '\n', text.n - p);

	return (struct bytes){
	    text.p + p, end != NULL ? (size_t)(end - text.p) - p : text.n - p};
}

/* "[name]", as a string; NULL: not the head of a section. */
static const char *
head_of(struct arena *arena, struct bytes line)
{
	if (line.n < 3 || line.p[0] != '[' || line.p[line.n - 1] != ']')
		return NULL;
	return arena_printf(
	    arena, "%.*s", (int)(line.n - 2), (const char *)line.p + 1);
}

static bool
is_name(const char *s)
{
	return s != NULL && strlen(s) <= 64 &&
	       strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			 "0123456789._-") == strlen(s);
}

/* The text with everything but one section blank, so that line numbers stay
 * what they are. */
static enum fault
read_section(struct dcm_type *type, struct arena *arena, struct bytes text,
    size_t from, size_t to, const char *path, struct fault_info *fi)
{
	const struct conf_table table = {type_keys, COUNT(type_keys), type};
	uint8_t *copy = arena_alloc(arena, text.n + 1, 1);

	if (copy == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "%s", path);
	for (size_t i = 0; i < to; i++)
		copy[i] = i >= from || text.p[i] == '\n' ? text.p[i] : ' ';
	TRY(conf_parse(
	    &table, 1, arena, (struct bytes){copy, to}, path, 0, fi));
	for (size_t i = 0; i < type->methods.n; i++)
		if (strcmp(type->methods.v[i], METHOD_OWN) != 0 &&
		    strcmp(type->methods.v[i], METHOD_INJECTED) != 0)
			return fault_set(fi, FAULT_CONFIG,
			    "%s: [%s]: methods are own and injected", path,
			    type->name);
	return FAULT_OK;
}

/* Where the section that follows begins; text.n: there is none. */
static size_t
next_head(struct bytes text, size_t p)
{
	while (p < text.n) {
		struct bytes line = line_at(text, p);

		if (line.n > 0 && line.p[0] == '[')
			return p;
		p += line.n + 1;
	}
	return text.n;
}

static enum fault
add_section(struct dcm_types *out, struct arena *arena, struct bytes text,
    size_t *at, const char *path, struct fault_info *fi)
{
	struct bytes line = line_at(text, *at);
	struct dcm_type *type = &out->v[out->n];
	size_t from = *at + line.n + 1;

	if (out->n == TYPES_MAX)
		return fault_set(fi, FAULT_CONFIG, "%s: too many types", path);
	type->name = head_of(arena, line);
	if (!is_name(type->name))
		return fault_set(fi, FAULT_CONFIG, "%s: \"%.*s\" is no [name]",
		    path, (int)(line.n < 80 ? line.n : 80),
		    (const char *)line.p);
	for (size_t i = 0; i < out->n; i++)
		if (strcmp(out->v[i].name, type->name) == 0)
			return fault_set(fi, FAULT_CONFIG,
			    "%s: [%s] is there twice", path, type->name);
	if (from > text.n)
		from = text.n;
	*at = next_head(text, from);
	TRY(read_section(type, arena, text, from, *at, path, fi));
	out->n++;
	return FAULT_OK;
}

/* Before the first section only comments and empty lines. */
static enum fault
check_preamble(
    struct bytes text, size_t end, const char *path, struct fault_info *fi)
{
	for (size_t p = 0; p < end;) {
		struct bytes line = line_at(text, p);

		if (line.n > 0 && line.p[0] != '#')
			return fault_set(fi, FAULT_CONFIG,
			    "%s: settings before the first [name]", path);
		p += line.n + 1;
	}
	return FAULT_OK;
}

enum fault
dcm_types_read(struct dcm_types *out, struct arena *arena, const char *path,
    struct fault_info *fi)
{
	struct bytes text;
	size_t at;

	TRY(file_read(&text, arena, path, FILE_MAX, fi));
	out->n = 0;
	out->v = ARENA_ARRAY(arena, TYPES_MAX, struct dcm_type);
	if (out->v == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "%s", path);
	at = next_head(text, 0);
	TRY(check_preamble(text, at, path, fi));
	while (at < text.n)
		TRY(add_section(out, arena, text, &at, path, fi));
	return FAULT_OK;
}

enum fault
dcm_types_find(const struct dcm_type **out, const struct dcm_types *types,
    const char *wanted, const char *method, struct fault_info *fi)
{
	const char *slash = strchr(wanted, '/');
	size_t n = slash != NULL ? (size_t)(slash - wanted) : strlen(wanted);

	for (size_t i = 0; i < types->n; i++) {
		const struct dcm_type *t = &types->v[i];

		if (strlen(t->name) != n || memcmp(t->name, wanted, n) != 0)
			continue;
		if (t->versions.n > 0 &&
		    (slash == NULL || !conf_list_has(t->versions, slash + 1)))
			return fault_set(fi, FAULT_DENIED,
			    "device type %.*s is not certified in this version",
			    (int)n, wanted);
		if (!conf_list_has(t->methods, method))
			return fault_set(fi, FAULT_DENIED,
			    "device type %.*s is not certified for %s keys",
			    (int)n, wanted, method);
		*out = t;
		return FAULT_OK;
	}
	return fault_set(
	    fi, FAULT_DENIED, "the device type is not certified here");
}

/* ---- people ---- */

enum fault
dcm_people_read(struct dcm_people *out, struct arena *arena, const char *path,
    struct fault_info *fi)
{
	const struct conf_table table = {people_keys, COUNT(people_keys), out};

	return conf_read(&table, 1, arena, path, 0, fi);
}

bool
dcm_people_has(
    const struct conf_list *list, const char *peer, const char *domain)
{
	for (size_t i = 0; i < list->n; i++) {
		size_t n = strlen(list->v[i]);

		if (strncasecmp(peer, list->v[i], n) != 0)
			continue;
		if (peer[n] == '\0' ||
		    (strchr(list->v[i], '.') == NULL && peer[n] == '.' &&
			strcasecmp(peer + n + 1, domain) == 0))
			return true;
	}
	return false;
}
