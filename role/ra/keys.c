/* keys.c - see keys.h. */
#include "role/ra/keys.h"
#include "base/log.h"
#include "base/time32.h"
#include "service/crash.h"

#define TIMEOUT_MS 30000u
#define ANSWER_MAX 8192u
#define USE_OCTETS 16u
#define MEMORY	   ((size_t)1 << 20)
#define LOOK_MS	   500u
#define SECOND_NS  UINT64_C(1000000000)
#define ASK_AGAIN  (5 * SECOND_NS) /* how much it has sealed */
#define ASK_RETRY  SECOND_NS
/* Where clocks differ, the LA may use a new key only a while after it is agreed
 * on, and says until then that the former is due. */
#define RENEWED_WAIT (10 * SECOND_NS)

/* ---- is it due? ---- */

static enum fault
post(struct http_result *result, struct peer *peer, struct arena *arena,
    const char *path, struct bytes body, struct fault_info *fi)
{
	const struct peer_message m = {
	    .path = path,
	    .body = body,
	    .limit = ANSWER_MAX,
	    .timeout_ms = TIMEOUT_MS,
	};

	return peer_post(peer, result, arena, &m, fi);
}

/* What the LA says of the key in force; that there is none, too. */
static enum fault
ask(struct ra *ra, struct ra_pca *pca, unsigned la, struct arena *arena,
    struct fault_info *fi)
{
	struct ra_key *key = &pca->key[la];
	struct http_result result = {.status = 0};
	struct reader r;
	enum fault f;

	f = post(&result, &ra->la[la], arena, "/key-use",
	    bytes_of_string(pca->peer.name), fi);
	key->is_there = f == FAULT_OK;
	if (f != FAULT_HTTP_STATUS || result.status != 404)
		TRY(f);
	if (key->is_there && result.body.n != USE_OCTETS)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "%s says nothing of its key", ra->la[la].name);
	r = reader_of(result.body);
	key->start = (uint32_t)read_uint(&r, 4);
	key->end = (uint32_t)read_uint(&r, 4);
	key->values = read_uint(&r, 8);
	key->asked = clock_ns();
	return FAULT_OK;
}

/* Would a new one last longer? */
static bool
can_last(const struct ra *ra, const struct ra_pca *pca, unsigned la)
{
	uint32_t end = pca->key[la].end;

	return ra->la_cert[la]->end > end && ra_pca_cert(pca)->end > end;
}

static bool
is_due(struct ra *ra, const struct ra_pca *pca, unsigned la, uint32_t now)
{
	const struct ra_key *key = &pca->key[la];
	struct ra_policy p;

	if (!key->is_there || key->values >= RA_KEY_VALUES)
		return true;
	ra_policy_at(ra, &p, now);
	return now >= (uint64_t)key->start + p.key_update_seconds ||
	       ((uint64_t)now + RA_KEY_MARGIN >= key->end &&
		   can_last(ra, pca, la));
}

/* ---- the three messages ---- */

static enum fault
renew(struct ra *ra, struct ra_pca *pca, unsigned la, struct arena *arena,
    struct fault_info *fi)
{
	struct http_result request, response, ack, done;

	TRY(post(&request, &pca->peer, arena, "/key-agreement-request",
	    bytes_of_string(ra->la[la].name), fi));
	crash_point("ra-key-requested");
	TRY(post(&response, &ra->la[la], arena, "/key-agreement-request",
	    request.body, fi));
	crash_point("ra-key-answered");
	TRY(post(&ack, &pca->peer, arena, "/key-agreement-response",
	    response.body, fi));
	crash_point("ra-key-confirmed");
	return post(
	    &done, &ra->la[la], arena, "/key-agreement-ack", ack.body, fi);
}

static enum fault
renew_due(struct ra *ra, struct ra_pca *pca, unsigned la, struct arena *arena,
    struct fault_info *fi)
{
	struct ra_key *key = &pca->key[la];
	enum fault f = renew(ra, pca, la, arena, fi);

	if (f != FAULT_OK) {
		key->again = clock_ns() +
			     peer_fails(&key->peer, fi) * (SECOND_NS / 1000);
		return f;
	}
	peer_works(&key->peer);
	peer_works(&pca->supply); /* orders may have failed for want of it */
	log_info("%s and %s have agreed on a new key", ra->la[la].name,
	    pca->peer.name);
	ra_count(&ra->keys_renewed);
	key->asked = 0;
	key->again = clock_ns() + RENEWED_WAIT;
	return FAULT_OK;
}

enum fault
keys_step(struct ra *ra, struct ra_pca *pca, unsigned la, struct arena *arena,
    struct fault_info *fi)
{
	struct ra_key *key = &pca->key[la];
	uint32_t now = time32_now();
	uint64_t clock = clock_ns();
	enum fault f;

	if (clock < key->again)
		return FAULT_NOT_FOUND;
	if (key->asked == 0 || clock - key->asked >= ASK_AGAIN ||
	    is_due(ra, pca, la, now)) {
		if ((f = ask(ra, pca, la, arena, fi)) != FAULT_OK) {
			key->again = clock + ASK_RETRY;
			return f;
		}
		if (is_due(ra, pca, la, now))
			return renew_due(ra, pca, la, arena, fi);
	}
	return FAULT_NOT_FOUND;
}

void
keys_run(void *ctx, struct service *service)
{
	struct ra *ra = ctx;
	struct arena arena = arena_new(MEMORY);
	struct fault_info fi;

	while (!service_sleep(service, LOOK_MS))
		for (size_t k = 0; k < 2 * ra->pca_n; k++) {
			if (keys_step(ra, &ra->pca[k / 2], k % 2, &arena,
				&fi) == FAULT_OK)
				wake_all(&ra->wake); /* orders may wait */
			arena_reset(&arena);
		}
	arena_free(&arena);
}
