/* enroll.c - POST /enrollment-certificate-request, from octets to octets. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/log.h"
#include "base/time32.h"
#include "cert/perm.h"
#include "role/eca/eca.h"
#include "service/crash.h"

#define DAY 86400u

static struct eca_policy
policy_of(const struct environment *env, const struct cert *self)
{
	return (struct eca_policy){
	    .psids = {env->pseudonym_psids, env->application_psids},
	    .lifetime = {env->enrollment_lifetime,
		env->application_enrollment_lifetime},
	    .countries = env->pseudonym_region,
	    .max_age = env->enrollment_max_age_days * DAY,
	    .tolerance = env->time_tolerance_seconds,
	    .start_ahead = env->time_tolerance_seconds,
	    .eca = self};
}

static enum fault
open_all(struct eca *eca, const char *folder, const struct environment *env,
    struct fault_info *fi)
{
	char path[PATH_SIZE];

	TRY(component_load(&eca->self, folder, fi));
	TRY(perm_check_role(eca->self.cert, SCMS_ECA, fi));
	/* What it issues is checked against its own certificate. */
	TRY(trust_add_known(eca->self.trust, eca->self.cert->raw, fi));
	TRY(key_scalar(&eca->scalar, eca->self.sign_key, fi));
	eca->policy = policy_of(env, eca->self.cert);
	eca->rollover_ahead = env->rollover_days * DAY;
	eca->ra = arena_printf(&eca->self.arena, "ra.%s", env->domain);
	if (eca->ra == NULL)
		return fault_set(fi, FAULT_CONFIG, "domain is too long");
	path_join(path, folder, "data/eca.db");
	return eca_store_open(&eca->db, path, fi);
}

enum fault
eca_open(struct eca **out, const char *folder, const struct environment *env,
    struct audit *audit, struct fault_info *fi)
{
	struct eca *eca = calloc(1, sizeof(*eca));
	enum fault f;

	if (eca == NULL)
		log_fatal("out of memory");
	eca->audit = audit;
	pthread_mutex_init(&eca->lock, NULL);
	pthread_mutex_init(&eca->commits.lock, NULL);
	pthread_cond_init(&eca->commits.changed, NULL);
	if ((f = open_all(eca, folder, env, fi)) != FAULT_OK)
		eca_close(eca);
	else
		*out = eca;
	return f;
}

void
eca_close(struct eca *eca)
{
	if (eca == NULL)
		return;
	db_close(eca->db);
	component_free(&eca->self);
	pthread_mutex_destroy(&eca->lock);
	pthread_mutex_destroy(&eca->commits.lock);
	pthread_cond_destroy(&eca->commits.changed);
	free(eca);
}

static void
hash_key(struct digest *out, const struct point *key)
{
	uint8_t sec1[33];

	point_to_sec1(sec1, key);
	sha256(out->b, BYTES(sec1));
}

/* What the database knows: FAULT_OK: the answer; NOT_FOUND: nothing. */
static enum fault
look_up(struct eca *eca, struct eca_record *record, struct arena *arena,
    struct fault_info *fi)
{
	enum fault f;

	pthread_mutex_lock(&eca->lock);
	f = eca_store_answer(
	    eca->db, &record->answer, arena, &record->request, fi);
	pthread_mutex_unlock(&eca->lock);
	return f;
}

/* Whether the key is in use is asked inside the commit and nowhere else: asked
 * before, the same request on another thread looks like another with its key.
 * A certificate which that thread made counts, and ours is never seen. */
static enum fault
grant(struct eca *eca, struct eca_record *record, struct arena *arena,
    const struct eca_grant *g, struct bytes request, struct fault_info *fi)
{
	struct eca_commit commit = {.record = record, .arena = arena};

	TRY(eca_issue(&record->answer, arena, eca, g, request, fi));
	crash_point("eca-issued");
	TRY(eca_commit(eca, &commit, fi));
	crash_point("eca-committed");
	if (commit.repeated) {
		atomic_fetch_add(&eca->repeated, 1);
		return FAULT_OK;
	}
	log_info("enrolled number=%lld client=%s kind=%s",
	    (long long)commit.number, record->client,
	    g->kind == ENROLLMENT_PSEUDONYM ? "pseudonym" : "application");
	atomic_fetch_add(&eca->granted, 1);
	return FAULT_OK;
}

static enum fault
enroll_new(struct eca *eca, struct eca_record *record,
    eca_end_entity_error *error, struct arena *arena, struct bytes request,
    struct fault_info *fi)
{
	struct eca_policy policy = eca->policy;
	struct eca_grant g = {0};
	enum fault f;

	/* Only the RA brings requests for successors. */
	if (strcasecmp(record->client, eca->ra) == 0)
		policy.start_ahead = eca->rollover_ahead;
	TRY(eca_request_open(&g, error, arena, request, eca->self.trust,
	    &policy, record->issued, fi));
	hash_key(&record->key, &g.key);
	f = grant(eca, record, arena, &g, request, fi);
	*error = f == FAULT_DUPLICATE
		     ? eca_end_entity_error_eca_invalid_verify_key
		     : eca_end_entity_error_eca_internal_server_error;
	return f;
}

enum fault
eca_enroll(struct eca *eca, struct bytes *answer, eca_end_entity_error *error,
    struct arena *arena, struct bytes request, const char *client, uint32_t now,
    struct fault_info *fi)
{
	struct eca_record record = {.client = client, .issued = now};
	enum fault f;

	sha256(record.request.b, request);
	*error = eca_end_entity_error_eca_internal_server_error;
	f = look_up(eca, &record, arena, fi);
	if (f == FAULT_OK)
		atomic_fetch_add(&eca->repeated, 1);
	else if (f == FAULT_NOT_FOUND)
		f = enroll_new(eca, &record, error, arena, request, fi);
	*answer = record.answer;
	return f;
}

static unsigned
status_of(enum fault f)
{
	if (f == FAULT_DENIED)
		return 400;
	return f == FAULT_DUPLICATE ? 409 : 503;
}

static void
refuse(struct eca *eca, const struct http_request *request,
    struct http_response *response, enum fault f, eca_end_entity_error error,
    const struct fault_info *fi)
{
	const char *name = coer_name_of(&eca_end_entity_error_asn, error);
	const char *text = arena_printf(request->arena, "%s: %s", name,
	    f == FAULT_DENIED || f == FAULT_DUPLICATE ? fi->text
						      : "try again later");

	atomic_fetch_add(&eca->refused, 1);
	if (status_of(f) == 503)
		log_error("enrollment failed: %s", fi->text);
	else
		log_info("enrollment refused client=%s error=%d: %s",
		    request->peer, (int)error, fi->text);
	http_reply_scms_error(response, request->arena, true, status_of(f),
	    (unsigned)error, text != NULL ? text : name);
}

void
eca_handle_request(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct eca *eca = ctx;
	eca_end_entity_error error;
	struct fault_info fi;
	struct bytes answer;
	enum fault f;

	f = eca_enroll(eca, &answer, &error, request->arena, request->body,
	    request->peer, time32_now(), &fi);
	if (f == FAULT_OK)
		http_reply(response, 200, answer);
	else
		refuse(eca, request, response, f, error, &fi);
}
