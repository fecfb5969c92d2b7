/* peer.c - see peer.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/time32.h"
#include "role/ra/peer.h"

#define PAUSE_FIRST_MS 250u
#define PAUSE_MOST_MS  15000u

enum fault
peer_init(struct peer *peer, struct arena *arena, const char *text,
    const char *domain, unsigned port, struct fault_info *fi)
{
	const char *colon = strchr(text, ':');
	int n = (int)(colon != NULL ? (size_t)(colon - text) : strlen(text));

	if (n == 0)
		return fault_set(fi, FAULT_CONFIG, "name of a peer is empty");
	if (colon != NULL)
		port = (unsigned)strtoul(colon + 1, NULL, 10);
	if (port == 0 || port > 65535)
		return fault_set(fi, FAULT_CONFIG, "port in \"%s\"", text);
	if (memchr(text, '.', (size_t)n) != NULL)
		peer->name = arena_printf(arena, "%.*s", n, text);
	else
		peer->name = arena_printf(arena, "%.*s.%s", n, text, domain);
	if (peer->name == NULL || (peer->address = arena_printf(arena, "%s:%u",
				       peer->name, port)) == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "%s", text);
	pthread_mutex_init(&peer->lock, NULL);
	peer->failures = 0;
	peer->again = 0;
	peer->pause_most_ms = PAUSE_MOST_MS;
	return FAULT_OK;
}

void
peer_destroy(struct peer *peer)
{
	pthread_mutex_destroy(&peer->lock);
}

enum fault
peer_post(struct peer *peer, struct http_result *result, struct arena *arena,
    const struct peer_message *m, struct fault_info *fi)
{
	struct http_call call = {
	    .method = "POST",
	    .headers = m->headers,
	    .body = m->body,
	    .limit = m->limit,
	    .timeout_ms = m->timeout_ms,
	};

	call.url = arena_printf(arena, "https://%s%s", peer->address, m->path);
	if (call.url == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "%s", m->path);
	TRY(peer->call(peer->ctx, result, arena, &call, fi));
	if (result->status == 200 || result->status == 204)
		return FAULT_OK;
	return fault_set(fi,
	    result->status >= 500 ? FAULT_NETWORK : FAULT_HTTP_STATUS,
	    "%s answers with status %u", m->path, result->status);
}

void
peer_works(struct peer *peer)
{
	pthread_mutex_lock(&peer->lock);
	if (peer->failures > 0)
		log_info("%s works again", peer->name);
	peer->failures = 0;
	peer->again = 0;
	pthread_mutex_unlock(&peer->lock);
}

static unsigned
pause_after(const struct peer *peer)
{
	unsigned shift = peer->failures < 16 ? peer->failures - 1 : 15;
	unsigned ms = PAUSE_FIRST_MS << shift;

	return ms < peer->pause_most_ms ? ms : peer->pause_most_ms;
}

/* What several threads meet at the same time is one failure, and they pause
 * until the same moment. */
unsigned
peer_fails(struct peer *peer, const struct fault_info *fi)
{
	uint64_t now = clock_ns();
	unsigned ms;

	pthread_mutex_lock(&peer->lock);
	if (peer->failures == 0)
		log_warn("%s does not work: %s", peer->name, fi->text);
	if (now >= peer->again) {
		if (peer->failures < 1000)
			peer->failures++;
		peer->again = now + pause_after(peer) * UINT64_C(1000000);
	}
	snprintf(peer->cause, sizeof(peer->cause), "%s", fi->text);
	ms = (unsigned)((peer->again - now) / 1000000) + 1;
	pthread_mutex_unlock(&peer->lock);
	return ms;
}

bool
peer_rests(struct peer *peer)
{
	bool rests;

	pthread_mutex_lock(&peer->lock);
	rests = peer->failures > 0 && clock_ns() < peer->again;
	pthread_mutex_unlock(&peer->lock);
	return rests;
}

bool
peer_is_down(struct peer *peer, char *cause, size_t n)
{
	bool is_down;

	pthread_mutex_lock(&peer->lock);
	is_down = peer->failures > 0;
	if (is_down)
		snprintf(cause, n, "%s: %s", peer->name, peer->cause);
	pthread_mutex_unlock(&peer->lock);
	return is_down;
}
