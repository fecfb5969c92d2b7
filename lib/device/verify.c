/* verify.c - a stranger's check of a signed message, step by step. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time32.h"
#include "cert/spdu.h"
#include "coer/coer.h"
#include "device/verify.h"
#include "device/verify_int.h"
#include "schema/dot2.h"

#define KNOWN_LIMIT   (16u << 20)
#define MESSAGE_LIMIT (4u << 20)
#define SECONDS	      5

struct monarch_verifier *
monarch_verifier_new(void)
{
	struct monarch_verifier *v = calloc(1, sizeof(*v));

	if (v == NULL)
		return NULL;
	v->trust = trust_new();
	v->arena = arena_new(KNOWN_LIMIT);
	return v;
}

void
monarch_verifier_free(struct monarch_verifier *v)
{
	if (v == NULL)
		return;
	verify_forget_lists(v);
	trust_free(v->trust);
	replay_free(v->replay);
	arena_free(&v->arena);
	free(v);
}

enum fault
monarch_verifier_trust(
    struct monarch_verifier *v, struct bytes root, struct fault_info *fi)
{
	return trust_add_root(v->trust, root, fi);
}

void
monarch_verifier_remember(
    struct monarch_verifier *v, size_t messages, uint32_t seconds)
{
	replay_free(v->replay);
	v->replay = messages == 0 ? NULL : replay_new(messages, seconds);
}

/* The message decoded; NULL: not signedData. */
static const signed_data *
decode(struct arena *arena, struct bytes spdu, struct fault_info *fi)
{
	ieee1609_dot2_data *data = ARENA_NEW(arena, ieee1609_dot2_data);

	if (data == NULL || coer_decode(&ieee1609_dot2_data_asn, data, arena,
				spdu, fi) != FAULT_OK)
		return NULL;
	if (data->content.is != ieee1609_dot2_content_signed_data) {
		(void)fault_set(fi, FAULT_BAD_MESSAGE, "not a signed message");
		return NULL;
	}
	return &data->content.signed_data;
}

static const certificate *
certificate_of(const signed_data *s)
{
	if (s->signer.is != signer_identifier_certificate ||
	    s->signer.certificate.n == 0)
		return NULL;
	return &s->signer.certificate.v[0];
}

/* The signer of a message, so that its digest is found later. */
static enum fault
add_message(
    struct monarch_verifier *v, struct bytes spdu, struct fault_info *fi)
{
	const signed_data *s = decode(&v->arena, spdu, fi);
	const certificate *c = s == NULL ? NULL : certificate_of(s);
	struct cert *cert;

	if (s == NULL)
		return FAULT_BAD_MESSAGE;
	if (c == NULL)
		return fault_set(fi, FAULT_BAD_MESSAGE,
		    "message does not carry its certificate");
	TRY(cert_load(&cert, &v->arena, c->raw, fi));
	TRY(trust_check_chain(NULL, v->trust, cert, TRUST_ANY_TIME, fi));
	trust_remember(v->trust, cert);
	return FAULT_OK;
}

enum fault
monarch_verifier_add(
    struct monarch_verifier *v, struct bytes known, struct fault_info *fi)
{
	struct fault_info other = {0};

	/* A certificate or chain file begins with its version: 80 03, 00 03
	 * or 01; a message with 03. */
	if (known.n > 0 && known.p[0] == 3)
		return add_message(v, known, fi);
	if (trust_add_known(v->trust, known, &other) == FAULT_OK)
		return FAULT_OK;
	if (fi != NULL)
		*fi = other;
	return other.code;
}

/* ---- report ---- */

static void step(struct monarch_report *r, enum fault verdict, const char *fmt,
    ...) printf_like(3, 4);

static void
step(struct monarch_report *r, enum fault verdict, const char *fmt, ...)
{
	struct monarch_step *s;
	va_list ap;

	if (r == NULL || r->n == MONARCH_STEPS)
		return;
	s = &r->step[r->n++];
	s->verdict = verdict;
	va_start(ap, fmt);
	vsnprintf(s->text, sizeof(s->text), fmt, ap);
	va_end(ap);
}

static enum fault
find_signer(struct cert **out, struct monarch_report *report,
    struct arena *arena, const struct monarch_verifier *v, const signed_data *s,
    struct fault_info *fi)
{
	const certificate *c = certificate_of(s);
	struct cert *known;
	char id[17];

	if (c != NULL) {
		TRY(cert_load(out, arena, c->raw, fi));
		step(report, FAULT_OK, "signer: its certificate, %s",
		    cert_name(arena, *out));
		return FAULT_OK;
	}
	if (s->signer.is != signer_identifier_digest)
		return fault_set(
		    fi, FAULT_BAD_MESSAGE, "neither certificate nor digest");
	TRY(trust_find_signer(&known, arena, v->trust, s->signer.digest.b, fi));
	TRY(cert_load(out, arena, known->raw, fi));
	hex_encode(id, s->signer.digest.b, sizeof(s->signer.digest.b));
	step(report, FAULT_OK, "signer: digest %s, known: %s", id,
	    cert_name(arena, *out));
	return FAULT_OK;
}

static enum fault
check_chain(struct monarch_report *report, struct arena *arena,
    const struct monarch_verifier *v, struct cert *leaf, uint32_t now,
    struct fault_info *fi)
{
	struct chain_report *chain = ARENA_NEW(arena, struct chain_report);
	enum fault fault;

	if (chain == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	fault = trust_check_chain(chain, v->trust, leaf, now, fi);
	for (size_t k = 0; k < chain->n; k++) {
		const struct chain_step *s = &chain->step[k];
		const char *name =
		    s->cert == NULL ? "?" : cert_name(arena, s->cert);

		step(report, s->verdict.code, "%s: %s%s%s", name,
		    chain_check_name(s->check),
		    s->verdict.code == FAULT_OK ? "" : ": ",
		    s->verdict.code == FAULT_OK ? "" : s->verdict.text);
	}
	return fault;
}

/* What is judged after the chain, in its order, and how it is said that one
 * does not hold.  The last one only by who remembers messages. */
static const struct {
	const char *what;
	enum fault faults[5];
} message_checks[] = {
    {"signature",
	{FAULT_CURVE_MISMATCH, FAULT_HASH_MISMATCH, FAULT_BAD_SIGNATURE}},
    {"PSID", {FAULT_PSID_NOT_PERMITTED}},
    {"generation time", {FAULT_NO_GENERATION_TIME, FAULT_GENERATED_IN_FUTURE,
			    FAULT_TOO_OLD, FAULT_NOT_YET_VALID, FAULT_EXPIRED}},
    {"expiry time", {FAULT_MESSAGE_EXPIRED}},
    {"place of generation", {FAULT_OUTSIDE_REGION}},
    {"not a repeat", {FAULT_REPLAYED}},
};

#define MESSAGE_CHECKS (sizeof(message_checks) / sizeof(message_checks[0]))

static bool
is_fault_of(size_t check, enum fault fault)
{
	for (size_t k = 0; k < 5; k++)
		if (message_checks[check].faults[k] == fault)
			return fault != FAULT_OK;
	return false;
}

static void
report_message(struct monarch_report *report, bool repeats, enum fault fault,
    const struct fault_info *fi)
{
	const size_t checks = MESSAGE_CHECKS - !repeats;
	size_t last;

	for (last = 0; last < checks; last++)
		if (is_fault_of(last, fault))
			break;
	if (fault != FAULT_OK && last == checks) {
		step(report, fault, "message: %s", fi->text);
		return;
	}
	for (size_t k = 0; k < last; k++)
		step(report, FAULT_OK, "message: %s", message_checks[k].what);
	if (last < checks)
		step(report, fault, "message: %s: %s",
		    message_checks[last].what, fi->text);
}

/* ---- the check ---- */

static enum fault
check_steps(struct monarch_report *report, struct arena *arena,
    const struct monarch_verifier *v, struct bytes in, uint32_t now,
    struct fault_info *fi)
{
	const signed_data *s = decode(arena, in, fi);
	struct cert *leaf;
	enum fault fault;

	if (s == NULL) {
		step(report, fi->code, "message: form: %s", fi->text);
		return fi->code;
	}
	step(report, FAULT_OK, "message: form");
	fault = find_signer(&leaf, report, arena, v, s, fi);
	if (fault != FAULT_OK) {
		step(report, fault, "signer: %s", fi->text);
		return fault;
	}
	return check_chain(report, arena, v, leaf, now, fi);
}

void
verifier_give(struct monarch_message *out, const struct spdu *spdu)
{
	const signed_data *s = &spdu->data->content.signed_data;

	out->psid = (uint32_t)spdu->header.psid;
	out->generation_time = spdu->header.generation_time;
	memcpy(out->signer, spdu->signer->id, sizeof(out->signer));
	out->certificate = certificate_of(s) != NULL;
	out->payload = spdu->payload;
}

/* Not older than it may be early. */
static enum fault
check_age(
    const struct spdu *spdu, const struct spdu_rules *r, struct fault_info *fi)
{
	uint64_t made = spdu->header.generation_time / 1000000;

	if (made + r->tolerance >= r->now)
		return FAULT_OK;
	return fault_set(fi, FAULT_TOO_OLD, "generated %llu s ago",
	    (unsigned long long)(r->now - made));
}

enum fault
verifier_open(const struct monarch_verifier *v, struct spdu *out,
    struct arena *arena, struct monarch_report *report, struct bytes in,
    const struct monarch_rules *rules, struct fault_info *fi)
{
	struct spdu_rules r = {
	    .psid = rules->psid,
	    .now = rules->now != 0 ? rules->now : time32_now(),
	    .tolerance = rules->seconds != 0 ? rules->seconds : SECONDS,
	    .need_generation_time = true,
	};
	enum fault fault;

	if (report != NULL)
		report->n = 0;
	TRY(verify_renew_lists(v, r.now, fi));
	TRY(check_steps(report, arena, v, in, r.now, fi));
	fault = spdu_open(out, arena, in, v->trust, &r, fi);
	if (fault == FAULT_OK)
		fault = check_age(out, &r, fi);
	/* last, so that what is refused leaves no trace */
	if (fault == FAULT_OK && v->replay != NULL)
		fault = replay_check(v->replay, &out->digest, r.now, fi);
	report_message(report, v->replay != NULL, fault, fi);
	return fault;
}

void
verifier_remember(const struct monarch_verifier *v, const struct cert *signer)
{
	trust_remember(v->trust, signer);
}

enum fault
verifier_check(const struct monarch_verifier *v, struct cert *cert,
    uint32_t now, struct fault_info *fi)
{
	return trust_check_chain(NULL, v->trust, cert, now, fi);
}

enum fault
monarch_verify(const struct monarch_verifier *v, struct monarch_message *out,
    struct monarch_report *report, struct bytes in,
    const struct monarch_rules *rules, struct fault_info *fi)
{
	struct arena arena = arena_new(MESSAGE_LIMIT + 4 * in.n);
	struct fault_info own = {0};
	struct spdu spdu;
	enum fault fault;

	memset(out, 0, sizeof(*out));
	fault = verifier_open(
	    v, &spdu, &arena, report, in, rules, fi == NULL ? &own : fi);
	if (fault == FAULT_OK)
		verifier_give(out, &spdu);
	arena_free(&arena);
	return fault;
}
