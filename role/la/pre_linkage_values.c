/* pre_linkage_values.c - POST /pre-linkage-values. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "base/time32.h"
#include "role/la/order.h"
#include "role/la/stages.h"
#include "schema/scms_errors.h"
#include "service/crash.h"

/* ---- requests under way ---- */

static bool
in_flight(const struct flights *f, const struct digest *hash)
{
	for (size_t i = 0; i < f->n; i++)
		if (memcmp(&f->hash[i], hash, sizeof(*hash)) == 0)
			return true;
	return false;
}

/* Waits until nobody else works on the same octets. */
static void
take_off(struct flights *f, const struct digest *hash)
{
	pthread_mutex_lock(&f->lock);
	while (f->n == FLIGHTS_MAX || in_flight(f, hash))
		pthread_cond_wait(&f->landed, &f->lock);
	f->hash[f->n++] = *hash;
	pthread_mutex_unlock(&f->lock);
}

static void
land(struct flights *f, const struct digest *hash)
{
	size_t i;

	pthread_mutex_lock(&f->lock);
	for (i = 0; memcmp(&f->hash[i], hash, sizeof(*hash)) != 0; i++)
		;
	f->hash[i] = f->hash[--f->n];
	pthread_cond_broadcast(&f->landed);
	pthread_mutex_unlock(&f->lock);
}

/* ---- confirmations ---- */

#define CONFIRM_MAX 64
struct confirmations {
	uint8_t id[CONFIRM_MAX][8];
	size_t n;
};

/* "hex, hex": what is no hash is passed over. */
static void
confirm_header(void *ctx, const char *value)
{
	struct confirmations *c = ctx;
	char hex[17];

	for (; *value != '\0'; value += strcspn(value, ",")) {
		value += strspn(value, ", \t");
		if (strcspn(value, ", \t") != 16 || c->n == CONFIRM_MAX)
			continue;
		memcpy(hex, value, 16);
		hex[16] = '\0';
		if (hex_decode(c->id[c->n], 8, hex))
			c->n++;
	}
}

static enum fault
confirm(
    struct la *la, const struct http_request *request, struct fault_info *fi)
{
	struct confirmations c = {.n = 0};

	http_header_each(request, "Monarch-Confirm", confirm_header, &c);
	if (c.n == 0)
		return FAULT_OK;
	return la_store_confirm(la->store, (const uint8_t(*)[8])c.id, c.n, fi);
}

/* ---- the order ---- */

static enum fault
meet(struct la_answer *out, struct la *la, struct order *o, const scms_pdu *pdu,
    struct arena *arena, uint32_t now, struct fault_info *fi)
{
	struct bytes signed_answer;
	int code = REFUSED_COMMON;
	enum fault f;

	f = order_check(o, &code, pdu, la, arena, now, fi);
	LA_STAGE_END(open);
	if (f == FAULT_OK) {
		TRY(answer_success(&signed_answer, arena, la, o, fi));
		LA_STAGE_END(values);
		f = la_store_commit(
		    la->store, o, &la->keys, signed_answer, now, fi);
		LA_STAGE_END(store);
		if (f == FAULT_DUPLICATE)
			code = la_ra_error_code_invalid_continue_chain;
	}
	if (f == FAULT_DENIED || f == FAULT_DUPLICATE) {
		log_warn("order refused: %s", fi->text);
		return answer_failure(&out->octets, arena, la, o, code, fi);
	}
	TRY(f);
	return la_store_open_answer(la->store, &out->fd, &out->n, &o->hash, fi);
}

static enum fault
answer(struct la_answer *out, struct la *la, struct order *o,
    struct arena *arena, struct bytes body, uint32_t now, struct fault_info *fi)
{
	enum la_known known;
	const scms_pdu *pdu;

	TRY(la_store_find_request(la->store, &known, &o->hash, fi));
	if (known == LA_REQUEST_HAS_ANSWER)
		return la_store_open_answer(
		    la->store, &out->fd, &out->n, &o->hash, fi);
	if (known == LA_REQUEST_CONFIRMED)
		return fault_set(fi, FAULT_REPLAYED,
		    "the answer to this order was confirmed");
	TRY(order_open(o, &pdu, la, arena, body, now, fi));
	return meet(out, la, o, pdu, arena, now, fi);
}

enum fault
la_answer_order(struct la_answer *out, struct la *la, struct arena *arena,
    struct bytes body, struct fault_info *fi)
{
	struct order order = {.n = 0};
	uint32_t now = time32_now(); /* before any waiting */
	enum fault f;

	*out = (struct la_answer){.fd = -1};
	sha256(order.hash.b, body);
	take_off(&la->flights, &order.hash);
	while (sem_wait(&la->places) != 0)
		;
	stage_begin();
	f = answer(out, la, &order, arena, body, now, fi);
	sem_post(&la->places);
	land(&la->flights, &order.hash);
	return f;
}

static unsigned
status_of(enum fault f)
{
	switch ((unsigned)f) {
	case FAULT_OK:
		return 200;
	case FAULT_TRUNCATED:
	case FAULT_TRAILING:
	case FAULT_NOT_CANONICAL:
	case FAULT_CONSTRAINT:
	case FAULT_UNKNOWN_ALTERNATIVE:
	case FAULT_TOO_DEEP:
	case FAULT_BAD_MESSAGE:
		return 400;
	case FAULT_NOT_FOUND:
		return 404;
	case FAULT_REPLAYED:
		return 409;
	case FAULT_TOO_LARGE:
		return 413;
	case FAULT_IO:
	case FAULT_STORE:
	case FAULT_BUSY:
	case FAULT_INTERNAL:
		return 503;
	default:
		return 401; /* not genuine, one way or another */
	}
}

void
la_http_reply(struct http_response *response, struct bytes octets)
{
	uint8_t *copy = malloc(octets.n);

	if (copy == NULL)
		log_fatal("out of memory");
	memcpy(copy, octets.p, octets.n);
	http_reply_malloced(response, 200, (struct bytes){copy, octets.n});
}

void
la_http_fail(
    struct http_response *response, enum fault f, const struct fault_info *fi)
{
	log_warn("message not answered: %s", fi->text);
	http_reply(response, status_of(f), BYTES_NONE);
	http_set_header(response, "Monarch-Error", fault_name(f));
	if (response->status == 503)
		http_set_header(response, "Retry-After", "1");
}

static void
reply(struct http_response *response, const struct la_answer *a)
{
	if (a->fd >= 0)
		http_reply_file(response, 200, a->fd, 0, a->n);
	else
		la_http_reply(response, a->octets);
}

void
la_pre_linkage_values(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct la *la = ctx;
	struct arena arena = arena_new(LA_ARENA);
	struct fault_info fi = {.code = FAULT_OK};
	struct la_answer a;
	enum fault f;

	f = confirm(la, request, &fi);
	if (f == FAULT_OK)
		f = la_answer_order(&a, la, &arena, request->body, &fi);
	if (f == FAULT_OK) {
		reply(response, &a);
		crash_point("la-answered");
	} else {
		la_http_fail(response, f, &fi);
	}
	arena_free(&arena);
}
