/* auditor.c - see auditor.h. */
#include <string.h>

#include "base/time32.h"
#include "cert/perm.h"
#include "cert/spdu.h"
#include "inquiry/auditor.h"
#include "keys/known.h"

#define TOLERANCE 5

enum fault
auditor_sign(struct bytes *out, struct arena *arena, struct bytes tbs,
    const struct signer *signer, struct fault_info *fi)
{
	const struct spdu_header header = {.psid = PSID_SECURITY,
	    .has_generation_time = true,
	    .generation_time = time64_now()};
	uint8_t hash[SHA256_SIZE];

	sha256(hash, tbs);
	return spdu_sign_external(
	    out, arena, &header, hash, SIGNER_CERTIFICATE, signer, fi);
}

/* *name: of the auditor. */
static enum fault
check_one(const char **name, struct arena *arena, const struct component *self,
    const char *folder, const uint8_t hash[SHA256_SIZE],
    struct bytes countersignature, struct fault_info *fi)
{
	const struct spdu_rules rules = {.psid = PSID_SECURITY,
	    .now = time32_now(),
	    .tolerance = TOLERANCE,
	    .max_age = AUDITOR_SECONDS,
	    .need_generation_time = true};
	struct cert *known;
	struct spdu s;

	TRY(spdu_open(&s, arena, countersignature, self->trust, &rules, fi));
	if (s.payload.p != NULL || s.external_hash.n != SHA256_SIZE ||
	    memcmp(s.external_hash.p, hash, SHA256_SIZE) != 0)
		return fault_set(fi, FAULT_BAD_SIGNATURE,
		    "countersignature is over something else");
	TRY(perm_check_role(s.signer, SCMS_AUDITOR, fi));
	if ((*name = cert_name(arena, s.signer)) == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	return known_find(
	    &known, arena, self, folder, *name, SCMS_AUDITOR, rules.now, fi);
}

static bool
is_among(const char *name, const char *const *names, size_t n)
{
	for (size_t t = 0; t < n; t++)
		if (strcmp(name, names[t]) == 0)
			return true;
	return false;
}

enum fault
auditor_count(size_t *out, struct arena *arena, const struct component *self,
    const char *folder, struct bytes tbs, const struct bytes *signatures,
    size_t n, struct fault_info *fi)
{
	const char **seen = ARENA_ARRAY(arena, n, const char *);
	uint8_t hash[SHA256_SIZE];
	size_t different = 0;
	const char *name = NULL;

	if (seen == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	sha256(hash, tbs);
	for (size_t t = 0; t < n; t++) {
		TRY(check_one(
		    &name, arena, self, folder, hash, signatures[t], fi));
		if (!is_among(name, seen, different))
			seen[different++] = name;
	}
	*out = different;
	return FAULT_OK;
}
