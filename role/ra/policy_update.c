/* policy_update.c - see policy_update.h. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/time32.h"
#include "role/ra/chain_make.h"
#include "role/ra/policy_make.h"
#include "role/ra/policy_update.h"

#define TIMEOUT_MS 10000u
#define LOOK_MS	   300u
/* A disk that was full has room again when somebody made some. */
#define OWN_PAUSE_MS 15000u
#define WHO	     "scms-ra"

/* ---- calls ---- */

/* out.n == 0: the version that we hold is the newest. */
static enum fault
get(struct ra *ra, struct bytes *out, struct arena *arena, const char *path,
    const char *kind, struct fault_info *fi)
{
	char folder[PATH_SIZE], held[VERSION_NAME], header[VERSION_NAME + 32];
	const char *headers[] = {NULL, NULL};
	struct http_call call = {.headers = headers,
	    .limit = POLICY_LIMIT,
	    .timeout_ms = TIMEOUT_MS};
	struct http_result result;

	policy_folder(ra, folder);
	if (versions_last(held, folder, kind, NULL) == FAULT_OK) {
		snprintf(header, sizeof(header), "If-None-Match: \"%s\"", held);
		headers[0] = header;
	}
	call.url = arena_printf(arena, "https://%s%s", ra->pg.address, path);
	if (call.url == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "%s", path);
	TRY(ra->pg.call(ra->pg.ctx, &result, arena, &call, fi));
	*out = BYTES_NONE;
	if (result.status == 304)
		return FAULT_OK;
	*out = result.body;
	return result.status == 200
		   ? FAULT_OK
		   : fault_set(fi, FAULT_NETWORK, "%s answers with status %u",
			 path, result.status);
}

/* The PG says in a header which value it refuses. */
static enum fault
ask_signature(struct ra *ra, struct bytes *reply, struct arena *arena,
    struct bytes request, struct fault_info *fi)
{
	struct http_call call = {.method = "POST",
	    .body = request,
	    .limit = POLICY_LIMIT,
	    .timeout_ms = TIMEOUT_MS};
	struct http_result result;
	const char *why;

	call.url =
	    arena_printf(arena, "https://%s/sign-policy", ra->pg.address);
	if (call.url == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "sign-policy");
	TRY(ra->pg.call(ra->pg.ctx, &result, arena, &call, fi));
	if (result.status != 200)
		return fault_set(fi, FAULT_NETWORK,
		    "/sign-policy answers with status %u", result.status);
	*reply = result.body;
	why = http_result_header(&result, arena, "SCMS-POC-Error-Message");
	return why == NULL ? FAULT_OK
			   : fault_set(fi, FAULT_DENIED,
				 "the PG refuses our policy: %s", why);
}

/* ---- a visit ---- */

static enum fault
update_lpf(struct ra *ra, struct arena *arena, struct fault_info *fi)
{
	struct bytes request, reply;
	struct policy_file current;
	struct policy_input in;
	const char *name;

	TRY(policy_stored(&in, ra, arena, fi));
	if (policy_current(&current, ra, arena, NULL) == FAULT_OK &&
	    !policy_is_needed(ra, &in, &current))
		return FAULT_OK;
	TRY(policy_request(ra, &request, arena, &in, time64_now(), fi));
	TRY(ask_signature(ra, &reply, arena, request, fi));
	return policy_install(
	    ra, &name, arena, &in, reply, time64_now(), WHO, fi);
}

static enum fault
update_policy(struct ra *ra, struct arena *arena, struct fault_info *fi)
{
	struct bytes file;

	TRY(get(ra, &file, arena, "/global-policy", POLICY_GPF, fi));
	if (file.n > 0)
		TRY(policy_keep_gpf(ra, arena, file, WHO, fi));
	return update_lpf(ra, arena, fi);
}

static enum fault
update_chains(struct ra *ra, struct arena *arena, struct fault_info *fi)
{
	struct bytes file;

	TRY(get(ra, &file, arena, "/global-certificate-chain", CHAIN_GCCF, fi));
	return file.n > 0 ? chain_keep_gccf(ra, arena, file, WHO, fi)
			  : chain_update(ra, arena, WHO, fi);
}

/* Chains first: the policy may be signed by somebody new.  What is wrong with
 * the one is no reason to keep an old one of the other. */
static enum fault
update_all(struct ra *ra, struct arena *arena, struct fault_info *fi)
{
	struct fault_info other;
	enum fault f = update_chains(ra, arena, fi);

	if (f == FAULT_OK)
		return update_policy(ra, arena, fi);
	if (f != FAULT_NETWORK && f != FAULT_TLS &&
	    update_policy(ra, arena, &other) != FAULT_OK)
		log_error("policy stays as it was: %s", other.text);
	return f;
}

static enum fault
visit(struct ra *ra, struct fault_info *fi)
{
	struct arena arena = arena_new(POLICY_MEMORY);
	char folder[PATH_SIZE];
	enum fault f;
	int lock;

	policy_folder(ra, folder);
	f = versions_lock(&lock, folder, fi);
	if (f == FAULT_OK) {
		f = update_all(ra, &arena, fi);
		versions_unlock(lock);
	}
	arena_free(&arena);
	return f;
}

/* "": none.  Without any policy at all there is nothing to repair. */
static void
note_trouble(struct ra *ra, enum fault f, const struct fault_info *fi)
{
	struct ra_policies *p = &ra->policies;
	const char *text =
	    f == FAULT_OK || f == FAULT_NOT_FOUND ? "" : fi->text;

	pthread_mutex_lock(&p->lock);
	snprintf(p->trouble, sizeof(p->trouble), "%s", text);
	p->trouble_reading = published_reading(&ra->lpf);
	pthread_mutex_unlock(&p->lock);
}

unsigned
policy_visit(struct ra *ra)
{
	struct fault_info fi;
	enum fault f = visit(ra, &fi);

	if (f == FAULT_NETWORK || f == FAULT_TLS)
		return peer_fails(&ra->pg, &fi);
	peer_works(&ra->pg);
	atomic_store(&ra->pg_visited, time32_now());
	note_trouble(ra, f, &fi);
	if (f != FAULT_OK)
		log_error("policy or chain file stays as it was: %s", fi.text);
	return f == FAULT_IO || f == FAULT_STORE ? OWN_PAUSE_MS : 0;
}

/* What the operator has repaired since is no trouble. */
static void
report_trouble(struct ra *ra, struct service_health *h)
{
	struct ra_policies *p = &ra->policies;

	pthread_mutex_lock(&p->lock);
	if (p->trouble[0] != '\0' &&
	    p->trouble_reading == published_reading(&ra->lpf))
		health_degraded(
		    h, "policy or chain file stays as it was: %s", p->trouble);
	pthread_mutex_unlock(&p->lock);
}

void
policy_health(struct ra *ra, struct service_health *h)
{
	uint32_t now = time32_now(), last = atomic_load(&ra->pg_visited);
	struct ra_policy p;
	char cause[256];

	ra_policy_at(ra, &p, now);
	if (last != 0 && now > last &&
	    now - last > 2 * (uint64_t)p.retrieval_seconds &&
	    peer_is_down(&ra->pg, cause, sizeof(cause)))
		health_degraded(h, "%s", cause);
	report_trouble(ra, h);
	health_count(h, "certs_per_i_period", (int64_t)p.certs_per_i_period);
}

/* ---- the thread ---- */

/* Is the interval over?  A clock that went back says so, too. */
static bool
is_due(struct ra *ra, uint32_t last)
{
	uint32_t now = time32_now();
	struct ra_policy p;

	ra_policy_at(ra, &p, now);
	return now < last || now - last >= p.retrieval_seconds;
}

void
policy_run(void *state, struct service *service)
{
	struct ra *ra = state;
	uint32_t last = 0;
	unsigned pause;

	while (!service_sleep(service, LOOK_MS)) {
		if (!atomic_exchange(&ra->pg_wanted, false) &&
		    !is_due(ra, last))
			continue;
		last = time32_now();
		while ((pause = policy_visit(ra)) > 0)
			if (service_sleep(service, pause))
				return;
	}
}
