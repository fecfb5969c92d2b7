/* watch.c - asking for revocations and ballots; see watch.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/time32.h"
#include "service/service_int.h"
#include "service/watch_int.h"

#define SOON_MS	     500u
#define TIMEOUT_MS   10000u
#define ANSWER_MAX   ((size_t)64 << 20)
#define ANSWER_ARENA (ANSWER_MAX + ((size_t)1 << 20))
#define MEMORY	     ((size_t)64 << 10)

/* ---- asking ---- */

/* BYTES_NONE: there is nothing new. */
static enum fault
ask(struct watch *w, const struct watch_source *from, struct bytes *out,
    char tag[WATCH_TAG], struct arena *arena, struct fault_info *fi)
{
	char header[WATCH_TAG + 32];
	const char *headers[] = {NULL, NULL}, *value;
	const struct http_call call = {.url = from->url,
	    .headers = headers,
	    .limit = ANSWER_MAX,
	    .timeout_ms = TIMEOUT_MS};
	struct http_result result;

	if (from->tag[0] != '\0') {
		snprintf(
		    header, sizeof(header), "If-None-Match: %s", from->tag);
		headers[0] = header;
	}
	*out = BYTES_NONE;
	TRY(http_call(w->service->client, &result, arena, &call, fi));
	if (result.status == 304 && from->tag[0] != '\0')
		return FAULT_OK;
	if (result.status != 200)
		return fault_set(fi, FAULT_HTTP_STATUS, "%s: status %u",
		    from->url, result.status);
	value = http_result_header(&result, arena, "ETag");
	snprintf(tag, WATCH_TAG, "%s",
	    value != NULL && strlen(value) < WATCH_TAG ? value : "");
	*out = result.body;
	return FAULT_OK;
}

/* Said once, until it is better. */
static void
note_away(struct watch_source *from, const struct fault_info *fi)
{
	if (!from->away)
		log_warn("%s: %s", from->what, fi->text);
	from->away = true;
}

static void
note_trouble(struct watch *w, struct watch_source *from, const char *text)
{
	if (text[0] != '\0' && strcmp(from->trouble, text) != 0)
		log_error("%s is not taken: %s", from->what, text);
	pthread_mutex_lock(&w->lock);
	snprintf(from->trouble, sizeof(from->trouble), "%s", text);
	pthread_mutex_unlock(&w->lock);
}

/* What could not be taken is asked for again: what it depends on may come. */
static bool
visit(struct watch *w, struct watch_source *from)
{
	struct arena arena = arena_new(ANSWER_ARENA);
	char tag[WATCH_TAG] = "";
	struct fault_info fi = {.code = FAULT_OK};
	bool news = false;
	struct bytes answer;

	if (ask(w, from, &answer, tag, &arena, &fi) != FAULT_OK) {
		note_away(from, &fi);
	} else {
		from->away = false;
		if (answer.n > 0 &&
		    from->take(w, &news, answer, &fi) == FAULT_OK) {
			memcpy(from->tag, tag, sizeof(tag));
			fi.text[0] = '\0';
		}
		if (answer.n > 0)
			note_trouble(
			    w, from, fi.code != FAULT_OK ? fi.text : "");
	}
	arena_free(&arena);
	return news;
}

static void
visit_both(struct watch *w)
{
	struct fault_info fi;
	bool chains = visit(w, &w->chains), crl = visit(w, &w->crl);

	/* Ballots that remove may be by electors that were just added. */
	if (chains)
		w->crl.tag[0] = '\0';
	if (!chains && !crl &&
	    (w->revoked == NULL ||
		revoked_is_current(w->revoked, time32_now())))
		return;
	if (watch_apply(w, &fi) != FAULT_OK)
		log_error("revocations: %s", fi.text);
	if ((chains || crl) && w->service->def->trust_changed != NULL)
		w->service->def->trust_changed(w->service->state);
}

static bool
is_open(const struct watch_source *from)
{
	return from->away || from->trouble[0] != '\0';
}

/* Who was not there, or gave what could not be taken yet, is asked again soon,
 * then later and later: at a start everybody waits for somebody. */
void
watch_run(struct watch *w)
{
	const unsigned most = w->service->environment.crl_poll_seconds * 1000u;
	unsigned soon = SOON_MS, pause;

	do {
		visit_both(w);
		pause = most;
		if (!is_open(&w->chains) && !is_open(&w->crl)) {
			soon = SOON_MS;
		} else if (soon < most) {
			pause = soon;
			soon *= 2;
		}
	} while (!service_sleep(w->service, pause));
}

/* ---- start, end, health ---- */

static enum fault
set_urls(struct watch *w, struct fault_info *fi)
{
	const char *domain = w->service->environment.domain;

	w->crl = (struct watch_source){.what = "composite CRL",
	    .take = watch_take_crl,
	    .url = arena_printf(
		&w->arena, "https://crlstore.%s:8894/download-crl", domain)};
	w->chains = (struct watch_source){.what = "global chain file",
	    .take = watch_take_chains,
	    .url = arena_printf(&w->arena,
		"https://pg.%s:8893/global-certificate-chain", domain)};
	return w->crl.url != NULL && w->chains.url != NULL
		   ? FAULT_OK
		   : fault_set(fi, FAULT_TOO_LARGE, "domain");
}

enum fault
watch_open(struct watch **out, struct service *service, struct component *self,
    atomic_bool *closed, struct fault_info *fi)
{
	struct watch *w = calloc(1, sizeof(*w));
	enum fault fault;

	if (w == NULL)
		log_fatal("out of memory");
	w->service = service;
	w->self = self;
	w->closed = closed;
	w->arena = arena_new(MEMORY);
	pthread_mutex_init(&w->lock, NULL);
	fault = set_urls(w, fi);
	if (fault == FAULT_OK)
		fault = watch_restore(w, fi);
	if (fault == FAULT_OK)
		fault = watch_apply(w, fi);
	if (fault != FAULT_OK)
		watch_close(w);
	else
		*out = w;
	return fault;
}

void
watch_close(struct watch *w)
{
	if (w == NULL)
		return;
	pthread_mutex_destroy(&w->lock);
	arena_free(&w->anchors_arena);
	arena_free(&w->lists_arena);
	arena_free(&w->arena);
	free(w);
}

void
watch_health(struct watch *w, struct service_health *h)
{
	const struct watch_source *const sources[] = {&w->chains, &w->crl};
	char text[TIME32_TEXT];

	pthread_mutex_lock(&w->lock);
	if (w->stopped[0] != '\0')
		health_degraded(h, "stopped: %s", w->stopped);
	for (size_t k = 0; k < sizeof(sources) / sizeof(sources[0]); k++)
		if (sources[k]->trouble[0] != '\0')
			health_degraded(h, "%s is not taken: %s",
			    sources[k]->what, sources[k]->trouble);
	health_count(h, "roots", (int64_t)w->roots);
	health_count(h, "electors", (int64_t)w->electors);
	if (w->issued != 0) {
		time32_text(text, w->issued);
		health_text(h, "crl_issued", text);
	}
	pthread_mutex_unlock(&w->lock);
}
