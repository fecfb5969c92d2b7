/* component_plan.c - what a command on components means; see component.h. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tool/scms/component.h"

/* "offline/root" -> "root" */
static const char *
name_of(enum actor_id id)
{
	const char *slash = strrchr(actor_info[id].folder, '/');

	return slash != NULL ? slash + 1 : actor_info[id].folder;
}

/* Those that have no certificate but that of TLS. */
static const char *const tls_only[] = {"lop", "crlstore", "operator"};
#define TLS_ONLY (sizeof(tls_only) / sizeof(tls_only[0]))

static enum fault
name_all(const char *wrong, struct fault_info *fi)
{
	char all[200] = "";
	size_t n = 0;

	for (enum actor_id id = 0; id < ACTOR_COUNT && n < sizeof(all); id++)
		n += (size_t)snprintf(all + n, sizeof(all) - n, "%s%s",
		    n > 0 ? ", " : "", name_of(id));
	return fault_set(
	    fi, FAULT_USAGE, "%s: no component; there are %s", wrong, all);
}

enum fault
component_find(
    struct component_plan *out, const char *name, struct fault_info *fi)
{
	*out = (struct component_plan){.actor = ACTOR_COUNT};
	for (enum actor_id id = 0; id < ACTOR_COUNT; id++)
		if (strcasecmp(name, name_of(id)) == 0)
			out->actor = id;
	for (size_t i = 0; i < TLS_ONLY; i++)
		if (strcasecmp(name, tls_only[i]) == 0)
			out->tls = tls_only[i];
	return out->actor < ACTOR_COUNT || out->tls != NULL
		   ? FAULT_OK
		   : name_all(name, fi);
}

void
component_words(char out[64], const struct component_plan *p)
{
	static const char *const verbs[] = {
	    [COMPONENT_ADD] = "add",
	    [COMPONENT_RENEW] = "renew",
	    [COMPONENT_RETIRE] = "retire",
	};

	snprintf(out, 64, "%s %s", verbs[p->verb],
	    p->tls != NULL ? p->tls : name_of(p->actor));
}

static bool
is_elector(enum actor_id id)
{
	return actor_info[id].profile == PROFILE_ELECTOR;
}

static enum fault
decide_add(struct component_plan *p, const bool *there, struct fault_info *fi)
{
	if (there[p->actor])
		return fault_set(fi, FAULT_EXISTS,
		    "%s is there already; renew gives it another certificate",
		    name_of(p->actor));
	if (!actor_is_later(p->actor))
		return fault_set(fi, FAULT_DENIED,
		    "%s is made by scms init only", name_of(p->actor));
	p->is_new[p->actor] = true;
	return FAULT_OK;
}

/* Whoever is certified by what is new becomes new as well. */
static enum fault
decide_renew(struct component_plan *p, const bool *there, struct fault_info *fi)
{
	if (!there[p->actor])
		return fault_set(
		    fi, FAULT_NOT_FOUND, "%s is not there", name_of(p->actor));
	if (is_elector(p->actor))
		return fault_set(fi, FAULT_DENIED,
		    "%s: a new elector needs the votes of the others: scms "
		    "elector add-elector",
		    name_of(p->actor));
	/* An issuer comes before those it issues to. */
	for (enum actor_id id = 0; id < ACTOR_COUNT; id++)
		p->is_new[id] =
		    there[id] && !is_elector(id) &&
		    (id == p->actor || p->is_new[actor_info[id].issuer]);
	return FAULT_OK;
}

static enum fault
decide_retire(
    struct component_plan *p, const bool *there, struct fault_info *fi)
{
	if (!there[p->actor])
		return fault_set(
		    fi, FAULT_NOT_FOUND, "%s is not there", name_of(p->actor));
	if (!actor_is_later(p->actor))
		return fault_set(fi, FAULT_DENIED,
		    "the environment cannot do without %s; renew replaces its "
		    "keys and deletes the old ones",
		    name_of(p->actor));
	return FAULT_OK;
}

enum fault
component_decide(struct component_plan *p, enum component_verb verb,
    const bool there[ACTOR_COUNT], struct fault_info *fi)
{
	p->verb = verb;
	memset(p->is_new, 0, sizeof(p->is_new));
	if (p->tls != NULL)
		return verb == COMPONENT_RENEW
			   ? FAULT_OK
			   : fault_set(fi, FAULT_DENIED,
				 "%s can only be renewed", p->tls);
	switch (verb) {
	case COMPONENT_ADD:
		return decide_add(p, there, fi);
	case COMPONENT_RENEW:
		return decide_renew(p, there, fi);
	case COMPONENT_RETIRE:
		return decide_retire(p, there, fi);
	}
	return fault_set(fi, FAULT_INTERNAL, "verb %d", (int)verb);
}

/* ---- text files ---- */

/* Lines for which keep() holds, then one more (NULL: none). */
static enum fault
rewrite(struct bytes *out, struct arena *a, struct bytes text,
    bool (*keep)(const char *line, size_t n, const char *key), const char *key,
    const char *more, struct fault_info *fi)
{
	size_t room = text.n + (more != NULL ? strlen(more) + 2 : 0) + 2;
	char *to = arena_alloc(a, room, 1);
	const char *p = (const char *)text.p, *end = p + text.n, *next;
	size_t n = 0;

	if (to == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "text of settings");
	for (; p < end; p = next) {
		next = memchr(p, '\n', (size_t)(end - p));
		next = next != NULL ? next + 1 : end;
		if (!keep(p, (size_t)(next - p), key))
			continue;
		memcpy(to + n, p, (size_t)(next - p));
		n += (size_t)(next - p);
		if (to[n - 1] != '\n')
			to[n++] = '\n';
	}
	if (more != NULL)
		n += (size_t)snprintf(to + n, room - n, "%s\n", more);
	*out = (struct bytes){(const uint8_t *)to, n};
	return FAULT_OK;
}

static bool
is_other_key(const char *line, size_t n, const char *key)
{
	size_t k = strlen(key), i = 0;

	while (i < n && (line[i] == ' ' || line[i] == '\t'))
		i++;
	if (n - i <= k || strncmp(line + i, key, k) != 0)
		return true;
	for (i += k; i < n && (line[i] == ' ' || line[i] == '\t'); i++)
		continue;
	return i == n || line[i] != '=';
}

/* "127.0.1.4 pca.monarch.test" */
static bool
is_other_host(const char *line, size_t n, const char *name)
{
	size_t k = strlen(name);

	while (n > 0 && strchr(" \t\r\n", line[n - 1]) != NULL)
		n--;
	return n <= k || strncmp(line + n - k, name, k) != 0 ||
	       strchr(" \t", line[n - k - 1]) == NULL;
}

enum fault
component_set_line(struct bytes *out, struct arena *a, struct bytes text,
    const char *key, const char *value, struct fault_info *fi)
{
	const char *line = arena_printf(a, "%s = %s", key, value);

	if (line == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "%s", key);
	return rewrite(out, a, text, is_other_key, key, line, fi);
}

enum fault
component_set_host(struct bytes *out, struct arena *a, struct bytes text,
    const char *name, const char *address, struct fault_info *fi)
{
	const char *line =
	    address != NULL ? arena_printf(a, "%s %s", address, name) : NULL;

	if (address != NULL && line == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "%s", name);
	return rewrite(out, a, text, is_other_host, name, line, fi);
}
