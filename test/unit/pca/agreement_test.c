/*
 * agreement_test.c - LA and PCA agree on a key by files, each side by its own
 * sub-command.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/time32.h"
#include "keys/known.h"
#include "plv/message.h"
#include "role/la/agreement.h"
#include "role/la/la.h"
#include "role/pca/agreement.h"
#include "role/pca/pca.h"
#include "schema/scms_protocol.h"
#include "service/crash.h"
#include "test/unit/plv/world.h"

static struct world world;
static char la_dir[PATH_SIZE], pca_dir[PATH_SIZE], la2_dir[PATH_SIZE];
static char f[4][PATH_SIZE]; /* LA certificate, request, response, ack */

enum file { LA_CERT, REQUEST, RESPONSE, ACK };

static const struct la_conf la_conf = {
    .la_id = {0, 1}, .ra = "ra", .pca = {(const char *const[]){"pca"}, 1}};
static const struct pca_conf pca_conf = {
    .ra = "ra", .la1 = "la1", .la2 = "la2"};
static struct service la, pca, la2;

static const char *const la_points[] = {
#define CRASH CRASH_NAME
#include "role/la/crash.def"
#undef CRASH
    NULL};
static const char *const pca_points[] = {
#define CRASH CRASH_NAME
#include "role/pca/crash.def"
#undef CRASH
    NULL};

static _Thread_local struct fault_info info;

#define must(expr)                                            \
	do {                                                  \
		if ((expr) != FAULT_OK)                       \
			fail_msg("%s: %s", #expr, info.text); \
	} while (0)

static void
forget_keys(const char *dir)
{
	char command[PATH_SIZE + 64];

	(void)snprintf(command, sizeof(command), "rm -rf %s/data", dir);
	assert_int_equal(system(command), 0);
}

static int
set_up(void **state)
{
	static const char *const names[] = {
	    "la1/cert.oer", "request", "response", "ack"};

	(void)state;
	world_make(&world);
	world_folder(&world, la_dir, WORLD_LA1);
	world_folder(&world, la2_dir, WORLD_LA2);
	world_folder(&world, pca_dir, WORLD_PCA);
	for (size_t t = 0; t < 4; t++)
		path_join(f[t], world.dir, names[t]);
	la = (struct service){.dir = la_dir,
	    .role_conf = &la_conf,
	    .environment = world.environment};
	la2 = (struct service){.dir = la2_dir,
	    .role_conf = &la_conf,
	    .environment = world.environment};
	pca = (struct service){.dir = pca_dir,
	    .role_conf = &pca_conf,
	    .environment = world.environment};
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	world_remove(&world);
	return 0;
}

static int
fresh(void **state)
{
	(void)state;
	forget_keys(la_dir);
	forget_keys(la2_dir);
	forget_keys(pca_dir);
	for (size_t t = REQUEST; t <= ACK; t++)
		(void)unlink(f[t]);
	return 0;
}

/* ---- the four commands ---- */

/* Runs a sub-command; arguments end with NULL. */
static int
run(int (*command)(struct service *, int, char **), struct service *who,
    const char *const *arguments)
{
	char *argv[16];
	int argc;

	for (argc = 0; arguments[argc] != NULL; argc++)
		argv[argc] = strdup(arguments[argc]);
	int status = command(who, argc, argv);
	while (argc > 0)
		free(argv[--argc]);
	return status;
}
#define RUN(command, who, ...) \
	run(command, who, (const char *const[]){__VA_ARGS__, NULL})

static int
ask(const char *start, const char *end)
{
	return start == NULL ? RUN(pca_agree_request, &pca, "agree-request",
				   "--la", f[LA_CERT], "--out", f[REQUEST])
			     : RUN(pca_agree_request, &pca, "agree-request",
				   "--la", f[LA_CERT], "--out", f[REQUEST],
				   "--start", start, "--end", end);
}

static int
respond(struct service *who)
{
	return RUN(la_agree_respond, who, "agree-respond", "--in", f[REQUEST],
	    "--out", f[RESPONSE]);
}

static int
confirm(void)
{
	return RUN(pca_agree_confirm, &pca, "agree-confirm", "--in",
	    f[RESPONSE], "--out", f[ACK]);
}

static int
finish(struct service *who)
{
	return RUN(la_agree_finish, who, "agree-finish", "--in", f[ACK]);
}

/* The key in force at one side. */
static bool
key_of(struct plv_key *out, const char *dir, const char *peer)
{
	char folder[PATH_SIZE];
	struct plv_ring *ring;
	const struct plv_key *k;

	path_join(folder, dir, "data/plv-keys");
	must(plv_ring_open(&ring, folder, &info));
	k = plv_ring_current(ring, peer, time32_now());
	if (k != NULL)
		*out = *k;
	plv_ring_free(ring);
	return k != NULL;
}

static bool
la_has_key(struct plv_key *out)
{
	return key_of(out, la_dir, "pca.monarch.test");
}

static bool
pca_has_key(struct plv_key *out)
{
	return key_of(out, pca_dir, "la1.monarch.test");
}

/* ---- tests ---- */

static void
both_sides_get_the_same_key(void **state)
{
	struct plv_key a, b, older;

	(void)state;
	assert_int_equal(ask(NULL, NULL), 0);
	assert_int_equal(respond(&la), 0);
	assert_false(la_has_key(&a));
	assert_int_equal(confirm(), 0);
	assert_true(pca_has_key(&b));
	assert_int_equal(finish(&la), 0);
	assert_true(la_has_key(&a));
	assert_memory_equal(&a.symm, &b.symm, sizeof(a.symm));
	assert_memory_equal(a.mac, b.mac, sizeof(a.mac));
	assert_memory_equal(a.agreement.la_id, "\0\1", 2);
	assert_memory_equal(b.agreement.la_id, "\0\1", 2);
	assert_int_equal(a.agreement.end, b.agreement.end);

	/* A renewal: another key, which starts later, is used from then on. */
	older = a;
	time_set_offset(1000);
	assert_int_equal(ask(NULL, NULL), 0);
	assert_int_equal(respond(&la), 0);
	assert_int_equal(confirm(), 0);
	assert_int_equal(finish(&la), 0);
	assert_true(la_has_key(&a));
	assert_true(pca_has_key(&b));
	assert_memory_equal(&a.symm, &b.symm, sizeof(a.symm));
	assert_memory_not_equal(&a.symm, &older.symm, sizeof(a.symm));
	time_set_offset(0);
}

static void
each_step_may_be_done_again(void **state)
{
	struct plv_key a, b;

	(void)state;
	assert_int_equal(ask(NULL, NULL), 0);
	assert_int_equal(respond(&la), 0);
	assert_int_equal(respond(&la), 0);
	assert_int_equal(confirm(), 0);
	assert_int_not_equal(confirm(), 0); /* is over */
	assert_int_equal(finish(&la), 0);
	assert_int_not_equal(finish(&la), 0);
	assert_true(la_has_key(&a) && pca_has_key(&b));
	assert_memory_equal(&a.symm, &b.symm, sizeof(a.symm));
}

static void
change_octet(const char *path, long at_end)
{
	FILE *p = fopen(path, "r+b");
	int c;

	assert_non_null(p);
	assert_int_equal(fseek(p, -at_end, SEEK_END), 0);
	c = fgetc(p);
	assert_int_equal(fseek(p, -at_end, SEEK_END), 0);
	(void)fputc(c ^ 1, p);
	(void)fclose(p);
}

static void
changed_messages_are_refused(void **state)
{
	struct plv_key k;

	(void)state;
	assert_int_equal(ask(NULL, NULL), 0);
	change_octet(f[REQUEST], 1);
	assert_int_not_equal(respond(&la), 0);
	change_octet(f[REQUEST], 1);
	assert_int_equal(respond(&la), 0);
	change_octet(f[RESPONSE], 3);
	assert_int_not_equal(confirm(), 0);
	change_octet(f[RESPONSE], 3);
	assert_int_equal(confirm(), 0);
	change_octet(f[ACK], 2);
	assert_int_not_equal(finish(&la), 0);
	assert_false(la_has_key(&k));
	change_octet(f[ACK], 2);
	assert_int_equal(finish(&la), 0);
}

static void
messages_for_or_by_others_are_refused(void **state)
{
	(void)state;
	assert_int_equal(ask(NULL, NULL), 0);
	assert_int_not_equal(respond(&la2), 0); /* not encrypted to it */
	assert_int_not_equal(confirm(), 0);	/* no file */
	assert_int_equal(respond(&la), 0);
	assert_int_equal(confirm(), 0);
	assert_int_not_equal(finish(&la2), 0); /* not its agreement */
	(void)rename(f[ACK], f[REQUEST]);
	assert_int_not_equal(respond(&la), 0); /* an ack is no request */
}

/* A response whose MAC is wrong, though the LA has signed it. */
static void
forge_response(void)
{
	struct arena arena = arena_new(1u << 20);
	struct component la1, self;
	struct plv_message m;
	la_pca_interface_pdu pdu;
	struct bytes in, out;

	must(component_load(&la1, la_dir, &info));
	must(component_load(&self, pca_dir, &info));
	must(file_read(&in, &arena, f[RESPONSE], PLV_MESSAGE_MAX, &info));
	must(plv_message_open(&m, &arena, in, &self, SCMS_LA, &info));
	pdu = *m.pdu;
	pdu.la_pca_key_agreement_response.reply.success.b[31] ^= 1;
	must(plv_message_sign(&out, &arena, &pdu, &la1.signer, &info));
	must(file_write(f[RESPONSE], out, 0644, &info));
	component_free(&la1);
	component_free(&self);
	arena_free(&arena);
}

static void
a_wrong_mac_gives_no_key(void **state)
{
	struct plv_key k;

	(void)state;
	assert_int_equal(ask(NULL, NULL), 0);
	assert_int_equal(respond(&la), 0);
	forge_response();
	assert_int_not_equal(confirm(), 0);
	assert_false(pca_has_key(&k));
	assert_int_equal(access(f[ACK], F_OK), 0); /* says so */
	assert_int_not_equal(finish(&la), 0);
	assert_false(la_has_key(&k));
	assert_int_equal(respond(&la), 0); /* the right one again */
	assert_int_equal(confirm(), 0);
	assert_int_equal(finish(&la), 0);
}

static void
dates_that_make_no_sense_are_refused(void **state)
{
	struct plv_key k;

	(void)state;
	assert_int_not_equal(ask("2030-01-01", "2029-01-01"), 0);
	assert_int_not_equal(ask("yesterday", "2029-01-01"), 0);
	assert_int_equal(ask("2015-01-01", "2016-01-01"), 0); /* over */
	assert_int_not_equal(respond(&la), 0);
	assert_int_equal(access(f[RESPONSE], F_OK), 0);
	assert_int_not_equal(confirm(), 0); /* learns why */
	assert_false(pca_has_key(&k));
}

static void
wrong_usage_is_told(void **state)
{
	(void)state;
	assert_int_equal(RUN(pca_agree_request, &pca, "agree"), 64);
	assert_int_equal(RUN(pca_agree_confirm, &pca, "agree", "--in"), 64);
	assert_int_equal(
	    RUN(pca_agree_confirm, &pca, "agree", "--what", "x"), 64);
	assert_int_equal(RUN(la_agree_respond, &la, "agree"), 64);
	assert_int_equal(RUN(la_agree_respond, &la, "agree", "--in"), 64);
	assert_int_equal(RUN(la_agree_finish, &la, "agree", "--what", "x"), 64);
}

/* Runs a step in a child that dies at the point. */
static void
die_at(const char *point, const char *role, const char *const *points,
    int (*step)(void))
{
	pid_t child = fork();
	struct fault_info fi;
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		setenv("MONARCH_CRASH_AT", point, 1);
		if (crash_arm(role, points, &fi) != FAULT_OK)
			_exit(3);
		_exit(step());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static int
ask_usual(void)
{
	return ask(NULL, NULL);
}

static int
respond_usual(void)
{
	return respond(&la);
}

static int
finish_usual(void)
{
	return finish(&la);
}

static void
a_kill_between_any_steps_can_be_made_good(void **state)
{
	struct plv_key a, b;

	(void)state;
	die_at("pca-agree-pending", "pca", pca_points, ask_usual);
	assert_int_equal(ask(NULL, NULL), 0);
	die_at("la-agree-pending", "la", la_points, respond_usual);
	assert_int_equal(respond(&la), 0);
	die_at("pca-agree-confirmed", "pca", pca_points, confirm);
	assert_int_equal(confirm(), 0);
	die_at("la-agree-finished", "la", la_points, finish_usual);
	assert_int_equal(finish(&la), 0);
	assert_true(la_has_key(&a) && pca_has_key(&b));
	assert_memory_equal(&a.symm, &b.symm, sizeof(a.symm));
}

/* ---- the same, as the RA carries it ---- */

struct sides {
	struct component la, pca;
	struct la_pcas pcas;
	char la_folder[PATH_SIZE], pca_folder[PATH_SIZE];
	struct la_side la_side;
	struct pca_side pca_side;
	struct arena arena;
	struct agreement_terms terms;
};

static void
sides_open(struct sides *s)
{
	struct cert *c;

	*s = (struct sides){.arena = arena_new(4u << 20)};
	must(component_load(&s->la, la_dir, &info));
	must(component_load(&s->pca, pca_dir, &info));
	must(la_pcas_read(&s->pcas, &la_conf, &world.environment, &info));
	path_join(s->la_folder, la_dir, "data");
	must(file_mkdir(s->la_folder, 0700, &info));
	path_join(s->la_folder, la_dir, "data/plv-keys");
	path_join(s->pca_folder, pca_dir, "data");
	must(file_mkdir(s->pca_folder, 0700, &info));
	path_join(s->pca_folder, pca_dir, "data/plv-keys");
	s->la_side = (struct la_side){&s->la, &s->pcas, s->la_folder, NULL};
	s->pca_side = (struct pca_side){&s->pca, s->pca_folder, NULL};
	must(plv_ring_open(&s->la_side.ring, s->la_folder, &info));
	must(plv_ring_open(&s->pca_side.ring, s->pca_folder, &info));
	must(known_find(&c, &s->arena, &s->pca, pca_dir, "la1.monarch.test",
	    SCMS_LA, time32_now(), &info));
	pca_agreement_terms(&s->terms, c, &s->pca);
}

static void
sides_close(struct sides *s)
{
	plv_ring_free(s->la_side.ring);
	plv_ring_free(s->pca_side.ring);
	component_free(&s->la);
	component_free(&s->pca);
	arena_free(&s->arena);
}

static struct bytes
requested(struct sides *s)
{
	struct bytes request;

	must(pca_agreement_begin(
	    &request, &s->arena, &s->pca_side, &s->terms, &info));
	return request;
}

static struct bytes
responded(struct sides *s, struct bytes request)
{
	struct bytes response;

	must(la_agreement_respond(
	    &response, &s->arena, &s->la_side, request, &info));
	return response;
}

static struct bytes
confirmed(struct sides *s, struct bytes response)
{
	struct bytes ack;

	must(pca_agreement_confirm(
	    &ack, &s->arena, &s->pca_side, response, &info));
	return ack;
}

/* Files of both, whose number and names change with any step. */
static void
list_files(char out[4096], const struct sides *s)
{
	char command[2 * PATH_SIZE + 64];
	FILE *p;
	size_t n;

	(void)snprintf(command, sizeof(command),
	    "ls -l --time-style=full-iso"
	    " %s %s 2>&1",
	    s->la_folder, s->pca_folder);
	p = popen(command, "r");
	assert_non_null(p);
	n = fread(out, 1, 4095, p);
	out[n] = '\0';
	(void)pclose(p);
}

/* The step has this fault and text, and changes nothing. */
#define REFUSED(fault, words, expr)                           \
	do {                                                  \
		char before_[4096], after_[4096];             \
		list_files(before_, &s);                      \
		assert_int_equal(expr, fault);                \
		list_files(after_, &s);                       \
		assert_string_equal(before_, after_);         \
		if (strstr(info.text, words) == NULL)         \
			fail_msg("%s: %s", #expr, info.text); \
	} while (0)

static void
what_is_over_is_refused_by_name(void **state)
{
	struct bytes request, response, ack, old, out;
	struct plv_key a, b;
	struct sides s;

	(void)state;
	sides_open(&s);
	old = requested(&s); /* nobody goes on with it */
	s.terms.start++;
	request = requested(&s);
	response = responded(&s, old);
	REFUSED(FAULT_NOT_FOUND, "no key agreement",
	    pca_agreement_confirm(
		&out, &s.arena, &s.pca_side, response, &info));
	response = responded(&s, request);
	ack = confirmed(&s, response);
	must(la_agreement_finish(&s.arena, &s.la_side, ack, &info));
	time_set_offset(10); /* it is in force */
	assert_true(la_has_key(&a) && pca_has_key(&b));
	assert_memory_equal(&a.symm, &b.symm, sizeof(a.symm));

	REFUSED(FAULT_REPLAYED, "led to a key",
	    la_agreement_respond(&out, &s.arena, &s.la_side, request, &info));
	REFUSED(FAULT_REPLAYED, "led to a key",
	    pca_agreement_confirm(
		&out, &s.arena, &s.pca_side, response, &info));
	REFUSED(FAULT_REPLAYED, "led to a key",
	    la_agreement_finish(&s.arena, &s.la_side, ack, &info));
	/* from before that key: the answer says so to the PCA */
	REFUSED(FAULT_BAD_TIME, "invalidStartTime",
	    la_agreement_respond(&out, &s.arena, &s.la_side, old, &info));
	assert_true(out.n > 0);
	time_set_offset(0);
	sides_close(&s);
}

static void
what_is_of_others_is_refused_by_name(void **state)
{
	struct bytes request, response, ack, out;
	struct sides s;

	(void)state;
	sides_open(&s);
	request = requested(&s);
	/* a PCA, but not of this LA */
	(void)strcpy(s.pcas.name[0], "pca2.monarch.test");
	REFUSED(FAULT_DENIED, "not a PCA of ours",
	    la_agreement_respond(&out, &s.arena, &s.la_side, request, &info));
	(void)strcpy(s.pcas.name[0], "pca.monarch.test");
	response = responded(&s, request);
	/* in the wrong place: signed by whom that place does not expect */
	REFUSED(FAULT_SSP_NOT_PERMITTED, "",
	    la_agreement_respond(&out, &s.arena, &s.la_side, response, &info));
	REFUSED(FAULT_SSP_NOT_PERMITTED, "",
	    pca_agreement_confirm(&out, &s.arena, &s.pca_side, request, &info));
	((uint8_t *)(uintptr_t)response.p)[response.n - 5] ^= 1;
	REFUSED(FAULT_BAD_SIGNATURE, "",
	    pca_agreement_confirm(
		&out, &s.arena, &s.pca_side, response, &info));
	((uint8_t *)(uintptr_t)response.p)[response.n - 5] ^= 1;
	ack = confirmed(&s, response);
	REFUSED(FAULT_BAD_MESSAGE, "not an ack",
	    la_agreement_finish(&s.arena, &s.la_side, request, &info));
	must(la_agreement_finish(&s.arena, &s.la_side, ack, &info));
	sides_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, fresh)
	    TEST(both_sides_get_the_same_key),
	    TEST(each_step_may_be_done_again),
	    TEST(changed_messages_are_refused),
	    TEST(messages_for_or_by_others_are_refused),
	    TEST(a_wrong_mac_gives_no_key),
	    TEST(dates_that_make_no_sense_are_refused),
	    TEST(wrong_usage_is_told),
	    TEST(a_kill_between_any_steps_can_be_made_good),
	    TEST(what_is_over_is_refused_by_name),
	    TEST(what_is_of_others_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
