/* daemon.c - a daemon on lib/service, for test_daemon.c to start and end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/time32.h"
#include "service/crash.h"
#include "service/service.h"

struct daemon_conf {
#define CONF_DEF "daemon.def"
#include "service/conf_members.h"
};

static const struct conf_key keys[] = {
#define CONF_DEF    "daemon.def"
#define CONF_STRUCT struct daemon_conf
#include "service/conf_keys.h"
};

struct state {
	const struct daemon_conf *conf;
	uint64_t ready_at;
	_Atomic unsigned ticks;
};

static const char *const points[] = {"test-one", "test-two", NULL};

static enum fault
open_state(void **out, struct service *s, struct fault_info *fi)
{
	static struct state state;

	state.conf = s->role_conf;
	state.ready_at = clock_ns() + state.conf->start_ms * UINT64_C(1000000);
	if (strcmp(state.conf->mood, "fails-to-open") == 0)
		return fault_set(fi, FAULT_STORE, "no state today");
	*out = &state;
	return FAULT_OK;
}

static enum fault
check_state(struct service *s, struct fault_info *fi)
{
	const struct daemon_conf *conf = s->role_conf;

	return strcmp(conf->mood, "fails-to-open") != 0
		   ? FAULT_OK
		   : fault_set(fi, FAULT_STORE, "no state today");
}

static bool
is_ready(void *ctx)
{
	const struct state *state = ctx;

	return clock_ns() >= state->ready_at;
}

static void
tick(void *ctx, struct service *s)
{
	struct state *state = ctx;

	while (!service_sleep(s, 20)) {
		state->ticks++;
		if (strcmp(state->conf->mood, "dies") == 0)
			service_fail(s, "cannot go on");
		if (strcmp(state->conf->mood, "ends") == 0)
			return;
	}
	usleep(state->conf->stubborn_ms * 1000);
	log_info("thread has ended");
}

static void
show_time(void *ctx, const struct http_request *q, struct http_response *r)
{
	char text[TIME32_TEXT];

	(void)ctx;
	crash_point("test-one");
	time32_text(text, time32_now());
	http_reply_text(r, 200, arena_printf(q->arena, "%s", text));
	crash_point("test-two");
}

static void
wait_a_while(void *ctx, const struct http_request *q, struct http_response *r)
{
	(void)ctx;
	(void)q;
	usleep(1500000);
	http_reply_text(r, 200, "done");
}

static void
add_figures(void *ctx, struct service_health *h)
{
	const struct state *state = ctx;

	health_count(h, "ticks", state->ticks);
	health_count(h, "by_kind", state->conf->by_kind);
	health_text(h, "peer", state->conf->peer);
	if (strcmp(state->conf->mood, "sad") == 0)
		health_degraded(h, "feels %s", "sad");
}

static void
close_state(void *ctx)
{
	(void)ctx;
	log_info("state is closed");
}

/* Prints what a sub-command sees. */
static int
say(struct service *s, int argc, char **argv)
{
	const struct daemon_conf *conf = s->role_conf;

	printf("%s %s %s %d %s\n", s->conf.name, conf->peer,
	    s->environment.domain, argc, argc > 1 ? argv[1] : "-");
	return 7;
}

static const struct http_route routes[] = {
    {.method = "GET", .path = "/time", .handler = show_time},
    {.method = "GET", .path = "/wait", .handler = wait_a_while},
    {.method = "GET", .path = "/ra", .peers = "ra", .handler = show_time},
};
static const struct service_thread threads[] = {
    {"ticker", 2, tick},
};
static const struct service_command commands[] = {
    {"say", "[WORD]", "prints something", say},
};
static const struct service_def service = {
    .program = "test-daemon",
    .role = "test",
    .summary = "a daemon of tests",
    .keys = keys,
    .keys_n = sizeof(keys) / sizeof(*keys),
    .conf_size = sizeof(struct daemon_conf),
    .tls = HTTP_TLS_INTERNAL,
    .threading = HTTP_THREAD_PER_CONNECTION,
    .routes = routes,
    .routes_n = sizeof(routes) / sizeof(*routes),
    .threads = threads,
    .threads_n = 1,
    .commands = commands,
    .commands_n = 1,
    .crash_points = points,
    .open = open_state,
    .check = check_state,
    .ready = is_ready,
    .health = add_figures,
    .close = close_state,
};

int
main(int argc, char **argv)
{
	return service_main(argc, argv, &service);
}
