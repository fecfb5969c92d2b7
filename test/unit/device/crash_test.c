/*
 * crash_test.c - a device is killed at every write, rename and sync that it
 * makes on its way from bootstrap to its first message, and must go on from
 * wherever it was; and so when the disk is full from any write on.  The RA,
 * which outlives it, must never see a second request.
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
#include <errno.h>
#include <fts.h>

#include "base/time32.h"
#include "cert/profile.h"
#include "crypto/linkage.h"
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

static unsigned left;  /* calls until death; 0: lives on */
static unsigned space; /* writes until the disk is full; 0: it never is */
static bool is_full;

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
	if (space > 0 && --space == 0)
		is_full = true;
	if (is_full) {
		errno = ENOSPC;
		return -1;
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

/* A way to a signed message, from wherever the device is, and what must be
 * there in the end. */
struct life {
	enum fault (*live)(struct world *, bool again, struct fault_info *);
	void (*check)(struct world *);
	void (*make)(struct world *, const char *name);
	unsigned calls; /* at least */
};

static enum fault
sign(uint32_t about, bool full, struct fault_info *fi)
{
	const struct monarch_sign_terms terms = {.psid = about, .full = full};
	struct monarch_signer *signer;
	enum fault fault, closed;
	uint8_t out[2048];
	size_t n;

	TRY(monarch_signer_open(&signer, path, fi));
	fault = monarch_sign(signer, out, sizeof(out), &n,
	    bytes_of_string("crash?"), &terms, fi);
	closed = monarch_signer_close(signer, fault == FAULT_OK ? fi : NULL);
	return fault == FAULT_OK ? closed : fault;
}

static enum fault
supply_obe(struct monarch_device *d, struct fault_info *fi)
{
	const struct monarch_provision_terms ask = {0};
	const struct monarch_download_terms get = {0};
	struct monarch_download_result result;
	uint32_t t;

	TRY(monarch_provision(d, &t, &ask, fi));
	TRY(monarch_download(d, &result, &get, fi));
	assert_int_equal(result.refused, 0);
	return FAULT_OK;
}

static enum fault
supply_rse(struct monarch_device *d, struct fault_info *fi)
{
	const struct monarch_provision_terms ask = {
	    .kind = MONARCH_IDENTIFICATION};
	const struct monarch_download_terms get = {.kind = MONARCH_APPLICATION},
					    all = {0};
	struct monarch_download_result result;
	uint32_t t;

	TRY(monarch_provision(d, &t, &ask, fi));
	TRY(monarch_download(d, &result, &get, fi));
	TRY(monarch_download(d, &result, &all, fi));
	assert_int_equal(result.refused, 0);
	return monarch_rollover(d, &t, fi);
}

static enum fault
live_with(struct world *w,
    enum fault (*supply)(struct monarch_device *, struct fault_info *),
    struct fault_info *fi)
{
	const struct monarch_settings settings = {.attempts = 1};
	struct monarch_device *d;
	enum fault fault;

	TRY(world_bootstrap(path, bundle, fi));
	TRY(device_open(&d, path, &settings, fi));
	d->transport = world_transport(w);
	fault = supply(d, fi);
	monarch_close(d);
	return fault;
}

/* A composite CRL whose list of series 1 has n devices. */
static void
publish(struct world *w, uint32_t issued, unsigned n)
{
	struct crl l = world_crl(CRL_SERIES_PSEUDONYM, issued);

	for (unsigned k = 0; k < n; k++)
		world_crl_device(w, &l, w->seed);
	world_crl_publish_one(w, world_crl_list(w, &l));
}

static struct world *store;
static struct bytes composite[2];

static void
give_out(unsigned k)
{
	store->composite = composite[k];
	store->crl_tag = k;
}

/* A list, and then another one, which may be there already. */
static enum fault
supply_lists(struct monarch_device *d, struct fault_info *fi)
{
	const struct monarch_crl_terms terms = {0};
	enum fault fault;

	give_out(0);
	fault = monarch_update_crl(d, NULL, &terms, fi);
	if (fault != FAULT_OK && fault != FAULT_TOO_OLD)
		return fault;
	give_out(1);
	return monarch_update_crl(d, NULL, &terms, fi);
}

static enum fault
live_obe(struct world *w, bool again, struct fault_info *fi)
{
	TRY(live_with(w, supply_obe, fi));
	return sign(0x20, again, fi);
}

static enum fault
live_rse(struct world *w, bool again, struct fault_info *fi)
{
	TRY(live_with(w, supply_rse, fi));
	return sign(0x83, again, fi);
}

static enum fault
live_lists(struct world *w, bool again, struct fault_info *fi)
{
	(void)w;
	(void)again;
	return live_with(w, supply_lists, fi);
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
live_until(struct world *w, const struct life *life, unsigned n)
{
	struct fault_info fi = {0};
	int status;
	pid_t child;

	fflush(NULL);
	if ((child = fork()) == 0) {
		left = n;
		MUST(life->live(w, false, &fi));
		_exit(0);
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
check_obe(struct world *w)
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
	assert_true(w->ra->request_n > 0);
	arena_free(&arena);
}

static void
check_rse(struct world *w)
{
	struct monarch_status status;
	struct fault_info fi = {0};

	MUST(monarch_status(path, &status, &fi));
	assert_int_equal(status.kind[MONARCH_IDENTIFICATION].certificates, 4);
	assert_int_equal(status.kind[MONARCH_APPLICATION].certificates, 1);
	assert_int_equal(status.kind[MONARCH_ANY].incomplete, 0);
	assert_true(status.successor_end > 0);
	assert_int_equal(w->ra->singles, 2);
	assert_int_equal(w->ra->successors, 1);
}

/* The second list, and what it says. */
static void
check_lists(struct world *w)
{
	struct monarch_device *d = world_open(w, path);
	struct monarch_status status;
	struct fault_info fi = {0};
	struct lv lv[2];

	MUST(monarch_status(path, &status, &fi));
	assert_int_equal(status.lists.n, 1);
	assert_int_equal(status.lists.list[0].issued, WORLD_NOW - 1);
	assert_int_equal(status.lists.list[0].entries, 1);
	for (unsigned la = 0; la < 2; la++)
		linkage_plv(&lv[la], world_la[la], &w->seed[la], 1, 0, 1);
	linkage_combine(&lv[0], &lv[0], &lv[1], 1);
	assert_true(revoked_has_linkage(d->crl.revoked, lv[0].b, WORLD_I));
	monarch_close(d);
}

/* A device that has its request, and its bundle beside it. */
static void
make(struct world *w, const struct monarch_csr_terms *terms, const char *name)
{
	static struct arena arena;
	char zip[PATH_SIZE];
	const char *folder = path;
	struct fault_info fi = {0};
	struct bytes csr;

	arena_free(&arena);
	arena = arena_new(32u << 20);
	path_join(path, dir, name);
	path_join(zip, dir, "csr.zip");
	MUST(monarch_csr_new(path, terms, &fi));
	MUST(monarch_csr_zip(zip, &folder, 1, &fi));
	MUST(file_read(&csr, &arena, zip, 1u << 20, &fi));
	bundle = world_bundle(w, &arena, csr, NULL, NULL);
}

static const struct monarch_country where = {.country = 840};

static void
make_obe(struct world *w, const char *name)
{
	const struct monarch_psid psids[] = {{.psid = 0x20}, {.psid = 0x26}};
	const struct monarch_csr_terms terms = {.psids = psids,
	    .psids_n = 2,
	    .region = {.country = &where, .n = 1}};

	w->i_last = WORLD_I + PERIODS - 1;
	make(w, &terms, name);
}

static void
make_lists(struct world *w, const char *name)
{
	make_obe(w, name);
	store = w;
	for (unsigned k = 0; k < 2; k++) {
		publish(w, WORLD_NOW - 2 + k, 2 - k);
		composite[k] = w->composite;
	}
}

static void
make_rse(struct world *w, const char *name)
{
	const struct monarch_psid psids[] = {{.psid = 0x83}};
	const struct monarch_csr_terms terms = {.psids = psids,
	    .psids_n = 1,
	    .region = {.country = &where, .n = 1}};

	w->application = true;
	w->enrollment_hours = 20000;
	make(w, &terms, name);
}

static const struct life obe = {live_obe, check_obe, make_obe, 60};
static const struct life lists = {live_lists, check_lists, make_lists, 40};
static const struct life rse = {live_rse, check_rse, make_rse, 90};

/* A world that knows nothing of the device that is made then. */
static void
begin(struct world *w, const struct life *life, unsigned n)
{
	char name[32];

	snprintf(name, sizeof(name), "device%u", n);
	life->make(w, name);
	memset(w->ra, 0, sizeof(*w->ra));
	memset(w->batch, 0, sizeof(w->batch));
}

static void
survive(const struct life *life)
{
	struct world *w = world_new();
	struct fault_info fi = {0};
	unsigned n = 0;
	bool killed = true;

	share_ra(w);
	while (killed) {
		begin(w, life, ++n);
		killed = live_until(w, life, n);
		/* Killed once more, a little later, and then left alone. */
		(void)live_until(w, life, 1 + n % 7);
		MUST(life->live(w, true, &fi));
		life->check(w);
		remove_folder(path);
	}
	print_message("killed at each of %u calls\n", n - 1);
	assert_true(n > life->calls);
	munmap(w->ra, sizeof(*w->ra));
	w->ra = calloc(1, sizeof(*w->ra));
	world_free(w);
}

static void
a_device_goes_on_after_any_crash(void **state)
{
	(void)state;
	survive(&obe);
}

static void
so_does_one_with_other_certificates(void **state)
{
	(void)state;
	survive(&rse);
}

static void
so_do_revocation_lists(void **state)
{
	(void)state;
	survive(&lists);
}

/* ---- no space left ---- */

/* Nothing lies about that was not finished. */
static void
check_tidy(void)
{
	char *const paths[] = {path, NULL};
	FTS *tree = fts_open(paths, FTS_PHYSICAL, NULL);
	const FTSENT *e;

	assert_non_null(tree);
	while ((e = fts_read(tree)) != NULL)
		if (e->fts_info == FTS_F && strstr(e->fts_name, ".new") != NULL)
			fail_msg("%s is left", e->fts_path);
	fts_close(tree);
}

static void
fill_up(const struct life *life)
{
	struct world *w = world_new();
	struct monarch_status status;
	struct fault_info fi = {0};
	unsigned n = 0;

	do {
		begin(w, life, ++n);
		space = n;
		is_full = false;
		if (life->live(w, false, &fi) == FAULT_OK)
			assert_false(is_full);
		check_tidy();
		MUST(monarch_status(path, &status, &fi));
		assert_int_equal(status.kind[MONARCH_ANY].incomplete, 0);
		if (is_full) {
			space = 0;
			is_full = false;
			MUST(life->live(w, true, &fi));
			life->check(w);
		}
		remove_folder(path);
	} while (space == 0);
	space = 0;
	assert_true(n > life->calls / 6);
	world_free(w);
}

static void
a_full_disk_leaves_nothing_half(void **state)
{
	(void)state;
	fill_up(&obe);
	fill_up(&rse);
	fill_up(&lists);
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
	    cmocka_unit_test_setup_teardown(
		so_does_one_with_other_certificates, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		so_do_revocation_lists, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_full_disk_leaves_nothing_half, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
