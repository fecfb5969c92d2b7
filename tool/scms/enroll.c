/* enroll.c - scms enroll: the operator's station at the ECA (UC2). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "enroll/bundle.h"
#include "enroll/eca.h"
#include "tool/common/opt.h"
#include "tool/scms/cmd.h"
#include "tool/scms/csr_zip.h"
#include "tool/scms/part.h"
#include "tool/scms/site.h"

#define MEMORY		((size_t)1 << 30)
#define CALL_MEMORY	(1u << 20)
#define CERTIFICATE_MAX 4096u
#define CHAIN_FILE_MAX	(4u << 20)

struct station {
	const struct site *site;
	struct arena arena;
	struct http_client *client;
	struct trust *trust;
	struct eca_client eca;
	struct bundle_device *devices; /* enrolled ones */
	size_t devices_n;
};

/* ---- set-up ---- */

static enum fault
open_client(struct station *s, struct fault_info *fi)
{
	char ca[PATH_SIZE], cert[PATH_SIZE], key[PATH_SIZE], hosts[PATH_SIZE];
	const struct http_client_config config = {.ca = ca,
	    .cert = cert,
	    .key = key,
	    .hosts = hosts,
	    .tls13_only = true};

	path_join(ca, s->site->dir, "operator/tls-ca.pem");
	path_join(cert, s->site->dir, "operator/tls.pem");
	path_join(key, s->site->dir, "operator/tls.key");
	path_join(hosts, s->site->dir, "hosts");
	s->eca.url = site_url(&s->arena, &s->site->env, parts[PART_ECA].name,
	    parts[PART_ECA].port, ECA_PATH);
	if (s->eca.url == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "URL");
	TRY(http_client_new(&s->client, &config, fi));
	s->eca.http = s->client;
	return FAULT_OK;
}

static enum fault
read_public(struct station *s, struct bytes *out, const char *name,
    struct fault_info *fi)
{
	char folder[PATH_SIZE], path[PATH_SIZE];

	path_join(folder, s->site->dir, "public");
	path_join(path, folder, name);
	return file_read(out, &s->arena, path, CERTIFICATE_MAX, fi);
}

static enum fault
open_trust(struct station *s, struct fault_info *fi)
{
	struct bytes root, ica, eca, gccf;
	char folder[PATH_SIZE], path[PATH_SIZE];

	s->trust = trust_new();
	TRY(read_public(s, &root, "root.oer", fi));
	TRY(read_public(s, &ica, "ICA.oer", fi));
	TRY(read_public(s, &eca, "ECA.oer", fi));
	TRY(trust_add_root(s->trust, root, fi));
	TRY(trust_add_known(s->trust, ica, fi));
	TRY(trust_add_known(s->trust, eca, fi));
	/* Answers given before the ECA was renewed are its predecessor's. */
	path_join(folder, s->site->dir, "public");
	path_join(path, folder, "GCCF.oer");
	TRY(file_read(&gccf, &s->arena, path, CHAIN_FILE_MAX, fi));
	TRY(trust_add_known(s->trust, gccf, fi));
	s->eca.trust = s->trust;
	return FAULT_OK;
}

static void
close_station(struct station *s)
{
	http_client_free(s->client);
	trust_free(s->trust);
	arena_free(&s->arena);
}

/* ---- one request ---- */

static void
say_refused(const struct csr *c, const struct fault_info *why)
{
	printf("%s: REFUSED: %s\n", c->file, why->text);
}

/* With the name by which the RA will know it (scms device). */
static void
say_enrolled(const struct csr *c, const uint8_t id[CERT_ID_SIZE])
{
	char text[2 * CERT_ID_SIZE + 1];

	hex_encode(text, id, CERT_ID_SIZE);
	printf("%s: HashedId8 %s: enrolled\n", c->file, text);
}

static bool
keep(struct station *s, struct bundle_device *out, const struct enrollment *e)
{
	out->certificate = bytes_copy(&s->arena, e->certificate->raw);
	out->reconstruction = bytes_copy(&s->arena, e->reconstruction);
	out->eca = bytes_copy(&s->arena, e->eca->raw);
	return out->eca.p != NULL && out->certificate.p != NULL &&
	       out->reconstruction.p != NULL;
}

/* FAULT_DENIED: the ECA refuses this one.  Another fault: it cannot say. */
static enum fault
enroll_one(struct station *s, struct bundle_device *out, const struct csr *c,
    struct fault_info *fi)
{
	struct arena arena = arena_new(CALL_MEMORY);
	struct enrollment e;
	struct bytes answer;
	enum fault f;

	f = eca_client_ask(&answer, &e, &arena, &s->eca, c->octets, fi);
	if (f == FAULT_OK) {
		*out = (struct bundle_device){.name = c->device};
		if (keep(s, out, &e))
			say_enrolled(c, e.certificate->id);
		else
			f = fault_set(fi, FAULT_TOO_LARGE, "too many answers");
	}
	arena_free(&arena);
	return f;
}

/* ---- all of them ---- */

static enum fault
enroll_all(struct station *s, struct csr *csrs, size_t n, struct fault_info *fi)
{
	enum fault f;

	s->devices = ARENA_ARRAY(&s->arena, n + 1, struct bundle_device);
	if (s->devices == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "too many devices");
	for (size_t i = 0; i < n; i++) {
		if (csrs[i].why.code != FAULT_OK) {
			say_refused(&csrs[i], &csrs[i].why);
			continue;
		}
		f = enroll_one(s, &s->devices[s->devices_n], &csrs[i], fi);
		if (f == FAULT_DENIED) {
			say_refused(&csrs[i], fi);
		} else if (f != FAULT_OK) {
			return fault_prefix(fi, "%s", csrs[i].file);
		} else {
			s->devices_n++;
		}
	}
	return FAULT_OK;
}

static enum fault
write_bundle(struct station *s, const char *path, struct fault_info *fi)
{
	struct bundle_source source;
	char folder[PATH_SIZE];
	struct bytes bundle;

	path_join(folder, s->site->dir, "public");
	source.folder = folder;
	source.ra_url = site_url(&s->arena, &s->site->env, parts[PART_RA].name,
	    parts[PART_RA].port, "");
	if (source.ra_url == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "bundle");
	TRY(bundle_build(
	    &bundle, &s->arena, &source, s->devices, s->devices_n, fi));
	return file_write(path, bundle, 0600, fi);
}

/* *all: every file was a request that was granted. */
static enum fault
enroll(struct station *s, bool *all, const char *in, const char *out,
    struct fault_info *fi)
{
	struct bytes zip;
	struct csr *csrs;
	size_t n;

	TRY(file_read(&zip, &s->arena, in, CSR_ZIP_MAX, fi));
	TRY(csr_zip_read(&csrs, &n, &s->arena, zip, fi));
	TRY(open_client(s, fi));
	TRY(open_trust(s, fi));
	TRY(enroll_all(s, csrs, n, fi));
	printf("%zu of %zu enrolled\n", s->devices_n, n);
	*all = n > 0 && s->devices_n == n;
	if (s->devices_n == 0)
		return fault_set(fi, FAULT_NOT_FOUND,
		    "no bundle: there is no device to make it for");
	return write_bundle(s, out, fi);
}

int
cmd_enroll(int argc, char **argv)
{
	const char *in = NULL, *out = NULL;
	const struct opt opts[] = {
	    {"in", OPT_TEXT, &in}, {"out", OPT_TEXT, &out}};
	struct station s = {.arena = arena_new(MEMORY)};
	struct fault_info fi;
	struct site site;
	bool all = false;
	enum fault f;

	f = opt_parse(opts, 2, &argc, argv, &fi);
	if (f == FAULT_OK)
		f = cmd_need(argc, 1, "DIR", &fi);
	if (f == FAULT_OK && (in == NULL || out == NULL))
		f = fault_set(&fi, FAULT_USAGE, "--in and --out needed");
	if (f == FAULT_OK)
		f = site_open(&site, argv[0], SITE_SHARED, &fi);
	if (f != FAULT_OK)
		return cmd_fault("enroll", &fi);
	s.site = &site;
	f = enroll(&s, &all, in, out, &fi);
	close_station(&s);
	site_close(&site);
	if (f != FAULT_OK)
		return cmd_fault("enroll", &fi);
	return all ? CMD_OK : CMD_FAILED;
}
