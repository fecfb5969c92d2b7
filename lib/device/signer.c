/*
 * signer.c - signing: BSMs with one pseudonym certificate after another
 * (J2945/1, spec/bsm.md), other messages with the certificate that is for
 * their PSID.
 *
 * File "signer" of each kind in each place: 8 octets "MNRCSIGN", then i and j
 * of the certificate in use (4 each), Time64 of the change to it and of the
 * last message that carried it (8 each), n (2) and the n j (4 each) used in
 * this period; SHA-256.
 */
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/time32.h"
#include "cert/perm.h"
#include "cert/spdu.h"
#include "crypto/butterfly.h"
#include "crypto/ecqv.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "device/crl_self.h"
#include "device/crl_watch.h"
#include "device/issuers.h"
#include "device/monarch.h"
#include "device/place.h"
#include "device/provision_file.h"
#include "device/signer.h"
#include "device/week.h"

#define ARENA_LIMIT  (16u << 20)
#define SPDU_ARENA   (256u << 10)
#define CHANGE_AFTER 300000000u /* microseconds */
#define FULL_EVERY   450000u
#define STATE_SIZE   (8 + 4 + 4 + 8 + 8 + 2 + 4 * WEEK_MAX + 32)

static const char magic[8] = {'M', 'N', 'R', 'C', 'S', 'I', 'G', 'N'};

/* What is kept on disk. */
struct usage {
	uint32_t i, j;
	uint64_t changed, last_full; /* Time64; changed 0: none in use */
	size_t n;
	uint32_t used[WEEK_MAX];
};

/* The certificates of a kind in a place. */
struct wallet {
	struct folder folder, place;
	const struct monarch_signer *signer;
	struct provision_file keys; /* secret */
	struct usage usage;

	struct arena period; /* the week in use */
	struct week week;
	bool has_week;

	struct cert *cert;     /* in use; NULL: none */
	bool lent;	       /* not in use, but lent to a report */
	struct scalar private; /* secret */

	/* Of the enrollment certificate, as of so many renewals of the
	 * lists. */
	unsigned judged;
	struct fault_info enrollment;
};

#define WALLETS_MOST ((size_t)PLACES_MOST * MONARCH_KINDS)

struct monarch_signer {
	struct folder folder;
	struct arena keep; /* trust material, caterpillar key files */
	struct trust *trust;
	struct crl_watch crl;		    /* of the trust */
	struct wallet wallet[WALLETS_MOST]; /* newest place first */
	size_t n;
};

/* ---- state ---- */

static void
read_usage(struct usage *u, const struct folder *f)
{
	uint8_t memory[2 * STATE_SIZE], sum[SHA256_SIZE];
	struct arena arena = arena_of(memory, sizeof(memory));
	struct bytes file;
	struct reader r;

	memset(u, 0, sizeof(*u));
	if (folder_read(&file, &arena, f, FOLDER_SIGNER, NULL) != FAULT_OK ||
	    file.n < sizeof(magic) + SHA256_SIZE)
		return;
	sha256(sum, (struct bytes){file.p, file.n - SHA256_SIZE});
	r = reader_of(file);
	if (memcmp(sum, file.p + file.n - SHA256_SIZE, SHA256_SIZE) != 0 ||
	    memcmp(read_span(&r, sizeof(magic)), magic, sizeof(magic)) != 0)
		return;
	u->i = (uint32_t)read_uint(&r, 4);
	u->j = (uint32_t)read_uint(&r, 4);
	u->changed = read_uint(&r, 8);
	u->last_full = read_uint(&r, 8);
	u->n = (size_t)read_uint(&r, 2);
	for (size_t k = 0; k < u->n && k < WEEK_MAX; k++)
		u->used[k] = (uint32_t)read_uint(&r, 4);
	if (r.failed || u->n > WEEK_MAX)
		memset(u, 0, sizeof(*u));
}

static enum fault
write_usage(
    const struct folder *f, const struct usage *u, struct fault_info *fi)
{
	uint8_t out[STATE_SIZE], sum[SHA256_SIZE];
	struct writer w = writer_of(out, sizeof(out));

	write_span(&w, magic, sizeof(magic));
	write_uint(&w, u->i, 4);
	write_uint(&w, u->j, 4);
	write_uint(&w, u->changed, 8);
	write_uint(&w, u->last_full, 8);
	write_uint(&w, u->n, 2);
	for (size_t k = 0; k < u->n; k++)
		write_uint(&w, u->used[k], 4);
	sha256(sum, writer_done(&w));
	write_span(&w, sum, sizeof(sum));
	return folder_write(f, FOLDER_SIGNER, writer_done(&w), fi);
}

/* ---- certificates ---- */

/* The certificate's key from caterpillar key and s. */
static enum fault
derive_key(
    struct wallet *s, const struct week_certificate *c, struct fault_info *fi)
{
	const struct caterpillar *caterpillar = &s->keys.certificate;
	const struct butterfly_index index = {s->week.i, c->j};
	struct ecqv_share share = {.r = c->s};
	enum fault fault = FAULT_KEY_MISMATCH;
	struct digest e;

	cert_ecqv_hash(&e, s->cert, s->cert->issuer);
	if (butterfly_private(&share.k_u, &caterpillar->butterfly,
		&caterpillar->private, &index, NULL, 1) == FAULT_OK)
		fault = ecqv_private(
		    &s->private, &share, &e, &s->cert->key_p256, NULL, 1);
	wipe(&share, sizeof(share));
	return fault == FAULT_OK ? fault
				 : fault_set(fi, FAULT_KEY_MISMATCH,
				       "no key for certificate %X_%X",
				       (unsigned)s->week.i, (unsigned)c->j);
}

static enum fault
use(struct wallet *s, const struct week_certificate *c, struct fault_info *fi)
{
	const struct cert *issuer;
	struct cert *cert;

	s->cert = NULL;
	s->lent = false;
	TRY(cert_load(&cert, &s->period, c->certificate, fi));
	issuer = cert_issuer_id(cert) == NULL
		     ? NULL
		     : trust_find(s->signer->trust, cert_issuer_id(cert));
	if (issuer == NULL)
		return fault_set(fi, FAULT_UNKNOWN_ISSUER,
		    "issuer of certificate %X_%X is not among those known",
		    (unsigned)s->week.i, (unsigned)c->j);
	TRY(cert_resolve(&cert, 1, issuer, NULL));
	s->cert = cert;
	if (derive_key(s, c, fi) != FAULT_OK) {
		s->cert = NULL;
		return FAULT_KEY_MISMATCH;
	}
	return FAULT_OK;
}

/* Is the certificate in use for this PSID, and are we still to be believed? */
static enum fault
check_use(struct wallet *s, uint32_t psid, struct fault_info *fi)
{
	const struct crl_watch *crl = &s->signer->crl;

	TRY(perm_check_use(s->cert, psid, fi));
	if (s->judged != crl->renewals) {
		s->enrollment = (struct fault_info){.code = FAULT_OK};
		(void)!crl_self_enrollment(
		    crl->trust, &s->place, &s->enrollment);
		s->judged = crl->renewals;
	}
	if (s->enrollment.code != FAULT_OK) {
		*fi = s->enrollment;
		return fi->code;
	}
	return crl_self_check(crl->trust, s->cert, fi);
}

static bool
is_used(const struct usage *u, uint32_t j)
{
	for (size_t k = 0; k < u->n; k++)
		if (u->used[k] == j)
			return true;
	return false;
}

/* Uniform in 0..n-1. */
static size_t
random_below(size_t n)
{
	const uint32_t most = (uint32_t)(UINT32_MAX / n * n);
	uint32_t r;

	do
		random_bytes(&r, sizeof(r));
	while (r >= most);
	return r % n;
}

static const struct week_certificate *
choose_among(const struct week *w, const struct usage *u)
{
	const struct week_certificate *choice[WEEK_MAX];
	size_t n = 0;

	for (size_t k = 0; k < w->n && k < WEEK_MAX; k++)
		if (!is_used(u, w->v[k].j))
			choice[n++] = &w->v[k];
	return n == 0 ? NULL : choice[random_below(n)];
}

/* The latest period that holds t. */
static enum fault
load_week(struct wallet *s, uint32_t t, struct fault_info *fi)
{
	uint32_t *i;
	size_t n;

	if (s->has_week && s->week.start <= t && t < s->week.end)
		return FAULT_OK;
	s->cert = NULL;
	s->has_week = false;
	arena_reset(&s->period);
	TRY(week_list(&i, &n, &s->period, &s->folder, fi));
	while (n-- > 0) {
		if (week_read(&s->week, &s->period, &s->folder, i[n], NULL) !=
		    FAULT_OK)
			continue;
		if (s->week.start <= t && t < s->week.end) {
			s->has_week = true;
			return FAULT_OK;
		}
	}
	return fault_set(
	    fi, FAULT_NO_CERTIFICATE, "no certificate is valid at this time");
}

/* Another certificate, none twice before all were used; the one in use is the
 * last that may come again. */
static enum fault
change(struct wallet *s, uint32_t psid, uint64_t now, struct fault_info *fi)
{
	const struct week_certificate *c;
	struct usage *u = &s->usage;

	/* A new week may have begun inside the old one's last hour. */
	s->has_week = false;
	TRY(load_week(s, (uint32_t)(now / 1000000), fi));
	if (u->changed == 0 || u->i != s->week.i)
		u->n = 0;
	if ((c = choose_among(&s->week, u)) == NULL) {
		u->n = 0;
		if (s->week.n > 1)
			u->used[u->n++] = u->j;
		c = choose_among(&s->week, u);
	}
	if (c == NULL)
		return fault_set(fi, FAULT_NO_CERTIFICATE,
		    "period %X has no certificates", (unsigned)s->week.i);
	TRY(use(s, c, fi));
	TRY(check_use(s, psid, fi));
	u->i = s->week.i;
	u->j = c->j;
	u->changed = now;
	u->last_full = 0;
	if (u->n < WEEK_MAX)
		u->used[u->n++] = c->j;
	return write_usage(&s->folder, u, fi);
}

/* The certificate that was in use when the folder was last closed. */
static bool
go_on(struct wallet *s, uint32_t t)
{
	if (s->usage.changed == 0 || load_week(s, t, NULL) != FAULT_OK ||
	    s->week.i != s->usage.i)
		return false;
	for (size_t k = 0; k < s->week.n; k++)
		if (s->week.v[k].j == s->usage.j)
			return use(s, &s->week.v[k], NULL) == FAULT_OK;
	return false;
}

static enum fault
prepare(struct wallet *s, uint32_t psid, uint64_t now, struct fault_info *fi)
{
	uint32_t t = (uint32_t)(now / 1000000);

	if (s->lent)
		s->cert = NULL;
	if ((s->cert != NULL || go_on(s, t)) && s->cert->start <= t &&
	    t < s->cert->end && now >= s->usage.changed &&
	    now - s->usage.changed < CHANGE_AFTER)
		return check_use(s, psid, fi);
	return change(s, psid, now, fi);
}

/* ---- opening ---- */

/* A kind of a place, if there is something. */
static enum fault
load_wallet(struct monarch_signer *s, unsigned place_n, enum monarch_kind kind,
    struct fault_info *fi)
{
	struct wallet *w = &s->wallet[s->n];
	enum fault fault;

	place_number(&w->place, &s->folder, place_n);
	place_kind(&w->folder, &w->place, kind);
	fault = provision_file_read(&w->keys, &s->keep, &w->folder, fi);
	if (fault != FAULT_OK)
		return fault == FAULT_NOT_FOUND ? FAULT_OK : fault;
	w->signer = s;
	w->period = arena_new(ARENA_LIMIT);
	read_usage(&w->usage, &w->folder);
	s->n++;
	return FAULT_OK;
}

static enum fault
load(struct monarch_signer *s, struct fault_info *fi)
{
	for (unsigned n = place_count(&s->folder); n-- > 0;)
		for (unsigned k = MONARCH_PSEUDONYM; k < MONARCH_KINDS; k++)
			TRY(load_wallet(s, n, (enum monarch_kind)k, fi));
	if (s->n == 0)
		return fault_set(fi, FAULT_NOT_FOUND, "%s: not provisioned yet",
		    s->folder.path);
	/* They were checked at the download. */
	return issuers_know_all(s->trust, &s->keep, &s->folder, fi);
}

enum fault
monarch_signer_open(
    struct monarch_signer **out, const char *folder, struct fault_info *fi)
{
	struct monarch_signer *s = calloc(1, sizeof(*s));
	struct fault_info own = {0};
	enum fault fault;

	fi = fi == NULL ? &own : fi;
	if (s == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	s->folder.lock = -1;
	s->keep = arena_new(ARENA_LIMIT);
	s->trust = trust_new();
	fault = folder_lock(&s->folder, folder, FOLDER_SIGNER_LOCK, fi);
	crl_watch_init(&s->crl, &s->folder, s->trust);
	s->crl.keep = true;
	if (fault == FAULT_OK)
		fault = load(s, fi);
	if (fault != FAULT_OK) {
		for (size_t k = 0; k < s->n; k++)
			s->wallet[k].usage.changed = 0;
		(void)monarch_signer_close(s, NULL);
		return fault;
	}
	*out = s;
	return FAULT_OK;
}

enum fault
monarch_signer_close(struct monarch_signer *s, struct fault_info *fi)
{
	enum fault fault = FAULT_OK;

	if (s == NULL)
		return FAULT_OK;
	for (size_t k = 0; k < s->n; k++) {
		struct wallet *w = &s->wallet[k];

		if (w->usage.changed != 0 && fault == FAULT_OK)
			fault = write_usage(&w->folder, &w->usage, fi);
		arena_free(&w->period);
	}
	folder_unlock(&s->folder);
	crl_watch_free(&s->crl);
	trust_free(s->trust);
	arena_free(&s->keep);
	wipe(s, sizeof(*s));
	free(s);
	return fault;
}

/* ---- signing ---- */

/* At once after a change, then every 450 ms; also when time went backwards,
 * because then nobody knows. */
static bool
needs_certificate(const struct usage *u, uint64_t now)
{
	return u->last_full == 0 || now < u->last_full ||
	       now - u->last_full >= FULL_EVERY;
}

/* The first that has a certificate for this PSID now; if that is revoked, none
 * will do.  That it has one for others only says more than that it has
 * none. */
static enum fault
choose_wallet(struct wallet **out, struct monarch_signer *s, uint32_t psid,
    uint64_t now, struct fault_info *fi)
{
	enum fault fault = FAULT_NO_CERTIFICATE, f;
	struct fault_info one;

	for (size_t k = 0; k < s->n; k++) {
		*out = &s->wallet[k];
		if ((f = prepare(*out, psid, now, &one)) == FAULT_OK)
			return FAULT_OK;
		if (k == 0 || f != FAULT_NO_CERTIFICATE) {
			fault = f;
			*fi = one;
		}
		if (f == FAULT_REVOKED)
			break;
	}
	return fault;
}

static enum fault
sign_with(struct wallet *w, struct bytes *out, struct arena *arena,
    struct bytes payload, const struct monarch_sign_terms *terms,
    struct fault_info *fi)
{
	const struct spdu_header header = {.psid = terms->psid,
	    .has_generation_time = true,
	    .generation_time = terms->now};
	struct signer signer;

	TRY(signer_of_scalar(&signer, &w->private, w->cert, fi));
	return spdu_sign(out, arena, &header, payload,
	    terms->full ? SIGNER_CERTIFICATE : SIGNER_DIGEST, &signer, fi);
}

static enum fault
sign(struct monarch_signer *s, struct bytes *out, struct arena *arena,
    struct bytes payload, struct monarch_sign_terms terms, size_t size,
    struct fault_info *fi)
{
	struct wallet *w;

	terms.now = terms.now == 0 ? time64_now() : terms.now;
	terms.psid = terms.psid == 0 ? PSID_BSM : terms.psid;
	TRY(crl_watch_renew(&s->crl, (uint32_t)(terms.now / 1000000), fi));
	TRY(choose_wallet(&w, s, terms.psid, terms.now, fi));
	terms.full = terms.full || needs_certificate(&w->usage, terms.now);
	TRY(sign_with(w, out, arena, payload, &terms, fi));
	if (out->n > size)
		return fault_set(fi, FAULT_TOO_LARGE,
		    "SPDU of %zu octets, room for %zu", out->n, size);
	if (terms.full)
		w->usage.last_full = terms.now;
	return FAULT_OK;
}

enum fault
monarch_sign(struct monarch_signer *s, uint8_t *out, size_t size, size_t *n,
    struct bytes payload, const struct monarch_sign_terms *terms,
    struct fault_info *fi)
{
	struct arena arena = arena_new(SPDU_ARENA + 4 * payload.n);
	struct fault_info own = {0};
	struct bytes spdu;
	enum fault fault;

	fi = fi == NULL ? &own : fi;
	fault = sign(s, &spdu, &arena, payload, *terms, size, fi);
	if (fault == FAULT_OK) {
		memcpy(out, spdu.p, spdu.n);
		*n = spdu.n;
	}
	arena_free(&arena);
	return fault;
}

/* ---- lending ---- */

const struct folder *
signer_folder(const struct monarch_signer *s)
{
	return &s->folder;
}

/* Another certificate of the week in use; those in use at other times are not
 * looked for, a report is about the present. */
static enum fault
lend_of_week(struct wallet *w, const uint8_t id[CERT_ID_SIZE], uint64_t now,
    struct fault_info *fi)
{
	uint8_t one[CERT_ID_SIZE];

	if (w->cert != NULL && memcmp(w->cert->id, id, CERT_ID_SIZE) == 0)
		return FAULT_OK;
	TRY(load_week(w, (uint32_t)(now / 1000000), fi));
	for (size_t k = 0; k < w->week.n; k++) {
		cert_id8(one, w->week.v[k].certificate);
		if (memcmp(one, id, CERT_ID_SIZE) != 0)
			continue;
		TRY(use(w, &w->week.v[k], fi));
		w->lent = true;
		return FAULT_OK;
	}
	return fault_set(fi, FAULT_NO_CERTIFICATE, "no such certificate");
}

enum fault
signer_lend(struct monarch_signer *s, struct signer *out,
    const uint8_t id[CERT_ID_SIZE], uint32_t psid, uint64_t now,
    struct fault_info *fi)
{
	enum fault fault = FAULT_NO_CERTIFICATE;
	struct wallet *w = NULL;

	TRY(crl_watch_renew(&s->crl, (uint32_t)(now / 1000000), fi));
	if (id == NULL)
		fault = choose_wallet(&w, s, PSID_BSM, now, fi);
	for (size_t k = 0; id != NULL && fault != FAULT_OK && k < s->n; k++) {
		w = &s->wallet[k];
		fault = lend_of_week(w, id, now, fi);
	}
	TRY(fault);
	TRY(check_use(w, psid, fi));
	return signer_of_scalar(out, &w->private, w->cert, fi);
}
