/*
 * crash_test.c - a device is killed at every write, rename and sync that it
 * makes on its way from bootstrap to its first message, and must go on from
 * wherever it was.  The RA, which outlives it, must never see a second
 * request.
 *
 * The linker wraps the calls (meson.build); the n-th one kills the process,
 * a write after half of its octets.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/time32.h"
#include "device/week.h"
#include "test/unit/device/folder.h"
#include "test/unit/device/world_int.h"

ssize_t __real_write(int, const void *, size_t);
ssize_t __wrap_write(int, const void *, size_t);
int __real_rename(const char *, const char *);
int __wrap_rename(const char *, const char *);
int __real_fsync(int);
int __wrap_fsync(int);
int __real_fdatasync(int);
int __wrap_fdatasync(int);
int __real_unlink(const char *);
int __wrap_unlink(const char *);
int __real_mkdir(const char *, mode_t);
int __wrap_mkdir(const char *, mode_t);

#define PERIODS 2

static unsigned left; /* calls until death; 0: lives on */

static bool
is_last(void)
{
	return left > 0 && --left == 0;
}

static void
die(void)
{
	kill(getpid(), SIGKILL);
}

ssize_t
__wrap_write(int fd, const void *p, size_t n)
{
	if (is_last()) {
		(void)!__real_write(fd, p, n / 2);
		die();
	}
	return __real_write(fd, p, n);
}

/* Dies before the call; the state after it is that before the next one. */
#define WRAP(name, params, arguments)           \
	int __wrap_##name params                \
	{                                       \
		if (is_last())                  \
			die();                  \
		return __real_##name arguments; \
	}
WRAP(rename, (const char *a, const char *b), (a, b))
WRAP(fsync, (int fd), (fd))
WRAP(fdatasync, (int fd), (fd))
WRAP(unlink, (const char *path), (path))
WRAP(mkdir, (const char *path, mode_t mode), (path, mode))

static char dir[PATH_SIZE], path[PATH_SIZE];
static struct bytes bundle;

/* From wherever the device is to a signed message; 0: it got there. */
static int
live(struct world *w, bool again)
{
	const struct monarch_settings settings = {.attempts = 1};
	const struct monarch_provision_terms ask = {0};
	const struct monarch_download_terms get = {0};
	const struct monarch_sign_terms sign = {.full = again};
	struct monarch_download_result result;
	struct monarch_signer *signer;
	struct monarch_device *d;
	struct fault_info fi = {0};
	uint8_t out[2048];
	uint32_t t;
	size_t n;

	MUST(world_bootstrap(path, bundle, &fi));
	MUST(device_open(&d, path, &settings, &fi));
	d->transport = world_transport(w);
	MUST(monarch_provision(d, &t, &ask, &fi));
	MUST(monarch_download(d, &result, &get, &fi));
	assert_int_equal(result.refused, 0);
	monarch_close(d);
	MUST(monarch_signer_open(&signer, path, &fi));
	MUST(monarch_sign(signer, out, sizeof(out), &n,
	    bytes_of_string("crash?"), &sign, &fi));
	MUST(monarch_signer_close(signer, &fi));
	return 0;
}

/* The part of the world's RA that must survive lies in shared memory. */
static void
share_ra(struct world *w)
{
	free(w->ra);
	w->ra = mmap(NULL, sizeof(*w->ra), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(w->ra != MAP_FAILED);
}

/* Lives in a child that is killed at its n-th call; true: it was. */
static bool
live_until(struct world *w, unsigned n)
{
	int status;
	pid_t child;

	fflush(NULL);
	if ((child = fork()) == 0) {
		left = n;
		_exit(live(w, false));
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFSIGNALED(status))
		assert_int_equal(WTERMSIG(status), SIGKILL);
	else
		assert_int_equal(WEXITSTATUS(status), 0);
	return WIFSIGNALED(status);
}

/* All is there, nothing is half there. */
static void
check(void)
{
	struct arena arena = arena_new(4u << 20);
	struct monarch_status status;
	struct fault_info fi = {0};
	struct folder f;
	struct week week;

	MUST(monarch_status(path, &status, &fi));
	assert_int_equal(status.kind[MONARCH_ANY].periods, PERIODS);
	assert_int_equal(status.kind[MONARCH_ANY].incomplete, 0);
	assert_int_equal(
	    status.kind[MONARCH_ANY].certificates, PERIODS * WORLD_JMAX);
	MUST(folder_find(&f, path, &fi));
	for (uint32_t i = WORLD_I; i < WORLD_I + PERIODS; i++) {
		MUST(week_read(&week, &arena, &f, i, &fi));
		assert_int_equal(week.n, WORLD_JMAX);
	}
	arena_free(&arena);
}

static void
make(struct world *w, unsigned n)
{
	static struct arena arena;
	const struct monarch_psid psids[] = {{.psid = 0x20}, {.psid = 0x26}};
	const struct monarch_country usa = {.country = 840};
	const struct monarch_csr_terms terms = {
	    .psids = psids, .psids_n = 2, .region = {.country = &usa, .n = 1}};
	char name[32], zip[PATH_SIZE];
	const char *folder = path;
	struct fault_info fi = {0};
	struct bytes csr;

	arena_free(&arena);
	arena = arena_new(32u << 20);
	snprintf(name, sizeof(name), "obe%u", n);
	path_join(path, dir, name);
	path_join(zip, dir, "csr.zip");
	MUST(monarch_csr_new(path, &terms, &fi));
	MUST(monarch_csr_zip(zip, &folder, 1, &fi));
	MUST(file_read(&csr, &arena, zip, 1u << 20, &fi));
	bundle = world_bundle(w, &arena, csr, NULL, NULL);
}

static void
a_device_goes_on_after_any_crash(void **state)
{
	struct world *w = world_new();
	unsigned n = 0;
	bool killed = true;

	(void)state;
	share_ra(w);
	w->i_last = WORLD_I + PERIODS - 1;
	while (killed) {
		make(w, ++n);
		memset(w->ra, 0, sizeof(*w->ra));
		memset(w->batch, 0, sizeof(w->batch));
		killed = live_until(w, n);
		/* Killed once more, a little later, and then left alone. */
		(void)live_until(w, 1 + n % 7);
		live(w, true);
		check();
		assert_true(w->ra->request_n > 0);
		remove_folder(path);
	}
	print_message("killed at each of %u calls\n", n - 1);
	assert_true(n > 60);
	munmap(w->ra, sizeof(*w->ra));
	w->ra = calloc(1, sizeof(*w->ra));
	world_free(w);
}

static int
set_up(void **state)
{
	(void)state;
	temporary_folder(dir);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	remove_folder(dir);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		a_device_goes_on_after_any_crash, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
