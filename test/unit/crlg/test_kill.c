/*
 * SIGKILL at every point of generator and store, at each time it is passed: the
 * store gives out the old composite or the new one, and after a restart, with
 * the MA sending its revocation again, everything is as if nothing had
 * happened.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cert/profile.h"
#include "role/crlg/enter.h"
#include "role/crlg/publish.h"
#include "role/crlg/take.h"
#include "service/crash.h"
#include "site.h"

static const char *const points[] = {
#define CRASH CRASH_NAME
#include "role/crlg/crash.def"
#include "role/crlstore/crash.def"
#undef CRASH
    NULL};

/* The week after: seeds evolve, a revocation comes, an operator enters a
 * certificate, all is published.  What was done before a crash is done again
 * as whoever asked for it would. */
static uint32_t later;
static struct revocation second;
static struct bytes revoked;

static void
work(void)
{
	struct fault_info fi;
	enum fault f;

	take_at(&second, later);
	f = enter_certificates(
	    S.g, &A, &(struct enter_file){"RA", revoked}, 1, later, &fi);
	assert_true(f == FAULT_OK || f == FAULT_DUPLICATE);
	publish_at(later);
}

static void
prepare(void)
{
	const uint8_t *craca = world()->root.cert->id + 5;
	uint32_t i = period_of(NOW);
	struct revocation first;
	struct party ra;
	certificate *c = template_for(&ra, PROFILE_RA);

	memcpy(c->to_be_signed.craca_id.b, craca, 3);
	issue(&ra, c, &world()->ica);
	revoked = ra.cert->raw;
	later = environment_period_start(&S.env, i + 1);
	one_pair(&first, 1, i, 7, (uint16_t)(i + 10));
	take_at(&first, NOW);
	publish_at(NOW);
	one_pair(&second, 2, i + 1, 9, (uint16_t)(i + 10));
}

/* In a process of its own; true: it was killed there. */
static bool
killed_at(const char *at)
{
	int status;
	pid_t pid;

	fflush(NULL);
	if ((pid = fork()) == 0) {
		setenv("MONARCH_CRASH_AT", at, 1);
		OK(crash_arm("crlg", points, FI));
		OK(crash_arm("crlstore", points, FI));
		site_reopen();
		work();
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status)) {
		assert_int_equal(WEXITSTATUS(status), 0);
		return false;
	}
	assert_int_equal(WTERMSIG(status), SIGKILL);
	return true;
}

static void
check_outcome(void)
{
	const struct crl *crl = list_at(later, CRL_SERIES_PSEUDONYM);
	struct audit_end end;
	struct crlg_state s;

	assert_int_equal(crl->i_rev, period_of(later));
	assert_int_equal(pairs_of(crl), 2);
	assert_int_equal(list_at(later, CRL_SERIES_COMPONENT)->entries, 1);
	OK(crlg_state_read(&s, S.g->db, FI));
	assert_int_equal(s.pushed, s.number);
	assert_int_equal(s.made, s.asked);
	OK(audit_verify(&end, S.crlg, NULL, NULL, FI));
	OK(audit_verify(&end, S.store, NULL, NULL, FI));
}

/* true: the work was killed there, and what followed was well. */
static bool
one_kill(const char *at)
{
	struct bytes old;

	prepare();
	old = given_out();
	if (!killed_at(at))
		return false;
	site_reopen();
	/* All of the new one, or the old one: lists_at opens it. */
	if (!bytes_equal(given_out(), old)) {
		assert_int_equal(
		    pairs_of(list_at(later, CRL_SERIES_PSEUDONYM)), 2);
		assert_int_equal(lists_at(later).parts.lists, 4);
	}
	work();
	check_outcome();
	return true;
}

static void
killed_everywhere(void **state)
{
	(void)state;
	for (size_t k = 0; points[k] != NULL; k++) {
		bool killed = true;

		for (unsigned n = 1; killed; n++) {
			char at[64];

			site_teardown(NULL);
			assert_int_equal(site_setup(NULL), 0);
			snprintf(at, sizeof(at), "%s:%u", points[k], n);
			killed = one_kill(at);
			if (n == 1 && !killed)
				fail_msg("%s was never passed", points[k]);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    ST(killed_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
