/* status.c - what a device has and how it fares, without touching it. */
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "base/time32.h"
#include "cert/cert.h"
#include "device/device.h"
#include "device/provision.h"
#include "device/week.h"

#define ARENA_LIMIT (64u << 20)

static void
read_bundle(
    struct monarch_status *s, struct arena *arena, const struct folder *f)
{
	char host[URL_SIZE];
	struct bundle bundle;
	struct cert *cert;

	if (bundle_of_folder(&bundle, arena, f, NULL) != FAULT_OK)
		return;
	s->bootstrapped = true;
	if (url_parse(s->ra, host, bundle.file[BUNDLE_RA_URL], NULL) !=
	    FAULT_OK)
		s->ra[0] = '\0';
	if (cert_load(&cert, arena, bundle.file[BUNDLE_ENROLLMENT], NULL) ==
	    FAULT_OK) {
		s->enrollment_end = cert->end;
		memcpy(s->enrollment, cert->id, sizeof(s->enrollment));
	}
}

static void
read_provision(
    struct monarch_status *s, struct arena *arena, const struct folder *f)
{
	struct provision_file p;

	if (provision_acked(&p, arena, f, NULL) == FAULT_OK) {
		s->provisioned = true;
		s->download_time = p.download_time;
		memcpy(s->request_hash, p.hash, sizeof(s->request_hash));
	}
	wipe(&p, sizeof(p));
}

static enum fault
read_weeks(
    struct monarch_status *s, const struct folder *f, struct fault_info *fi)
{
	struct arena list = arena_new(ARENA_LIMIT);
	struct arena one = arena_new(ARENA_LIMIT);
	uint32_t *i, now = time32_now();
	struct week w;
	size_t n;
	enum fault fault = week_list(&i, &n, &list, f, fi);

	for (size_t k = 0; k < n && fault == FAULT_OK; k++) {
		arena_reset(&one);
		if (s->periods + s->incomplete == 0)
			s->i_first = i[k];
		s->i_last = i[k];
		if (week_read(&w, &one, f, i[k], NULL) != FAULT_OK) {
			s->incomplete++; /* damaged: will be fetched again */
			continue;
		}
		s->periods += w.complete;
		s->incomplete += !w.complete;
		s->certificates += (unsigned)w.n;
		if (w.start <= now && now < w.end)
			s->usable += (unsigned)w.n;
	}
	arena_free(&one);
	arena_free(&list);
	return fault;
}

enum fault
monarch_status(
    const char *folder, struct monarch_status *s, struct fault_info *fi)
{
	struct arena arena = arena_new(ARENA_LIMIT);
	struct folder f;
	struct state state;
	enum fault fault;

	memset(s, 0, sizeof(*s));
	TRY(folder_find(&f, folder, fi));
	state_read(&state, &f);
	s->failures = state.failures;
	s->last_contact = state.last_contact;
	s->next = state.next;
	memcpy(s->last_error, state.last_error, sizeof(s->last_error));
	read_bundle(s, &arena, &f);
	read_provision(s, &arena, &f);
	fault = read_weeks(s, &f, fi);
	arena_free(&arena);
	return fault;
}
