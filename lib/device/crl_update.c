/* crl_update.c - a device fetches revocation lists from the CRL store. */
#include <stdio.h>
#include <string.h>

#include "base/time32.h"
#include "cert/policy.h"
#include "cert/profile.h"
#include "device/crl_self.h"
#include "device/device.h"

#define ARENA_LIMIT ((size_t)1 << 30)
#define PORT	    "8894"

/* ---- fetching ---- */

/* https://crlstore.<domain>, where the RA is ra.<domain>. */
static enum fault
find_server(char out[URL_SIZE], const struct monarch_device *d,
    const char *given, struct fault_info *fi)
{
	const char *domain = strchr(d->identity.host, '.');
	int n;

	if (given == NULL && domain == NULL)
		return fault_set(
		    fi, FAULT_USAGE, "the server of the CRL must be told");
	n = given != NULL
		? snprintf(out, URL_SIZE, "%s", given)
		: snprintf(out, URL_SIZE, "https://crlstore%s:" PORT, domain);
	return n < URL_SIZE ? FAULT_OK
			    : fault_set(fi, FAULT_USAGE, "URL is too long");
}

/* BYTES_NONE: what was fetched last is the newest. */
static enum fault
fetch(struct monarch_device *d, struct bytes *out, char tag[STATE_TEXT],
    struct arena *arena, const char *server, struct fault_info *fi)
{
	char condition[STATE_TEXT + 32];
	struct ra_request request = {
	    .server = server, .path = "/download-crl", .limit = CRL_FILE_MAX};
	struct http_result result;
	const char *new;

	snprintf(condition, sizeof(condition), "If-None-Match: %s", tag);
	if (tag[0] != '\0')
		request.header[0] = condition;
	*out = BYTES_NONE;
	TRY(ra_call(d, &result, arena, &request, fi));
	if (result.status == 304 && tag[0] != '\0')
		return FAULT_OK;
	if (result.status != 200)
		return fault_set(fi, FAULT_HTTP_STATUS,
		    "%s answers with status %u", server, result.status);
	new = http_result_header(&result, arena, "ETag");
	if (new == NULL || strlen(new) >= STATE_TEXT)
		new = "";
	snprintf(tag, STATE_TEXT, "%s", new);
	*out = result.body;
	return FAULT_OK;
}

/* ---- taking ---- */

static uint32_t
tolerance(const struct monarch_device *d)
{
	uint64_t s = d->state.overdue_crl_seconds;

	if (s == 0)
		s = lifetime_seconds(
		    policy_global_default.overdue_crl_tolerance);
	return s < UINT32_MAX ? (uint32_t)s : UINT32_MAX;
}

/* What is held, to be replaced; a file that is damaged holds nothing. */
static enum fault
read_held(struct crl_lists *held, struct arena *arena,
    const struct monarch_device *d, const struct monarch_crl_terms *terms,
    struct fault_info *fi)
{
	enum fault fault = crl_file_read(held, arena, &d->folder, fi);

	if (fault == FAULT_OK)
		fault = crl_file_lists(held, arena, fi);
	if (fault == FAULT_STORE)
		device_tell(d, MONARCH_REFUSED, fi->text);
	if (fault == FAULT_STORE || fault == FAULT_NOT_FOUND)
		*held = (struct crl_lists){.n = 0};
	else
		TRY(fault);
	held->terms = (struct revoked_terms){.now = time32_now(),
	    .i_zero = terms->i_zero != 0 ? terms->i_zero : I_ZERO_DEFAULT,
	    .i_seconds =
		terms->i_seconds != 0 ? terms->i_seconds : d->i_seconds,
	    .tolerance = tolerance(d)};
	return FAULT_OK;
}

/* Lists first, ballots second, so that nobody who is about to lose our trust
 * can take a list away. */
static enum fault
take(struct monarch_device *d, struct crl_lists *held, struct arena *arena,
    struct bytes composite, struct fault_info *fi)
{
	struct fault_info later;
	enum fault fault, f;

	fault = crl_take(held, arena, composite, d->identity.trust, fi);
	f = device_vote(d, &held->ballots, &later);
	if (f == FAULT_OK)
		f = crl_watch_install(&d->crl, arena, held, &later);
	if (f != FAULT_OK && fault == FAULT_OK) {
		*fi = later;
		return f;
	}
	return fault;
}

/* What is held may have been damaged, or never been there: then the tag that
 * stands for it is of no use. */
static enum fault
update(struct monarch_device *d, struct crl_lists *held, struct arena *arena,
    const struct monarch_crl_terms *terms, struct fault_info *fi)
{
	static const struct digest none;
	char server[URL_SIZE], tag[STATE_TEXT];
	struct bytes composite;

	TRY(find_server(server, d, terms->server, fi));
	TRY(read_held(held, arena, d, terms, fi));
	memcpy(tag, d->state.crl_tag, sizeof(tag));
	if (memcmp(&held->sum, &none, sizeof(none)) == 0)
		tag[0] = '\0';
	TRY(fetch(d, &composite, tag, arena, server, fi));
	if (composite.n == 0)
		return crl_watch_install(&d->crl, arena, held, fi);
	d->state.crl_tag[0] = '\0';
	TRY(state_write(&d->folder, &d->state, fi));
	TRY(take(d, held, arena, composite, fi));
	memcpy(d->state.crl_tag, tag, sizeof(tag));
	return state_write(&d->folder, &d->state, fi);
}

enum fault
monarch_update_crl(struct monarch_device *d, struct monarch_lists *lists,
    const struct monarch_crl_terms *terms, struct fault_info *fi)
{
	struct arena arena = arena_new(ARENA_LIMIT);
	struct crl_lists *held = ARENA_NEW(&arena, struct crl_lists);
	struct fault_info own = {0}, self;
	enum fault fault;

	fi = fi == NULL ? &own : fi;
	if (held == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	fault = update(d, held, &arena, terms, fi);
	if (lists != NULL) {
		*lists = (struct monarch_lists){.n = 0};
		crl_describe(lists, held);
		if (device_check_self(d, &self) == FAULT_REVOKED)
			memcpy(lists->revoked, self.text, sizeof(self.text));
	}
	arena_free(&arena);
	return fault;
}
