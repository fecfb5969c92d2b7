/* ceremony_components.c - what each daemon finds in its folder beside its
 * keys: component.conf, whom it trusts, whom it knows; HAProxy's settings. */
#include <stdio.h>
#include <string.h>

#include "tool/scms/ceremony.h"
#include "tool/scms/lop.h"
#include "tool/scms/part.h"

#define KNOWN_MAX 16

/* Certificates that a component needs as issuers, signers and recipients;
 * extra is what its component.conf has beside the common keys, with the domain
 * for each %s. */
struct setting {
	enum part_id part;
	const char *role;
	const char *extra;
	enum actor_id known[KNOWN_MAX]; /* ends with ACTOR_ROOT */
};

static const struct setting settings[] = {
    {PART_RA, "ra", "",
	{ACTOR_ICA, ACTOR_ECA, ACTOR_PCA, ACTOR_LA1, ACTOR_LA2, ACTOR_PG,
	    ACTOR_MA, ACTOR_AUDITOR1, ACTOR_AUDITOR2}},
    {PART_ECA, "eca", "", {ACTOR_ICA, ACTOR_DCM}},
    {PART_PCA, "pca", "",
	{ACTOR_ICA, ACTOR_RA, ACTOR_LA1, ACTOR_LA2, ACTOR_MA, ACTOR_AUDITOR1,
	    ACTOR_AUDITOR2}},
    {PART_LA1, "la", "la_id = 0001\n",
	{ACTOR_ICA, ACTOR_RA, ACTOR_PCA, ACTOR_MA, ACTOR_AUDITOR1,
	    ACTOR_AUDITOR2}},
    {PART_LA2, "la", "la_id = 0002\n",
	{ACTOR_ICA, ACTOR_RA, ACTOR_PCA, ACTOR_MA, ACTOR_AUDITOR1,
	    ACTOR_AUDITOR2}},
    {PART_CRLSTORE, "crlstore", "", {ACTOR_CRLG}},
    {PART_PG, "pg", "", {ACTOR_ICA, ACTOR_RA}},
    {PART_DCM, "dcm", "", {ACTOR_ICA, ACTOR_ECA}},
    /* it asks the RA itself, not through the LOP */
    {PART_MA, "ma", "hosts = ../operator/hosts\n",
	{ACTOR_ICA, ACTOR_PCA, ACTOR_LA1, ACTOR_LA2, ACTOR_RA, ACTOR_CRLG,
	    ACTOR_ECA, ACTOR_AUDITOR1, ACTOR_AUDITOR2}},
    {PART_CRLG, "crlg", "", {ACTOR_MA}},
};

/* One that was added later has the settings of the first of its kind. */
static const struct setting *
setting_of(enum part_id id)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		const struct part *part = &parts[settings[i].part];

		if (settings[i].part == id ||
		    (parts[id].later &&
			strcmp(part->program, parts[id].program) == 0))
			return &settings[i];
	}
	return NULL;
}

bool
ceremony_part_knows(enum part_id id, enum profile profile)
{
	const struct setting *s = setting_of(id);

	for (size_t i = 0; s != NULL && s->known[i] != ACTOR_ROOT; i++)
		if (actor_info[s->known[i]].profile == profile)
			return true;
	return false;
}

enum fault
ceremony_write_conf(struct ceremony *c, enum part_id id, struct fault_info *fi)
{
	const struct setting *s = setting_of(id);
	const struct part *part = &parts[id];
	char address[ADDRESS_TEXT], name[64];
	const char *text;

	part_address(address, c->env->net, part->host, part->port);
	text = arena_printf(&c->arena,
	    "# Settings of this component; %s --settings explains them.\n"
	    "role = %s\nname = %s.%s\nlisten = %s\nlog = log/%s.log\n%s",
	    part->program, s->role, part->name, c->env->domain, address,
	    part->name, s->extra);
	if (text == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "component.conf");
	snprintf(name, sizeof(name), "%s/component.conf", part->name);
	return ceremony_write(c, name, bytes_of_string(text), 0644, fi);
}

static enum fault
introduce(struct ceremony *c, const struct setting *s, struct fault_info *fi)
{
	const char *folder = parts[s->part].name;
	char name[64];

	snprintf(name, sizeof(name), "%s/trust/root.oer", folder);
	TRY(ceremony_write(c, name, c->actor[ACTOR_ROOT].raw, 0644, fi));
	for (unsigned k = 0; k < ELECTORS; k++) {
		snprintf(name, sizeof(name), "%s/electors/elector%u.oer",
		    folder, k + 1);
		TRY(ceremony_write(
		    c, name, c->actor[ACTOR_ELECTOR1 + k].raw, 0644, fi));
	}
	for (const enum actor_id *id = s->known; *id != ACTOR_ROOT; id++) {
		snprintf(name, sizeof(name), "%s/known/%s.oer", folder,
		    actor_info[*id].file);
		TRY(ceremony_write(c, name, c->actor[*id].raw, 0644, fi));
	}
	return FAULT_OK;
}

enum fault
ceremony_components(struct ceremony *c, struct fault_info *fi)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		TRY(introduce(c, &settings[i], fi));
		if (settings[i].role != NULL)
			TRY(ceremony_write_conf(c, settings[i].part, fi));
	}
	return lop_write_config(c->dir, c->env, fi);
}
