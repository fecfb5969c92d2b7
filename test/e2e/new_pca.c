/*
 * new_pca.c - what the ICA does when a PCA is added or renewed, for tests.
 *
 *	new_pca issue OFFLINE PASSPHRASE NAME HOURS COUNTRY OUT
 *		makes keys and certificate of a PCA, and its TLS certificate, in
 *		the folder OUT; it begins 8 days ago
 *	new_pca chain LCCF CERTIFICATE
 *		puts the next version of a chain file, with this certificate
 *		too, in its place
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/time32.h"
#include "cert/chainfile.h"
#include "cert/issue.h"
#include "cert/profile.h"
#include "http/x509.h"
#include "keys/key.h"
#include "service/service.h"

#define CERT_MAX 4096
#define DAY	 86400u

static struct arena arena;
static struct fault_info fi;

#define must(expr)                                                   \
	do {                                                         \
		if ((expr) != FAULT_OK) {                            \
			fprintf(stderr, "%s: %s\n", #expr, fi.text); \
			exit(EXIT_FAILURE);                          \
		}                                                    \
	} while (0)

static const char *
in(const char *folder, const char *name)
{
	const char *path = arena_printf(&arena, "%s/%s", folder, name);

	if (path == NULL)
		exit(EXIT_FAILURE);
	return path;
}

static struct cert *
load(const char *path)
{
	struct bytes raw;
	struct cert *c;

	must(file_read(&raw, &arena, path, CERT_MAX, &fi));
	must(cert_load(&c, &arena, raw, &fi));
	return c;
}

static void
issue_tls(
    const char *offline, const char *pass, const char *name, const char *out)
{
	uint32_t now = time32_now();
	struct x509_ca *ca;

	must(x509_open_ca(&ca, in(offline, "tls-ca/tls-ca.pem"),
	    in(offline, "tls-ca/tls-ca.key"), pass, &fi));
	must(x509_issue(ca, in(out, "tls.pem"), in(out, "tls.key"), name,
	    (struct x509_validity){now - 8 * DAY, now + 1000 * DAY}, &fi));
	x509_close_ca(ca);
}

static int
issue(char **argv)
{
	const char *offline = argv[0], *name = argv[2], *out = argv[5];
	uint16_t country = (uint16_t)atoi(argv[4]);
	struct cert *root = load(in(offline, "root/cert.oer"));
	struct cert *ica = load(in(offline, "ica/cert.oer"));
	struct key *key, *sign = key_generate(CURVE_P256);
	struct key *enc = key_generate(CURVE_P256);
	struct profile_params p = {.name = name,
	    .start = time32_now() - 8 * DAY,
	    .lifetime = {CONF_HOURS, (uint16_t)atoi(argv[3])},
	    .verify_key = *key_public(sign),
	    .encryption_key = key_public(enc)};
	struct signer signer;
	certificate *template;
	struct bytes pass, raw;
	const char *text;

	must(file_read(&pass, &arena, argv[1], CERT_MAX, &fi));
	text = arena_printf(&arena, "%.*s",
	    (int)strcspn((const char *)pass.p, "\n"), (const char *)pass.p);
	p.region = profile_countries(&arena, &country, 1);
	memcpy(p.craca_id, root->id + 5, 3);
	must(key_load(
	    &key, in(offline, "ica/sign.key"), bytes_of_string(text), &fi));
	must(key_signer(&signer, key, ica, &fi));
	must(profile_build(&template, &arena, PROFILE_PCA, &p, &fi));
	must(cert_issue_explicit(&raw, &arena, template, &signer, &fi));
	must(file_mkdir(out, 0700, &fi));
	must(file_create(in(out, "cert.oer"), raw, 0644, &fi));
	must(key_save(sign, in(out, "sign.key"), BYTES_NONE, &fi));
	must(key_save(enc, in(out, "enc.key"), BYTES_NONE, &fi));
	issue_tls(offline, text, name, out);
	return EXIT_SUCCESS;
}

static int
chain(char **argv)
{
	struct chain_file f;
	struct bytes raw, *certs;

	must(file_read(&raw, &arena, argv[0], 1u << 20, &fi));
	must(chain_file_open(&f, &arena, raw, &fi));
	certs = ARENA_ARRAY(&arena, f.n_cert + 1, struct bytes);
	memcpy(certs, f.cert, f.n_cert * sizeof(*certs));
	must(file_read(&certs[f.n_cert++], &arena, argv[1], CERT_MAX, &fi));
	f.cert = certs;
	f.lccf_version++;
	must(chain_file_build(&raw, &arena, &f, &fi));
	must(file_write(argv[0], raw, 0644, &fi));
	return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
	const char *clock = getenv("MONARCH_CLOCK");

	arena = arena_new((size_t)4 << 20);
	if (clock != NULL)
		must(service_clock_read(clock, &fi));
	if (argc == 8 && strcmp(argv[1], "issue") == 0)
		return issue(argv + 2);
	if (argc == 4 && strcmp(argv[1], "chain") == 0)
		return chain(argv + 2);
	return 64;
}
