/* accept.c - see accept.h. */
#include <string.h>

#include "base/log.h"
#include "base/time32.h"
#include "cert/crl.h"
#include "role/crlstore/accept.h"
#include "role/crlstore/published.h"
#include "service/crash.h"

/* What is given out, and what came in. */
struct change {
	struct crlstore *store;
	struct trust *trust;
	struct arena arena;
	uint32_t now;
	struct bytes old, new;
	struct crl_composite held, next;
};

/* ---- whom to believe ---- */

/* Read anew, so that a generator that was renewed a moment ago counts. */
static enum fault
read_trust(struct change *c, struct fault_info *fi)
{
	TRY(trust_add_folder(c->trust, c->store->trust, true, fi));
	return trust_add_folder(c->trust, c->store->known, false, fi);
}

/* ---- what follows what ---- */

static const struct crl *
find_same(const struct crl_composite *in, const struct crl *of)
{
	for (size_t k = 0; k < in->parts.lists; k++)
		if (in->list[k].series == of->series &&
		    memcmp(in->list[k].craca, of->craca, sizeof(of->craca)) ==
			0)
			return &in->list[k];
	return NULL;
}

/* A list may be missing when its signer is over or revoked, or when another
 * root has taken over: then somebody else signs the series. */
static bool
may_be_missing(const struct change *c, const struct crl *held)
{
	if (held->signer->end <= c->now)
		return true;
	for (size_t k = 0; k < c->next.parts.lists; k++) {
		const struct crl *crl = &c->next.list[k];

		if (crl->series == held->series && crl->issued > held->issued)
			return true;
		if (crl_names(crl, held->signer))
			return true;
	}
	return false;
}

static enum fault
check_follows(const struct change *c, struct fault_info *fi)
{
	for (size_t k = 0; k < c->held.parts.lists; k++) {
		const struct crl *held = &c->held.list[k];
		const struct crl *next = find_same(&c->next, held);

		if (next != NULL)
			TRY(crl_check_follows(held, next, fi));
		else if (!may_be_missing(c, held))
			return fault_set(fi, FAULT_TOO_OLD,
			    "the CRL of series %u is missing", held->series);
	}
	return FAULT_OK;
}

/* ---- one composite ---- */

/* What is given out was verified once; it may have been put there by hand. */
static void
open_held(struct change *c)
{
	static const struct crl_rules any = {.now = TRUST_ANY_TIME};
	struct fault_info fi;

	if (crlstore_read(&c->old, &c->arena, c->store, CRLSTORE_COMPOSITE_MAX,
		&fi) == FAULT_OK &&
	    crl_composite_open(
		&c->held, &c->arena, c->old, c->trust, &any, &fi) == FAULT_OK)
		return;
	log_warn("what is given out is replaced by anything: %s", fi.text);
	memset(&c->held, 0, sizeof(c->held));
}

static enum fault
write_audit(const struct change *c, struct fault_info *fi)
{
	char hex[2 * SHA256_SIZE + 1];
	uint8_t hash[SHA256_SIZE];

	sha256(hash, c->new);
	hex_encode(hex, hash, sizeof(hash));
	return audit_write(c->store->service->audit, AUDIT_CRL, fi,
	    "lists=%zu composite=%s", c->next.parts.lists, hex);
}

static enum fault
publish(struct change *c, struct fault_info *fi)
{
	struct crlstore *s = c->store;
	char name[PUBLISHED_NAME];

	crash_point("crlstore-verified");
	TRY(write_audit(c, fi));
	TRY(published_add(name, s->folder,
	    environment_period(&s->service->environment, c->now), c->new, fi));
	crash_point("crlstore-published");
	published_clean(s->folder);
	crash_point("crlstore-cleaned");
	log_info(
	    "%s: lists=%zu octets=%zu", name, c->next.parts.lists, c->new.n);
	return FAULT_OK;
}

static enum fault
accept_one(struct change *c, struct fault_info *fi)
{
	const struct environment *env = &c->store->service->environment;
	struct crl_rules rules = {
	    .now = c->now, .tolerance = (uint32_t)env->time_tolerance_seconds};

	TRY(read_trust(c, fi));
	TRY(crl_composite_open(
	    &c->next, &c->arena, c->new, c->trust, &rules, fi));
	open_held(c);
	if (bytes_equal(c->old, c->new))
		return FAULT_OK;
	TRY(check_follows(c, fi));
	return publish(c, fi);
}

enum fault
accept_composite(
    struct crlstore *s, struct bytes in, uint32_t now, struct fault_info *fi)
{
	struct change c = {.store = s,
	    .trust = trust_new(),
	    .arena = arena_new(2 * CRL_MEMORY(CRLSTORE_COMPOSITE_MAX)),
	    .now = now,
	    .new = in};
	enum fault f;

	pthread_mutex_lock(&s->accepting);
	f = accept_one(&c, fi);
	pthread_mutex_unlock(&s->accepting);
	trust_free(c.trust);
	arena_free(&c.arena);
	return f;
}

/* ---- HTTP ---- */

static unsigned
status_of(enum fault f)
{
	switch ((int)f) {
	case FAULT_OK:
		return 204;
	case FAULT_TOO_OLD:
	case FAULT_DUPLICATE:
		return 409;
	case FAULT_IO:
	case FAULT_STORE:
	case FAULT_EXISTS:
	case FAULT_TOO_LARGE:
		return 503;
	case FAULT_TRUNCATED:
	case FAULT_TRAILING:
	case FAULT_NOT_CANONICAL:
	case FAULT_CONSTRAINT:
	case FAULT_BAD_MESSAGE:
	case FAULT_UNSUPPORTED:
		return 400;
	default:
		return 401;
	}
}

void
crlstore_handle_composite(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct crlstore *s = ctx;
	struct fault_info fi;
	enum fault f = accept_composite(s, request->body, time32_now(), &fi);

	http_reply(response, status_of(f), BYTES_NONE);
	atomic_fetch_add(f == FAULT_OK ? &s->accepted : &s->refused, 1);
	if (f == FAULT_OK)
		return;
	log_warn("composite CRL refused: %s", fi.text);
	http_set_header(response, "Monarch-Error",
	    arena_printf(request->arena, "%s", fi.text));
}
