/* conf.c - see conf.h. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "service/conf_value.h"

#define FILE_SIZE_MAX ((size_t)256 << 10)
#define KEYS_MAX      256u /* of all tables of a file */
#define BLANKS	      " \t\r"

/* A file while it is read. */
struct source {
	const struct conf_table *tables;
	size_t tables_n;
	struct arena *arena;
	const char *path;
	unsigned line;
	bool seen[KEYS_MAX];
};

static void *
member(const struct conf_table *t, const struct conf_key *k)
{
	return (char *)t->out + k->offset;
}

static const struct conf_key *
find(const struct conf_table *t, const char *name)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (strcmp(t->keys[i].name, name) == 0)
			return &t->keys[i];
	return NULL;
}

static enum fault
set_key(struct source *s, const char *name, const char *value,
    struct fault_info *fi)
{
	const struct conf_key *k;
	size_t i, base = 0;

	for (i = 0; i < s->tables_n; base += s->tables[i++].n) {
		const struct conf_table *t = &s->tables[i];
		size_t at;

		if ((k = find(t, name)) == NULL)
			continue;
		at = base + (size_t)(k - t->keys);
		assert(at < KEYS_MAX);
		if (s->seen[at])
			return fault_set(
			    fi, FAULT_CONFIG, "%s is there twice", name);
		s->seen[at] = true;
		return conf_value_parse(member(t, k), k, value, s->arena, fi);
	}
	return fault_set(fi, FAULT_CONFIG, "unknown key %s", name);
}

/* Cuts blanks off both ends, in place. */
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
parse_line(struct source *s, char *line, struct fault_info *fi)
{
	char *equals;

	line = trim(line);
	if (*line == '\0' || *line == '#')
		return FAULT_OK;
	for (const char *p = line; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' && *p != '\t')
			return fault_set(fi, FAULT_CONFIG, "control character");
	if ((equals = strchr(line, '=')) == NULL)
		return fault_set(fi, FAULT_CONFIG, "no \"key = value\"");
	*equals = '\0';
	return set_key(s, trim(line), trim(equals + 1), fi);
}

static enum fault
fill_missing(struct source *s, unsigned kind, struct fault_info *fi)
{
	size_t i, k, at = 0;

	for (i = 0; i < s->tables_n; i++) {
		const struct conf_table *t = &s->tables[i];

		for (k = 0; k < t->n; k++, at++) {
			const struct conf_key *key = &t->keys[k];

			assert(at < KEYS_MAX);
			if (s->seen[at])
				continue;
			if (key->fallback[kind] == NULL)
				return fault_set(fi, FAULT_CONFIG,
				    "%s: %s is missing (%s)", s->path,
				    key->name, key->help);
			TRY(conf_value_parse(member(t, key), key,
			    key->fallback[kind], s->arena, fi));
		}
	}
	return FAULT_OK;
}

enum fault
conf_parse(const struct conf_table *tables, size_t n, struct arena *arena,
    struct bytes text, const char *path, unsigned kind, struct fault_info *fi)
{
	struct source s = {
	    .tables = tables, .tables_n = n, .arena = arena, .path = path};
	char *line, *next;
	enum fault f;

	assert(kind < CONF_KINDS);
	if (text.n > 0 && memchr(text.p, '\0', text.n) != NULL)
		return fault_set(fi, FAULT_CONFIG, "%s: not a text", path);
	line = arena_printf(
	    arena, "%.*s", (int)text.n, text.n > 0 ? (const char *)text.p : "");
	if (line == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "%s: too large", path);
	for (; line != NULL; line = next) {
		if ((next = strchr(line, '\n')) != NULL)
			*next++ = '\0';
		s.line++;
		if ((f = parse_line(&s, line, fi)) != FAULT_OK) {
			fault_prefix(fi, "%s:%u", path, s.line);
			return f;
		}
	}
	return fill_missing(&s, kind, fi);
}

enum fault
conf_read(const struct conf_table *tables, size_t n, struct arena *arena,
    const char *path, unsigned kind, struct fault_info *fi)
{
	struct bytes text;

	TRY(file_read(&text, arena, path, FILE_SIZE_MAX, fi));
	return conf_parse(tables, n, arena, text, path, kind, fi);
}

enum fault
conf_defaults(const struct conf_table *t, struct arena *arena, unsigned kind,
    struct fault_info *fi)
{
	size_t i;

	assert(kind < CONF_KINDS);
	for (i = 0; i < t->n; i++)
		if (t->keys[i].fallback[kind] != NULL)
			TRY(conf_value_parse(member(t, &t->keys[i]),
			    &t->keys[i], t->keys[i].fallback[kind], arena, fi));
	return FAULT_OK;
}

enum fault
conf_set(const struct conf_table *t, struct arena *arena, const char *key,
    const char *value, struct fault_info *fi)
{
	const struct conf_key *k = find(t, key);

	if (k == NULL)
		return fault_set(fi, FAULT_CONFIG, "unknown key %s", key);
	return conf_value_parse(member(t, k), k, value, arena, fi);
}

static const char *
limits(const struct conf_key *k, struct arena *arena)
{
	if (k->type != CONF_TYPE_UINT || k->max == UINT32_MAX)
		return "";
	return arena_printf(arena, " (%u to %u)", k->min, k->max);
}

enum fault
conf_text(const struct conf_table *t, struct bytes *out, struct arena *arena,
    const char *title, struct fault_info *fi)
{
	char *buffer = arena_alloc(arena, FILE_SIZE_MAX, 1);
	FILE *f = buffer != NULL ? fmemopen(buffer, FILE_SIZE_MAX, "w") : NULL;
	bool ok = f != NULL;
	size_t i;

	if (f == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "%s: no memory", title);
	fprintf(f, "# %s\n", title);
	for (i = 0; i < t->n && ok; i++) {
		const struct conf_key *k = &t->keys[i];
		const char *v = conf_value_text(member(t, k), k, arena);
		const char *l = limits(k, arena);

		ok = v != NULL && l != NULL &&
		     fprintf(f, "\n# %s%s\n%s = %s\n", k->help, l, k->name, v) >
			 0;
	}
	if (fclose(f) != 0 || !ok)
		return fault_set(fi, FAULT_TOO_LARGE, "%s: too large", title);
	*out = bytes_of_string(buffer);
	return FAULT_OK;
}

static void
print_fallback(const struct conf_key *k)
{
	const char *const *f = k->fallback;

	if (f[0] == NULL)
		printf("  Required.");
	else if (strcmp(f[0], f[1]) == 0 && strcmp(f[0], f[2]) == 0)
		printf("  Default: %s.", f[0]);
	else
		printf("  Default: %s (test), %s (qa), %s (prod).", f[0], f[1],
		    f[2]);
	if (k->type == CONF_TYPE_UINT && k->max != UINT32_MAX)
		printf("  %u to %u.", k->min, k->max);
	putchar('\n');
}

void
conf_print_help(const struct conf_table *t)
{
	size_t i;

	for (i = 0; i < t->n; i++) {
		printf("%s\n    %s\n  ", t->keys[i].name, t->keys[i].help);
		print_fallback(&t->keys[i]);
	}
}
