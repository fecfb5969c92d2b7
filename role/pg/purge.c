/* purge.c - the global chain file without what is revoked. */
#include <stdio.h>

#include "base/log.h"
#include "base/time32.h"
#include "cert/chains.h"
#include "keys/component_anchors.h"
#include "role/pg/pg.h"
#include "service/versions.h"

#define MEMORY ((size_t)32 << 20)

/* *changed: there was something to leave out. */
static enum fault
purge(struct pg *pg, bool *changed, struct arena *arena, struct fault_info *fi)
{
	struct chains_update update = {
	    .trust = pg->self.trust, .now = time32_now()};
	struct chain_file last, next;
	struct anchors anchors;
	char name[VERSION_NAME];
	struct bytes octets;
	const char *was;

	TRY(component_anchors_read(&anchors, arena, pg->dir, fi));
	TRY(pg_chain_file(pg, &octets, &was, arena, fi));
	TRY(chain_file_open(&last, arena, octets, fi));
	update.anchors = &anchors;
	TRY(chains_next(&octets, &next, arena, &last, &update, fi));
	*changed = chains_differ(&last, &next);
	if (!*changed)
		return FAULT_OK;
	snprintf(name, sizeof(name), PG_CHAINS "%04u.oer", next.gccf_version);
	TRY(versions_add(pg->audit, pg->folder, name, octets, "scms-pg", fi));
	log_info("%s: %zu certificates, %zu roots, %zu added electors; %s had "
		 "%zu, %zu, %zu",
	    name, next.n_cert + 1, next.n_root_ballot, next.n_elector_ballot,
	    was, last.n_cert + 1, last.n_root_ballot, last.n_elector_ballot);
	return FAULT_OK;
}

static bool
is_revoked(struct pg *pg, struct arena *arena)
{
	struct cert *copy;

	return cert_load(&copy, arena, pg->self.cert->raw, NULL) != FAULT_OK ||
	       trust_check_chain(NULL, pg->self.trust, copy, TRUST_ANY_TIME,
		   NULL) != FAULT_OK;
}

enum fault
pg_purge(struct pg *pg, struct fault_info *fi)
{
	struct arena arena = arena_new(MEMORY);
	enum fault fault = FAULT_OK;
	bool changed = false;
	int lock;

	if (!is_revoked(pg, &arena) &&
	    (fault = versions_lock(&lock, pg->folder, fi)) == FAULT_OK) {
		fault = purge(pg, &changed, &arena, fi);
		versions_unlock(lock);
	}
	arena_free(&arena);
	return fault == FAULT_OK && changed
		   ? pg_renew_policy(pg, time64_now(), fi)
		   : fault;
}
