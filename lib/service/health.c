/* health.c - GET /healthz. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>
#include <sys/random.h>

#include "base/log.h"
#include "base/secret.h"
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

/* What a stranger may know: an RA's figures as they move would tell a PCA when
 * whose certificates were asked for. */
static json_t *
state_only(struct frame *f)
{
	bool ready = atomic_load(&f->ready);

	return json_pack("{s:s, s:s, s:s, s:b}", "component",
	    f->service.conf.name, "role", f->service.conf.role, "status",
	    ready ? "serving" : "starting", "ready", (int)ready);
}

static json_t *
everything(struct frame *f, struct service_health *h)
{
	char now[TIME32_TEXT];
	struct fault_info fi;

	time32_text(now, time32_now());
	add_server_figures(atomic_load(&f->server), h);
	if (!atomic_load(&f->ready))
		health_degraded(h, "not ready");
	if (audit_is_broken(f->service.audit, &fi))
		health_degraded(h, "audit log: %s", fi.text);
	if (f->watch != NULL)
		watch_health(f->watch, h);
	if (f->service.def->health != NULL)
		f->service.def->health(f->service.state, h);
	return json_pack("{s:s, s:s, s:s, s:b, s:s, s:s, s:O, s:O}",
	    "component", f->service.conf.name, "role", f->service.conf.role,
	    "status", h->degraded ? "degraded" : "ok", "ready",
	    (int)atomic_load(&f->ready), "detail", h->detail, "time", now,
	    "counters", h->counters, "stages", h->stages);
}

static bool
is_operator(const struct frame *f, const struct http_request *q)
{
	const char *key = http_header(q, HEALTH_HEADER);

	return key != NULL && strlen(key) == sizeof(f->health_key) - 1 &&
	       ct_equal(key, f->health_key, sizeof(f->health_key) - 1);
}

enum fault
health_open(struct frame *f, struct fault_info *fi)
{
	uint8_t random[(sizeof(f->health_key) - 1) / 2];
	char path[PATH_SIZE];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return fault_errno(fi, FAULT_INTERNAL, "no random octets");
	hex_encode(f->health_key, random, sizeof(random));
	service_path(&f->service, path, HEALTH_KEY_FILE);
	return file_write(path, bytes_of_string(f->health_key), 0600, fi);
}

void
health_answer(void *ctx, const struct http_request *q, struct http_response *r)
{
	struct frame *f = ctx;
	struct service_health h = {
	    .counters = json_object(), .stages = json_object()};
	json_t *root = is_operator(f, q) ? everything(f, &h) : state_only(f);
	char *text = root != NULL ? json_dumps(root, JSON_INDENT(1)) : NULL;

	json_decref(root);
	json_decref(h.counters);
	json_decref(h.stages);
	if (text == NULL) {
		http_reply_text(r, 500, "health cannot be told\n");
		return;
	}
	http_reply_malloced(r, 200, bytes_of_string(text));
	r->content_type = "application/json";
}
