/* route.c - which handler answers, and who may call it. */
#include <string.h>
#include <strings.h>

#include "http/server_int.h"

static bool
path_matches(const struct http_route *r, const char *path)
{
	if (r->flags & HTTP_ROUTE_PREFIX)
		return strncmp(path, r->path, strlen(r->path)) == 0;
	return strcmp(path, r->path) == 0;
}

/* Methods of a path that is there, for the header Allow. */
static void
allow(struct exchange *ex, const char *method)
{
	if (ex->allow == NULL)
		ex->allow = method;
	else if (strstr(ex->allow, method) == NULL)
		ex->allow =
		    arena_printf(&ex->arena, "%s, %s", ex->allow, method);
}

static void
take(struct exchange *ex, const struct http_route *r,
    const struct http_route_set *set)
{
	ex->route = r;
	ex->ctx = set->ctx;
	ex->closed = set->closed;
	ex->request.method = r->method;
	ex->request.tail = ex->request.path + strlen(r->path);
}

unsigned
route_find(struct exchange *ex, const char *method)
{
	const struct http_server *s = ex->server;
	const char *as = strcmp(method, "HEAD") == 0 ? "GET" : method;
	size_t i, k;

	for (i = 0; i < s->config.sets_n; i++) {
		for (k = 0; k < s->sets[i].n; k++) {
			const struct http_route *r = &s->sets[i].routes[k];

			if (!path_matches(r, ex->request.path))
				continue;
			if (strcmp(r->method, as) == 0) {
				take(ex, r, &s->sets[i]);
				return 0;
			}
			allow(ex, r->method);
		}
	}
	return ex->allow != NULL ? MHD_HTTP_METHOD_NOT_ALLOWED
				 : MHD_HTTP_NOT_FOUND;
}

/* Is peer the name of n octets, completed by the domain if it has no dot? */
static bool
names(const char *peer, const char *name, size_t n, const char *domain)
{
	if (n == 1 && *name == '*')
		return true;
	if (strncasecmp(peer, name, n) != 0)
		return false;
	if (memchr(name, '.', n) != NULL)
		return peer[n] == '\0';
	return domain != NULL && peer[n] == '.' &&
	       strcasecmp(peer + n + 1, domain) == 0;
}

bool
route_permits(
    const struct http_server *s, const struct http_route *r, const char *peer)
{
	const char *p = r->peers;

	if (p == NULL)
		return true;
	if (peer == NULL)
		return false;
	while (*(p += strspn(p, ", ")) != '\0') {
		size_t n = strcspn(p, ", ");

		if (names(peer, p, n, s->domain))
			return true;
		p += n;
	}
	return false;
}
