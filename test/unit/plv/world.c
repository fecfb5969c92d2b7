/* world.c - a small SCMS on disk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/time32.h"
#include "cert/issue.h"
#include "cert/profile.h"
#include "crypto/random.h"
#include "test/unit/plv/world.h"

struct actor {
	const char *name;
	enum profile profile;
	enum world_who issuer;
	bool encrypts, daemon;
	uint16_t la_id;
	const char *certificate_name;
};

static const struct actor actors[WORLD_COUNT] = {
    [WORLD_ROOT] = {"root", PROFILE_ROOT, WORLD_ROOT, false, false, 0,
	"root.monarch.test"},
    [WORLD_ICA] = {"ica", PROFILE_ICA, WORLD_ROOT, false, false, 0,
	"ica.monarch.test"},
    [WORLD_RA] = {"ra", PROFILE_RA, WORLD_ICA, true, true, 0,
	"ra.monarch.test"},
    [WORLD_PCA] = {"pca", PROFILE_PCA, WORLD_ICA, true, true, 0,
	"pca.monarch.test"},
    [WORLD_LA1] = {"la1", PROFILE_LA, WORLD_ICA, true, true, 1,
	"la1.monarch.test"},
    [WORLD_LA2] = {"la2", PROFILE_LA, WORLD_ICA, true, true, 2,
	"la2.monarch.test"},
    [WORLD_OTHER_RA] = {"other_ra", PROFILE_RA, WORLD_ICA, true, true, 0,
	"ra.elsewhere.test"},
    [WORLD_MA] = {"ma", PROFILE_MA, WORLD_ROOT, true, true, 0,
	"ma.monarch.test"},
    [WORLD_OTHER_MA] = {"other_ma", PROFILE_MA, WORLD_ROOT, true, true, 0,
	"ma.elsewhere.test"},
    [WORLD_AUDITOR1] = {"auditor1", PROFILE_AUDITOR, WORLD_ROOT, false, false,
	0, "auditor1.monarch.test"},
    [WORLD_AUDITOR2] = {"auditor2", PROFILE_AUDITOR, WORLD_ROOT, false, false,
	0, "auditor2.monarch.test"},
    [WORLD_STRANGER] = {"stranger", PROFILE_AUDITOR, WORLD_ROOT, false, false,
	0, "auditor3.monarch.test"},
};

static _Thread_local struct fault_info info;

#define must(expr)                                            \
	do {                                                  \
		if ((expr) != FAULT_OK)                       \
			fail_msg("%s: %s", #expr, info.text); \
	} while (0)

const char *
world_name(enum world_who who)
{
	return actors[who].name;
}

void
world_folder(const struct world *w, char out[PATH_SIZE], enum world_who who)
{
	path_join(out, w->dir, actors[who].name);
}

static void
issue(struct world *w, enum world_who who, const uint8_t craca[3])
{
	const struct actor *a = &actors[who];
	struct profile_params p = {.name = a->certificate_name,
	    .la_id = a->la_id,
	    .start = w->now - 10 * 604800 + w->renewals,
	    .lifetime = {6, who == WORLD_ROOT  ? 20
			    : who == WORLD_ICA ? 10
					       : 4}};
	struct curve_point encryption_key;
	struct cert *issuer = NULL;
	struct signer signer;
	certificate *c;

	w->sign[who] = key_generate(CURVE_P256);
	p.verify_key = *key_public(w->sign[who]);
	memcpy(p.craca_id, craca, 3);
	if (a->encrypts) {
		w->enc[who] = key_generate(CURVE_P256);
		encryption_key = *key_public(w->enc[who]);
		p.encryption_key = &encryption_key;
	}
	must(profile_build(&c, &w->arena, a->profile, &p, &info));
	if (who != WORLD_ROOT)
		must(cert_load(&issuer, &w->arena, w->cert[a->issuer], &info));
	must(key_signer(&signer, w->sign[a->issuer], issuer, &info));
	must(cert_issue_explicit(&w->cert[who], &w->arena, c, &signer, &info));
}

static void
put(const char *folder, const char *name, struct bytes octets)
{
	char path[PATH_SIZE];

	path_join(path, folder, name);
	must(file_write(path, octets, 0644, &info));
}

static void
make_folder(struct world *w, enum world_who who)
{
	char folder[PATH_SIZE], sub[PATH_SIZE], name[32];

	world_folder(w, folder, who);
	must(file_mkdir(folder, 0700, &info));
	put(folder, "cert.oer", w->cert[who]);
	path_join(sub, folder, "sign.key");
	must(key_save(w->sign[who], sub, BYTES_NONE, &info));
	path_join(sub, folder, "enc.key");
	must(key_save(w->enc[who], sub, BYTES_NONE, &info));
	path_join(sub, folder, "trust");
	must(file_mkdir(sub, 0700, &info));
	put(sub, "root.oer", w->cert[WORLD_ROOT]);
	path_join(sub, folder, "known");
	must(file_mkdir(sub, 0700, &info));
	for (enum world_who t = WORLD_ICA; t < WORLD_COUNT; t++) {
		if (t == WORLD_STRANGER)
			continue;
		(void)snprintf(name, sizeof(name), "%s.oer", actors[t].name);
		put(sub, name, w->cert[t]);
	}
}

static void
load(struct world *w, struct component *out, enum world_who who)
{
	char folder[PATH_SIZE];

	world_folder(w, folder, who);
	must(component_load(out, folder, &info));
}

void
world_make(struct world *w)
{
	static const uint8_t none[3];
	struct cert *root;

	memset(w, 0, sizeof(*w));
	w->arena = arena_new(1u << 20);
	(void)snprintf(w->dir, sizeof(w->dir), "/tmp/monarch_test.XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	must(environment_defaults(
	    &w->environment, &w->arena, ENVIRONMENT_TEST, &info));
	w->now = time32_now();
	w->week = (uint16_t)environment_period(&w->environment, w->now);
	issue(w, WORLD_ROOT, none);
	must(cert_load(&root, &w->arena, w->cert[WORLD_ROOT], &info));
	for (enum world_who t = WORLD_ICA; t < WORLD_COUNT; t++)
		issue(w, t, root->id + CERT_ID_SIZE - 3);
	for (enum world_who t = WORLD_ICA; t < WORLD_COUNT; t++)
		if (actors[t].daemon)
			make_folder(w, t);
	load(w, &w->ra, WORLD_RA);
	load(w, &w->other_ra, WORLD_OTHER_RA);
	load(w, &w->ma, WORLD_MA);
	load(w, &w->other_ma, WORLD_OTHER_MA);
}

void
world_remove(struct world *w)
{
	char command[128];

	component_free(&w->ra);
	component_free(&w->other_ra);
	component_free(&w->ma);
	component_free(&w->other_ma);
	for (enum world_who t = WORLD_ROOT; t < WORLD_COUNT; t++) {
		key_free(w->sign[t]);
		key_free(w->enc[t]);
	}
	(void)snprintf(command, sizeof(command), "rm -rf %s", w->dir);
	assert_int_equal(system(command), 0);
	arena_free(&w->arena);
}

void
world_renew(struct world *w, enum world_who who)
{
	char folder[PATH_SIZE], command[3 * PATH_SIZE + 64];
	struct cert *root;

	world_folder(w, folder, who);
	(void)snprintf(command, sizeof(command),
	    "cd %s && mkdir former && mv cert.oer former/1.oer && "
	    "mv enc.key former/1.key && rm -r sign.key trust known",
	    folder);
	assert_int_equal(system(command), 0);
	must(cert_load(&root, &w->arena, w->cert[WORLD_ROOT], &info));
	key_free(w->sign[who]);
	key_free(w->enc[who]);
	w->renewals++;
	issue(w, who, root->id + CERT_ID_SIZE - 3);
	make_folder(w, who);
}

void
world_share_key(struct world *w, enum world_who la, struct plv_key *out)
{
	struct plv_agreement a = {.la_id = {0, (uint8_t)actors[la].la_id},
	    .start = w->now - 100,
	    .end = w->now + 31536000};
	char folder[PATH_SIZE], keys[PATH_SIZE];

	random_bytes(a.r_pca, sizeof(a.r_pca));
	random_bytes(a.r_la, sizeof(a.r_la));
	random_bytes(a.request_hash, sizeof(a.request_hash));
	for (int side = 0; side < 2; side++) {
		(void)snprintf(a.peer, sizeof(a.peer), "%s",
		    actors[side == 0 ? la : WORLD_PCA].certificate_name);
		world_folder(w, folder, side == 0 ? WORLD_PCA : la);
		path_join(keys, folder, "data");
		must(file_mkdir(keys, 0700, &info));
		path_join(keys, folder, "data/plv-keys");
		must(file_mkdir(keys, 0700, &info));
		must(plv_key_save(keys, &a, &info));
	}
	plv_key_derive(out, &a);
}

void
world_copy(const char *from, const char *to)
{
	char command[2 * PATH_SIZE + 32];

	(void)snprintf(
	    command, sizeof(command), "rm -rf %s && cp -a %s %s", to, from, to);
	assert_int_equal(system(command), 0);
}
