/* opt.c - see opt.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tool/common/opt.h"

bool
opt_number(int64_t *out, const char *s)
{
	char *end;
	long long v;

	errno = 0;
	v = strtoll(s, &end, strncmp(s, "0x", 2) == 0 ? 16 : 10);
	if (end == s || *end != '\0' || errno != 0)
		return false;
	*out = v;
	return true;
}

static const struct opt *
find(const struct opt *opts, size_t n, const char *name, size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(opts[i].name) == len &&
		    memcmp(opts[i].name, name, len) == 0)
			return &opts[i];
	return NULL;
}

static enum fault
take(const struct opt *o, const char *value, struct fault_info *fi)
{
	struct opt_list *list = o->out;

	switch (o->kind) {
	case OPT_FLAG:
		*(bool *)o->out = true;
		return FAULT_OK;
	case OPT_TEXT:
		*(const char **)o->out = value;
		return FAULT_OK;
	case OPT_NUMBER:
		if (opt_number(o->out, value))
			return FAULT_OK;
		return fault_set(fi, FAULT_USAGE,
		    "--%s: \"%s\" is not a number", o->name, value);
	case OPT_LIST:
		if (list->n == OPT_LIST_MAX)
			return fault_set(fi, FAULT_USAGE,
			    "--%s: given more than %d times", o->name,
			    OPT_LIST_MAX);
		list->v[list->n++] = value;
		return FAULT_OK;
	}
	return fault_set(fi, FAULT_INTERNAL, "--%s", o->name);
}

/* One option at argv[*at], which begins with "--"; takes its value too. */
static enum fault
option(const struct opt *opts, size_t n, char **argv, int argc, int *at,
    struct fault_info *fi)
{
	const char *name = argv[*at] + 2;
	const char *eq = strchr(name, '=');
	size_t len = eq != NULL ? (size_t)(eq - name) : strlen(name);
	const struct opt *o = find(opts, n, name, len);

	if (o == NULL)
		return fault_set(
		    fi, FAULT_USAGE, "no option \"--%.*s\"", (int)len, name);
	if (o->kind == OPT_FLAG)
		return eq == NULL ? take(o, NULL, fi)
				  : fault_set(fi, FAULT_USAGE,
					"--%s takes no value", o->name);
	if (eq != NULL)
		return take(o, eq + 1, fi);
	if (*at + 1 == argc)
		return fault_set(
		    fi, FAULT_USAGE, "--%s needs a value", o->name);
	return take(o, argv[++*at], fi);
}

enum fault
opt_parse(const struct opt *opts, size_t n, int *argc, char **argv,
    struct fault_info *fi)
{
	bool ended = false;
	int kept = 0;

	for (int i = 1; i < *argc; i++) {
		if (!ended && strcmp(argv[i], "--") == 0)
			ended = true;
		else if (!ended && strncmp(argv[i], "--", 2) == 0)
			TRY(option(opts, n, argv, *argc, &i, fi));
		else
			argv[kept++] = argv[i];
	}
	*argc = kept;
	return FAULT_OK;
}
