/* site.c - see site.h. */
#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cert/profile.h"
#include "cert/spdu.h"
#include "role/crlg/publish.h"
#include "role/crlg/take.h"
#include "role/crlstore/accept.h"
#include "role/crlstore/published.h"
#include "site.h"

struct site S;
static struct crlg_conf conf = {.store = "crlstore:8894"};

/* ---- folders ---- */

void
put(const char *folder, const char *name, struct bytes b)
{
	char path[PATH_SIZE], *slash;

	path_join(path, folder, name);
	if ((slash = strrchr(path, '/')) != NULL) {
		*slash = '\0';
		OK(file_mkdir(path, 0700, FI));
		*slash = '/';
	}
	OK(file_write(path, b, 0600, FI));
}

void
put_key(const char *folder, const char *name, const struct scalar *d)
{
	char path[PATH_SIZE];
	struct key *key;

	path_join(path, folder, name);
	OK(key_import(&key, CURVE_P256, d->b, FI));
	OK(key_save(key, path, BYTES_NONE, FI));
	key_free(key);
}

static void
make_folders(void)
{
	const struct world *w = world();

	path_join(S.crlg, S.dir, "crlg");
	path_join(S.store, S.dir, "store");
	path_join(S.data, S.store, "data");
	OK(file_mkdir(S.crlg, 0700, FI));
	OK(file_mkdir(S.store, 0700, FI));
	put(S.crlg, "cert.oer", w->crlg.cert->raw);
	put_key(S.crlg, "sign.key", &w->crlg.d);
	if (w->crlg.cert->has_encryption_key)
		put_key(S.crlg, "enc.key", &w->crlg.e);
	put(S.crlg, "trust/root.oer", w->root.cert->raw);
	put(S.crlg, "known/MA.oer", w->ma.cert->raw);
	put(S.crlg, "known/PG.oer", w->pg.cert->raw); /* is not the MA */
	put(S.crlg, "data/keep", BYTES_NONE);
	put(S.store, "trust/root.oer", w->root.cert->raw);
	put(S.store, "known/CRLG.oer", w->crlg.cert->raw);
	put(S.store, "data/crl_0000_0001.oer", BYTES(crl_composite_empty));
}

static uint32_t
tell_time(void)
{
	return S.now;
}

static void
open_site(void)
{
	S.generator = (struct service){
	    .dir = S.crlg, .role_conf = &conf, .environment = S.env};
	S.keeper = (struct service){.dir = S.store, .environment = S.env};
	OK(audit_open(&S.generator.audit, S.crlg, FI));
	OK(audit_open(&S.keeper.audit, S.store, FI));
	OK(crlg_open(&S.g, &S.generator, FI));
	S.g->now = tell_time;
	S.s = (struct crlstore){
	    .service = &S.keeper, .accepting = PTHREAD_MUTEX_INITIALIZER};
	service_path(&S.keeper, S.s.folder, "data");
	service_path(&S.keeper, S.s.trust, "trust");
	service_path(&S.keeper, S.s.known, "known");
	published_clean(S.s.folder);
}

static void
close_site(void)
{
	crlg_close(S.g);
	audit_close(S.generator.audit);
	audit_close(S.keeper.audit);
}

void
site_reopen(void)
{
	close_site();
	open_site();
}

int
site_setup(void **state)
{
	static struct arena settings;

	test_setup(state);
	if (settings.left == 0)
		settings = arena_new(1u << 20);
	arena_reset(&settings);
	snprintf(S.dir, sizeof(S.dir), "/tmp/crlg-test.XXXXXX");
	if (mkdtemp(S.dir) == NULL)
		return -1;
	OK(environment_defaults(&S.env, &settings, ENVIRONMENT_TEST, FI));
	make_folders();
	open_site();
	return 0;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

int
site_teardown(void **state)
{
	close_site();
	nftw(S.dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return test_teardown(state);
}

/* ---- publishing ---- */

uint32_t
period_of(uint32_t time)
{
	return environment_period(&S.env, time);
}

enum fault
bring(void *ctx, struct arena *a, struct bytes composite, struct fault_info *fi)
{
	struct bringing *b = ctx;

	(void)a;
	b->calls++;
	return accept_composite(&S.s, composite, b->now, fi);
}

void
publish_at(uint32_t now)
{
	struct bringing b = {.now = now};

	S.now = now;
	OK(publish_once(S.g, bring, &b, FI));
}

struct bytes
given_out(void)
{
	struct bytes out;

	OK(crlstore_read(&out, &A, &S.s, (size_t)8 << 20, FI));
	return out;
}

struct crl_composite
lists_at(uint32_t now)
{
	struct crl_rules rules = {.now = now};
	struct crl_composite c;

	OK(crl_composite_open(&c, &A, given_out(), world()->trust, &rules, FI));
	return c;
}

const struct crl *
list_at(uint32_t now, uint16_t series)
{
	struct crl_composite c = lists_at(now);
	const struct crl *crl =
	    crl_find(&c, world()->root.cert->id + 5, series);

	assert_non_null(crl);
	return crl;
}

size_t
pairs_of(const struct crl *crl)
{
	size_t n = 0;

	for (size_t k = 0; k < crl->groups; k++)
		n += crl->group[k].n;
	return n;
}

/* ---- revocations ---- */

void
one_pair(struct revocation *out, uint8_t id, uint32_t i, uint8_t seed,
    uint16_t i_max)
{
	monarch_revocation_linkage *l = &out->linkage[0];

	memset(out, 0, sizeof(*out));
	out->r.version = 1;
	out->r.revocation_id.b[0] = id;
	out->r.i = (uint16_t)i;
	out->r.linkage.n = 1;
	out->r.linkage.v = out->linkage;
	out->r.digests.v = out->digest;
	l->la1_id.b[1] = 1;
	l->la2_id.b[1] = 2;
	l->ls1.b[0] = seed;
	l->ls2.b[0] = (uint8_t)(0xff - seed);
	l->i_max = i_max;
	l->j_max = 20;
}

struct bytes
signed_revocation(
    const struct party *by, const monarch_revocation *r, uint32_t time)
{
	struct spdu_header h = {.psid = PSID_SECURITY,
	    .has_generation_time = true,
	    .generation_time = time * UINT64_C(1000000)};
	struct bytes payload, out;

	OK(coer_encode_new(&payload, &A, &monarch_revocation_asn, r, FI));
	OK(spdu_sign(&out, &A, &h, payload, SIGNER_DIGEST, &by->signer, FI));
	return out;
}

void
take_at(const struct revocation *r, uint32_t time)
{
	OK(crlg_take(
	    S.g, signed_revocation(&world()->ma, &r->r, time), "MA", time, FI));
}

/* ---- everything ---- */

static void
add_line(struct bytes *out, int64_t a, int64_t b)
{
	char line[80];

	snprintf(line, sizeof(line), "%lld %lld\n", (long long)a, (long long)b);
	*out = cat(*out, bytes_of_string(line));
}

static enum fault
add_pair(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct bytes *out = ctx;

	(void)fi;
	for (unsigned k = 0; k < 4; k++)
		*out = cat(*out, db_blob(row, k));
	add_line(out, db_int(row, 4), db_int(row, 5));
	return FAULT_OK;
}

static enum fault
add_digest(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct bytes *out = ctx;

	(void)fi;
	*out = cat(*out, db_blob(row, 0));
	add_line(out, db_int(row, 1), 0);
	return FAULT_OK;
}

static void
add_names(struct bytes *out, const char *folder)
{
	struct dirent **names;
	int n = scandir(folder, &names, NULL, alphasort);

	for (int k = 0; k < n; k++) {
		*out = cat(*out, bytes_of_string(names[k]->d_name));
		free(names[k]);
	}
	if (n >= 0)
		free(names);
}

struct bytes
snapshot(void)
{
	struct bytes out = given_out();
	struct crlg_state s;

	OK(crlg_state_read(&s, S.g->db, FI));
	add_line(&out, s.asked, s.made);
	add_line(&out, s.number, s.pushed);
	add_line(&out, s.issued, s.next);
	OK(db_run(S.g->db, DO_LINKAGES, NULL, 0, add_pair, &out, FI));
	for (int series = 2; series <= 4; series++)
		OK(DB_EACH(
		    S.g->db, DO_DIGESTS, add_digest, &out, FI, DB_INT(series)));
	add_names(&out, S.data);
	return out;
}
