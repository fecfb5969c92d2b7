/* device.c - opening a device's folder for work. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "base/time32.h"
#include "cert/policy.h"
#include "device/crl_self.h"
#include "device/device.h"
#include "device/place.h"
#include "device/policy_file.h"

#define ARENA_LIMIT (8u << 20)
#define CRL_ARENA   ((size_t)1 << 30)

void
device_tell(
    const struct monarch_device *d, enum monarch_event event, const char *text)
{
	if (d->settings.tell != NULL)
		d->settings.tell(d->settings.ctx, d, event, text);
}

enum fault
device_begin(struct monarch_device *d, struct fault_info *fi)
{
	char last[STATE_TEXT];

	if (d->state.stopped == 0)
		return FAULT_OK;
	if (d->settings.again) {
		d->state.stopped = d->state.failures = 0;
		return FAULT_OK;
	}
	memcpy(last, d->state.last_error, sizeof(last));
	return fault_set(fi, FAULT_GAVE_UP,
	    "%s gave up after %u failures in a row; the last: %.120s",
	    d->folder.name, (unsigned)d->state.failures, last);
}

enum fault
device_note(
    struct monarch_device *d, enum fault fault, const struct fault_info *fi)
{
	if (fault == FAULT_OK) {
		d->state.failures = d->state.stopped = d->state.blocked = 0;
		d->state.last_contact = time32_now();
		d->state.last_error[0] = '\0';
	} else if (fault != FAULT_USAGE) {
		d->state.failures++;
		if (fault == FAULT_BLOCKED && d->state.blocked == 0)
			d->state.blocked = time32_now();
		d->state.stopped =
		    d->state.failures >= d->settings.failures_most;
		snprintf(d->state.last_error, sizeof(d->state.last_error),
		    "%.*s", (int)sizeof(d->state.last_error) - 1, fi->text);
	}
	/* What happened matters more than that it cannot be noted down. */
	if (state_write(&d->folder, &d->state, NULL) != FAULT_OK)
		log_warn("%s: state cannot be written", d->folder.path);
	return fault;
}

enum fault
device_read_key(
    struct scalar *key, const struct folder *f, struct fault_info *fi)
{
	uint8_t memory[64];
	struct arena arena = arena_of(memory, sizeof(memory));
	struct bytes file;

	TRY(folder_read(&file, &arena, f, FOLDER_REQUEST_KEY, fi));
	if (file.n != sizeof(key->b))
		return fault_set(fi, FAULT_STORE, "%s/%s is damaged", f->path,
		    FOLDER_REQUEST_KEY);
	memcpy(key->b, file.p, file.n);
	wipe(memory, sizeof(memory));
	return FAULT_OK;
}

static enum fault
load_enrollment(struct monarch_device *d, uint32_t now, struct fault_info *fi)
{
	struct bytes cert = d->bundle.file[BUNDLE_ENROLLMENT];
	struct bytes s = d->bundle.file[BUNDLE_ENROLLMENT_S];
	struct scalar key;
	enum fault fault;

	/* They may be of a time that the chain files have forgotten. */
	TRY(trust_add_known(d->identity.trust, d->bundle.file[BUNDLE_ICA], fi));
	TRY(trust_add_known(d->identity.trust, d->bundle.file[BUNDLE_ECA], fi));
	d->place_number = place_in_use(&d->place, &d->folder, now);
	if (d->place_number > 0) {
		TRY(folder_read(&cert, &d->arena, &d->place, FOLDER_ECA, fi));
		TRY(trust_add_known(d->identity.trust, cert, fi));
		TRY(folder_read(
		    &cert, &d->arena, &d->place, FOLDER_ENROLLMENT, fi));
		TRY(folder_read(
		    &s, &d->arena, &d->place, FOLDER_ENROLLMENT_S, fi));
	}
	TRY(device_read_key(&key, &d->place, fi));
	fault = identity_take_enrollment(&d->identity, cert, s, &key, now, fi);
	wipe(&key, sizeof(key));
	return fault;
}

static enum fault
load_anchors(struct monarch_device *d, struct fault_info *fi)
{
	struct identity *id = &d->identity;
	struct anchors anchors;
	enum fault fault;

	fault = anchors_read(&anchors, &id->arena, &d->folder, fi);
	if (fault == FAULT_NOT_FOUND)
		fault = anchors_of_bundle(&anchors, &id->arena, &d->bundle, fi);
	TRY(fault);
	return identity_take_anchors(id, &anchors, &d->bundle, fi);
}

static enum fault
load_chains(struct monarch_device *d, uint32_t now, struct fault_info *fi)
{
	struct identity *id = &d->identity;

	identity_free(id);
	identity_init(id);
	TRY(load_anchors(d, fi));
	/* The newest chain file first; when it no longer serves, the bundle's
	 * must do until a new one is fetched. */
	if (policy_file_take_lccf(d, now) != FAULT_OK) {
		d->state.chain_name[0] = '\0';
		TRY(identity_take_lccf(
		    id, d->bundle.file[BUNDLE_LCCF], now, fi));
	}
	/* The bundle's may have had to do. */
	if (id->gccf_version < d->state.gccf_version)
		id->gccf_version = d->state.gccf_version;
	if (id->lccf_version < d->state.lccf_version)
		id->lccf_version = d->state.lccf_version;
	return FAULT_OK;
}

/* ---- what is revoked ---- */

static void
vote_on_held(struct anchors *a, const struct folder *f, uint32_t now)
{
	struct arena arena = arena_new(CRL_ARENA);
	struct crl_lists *held = ARENA_NEW(&arena, struct crl_lists);

	if (held != NULL && folder_has(f, FOLDER_CRL_LISTS) &&
	    crl_file_read(held, &arena, f, NULL) == FAULT_OK &&
	    crl_file_ballots(held, &arena, NULL) == FAULT_OK)
		anchors_vote_ballots(a, &held->ballots, now);
	arena_free(&arena);
}

/* Roots and electors; *lost: a root that was trusted is gone. */
static enum fault
vote(struct monarch_device *d, bool *lost,
    const struct anchors_removals *ballots, struct fault_info *fi)
{
	struct anchors *a = &d->identity.anchors;
	/* Somebody may have been stopped between writing the chain file and
	 * these. */
	bool changed = a->changed;

	*lost = a->lost;
	if (ballots != NULL)
		anchors_vote_ballots(a, ballots, time32_now());
	else
		vote_on_held(a, &d->folder, time32_now());
	*lost |= a->lost;
	return changed || a->changed ? anchors_write(&d->folder, a, fi)
				     : FAULT_OK;
}

enum fault
device_vote(struct monarch_device *d, const struct anchors_removals *ballots,
    struct fault_info *fi)
{
	bool lost;

	TRY(vote(d, &lost, ballots, fi));
	return lost ? device_load_identity(d, fi) : FAULT_OK;
}

/* What is wrong with the lists does not keep a device from its work, part of
 * which is to fetch others. */
static void
watch_lists(struct monarch_device *d, uint32_t now)
{
	struct fault_info fi;

	crl_watch_free(&d->crl);
	crl_watch_init(&d->crl, &d->folder, d->identity.trust);
	d->crl.keep = true;
	if (crl_watch_renew(&d->crl, now, &fi) != FAULT_OK)
		device_tell(d, MONARCH_REFUSED, fi.text);
}

enum fault
device_check_self(struct monarch_device *d, struct fault_info *fi)
{
	return d->crl.revoked == NULL ? FAULT_OK
				      : crl_self_find(d->identity.trust,
					    &d->folder, time32_now(), fi);
}

/* ---- all of it ---- */

enum fault
device_load_identity(struct monarch_device *d, struct fault_info *fi)
{
	uint32_t now = time32_now();
	bool lost;

	TRY(load_chains(d, now, fi));
	TRY(vote(d, &lost, NULL, fi));
	if (lost)
		TRY(load_chains(d, now, fi));
	policy_file_read(d, now);
	TRY(load_enrollment(d, now, fi));
	watch_lists(d, now);
	return FAULT_OK;
}

enum fault
device_open(struct monarch_device **out, const char *folder,
    const struct monarch_settings *settings, struct fault_info *fi)
{
	struct monarch_device *d = calloc(1, sizeof(*d));
	enum fault fault;

	if (d == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	d->settings = *settings;
	if (d->settings.attempts == 0)
		d->settings.attempts = DEVICE_ATTEMPTS;
	if (d->settings.failures_most == 0)
		d->settings.failures_most = DEVICE_FAILURES;
	if (d->settings.timeout == 0)
		d->settings.timeout = DEVICE_TIMEOUT;
	d->folder.lock = -1;
	d->arena = arena_new(ARENA_LIMIT);
	identity_init(&d->identity);
	if ((fault = folder_lock(&d->folder, folder, FOLDER_LOCK, fi)) ==
		FAULT_OK &&
	    (fault = bundle_of_folder(&d->bundle, &d->arena, &d->folder, fi)) ==
		FAULT_OK) {
		state_read(&d->state, &d->folder);
		fault = device_load_identity(d, fi);
	}
	if (fault != FAULT_OK) {
		monarch_close(d);
		return fault;
	}
	*out = d;
	return FAULT_OK;
}

static enum fault
https_call(void *ctx, struct http_result *result, struct arena *arena,
    const struct http_call *call, struct fault_info *fi)
{
	return http_call(ctx, result, arena, call, fi);
}

static enum fault
connect_client(struct monarch_device *d, struct fault_info *fi)
{
	struct http_client_config config = {.hosts = d->hosts};
	struct http_client *client;
	char ca[PATH_SIZE], name[64];

	snprintf(name, sizeof(name), FOLDER_BUNDLE "/%s",
	    bundle_name(BUNDLE_ROOT_TLS));
	folder_path(ca, &d->folder, name);
	config.ca = ca;
	TRY(http_client_new(&client, &config, fi));
	http_client_free(d->client);
	d->client = client;
	d->transport = (struct transport){https_call, client};
	return FAULT_OK;
}

enum fault
device_reconnect(struct monarch_device *d, struct fault_info *fi)
{
	return d->client == NULL ? FAULT_OK : connect_client(d, fi);
}

enum fault
monarch_open(struct monarch_device **out, const char *folder,
    const struct monarch_settings *settings, struct fault_info *fi)
{
	struct fault_info own = {0};
	enum fault fault;

	fi = fi == NULL ? &own : fi;
	TRY(device_open(out, folder, settings, fi));
	if (settings->hosts != NULL &&
	    ((*out)->hosts = strdup(settings->hosts)) == NULL)
		fault = fault_set(fi, FAULT_TOO_LARGE, "no memory");
	else
		fault = connect_client(*out, fi);
	if (fault != FAULT_OK) {
		monarch_close(*out);
		*out = NULL;
	}
	return fault;
}

void
monarch_close(struct monarch_device *d)
{
	if (d == NULL)
		return;
	http_client_free(d->client);
	crl_watch_free(&d->crl);
	free(d->hosts);
	identity_free(&d->identity);
	arena_free(&d->arena);
	folder_unlock(&d->folder);
	wipe(d, sizeof(*d));
	free(d);
}

const char *
monarch_name(const struct monarch_device *d)
{
	return d->folder.name;
}
