/*
 * test_daemon.c - the frame of a daemon: start, readiness, clock, health,
 * sub-commands, crash points, stop.  argv[1] is the program of daemon.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <jansson.h>

#include "base/time32.h"
#include "folder.h"
#include "http/x509.h"
#include "service/service.h"

#define SECOND UINT64_C(1000000000)

static const char *program;
static char folder[PATH_SIZE], home[PATH_SIZE];
static struct arena arena;
static struct http_client *client;
static unsigned port = 20000;
static char address[16]; /* of this process alone */
static pid_t daemon_pid; /* 0: none */

#define OK(expr)                                  \
	do {                                      \
		struct fault_info fi_ = {0};      \
		if ((expr) != FAULT_OK)           \
			fail_msg("%s", fi_.text); \
	} while (0)

static void
write_text(const char *name, const char *text)
{
	char path[PATH_SIZE];

	path_join(path, folder, name);
	OK(file_write(path, bytes_of_string(text), 0600, &fi_));
}

static const char *
path_of(const char *name)
{
	static char paths[4][PATH_SIZE];
	static int next;
	char *path = paths[next++ % 4];

	path_join(path, folder, name);
	return path;
}

/* Certificates and the environment, once. */
static int
make_files(void **state)
{
	const uint32_t now = time32_now();
	const struct x509_validity v = {now - 86400, now + 86400 * 30};
	struct x509_ca *ca;
	char hosts[80];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	folder_make(folder);
	path_join(home, folder, "test");
	OK(file_mkdir(home, 0700, &fi_));
	OK(x509_make_ca(
	    path_of("ca.pem"), path_of("ca.key"), "p", "CA", v, &fi_));
	OK(x509_open_ca(&ca, path_of("ca.pem"), path_of("ca.key"), "p", &fi_));
	OK(x509_issue(ca, path_of("test/tls.pem"), path_of("test/tls.key"),
	    "test.monarch.test", v, &fi_));
	OK(x509_issue(ca, path_of("ra.pem"), path_of("ra.key"),
	    "ra.monarch.test", v, &fi_));
	x509_close_ca(ca);
	assert_int_equal(
	    symlink(path_of("ca.pem"), path_of("test/tls-ca.pem")), 0);
	write_text("environment.conf", "kind = qa\n");
	snprintf(address, sizeof(address), "127.%u.%u.%u",
	    100 + ((unsigned)getpid() >> 16) % 100,
	    (unsigned)getpid() >> 8 & 255, (unsigned)getpid() & 255);
	snprintf(hosts, sizeof(hosts), "%s test.monarch.test\n", address);
	write_text("hosts", hosts);
	arena = arena_new((size_t)4 << 20);
	OK(http_client_new(&client,
	    &(struct http_client_config){.ca = path_of("ca.pem"),
		.cert = path_of("ra.pem"),
		.key = path_of("ra.key"),
		.hosts = path_of("hosts")},
	    &fi_));
	return 0;
}

static int
remove_files(void **state)
{
	(void)state;
	http_client_free(client);
	arena_free(&arena);
	folder_remove(folder);
	return 0;
}

static void
configure(const char *more)
{
	char text[1024];

	port++;
	snprintf(text, sizeof(text),
	    "role = test\nname = test.monarch.test\n"
	    "listen = %s:%u\npeer = ra\n%s",
	    address, port, more);
	write_text("test/component.conf", text);
}

/* Starts the program; output goes to the file "output". */
static pid_t
start(const char *const *arguments, const char *crash_at)
{
	char *argv[8] = {(char *)(uintptr_t)program};
	pid_t pid;
	int i, fd;

	for (i = 0; arguments[i] != NULL; i++)
		argv[i + 1] = (char *)(uintptr_t)arguments[i];
	if ((pid = fork()) != 0)
		return pid;
	fd = open(path_of("output"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	if (crash_at != NULL)
		setenv("MONARCH_CRASH_AT", crash_at, 1);
	execv(program, argv);
	_exit(127);
}

static pid_t
start_daemon(const char *crash_at)
{
	const char *const arguments[] = {home, NULL};

	return daemon_pid = start(arguments, crash_at);
}

/* A test that fails must not leave its daemon to the next. */
static int
end_daemon(void **state)
{
	(void)state;
	if (daemon_pid != 0) {
		kill(daemon_pid, SIGKILL);
		waitpid(daemon_pid, NULL, 0);
		daemon_pid = 0;
	}
	return 0;
}

static int
wait_for(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (pid == daemon_pid)
		daemon_pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int
run(const char *a, const char *b, const char *c)
{
	const char *const arguments[] = {a, b, c, NULL};

	return wait_for(start(arguments, NULL));
}

static bool
file_says(const char *name, const char *text)
{
	struct fault_info fi = {0};
	struct bytes b;

	arena_reset(&arena);
	if (file_read(&b, &arena, path_of(name), (size_t)1 << 20, &fi) !=
	    FAULT_OK)
		return false;
	return b.n > 0 && memmem(b.p, b.n, text, strlen(text)) != NULL;
}

/* Waits until the daemon is ready; fails after thirty seconds. */
static void
wait_ready(pid_t pid)
{
	uint64_t until = clock_ns() + 30 * SECOND;
	pid_t running = 0;
	bool ready = false;

	while (!ready) {
		if (clock_ns() > until || waitpid(pid, NULL, WNOHANG) != 0)
			fail_msg("not ready");
		usleep(10000);
		if (service_running(home, &running, &ready))
			assert_int_equal(running, pid);
		else
			ready = false;
	}
}

static int
stop_daemon(pid_t pid)
{
	kill(pid, SIGTERM);
	return wait_for(pid);
}

/* The operator's header; "" if there is no key. */
static const char *
key_header(void)
{
	static char header[80];
	char path[PATH_SIZE];
	struct bytes key;

	header[0] = '\0';
	path_join(path, home, HEALTH_KEY_FILE);
	if (file_read(&key, &arena, path, 64, NULL) == FAULT_OK)
		snprintf(header, sizeof(header), HEALTH_HEADER ": %.*s",
		    (int)key.n, (const char *)key.p);
	return header;
}

/* The body of a GET with that header, or none; NULL: failed. */
static const char *
get_with(const char *path, const char *header)
{
	const char *headers[] = {header, NULL};
	struct fault_info fi = {0};
	struct http_result r;
	struct http_call call = {
	    .limit = 10000, .timeout_ms = 5000, .headers = headers};
	char url[128];

	snprintf(
	    url, sizeof(url), "https://test.monarch.test:%u%s", port, path);
	call.url = url;
	arena_reset(&arena);
	if (http_call(client, &r, &arena, &call, &fi) != FAULT_OK ||
	    r.status != 200)
		return NULL;
	return arena_printf(
	    &arena, "%.*s", (int)r.body.n, (const char *)r.body.p);
}

static const char *
get(const char *path)
{
	const char *header = key_header();

	return get_with(path, *header != '\0' ? header : NULL);
}

static json_t *
health(void)
{
	const char *text = get("/healthz");
	json_t *j;

	assert_non_null(text);
	assert_non_null(j = json_loads(text, 0, NULL));
	return j;
}

static const char *
member(json_t *j, const char *name)
{
	const char *s = json_string_value(json_object_get(j, name));

	return s != NULL ? s : "";
}

static json_int_t
counter(json_t *j, const char *name)
{
	return json_integer_value(
	    json_object_get(json_object_get(j, "counters"), name));
}

static void
starts_answers_stops(void **state)
{
	struct stat st;
	pid_t pid;
	json_t *j;

	(void)state;
	configure("");
	pid = start_daemon(NULL);
	wait_ready(pid);
	assert_non_null(get("/time"));
	assert_non_null(get("/ra"));
	j = health();
	assert_string_equal(member(j, "component"), "test.monarch.test");
	assert_string_equal(member(j, "role"), "test");
	assert_string_equal(member(j, "status"), "ok");
	assert_int_equal(counter(j, "by_kind"), 2); /* qa */
	assert_int_equal(counter(j, "http_requests"), 3);
	assert_string_equal(
	    member(json_object_get(j, "counters"), "peer"), "ra");
	json_decref(j);
	/* strangers, and those with another key, see that it serves, no more */
	for (int with = 0; with < 2; with++) {
		const char *text = get_with(
		    "/healthz", with == 0 ? NULL
					  : HEALTH_HEADER
				    ": 00112233445566778899aabbccddeeff");

		assert_non_null(text);
		assert_non_null(strstr(text, "\"serving\""));
		assert_null(strstr(text, "counters"));
		assert_null(strstr(text, "detail"));
	}
	assert_int_equal(stat(path_of("test/run/health.key"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(path_of("test/log/component.log"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(path_of("test/run"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(stop_daemon(pid), 0);
	assert_false(service_running(home, NULL, NULL));
	assert_false(file_exists(path_of("test/run/ready")));
	assert_true(file_says("test/log/component.log", "thread has ended"));
	assert_true(file_says("test/log/component.log", "state is closed"));
	assert_true(file_says("test/log/component.log", "stopped"));
	/* who called is nobody's business */
	assert_false(file_says("test/log/component.log", "127.0.0.1"));
}

static void
one_at_a_time(void **state)
{
	pid_t pid;

	(void)state;
	configure("");
	pid = start_daemon(NULL);
	wait_ready(pid);
	assert_int_equal(run(home, NULL, NULL), 1);
	assert_true(file_says("output", "running already"));
	assert_true(service_running(home, NULL, NULL));
	assert_non_null(get("/time"));
	assert_int_equal(stop_daemon(pid), 0);
}

static void
killed_and_started_again(void **state)
{
	bool ready;
	pid_t pid;

	(void)state;
	configure("start_ms = 1500\n");
	pid = start_daemon(NULL);
	wait_ready(pid);
	kill(pid, SIGKILL);
	assert_int_equal(wait_for(pid), -SIGKILL);
	assert_true(file_exists(path_of("test/run/ready")));
	assert_false(service_running(home, NULL, NULL));
	pid = start_daemon(NULL);
	/* what the killed one left does not make this one ready */
	while (!service_running(home, NULL, &ready))
		usleep(1000);
	assert_false(ready);
	wait_ready(pid);
	assert_int_equal(stop_daemon(pid), 0);
}

static void
not_ready_at_once(void **state)
{
	uint64_t until = clock_ns() + 30 * SECOND;
	const char *text = NULL;
	pid_t pid;

	(void)state;
	configure("start_ms = 4000\n");
	pid = start_daemon(NULL);
	while (text == NULL && clock_ns() < until) {
		usleep(20000);
		text = get("/healthz");
	}
	assert_non_null(text); /* listening, and says so itself */
	assert_non_null(strstr(text, "\"degraded\""));
	assert_non_null(strstr(text, "not ready"));
	wait_ready(pid);
	assert_non_null(strstr(get("/healthz"), "\"ok\""));
	assert_int_equal(stop_daemon(pid), 0);
}

static void
degraded(void **state)
{
	pid_t pid;
	json_t *j;

	(void)state;
	configure("mood = sad\n");
	pid = start_daemon(NULL);
	wait_ready(pid);
	j = health();
	assert_string_equal(member(j, "status"), "degraded");
	assert_string_equal(member(j, "detail"), "feels sad");
	json_decref(j);
	assert_int_equal(stop_daemon(pid), 0);
}

static void
the_clock_is_watched(void **state)
{
	char expect[TIME32_TEXT];
	pid_t pid;
	int i;

	(void)state;
	configure("");
	write_text("clock", "864000\n");
	pid = start_daemon(NULL);
	wait_ready(pid);
	time32_text(expect, time32_now() + 864000);
	expect[13] = '\0'; /* date and hour */
	assert_int_equal(strncmp(get("/time"), expect, 13), 0);
	write_text("clock", "1728000");
	time32_text(expect, time32_now() + 1728000);
	for (i = 0; i < 500 && strncmp(get("/time"), expect, 13) != 0; i++)
		usleep(20000);
	assert_true(i < 500);
	/* nonsense changes nothing and is said once */
	write_text("clock", "tomorrow");
	for (i = 0; i < 500 && !file_says("test/log/component.log",
				   "not a number of seconds");
	     i++)
		usleep(20000);
	assert_true(i < 500);
	assert_int_equal(strncmp(get("/time"), expect, 13), 0);
	assert_int_equal(stop_daemon(pid), 0);
	assert_int_equal(unlink(path_of("clock")), 0);
}

/* Requests that others have made meanwhile. */
static json_int_t
requests(void)
{
	static json_int_t own;
	json_t *j = health();
	json_int_t n = counter(j, "http_requests");

	json_decref(j);
	return n - ++own;
}

static void
a_request_is_answered_before_the_end(void **state)
{
	pid_t pid, child;

	(void)state;
	configure("");
	pid = start_daemon(NULL);
	wait_ready(pid);
	if ((child = fork()) == 0) {
		const char *text = get("/wait");

		_exit(text != NULL && strcmp(text, "done") == 0 ? 0 : 1);
	}
	while (requests() == 0) /* besides the one that asks */
		usleep(10000);
	assert_int_equal(stop_daemon(pid), 0);
	assert_int_equal(wait_for(child), 0);
}

static void
failures_end_the_daemon(void **state)
{
	(void)state;
	configure("mood = dies\n");
	assert_int_equal(run(home, NULL, NULL), 1);
	assert_true(file_says("test/log/component.log", "cannot go on"));
	configure("mood = ends\n");
	assert_int_equal(run(home, NULL, NULL), 1);
	assert_true(
	    file_says("test/log/component.log", "thread ticker has ended"));
	configure("mood = fails-to-open\n");
	assert_int_equal(run(home, NULL, NULL), 1);
	assert_true(file_says("output", "no state today"));
	assert_true(file_says("test/log/component.log", "no state today"));
	assert_false(service_running(home, NULL, NULL));
}

static void
configuration_is_checked(void **state)
{
	(void)state;
	configure("");
	assert_int_equal(run("-n", home, NULL), 0);
	configure("mood = fails-to-open\n");
	assert_int_equal(run("-n", home, NULL), 1);
	assert_true(file_says("output", "no state today"));
	configure("start_ms = soon\n");
	assert_int_equal(run("-n", home, NULL), 1);
	assert_true(file_says("output", "component.conf:5: start_ms"));
	write_text("test/component.conf", "role = other\nname = x\npeer = y\n"
					  "listen = 127.0.0.1:1\n");
	assert_int_equal(run("-n", home, NULL), 1);
	assert_true(file_says("output", "is of role other, not test"));
	assert_int_equal(run("-n", "/no/such/folder", NULL), 1);
	assert_true(file_says("output", "/no/such/folder"));
	configure("");
	assert_int_equal(chmod(path_of("test/tls.key"), 0644), 0);
	assert_int_equal(run("-n", home, NULL), 1);
	assert_true(file_says("output", "others may read it"));
	assert_int_equal(chmod(path_of("test/tls.key"), 0600), 0);
	assert_false(file_exists(path_of("test/run/ready")));
}

static void
options_and_commands(void **state)
{
	(void)state;
	configure("");
	assert_int_equal(run(home, "say", "word"), 7);
	assert_true(
	    file_says("output", "test.monarch.test ra monarch.test 2 word"));
	assert_int_equal(run(home, "shout", NULL), 64);
	assert_true(file_says("output", "no command shout"));
	assert_int_equal(run(NULL, NULL, NULL), 64);
	assert_true(file_says("output", "usage: test-daemon DIR"));
	assert_int_equal(run("--help", NULL, NULL), 0);
	assert_true(file_says("output", "test-daemon DIR say [WORD]"));
	assert_int_equal(run("--bogus", NULL, NULL), 64);
	assert_int_equal(run("--settings", NULL, NULL), 0);
	assert_true(file_says("output", "stubborn_ms"));
	assert_true(file_says("output", "listen"));
	assert_true(file_says("output", "1 (test), 2 (qa), 3 (prod)"));
	assert_int_equal(run("--crash-points", NULL, NULL), 0);
	assert_true(file_says("output", "test-one\ntest-two\n"));
	assert_int_equal(run("--version", NULL, NULL), 0);
}

static void
crash_points(void **state)
{
	pid_t pid;

	(void)state;
	configure("");
	pid = start_daemon("test-one:3");
	wait_ready(pid);
	assert_non_null(get("/time"));
	assert_non_null(get("/time"));
	assert_null(get("/time"));
	assert_int_equal(wait_for(pid), -SIGKILL);
	pid = start_daemon("test-two");
	wait_ready(pid);
	assert_null(get("/time"));
	assert_int_equal(wait_for(pid), -SIGKILL);
	/* another component's point is none of ours; a wrong one is refused */
	pid = start_daemon("ra-outbox-stored");
	wait_ready(pid);
	assert_non_null(get("/time"));
	assert_int_equal(stop_daemon(pid), 0);
	assert_int_equal(wait_for(start_daemon("test-three")), 1);
	assert_true(file_says("output", "no such crash point"));
	assert_int_equal(wait_for(start_daemon("test-one:x")), 1);
}

static void
the_port_is_taken(void **state)
{
	char command[4 * PATH_SIZE];
	pid_t pid;

	(void)state;
	configure("");
	pid = start_daemon(NULL);
	wait_ready(pid);
	OK(file_mkdir(path_of("test2"), 0700, &fi_));
	snprintf(command, sizeof(command), "cp -a %s/tls* %s/component.conf %s",
	    home, home, path_of("test2"));
	assert_int_equal(system(command), 0);
	assert_int_equal(run(path_of("test2"), NULL, NULL), 1);
	assert_true(file_says("output", "cannot listen on 127."));
	assert_int_equal(stop_daemon(pid), 0);
}

int
main(int argc, char **argv)
{
#define TEST(f) cmocka_unit_test_teardown(f, end_daemon)
	const struct CMUnitTest tests[] = {
	    TEST(starts_answers_stops),
	    TEST(one_at_a_time),
	    TEST(killed_and_started_again),
	    TEST(not_ready_at_once),
	    TEST(degraded),
	    TEST(the_clock_is_watched),
	    TEST(a_request_is_answered_before_the_end),
	    TEST(failures_end_the_daemon),
	    TEST(configuration_is_checked),
	    TEST(options_and_commands),
	    TEST(crash_points),
	    TEST(the_port_is_taken),
	};

	if (argc != 2) {
		fprintf(stderr, "usage: test_daemon PROGRAM\n");
		return 2;
	}
	program = argv[1];
	return cmocka_run_group_tests(tests, make_files, remove_files);
}
