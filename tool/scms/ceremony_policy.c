/* ceremony_policy.c - the first policy files: GPF by the PG; LPF with the
 * custom part countersigned by the PG, all else by the RA. */
#include <stdio.h>

#include "base/time32.h"
#include "cert/policy.h"
#include "tool/scms/ceremony.h"

#define GPF_NAME "global_policy_0001"
#define LPF_NAME "local_policy_0001_0001"

/* policyID: what file names show in hexadecimal. */
static const uint8_t first[] = {0x00, 0x01};

/* A duration of whole seconds in the unit that holds it; conf.h and IEEE
 * 1609.2 number the units alike. */
static struct lifetime
lifetime_of(uint64_t seconds)
{
	if (seconds <= UINT16_MAX && seconds % 60 != 0)
		return (struct lifetime){CONF_SECONDS, (uint16_t)seconds};
	if (seconds / 60 <= UINT16_MAX)
		return (struct lifetime){
		    CONF_MINUTES, (uint16_t)(seconds / 60)};
	if (seconds / 3600 <= UINT16_MAX)
		return (struct lifetime){
		    CONF_HOURS, (uint16_t)(seconds / 3600)};
	return (struct lifetime){CONF_YEARS, (uint16_t)(seconds / 31556952)};
}

static struct policy_global
global_policy(const struct environment *env)
{
	struct policy_global p = policy_global_default;

	p.chain_file_id = 1;
	p.i_period = lifetime_of(env->i_period_seconds);
	if (env->certs_per_i_period < p.min_certs_per_i_period)
		p.min_certs_per_i_period = (uint8_t)env->certs_per_i_period;
	p.max_cert_supply =
	    lifetime_of((uint64_t)env->supply_weeks * env->i_period_seconds);
	p.shuffle_threshold = env->shuffle_count;
	if (env->shuffle_max_age_seconds > lifetime_seconds(p.max_request_age))
		p.max_request_age = lifetime_of(env->shuffle_max_age_seconds);
	return p;
}

static struct policy_head
head(const struct ceremony *c)
{
	uint64_t now = (uint64_t)c->now * 1000000;

	return (struct policy_head){BYTES(first), now, now};
}

static enum fault
make_gpf(
    struct ceremony *c, const struct policy_set *global, struct fault_info *fi)
{
	const struct signer *pg = &c->actor[ACTOR_PG].signer;
	struct policy_head h = head(c);
	struct bytes tbs, base, file;

	TRY(policy_tbs_global(&tbs, &c->arena, &h, global, fi));
	TRY(policy_countersign(
	    &base, &c->arena, tbs, h.generation_time, pg, fi));
	TRY(policy_gpf(&file, &c->arena, base, pg, fi));
	TRY(ceremony_write(c, "public/GPF.oer", file, 0644, fi));
	TRY(ceremony_write(c, "pg/data/" GPF_NAME ".oer", file, 0644, fi));
	ceremony_record_hash(c, GPF_NAME, file);
	return FAULT_OK;
}

static enum fault
make_lpf(
    struct ceremony *c, const struct policy_set *global, struct fault_info *fi)
{
	const struct signer *pg = &c->actor[ACTOR_PG].signer;
	const struct signer *ra = &c->actor[ACTOR_RA].signer;
	const struct policy_local local = {
	    .shuffle_threshold = c->env->shuffle_count,
	    .certs_per_i_period = (uint8_t)c->env->certs_per_i_period,
	    .la1 = c->actor[ACTOR_LA1].name,
	    .la2 = c->actor[ACTOR_LA2].name,
	    .pca = c->actor[ACTOR_PCA].name,
	    .shared_key_update = {CONF_YEARS, 1}};
	struct policy_head h = head(c);
	struct bytes tbs, custom, own, file;
	struct policy_set set;

	TRY(policy_tbs_custom(
	    &tbs, &c->arena, &h, c->actor[ACTOR_RA].name, global, fi));
	TRY(policy_countersign(
	    &custom, &c->arena, tbs, h.generation_time, pg, fi));
	TRY(policy_set_values(&set, &c->arena, NULL, &local, fi));
	TRY(policy_tbs_local(&tbs, &c->arena, &h, &set, fi));
	TRY(policy_countersign(
	    &own, &c->arena, tbs, h.generation_time, ra, fi));
	TRY(policy_lpf(&file, &c->arena, custom, own, ra, fi));
	TRY(ceremony_write(c, "public/LPF.oer", file, 0644, fi));
	TRY(ceremony_write(c, "ra/data/lpf.oer", file, 0644, fi));
	ceremony_record_hash(c, LPF_NAME, file);
	return FAULT_OK;
}

enum fault
ceremony_policy(struct ceremony *c, struct fault_info *fi)
{
	struct policy_global global = global_policy(c->env);
	struct policy_set set;

	/* RA and devices number periods by it. */
	if (lifetime_seconds(global.i_period) != c->env->i_period_seconds)
		return fault_set(fi, FAULT_CONFIG,
		    "i_period_seconds = %u: policies cannot say it; a multiple "
		    "of 60 can",
		    c->env->i_period_seconds);
	ceremony_record(c, "Policy files (SHA-256)");
	TRY(policy_set_values(&set, &c->arena, &global, NULL, fi));
	TRY(make_gpf(c, &set, fi));
	return make_lpf(c, &set, fi);
}
