/* status.c - what a device has and how it fares, without touching it. */
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "base/time32.h"
#include "cert/cert.h"
#include "device/crl_self.h"
#include "device/device.h"
#include "device/issuers.h"
#include "device/place.h"
#include "device/provision_file.h"
#include "device/spool.h"
#include "device/week.h"

#define ARENA_LIMIT ((size_t)1 << 30)

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

/* The enrollment certificate of a place; NULL: there is none. */
static const struct cert *
read_enrollment(struct arena *arena, const struct folder *place)
{
	struct bytes file;
	struct cert *cert;

	if (folder_read(&file, arena, place, FOLDER_ENROLLMENT, NULL) !=
		FAULT_OK ||
	    cert_load(&cert, arena, file, NULL) != FAULT_OK)
		return NULL;
	return cert;
}

/* What came after the bundle. */
static void
read_successors(
    struct monarch_status *s, struct arena *arena, const struct folder *f)
{
	const struct cert *cert;
	struct folder place;

	if (place_in_use(&place, f, time32_now()) > 0 &&
	    (cert = read_enrollment(arena, &place)) != NULL) {
		s->enrollment_end = cert->end;
		memcpy(s->enrollment, cert->id, sizeof(s->enrollment));
	}
	place_number(&place, f, place_count(f) - 1);
	cert = read_enrollment(arena, &place);
	if (cert != NULL && cert->start > time32_now())
		s->successor_end = cert->end;
}

static void
read_provision(
    struct monarch_held *h, struct arena *arena, const struct folder *store)
{
	struct provision_file p;

	/* An application certificate's successor may have been asked for. */
	if (provision_file_read(&p, arena, store, NULL) == FAULT_OK)
		h->asked = provision_file_is_asked(&p);
	if (h->asked && (p.acked || p.number > 1)) {
		h->provisioned = true;
		h->download_time = p.download_time;
		memcpy(h->request_hash, p.hash, sizeof(h->request_hash));
	}
	wipe(&p, sizeof(p));
}

static void
count_week(struct monarch_held *h, const struct week *w, uint32_t now)
{
	h->periods += w->complete;
	h->incomplete += !w->complete;
	h->certificates += (unsigned)w->n;
	h->end = w->end > h->end ? w->end : h->end;
	if (w->start <= now && now < w->end)
		h->usable += (unsigned)w->n;
}

static enum fault
read_weeks(
    struct monarch_held *h, const struct folder *store, struct fault_info *fi)
{
	struct arena list = arena_new(ARENA_LIMIT);
	struct arena one = arena_new(ARENA_LIMIT);
	uint32_t *i;
	struct week w;
	size_t n;
	enum fault fault = week_list(&i, &n, &list, store, fi);

	for (size_t k = 0; k < n && fault == FAULT_OK; k++) {
		arena_reset(&one);
		if (h->periods + h->incomplete == 0)
			h->i_first = i[k];
		h->i_last = i[k];
		if (week_read(&w, &one, store, i[k], NULL) != FAULT_OK)
			h->incomplete++; /* damaged: will be fetched again */
		else
			count_week(h, &w, time32_now());
	}
	arena_free(&one);
	arena_free(&list);
	return fault;
}

/* One kind, newest place last. */
static enum fault
read_kind(struct monarch_status *s, struct arena *arena, const struct folder *f,
    enum monarch_kind kind, struct fault_info *fi)
{
	struct monarch_held *h = &s->kind[kind];
	struct folder place, store;

	place_in_use(&place, f, time32_now());
	place_kind(&store, &place, kind);
	read_provision(h, arena, &store);
	for (unsigned n = 0; n < place_count(f); n++) {
		place_number(&place, f, n);
		place_kind(&store, &place, kind);
		TRY(read_weeks(h, &store, fi));
	}
	return FAULT_OK;
}

/* The lists, and whether the device finds itself on one. */
static void
read_lists(
    struct monarch_status *s, struct arena *arena, const struct folder *f)
{
	struct crl_lists *held = ARENA_NEW(arena, struct crl_lists);
	struct trust *trust = trust_new();
	struct fault_info fi;
	struct crl_watch crl;

	crl_watch_init(&crl, f, trust);
	if (held != NULL && crl_file_read(held, arena, f, NULL) == FAULT_OK &&
	    crl_file_lists(held, arena, NULL) == FAULT_OK)
		crl_describe(&s->lists, held);
	if (issuers_know_all(trust, arena, f, NULL) == FAULT_OK &&
	    crl_watch_renew(&crl, time32_now(), NULL) == FAULT_OK &&
	    crl.revoked != NULL &&
	    crl_self_find(trust, f, time32_now(), &fi) == FAULT_REVOKED)
		memcpy(s->lists.revoked, fi.text, sizeof(fi.text));
	crl_watch_free(&crl);
	trust_free(trust);
}

static void
add_up(struct monarch_status *s)
{
	struct monarch_held *all = &s->kind[MONARCH_ANY];

	for (unsigned k = MONARCH_PSEUDONYM; k < MONARCH_KINDS; k++) {
		const struct monarch_held *h = &s->kind[k];

		if (h->provisioned && !all->provisioned) {
			all->download_time = h->download_time;
			memcpy(all->request_hash, h->request_hash,
			    sizeof(all->request_hash));
		}
		all->asked |= h->asked;
		all->provisioned |= h->provisioned;
		if (all->periods + all->incomplete == 0) {
			all->i_first = h->i_first;
			all->i_last = h->i_last;
		}
		all->periods += h->periods;
		all->incomplete += h->incomplete;
		all->certificates += h->certificates;
		all->usable += h->usable;
		all->end = h->end > all->end ? h->end : all->end;
	}
	s->provisioned = all->provisioned;
}

enum fault
monarch_status(
    const char *folder, struct monarch_status *s, struct fault_info *fi)
{
	struct arena arena = arena_new(ARENA_LIMIT);
	enum fault fault = FAULT_OK;
	struct folder f;
	struct state state;

	memset(s, 0, sizeof(*s));
	TRY(folder_find(&f, folder, fi));
	state_read(&state, &f);
	s->failures = state.failures;
	s->stopped = state.stopped != 0;
	s->last_contact = state.last_contact;
	s->next = state.next;
	s->blocked = state.blocked;
	memcpy(s->last_error, state.last_error, sizeof(s->last_error));
	s->reports = spool_count(&f, &s->oldest_report);
	read_bundle(s, &arena, &f);
	read_successors(s, &arena, &f);
	if (folder_has(&f, FOLDER_CRL) || folder_has(&f, FOLDER_TRUST))
		read_lists(s, &arena, &f);
	for (unsigned k = MONARCH_PSEUDONYM;
	     k < MONARCH_KINDS && fault == FAULT_OK; k++)
		fault = read_kind(s, &arena, &f, (enum monarch_kind)k, fi);
	add_up(s);
	arena_free(&arena);
	return fault;
}
