/* policy_file.c - policy and chain file: fetched, checked, kept. */
#include <stdio.h>
#include <string.h>

#include "base/time32.h"
#include "cert/policy.h"
#include "device/policy_file.h"

#define FILE_LIMIT  (1u << 20)
#define ARENA_LIMIT (8u << 20)
#define SECOND	    UINT64_C(1000000)
#define LPF	    FOLDER_POLICY "/LPF.oer"
#define LCCF	    FOLDER_POLICY "/LCCF.oer"

static void
follow(struct monarch_device *d, const struct policy_global *global)
{
	uint64_t period = lifetime_seconds(global->i_period);
	uint64_t supply = lifetime_seconds(global->max_cert_supply);

	if (period > 0 && period <= UINT32_MAX)
		d->i_seconds = (uint32_t)period;
	if (supply > 0 && supply <= UINT32_MAX)
		d->supply_seconds = (uint32_t)supply;
	d->rse_validity = (uint32_t)lifetime_seconds(global->rse_validity);
	d->rse_overlap = (uint32_t)lifetime_seconds(global->rse_overlap);
}

static uint32_t
seconds(struct lifetime l)
{
	uint64_t s = lifetime_seconds(l);

	return s < UINT32_MAX ? (uint32_t)s : UINT32_MAX;
}

/* What is kept of a policy besides what is followed now. */
static void
note(struct monarch_device *d, const struct policy_file *p, uint32_t now)
{
	d->state.certs_per_i_period = p->local.certs_per_i_period != 0
					  ? p->local.certs_per_i_period
					  : p->global.min_certs_per_i_period;
	d->state.overdue_crl_seconds = seconds(p->global.overdue_crl_tolerance);
	d->policy_made[0] = p->head.generation_time;
	d->policy_made[1] = p->local_head.generation_time;
	d->policy_read = now * SECOND;
	d->policy_change = policy_next_change(&p->set, d->policy_read);
}

static bool
is_older(const struct monarch_device *d, const struct policy_file *p)
{
	const struct policy_file held = {
	    .head.generation_time = d->policy_made[0],
	    .local_head.generation_time = d->policy_made[1]};

	return policy_is_older(p, &held);
}

/* Verified and for us; then it is followed.  REPLAYED: it is older than the
 * one that is. */
static enum fault
take_lpf(struct monarch_device *d, struct arena *arena, struct bytes lpf,
    uint32_t now, struct fault_info *fi)
{
	struct policy_file policy;

	TRY(policy_open(&policy, arena, lpf, d->identity.trust, now, fi));
	if (!policy.is_local ||
	    (policy.ra_hostname != NULL &&
		strcasecmp(policy.ra_hostname, d->identity.host) != 0))
		return fault_set(
		    fi, FAULT_DENIED, "not the policy of %s", d->identity.host);
	if (is_older(d, &policy))
		return fault_set(fi, FAULT_REPLAYED,
		    "older than the policy that is held, which stays");
	follow(d, &policy.global);
	note(d, &policy, now);
	return FAULT_OK;
}

enum fault
policy_file_take_lccf(struct monarch_device *d, uint32_t now)
{
	struct fault_info fi;
	struct bytes file;

	TRY(folder_read(&file, &d->arena, &d->folder, LCCF, &fi));
	return identity_take_lccf(&d->identity, file, now, &fi);
}

void
policy_file_read(struct monarch_device *d, uint32_t now)
{
	struct arena arena = arena_new(ARENA_LIMIT);
	struct fault_info fi;
	struct bytes file;

	follow(d, &policy_global_default);
	d->policy_made[0] = d->policy_made[1] = 0;
	if (folder_read(&file, &arena, &d->folder, LPF, &fi) != FAULT_OK ||
	    take_lpf(d, &arena, file, now, &fi) != FAULT_OK) {
		d->state.policy_name[0] = '\0'; /* so fetched anew */
		file = d->bundle.file[BUNDLE_LPF];
		if (take_lpf(d, &arena, file, now, &fi) != FAULT_OK)
			follow(d, &policy_global_default);
	}
	arena_free(&arena);
}

/* The file's name in Content-Disposition; empty if it has none that could be
 * sent back. */
static void
file_name(
    char out[STATE_TEXT], const struct http_result *result, struct arena *arena)
{
	const char *value, *p;
	size_t n;

	out[0] = '\0';
	value = http_result_header(result, arena, "Content-Disposition");
	p = value == NULL ? NULL : strstr(value, "filename=");
	if (p == NULL)
		return;
	p += strlen("filename=");
	p += *p == '"';
	n = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		      "0123456789._-");
	if (n < STATE_TEXT)
		snprintf(out, STATE_TEXT, "%.*s", (int)n, p);
}

/* BYTES_NONE: what is held is the newest. */
static enum fault
fetch(struct monarch_device *d, struct bytes *out, struct arena *arena,
    const char *path, char name[STATE_TEXT], struct fault_info *fi)
{
	struct ra_request request = {.path = path, .limit = FILE_LIMIT};
	struct http_result result;
	char header[STATE_TEXT + 32];

	if (name[0] != '\0') {
		snprintf(header, sizeof(header), "If-None-Match: \"%s\"", name);
		request.header[0] = header;
	}
	*out = BYTES_NONE;
	TRY(ra_call(d, &result, arena, &request, fi));
	if (result.status == 304 && name[0] != '\0')
		return FAULT_OK;
	if (result.status != 200)
		return fault_set(fi, FAULT_HTTP_STATUS,
		    "RA answers with status %u", result.status);
	file_name(name, &result, arena);
	*out = result.body;
	return FAULT_OK;
}

/* Contents first, name second: a crash between costs one more transfer. */
static enum fault
keep(struct monarch_device *d, const char *file, struct bytes contents,
    char name[STATE_TEXT], const char *new_name, struct fault_info *fi)
{
	char text[STATE_TEXT + 32];

	name[0] = '\0';
	TRY(state_write(&d->folder, &d->state, fi));
	TRY(folder_mkdir(&d->folder, FOLDER_POLICY, fi));
	TRY(folder_write(&d->folder, file, contents, fi));
	snprintf(name, STATE_TEXT, "%s", new_name);
	TRY(state_write(&d->folder, &d->state, fi));
	snprintf(text, sizeof(text), "%s is in force",
	    new_name[0] == '\0' ? file : new_name);
	device_tell(d, MONARCH_POLICY, text);
	return FAULT_OK;
}

static enum fault
update_chain(
    struct monarch_device *d, struct arena *arena, struct fault_info *fi)
{
	char name[STATE_TEXT];
	struct bytes file, copy;
	enum fault fault;

	memcpy(name, d->state.chain_name, sizeof(name));
	TRY(fetch(
	    d, &file, arena, "/download/local-certificate-chain", name, fi));
	if (file.n == 0)
		return FAULT_OK;
	copy = bytes_copy(&d->arena, file);
	if (copy.p == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "chain file");
	fault = identity_take_lccf(&d->identity, copy, time32_now(), fi);
	if (fault == FAULT_REPLAYED) {
		device_tell(d, MONARCH_POLICY, fi->text);
		return FAULT_OK;
	}
	if (fault != FAULT_OK)
		return fault_prefix(fi, "chain file of the RA");
	d->state.gccf_version = d->identity.gccf_version;
	d->state.lccf_version = d->identity.lccf_version;
	/* In this order: roots that are gone leave the former file without
	 * an endorsement; the new one brings the same roots again. */
	TRY(keep(d, LCCF, file, d->state.chain_name, name, fi));
	/* What a removed root stands for is trusted no longer; electors that
	 * are new may have voted in lists that are held. */
	return d->identity.anchors.changed ? device_vote(d, NULL, fi)
					   : FAULT_OK;
}

/* The same policy as before; values may have changed by now. */
static enum fault
follow_on(struct monarch_device *d, uint32_t now)
{
	uint64_t time = now * SECOND;

	if (time < d->policy_read || time >= d->policy_change)
		policy_file_read(d, now);
	return FAULT_OK;
}

static enum fault
update_policy(
    struct monarch_device *d, struct arena *arena, struct fault_info *fi)
{
	char name[STATE_TEXT];
	struct bytes file;
	enum fault fault;

	memcpy(name, d->state.policy_name, sizeof(name));
	TRY(fetch(d, &file, arena, "/download/policy/local", name, fi));
	if (file.n == 0)
		return follow_on(d, time32_now());
	fault = take_lpf(d, arena, file, time32_now(), fi);
	if (fault == FAULT_REPLAYED) {
		device_tell(d, MONARCH_POLICY, fi->text);
		return FAULT_OK;
	}
	if (fault != FAULT_OK)
		return fault_prefix(fi, "policy file of the RA");
	return keep(d, LPF, file, d->state.policy_name, name, fi);
}

/* The chain file comes first: the policy may be signed by somebody new. */
enum fault
monarch_update_policy(struct monarch_device *d, struct fault_info *fi)
{
	struct arena arena = arena_new(ARENA_LIMIT);
	struct fault_info own = {0};
	enum fault fault;

	fi = fi == NULL ? &own : fi;
	fault = update_chain(d, &arena, fi);
	if (fault == FAULT_OK)
		fault = update_policy(d, &arena, fi);
	arena_free(&arena);
	return fault;
}
