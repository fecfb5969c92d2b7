/* pcas.c - see pcas.h. */
#include <string.h>

#include "base/log.h"
#include "base/time32.h"
#include "cert/perm.h"
#include "cert/profile.h"
#include "role/ra/ra.h"
#include "role/ra/supply.h"

#define PCA_PORT 8891

/* ---- who they are ---- */

static enum fault
name_all(
    struct ra *ra, struct ra_pca *pca, const char *text, struct fault_info *fi)
{
	const char *domain = ra->environment->domain;

	TRY(peer_init(&pca->peer, &ra->arena, text, domain, PCA_PORT, fi));
	TRY(peer_init(&pca->supply, &ra->arena, text, domain, PCA_PORT, fi));
	pthread_mutex_init(&pca->fetches.lock, NULL);
	for (unsigned la = 0; la < 2; la++) {
		struct peer *key = &pca->key[la].peer;

		TRY(peer_init(key, &ra->arena, text, domain, PCA_PORT, fi));
		key->name = arena_printf(&ra->arena, "key of %s and %s",
		    ra->la[la].name, pca->peer.name);
		if (key->name == NULL)
			return fault_set(fi, FAULT_TOO_LARGE, "%s", text);
	}
	pca->supply.name =
	    arena_printf(&ra->arena, "supply of values for %s", pca->peer.name);
	return pca->supply.name != NULL
		   ? FAULT_OK
		   : fault_set(fi, FAULT_TOO_LARGE, "%s", text);
}

enum fault
pcas_add(struct ra *ra, const char *name, const struct peer *like,
    struct fault_info *fi)
{
	struct ra_pca *pca = &ra->pca[ra->pca_all];

	if (ra->pca_all == RA_PCAS)
		return fault_set(fi, FAULT_CONFIG, "no room for %s", name);
	TRY(name_all(ra, pca, name, fi));
	pca->peer.call = like->call;
	pca->peer.ctx = like->ctx;
	ra->pca_all++;
	return FAULT_OK;
}

enum fault
pcas_configure(
    struct ra *ra, peer_call_fn *call, void *ctx, struct fault_info *fi)
{
	const struct ra_conf *conf = ra->service->role_conf;

	if (conf->pca.n == 0 || conf->pca.n > RA_PCAS)
		return fault_set(fi, FAULT_CONFIG,
		    "%zu PCAs, there must be 1 to %u", conf->pca.n, RA_PCAS);
	for (size_t k = 0; k < conf->pca.n; k++) {
		const struct peer like = {.call = call, .ctx = ctx};
		const struct ra_pca *pca = &ra->pca[k];

		TRY(pcas_add(ra, conf->pca.v[k], &like, fi));
		ra->pca_n++;
		for (size_t m = 0; m < k; m++)
			if (strcmp(ra->pca[m].peer.name, pca->peer.name) == 0)
				return fault_set(fi, FAULT_CONFIG,
				    "pca names %s twice", pca->peer.name);
	}
	return FAULT_OK;
}

void
pcas_destroy(struct ra *ra)
{
	for (size_t k = 0; k < ra->pca_all; k++) {
		peer_destroy(&ra->pca[k].peer);
		peer_destroy(&ra->pca[k].supply);
		peer_destroy(&ra->pca[k].key[0].peer);
		peer_destroy(&ra->pca[k].key[1].peer);
		pthread_mutex_destroy(&ra->pca[k].fetches.lock);
	}
}

enum fault
pcas_meet(struct ra *ra, const char *name, const struct cert *c,
    struct fault_info *fi)
{
	bool is_ours = false;

	if (perm_role(c) != SCMS_PCA)
		return FAULT_OK;
	for (size_t k = 0; k < ra->pca_n; k++) {
		struct ra_pca *pca = &ra->pca[k];

		if (strcmp(name, pca->peer.name) != 0)
			continue;
		is_ours = true;
		if (ra_pca_is(pca, c->id))
			continue;
		if (pca->certs_n == RA_PCA_CERTS)
			return fault_set(fi, FAULT_CONFIG,
			    "more than %u certificates of %s", RA_PCA_CERTS,
			    name);
		pca->certs[pca->certs_n++] = c;
	}
	if (!is_ours && ra->other_pca_n < RA_PCAS)
		ra->other_pca[ra->other_pca_n++] = c;
	return FAULT_OK;
}

/* ---- classes of today ---- */

static enum fault
set_class(struct ra *ra, struct ra_pca *pca, struct fault_info *fi)
{
	const struct environment *e = ra->environment;
	uint64_t *psids =
	    ARENA_ARRAY(&ra->arena, e->pseudonym_psids.n, uint64_t);
	uint16_t *countries =
	    ARENA_ARRAY(&ra->arena, e->pseudonym_region.n, uint16_t);

	if (psids == NULL || countries == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "pseudonym_psids");
	for (size_t k = 0; k < e->pseudonym_psids.n; k++)
		psids[k] = e->pseudonym_psids.v[k];
	for (size_t k = 0; k < e->pseudonym_region.n; k++)
		countries[k] = (uint16_t)e->pseudonym_region.v[k];
	pca->class = (struct request_class){
	    .ra = ra->self.name,
	    .pca = pca->peer.name,
	    .la = {ra->la[0].name, ra->la[1].name},
	    .psid_ssp = profile_psids(&ra->arena, psids, e->pseudonym_psids.n),
	    .region =
		profile_countries(&ra->arena, countries, e->pseudonym_region.n),
	};
	if (pca->class.psid_ssp == NULL || pca->class.region == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "pseudonym_psids");
	return FAULT_OK;
}

enum fault
pcas_complete(struct ra *ra, struct fault_info *fi)
{
	for (size_t k = 0; k < ra->pca_n; k++) {
		if (ra->pca[k].certs_n == 0)
			return fault_set(fi, FAULT_CONFIG,
			    "no certificate of %s in the folder known",
			    ra->pca[k].peer.name);
		TRY(set_class(ra, &ra->pca[k], fi));
	}
	return FAULT_OK;
}

/* ---- rows ---- */

static enum fault
store_class(
    struct ra *ra, struct ra_pca *pca, struct db *db, struct fault_info *fi)
{
	const struct request_class *c = &pca->class;
	struct bytes psids, region;

	TRY(coer_encode_new(
	    &psids, &ra->arena, &sequence_of_psid_ssp_asn, c->psid_ssp, fi));
	TRY(coer_encode_new(
	    &region, &ra->arena, &geographic_region_asn, c->region, fi));
	{
		const struct db_value args[] = {DB_BYTES(psids),
		    DB_BYTES(region), DB_TEXT(c->pca), DB_TEXT(c->la[0]),
		    DB_TEXT(c->la[1])};

		TRY(db_run(db, DO_CLASS_ADD, args, 5, NULL, NULL, fi));
		return db_run_int(
		    db, &pca->class_id, DO_CLASS_FIND, args, 5, fi);
	}
}

static enum fault
store_pca(
    struct ra *ra, struct ra_pca *pca, struct db *db, struct fault_info *fi)
{
	const struct db_value name[] = {DB_TEXT(pca->peer.name)};
	struct db_value id[1];
	int64_t devices;

	TRY(db_run(db, DO_PCA_ADD, name, 1, NULL, NULL, fi));
	TRY(db_run_int(db, &pca->id, DO_PCA_FIND, name, 1, fi));
	id[0] = DB_INT(pca->id);
	TRY(db_run_int(db, &devices, DO_PCA_DEVICES, id, 1, fi));
	atomic_store(&pca->devices, devices);
	return store_class(ra, pca, db, fi);
}

enum fault
pcas_open(struct ra *ra, struct db *db, struct fault_info *fi)
{
	for (size_t k = 0; k < ra->pca_n; k++)
		TRY(store_pca(ra, &ra->pca[k], db, fi));
	return pcas_leave(ra, db, fi);
}

/* ---- which one ---- */

size_t
ra_pca_index(const struct ra *ra, int64_t id)
{
	size_t k = 0;

	while (k < ra->pca_all && ra->pca[k].id != id)
		k++;
	return k;
}

const struct ra_pca *
ra_pca_of(const struct ra *ra, int64_t id)
{
	size_t k = ra_pca_index(ra, id);

	return &ra->pca[k < ra->pca_all ? k : 0];
}

const struct ra_pca *
ra_pca_named(const struct ra *ra, const char *name)
{
	for (size_t k = 0; name != NULL && k < ra->pca_n; k++)
		if (strcmp(ra->pca[k].peer.name, name) == 0)
			return &ra->pca[k];
	return &ra->pca[0];
}

static bool
is_away(struct ra_pca *pca)
{
	char cause[8];

	return peer_is_down(&pca->peer, cause, sizeof(cause)) ||
	       peer_is_down(&pca->supply, cause, sizeof(cause));
}

struct ra_pca *
ra_pca_choose(struct ra *ra)
{
	struct ra_pca *best = &ra->pca[0];
	int64_t rank, least = INT64_MAX;

	for (size_t k = 0; k < ra->pca_n; k++) {
		struct ra_pca *pca = &ra->pca[k];

		rank = atomic_load(&pca->devices);
		if (is_away(pca))
			rank += INT64_MAX / 4;
		if (ra_horizon(ra, pca) <= ra_period_first(ra, pca))
			rank += INT64_MAX / 4;
		if (rank < least) {
			least = rank;
			best = pca;
		}
	}
	atomic_fetch_add(&best->devices, 1);
	return best;
}

void
ra_pca_give_back(struct ra_pca *pca)
{
	atomic_fetch_sub(&pca->devices, 1);
}

/* ---- certificates and what they permit ---- */

const struct cert *
ra_pca_cert(const struct ra_pca *pca)
{
	uint32_t now = time32_now();
	const struct cert *best = pca->certs[0];

	for (size_t k = 1; k < pca->certs_n; k++) {
		const struct cert *c = pca->certs[k];

		/* none has begun: that which does so first */
		if (best->start > now
			? c->start < best->start
			: c->start <= now && (c->start > best->start ||
						 (c->start == best->start &&
						     c->end > best->end)))
			best = c;
	}
	return best;
}

bool
ra_pca_is(const struct ra_pca *pca, const uint8_t id[CERT_ID_SIZE])
{
	for (size_t k = 0; k < pca->certs_n; k++)
		if (memcmp(pca->certs[k]->id, id, CERT_ID_SIZE) == 0)
			return true;
	return false;
}

uint32_t
ra_period_first(const struct ra *ra, const struct ra_pca *pca)
{
	uint32_t start = ra_pca_cert(pca)->start;
	uint32_t now = ra_period_now(ra);
	uint32_t first = ra_periods_until(ra, start);

	if (ra_period_start(ra, first) < start)
		first++;
	return now > first ? now : first;
}

/* A certificate of period i is valid for pseudonym_lifetime. */
uint32_t
ra_pca_end(const struct ra *ra, const struct ra_pca *pca)
{
	uint64_t lifetime =
	    conf_duration_seconds(ra->environment->pseudonym_lifetime);
	uint64_t end = ra_pca_cert(pca)->end;
	uint32_t i;

	if (end < ra->environment->i_zero + lifetime)
		return 0;
	i = ra_periods_until(ra, end - lifetime) + 1;
	return i < RA_I_END ? i : RA_I_END;
}

uint32_t
ra_horizon(const struct ra *ra, const struct ra_pca *pca)
{
	uint32_t pca_end = ra_pca_end(ra, pca), end = ra_period_now(ra);
	struct supply_rule rule;

	supply_rule_at(&rule, ra, time32_now());
	end += rule.periods;

	return end < pca_end ? end : pca_end;
}
