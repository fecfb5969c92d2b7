/* world.c - see world.h. */
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/time32.h"
#include "cert/convert.h"
#include "cert/issue.h"
#include "cert/perm.h"
#include "crypto/ecqv.h"
#include "crypto/random.h"
#include "role/ma/question.h"
#include "test/unit/ma/world.h"

struct fault_info fi;
struct oracle oracle;

/* Which device a linkage value belongs to. */
static struct {
	struct lv lv;
	unsigned device;
} linked[256];
static size_t linked_n;

/* ---- authorities ---- */

static void
make(struct world *w, struct authority *a, enum profile profile,
    const char *name, const struct authority *issuer)
{
	struct profile_params p = {
	    .name = name, .start = w->now - 10 * 604800, .lifetime = {6, 4}};
	const struct cert *top;
	certificate *template;
	struct signer self;
	struct bytes raw;

	a->sign = key_generate(CURVE_P256);
	a->enc = key_generate(CURVE_P256);
	p.verify_key = *key_public(a->sign);
	if (profile == PROFILE_PCA || profile == PROFILE_MA)
		p.encryption_key = key_public(a->enc);
	for (top = issuer != NULL ? issuer->cert : NULL;
	     top != NULL && top->issuer != NULL;)
		top = top->issuer;
	if (top != NULL)
		memcpy(p.craca_id, top->id + 5, 3);
	OK(profile_build(&template, &w->arena, profile, &p, &fi));
	OK(key_signer(&self, a->sign, NULL, &fi));
	OK(cert_issue_explicit(&raw, &w->arena, template,
	    issuer == NULL ? &self : &issuer->signer, &fi));
	OK(cert_load(&a->cert, &w->arena, raw, &fi));
	if (issuer != NULL)
		OK(cert_check_issued(a->cert, issuer->cert, &fi));
	OK(key_signer(&a->signer, a->sign, a->cert, &fi));
}

static void
write_file(const struct world *w, const char *name, struct bytes b)
{
	char path[PATH_SIZE];

	path_join(path, w->folder, name);
	OK(file_write(path, b, 0600, &fi));
}

static void
make_folder(const struct world *w, const char *name)
{
	char path[PATH_SIZE];

	path_join(path, w->folder, name);
	OK(file_mkdir(path, 0700, &fi));
}

static void
furnish(struct world *w)
{
	char path[PATH_SIZE];

	make(w, &w->root, PROFILE_ROOT, "rca.test", NULL);
	make(w, &w->ica, PROFILE_ICA, "ica.test", &w->root);
	make(w, &w->pca, PROFILE_PCA, "pca.test", &w->ica);
	make(w, &w->ma_keys, PROFILE_MA, "ma.test", &w->root);
	make(w, &w->other_root, PROFILE_ROOT, "rca.test", NULL);
	make(w, &w->other_pca, PROFILE_PCA, "pca.test", &w->other_root);
	make_folder(w, "trust");
	make_folder(w, "known");
	make_folder(w, "data");
	write_file(w, "trust/root.oer", w->root.cert->raw);
	write_file(w, "known/ICA.oer", w->ica.cert->raw);
	write_file(w, "known/PCA.oer", w->pca.cert->raw);
	write_file(w, "cert.oer", w->ma_keys.cert->raw);
	path_join(path, w->folder, "sign.key");
	OK(key_save(w->ma_keys.sign, path, BYTES_NONE, &fi));
	path_join(path, w->folder, "enc.key");
	OK(key_save(w->ma_keys.enc, path, BYTES_NONE, &fi));
}

static void
start(struct world *w)
{
	w->service = (struct service){
	    .dir = w->folder,
	    .role_conf = &w->conf,
	    .environment = w->environment,
	};
	OK(audit_open(&w->service.audit, w->folder, &fi));
	OK(ma_open(&w->ma, &w->service, &fi));
}

static void
stop(struct world *w)
{
	ma_close(w->ma);
	audit_close(w->service.audit);
}

void
world_open(struct world *w)
{
	memset(w, 0, sizeof(*w));
	oracle = (struct oracle){.patient = UINT_MAX};
	linked_n = 0;
	w->arena = arena_new(256u << 20);
	snprintf(w->folder, sizeof(w->folder), "/tmp/ma-test.XXXXXX");
	assert_non_null(mkdtemp(w->folder));
	OK(environment_defaults(
	    &w->environment, &w->arena, ENVIRONMENT_TEST, &fi));
	w->now = time32_now();
	w->week = (uint16_t)environment_period(&w->environment, w->now);
	furnish(w);
	start(w);
}

static void
release(struct authority *a)
{
	key_free(a->sign);
	key_free(a->enc);
}

void
world_close(struct world *w)
{
	char command[128];

	stop(w);
	release(&w->root);
	release(&w->ica);
	release(&w->pca);
	release(&w->ma_keys);
	release(&w->other_root);
	release(&w->other_pca);
	snprintf(command, sizeof(command), "rm -rf %s", w->folder);
	assert_int_equal(system(command), 0);
	arena_free(&w->arena);
}

void
world_restart(struct world *w)
{
	stop(w);
	start(w);
}

/* ---- what the database holds ---- */

static sqlite3 *
open_database(const struct world *w)
{
	char path[PATH_SIZE];
	sqlite3 *db;

	path_join(path, w->folder, "data/ma.db");
	assert_int_equal(
	    sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	return db;
}

static void
dump_rows(FILE *out, sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
	while (sqlite3_step(s) == SQLITE_ROW)
		for (int k = 0; k < sqlite3_column_count(s); k++) {
			int n = sqlite3_column_bytes(s, k);

			fprintf(out, "|%d %d ", sqlite3_column_type(s, k), n);
			if (n > 0)
				fwrite(sqlite3_column_blob(s, k), (size_t)n, 1,
				    out);
		}
	sqlite3_finalize(s);
}

struct digest
world_state(const struct world *w)
{
	static const char *const tables[] = {"select * from sender",
	    "select * from report", "select * from incident",
	    "select * from panel"};
	sqlite3 *db = open_database(w);
	struct digest d;
	size_t n;
	char *p;
	FILE *out = open_memstream(&p, &n);

	assert_non_null(out);
	for (size_t k = 0; k < COUNT(tables); k++)
		dump_rows(out, db, tables[k]);
	assert_int_equal(fclose(out), 0);
	sha256(d.b, (struct bytes){(const uint8_t *)p, n});
	free(p);
	sqlite3_close(db);
	return d;
}

int64_t
world_number(const struct world *w, const char *sql)
{
	sqlite3 *db = open_database(w);
	sqlite3_stmt *s;
	int64_t n;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	n = sqlite3_column_int64(s, 0);
	assert_int_equal(sqlite3_step(s), SQLITE_DONE);
	sqlite3_finalize(s);
	sqlite3_close(db);
	return n;
}

int64_t
world_refused(const struct world *w, enum ma_reason reason)
{
	char sql[128];

	snprintf(sql, sizeof(sql),
	    "select coalesce(sum(n), 0) from refusal where %s '%s'",
	    reason == MA_REASONS ? "reason <>" : "reason =",
	    reason == MA_REASONS ? "" : ma_reason_word(reason));
	return world_number(w, sql);
}

/* ---- vehicles ---- */

static void
issue(struct world *w, struct vehicle *v, const certificate *template,
    const struct authority *by)
{
	struct implicit_certificate out;
	struct implicit_issuer issuer = {.cert = by->cert};
	struct ecqv_share share;
	struct digest e;
	struct point r_u;

	OK(key_scalar(&issuer.d, by->sign, &fi));
	p256_generate(&share.k_u, &r_u, 1);
	OK(cert_issue_implicit(&out, &w->arena, template, &r_u, &issuer, &fi));
	OK(cert_load(&v->cert, &w->arena, out.raw, &fi));
	OK(cert_resolve(&v->cert, 1, by->cert, NULL));
	share.r = out.r;
	cert_ecqv_hash(&e, v->cert, by->cert);
	OK(ecqv_private(&v->d, &share, &e, &v->cert->key_p256, NULL, 1));
	OK(signer_of_scalar(&v->signer, &v->d, v->cert, &fi));
}

static struct profile_params
params_of(const struct world *w, const struct authority *by, uint16_t i)
{
	struct profile_params p = {
	    .start = environment_period_start(&w->environment, i),
	    .lifetime = {4, 169},
	    .i = i};

	memcpy(p.craca_id, by->cert->tbs->craca_id.b, sizeof(p.craca_id));
	return p;
}

void
vehicle_make_with(struct world *w, struct vehicle *v, unsigned device,
    uint16_t i, const struct lv *lv)
{
	struct profile_params p = params_of(w, &w->pca, i);
	certificate *template;

	memset(v, 0, sizeof(*v));
	v->device = device;
	v->lv = *lv;
	p.linkage_value = v->lv;
	assert_true(linked_n < COUNT(linked));
	linked[linked_n].lv = v->lv;
	linked[linked_n++].device = device;
	OK(profile_build(&template, &w->arena, PROFILE_PSEUDONYM, &p, &fi));
	issue(w, v, template, &w->pca);
}

void
vehicle_make(struct world *w, struct vehicle *v, unsigned device, uint16_t i)
{
	struct lv lv;

	random_bytes(lv.b, sizeof(lv.b));
	vehicle_make_with(w, v, device, i, &lv);
}

void
vehicle_make_as(struct world *w, struct vehicle *v, enum profile profile,
    const struct authority *by)
{
	static const uint64_t psids[] = {PSID_BSM, PSID_MISBEHAVIOR};
	struct profile_params p = params_of(w, by, w->week);
	certificate *template;

	memset(v, 0, sizeof(*v));
	p.rif = (const uint8_t *)"holder-1";
	if (profile != PROFILE_PSEUDONYM)
		p.app_permissions = profile_psids(&w->arena, psids, 2);
	OK(profile_build(&template, &w->arena, profile, &p, &fi));
	issue(w, v, template, by);
}

/* ---- messages ---- */

#define DEGREE 111320.0

struct bytes
world_bsm(struct world *w, const struct vehicle *v, const struct drive *d,
    enum signer_form form)
{
	struct spdu_header header = {.psid = PSID_BSM,
	    .has_generation_time = true,
	    .generation_time =
		(uint64_t)d->base * 1000000 + (uint64_t)(d->ms * 1000)};
	uint8_t octets[MONARCH_BSM_SIZE];
	struct monarch_bsm bsm;
	struct bytes out;

	monarch_bsm_init(&bsm);
	bsm.latitude = lround((40 + d->north / DEGREE) * 1e7);
	bsm.longitude =
	    lround((-83 + d->east / DEGREE / cos(40 * acos(-1) / 180)) * 1e7);
	bsm.elevation = 2000;
	bsm.semi_major = bsm.semi_minor = d->precise ? 2 : 40;
	bsm.orientation = 0;
	bsm.speed = lround(d->speed / 0.02);
	bsm.heading = 0;
	bsm.accel_long = 0;
	bsm.width = 180;
	bsm.length = 450;
	OK(monarch_bsm_encode(octets, &bsm, &fi));
	OK(spdu_sign(
	    &out, &w->arena, &header, BYTES(octets), form, &v->signer, &fi));
	return out;
}

void
world_speeding(struct world *w, struct bytes out[3], const struct vehicle *v,
    uint32_t base, double north)
{
	struct drive d = {.base = base, .north = north, .speed = 30};

	out[0] = world_bsm(w, v, &d, SIGNER_CERTIFICATE);
	d.ms = 100;
	d.north += 3;
	out[1] = world_bsm(w, v, &d, SIGNER_DIGEST);
	d.ms = 200;
	d.north += 3;
	d.speed = 130;
	out[2] = world_bsm(w, v, &d, SIGNER_DIGEST);
}

struct bytes
world_report_with(struct world *w, const struct vehicle *reporter,
    const struct misbehavior_report *r, uint32_t made)
{
	const struct report_origin origin = {
	    .generated = (uint64_t)made * 1000000, .place = REPORT_NO_PLACE};
	struct bytes out;

	OK(misbehavior_report_seal(&out, &w->arena, r, &origin,
	    &reporter->signer, w->ma_keys.cert, &fi));
	return out;
}

struct bytes
world_report(struct world *w, const struct vehicle *reporter,
    enum misbehavior_kind kind, const struct bytes *bsms, size_t n,
    uint32_t made)
{
	const struct misbehavior_report r = {
	    .kind = kind, .bsms = bsms, .n = n};

	return world_report_with(w, reporter, &r, made);
}

struct bytes
world_seen(struct world *w, const struct vehicle *reporter,
    const struct vehicle *suspect, uint32_t ago, double north)
{
	struct bytes bsms[3];

	world_speeding(w, bsms, suspect, w->now - ago, north);
	return world_report(
	    w, reporter, MISBEHAVIOR_SPEED, bsms, 3, w->now - ago + 10);
}

struct bytes
world_good(struct world *w, const struct vehicle *reporter,
    const struct vehicle *suspect)
{
	return world_seen(w, reporter, suspect, 60, 0);
}

enum ma_reason
world_bring(struct world *w, struct bytes in)
{
	struct arena arena = arena_new(16u << 20);
	struct ma_report report;
	enum ma_reason reason;

	if (ma_report_check(&report, &reason, w->ma, &arena, in, w->now, &fi) ==
	    FAULT_OK) {
		assert_int_equal(reason, MA_REASONS);
		OK(ma_report_store(w->ma, &report, &fi));
	} else if (reason != MA_REASONS) {
		OK(ma_report_refuse(w->ma, reason, &fi));
	} else {
		fail_msg("%s", fi.text);
	}
	arena_free(&arena);
	return reason;
}

/* No frame of a daemon is around the service here. */
bool __wrap_service_stopping(const struct service *);

bool
__wrap_service_stopping(const struct service *service)
{
	(void)service;
	return false;
}

/* ---- PCA and LAs ---- */

static unsigned
device_of(const struct ma_lv *lv)
{
	for (size_t k = 0; k < linked_n; k++)
		if (memcmp(linked[k].lv.b, lv->lv.b, sizeof(lv->lv.b)) == 0)
			return linked[k].device;
	fail_msg("asked about a linkage value that there is not");
	return 0;
}

enum fault __wrap_ma_ask_linked(struct ma *, size_t *, const struct ma_lv *,
    size_t, const char *, struct fault_info *);

enum fault
__wrap_ma_ask_linked(struct ma *ma, size_t *matches, const struct ma_lv *lv,
    size_t n, const char *why, struct fault_info *info)
{
	size_t same;

	(void)ma;
	assert_true(n > 1 && strlen(why) > 0 && strlen(why) <= 200);
	assert_null(strpbrk(why, "\"\\"));
	oracle.asked++;
	oracle.largest = n > oracle.largest ? n : oracle.largest;
	if (oracle.refuse != FAULT_OK)
		return fault_set(info, oracle.refuse, "told to");
	for (size_t a = 0; a < n; a++)
		if (device_of(&lv[a]) == oracle.patient)
			return fault_set(info, FAULT_BUSY, "for a device");
	*matches = 0;
	for (size_t a = 0; a < n; a++) {
		same = 0;
		for (size_t b = 0; b < n; b++)
			same += device_of(&lv[a]) == device_of(&lv[b]);
		*matches = same > *matches ? same : *matches;
	}
	return FAULT_OK;
}
