/* bundle_check.c - is anything wrong with a bootstrap bundle? */
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "base/time32.h"
#include "cert/policy.h"
#include "cert/profile.h"
#include "coer/coer.h"
#include "crypto/random.h"
#include "device/bundle.h"
#include "device/identity.h"
#include "schema/component_cert.h"

static const struct {
	enum bundle_file file;
	enum profile profile;
} components[] = {
#define FILE_OF_BUNDLE(name, file)
#define COMPONENT(name, file) {BUNDLE_##name, PROFILE_##name},
#include "device/bundle.def"
#undef FILE_OF_BUNDLE
#undef COMPONENT
};

#define COMPONENTS (sizeof(components) / sizeof(components[0]))

static enum fault
check_root(struct identity *id, const struct bundle *b, uint32_t now,
    struct fault_info *fi)
{
	struct anchors anchors;
	struct cert *root;

	TRY(anchors_of_bundle(&anchors, &id->arena, b, fi));
	TRY(identity_take_anchors(id, &anchors, b, fi));
	root = anchors.root[0];
	if (trust_check_chain(NULL, id->trust, root, now, fi) != FAULT_OK ||
	    profile_check(PROFILE_ROOT, root, fi) != FAULT_OK)
		return fault_prefix(fi, "%s", bundle_name(BUNDLE_ROOT));
	return FAULT_OK;
}

static enum fault
check_components(struct identity *id, const struct bundle *b, uint32_t now,
    struct fault_info *fi)
{
	struct cert *cert;

	for (size_t k = 0; k < COMPONENTS; k++)
		if (identity_take_component(id, b->file[components[k].file],
			now, &cert, fi) != FAULT_OK ||
		    profile_check(components[k].profile, cert, fi) != FAULT_OK)
			return fault_prefix(
			    fi, "%s", bundle_name(components[k].file));
	if (id->ra == NULL)
		return fault_set(fi, FAULT_DENIED,
		    "%s: not the certificate of %s", bundle_name(BUNDLE_RA),
		    id->host);
	return FAULT_OK;
}

static enum fault
check_lpf(
    struct identity *id, struct bytes lpf, uint32_t now, struct fault_info *fi)
{
	struct policy_file policy;

	TRY(policy_open(&policy, &id->arena, lpf, id->trust, now, fi));
	if (!policy.is_local ||
	    (policy.ra_hostname != NULL &&
		strcasecmp(policy.ra_hostname, id->host) != 0))
		return fault_set(
		    fi, FAULT_DENIED, "not the policy of %s", id->host);
	return FAULT_OK;
}

static enum fault
check_crl(struct arena *arena, struct bytes crl, struct fault_info *fi)
{
	composite_crl *decoded = ARENA_NEW(arena, composite_crl);

	if (decoded == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	return coer_decode(&composite_crl_asn, decoded, arena, crl, fi);
}

/* A self-signed certificate of a CA, valid now. */
static enum fault
check_tls_root(struct bytes pem, uint32_t now, struct fault_info *fi)
{
	BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	X509 *x = bio == NULL ? NULL : PEM_read_bio_X509(bio, NULL, NULL, NULL);
	time_t t = (time_t)time32_to_posix(now);
	enum fault fault = FAULT_OK;

	if (x == NULL)
		fault = fault_set(
		    fi, FAULT_BAD_MESSAGE, "not an X.509 certificate in PEM");
	else if (X509_check_ca(x) != 1 ||
		 X509_verify(x, X509_get0_pubkey(x)) != 1)
		fault = fault_set(fi, FAULT_BAD_SIGNATURE,
		    "not a self-signed certificate of a CA");
	else if (X509_cmp_time(X509_get0_notBefore(x), &t) > 0)
		fault = fault_set(fi, FAULT_NOT_YET_VALID, "not yet valid");
	else if (X509_cmp_time(X509_get0_notAfter(x), &t) < 0)
		fault = fault_set(fi, FAULT_EXPIRED, "expired");
	X509_free(x);
	BIO_free(bio);
	return fault;
}

static enum fault
check_download_url(
    struct identity *id, struct bytes text, struct fault_info *fi)
{
	char url[URL_SIZE], host[URL_SIZE];

	TRY(url_parse(url, host, text, fi));
	if (strcasecmp(host, id->host) != 0)
		return fault_set(
		    fi, FAULT_DENIED, "%s is not the RA, %s", host, id->host);
	return FAULT_OK;
}

/* The files whose checks need the components' certificates. */
static enum fault
check_files(struct identity *id, const struct bundle *b, uint32_t now,
    struct fault_info *fi)
{
	const struct bytes *file = b->file;

	if (identity_take_lccf(id, file[BUNDLE_LCCF], now, fi) != FAULT_OK)
		return fault_prefix(fi, "%s", bundle_name(BUNDLE_LCCF));
	if (check_lpf(id, file[BUNDLE_LPF], now, fi) != FAULT_OK)
		return fault_prefix(fi, "%s", bundle_name(BUNDLE_LPF));
	if (check_crl(&id->arena, file[BUNDLE_CRL], fi) != FAULT_OK)
		return fault_prefix(fi, "%s", bundle_name(BUNDLE_CRL));
	if (check_tls_root(file[BUNDLE_ROOT_TLS], now, fi) != FAULT_OK)
		return fault_prefix(fi, "%s", bundle_name(BUNDLE_ROOT_TLS));
	if (check_download_url(id, file[BUNDLE_CERT_DL_URL], fi) != FAULT_OK)
		return fault_prefix(fi, "%s", bundle_name(BUNDLE_CERT_DL_URL));
	return FAULT_OK;
}

enum fault
bundle_check(const struct bundle *b, const struct scalar *request_key,
    uint32_t now, struct fault_info *fi)
{
	struct identity id;
	enum fault fault;

	identity_init(&id);
	if ((fault = check_root(&id, b, now, fi)) == FAULT_OK &&
	    (fault = check_components(&id, b, now, fi)) == FAULT_OK &&
	    (fault = check_files(&id, b, now, fi)) == FAULT_OK)
		fault =
		    identity_take_enrollment(&id, b->file[BUNDLE_ENROLLMENT],
			b->file[BUNDLE_ENROLLMENT_S], request_key, now, fi);
	identity_free(&id);
	return fault;
}
