/* ceremony_certificates.c - keys and IEEE 1609.2 certificates of everybody. */
#include <stdio.h>
#include <string.h>

#include "base/time32.h"
#include "cert/issue.h"
#include "cert/perm.h"
#include "schema/dot2.h"
#include "tool/scms/ceremony.h"

static bool
is_offline(const struct actor_info *info)
{
	return strncmp(info->folder, "offline/", strlen("offline/")) == 0;
}

static struct lifetime
lifetime_of(const struct ceremony *c, const struct actor_info *info)
{
	struct conf_duration d;

	memcpy(&d, (const char *)c->env + info->lifetime, sizeof(d));
	return (struct lifetime){(uint8_t)d.unit, d.n};
}

/* Whoever has a region has that of the pseudonym certificates. */
static enum fault
set_region(struct profile_params *p, struct ceremony *c, struct fault_info *fi)
{
	size_t n = c->env->pseudonym_region.n;
	uint16_t *country = ARENA_ARRAY(&c->arena, n, uint16_t);

	for (size_t k = 0; k < n && country != NULL; k++)
		country[k] = (uint16_t)c->env->pseudonym_region.v[k];
	p->region =
	    country == NULL ? NULL : profile_countries(&c->arena, country, n);
	return p->region != NULL ? FAULT_OK
				 : fault_set(fi, FAULT_TOO_LARGE, "region");
}

/* Nobody outlives the issuer or the project (use-cases.md 3.2: what is made in
 * the middle of a sequence is shorter by as much). */
static enum fault
set_lifetime(struct profile_params *p, const struct ceremony *c,
    enum actor_id id, struct fault_info *fi)
{
	const struct actor_info *info = &actor_info[id];
	uint32_t end = environment_end(c->env);

	if (info->issuer != id && c->actor[info->issuer].cert->end < end)
		end = c->actor[info->issuer].cert->end;
	if (end <= c->now)
		return fault_set(fi, FAULT_EXPIRED,
		    "%s is over: nothing can be issued any more",
		    end == environment_end(c->env)
			? "the project"
			: actor_info[info->issuer].file);
	p->lifetime = lifetime_within(lifetime_of(c, info), end - p->start);
	return FAULT_OK;
}

static enum fault
fill_params(struct profile_params *p, struct ceremony *c, enum actor_id id,
    struct fault_info *fi)
{
	const struct actor_info *info = &actor_info[id];
	struct actor *a = &c->actor[id];

	*p = (struct profile_params){
	    .start = c->start, .verify_key = *key_public(a->sign_key)};
	if (info->issuer != id && c->actor[info->issuer].cert->start > p->start)
		p->start = c->actor[info->issuer].cert->start;
	TRY(set_lifetime(p, c, id, fi));
	TRY(set_region(p, c, fi));
	if (info->label != NULL)
		TRY(ceremony_name(c, &a->name, info->label, fi));
	else
		a->name = info->file;
	p->name = a->name;
	if (info->profile == PROFILE_ELECTOR)
		p->binary_id = (uint8_t)(1 + id - ACTOR_ELECTOR1);
	if (info->profile == PROFILE_LA)
		p->la_id = id == ACTOR_LA1 ? LA1_ID : LA2_ID;
	if (info->encrypts)
		p->encryption_key = key_public(a->enc_key);
	/* cracaId: last octets of the root's hash; zeros in self-signed ones */
	if (info->issuer != id)
		memcpy(p->craca_id,
		    c->actor[ACTOR_ROOT].cert->id + CERT_ID_SIZE -
			sizeof(p->craca_id),
		    sizeof(p->craca_id));
	return FAULT_OK;
}

static enum fault
save_keys(struct ceremony *c, const struct actor_info *info,
    const struct actor *a, struct fault_info *fi)
{
	struct bytes secret = BYTES_NONE;
	char name[64], path[PATH_SIZE];

	if (is_offline(info))
		secret = (struct bytes){
		    (const uint8_t *)c->passphrase->text, c->passphrase->n};
	snprintf(name, sizeof(name), "%s/sign.key", info->folder);
	ceremony_path(c, path, name);
	TRY(key_save(a->sign_key, path, secret, fi));
	if (a->enc_key == NULL)
		return FAULT_OK;
	snprintf(name, sizeof(name), "%s/enc.key", info->folder);
	ceremony_path(c, path, name);
	return key_save(a->enc_key, path, secret, fi);
}

static enum fault
save_certificate(struct ceremony *c, const struct actor_info *info,
    const struct actor *a, struct fault_info *fi)
{
	char name[64];

	snprintf(name, sizeof(name), "%s/cert.oer", info->folder);
	TRY(ceremony_write(c, name, a->raw, 0644, fi));
	snprintf(name, sizeof(name), "public/%s.oer", info->file);
	return ceremony_write(c, name, a->raw, 0644, fi);
}

/* What was just made must please those who will check it. */
static enum fault
check(struct ceremony *c, enum actor_id id, struct fault_info *fi)
{
	const struct actor_info *info = &actor_info[id];
	struct actor *a = &c->actor[id];

	if (info->issuer == id)
		TRY(trust_add_root(c->trust, a->raw, fi));
	else
		TRY(trust_add_known(c->trust, a->raw, fi));
	TRY(profile_check(info->profile, a->cert, fi));
	return trust_check_chain(NULL, c->trust, a->cert, c->now, fi);
}

static void
record(struct ceremony *c, const struct actor_info *info, const struct actor *a)
{
	char from[TIME32_TEXT], until[TIME32_TEXT], id[2 * CERT_ID_SIZE + 1];

	time32_text(from, a->cert->start);
	time32_text(until, a->cert->end);
	hex_encode(id, a->cert->id, CERT_ID_SIZE);
	ceremony_record(c, "%s  %s  HashedId8 %s  valid %s to %s", info->file,
	    a->name, id, from, until);
	ceremony_record_hash(c, "SHA-256", a->cert->canonical);
}

enum fault
ceremony_make_actor(struct ceremony *c, enum actor_id id, struct fault_info *fi)
{
	const struct actor_info *info = &actor_info[id];
	struct actor *a = &c->actor[id];
	struct profile_params params;
	struct signer self;
	const struct signer *issuer = &c->actor[info->issuer].signer;
	certificate *template;

	a->sign_key = key_generate(CURVE_P256);
	if (info->encrypts)
		a->enc_key = key_generate(CURVE_P256);
	TRY(fill_params(&params, c, id, fi));
	TRY(profile_build(&template, &c->arena, info->profile, &params, fi));
	if (info->issuer == id) {
		TRY(key_signer(&self, a->sign_key, NULL, fi));
		issuer = &self;
	}
	TRY(cert_issue_explicit(&a->raw, &c->arena, template, issuer, fi));
	TRY(cert_load(&a->cert, &c->arena, a->raw, fi));
	TRY(check(c, id, fi));
	TRY(key_signer(&a->signer, a->sign_key, a->cert, fi));
	TRY(save_keys(c, info, a, fi));
	TRY(save_certificate(c, info, a, fi));
	record(c, info, a);
	return FAULT_OK;
}

/* Can the PCA issue what this environment's pseudonym certificates hold? */
static enum fault
check_psids(struct ceremony *c, struct fault_info *fi)
{
	const struct conf_uints *psids = &c->env->pseudonym_psids;
	const to_be_signed_certificate *pca = c->actor[ACTOR_PCA].cert->tbs;

	for (size_t i = 0; i < psids->n; i++) {
		uint64_t wanted = psids->v[i];
		sequence_of_psid_ssp *one =
		    profile_psids(&c->arena, &wanted, 1);

		if (one == NULL)
			return fault_set(fi, FAULT_TOO_LARGE, "psids");
		if (perm_check_all(pca->cert_issue_permissions, one, 1, EE_APP,
			fi) != FAULT_OK)
			return fault_prefix(fi,
			    "PSID 0x%llx, which the "
			    "profile of the PCA lacks",
			    (unsigned long long)wanted);
	}
	return FAULT_OK;
}

enum fault
ceremony_certificates(struct ceremony *c, struct fault_info *fi)
{
	ceremony_record(c, "IEEE 1609.2 certificates");
	for (enum actor_id id = 0; id < ACTOR_COUNT; id++)
		if (!actor_is_later(id) &&
		    ceremony_make_actor(c, id, fi) != FAULT_OK)
			return fault_prefix(fi, "%s", actor_info[id].file);
	return check_psids(c, fi);
}
