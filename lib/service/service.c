/* service.c - start, run and stop of a daemon; see service.h. */
#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/secret.h"
#include "base/time32.h"
#include "crypto/engine.h"
#include "service/crash.h"
#include "service/service_int.h"

#define SETTINGS_MAX ((size_t)4 << 20)
#define TICK_MS	     100
#define STATUS_USAGE 64
#ifndef MONARCH_VERSION
#define MONARCH_VERSION "0.1.0"
#endif

static const struct conf_key component_keys[] = {
#define CONF_DEF    "service/component.def"
#define CONF_STRUCT struct service_conf
#include "service/conf_keys.h"
};

void
service_path(const struct service *s, char out[PATH_SIZE], const char *name)
{
	int n;

	if (name[0] != '/') {
		path_join(out, s->dir, name);
		return;
	}
	n = snprintf(out, PATH_SIZE, "%s", name);
	if (n < 0 || n >= PATH_SIZE)
		log_fatal("path too long: %s", name);
}

bool
service_stopping(const struct service *s)
{
	return atomic_load(&frame_of(s)->stopping);
}

bool
service_sleep(struct service *s, unsigned milliseconds)
{
	struct frame *f = frame_of(s);
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += milliseconds / 1000;
	until.tv_nsec += milliseconds % 1000 * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	pthread_mutex_lock(&f->lock);
	while (!atomic_load(&f->stopping))
		if (pthread_cond_timedwait(&f->wake, &f->lock, &until) ==
		    ETIMEDOUT)
			break;
	pthread_mutex_unlock(&f->lock);
	return service_stopping(s);
}

void
service_fail(struct service *s, const char *fmt, ...)
{
	char text[240];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_error("%s", text);
	atomic_store(&frame_of(s)->failed, true);
}

static enum fault
read_settings(struct frame *f, unsigned kind, struct fault_info *fi)
{
	const struct service_def *def = f->service.def;
	const struct conf_table tables[] = {
	    {component_keys, sizeof(component_keys) / sizeof(*component_keys),
		&f->service.conf},
	    {def->keys, def->keys_n, f->role_conf},
	};
	char path[PATH_SIZE];

	path_join(path, f->dir, "component.conf");
	return conf_read(tables, 2, &f->arena, path, kind, fi);
}

/* component.conf says where the environment is, whose kind then decides what
 * component.conf leaves out: so it is read twice. */
static enum fault
load_settings(struct frame *f, struct fault_info *fi)
{
	struct service *s = &f->service;
	char path[PATH_SIZE];

	f->role_conf = arena_alloc(&f->arena, s->def->conf_size + 1, 64);
	if (f->role_conf == NULL)
		log_fatal("out of memory");
	s->role_conf = f->role_conf;
	TRY(read_settings(f, ENVIRONMENT_TEST, fi));
	service_path(s, path, s->conf.environment);
	TRY(environment_read(&s->environment, &f->arena, path, fi));
	TRY(read_settings(f, s->environment.stage, fi));
	if (strcmp(s->conf.role, s->def->role) != 0)
		return fault_set(fi, FAULT_CONFIG, "%s is of role %s, not %s",
		    f->dir, s->conf.role, s->def->role);
	if (strcmp(s->conf.clock, "-") == 0)
		memcpy(f->clock, "-", 2);
	else
		service_path(s, f->clock, s->conf.clock);
	return service_clock_read(f->clock, fi);
}

/* A key that others may read is no secret. */
static enum fault
check_keys(const struct service *s, struct fault_info *fi)
{
	static const char *const names[] = {"tls.key", "sign.key", "enc.key"};
	char path[PATH_SIZE];
	struct stat st;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		service_path(s, path, names[i]);
		if (stat(path, &st) == 0 && (st.st_mode & 077) != 0)
			return fault_set(fi, FAULT_CONFIG,
			    "%s: others may read it (mode %o)", path,
			    (unsigned)st.st_mode & 0777u);
	}
	return FAULT_OK;
}

static enum fault
open_client(struct frame *f, struct fault_info *fi)
{
	struct service *s = &f->service;
	char ca[PATH_SIZE], cert[PATH_SIZE], key[PATH_SIZE], hosts[PATH_SIZE];
	bool map = strcmp(s->conf.hosts, "-") != 0;
	const struct http_client_config config = {.ca = ca,
	    .cert = cert,
	    .key = key,
	    .hosts = map ? hosts : NULL,
	    .tls13_only = true};

	service_path(s, ca, "tls-ca.pem");
	service_path(s, cert, "tls.pem");
	service_path(s, key, "tls.key");
	service_path(s, hosts, map ? s->conf.hosts : "hosts");
	return http_client_new(&s->client, &config, fi);
}

static enum fault
prepare(struct frame *f, const char *dir, struct fault_info *fi)
{
	const struct service_def *def = f->service.def;
	pthread_condattr_t attr;
	char real[PATH_MAX];

	f->pid_fd = -1;
	f->arena = arena_new(SETTINGS_MAX);
	pthread_mutex_init(&f->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&f->wake, &attr);
	pthread_condattr_destroy(&attr);
	/* realpath wants PATH_MAX octets, and is checked for it. */
	if (realpath(dir, real) == NULL)
		return fault_errno(fi, FAULT_NOT_FOUND, "%s", dir);
	if (strlen(real) >= PATH_SIZE / 2)
		return fault_set(fi, FAULT_CONFIG, "%s: path too long", real);
	memcpy(f->dir, real, strlen(real) + 1);
	f->service.dir = f->dir;
	f->service.routes = def->routes;
	f->service.routes_n = def->routes_n;
	TRY(load_settings(f, fi));
	TRY(check_keys(&f->service, fi));
	return open_client(f, fi);
}

static enum fault
make_folders(struct frame *f, struct fault_info *fi)
{
	static const char *const names[] = {"run", "log", "data"};
	char path[PATH_SIZE];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		path_join(path, f->dir, names[i]);
		TRY(file_mkdir(path, 0700, fi));
	}
	return FAULT_OK;
}

static enum fault
start_log(struct frame *f, struct fault_info *fi)
{
	if (strcmp(f->service.conf.log, "-") == 0)
		return log_open(f->service.def->program, NULL, fi);
	service_path(&f->service, f->log, f->service.conf.log);
	return log_open(f->service.def->program, f->log, fi);
}

/* As many descriptors as the system lets us have: one per connection. */
static void
raise_descriptors(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) != 0)
		return;
	r.rlim_cur = r.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &r) != 0)
		log_warn(
		    "at most %llu open files", (unsigned long long)r.rlim_cur);
}

static enum fault
start_server(struct frame *f, struct fault_info *fi)
{
	static const struct http_route health[] = {
	    {.method = "GET", .path = "/healthz", .handler = health_answer},
	};
	const struct service *s = &f->service;
	char ca[PATH_SIZE], cert[PATH_SIZE], key[PATH_SIZE];
	const struct http_server_config config = {.listen = s->conf.listen,
	    .cert = cert,
	    .key = key,
	    .ca = ca,
	    .domain = s->environment.domain,
	    .tls = s->def->tls,
	    .threading = s->def->threading,
	    .threads = s->conf.threads,
	    .connections = s->conf.connections,
	    .memory = s->def->memory,
	    .arena = s->def->arena,
	    .sets = f->sets,
	    .sets_n = 2};
	struct http_server *server;

	service_path(s, ca, "tls-ca.pem");
	service_path(s, cert, "tls.pem");
	service_path(s, key, "tls.key");
	f->sets[0] = (struct http_route_set){
	    s->routes, s->routes_n, s->state, &f->closed};
	f->sets[1] = (struct http_route_set){health, 1, f, NULL};
	TRY(http_server_start(&server, &config, fi));
	atomic_store(&f->server, server);
	return FAULT_OK;
}

static void *
run_thread(void *arg)
{
	struct frame_thread *t = arg;
	struct service *s = &t->frame->service;

	t->def->run(s->state, s);
	if (!service_stopping(s))
		service_fail(s, "thread %s has ended", t->def->name);
	return NULL;
}

static void *
run_watch(void *arg)
{
	watch_run(arg);
	return NULL;
}

static void
start_watching(struct frame *f)
{
	if (f->watch == NULL)
		return;
	if (pthread_create(&f->watcher, NULL, run_watch, f->watch) != 0)
		log_fatal("cannot make a thread");
	pthread_setname_np(f->watcher, "watch");
	f->watching = true;
}

static void
start_threads(struct frame *f)
{
	const struct service_def *def = f->service.def;
	size_t i, n = 0;
	unsigned k;

	for (i = 0; i < def->threads_n; i++)
		n += def->threads[i].count;
	if ((f->threads = calloc(n + 1, sizeof(*f->threads))) == NULL)
		log_fatal("out of memory");
	for (i = 0; i < def->threads_n; i++) {
		for (k = 0; k < def->threads[i].count; k++) {
			struct frame_thread *t = &f->threads[f->threads_n++];

			t->frame = f;
			t->def = &def->threads[i];
			if (pthread_create(&t->id, NULL, run_thread, t) != 0)
				log_fatal("cannot make a thread");
			pthread_setname_np(t->id, t->def->name);
		}
	}
}

static void
join_threads(struct frame *f, const struct timespec *until)
{
	size_t i;

	for (i = 0; i < f->threads_n; i++) {
		struct frame_thread *t = &f->threads[i];

		if (!t->joined && (until == NULL ? pthread_join(t->id, NULL)
						 : pthread_timedjoin_np(t->id,
						       NULL, until)) == 0)
			t->joined = true;
	}
}

static void
stop(struct frame *f)
{
	struct service *s = &f->service;
	unsigned seconds = s->conf.stop_seconds;
	struct timespec until;

	log_info("stopping");
	lock_clear_ready(f);
	atomic_store(&f->ready, false);
	pthread_mutex_lock(&f->lock);
	atomic_store(&f->stopping, true);
	pthread_cond_broadcast(&f->wake);
	pthread_mutex_unlock(&f->lock);
	if (s->def->stop != NULL && s->state != NULL)
		s->def->stop(s->state);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += seconds;
	http_server_stop(atomic_load(&f->server), seconds);
	join_threads(f, &until);
	http_client_interrupt(s->client);
	join_threads(f, NULL);
	if (f->watching)
		pthread_join(f->watcher, NULL);
}

static void
free_frame(struct frame *f)
{
	struct service *s = &f->service;

	watch_close(f->watch);
	if (s->state != NULL && s->def->close != NULL)
		s->def->close(s->state);
	audit_close(s->audit);
	http_client_free(s->client);
	lock_release(f);
	free(f->threads);
	arena_free(&f->arena);
	pthread_cond_destroy(&f->wake);
	pthread_mutex_destroy(&f->lock);
}

/* Every 100 ms: the clock, readiness, a signal, a failure. */
static void
watch(struct frame *f, const sigset_t *signals)
{
	const struct timespec tick = {.tv_nsec = TICK_MS * 1000000L};
	struct service *s = &f->service;
	struct fault_info fi;
	bool clock_bad = false, bad;

	while (!atomic_load(&f->failed)) {
		bad = service_clock_read(f->clock, &fi) != FAULT_OK;
		if (bad && !clock_bad)
			log_warn("clock: %s", fi.text);
		clock_bad = bad;
		if (!atomic_load(&f->ready) &&
		    (s->def->ready == NULL || s->def->ready(s->state))) {
			/* first what /healthz says, then the file */
			atomic_store(&f->ready, true);
			if (lock_set_ready(f, &fi) != FAULT_OK)
				log_fatal("%s", fi.text);
			log_info("ready, listening on %s", s->conf.listen);
		}
		if (sigtimedwait(signals, NULL, &tick) > 0)
			return;
	}
}

static enum fault
start(struct frame *f, struct fault_info *fi)
{
	const struct service_def *def = f->service.def;

	TRY(make_folders(f, fi));
	TRY(lock_take(f, fi));
	TRY(health_open(f, fi));
	TRY(start_log(f, fi));
	TRY(audit_open(&f->service.audit, f->dir, fi));
	/* Asking for the engine has it tested, before anything is signed. */
	log_info("starting, version " MONARCH_VERSION
		 ", environment %s %s, cryptography: %s",
	    f->service.environment.kind, f->service.environment.domain,
	    crypto_engine());
	TRY(def->open(&f->service.state, &f->service, fi));
	if (def->self != NULL)
		TRY(watch_open(&f->watch, &f->service,
		    def->self(f->service.state), &f->closed, fi));
	TRY(start_server(f, fi));
	start_threads(f);
	start_watching(f);
	return FAULT_OK;
}

static int
run_daemon(struct frame *f)
{
	struct fault_info fi = {0};
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	/* GnuTLS would write the secrets of every connection there. */
	if (f->service.environment.stage != ENVIRONMENT_TEST)
		unsetenv("SSLKEYLOGFILE");
	raise_descriptors();
	if (start(f, &fi) != FAULT_OK) {
		log_error("%s", fi.text);
		if (f->log[0] != '\0') /* whoever started us looks there */
			fprintf(stderr, "%s: %s\n", f->service.def->program,
			    fi.text);
		return 1;
	}
	watch(f, &signals);
	stop(f);
	log_info("stopped");
	return atomic_load(&f->failed) ? 1 : 0;
}

static int
run_command(struct frame *f, int argc, char **argv)
{
	const struct service_def *def = f->service.def;
	struct fault_info fi;
	size_t i;

	for (i = 0; i < def->commands_n; i++)
		if (strcmp(def->commands[i].name, argv[0]) == 0)
			break;
	if (i == def->commands_n) {
		fprintf(stderr, "%s: no command %s\n", def->program, argv[0]);
		return STATUS_USAGE;
	}
	if (audit_open(&f->service.audit, f->dir, &fi) != FAULT_OK) {
		fprintf(stderr, "%s: %s\n", def->program, fi.text);
		return 1;
	}
	return def->commands[i].run(&f->service, argc, argv);
}

static int
run_check(struct frame *f)
{
	const struct service_def *def = f->service.def;
	struct fault_info fi = {0};

	if (def->check != NULL && def->check(&f->service, &fi) != FAULT_OK) {
		fprintf(stderr, "%s: %s\n", def->program, fi.text);
		return 1;
	}
	return 0;
}

static int
print_usage(FILE *to, const struct service_def *def)
{
	size_t i;

	fprintf(to,
	    "%s - %s\n\n"
	    "usage: %s DIR               run the component in DIR\n"
	    "       %s -n DIR            check its configuration\n",
	    def->program, def->summary, def->program, def->program);
	for (i = 0; i < def->commands_n; i++)
		fprintf(to, "       %s DIR %s %s\n           %s\n",
		    def->program, def->commands[i].name, def->commands[i].usage,
		    def->commands[i].help);
	fprintf(to, "       %s --settings | --crash-points | --version\n",
	    def->program);
	return to == stdout ? 0 : STATUS_USAGE;
}

static int
print_settings(const struct service_def *def)
{
	const struct conf_table component = {component_keys,
	    sizeof(component_keys) / sizeof(*component_keys), NULL};
	const struct conf_table role = {def->keys, def->keys_n, NULL};

	conf_print_help(&component);
	conf_print_help(&role);
	return 0;
}

static int
print_crash_points(const struct service_def *def)
{
	size_t i;

	for (i = 0; def->crash_points != NULL && def->crash_points[i] != NULL;
	     i++)
		puts(def->crash_points[i]);
	return 0;
}

/* Options that need no folder; -1: none of them. */
static int
run_option(const char *option, const struct service_def *def)
{
	if (strcmp(option, "--help") == 0 || strcmp(option, "-h") == 0)
		return print_usage(stdout, def);
	if (strcmp(option, "--settings") == 0)
		return print_settings(def);
	if (strcmp(option, "--crash-points") == 0)
		return print_crash_points(def);
	if (strcmp(option, "--version") == 0)
		return printf("%s %s\n", def->program, MONARCH_VERSION) < 0;
	return -1;
}

int
service_main(int argc, char **argv, const struct service_def *def)
{
	static struct frame frame;
	struct fault_info fi = {0};
	bool check_only;
	int status = -1;

	assert(def->open != NULL);
	if (argc == 2 && (status = run_option(argv[1], def)) >= 0)
		return status;
	check_only = argc == 3 && strcmp(argv[1], "-n") == 0;
	if (argc < 2 || (argv[1][0] == '-' && !check_only))
		return print_usage(stderr, def);
	secret_process();
	frame.service.def = def;
	if (prepare(&frame, argv[1 + check_only], &fi) != FAULT_OK ||
	    crash_arm(def->role, def->crash_points, &fi) != FAULT_OK) {
		fprintf(stderr, "%s: %s\n", def->program, fi.text);
		return 1;
	}
	if (check_only)
		status = run_check(&frame);
	else if (argc > 2)
		status = run_command(&frame, argc - 2, argv + 2);
	else
		status = run_daemon(&frame);
	free_frame(&frame);
	return status;
}
