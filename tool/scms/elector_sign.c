/* elector_sign.c - what an elector does alone, without an environment. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/time32.h"
#include "cert/perm.h"
#include "service/service.h"
#include "tool/scms/elector.h"

#define MEMORY		((size_t)8 << 20)
#define CERTIFICATE_MAX 4096u
#define ENDORSEMENT_MAX 16384u
#define VOTES_MOST	32

static enum scms_role
role_of(enum endorsement kind)
{
	return kind == ENDORSE_ADD_ROOT || kind == ENDORSE_REMOVE_ROOT
		   ? SCMS_ROOT
		   : SCMS_ELECTOR;
}

static enum fault
read_subject(struct cert **out, struct arena *arena, const char *path,
    enum scms_role role, struct fault_info *fi)
{
	struct bytes raw;

	TRY(file_read(&raw, arena, path, CERTIFICATE_MAX, fi));
	return anchors_load(out, arena, raw, role, fi) == FAULT_OK
		   ? FAULT_OK
		   : fault_prefix(fi, "%s", path);
}

/* That of an environment, where there is one: as scms-obe does. */
static enum fault
set_clock(struct fault_info *fi)
{
	const char *clock = getenv("MONARCH_CLOCK");

	return clock != NULL ? service_clock_read(clock, fi) : FAULT_OK;
}

static enum fault
sign(struct arena *arena, const struct elector_request *r,
    const struct passphrase *p, struct fault_info *fi)
{
	const struct bytes secret = {(const uint8_t *)p->text, p->n};
	char text[TIME32_TEXT];
	struct bytes endorsement;
	struct elector elector;
	enum endorsement kind;
	struct cert *subject;
	uint32_t now;
	enum fault f;

	TRY(endorsement_parse(&kind, r->argv[1], fi));
	TRY(read_subject(&subject, arena, r->argv[2], role_of(kind), fi));
	TRY(set_clock(fi));
	now = time32_now();
	TRY(elector_load(&elector, arena, r->offline.v[0], secret, fi));
	f = endorsement_sign(
	    &endorsement, arena, kind, subject, now, &elector.signer, fi);
	key_free(elector.key);
	if (f == FAULT_OK)
		f = file_write(r->out, endorsement, 0644, fi);
	if (f == FAULT_OK) {
		time32_text(text, now);
		printf("%s: %s says at %s: %s %s\n", r->out,
		    cert_name(arena, elector.cert), text,
		    endorsement_words(kind), cert_name(arena, subject));
	}
	return f;
}

enum fault
elector_endorse(struct elector_request *r, struct fault_info *fi)
{
	struct arena arena;
	struct passphrase p;
	enum fault f;

	if (r->argc != 3 || r->offline.n != 1 || r->out == NULL)
		return fault_set(fi, FAULT_USAGE,
		    "endorse WHAT CERT --offline FOLDER --out FILE needed");
	TRY(passphrase_get(&p, r->passphrase_file, fi));
	arena = arena_new(MEMORY);
	f = sign(&arena, r, &p, fi);
	arena_free(&arena);
	wipe(&p, sizeof(p));
	return f;
}

static enum fault
collect(
    struct arena *arena, const struct elector_request *r, struct fault_info *fi)
{
	struct bytes vote[VOTES_MOST], raw, ballot;
	size_t n = (size_t)r->argc - 2;
	struct cert *subject;

	if (n > VOTES_MOST)
		return fault_set(fi, FAULT_TOO_LARGE, "%zu endorsements", n);
	TRY(file_read(&raw, arena, r->argv[1], CERTIFICATE_MAX, fi));
	TRY(cert_load(&subject, arena, raw, fi));
	for (size_t k = 0; k < n; k++)
		TRY(file_read(
		    &vote[k], arena, r->argv[2 + k], ENDORSEMENT_MAX, fi));
	TRY(ballot_build(&ballot, arena, subject, vote, n, fi));
	TRY(file_write(r->out, ballot, 0644, fi));
	printf("%s: %zu votes on %s\n", r->out, n, cert_name(arena, subject));
	return FAULT_OK;
}

enum fault
elector_ballot(struct elector_request *r, struct fault_info *fi)
{
	struct arena arena;
	enum fault f;

	if (r->argc < 3 || r->out == NULL)
		return fault_set(fi, FAULT_USAGE,
		    "ballot CERT ENDORSEMENT... --out FILE needed");
	arena = arena_new(MEMORY);
	f = collect(&arena, r, fi);
	arena_free(&arena);
	return f;
}
