/* environment.c - see environment.h. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/time32.h"
#include "service/environment.h"

#define TEXT_MAX     ((size_t)2 << 20)
#define CERTS_MOST   255u  /* j has 8 bits, and jMax */
#define OVERLAP_MOST 3600u /* seconds of two periods */

static const struct conf_key keys[] = {
#define CONF_DEF    "service/environment.def"
#define CONF_STRUCT struct environment
#include "service/conf_keys.h"
};

static const char *const kinds[] = {
    [ENVIRONMENT_TEST] = "test",
    [ENVIRONMENT_QA] = "qa",
    [ENVIRONMENT_PROD] = "prod",
};

struct conf_table
environment_table(struct environment *env)
{
	return (struct conf_table){keys, sizeof(keys) / sizeof(*keys), env};
}

bool
environment_kind_parse(enum environment_kind *out, const char *text)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcasecmp(text, kinds[i]) == 0) {
			*out = (enum environment_kind)i;
			return true;
		}
	}
	return false;
}

const char *
environment_kind_name(enum environment_kind k)
{
	return kinds[k];
}

enum fault
environment_defaults(struct environment *env, struct arena *arena,
    enum environment_kind kind, struct fault_info *fi)
{
	struct conf_table t = environment_table(env);

	memset(env, 0, sizeof(*env));
	env->kind = kinds[kind];
	env->stage = kind;
	return conf_defaults(&t, arena, kind, fi);
}

enum fault
environment_set(struct environment *env, struct arena *arena, const char *key,
    const char *value, struct fault_info *fi)
{
	struct conf_table t = environment_table(env);

	if (strcmp(key, "kind") == 0)
		return fault_set(fi, FAULT_CONFIG,
		    "kind: cannot be changed, it decides the others");
	return conf_set(&t, arena, key, value, fi);
}

static bool
is_domain(const char *s)
{
	return strlen(s) <= 200 && s[0] != '.' && s[0] != '-' &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-.") == strlen(s);
}

/* A PSID of both lists would tell whose pseudonym certificates are whose. */
static enum fault
check_lists(const struct environment *env, struct fault_info *fi)
{
	const struct conf_uints *a = &env->pseudonym_psids;
	const struct conf_uints *b = &env->application_psids;

	for (size_t i = 0; i < a->n; i++)
		for (size_t k = 0; k < b->n; k++)
			if (a->v[i] == b->v[k])
				return fault_set(fi, FAULT_CONFIG,
				    "PSID 0x%x is in pseudonym_psids and in "
				    "application_psids",
				    a->v[i]);
	return FAULT_OK;
}

uint32_t
environment_end(const struct environment *env)
{
	uint32_t end;

	/* environment_check has seen that it is one or the other. */
	return time32_parse(&end, env->project_end) ? end : UINT32_MAX;
}

enum fault
environment_check(const struct environment *env, struct fault_info *fi)
{
	uint32_t end;

	if (strcmp(env->project_end, "none") != 0 &&
	    !time32_parse(&end, env->project_end))
		return fault_set(fi, FAULT_CONFIG,
		    "project_end = %s: neither YYYY-MM-DD nor none",
		    env->project_end);
	if (!is_domain(env->domain))
		return fault_set(fi, FAULT_CONFIG,
		    "domain = %s: not a DNS name in lower case", env->domain);
	if (env->pseudonym_psids.n == 0)
		return fault_set(fi, FAULT_CONFIG, "pseudonym_psids is empty");
	if (env->pseudonym_region.n == 0)
		return fault_set(fi, FAULT_CONFIG, "pseudonym_region is empty");
	TRY(check_lists(env, fi));
	if (conf_duration_seconds(env->identification_lifetime) <
	    env->identification_period_seconds)
		return fault_set(fi, FAULT_CONFIG,
		    "identification_lifetime is shorter than "
		    "identification_period_seconds");
	if (conf_duration_seconds(env->pseudonym_lifetime) <
	    env->i_period_seconds)
		return fault_set(fi, FAULT_CONFIG,
		    "pseudonym_lifetime is shorter than i_period_seconds");
	if (conf_duration_seconds(env->pseudonym_lifetime) >
	    (uint64_t)env->i_period_seconds + OVERLAP_MOST)
		return fault_set(fi, FAULT_CONFIG,
		    "pseudonym_lifetime overlaps the next period by more than "
		    "an hour");
	if (environment_certs_most(env) < env->certs_per_i_period)
		return fault_set(fi, FAULT_CONFIG,
		    "certs_per_i_period of 2 shuffle_devices - 1 devices are "
		    "more than %u requests",
		    ENVIRONMENT_REQUESTS_MAX);
	/* A message must have room for K devices, or nobody hides in it. */
	if (env->batch_max_requests < env->shuffle_devices)
		return fault_set(fi, FAULT_CONFIG,
		    "batch_max_requests is smaller than shuffle_devices");
	return FAULT_OK;
}

uint32_t
environment_message_requests(const struct environment *env)
{
	uint32_t devices = 2 * env->shuffle_devices - 1;
	uint32_t least = devices * environment_certs_most(env);

	return env->batch_max_requests > least ? env->batch_max_requests
					       : least;
}

uint32_t
environment_certs_most(const struct environment *env)
{
	uint32_t room =
	    ENVIRONMENT_REQUESTS_MAX / (2 * env->shuffle_devices - 1);

	return room < CERTS_MOST ? room : CERTS_MOST;
}

enum fault
environment_read(struct environment *env, struct arena *arena, const char *path,
    struct fault_info *fi)
{
	struct conf_table t = environment_table(env);
	enum environment_kind kind;
	enum fault f;

	/* once for the kind, and again with its defaults */
	memset(env, 0, sizeof(*env));
	TRY(conf_read(&t, 1, arena, path, ENVIRONMENT_TEST, fi));
	if (!environment_kind_parse(&kind, env->kind))
		return fault_set(fi, FAULT_CONFIG,
		    "%s: kind = %s: must be test, qa or prod", path, env->kind);
	TRY(conf_read(&t, 1, arena, path, kind, fi));
	env->kind = kinds[kind];
	env->stage = kind;
	if ((f = environment_check(env, fi)) != FAULT_OK)
		fault_prefix(fi, "%s", path);
	return f;
}

enum fault
environment_write(
    const struct environment *env, const char *path, struct fault_info *fi)
{
	struct arena arena = arena_new(TEXT_MAX);
	struct environment copy = *env;
	struct conf_table t = environment_table(&copy);
	struct bytes text;
	char title[80];
	enum fault f;

	snprintf(title, sizeof(title), "Settings of a Monarch environment (%s)",
	    env->kind);
	if ((f = conf_text(&t, &text, &arena, title, fi)) == FAULT_OK)
		f = file_write(path, text, 0644, fi);
	arena_free(&arena);
	return f;
}

uint32_t
environment_period_start(const struct environment *env, uint32_t i)
{
	uint64_t t = env->i_zero + (uint64_t)i * env->i_period_seconds;

	return t > UINT32_MAX ? UINT32_MAX : (uint32_t)t;
}

uint32_t
environment_period(const struct environment *env, uint32_t time)
{
	return time32_period(time, env->i_zero, env->i_period_seconds);
}
