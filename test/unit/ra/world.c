/* world.c - see world.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/time32.h"
#include "cert/convert.h"
#include "cert/encrypt.h"
#include "cert/issue.h"
#include "cert/profile.h"
#include "cert/request.h"
#include "crypto/random.h"
#include "role/ra/handlers.h"
#include "test/unit/ra/world.h"

struct fault_info fi;

static const struct {
	const char *name;
	enum profile profile;
	enum who issuer;
	bool encrypts;
	uint16_t la_id;
} actors[WHOS] = {
    [WHO_ROOT] = {"root.monarch.test", PROFILE_ROOT, WHO_ROOT, false, 0},
    [WHO_ICA] = {"ica.monarch.test", PROFILE_ICA, WHO_ROOT, false, 0},
    [WHO_ECA] = {"eca.monarch.test", PROFILE_ECA, WHO_ICA, true, 0},
    [WHO_PCA] = {"pca.monarch.test", PROFILE_PCA, WHO_ICA, true, 0},
    [WHO_RA] = {"ra.monarch.test", PROFILE_RA, WHO_ICA, true, 0},
    [WHO_LA1] = {"la1.monarch.test", PROFILE_LA, WHO_ICA, true, 1},
    [WHO_LA2] = {"la2.monarch.test", PROFILE_LA, WHO_ICA, true, 2},
    [WHO_STRANGER] = {"eca.elsewhere.test", PROFILE_ECA, WHO_ICA, true, 0},
    [WHO_PCA2] = {"pca2.monarch.test", PROFILE_PCA, WHO_ICA, true, 0},
    [WHO_MA] = {"ma.monarch.test", PROFILE_MA, WHO_ICA, true, 0},
};

/* ---- certificates ---- */

static void
make_actor(struct world *w, enum who who)
{
	static const uint16_t countries[] = {124, 840};
	struct actor *a = &w->actor[who];
	const struct actor *issuer = &w->actor[actors[who].issuer];
	struct profile_params p = {
	    .name = actors[who].name,
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

	if (who == WHO_ICA || who == WHO_ECA)
		p.region = profile_countries(&w->arena, countries, 2);
	if (who == WHO_PCA || who == WHO_PCA2)
		p.lifetime = (struct lifetime){6, 4};
	a->sign = key_generate(CURVE_P256);
	p.verify_key = *key_public(a->sign);
	if (actors[who].encrypts) {
		a->enc = key_generate(CURVE_P256);
		enc = *key_public(a->enc);
		p.encryption_key = &enc;
	}
	if (who != WHO_ROOT)
		memcpy(p.craca_id, w->actor[WHO_ROOT].cert->id + 5, 3);
	must(profile_build(&template, &w->arena, actors[who].profile, &p, &fi));
	if (who == WHO_ROOT)
		must(key_signer(&self, a->sign, NULL, &fi));
	else
		self = issuer->signer;
	must(cert_issue_explicit(&raw, &w->arena, template, &self, &fi));
	must(cert_load(&a->cert, &w->arena, raw, &fi));
	must(key_signer(&a->signer, a->sign, a->cert, &fi));
}

static void
put(const struct world *w, const char *name, struct bytes octets)
{
	char path[PATH_SIZE];

	path_join(path, w->dir, name);
	must(file_write(path, octets, 0600, &fi));
}

static void
make_folder(const struct world *w)
{
	static const char *const folders[] = {"data", "trust", "known"};
	char path[PATH_SIZE], name[64];

	for (size_t k = 0; k < 3; k++) {
		path_join(path, w->dir, folders[k]);
		must(file_mkdir(path, 0700, &fi));
	}
	put(w, "cert.oer", w->actor[WHO_RA].cert->raw);
	put(w, "trust/root.oer", w->actor[WHO_ROOT].cert->raw);
	for (int who = WHO_ICA; who < WHOS; who++) {
		snprintf(name, sizeof(name), "known/%s.oer", actors[who].name);
		put(w, name, w->actor[who].cert->raw);
	}
	path_join(path, w->dir, "sign.key");
	must(key_save(w->actor[WHO_RA].sign, path, BYTES_NONE, &fi));
	path_join(path, w->dir, "enc.key");
	must(key_save(w->actor[WHO_RA].enc, path, BYTES_NONE, &fi));
}

static void
configure(struct world *w)
{
	static const char *const names[] = {"eca.monarch.test"};
	static const char *const pcas[] = {"pca"};
	struct environment *e = &w->service.environment;

	must(environment_defaults(e, &w->arena, ENVIRONMENT_TEST, &fi));
	e->shuffle_devices = 3;
	e->shuffle_count = 24;
	e->shuffle_max_age_seconds = WORLD_MAX_AGE;
	e->allow_small_sets = false;
	e->certs_per_i_period = 4;
	e->supply_weeks = 5;
	e->plv_weeks_per_fetch = 3;
	e->plv_cache_pairs = 6;
	w->conf = (struct ra_conf){
	    .la1 = "la1",
	    .la2 = "la2",
	    .pca = {pcas, 1},
	    .pg = "pg",
	    .enroll_at = "eca:8895",
	    .ma = "ma",
	    .lccf = "data/lccf.oer",
	    .lpf = "data/lpf.oer",
	    .eca = {names, 1},
	};
	w->service.dir = w->dir;
	w->service.conf.listen = "127.0.0.1:8892";
	w->service.role_conf = &w->conf;
	must(audit_open(&w->service.audit, w->dir, &fi));
}

void
world_make(struct world *w)
{
	memset(w, 0, sizeof(*w));
	/* three days into the running period, whenever the test is run */
	time_set_offset(0);
	time_set_offset(3 * 86400 - (int64_t)((time32_now() - I_ZERO_DEFAULT) %
					      I_PERIOD_DEFAULT));
	w->arena = arena_new((size_t)64 << 20);
	/* in memory where possible: what SIGKILL leaves is the same there */
	strcpy(w->dir, "/dev/shm/ra-world.XXXXXX");
	if (mkdtemp(w->dir) == NULL) {
		strcpy(w->dir, "/tmp/ra-world.XXXXXX");
		assert_non_null(mkdtemp(w->dir));
	}
	for (int who = 0; who < WHOS; who++)
		make_actor(w, (enum who)who);
	make_folder(w);
	configure(w);
}

void
world_add_pca(struct world *w)
{
	static const char *const pcas[] = {"pca", "pca2"};

	w->conf.pca = (struct conf_list){pcas, 2};
}

void
world_renew_pca(struct world *w)
{
	key_free(w->former.sign);
	key_free(w->former.enc);
	w->former = w->actor[WHO_PCA];
	make_actor(w, WHO_PCA);
	put(w, "known/renewed.oer", w->actor[WHO_PCA].cert->raw);
}

void
world_start(struct world *w)
{
	must(ra_open(&w->ra, &w->service, &fi));
	must(db_open(&w->db, w->ra->db_path, &ra_schema, &fi));
}

void
world_stop(struct world *w)
{
	db_close(w->db);
	ra_close(w->ra);
	w->db = NULL;
	w->ra = NULL;
}

void
world_remove(struct world *w)
{
	char command[128];

	world_stop(w);
	audit_close(w->service.audit);
	for (int who = 0; who < WHOS; who++) {
		key_free(w->actor[who].sign);
		key_free(w->actor[who].enc);
	}
	key_free(w->former.sign);
	key_free(w->former.enc);
	arena_free(&w->arena);
	snprintf(command, sizeof(command), "rm -rf '%s'", w->dir);
	assert_int_equal(system(command), 0);
	time_set_offset(0);
}

void
world_wait(struct world *w, int weeks)
{
	time_set_offset(
	    time_offset() +
	    weeks * (int64_t)w->service.environment.i_period_seconds);
}

/* ---- devices ---- */

struct profile_params device_params;

void
device_make(struct device *d, struct world *w, enum who eca)
{
	struct profile_params p = {
	    .name = "",
	    .start = time32_now() - 86400,
	    .lifetime = {6, 10},
	    .region = device_params.region,
	    .request_permissions = device_params.request_permissions,
	};
	struct implicit_issuer issuer = {.cert = w->actor[eca].cert};
	struct implicit_certificate issued;
	struct point r_u;
	struct scalar k_u;
	struct digest e;
	certificate *template;

	memset(d, 0, sizeof(*d));
	memcpy(p.craca_id, w->actor[WHO_ROOT].cert->id + 5, 3);
	must(key_scalar(&issuer.d, w->actor[eca].sign, &fi));
	must(profile_build(&template, &w->arena, PROFILE_ENROLLMENT, &p, &fi));
	p256_generate(&k_u, &r_u, 1);
	must(cert_issue_implicit(
	    &issued, &w->arena, template, &r_u, &issuer, &fi));
	must(cert_load(&d->cert, &w->arena, issued.raw, &fi));
	must(cert_check_issued(d->cert, w->actor[eca].cert, &fi));
	cert_ecqv_hash(&e, d->cert, w->actor[eca].cert);
	{
		struct scalar es;

		scalar_reduce(&es, e.b);
		scalar_mul_add(&d->d, &es, &k_u, &issued.r);
	}
	p256_generate(&d->a, &d->A, 1);
	p256_generate(&d->h, &d->H, 1);
	d->sign.use = BUTTERFLY_CERTIFICATE;
	d->encrypt.use = BUTTERFLY_ENCRYPTION;
	random_bytes(&d->sign.expansion, 16);
	random_bytes(&d->encrypt.expansion, 16);
}

static void
set_key(unsigned_butterfly_params *out, const struct point *p,
    const struct butterfly *b)
{
	struct curve_point c;

	curve_of_p256(&c, p);
	curve_compress(&c);
	point_to_schema(&out->seed_key, &c);
	memcpy(out->expansion.b, &b->expansion, 16);
}

struct bytes
device_pdu(const struct device *d, struct arena *arena, uint32_t time)
{
	scms_pdu pdu = {.version = 1};
	ee_ra_pseudonym_cert_provisioning_request *m =
	    &pdu.content.ee_ra.ee_ra_pseudonym_cert_provisioning_request;
	struct bytes out;

	pdu.content.is = scms_pdu_content_ee_ra;
	pdu.content.ee_ra.is =
	    end_entity_ra_interface_pdu_ee_ra_pseudonym_cert_provisioning_request;
	m->version = 1;
	set_key(&m->verify_key_info, &d->A, &d->sign);
	set_key(&m->resp_enc_key_info, &d->H, &d->encrypt);
	m->common.current_time = time;
	m->common.requested_start_time = time;
	must(coer_encode_new(&out, arena, &scms_pdu_asn, &pdu, &fi));
	return out;
}

struct bytes
device_send(const struct device *d, struct world *w, struct arena *arena,
    struct bytes pdu, bool extra_octet)
{
	struct signer signer;
	struct bytes plain, out;

	must(signer_of_scalar(&signer, &d->d, d->cert, &fi));
	must(request_sign(
	    &plain, arena, pdu, extra_octet, SIGNER_CERTIFICATE, &signer, &fi));
	must(spdu_encrypt(&out, arena, plain, w->actor[WHO_RA].cert, &fi));
	return out;
}

void
device_ask(struct device *d, struct world *w)
{
	d->request = device_send(
	    d, w, &w->arena, device_pdu(d, &w->arena, time32_now()), false);
	sha256_id(d->id, sizeof(d->id), d->request);
}

static enum fault
got_number(void *ctx, const struct db_row *row, struct fault_info *f)
{
	struct device *d = ctx;

	(void)f;
	d->number = db_int(row, 0);
	return FAULT_OK;
}

void
finish_gathered(struct ra *ra, const struct http_request *const *requests,
    struct http_response *const *responses, size_t n)
{
	const struct http_request *q[HTTP_GATHER_MAX];
	struct http_response *r[HTTP_GATHER_MAX];
	http_gathered *fn;
	size_t m;

	do {
		fn = NULL;
		m = 0;
		for (size_t k = 0; k < n; k++) {
			if (responses[k]->gathered == NULL ||
			    (fn != NULL && responses[k]->gathered != fn))
				continue;
			fn = responses[k]->gathered;
			responses[k]->gathered = NULL;
			q[m] = requests[k];
			r[m++] = responses[k];
		}
		if (m > 0)
			fn(ra, q, r, m);
	} while (m > 0);
}

unsigned
device_provision(struct device *d, struct world *w)
{
	struct arena arena = arena_new((size_t)1 << 20);
	struct http_request request = {
	    .method = "POST",
	    .path = "/provision-pseudonym-certificate-batch",
	    .body = d->request,
	    .arena = &arena,
	};
	struct http_response response = {.status = 200, .fd = -1};
	const struct http_request *const requests[] = {&request};
	struct http_response *const responses[] = {&response};

	ra_provision(w->ra, &request, &response);
	finish_gathered(w->ra, requests, responses, 1);
	arena_free(&arena);
	must(DB_EACH(w->db, DO_DEVICE_BY_ENROLLMENT, got_number, d, &fi,
	    DB_BLOB(d->cert->hash, d->cert->hash_n)));
	return response.status;
}
