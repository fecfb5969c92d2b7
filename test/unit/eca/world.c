/* world.c - see world.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "cert/convert.h"
#include "cert/issue.h"
#include "cert/profile.h"
#include "cert/request.h"
#include "schema/scms_protocol.h"
#include "world.h"

static struct fault_info fi;

#define OK(expr)                                            \
	do {                                                \
		if ((expr) != FAULT_OK)                     \
			fail_msg("%s: %s", #expr, fi.text); \
	} while (0)

struct authority {
	struct key *sign, *enc;
	struct cert *cert;
	struct signer signer;
};

static void
make(struct world *w, struct authority *a, enum profile profile,
    const char *name, const struct authority *issuer)
{
	struct profile_params p = {.name = name,
	    .start = NOW - 9 * 86400,
	    .lifetime = profile_lifetime(profile, LIFETIME_TEST)};
	certificate *template;
	struct signer self;
	struct bytes raw;

	a->sign = key_generate(CURVE_P256);
	a->enc = profile == PROFILE_ECA ? key_generate(CURVE_P256) : NULL;
	p.verify_key = *key_public(a->sign);
	p.encryption_key = a->enc != NULL ? key_public(a->enc) : NULL;
	if (issuer != NULL) {
		const struct cert *top = issuer->cert;

		while (top->issuer != NULL)
			top = top->issuer;
		memcpy(p.craca_id, top->id + 5, 3);
	}
	OK(profile_build(&template, &w->arena, profile, &p, &fi));
	if (issuer == NULL)
		OK(key_signer(&self, a->sign, NULL, &fi));
	else
		self = issuer->signer;
	OK(cert_issue_explicit(&raw, &w->arena, template, &self, &fi));
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
release(struct authority *a)
{
	key_free(a->sign);
	key_free(a->enc);
}

static void
furnish(struct world *w)
{
	struct authority root = {0}, ica = {0}, eca = {0};
	char path[PATH_SIZE];

	make(w, &root, PROFILE_ROOT, "rca.test", NULL);
	make(w, &ica, PROFILE_ICA, "ica.test", &root);
	make(w, &eca, PROFILE_ECA, "eca.test", &ica);
	make_folder(w, "trust");
	make_folder(w, "known");
	make_folder(w, "data");
	write_file(w, "trust/root.oer", root.cert->raw);
	write_file(w, "known/ICA.oer", ica.cert->raw);
	write_file(w, "cert.oer", eca.cert->raw);
	path_join(path, w->folder, "sign.key");
	OK(key_save(eca.sign, path, BYTES_NONE, &fi));
	path_join(path, w->folder, "enc.key");
	OK(key_save(eca.enc, path, BYTES_NONE, &fi));
	release(&root);
	release(&ica);
	release(&eca);
}

void
world_open(struct world *w)
{
	*w = (struct world){.folder = "/tmp/eca-test.XXXXXX"};
	w->arena = arena_new(64u << 20);
	assert_non_null(mkdtemp(w->folder));
	OK(environment_defaults(&w->env, &w->arena, ENVIRONMENT_TEST, &fi));
	furnish(w);
	OK(audit_open(&w->audit, w->folder, &fi));
	OK(eca_open(&w->eca, w->folder, &w->env, w->audit, &fi));
}

void
world_restart(struct world *w)
{
	eca_close(w->eca);
	OK(eca_open(&w->eca, w->folder, &w->env, w->audit, &fi));
}

void
world_close(struct world *w)
{
	char command[128];

	eca_close(w->eca);
	audit_close(w->audit);
	arena_free(&w->arena);
	snprintf(command, sizeof(command), "rm -rf '%s'", w->folder);
	assert_int_equal(system(command), 0);
}

static void
name_psids(struct csr_maker *m)
{
	m->nothing = BYTES_NONE;
	m->empty_ssp = (sequence_of_octet_string){.n = 1, .v = &m->nothing};
	m->psid[0].psid = 0x20;
	m->psid[1].psid = 0x26;
	m->group.subject_permissions.is = subject_permissions_explicit;
	m->group.subject_permissions.explicit.n = 2;
	m->group.subject_permissions.explicit.v = m->psid;
	m->group.min_chain_length = 0;
	m->group.ee_type = END_ENTITY_TYPE_APP;
	m->groups.n = 1;
	m->groups.v = &m->group;
}

void
csr_begin(struct csr_maker *m)
{
	to_be_signed_certificate *t = &m->request.tbs_data;
	struct curve_point key;

	memset(m, 0, sizeof(*m));
	p256_generate(&m->d, &m->Q, 1);
	m->request.version = 1;
	m->request.current_time = NOW;
	t->id.is = certificate_id_name;
	t->id.name = BYTES_NONE;
	t->validity_period.start = NOW;
	t->validity_period.duration.is = duration_years;
	t->validity_period.duration.years = 3;
	m->region.is = geographic_region_identified_region;
	m->region.identified_region.n = 1;
	m->region.identified_region.v = m->identified;
	m->identified[0].is = identified_region_country_only;
	m->identified[0].country_only = 840;
	t->region = &m->region;
	name_psids(m);
	t->cert_request_permissions = &m->groups;
	t->verify_key_indicator.is =
	    verification_key_indicator_verification_key;
	curve_of_p256(&key, &m->Q);
	curve_compress(&key);
	key_to_schema(&t->verify_key_indicator.verification_key, &key);
}

struct bytes
csr_sign(const struct csr_maker *m, struct arena *arena, bool extra_octet)
{
	scms_pdu pdu = {.version = 1};
	struct bytes body, out;
	struct signer signer;

	pdu.content.is = scms_pdu_content_eca_ee;
	pdu.content.eca_ee.is =
	    eca_end_entity_interface_pdu_ee_eca_cert_request;
	pdu.content.eca_ee.ee_eca_cert_request = m->request;
	OK(coer_encode_new(&body, arena, &scms_pdu_asn, &pdu, &fi));
	OK(signer_of_scalar(&signer, &m->d, NULL, &fi));
	OK(request_sign(
	    &out, arena, body, extra_octet, SIGNER_SELF, &signer, &fi));
	return out;
}
