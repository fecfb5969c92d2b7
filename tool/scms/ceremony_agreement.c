/*
 * ceremony_agreement.c - LA and PCA agree on the key of pre-linkage values.
 *
 * Each side computes its part with its own program in its own folder, so that
 * nobody else ever holds the key; only their three signed messages pass
 * through here.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "tool/scms/ceremony.h"
#include "tool/scms/part.h"
#include "tool/scms/process.h"
#include "tool/scms/run.h"
#include "tool/scms/tree.h"

#define EXCHANGE      "exchange"
#define MESSAGE_LIMIT (64u << 10)

struct move {
	enum part_id who; /* PART_LA1 stands for either LA */
	const char *command;
	const char *in;	      /* option and what it names */
	const char *in_file;  /* NULL: the LA's certificate */
	const char *out_file; /* NULL: none */
};

static const struct move moves[] = {
    {PART_PCA, "agree-request", "--la", NULL, "request"},
    {PART_LA1, "agree-respond", "--in", "request", "response"},
    {PART_PCA, "agree-confirm", "--in", "response", "ack"},
    {PART_LA1, "agree-finish", "--in", "ack", NULL},
};

static const char *
exchange_path(struct ceremony *c, const struct part *la, const char *file)
{
	return arena_printf(
	    &c->arena, "%s/" EXCHANGE "/%s-%s.oer", c->dir, la->name, file);
}

static enum fault
run_move(struct ceremony *c, const struct move *m, enum actor_id la_actor,
    const struct part *la, struct fault_info *fi)
{
	const struct part *who = m->who == PART_LA1 ? la : &parts[m->who];
	char program[PATH_SIZE], folder[PATH_SIZE];
	const char *in = m->in_file != NULL
			     ? exchange_path(c, la, m->in_file)
			     : arena_printf(&c->arena, "%s/public/%s.oer",
				   c->dir, actor_info[la_actor].file);
	const char *out =
	    m->out_file != NULL ? exchange_path(c, la, m->out_file) : NULL;
	const char *const arguments[] = {program, folder, m->command, m->in, in,
	    out != NULL ? "--out" : NULL, out, NULL};
	int null;
	enum fault f;

	process_program(program, who->program);
	ceremony_path(c, folder, who->name);
	if ((null = open("/dev/null", O_RDWR | O_CLOEXEC)) < 0)
		return fault_errno(fi, FAULT_IO, "/dev/null");
	f = run_program(arguments, null, null, fi);
	close(null);
	return f != FAULT_OK
		   ? fault_prefix(fi, "%s of %s", m->command, who->name)
		   : f;
}

static enum fault
record_exchange(
    struct ceremony *c, const struct part *la, struct fault_info *fi)
{
	const char *path = exchange_path(c, la, "request");
	struct bytes request;

	TRY(file_read(&request, &c->arena, path, MESSAGE_LIMIT, fi));
	ceremony_record_hash(c, la->name, request);
	return FAULT_OK;
}

static enum fault
agree(struct ceremony *c, enum actor_id la_actor, const struct part *la,
    struct fault_info *fi)
{
	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++)
		TRY(run_move(c, &moves[i], la_actor, la, fi));
	return record_exchange(c, la, fi);
}

enum fault
ceremony_agreement(struct ceremony *c, struct fault_info *fi)
{
	char path[PATH_SIZE];

	ceremony_path(c, path, EXCHANGE);
	TRY(file_mkdir(path, 0700, fi));
	ceremony_record(c, "LA-PCA keys agreed on (SHA-256 of the PCA's "
			   "request)");
	TRY(agree(c, ACTOR_LA1, &parts[PART_LA1], fi));
	TRY(agree(c, ACTOR_LA2, &parts[PART_LA2], fi));
	return tree_remove(path, fi);
}
