/* world.c - see world.h. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/time32.h"
#include "service/service.h"
#include "tool/fleet/world.h"

#define ARENA_LIMIT ((size_t)16 << 20)
#define FILE_LIMIT  ((size_t)1 << 20)
#define RA_PORT	    8892u
#define ECA_PORT    8895u
#define BLANKS	    " \t\r"

/* ---- addresses ---- */

static bool
is_loopback(const char *address)
{
	struct in_addr a;

	return inet_pton(AF_INET, address, &a) == 1 &&
	       ntohl(a.s_addr) >> 24 == 127;
}

/* How many lines of the map give the name a loopback address; -1: one gives
 * it another. */
static int
loopback_lines(char *text, const char *name)
{
	char *line, *rest = NULL, *save, *address, *word;
	int n = 0;

	for (line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		line[strcspn(line, "#")] = '\0';
		address = strtok_r(line, BLANKS, &save);
		while (address != NULL &&
		       (word = strtok_r(NULL, BLANKS, &save)) != NULL) {
			if (strcasecmp(word, name) != 0)
				continue;
			if (!is_loopback(address))
				return -1;
			n++;
		}
	}
	return n;
}

static enum fault
check_host(
    struct world *w, const char *hosts, const char *name, struct fault_info *fi)
{
	struct bytes file;
	char *text;

	TRY(file_read(&file, &w->arena, hosts, FILE_LIMIT, fi));
	text =
	    arena_printf(&w->arena, "%.*s", (int)file.n, (const char *)file.p);
	if (text == NULL || loopback_lines(text, name) < 1)
		return fault_set(fi, FAULT_DENIED,
		    "%s: %s has no loopback address there; a fleet loads only "
		    "environments on this machine",
		    hosts, name);
	return FAULT_OK;
}

static enum fault
name_hosts(struct world *w, const char *hosts, struct fault_info *fi)
{
	const char *ra = arena_printf(&w->arena, "ra.%s", w->env.domain);
	const char *eca = arena_printf(&w->arena, "eca.%s", w->env.domain);

	if (ra == NULL || eca == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "names");
	TRY(check_host(w, hosts, ra, fi));
	TRY(check_host(w, hosts, eca, fi));
	w->ra_url = arena_printf(&w->arena, "https://%s:%u", ra, RA_PORT);
	w->eca_url = arena_printf(&w->arena,
	    "https://%s:%u/enrollment-certificate-request", eca, ECA_PORT);
	return w->ra_url != NULL && w->eca_url != NULL
		   ? FAULT_OK
		   : fault_set(fi, FAULT_TOO_LARGE, "names");
}

static void
path_of(
    char out[PATH_SIZE], const char *dir, const char *folder, const char *name)
{
	char path[PATH_SIZE];

	path_join(path, dir, folder);
	path_join(out, path, name);
}

static enum fault
open_clients(struct world *w, const char *hosts, struct fault_info *fi)
{
	char root[PATH_SIZE], ca[PATH_SIZE], cert[PATH_SIZE], key[PATH_SIZE];
	const struct http_client_config ra = {.ca = root, .hosts = hosts};
	const struct http_client_config eca = {.ca = ca,
	    .cert = cert,
	    .key = key,
	    .hosts = hosts,
	    .tls13_only = true};

	path_of(root, w->dir, "public", "root.tls");
	path_of(ca, w->dir, "operator", "tls-ca.pem");
	path_of(cert, w->dir, "operator", "tls.pem");
	path_of(key, w->dir, "operator", "tls.key");
	TRY(http_client_new(&w->ra_client, &ra, fi));
	return http_client_new(&w->eca_client, &eca, fi);
}

/* ---- certificates ---- */

static enum fault
read_public(
    struct world *w, struct bytes *out, const char *name, struct fault_info *fi)
{
	char path[PATH_SIZE];

	path_of(path, w->dir, "public", name);
	return file_read(out, &w->arena, path, FILE_LIMIT, fi);
}

static enum fault
open_trust(struct world *w, struct fault_info *fi)
{
	static const char *const known[] = {
	    "ICA.oer", "ECA.oer", "PCA.oer", "RA.oer", "LCCF.oer"};
	struct bytes file;

	w->trust = trust_new();
	w->stranger = monarch_verifier_new();
	if (w->trust == NULL || w->stranger == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	TRY(read_public(w, &file, "root.oer", fi));
	TRY(trust_add_root(w->trust, file, fi));
	TRY(monarch_verifier_trust(w->stranger, file, fi));
	for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++) {
		TRY(read_public(w, &file, known[k], fi));
		TRY(trust_add_known(w->trust, file, fi));
		TRY(monarch_verifier_add(w->stranger, file, fi));
	}
	return FAULT_OK;
}

static enum fault
open_peers(struct world *w, struct fault_info *fi)
{
	struct bytes file;
	struct point key;

	TRY(read_public(w, &file, "ECA.oer", fi));
	TRY(cert_load(&w->eca, &w->arena, file, fi));
	TRY(trust_check_chain(NULL, w->trust, w->eca, time32_now(), fi));
	TRY(read_public(w, &file, "PCA.oer", fi));
	TRY(cert_load(&w->pca, &w->arena, file, fi));
	TRY(read_public(w, &file, "RA.oer", fi));
	TRY(cert_load(&w->ra, &w->arena, file, fi));
	TRY(trust_check_chain(NULL, w->trust, w->ra, time32_now(), fi));
	if (!w->ra->has_encryption_key)
		return fault_set(fi, FAULT_WRONG_PROFILE, "RA.oer: no key");
	TRY(curve_to_p256(&key, &w->ra->encryption_key, fi));
	sha256(w->ra_p1, w->ra->canonical);
	w->ra_key = p256_known_new(&key);
	return w->ra_key != NULL ? FAULT_OK
				 : fault_set(fi, FAULT_BAD_POINT, "RA.oer");
}

/* ---- the whole ---- */

enum fault
world_open(
    struct world *w, const char *dir, uint64_t seed, struct fault_info *fi)
{
	const char *hosts = getenv("MONARCH_HOSTS");
	const char *clock = getenv("MONARCH_CLOCK");
	char path[PATH_SIZE];

	*w = (struct world){.dir = dir, .arena = arena_new(ARENA_LIMIT)};
	w->seed = seed_of(seed);
	path_join(path, dir, "environment.conf");
	TRY(environment_read(&w->env, &w->arena, path, fi));
	path_join(w->clock, dir, "clock");
	if (clock != NULL && clock[0] != '\0')
		snprintf(w->clock, sizeof(w->clock), "%s", clock);
	TRY(service_clock_read(w->clock, fi));
	path_join(path, dir, "hosts");
	if (hosts != NULL && hosts[0] != '\0')
		snprintf(path, sizeof(path), "%s", hosts);
	TRY(name_hosts(w, path, fi));
	TRY(open_clients(w, path, fi));
	TRY(open_trust(w, fi));
	return open_peers(w, fi);
}

void
world_close(struct world *w)
{
	http_client_free(w->ra_client);
	http_client_free(w->eca_client);
	p256_known_free(w->ra_key);
	monarch_verifier_free(w->stranger);
	trust_free(w->trust);
	arena_free(&w->arena);
}

/* A file that cannot be read now is the one of before. */
void
world_clock(const struct world *w)
{
	struct fault_info fi;

	(void)!service_clock_read(w->clock, &fi);
}

enum fault
world_next_period(const struct world *w, struct fault_info *fi)
{
	char text[32];

	TRY(service_clock_read(w->clock, fi));
	snprintf(text, sizeof(text), "%" PRId64 "\n",
	    time_offset() + (int64_t)w->env.i_period_seconds);
	TRY(file_write(w->clock, bytes_of_string(text), 0644, fi));
	return service_clock_read(w->clock, fi);
}

uint32_t
world_period(const struct world *w)
{
	return environment_period(&w->env, time32_now());
}

/* A certificate of a period must end before that of its issuer. */
uint32_t
world_supply_end(const struct world *w)
{
	uint64_t lifetime = conf_duration_seconds(w->env.pseudonym_lifetime);
	uint32_t end = world_period(w) + w->env.supply_weeks, last;

	last =
	    environment_period(&w->env, w->pca->end - (uint32_t)lifetime) + 1;
	return end < last ? end : last;
}
