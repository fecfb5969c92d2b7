/* receive.c - scms-obe receive: what a vehicle makes of those around it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/time32.h"
#include "tool/obe/cmd.h"
#include "tool/obe/recording.h"

#define SPDU_MAX 65536

struct options {
	struct opt_list spdu, own;
	const char *from;
	bool quiet;
};

/* What came of the messages. */
struct totals {
	size_t good, accusations, reports;
	size_t refused[FAULT_COUNT];
	char text[FAULT_COUNT][240]; /* of the first */
};

static void
print_accusation(const char *device, const struct monarch_received *m,
    const struct monarch_accusation *a)
{
	const bool reported = a->report.code == FAULT_OK;
	char signer[17];

	hex_encode(signer, m->message.signer, sizeof(m->message.signer));
	printf("%s: %s %s (%s): %s%s\n", device, signer, a->text, a->kind,
	    reported ? "reported" : "not reported: ",
	    reported ? "" : a->report.text);
}

static void
count(struct totals *t, const char *device, const struct monarch_received *m,
    enum fault fault, const struct fault_info *fi, bool quiet)
{
	for (size_t k = 0; k < m->n; k++) {
		t->accusations++;
		t->reports += m->accusation[k].report.code == FAULT_OK;
		if (!quiet)
			print_accusation(device, m, &m->accusation[k]);
	}
	if (fault == FAULT_OK)
		t->good++;
	else if (t->refused[fault]++ == 0)
		memcpy(t->text[fault], fi->text, sizeof(fi->text));
}

static void
print_totals(const char *device, const struct totals *t)
{
	printf("%s: %zu messages good, %zu accusations, %zu reports\n", device,
	    t->good, t->accusations, t->reports);
	for (unsigned f = 0; f < FAULT_COUNT; f++)
		if (t->refused[f] > 0)
			printf("%s: %zu refused: %s: %s\n", device,
			    t->refused[f], fault_name((enum fault)f),
			    t->text[f]);
}

/* ---- one device ---- */

static enum fault
receive_one(struct monarch_receiver *r, struct totals *t, const char *device,
    const struct recorded *message, struct arena *arena, bool quiet,
    struct fault_info *fi)
{
	struct monarch_received received;
	struct fault_info one = {0};
	struct bytes spdu;
	enum fault fault;

	arena_reset(arena);
	TRY(file_read(&spdu, arena, message->path, SPDU_MAX, fi));
	if (message->own) {
		if (monarch_receiver_sent(r, spdu, message->time, fi) !=
		    FAULT_OK)
			return fault_prefix(fi, "%s", message->path);
		return FAULT_OK;
	}
	fault = monarch_receive(r, &received, spdu, message->time, &one);
	count(t, device, &received, fault, &one, quiet);
	return FAULT_OK;
}

static enum fault
receive(struct monarch_receiver *r, const char *device,
    const struct recording *all, bool quiet, struct fault_info *fi)
{
	struct totals *t = calloc(1, sizeof(*t));
	struct arena arena = arena_new(SPDU_MAX + 4096);
	enum fault fault = FAULT_OK;

	if (t == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	for (size_t k = 0; k < all->n && fault == FAULT_OK; k++)
		fault =
		    receive_one(r, t, device, &all->v[k], &arena, quiet, fi);
	if (fault == FAULT_OK)
		print_totals(device, t);
	arena_free(&arena);
	free(t);
	return fault;
}

static enum fault
with_receiver(const char *path, const char *device, const struct recording *all,
    bool quiet, struct fault_info *fi)
{
	struct monarch_verifier *verifier = monarch_verifier_new();
	struct monarch_receiver *receiver = NULL;
	struct monarch_signer *signer = NULL;
	enum fault fault;

	fault = verifier == NULL ? fault_set(fi, FAULT_TOO_LARGE, "no memory")
				 : monarch_verifier_device(verifier, path, fi);
	if (fault == FAULT_OK)
		fault = monarch_signer_open(&signer, path, fi);
	if (fault == FAULT_OK)
		fault = monarch_receiver_open(&receiver, signer, verifier, fi);
	if (fault == FAULT_OK)
		fault = receive(receiver, device, all, quiet, fi);
	monarch_receiver_close(receiver);
	(void)monarch_signer_close(signer, NULL);
	monarch_verifier_free(verifier);
	return fault;
}

/* ---- its messages ---- */

/* From what drive has written: what is in the folder of its name is its own. */
static enum fault
add_drive(struct recording *all, struct arena *arena, const char *from,
    const char *device, struct fault_info *fi)
{
	char own[PATH_SIZE];

	if (strlen(from) + strlen(device) + 2 > sizeof(own))
		return fault_set(fi, FAULT_USAGE, "--from: path too long");
	path_join(own, from, device);
	if (file_exists(own))
		TRY(recording_add(all, arena, own, NULL, true, fi));
	return recording_add(all, arena, from, device, false, fi);
}

static enum fault
run(const struct options *o, const char *path, struct fault_info *fi)
{
	const char *slash = strrchr(path, '/');
	const char *device = slash == NULL ? path : slash + 1;
	struct arena arena = arena_new(256u << 20);
	struct recording all = {0};
	enum fault fault = FAULT_OK;

	if (o->from != NULL)
		fault = add_drive(&all, &arena, o->from, device, fi);
	for (size_t k = 0; k < o->own.n && fault == FAULT_OK; k++)
		fault =
		    recording_add(&all, &arena, o->own.v[k], NULL, true, fi);
	for (size_t k = 0; k < o->spdu.n && fault == FAULT_OK; k++)
		fault =
		    recording_add(&all, &arena, o->spdu.v[k], NULL, false, fi);
	recording_sort(&all);
	if (fault == FAULT_OK)
		fault = with_receiver(path, device, &all, o->quiet, fi);
	arena_free(&arena);
	return fault;
}

static enum fault
check(const struct options *o, size_t n, struct fault_info *fi)
{
	if (o->spdu.n == 0 && o->from == NULL)
		return fault_set(fi, FAULT_USAGE, "--spdu or --from is needed");
	if (o->own.n > 0 && n > 1)
		return fault_set(
		    fi, FAULT_USAGE, "--own is of one DEVICE alone");
	return FAULT_OK;
}

int
cmd_receive(int argc, char **argv)
{
	struct options o = {0};
	const struct opt opts[] = {
	    {"spdu", OPT_LIST, &o.spdu},
	    {"own", OPT_LIST, &o.own},
	    {"from", OPT_TEXT, &o.from},
	    {"quiet", OPT_FLAG, &o.quiet},
	};
	struct arena arena = arena_new(64u << 20);
	struct fault_info fi = {0};
	struct cmd_common common;
	const char **device;
	enum fault fault;
	size_t n = 0;

	fault = cmd_parse(
	    &common, opts, sizeof(opts) / sizeof(opts[0]), &argc, argv, &fi);
	if (fault == FAULT_OK && (fault = cmd_devices(&device, &n, &arena, argv,
				      argc, &fi)) == FAULT_OK)
		fault = check(&o, n, &fi);
	for (size_t k = 0; k < n && fault == FAULT_OK; k++)
		fault = run(&o, device[k], &fi);
	arena_free(&arena);
	return fault == FAULT_OK ? CMD_OK : cmd_fault("receive", &fi);
}
