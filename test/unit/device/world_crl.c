/* world_crl.c - revocation lists of the world, and its CRL store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/time32.h"
#include "cert/perm.h"
#include "cert/profile.h"
#include "cert/spdu.h"
#include "test/unit/device/world_int.h"

const uint8_t world_la[2][2] = {{0x2a, 0xa0}, {0x0e, 0x7e}};

struct crl
world_crl(uint16_t series, uint32_t issued)
{
	return (struct crl){.series = series,
	    .i_rev = series == CRL_SERIES_PSEUDONYM ? WORLD_I : 0,
	    .issued = issued,
	    .next = issued + 604800};
}

void
world_crl_device(struct world *w, struct crl *l, const struct key16 seed[2])
{
	struct crl_linkage_group *g =
	    ARENA_ARRAY(&w->arena, l->groups + 1, struct crl_linkage_group);
	struct key16 *copy = ARENA_ARRAY(&w->arena, 2, struct key16);

	assert_true(g != NULL && copy != NULL);
	if (l->groups > 0)
		memcpy(g, l->group, l->groups * sizeof(*g));
	memcpy(copy, seed, 2 * sizeof(*copy));
	g[l->groups] = (struct crl_linkage_group){.jmax = WORLD_JMAX,
	    .i_max = WORLD_I + 100,
	    .seed1 = &copy[0],
	    .seed2 = &copy[1],
	    .n = 1};
	memcpy(g[l->groups].la1, world_la[0], 2);
	memcpy(g[l->groups].la2, world_la[1], 2);
	/* Each in a group of its own, which is not what a generator does, but
	 * permitted. */
	g[l->groups].i_max = (uint16_t)(g[l->groups].i_max - l->groups);
	l->group = g;
	l->groups++;
}

void
world_crl_digest(struct world *w, struct crl *l, const struct cert *cert)
{
	struct crl_hash_entry *e =
	    ARENA_ARRAY(&w->arena, l->entries + 1, struct crl_hash_entry);

	assert_non_null(e);
	if (l->entries > 0)
		memcpy(e, l->entry, l->entries * sizeof(*e));
	memcpy(e[l->entries].id, crl_id_of(cert), CRL_ID_SIZE);
	e[l->entries].expiry = cert->end;
	l->entry = e;
	l->entries++;
}

struct bytes
world_crl_sign(struct world *w, const struct crl *l, enum actor signer)
{
	static const uint8_t nobody[CERT_ID_SIZE];
	const struct spdu_header header = {.psid = PSID_CRL};
	struct bytes contents, out;
	struct crl copy = *l;
	struct fault_info fi = {0};

	if (memcmp(copy.craca, nobody, sizeof(nobody)) == 0)
		memcpy(copy.craca, w->actor[ACTOR_ROOT].cert->id,
		    sizeof(copy.craca));
	MUST(crl_encode(&contents, &w->arena, &copy, &fi));
	MUST(spdu_sign(&out, &w->arena, &header, contents, SIGNER_DIGEST,
	    &w->actor[signer].signer, &fi));
	return out;
}

struct bytes
world_crl_list(struct world *w, const struct crl *l)
{
	return world_crl_sign(
	    w, l, l->series == CRL_SERIES_SPECIAL ? ACTOR_ROOT : ACTOR_CRLG);
}

void
world_crl_publish(struct world *w, const struct crl_parts *parts)
{
	struct fault_info fi = {0};

	MUST(crl_composite_build(&w->composite, &w->arena, parts, &fi));
	w->crl_tag++;
}

void
world_crl_publish_one(struct world *w, struct bytes list)
{
	world_crl_publish(w, &(struct crl_parts){.list = &list, .lists = 1});
}

enum fault
world_crl_get(struct world *w, struct http_result *result, struct arena *arena,
    const char *have)
{
	char head[64], tag[16];

	if (w->composite.n == 0)
		return world_answer(result, arena, 503, "\r\n", BYTES_NONE);
	snprintf(tag, sizeof(tag), "\"crl_%u\"", w->crl_tag);
	if (have != NULL && strcmp(have, tag) == 0)
		return world_answer(result, arena, 304, "\r\n", BYTES_NONE);
	w->crl_sent++;
	snprintf(head, sizeof(head), "ETag: %s\r\n", tag);
	return world_answer(result, arena, 200, head, w->composite);
}
