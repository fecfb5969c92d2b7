/* health.c - see health.h. */
#include <string.h>

#include "service/service.h"
#include "tool/scms/health.h"

#define HEALTH_LIMIT 65536u
#define HEALTH_MS    3000

/* The header with the key that a component has laid out for the operator. */
static const char *
key_header(
    struct arena *arena, const struct site *site, const struct part *part)
{
	char dir[PATH_SIZE], path[PATH_SIZE];
	struct bytes key;

	path_join(dir, site->dir, part->name);
	path_join(path, dir, HEALTH_KEY_FILE);
	if (file_read(&key, arena, path, HEALTH_LIMIT, NULL) != FAULT_OK)
		return NULL;
	return arena_printf(
	    arena, HEALTH_HEADER ": %.*s", (int)key.n, (const char *)key.p);
}

json_t *
health_ask(struct http_client *client, const struct site *site,
    const struct part *part)
{
	struct arena arena = arena_new((size_t)4 * HEALTH_LIMIT);
	unsigned port = part == &parts[PART_LOP] ? LOP_HEALTH_PORT : part->port;
	struct http_call call = {
	    .limit = HEALTH_LIMIT, .timeout_ms = HEALTH_MS};
	const char *headers[] = {key_header(&arena, site, part), NULL};
	struct http_result result;
	struct fault_info fi;
	json_t *health = NULL;

	call.headers = headers;
	call.url = site_url(&arena, &site->env, part->name, port, "/healthz");
	if (call.url != NULL &&
	    http_call(client, &result, &arena, &call, &fi) == FAULT_OK)
		health = json_loadb(
		    (const char *)result.body.p, result.body.n, 0, NULL);
	arena_free(&arena);
	return health;
}

enum fault
health_client(
    struct http_client **out, const struct site *site, struct fault_info *fi)
{
	char ca[PATH_SIZE], hosts[PATH_SIZE];
	struct http_client_config config = {.ca = ca, .hosts = hosts};

	path_join(ca, site->dir, "operator/tls-ca.pem");
	path_join(hosts, site->dir, "operator/hosts");
	return http_client_new(out, &config, fi);
}
