/* world.c - an SCMS in one process: its certificates and its ECA. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/time32.h"
#include "cert/ballot.h"
#include "cert/chainfile.h"
#include "cert/crl.h"
#include "cert/issue.h"
#include "cert/perm.h"
#include "cert/policy.h"
#include "cert/profile.h"
#include "cert/request.h"
#include "crypto/random.h"
#include "device/zipfile.h"
#include "schema/scms_protocol.h"
#include "test/unit/device/world.h"
#include "test/unit/device/world_int.h"

#define START (WORLD_NOW - 30 * 86400u)

static const char tls_root[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBgjCCASmgAwIBAgIUDmn+oMwfXQRuB520ktRtsqADAxkwCgYIKoZIzj0EAwIw\n"
    "FjEUMBIGA1UEAwwLdGVzdCBUTFMgQ0EwIBcNMjYxMTIyMTUyNDQ1WhgPMjEyNjEw\n"
    "MjkxNTI0NDVaMBYxFDASBgNVBAMMC3Rlc3QgVExTIENBMFkwEwYHKoZIzj0CAQYI\n"
    "KoZIzj0DAQcDQgAERG2DFOfRHNqOQ389ZsxCVOgs2KrqrbBQeA/Zsd0yde7mJc5x\n"
    "+VS7FQig8Bop7MFyLCg3T8013IlKdDVM6V7lnqNTMFEwHQYDVR0OBBYEFNW1/7ud\n"
    "XVSt6oIMi/g+4SRYAInSMB8GA1UdIwQYMBaAFNW1/7udXVSt6oIMi/g+4SRYAInS\n"
    "MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIge+pY4LsVVYfGmd1n\n"
    "aw3nf49YcdA0v0cmHk8KnTWpfkgCICfUbV4JfYGmC4N8Os1CnNqhBJqix4S4olM1\n"
    "sRYgXD58\n"
    "-----END CERTIFICATE-----\n";

static const struct {
	const char *file, *name;
	enum profile profile;
	enum actor issuer;
	bool encrypts;
} actors[ACTORS] = {
    [ACTOR_ROOT] = {"root.oer", "root.monarch.test", PROFILE_ROOT, ACTOR_ROOT,
	false},
    [ACTOR_ELECTOR1] = {"elector1.oer", NULL, PROFILE_ELECTOR, ACTOR_ELECTOR1,
	false},
    [ACTOR_ELECTOR2] = {"elector2.oer", NULL, PROFILE_ELECTOR, ACTOR_ELECTOR2,
	false},
    [ACTOR_ELECTOR3] = {"elector3.oer", NULL, PROFILE_ELECTOR, ACTOR_ELECTOR3,
	false},
    [ACTOR_ICA] = {"ICA.oer", "ica.monarch.test", PROFILE_ICA, ACTOR_ROOT,
	false},
    [ACTOR_ECA] = {"ECA.oer", "eca.monarch.test", PROFILE_ECA, ACTOR_ICA, true},
    [ACTOR_PCA] = {"PCA.oer", "pca.monarch.test", PROFILE_PCA, ACTOR_ICA, true},
    [ACTOR_RA] = {"RA.oer", WORLD_RA, PROFILE_RA, ACTOR_ICA, true},
    [ACTOR_MA] = {"MA.oer", "ma.monarch.test", PROFILE_MA, ACTOR_ROOT, true},
    [ACTOR_PG] = {"PG.oer", "pg.monarch.test", PROFILE_PG, ACTOR_ROOT, false},
    [ACTOR_ROOT2] = {NULL, "root2.monarch.test", PROFILE_ROOT, ACTOR_ROOT2,
	false},
    [ACTOR_ROOT3] = {NULL, "root3.monarch.test", PROFILE_ROOT, ACTOR_ROOT3,
	false},
    [ACTOR_ELECTOR4] = {NULL, NULL, PROFILE_ELECTOR, ACTOR_ELECTOR4, false},
    [ACTOR_ELECTOR5] = {NULL, NULL, PROFILE_ELECTOR, ACTOR_ELECTOR5, false},
    [ACTOR_PCA2] = {NULL, "pca2.monarch.test", PROFILE_PCA, ACTOR_ICA, true},
    [ACTOR_CRLG] = {"CRLG.oer", "crlg.monarch.test", PROFILE_CRLG, ACTOR_ROOT,
	false},
};

void
must(enum fault fault, const struct fault_info *fi, const char *what)
{
	if (fault != FAULT_OK)
		fail_msg("%s: %s: %s", what, fault_name(fault),
		    fi == NULL ? "" : fi->text);
}

void
world_clock(uint32_t now)
{
	time_set_offset(time32_to_posix(now) - (int64_t)time(NULL));
}

/* ---- certificates ---- */

static void
make_key(struct scalar *d, struct curve_point *q)
{
	struct point p;

	p256_generate(d, &p, 1);
	curve_of_p256(q, &p);
}

static void
make_actor(struct world *w, enum actor id)
{
	struct world_actor *a = &w->actor[id];
	const struct world_actor *issuer = &w->actor[actors[id].issuer];
	struct profile_params params = {.name = actors[id].name,
	    .start = START,
	    .lifetime = profile_lifetime(actors[id].profile, LIFETIME_TEST)};
	struct signer self;
	certificate *template;
	struct fault_info fi = {0};

	make_key(&a->sign, &a->sign_public);
	make_key(&a->encrypt, &a->encrypt_public);
	params.verify_key = a->sign_public;
	params.binary_id = (uint8_t)id;
	if (actors[id].encrypts)
		params.encryption_key = &a->encrypt_public;
	if (actors[id].issuer != id)
		memcpy(params.craca_id, w->actor[ACTOR_ROOT].cert->id + 5, 3);
	MUST(profile_build(
	    &template, &w->arena, actors[id].profile, &params, &fi));
	MUST(signer_of_scalar(&self, &a->sign, NULL, &fi));
	MUST(cert_issue_explicit(&a->raw, &w->arena, template,
	    actors[id].issuer == id ? &self : &issuer->signer, &fi));
	MUST(cert_load(&a->cert, &w->arena, a->raw, &fi));
	MUST(signer_of_scalar(&a->signer, &a->sign, a->cert, &fi));
}

struct bytes
world_ballot(struct world *w, enum endorsement kind, const struct cert *subject,
    const enum actor *electors, size_t n)
{
	struct bytes endorsement[8], ballot;
	struct fault_info fi = {0};

	for (size_t k = 0; k < n; k++)
		MUST(endorsement_sign(&endorsement[k], &w->arena, kind, subject,
		    START + 100, &w->actor[electors[k]].signer, &fi));
	MUST(ballot_build(&ballot, &w->arena, subject, endorsement, n, &fi));
	return ballot;
}

static struct bytes
make_ballot(struct world *w, unsigned n, bool twice)
{
	struct bytes endorsement[ELECTORS + 1], ballot;
	struct fault_info fi = {0};

	for (unsigned k = 0; k < n; k++)
		MUST(endorsement_sign(&endorsement[k], &w->arena,
		    ENDORSE_ADD_ROOT, w->actor[ACTOR_ROOT].cert, START + 100,
		    &w->actor[ACTOR_ELECTOR1 + k].signer, &fi));
	if (twice)
		endorsement[n++] = endorsement[0];
	MUST(ballot_build(&ballot, &w->arena, w->actor[ACTOR_ROOT].cert,
	    endorsement, n, &fi));
	return ballot;
}

void
world_chain_file(struct world *w, const struct bytes *root_ballot, size_t roots,
    const struct bytes *others, size_t electors)
{
	struct bytes cert[] = {w->actor[ACTOR_ICA].raw, w->actor[ACTOR_ECA].raw,
	    w->actor[w->pca].raw, w->actor[ACTOR_RA].raw,
	    w->actor[ACTOR_PG].raw, w->actor[ACTOR_CRLG].raw};
	const struct chain_file file = {.local = true,
	    .gccf_version = 1,
	    .lccf_version = (uint16_t)++w->lccf_version,
	    .ra_hostname = WORLD_RA,
	    .root_ballot = root_ballot,
	    .n_root_ballot = roots,
	    .elector_ballot = others,
	    .n_elector_ballot = electors,
	    .ma = w->actor[ACTOR_MA].raw,
	    .cert = cert,
	    .n_cert = sizeof(cert) / sizeof(cert[0])};
	struct fault_info fi = {0};

	MUST(chain_file_build(&w->lccf, &w->arena, &file, &fi));
}

void
world_endorsers(struct world *w, unsigned n, bool twice)
{
	struct bytes ballot = make_ballot(w, n, twice);

	world_chain_file(w, &ballot, 1, NULL, 0);
}

void
world_policy(struct world *w, uint32_t rse_hours)
{
	struct policy_global global = policy_global_default;
	const struct signer *pg = &w->actor[ACTOR_PG].signer;
	const struct signer *ra = &w->actor[ACTOR_RA].signer;
	const struct policy_head head = {.id = bytes_of_string("policy"),
	    .generation_time = (uint64_t)(START + 200) * 1000000,
	    .active_time = (uint64_t)(START + 200) * 1000000};
	const struct policy_local local = {.shuffle_threshold = 200,
	    .certs_per_i_period = WORLD_JMAX,
	    .pca = "pca.monarch.test"};
	struct bytes tbs, custom, own;
	struct fault_info fi = {0};
	struct policy_set set;

	global.rse_validity.value = (uint16_t)rse_hours;
	w->rse_hours = rse_hours;
	w->lpf_version++;
	MUST(policy_set_values(&set, &w->arena, &global, &local, &fi));
	MUST(policy_tbs_custom(&tbs, &w->arena, &head, WORLD_RA, &set, &fi));
	MUST(policy_countersign(
	    &custom, &w->arena, tbs, head.generation_time, pg, &fi));
	MUST(policy_tbs_local(&tbs, &w->arena, &head, &set, &fi));
	MUST(policy_countersign(
	    &own, &w->arena, tbs, head.generation_time, ra, &fi));
	MUST(policy_lpf(&w->lpf, &w->arena, custom, own, ra, &fi));
}

struct world *
world_new(void)
{
	struct world *w = calloc(1, sizeof(*w));
	struct fault_info fi = {0};

	world_clock(WORLD_NOW);
	w->arena = arena_new(64u << 20);
	w->call = arena_new(64u << 20);
	for (unsigned id = 0; id < ACTORS; id++)
		make_actor(w, (enum actor)id);
	w->pca = ACTOR_PCA;
	world_endorsers(w, ELECTORS, false);
	world_policy(w, 169);
	random_bytes(w->seed, sizeof(w->seed));
	w->info = 0x2bcdef01;
	w->single_i_last = 3;
	w->trust = trust_new();
	MUST(trust_add_root(w->trust, w->actor[ACTOR_ROOT].raw, &fi));
	MUST(trust_add_known(w->trust, w->lccf, &fi));
	w->ra = calloc(1, sizeof(*w->ra));
	w->enrollment_psid = 0x26;
	w->i_first = WORLD_I;
	w->i_last = WORLD_I + 3;
	return w;
}

void
world_free(struct world *w)
{
	trust_free(w->trust);
	arena_free(&w->arena);
	arena_free(&w->call);
	free(w->ra);
	free(w);
}

/* ---- the ECA ---- */

/* Files of each device beside the certificates. */
#define FILES_BESIDE 8

/* The certificate that the ECA makes for a request. */
void
world_enroll(struct world *w, struct arena *arena,
    struct implicit_certificate *made, struct bytes csr, bool successor)
{
	const struct world_actor *eca = &w->actor[ACTOR_ECA];
	const struct implicit_issuer issuer = {eca->cert, &eca->sign};
	const uint64_t both[] = {0x20, w->enrollment_psid};
	struct profile_params params = {.start = time32_now() - 3600,
	    .lifetime = profile_lifetime(PROFILE_ENROLLMENT, LIFETIME_TEST)};
	const to_be_signed_certificate *asked;
	struct curve_point key;
	struct fault_info fi = {0};
	struct request request;
	certificate *template;
	struct point r_u;

	MUST(request_open(&request, arena, csr, w->trust, time32_now(), &fi));
	asked = &request.pdu->content.eca_ee.ee_eca_cert_request.tbs_data;
	MUST(key_of_schema(
	    &key, &asked->verify_key_indicator.verification_key, &fi));
	MUST(curve_to_p256(&r_u, &key, &fi));
	if (w->enrollment_hours != 0)
		params.lifetime = (struct lifetime){
		    duration_hours, (uint16_t)w->enrollment_hours};
	if (successor)
		params.start = asked->validity_period.start;
	memcpy(params.craca_id, w->actor[ACTOR_ROOT].cert->id + 5, 3);
	params.request_permissions =
	    w->application ? asked->cert_request_permissions
			   : profile_group(arena, both, 2, true, 0, EE_APP);
	params.region = w->application ? asked->region : NULL;
	if (w->successor_mistake == SUCCESSOR_START)
		params.start -= 3600;
	if (w->successor_mistake == SUCCESSOR_PSIDS)
		params.request_permissions =
		    profile_group(arena, both, 1, true, 0, EE_APP);
	if (w->successor_mistake == SUCCESSOR_KEY)
		r_u = eca->cert->key_p256;
	MUST(profile_build(&template, arena, PROFILE_ENROLLMENT, &params, &fi));
	MUST(cert_issue_implicit(made, arena, template, &r_u, &issuer, &fi));
}

static void
enroll(struct world *w, struct arena *arena, struct world_file *file,
    struct bytes csr)
{
	struct implicit_certificate made;
	uint8_t *s = arena_alloc(arena, 32, 1);

	world_enroll(w, arena, &made, csr, false);
	memcpy(s, made.r.b, 32);
	file[0].data = made.raw;
	file[1].data = (struct bytes){s, 32};
}

static void
fill(struct world *w, struct arena *arena, struct world_file *file,
    const char *device, struct bytes csr)
{
	const struct world_file beside[FILES_BESIDE] = {
	    {"enrollment.oer", BYTES_NONE},
	    {"enrollment.s", BYTES_NONE},
	    {"LCCF.oer", w->lccf},
	    {"LPF.oer", w->lpf},
	    {"CRL.oer", BYTES(crl_composite_empty)},
	    {"root.tls", bytes_of_string(tls_root)},
	    {"RA_URL.txt", bytes_of_string("https://" WORLD_RA ":8892\n")},
	    {"Cert_DL_URL.txt",
		bytes_of_string("https://" WORLD_RA ":8892/download/batch")},
	};

	memcpy(file, beside, sizeof(beside));
	enroll(w, arena, file, csr);
	for (unsigned id = 0; id <= ACTOR_CRLG; id++)
		file[FILES_BESIDE + id] =
		    (struct world_file){actors[id].file, w->actor[id].raw};
	for (unsigned k = 0; k < FILES_BESIDE + ACTOR_CRLG + 1; k++)
		file[k].name =
		    arena_printf(arena, "%s/%s", device, file[k].name);
}

struct bytes
world_bundle(struct world *w, struct arena *arena, struct bytes csr_zip,
    void (*change)(void *, struct world_file *, size_t n), void *ctx)
{
	const struct zip_limits limits = {1000, 4096, 1u << 20};
	const size_t each = FILES_BESIDE + ACTOR_CRLG + 1;
	struct zip_entry *csr, *out;
	struct world_file *file;
	struct fault_info fi = {0};
	struct bytes zip;
	size_t n;

	MUST(zipfile_read(&csr, &n, arena, csr_zip, &limits, &fi));
	file = ARENA_ARRAY(arena, n * each, struct world_file);
	out = ARENA_ARRAY(arena, n * each, struct zip_entry);
	for (size_t k = 0; k < n; k++) {
		char device[64];

		snprintf(device, sizeof(device), "%.*s",
		    (int)strlen(csr[k].name) - 4, csr[k].name);
		fill(w, arena, file + k * each, device, csr[k].data);
	}
	if (change != NULL)
		change(ctx, file, n * each);
	for (size_t k = 0; k < n * each; k++)
		out[k] =
		    (struct zip_entry){file[k].name, file[k].data, FAULT_OK};
	MUST(zipfile_build(&zip, arena, out, n * each, &fi));
	return zip;
}

enum fault
world_bootstrap(const char *folder, struct bytes zip, struct fault_info *fi)
{
	struct monarch_bundle *bundle;
	enum fault fault;

	TRY(monarch_bundle_open(&bundle, zip, fi));
	fault = monarch_bootstrap(folder, bundle, fi);
	monarch_bundle_free(bundle);
	return fault;
}

/* ---- devices ---- */

static void
make_device(struct world *w, const struct monarch_csr_terms *terms,
    const char *dir, const char *name, char out[PATH_SIZE])
{
	struct arena arena = arena_new(8u << 20);
	struct fault_info fi = {0};
	char zip[PATH_SIZE];
	const char *folder = out;
	struct bytes csr;

	path_join(out, dir, name);
	path_join(zip, dir, "csr.zip");
	MUST(monarch_csr_new(out, terms, &fi));
	MUST(monarch_csr_zip(zip, &folder, 1, &fi));
	MUST(file_read(&csr, &arena, zip, 1u << 20, &fi));
	MUST(world_bootstrap(
	    out, world_bundle(w, &arena, csr, NULL, NULL), &fi));
	arena_free(&arena);
}

void
world_device(
    struct world *w, const char *dir, const char *name, char out[PATH_SIZE])
{
	const struct monarch_psid both[] = {
	    {.psid = 0x20}, {.psid = w->enrollment_psid}};
	const struct monarch_country where = {.country = 840};
	const struct monarch_csr_terms terms = {
	    .psids = both, .psids_n = 2, .region = {.country = &where, .n = 1}};

	make_device(w, &terms, dir, name, out);
}

void
world_rse(
    struct world *w, const char *dir, const char *name, char out[PATH_SIZE])
{
	const struct monarch_psid psids[] = {
	    {.psid = 0x83, .ssp = MONARCH_SSP_OPAQUE, .n = 1, .value = {7}},
	    {.psid = 0x81,
		.ssp = MONARCH_SSP_BITMAP,
		.n = 2,
		.value = {1, 0xf0},
		.mask = {0xff, 0xf0}}};
	/* In Kansas. */
	const struct monarch_place centre = {386000000, -984000000};
	const struct monarch_csr_terms terms = {.psids = psids,
	    .psids_n = 2,
	    .region = {.form = MONARCH_CIRCLE,
		.place = &centre,
		.n = 1,
		.radius = 5000}};

	w->application = true;
	make_device(w, &terms, dir, name, out);
}

struct monarch_device *
world_open(struct world *w, const char *path)
{
	const struct monarch_settings settings = {.attempts = 1};
	struct monarch_device *d;
	struct fault_info fi = {0};

	MUST(device_open(&d, path, &settings, &fi));
	d->transport = world_transport(w);
	return d;
}

void
world_supply(struct world *w, struct monarch_device *d)
{
	const struct monarch_provision_terms ask = {0};
	const struct monarch_download_terms get = {0};
	struct monarch_download_result result;
	struct fault_info fi = {0};
	uint32_t t;

	(void)w;
	MUST(monarch_provision(d, &t, &ask, &fi));
	MUST(monarch_download(d, &result, &get, &fi));
	assert_int_equal(result.refused, 0);
}
