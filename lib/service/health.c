/* health.c - GET /healthz. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/log.h"
#include "base/time32.h"
#include "service/service_int.h"
#include "service/stage.h"

struct service_health {
	json_t *counters, *stages;
	char detail[240];
	bool degraded;
};

void
health_count(struct service_health *h, const char *name, int64_t n)
{
	json_object_set_new(h->counters, name, json_integer(n));
}

void
health_text(struct service_health *h, const char *name, const char *text)
{
	json_object_set_new(h->counters, name, json_string(text));
}

void
health_stages(struct service_health *h, const struct stage_time *v, size_t n)
{
	for (size_t k = 0; k < n; k++)
		json_object_set_new(h->stages, v[k].name,
		    json_pack("{s:I, s:I}", "wall_us",
			(json_int_t)(atomic_load(&v[k].wall_ns) / 1000),
			"cpu_us",
			(json_int_t)(atomic_load(&v[k].cpu_ns) / 1000)));
}

void
health_degraded(struct service_health *h, const char *fmt, ...)
{
	size_t n = strlen(h->detail);
	va_list ap;

	h->degraded = true;
	if (n > 0 && n + 2 < sizeof(h->detail)) {
		memcpy(h->detail + n, "; ", 3);
		n += 2;
	}
	va_start(ap, fmt);
	vsnprintf(h->detail + n, sizeof(h->detail) - n, fmt, ap);
	va_end(ap);
}

static void
add_server_figures(struct http_server *server, struct service_health *h)
{
	struct http_server_stats stats;

	/* it may answer before http_server_start has returned */
	if (server == NULL)
		return;
	http_server_stats(server, &stats);
	health_count(h, "http_requests", (int64_t)stats.requests);
	health_count(h, "http_refused", (int64_t)stats.refused);
	health_count(h, "http_connections", (int64_t)stats.connections);
	health_count(h, "http_unused_connections", (int64_t)stats.unused);
}

static char *
dump(struct frame *f, struct service_health *h)
{
	char now[TIME32_TEXT], *text;
	json_t *root;

	time32_text(now, time32_now());
	root = json_pack("{s:s, s:s, s:s, s:b, s:s, s:s, s:O, s:O}",
	    "component", f->service.conf.name, "role", f->service.conf.role,
	    "status", h->degraded ? "degraded" : "ok", "ready",
	    (int)atomic_load(&f->ready), "detail", h->detail, "time", now,
	    "counters", h->counters, "stages", h->stages);
	text = root != NULL ? json_dumps(root, JSON_INDENT(1)) : NULL;
	json_decref(root);
	return text;
}

void
health_answer(void *ctx, const struct http_request *q, struct http_response *r)
{
	struct frame *f = ctx;
	struct service_health h = {
	    .counters = json_object(), .stages = json_object()};
	char *text;

	(void)q;
	add_server_figures(atomic_load(&f->server), &h);
	if (!atomic_load(&f->ready))
		health_degraded(&h, "not ready");
	if (f->service.def->health != NULL)
		f->service.def->health(f->service.state, &h);
	text = dump(f, &h);
	json_decref(h.counters);
	json_decref(h.stages);
	if (text == NULL) {
		http_reply_text(r, 500, "health cannot be told\n");
		return;
	}
	http_reply_malloced(r, 200, bytes_of_string(text));
	r->content_type = "application/json";
}
