/* identity.c - who a device is and whom it trusts. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "cert/chainfile.h"
#include "cert/perm.h"
#include "cert/validity.h"
#include "crypto/ecqv.h"
#include "device/identity.h"
#include "schema/dot2.h"

#define ARENA_LIMIT	(16u << 20)
#define RA_PORT		"8892"
#define CLOCK_TOLERANCE 5

void
identity_init(struct identity *id)
{
	memset(id, 0, sizeof(*id));
	id->arena = arena_new(ARENA_LIMIT);
	id->trust = trust_new();
}

void
identity_free(struct identity *id)
{
	trust_free(id->trust);
	arena_free(&id->arena);
	wipe(id, sizeof(*id));
}

static bool
is_url_octet(uint8_t c)
{
	return isalnum(c) || c == '.' || c == '-';
}

enum fault
url_parse(char url[URL_SIZE], char host[URL_SIZE], struct bytes text,
    struct fault_info *fi)
{
	static const char scheme[] = "https://";
	const size_t skip = sizeof(scheme) - 1;
	size_t h = 0, p = 0;

	while (text.n > 0 && isspace(text.p[text.n - 1]))
		text.n--;
	if (text.n < skip || text.n > URL_SIZE - 8 ||
	    memcmp(text.p, scheme, skip) != 0)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "does not begin with https://");
	text.p += skip;
	text.n -= skip;
	while (h < text.n && is_url_octet(text.p[h]))
		h++;
	if (h < text.n && text.p[h] == ':')
		while (h + 1 + p < text.n && isdigit(text.p[h + 1 + p]))
			p++;
	if (h == 0 || (h < text.n && text.p[h] == ':' && p == 0) || p > 5)
		return fault_set(fi, FAULT_BAD_MESSAGE, "no host or port");
	if (h + (p > 0 ? p + 1 : 0) < text.n &&
	    text.p[h + (p > 0 ? p + 1 : 0)] != '/')
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "character that no URL of ours has");
	snprintf(host, URL_SIZE, "%.*s", (int)h, (const char *)text.p);
	snprintf(url, URL_SIZE, "%s%s:%.*s", scheme, host,
	    p > 0 ? (int)p : (int)strlen(RA_PORT),
	    p > 0 ? (const char *)text.p + h + 1 : RA_PORT);
	return FAULT_OK;
}

enum fault
identity_take_anchors(struct identity *id, const struct anchors *anchors,
    const struct bundle *b, struct fault_info *fi)
{
	id->anchors = *anchors;
	for (size_t k = 0; k < anchors->roots; k++)
		TRY(trust_add_root(id->trust, anchors->root[k]->raw, fi));
	if (url_parse(id->url, id->host, b->file[BUNDLE_RA_URL], fi) !=
	    FAULT_OK)
		return fault_prefix(fi, "%s", bundle_name(BUNDLE_RA_URL));
	return FAULT_OK;
}

static bool
is_our_ra(struct identity *id, const struct cert *cert, uint32_t now)
{
	const char *name = cert_name(&id->arena, cert);

	return perm_role(cert) == SCMS_RA && name != NULL &&
	       strcasecmp(name, id->host) == 0 && cert->has_encryption_key &&
	       validity_check_time(cert, now, NULL) == FAULT_OK;
}

enum fault
identity_take_component(struct identity *id, struct bytes raw, uint32_t now,
    struct cert **out, struct fault_info *fi)
{
	struct cert *cert;

	TRY(cert_load(&cert, &id->arena, raw, fi));
	TRY(trust_check_chain(NULL, id->trust, cert, now, fi));
	TRY(trust_add_known(id->trust, raw, fi));
	if (is_our_ra(id, cert, now) &&
	    (id->ra == NULL || cert->start > id->ra->start))
		id->ra = cert;
	if (out != NULL)
		*out = cert;
	return FAULT_OK;
}

/* Order within the file is free, so what does not chain yet is tried again
 * as long as others do. */
static enum fault
take_certificates(struct identity *id, const struct bytes *raw, size_t n,
    uint32_t now, struct fault_info *fi)
{
	enum fault fault = FAULT_OK;
	size_t good, before = 0;

	for (;;) {
		good = 0;
		fault = FAULT_OK;
		for (size_t k = 0; k < n; k++) {
			enum fault f = identity_take_component(id, raw[k], now,
			    NULL, fault == FAULT_OK ? fi : NULL);

			if (f == FAULT_OK || f == FAULT_EXPIRED ||
			    f == FAULT_NOT_YET_VALID || f == FAULT_REVOKED)
				good++;
			else if (fault == FAULT_OK)
				fault = f;
		}
		if (fault == FAULT_OK || good == before)
			return fault;
		before = good;
	}
}

enum fault
identity_take_lccf(
    struct identity *id, struct bytes lccf, uint32_t now, struct fault_info *fi)
{
	struct chain_file file;

	TRY(chain_file_open(&file, &id->arena, lccf, fi));
	if (!file.local || strcasecmp(file.ra_hostname, id->host) != 0)
		return fault_set(
		    fi, FAULT_DENIED, "not a chain file of %s", id->host);
	if (file.lccf_version < id->lccf_version ||
	    file.gccf_version < id->gccf_version)
		return fault_set(fi, FAULT_REPLAYED,
		    "older than the chain file that is held, which stays");
	TRY(anchors_vote(&id->anchors, &id->arena, &file, now, fi));
	for (size_t k = 0; k < id->anchors.roots; k++)
		TRY(trust_add_root(id->trust, id->anchors.root[k]->raw, fi));
	TRY(take_certificates(id, file.cert, file.n_cert, now, fi));
	TRY(take_certificates(id, &file.ma, 1, now, fi));
	TRY(take_certificates(id, file.optional, file.n_optional, now, fi));
	id->gccf_version = file.gccf_version;
	id->lccf_version = file.lccf_version;
	return FAULT_OK;
}

enum fault
identity_find_ra(const struct cert **out, const struct identity *id,
    uint32_t now, struct fault_info *fi)
{
	if (id->ra == NULL || validity_check_time(id->ra, now, fi) != FAULT_OK)
		return fault_set(fi, FAULT_NO_CERTIFICATE,
		    "no valid certificate of %s", id->host);
	TRY(trust_check_revoked(id->trust, id->ra, TRUST_ANY_TIME, fi));
	*out = id->ra;
	return FAULT_OK;
}

static enum fault
reconstruct(struct scalar *out, const struct cert *cert, struct bytes s,
    const struct scalar *request_key, struct fault_info *fi)
{
	struct ecqv_share share = {.k_u = *request_key};
	struct digest e;
	enum fault fault;

	if (s.n != sizeof(share.r.b) || !cert->implicit)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "not 32 octets beside an implicit certificate");
	memcpy(share.r.b, s.p, s.n);
	cert_ecqv_hash(&e, cert, cert->issuer);
	fault = ecqv_private(out, &share, &e, &cert->key_p256, NULL, 1);
	wipe(&share, sizeof(share));
	return fault == FAULT_OK
		   ? fault
		   : fault_set(fi, FAULT_KEY_MISMATCH,
			 "certificate is not for the key of this device");
}

enum fault
identity_check_key(const struct cert *cert, struct bytes s,
    const struct scalar *request_key, struct fault_info *fi)
{
	struct scalar key;
	enum fault fault = reconstruct(&key, cert, s, request_key, fi);

	wipe(&key, sizeof(key));
	return fault;
}

/* A certificate made a moment ago may begin in our future, if our clock is late
 * as much as clocks may differ (TAI and UTC do by 5 s). */
static uint32_t
judged_at(const struct cert *cert, uint32_t now)
{
	return cert->start > now && cert->start - now <= CLOCK_TOLERANCE
		   ? cert->start
		   : now;
}

/* The field has enrollment certificates with and without canRequestRollover
 * and some other things; what they are for is the same in all. */
static enum fault
check_enrollment(const struct cert *cert, struct fault_info *fi)
{
	if (!cert->implicit || cert->tbs->cert_request_permissions == NULL ||
	    cert->tbs->cert_issue_permissions != NULL ||
	    cert->tbs->app_permissions != NULL)
		return fault_set(
		    fi, FAULT_WRONG_PROFILE, "not an enrollment certificate");
	return FAULT_OK;
}

enum fault
identity_take_enrollment(struct identity *id, struct bytes raw, struct bytes s,
    const struct scalar *request_key, uint32_t now, struct fault_info *fi)
{
	if (cert_load(&id->enrollment, &id->arena, raw, fi) != FAULT_OK ||
	    check_enrollment(id->enrollment, fi) != FAULT_OK ||
	    trust_check_chain(NULL, id->trust, id->enrollment,
		judged_at(id->enrollment, now), fi) != FAULT_OK)
		return fault_prefix(fi, "%s", bundle_name(BUNDLE_ENROLLMENT));
	if (reconstruct(&id->enrollment_key, id->enrollment, s, request_key,
		fi) != FAULT_OK)
		return fault_prefix(fi, "%s", bundle_name(BUNDLE_ENROLLMENT_S));
	return FAULT_OK;
}
