/* net.c - see net.h. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/time32.h"
#include "cert/issue.h"
#include "cert/profile.h"
#include "crypto/random.h"
#include "inquiry/auditor.h"
#include "test/unit/ma/answers.h"

struct fault_info fi;

static const struct {
	const char *name, *label;
	enum profile profile;
	enum who issuer;
	bool encrypts, answers;
	uint16_t la_id;
} actors[WHOS] = {
    [WHO_ROOT] = {"root", "rca", PROFILE_ROOT, WHO_ROOT, false, false, 0},
    [WHO_ICA] = {"ICA", "ica", PROFILE_ICA, WHO_ROOT, false, false, 0},
    [WHO_PCA] = {"PCA", "pca", PROFILE_PCA, WHO_ICA, true, true, 0},
    [WHO_PCA2] = {"PCA2", "pca2", PROFILE_PCA, WHO_ICA, true, true, 0},
    [WHO_RA] = {"RA", "ra", PROFILE_RA, WHO_ICA, true, true, 0},
    [WHO_LA1] = {"LA1", "la1", PROFILE_LA, WHO_ICA, true, true, 1},
    [WHO_LA2] = {"LA2", "la2", PROFILE_LA, WHO_ICA, true, true, 2},
    [WHO_MA] = {"MA", "ma", PROFILE_MA, WHO_ROOT, true, false, 0},
    [WHO_AUDITOR1] = {"auditor1", "auditor1", PROFILE_AUDITOR, WHO_ROOT, false,
	false, 0},
    [WHO_AUDITOR2] = {"auditor2", "auditor2", PROFILE_AUDITOR, WHO_ROOT, false,
	false, 0},
};

/* ---- certificates and folders ---- */

static void
make_actor(struct net *t, enum who who)
{
	struct actor *a = &t->actor[who];
	const struct actor *issuer = &t->actor[actors[who].issuer];
	struct profile_params p = {
	    .name =
		arena_printf(&t->arena, "%s.monarch.test", actors[who].label),
	    .la_id = actors[who].la_id,
	    .start = time32_now() - 20 * 604800,
	    .lifetime = {6, who == WHO_ROOT  ? 40
			    : who == WHO_ICA ? 30
					     : 20},
	};
	struct curve_point enc;
	struct signer self;
	certificate *template;
	struct bytes raw;

	a->sign = key_generate(CURVE_P256);
	p.verify_key = *key_public(a->sign);
	if (actors[who].encrypts) {
		a->enc = key_generate(CURVE_P256);
		enc = *key_public(a->enc);
		p.encryption_key = &enc;
	}
	if (who != WHO_ROOT)
		memcpy(p.craca_id, t->actor[WHO_ROOT].cert->id + 5, 3);
	must(profile_build(&template, &t->arena, actors[who].profile, &p, &fi));
	if (who == WHO_ROOT)
		must(key_signer(&self, a->sign, NULL, &fi));
	else
		self = issuer->signer;
	must(cert_issue_explicit(&raw, &t->arena, template, &self, &fi));
	must(cert_load(&a->cert, &t->arena, raw, &fi));
	must(key_signer(&a->signer, a->sign, a->cert, &fi));
}

static void
put(const char *dir, const char *name, struct bytes octets)
{
	char path[PATH_SIZE];

	path_join(path, dir, name);
	must(file_write(path, octets, 0600, &fi));
}

static void
make_folder(struct net *t, enum who who)
{
	static const char *const folders[] = {"", "/data", "/trust", "/known"};
	char path[PATH_SIZE], name[64];
	const char *dir = t->peer[who].dir;

	snprintf(t->peer[who].dir, sizeof(t->peer[who].dir), "%s/%s", t->dir,
	    actors[who].label);
	for (size_t k = 0; k < 4; k++) {
		snprintf(path, sizeof(path), "%s%s", dir, folders[k]);
		must(file_mkdir(path, 0700, &fi));
	}
	put(dir, "cert.oer", t->actor[who].cert->raw);
	put(dir, "trust/root.oer", t->actor[WHO_ROOT].cert->raw);
	for (int k = WHO_ICA; k < WHOS; k++) {
		snprintf(name, sizeof(name), "known/%s.oer", actors[k].name);
		put(dir, name, t->actor[k].cert->raw);
	}
	path_join(path, dir, "sign.key");
	must(key_save(t->actor[who].sign, path, BYTES_NONE, &fi));
	path_join(path, dir, "enc.key");
	must(key_save(t->actor[who].enc, path, BYTES_NONE, &fi));
}

static void
start_peer(struct net *t, enum who who)
{
	struct peer *p = &t->peer[who];
	const struct inquiry_conf conf = {.self = &p->self,
	    .folder = p->dir,
	    .environment = &t->service.environment,
	    .per_day = 1000000,
	    .audit = NULL};
	struct inquiry_conf c = conf;

	must(component_load(&p->self, p->dir, &fi));
	must(audit_open(&p->audit, p->dir, &fi));
	c.audit = p->audit;
	must(inquiry_open(&p->inquiry, &c, &fi));
}

static void
stop_peer(struct peer *p)
{
	inquiry_close(p->inquiry);
	audit_close(p->audit);
	component_free(&p->self);
}

/* ---- the MA ---- */

static void
start(struct net *t)
{
	must(audit_open(&t->service.audit, t->service.dir, &fi));
	must(ma_open(&t->ma, &t->service, &fi));
	t->ma->call = answers_call;
	t->ma->call_ctx = t;
}

static void
stop(struct net *t)
{
	ma_close(t->ma);
	audit_close(t->service.audit);
}

void
net_restart(struct net *t)
{
	stop(t);
	start(t);
}

static void
configure(struct net *t)
{
	static const char *const pcas[] = {"pca", "pca2"};

	must(environment_defaults(
	    &t->service.environment, &t->arena, ENVIRONMENT_TEST, &fi));
	t->conf = (struct ma_conf){.ra = "ra:8892",
	    .pca = {pcas, 2},
	    .pca_port = 8891,
	    .la1 = "la1:8890",
	    .la2 = "la2:8890",
	    .crlg = "crlg:8898"};
	t->service.dir = t->peer[WHO_MA].dir;
	t->service.role_conf = &t->conf;
}

/* ---- the device ---- */

static void
make_device(struct net *t)
{
	t->i0 = net_period(t) - 10;
	for (size_t k = 0; k < 4; k++) {
		random_bytes(t->lv[k].lv.b, sizeof(t->lv[k].lv.b));
		t->issued[k] = t->lv[k].lv;
		t->lv[k].i = net_period(t);
		memcpy(t->lv[k].issuer,
		    t->actor[k < 2 ? WHO_PCA : WHO_PCA2].cert->id,
		    CERT_ID_SIZE);
	}
	random_bytes(t->hpcr, sizeof(t->hpcr));
	random_bytes(t->rif, sizeof(t->rif));
	t->chains = NET_CHAINS;
	for (size_t k = 0; k < NET_CHAINS; k++) {
		t->i_max[k] = (uint16_t)(net_period(t) + 5 + k);
		for (unsigned la = 0; la < 2; la++) {
			random_bytes(t->seed[la][k].b, 16);
			t->lci[la][k] = answers_lci(t);
		}
	}
	t->digests = NET_DIGESTS;
	random_bytes(t->digest, sizeof(t->digest));
	for (size_t k = 0; k < NET_DIGESTS; k++)
		t->expiry[k] = time32_now() + 86400 * (uint32_t)(k + 1);
}

void
net_make(struct net *t)
{
	memset(t, 0, sizeof(*t));
	/* three days into the running period, whenever the test is run */
	time_set_offset(0);
	time_set_offset(3 * 86400 - (int64_t)((time32_now() - I_ZERO_DEFAULT) %
					      I_PERIOD_DEFAULT));
	t->arena = arena_new((size_t)64 << 20);
	strcpy(t->dir, "/dev/shm/ma-net.XXXXXX");
	if (mkdtemp(t->dir) == NULL) {
		strcpy(t->dir, "/tmp/ma-net.XXXXXX");
		assert_non_null(mkdtemp(t->dir));
	}
	for (int who = 0; who < WHOS; who++)
		make_actor(t, (enum who)who);
	for (int who = 0; who < WHOS; who++)
		if (actors[who].answers || who == WHO_MA)
			make_folder(t, (enum who)who);
	configure(t);
	for (int who = 0; who < WHOS; who++)
		if (actors[who].answers)
			start_peer(t, (enum who)who);
	start(t);
	make_device(t);
}

void
net_remove(struct net *t)
{
	char command[128];

	stop(t);
	for (int who = 0; who < WHOS; who++) {
		if (actors[who].answers)
			stop_peer(&t->peer[who]);
		key_free(t->actor[who].sign);
		key_free(t->actor[who].enc);
	}
	arena_free(&t->arena);
	snprintf(command, sizeof(command), "rm -rf '%s'", t->dir);
	assert_int_equal(system(command), 0);
	time_set_offset(0);
}

uint32_t
net_period(const struct net *t)
{
	return environment_period(&t->service.environment, time32_now());
}

/* ---- what tests ask for ---- */

void
net_find(struct ma_revocation *r, struct net *t, int64_t case_id)
{
	must(ma_revocation_find(r, t->ma, &t->arena, case_id, &fi));
}

static int64_t
decide(struct net *t, int64_t case_id, const struct ma_subject *s)
{
	struct ma_revocation r;

	must(ma_revoke(t->ma, case_id, s, "position jumps", &fi));
	net_find(&r, t, case_id);
	revoke_go_on(t->ma, r.number);
	return r.number;
}

int64_t
net_revoke(struct net *t, int64_t case_id)
{
	const struct ma_subject s = {.kind = MA_PSEUDONYM, .lv = t->lv[0]};

	return decide(t, case_id, &s);
}

int64_t
net_revoke_holder(struct net *t, int64_t case_id)
{
	struct ma_subject s = {.kind = MA_HOLDER};

	memcpy(s.rif, t->rif, sizeof(s.rif));
	return decide(t, case_id, &s);
}

static bool
file_has(const char *path, const void *octets, size_t n)
{
	struct arena arena = arena_new((size_t)64 << 20);
	struct bytes b;
	bool has;

	must(file_read(&b, &arena, path, (size_t)64 << 20, &fi));
	has = b.n >= n && memmem(b.p, b.n, octets, n) != NULL;
	arena_free(&arena);
	return has;
}

bool
net_is_in_files(const struct net *t, const void *octets, size_t n)
{
	char dir[PATH_SIZE], path[PATH_SIZE];
	const struct dirent *e;
	bool has = false;
	DIR *d;

	path_join(dir, t->service.dir, "data");
	d = opendir(dir);
	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		path_join(path, dir, e->d_name);
		/* -shm: page numbers only */
		if (e->d_name[0] != '.' && strstr(e->d_name, "-shm") == NULL)
			has = has || file_has(path, octets, n);
	}
	closedir(d);
	return has;
}

struct count {
	const char *text;
	unsigned n;
};

static void
count_line(void *ctx, const struct audit_end *end, struct bytes time,
    struct bytes event, struct bytes text)
{
	struct count *c = ctx;

	(void)end;
	(void)time;
	(void)event;
	c->n += memmem(text.p, text.n, c->text, strlen(c->text)) != NULL;
}

unsigned
net_audit_count(const struct net *t, enum who who, const char *text)
{
	struct count c = {text, 0};
	struct audit_end end;

	must(audit_verify(&end, t->peer[who].dir, count_line, &c, &fi));
	return c.n;
}

enum fault
net_countersign(struct net *t, int64_t number, enum who who)
{
	scms_pdu *pdu = ARENA_NEW(&t->arena, scms_pdu);
	struct bytes tbs, octets;
	struct question q;
	const char *name;

	must(question_load(&q, t->ma, &t->arena, number, &fi));
	must(coer_decode(&scms_pdu_asn, pdu, &t->arena, q.pdu, &fi));
	must(inquiry_tbs(&tbs, &t->arena, pdu, q.kind, &fi));
	must(auditor_sign(&octets, &t->arena, tbs, &t->actor[who].signer, &fi));
	return question_countersign(
	    t->ma, &name, &t->arena, number, octets, &fi);
}
