/* peers.c - see peers.h. */
#include <stdlib.h>
#include <string.h>

#include "role/ma/peers.h"

#define PORT_MAX 65535

/* "ra:8892": a name without a dot is in the environment's domain. */
static enum fault
set_peer(struct ma_peer *out, struct arena *arena, const struct ma *ma,
    const char *text, unsigned port, struct fault_info *fi)
{
	const char *colon = strchr(text, ':');
	int n = (int)(colon != NULL ? (size_t)(colon - text) : strlen(text));
	bool whole = memchr(text, '.', (size_t)n) != NULL;

	out->name = arena_printf(arena, "%.*s%s%s", n, text, whole ? "" : ".",
	    whole ? "" : ma->environment->domain);
	out->port = port;
	if (colon != NULL)
		out->port = (unsigned)strtoul(colon + 1, NULL, 10);
	if (out->name == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "names of peers");
	return n > 0 && out->port > 0 && out->port <= PORT_MAX
		   ? FAULT_OK
		   : fault_set(fi, FAULT_CONFIG, "%s: name:port needed", text);
}

enum fault
ma_peers(struct ma_peers *out, struct arena *arena, const struct ma *ma,
    struct fault_info *fi)
{
	const struct ma_conf *conf = ma->conf;

	*out = (struct ma_peers){.pca_n = conf->pca.n};
	if (conf->pca.n > MA_PCAS)
		return fault_set(
		    fi, FAULT_CONFIG, "more than %u PCAs", MA_PCAS);
	for (size_t i = 0; i < conf->pca.n; i++)
		TRY(set_peer(&out->pca[i], arena, ma, conf->pca.v[i],
		    conf->pca_port, fi));
	TRY(set_peer(&out->la[0], arena, ma, conf->la1, 0, fi));
	TRY(set_peer(&out->la[1], arena, ma, conf->la2, 0, fi));
	TRY(set_peer(&out->ra, arena, ma, conf->ra, 0, fi));
	return set_peer(&out->crlg, arena, ma, conf->crlg, 0, fi);
}

const struct ma_peer *
ma_pca_of(const struct ma_peers *peers, struct arena *arena,
    const struct ma *ma, const uint8_t issuer[CERT_ID_SIZE])
{
	const struct cert *c = trust_find(ma->self.trust, issuer);
	const char *name = c != NULL ? cert_name(arena, c) : NULL;

	for (size_t i = 0; name != NULL && i < peers->pca_n; i++)
		if (strcmp(peers->pca[i].name, name) == 0)
			return &peers->pca[i];
	return NULL;
}

unsigned
ma_la_index(const struct ma_peers *peers, struct bytes name)
{
	unsigned i = 0;

	while (i < 2 && !bytes_equal(name, bytes_of_string(peers->la[i].name)))
		i++;
	return i;
}
