/*
 * http_agree.c - renewals of LA-PCA keys, whose messages the RA carries: the
 * two that come to an LA, and when a renewal is due.
 */
#include <string.h>

#include "base/time32.h"
#include "plv/message.h"
#include "role/la/agreement.h"

#define MEMORY (1u << 20)

/* A message of the RA, answered one at a time; *out may stay empty. */
typedef enum fault agree_fn(struct bytes *out, struct la *, struct arena *,
    const struct la_side *, struct bytes body, struct fault_info *);

static void
run(agree_fn *answer, struct la *la, const struct http_request *request,
    struct http_response *response)
{
	const struct la_side side = {
	    &la->self, &la->pcas, la->folder, la->ring};
	struct fault_info fi = {.code = FAULT_OK};
	struct arena arena = arena_new(MEMORY);
	struct bytes out = BYTES_NONE;
	enum fault f;

	pthread_mutex_lock(&la->agreeing);
	f = plv_ring_refresh(la->ring, &fi);
	if (f == FAULT_OK)
		f = answer(&out, la, &arena, &side, request->body, &fi);
	pthread_mutex_unlock(&la->agreeing);
	if (f != FAULT_OK)
		la_http_fail(response, f, &fi);
	else if (out.n > 0)
		la_http_reply(response, out);
	else
		http_reply(response, 204, BYTES_NONE);
	arena_free(&arena);
}

/* start(4) end(4) of the key in force with a PCA, values sealed under it(8). */
static enum fault
key_use(struct bytes *out, struct la *la, struct arena *arena,
    const struct la_side *side, struct bytes body, struct fault_info *fi)
{
	const char *pca = la_pca_named(side->pcas, body);
	const struct plv_key *key;
	uint8_t octets[16];
	struct writer w = writer_of(octets, sizeof(octets));
	uint64_t sealed;

	if (pca == NULL)
		return fault_set(
		    fi, FAULT_DENIED, "the key of somebody who is not our PCA");
	if ((key = plv_ring_current(la->ring, pca, time32_now())) == NULL)
		return fault_set(fi, FAULT_NOT_FOUND,
		    "no key agreed with %s is in force", pca);
	TRY(la_store_key_use(la->store, &sealed, key->symm.id, fi));
	write_uint(&w, key->agreement.start, 4);
	write_uint(&w, key->agreement.end, 4);
	write_uint(&w, sealed, 8);
	*out = bytes_copy(arena, writer_done(&w));
	return out->p != NULL ? FAULT_OK
			      : fault_set(fi, FAULT_TOO_LARGE, "no memory");
}

static enum fault
respond(struct bytes *out, struct la *la, struct arena *arena,
    const struct la_side *side, struct bytes body, struct fault_info *fi)
{
	(void)la;
	return la_agreement_respond(out, arena, side, body, fi);
}

static enum fault
finish(struct bytes *out, struct la *la, struct arena *arena,
    const struct la_side *side, struct bytes body, struct fault_info *fi)
{
	(void)out;
	(void)la;
	return la_agreement_finish(arena, side, body, fi);
}

void
la_http_key_use(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	run(key_use, ctx, request, response);
}

void
la_http_agree_request(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	run(respond, ctx, request, response);
}

void
la_http_agree_ack(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	run(finish, ctx, request, response);
}
