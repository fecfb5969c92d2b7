/* hearing.c - see hearing.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cert/profile.h"
#include "crypto/random.h"
#include "device/spool.h"
#include "test/unit/device/folder.h"
#include "test/unit/device/hearing.h"
#include "test/unit/device/world_int.h"

#define ARENA (8u << 20)

static void
supply(struct hearing *h, unsigned k, const char *name)
{
	struct fault_info fi = {0};
	struct monarch_device *d;

	random_bytes(h->world->seed, sizeof(h->world->seed));
	memcpy(h->seed[k], h->world->seed, sizeof(h->seed[k]));
	world_device(h->world, h->dir, name, h->path[k]);
	d = world_open(h->world, h->path[k]);
	/* the RA of the world takes one device's request at a time */
	memset(h->world->ra, 0, sizeof(*h->world->ra));
	memset(h->world->batch, 0, sizeof(h->world->batch));
	world_supply(h->world, d);
	monarch_close(d);
	MUST(monarch_signer_open(&h->signer[k], h->path[k], &fi));
}

int
hearing_set_up(void **state)
{
	return hearing_of(state, true);
}

int
hearing_of(void **state, bool reporters)
{
	struct hearing *h = calloc(1, sizeof(*h));
	struct fault_info fi = {0};

	assert_non_null(h);
	temporary_folder(h->dir);
	h->world = world_new();
	h->world->reporters = reporters;
	h->arena = arena_new(ARENA);
	supply(h, HEARER, "hearer");
	supply(h, HEARD, "heard");
	h->verifier = monarch_verifier_new();
	MUST(monarch_verifier_device(h->verifier, h->path[HEARER], &fi));
	MUST(monarch_receiver_open(
	    &h->receiver, h->signer[HEARER], h->verifier, &fi));
	*state = h;
	return 0;
}

int
hearing_tear_down(void **state)
{
	struct hearing *h = *state;

	monarch_receiver_close(h->receiver);
	monarch_verifier_free(h->verifier);
	for (unsigned k = 0; k < VEHICLES; k++)
		(void)monarch_signer_close(h->signer[k], NULL);
	world_free(h->world);
	remove_folder(h->dir);
	arena_free(&h->arena);
	free(h);
	return 0;
}

void
revoke(struct hearing *h, unsigned vehicle)
{
	struct crl list = world_crl(CRL_SERIES_PSEUDONYM, WORLD_NOW);
	const struct monarch_crl_terms terms = {0};
	struct fault_info fi = {0};
	struct monarch_device *d;

	world_crl_device(h->world, &list, h->seed[vehicle]);
	world_crl_publish_one(h->world, world_crl_list(h->world, &list));
	d = world_open(h->world, h->path[HEARER]);
	MUST(monarch_update_crl(d, NULL, &terms, &fi));
	monarch_close(d);
}

struct bytes
said_span(const struct said *s)
{
	return (struct bytes){s->octets, s->n};
}

struct monarch_bsm
bsm_at(double metres)
{
	struct monarch_bsm bsm;

	monarch_bsm_init(&bsm);
	bsm.latitude = 389560000 + (int64_t)(metres * 89.932);
	bsm.longitude = -771500000;
	bsm.elevation = 600;
	bsm.semi_major = bsm.semi_minor = 2;
	bsm.speed = 1350;
	bsm.heading = 0;
	bsm.width = 180;
	bsm.length = 480;
	return bsm;
}

struct said
say(struct hearing *h, unsigned vehicle, const struct monarch_bsm *bsm,
    uint64_t now, bool full)
{
	const struct monarch_sign_terms terms = {.now = now, .full = full};
	uint8_t payload[MONARCH_BSM_SIZE];
	struct fault_info fi = {0};
	struct said s = {0};

	MUST(monarch_bsm_encode(payload, bsm, &fi));
	MUST(monarch_sign(h->signer[vehicle], s.octets, sizeof(s.octets), &s.n,
	    BYTES(payload), &terms, &fi));
	return s;
}

void
hear_own(struct hearing *h, const struct said *s, uint64_t now)
{
	struct fault_info fi = {0};

	MUST(monarch_receiver_sent(h->receiver, said_span(s), now, &fi));
}

enum fault
hear(struct hearing *h, struct monarch_received *out, const struct said *s,
    uint64_t now)
{
	struct fault_info fi = {0};
	enum fault fault =
	    monarch_receive(h->receiver, out, said_span(s), now, &fi);

	assert_true(fault == FAULT_OK || fi.text[0] != '\0');
	return fault;
}

size_t
reports_of(struct hearing *h, const char ***names)
{
	struct fault_info fi = {0};
	struct folder f;
	size_t n;

	MUST(folder_find(&f, h->path[HEARER], &fi));
	MUST(spool_list(names, &n, &h->arena, &f, WORLD_NOW, &fi));
	return n;
}

struct bytes
report_octets(struct hearing *h)
{
	struct fault_info fi = {0};
	const char **names;
	struct bytes octets;
	struct folder f;

	assert_int_equal(reports_of(h, &names), 1);
	MUST(folder_find(&f, h->path[HEARER], &fi));
	MUST(folder_read(&octets, &h->arena, &f, names[0], &fi));
	return octets;
}

struct decryption_key
key_of_ma(const struct hearing *h)
{
	const struct world_actor *ma = &h->world->actor[ACTOR_MA];
	struct decryption_key key;

	decryption_key_of_scalar(&key, &ma->encrypt, ma->cert);
	return key;
}

void
open_report(struct hearing *h, struct opened_report *out, struct bytes octets)
{
	const struct report_rules rules = {
	    .now = WORLD_NOW + 600, .max_age = 691200, .tolerance = 5};
	const struct decryption_key key = key_of_ma(h);
	struct fault_info fi = {0};

	MUST(misbehavior_report_open(
	    out, &h->arena, octets, &key, 1, h->world->trust, &rules, &fi));
}
