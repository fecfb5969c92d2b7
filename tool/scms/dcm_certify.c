/* dcm_certify.c - scms dcm certify: a TLS certificate for somebody who works
 * at the DCM. */
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "base/time32.h"
#include "http/x509.h"
#include "tool/common/opt.h"
#include "tool/scms/ceremony.h"
#include "tool/scms/dcm_certify.h"
#include "tool/scms/part.h"
#include "tool/scms/passphrase.h"

#define HEAD_START 3600u /* clocks differ */
#define PEM_MAX	   65536u
#define NAME_MAX_N 32u

/* Names of people are below that of the DCM, where no component is. */
static enum fault
full_name(const char **out, struct site *site, const char *name,
    struct fault_info *fi)
{
	size_t n = strlen(name);

	if (n == 0 || n > NAME_MAX_N || name[0] == '-' ||
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != n)
		return fault_set(fi, FAULT_USAGE,
		    "%s: 1 to %u letters, digits and '-'", name, NAME_MAX_N);
	*out = arena_printf(&site->arena, "%s.%s.%s", name,
	    parts[PART_DCM].name, site->env.domain);
	return *out != NULL ? FAULT_OK : fault_set(fi, FAULT_TOO_LARGE, "name");
}

static enum fault
issue(struct x509_ca *ca, const char *out, const char *name,
    const struct environment *env, struct fault_info *fi)
{
	struct x509_validity validity = ceremony_tls_validity(
	    env, time32_now() - HEAD_START, env->tls_lifetime);
	char cert[PATH_SIZE], key[PATH_SIZE];

	path_join(cert, out, "tls.pem");
	path_join(key, out, "tls.key");
	return x509_issue(ca, cert, key, name, validity, fi);
}

/* With the CA's certificate, by which the DCM is known. */
static enum fault
copy_ca(
    struct site *site, const char *out, const char *from, struct fault_info *fi)
{
	char to[PATH_SIZE];
	struct bytes pem;

	path_join(to, out, "tls-ca.pem");
	TRY(file_read(&pem, &site->arena, from, PEM_MAX, fi));
	return file_write(to, pem, 0644, fi);
}

static enum fault
certify(struct site *site, const char *offline, const char *out,
    const char *name, const struct passphrase *p, struct fault_info *fi)
{
	char folder[PATH_SIZE], cert[PATH_SIZE], key[PATH_SIZE];
	struct x509_ca *ca;
	enum fault f;

	path_join(folder, offline, "tls-ca");
	path_join(cert, folder, "tls-ca.pem");
	path_join(key, folder, "tls-ca.key");
	TRY(x509_open_ca(&ca, cert, key, p->text, fi));
	if ((f = file_mkdir(out, 0700, fi)) == FAULT_OK &&
	    (f = issue(ca, out, name, &site->env, fi)) == FAULT_OK)
		f = copy_ca(site, out, cert, fi);
	x509_close_ca(ca);
	return f;
}

enum fault
dcm_certify(int argc, char **argv, struct fault_info *fi)
{
	const char *out = NULL, *offline = NULL, *file = NULL, *name;
	const struct opt opts[] = {{"out", OPT_TEXT, &out},
	    {"offline", OPT_TEXT, &offline},
	    {"passphrase-file", OPT_TEXT, &file}};
	char usual[PATH_SIZE];
	struct passphrase p;
	struct site site;
	enum fault f;

	TRY(opt_parse(opts, 3, &argc, argv, fi));
	if (argc != 3 || out == NULL)
		return fault_set(
		    fi, FAULT_USAGE, "certify DIR NAME --out FOLDER needed");
	TRY(site_open(&site, argv[1], SITE_SHARED, fi));
	path_join(usual, site.dir, "offline");
	if ((f = full_name(&name, &site, argv[2], fi)) == FAULT_OK &&
	    (f = passphrase_get(&p, file, fi)) == FAULT_OK)
		f = certify(&site, offline != NULL ? offline : usual, out, name,
		    &p, fi);
	wipe(&p, sizeof(p));
	if (f == FAULT_OK)
		printf("%s/tls.pem, %s/tls.key: certificate of %s.\n"
		       "It may do nothing before the name is in %s/%s/"
		       "operators.conf.\n",
		    out, out, name, site.dir, parts[PART_DCM].name);
	site_close(&site);
	return f;
}
