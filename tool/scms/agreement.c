/* agreement.c - see agreement.h. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "tool/scms/agreement.h"
#include "tool/scms/process.h"
#include "tool/scms/run.h"
#include "tool/scms/tree.h"

#define EXCHANGE      "exchange"
#define MESSAGE_LIMIT (64u << 10)

enum side { PCA, LA };

static const char *const programs[] = {"scms-pca", "scms-la"};

struct move {
	enum side who;
	const char *command;
	const char *in;	      /* option and what it names */
	const char *in_file;  /* NULL: the LA's certificate */
	const char *out_file; /* NULL: none */
};

static const struct move moves[] = {
    {PCA, "agree-request", "--la", NULL, "request"},
    {LA, "agree-respond", "--in", "request", "response"},
    {PCA, "agree-confirm", "--in", "response", "ack"},
    {LA, "agree-finish", "--in", "ack", NULL},
};

struct sides {
	struct arena *arena;
	const char *dir, *name[2];
};

static const char *
exchange_path(const struct sides *s, const char *file)
{
	return arena_printf(s->arena, "%s/" EXCHANGE "/%s.oer", s->dir, file);
}

static enum fault
run_move(const struct sides *s, const struct move *m, struct fault_info *fi)
{
	char program[PATH_SIZE], folder[PATH_SIZE];
	const char *in =
	    m->in_file != NULL
		? exchange_path(s, m->in_file)
		: arena_printf(s->arena, "%s/%s/cert.oer", s->dir, s->name[LA]);
	const char *out =
	    m->out_file != NULL ? exchange_path(s, m->out_file) : NULL;
	const char *const arguments[] = {program, folder, m->command, m->in, in,
	    out != NULL ? "--out" : NULL, out, NULL};
	int null;
	enum fault f;

	if (in == NULL || (m->out_file != NULL && out == NULL))
		return fault_set(fi, FAULT_TOO_LARGE, "exchange");
	process_program(program, programs[m->who]);
	path_join(folder, s->dir, s->name[m->who]);
	if ((null = open("/dev/null", O_RDWR | O_CLOEXEC)) < 0)
		return fault_errno(fi, FAULT_IO, "/dev/null");
	f = run_program(arguments, null, null, fi);
	close(null);
	return f != FAULT_OK
		   ? fault_prefix(fi, "%s of %s", m->command, s->name[m->who])
		   : f;
}

static enum fault
exchange(const struct sides *s, struct bytes *request, struct fault_info *fi)
{
	const char *path;

	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++)
		TRY(run_move(s, &moves[i], fi));
	if (request == NULL)
		return FAULT_OK;
	if ((path = exchange_path(s, "request")) == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "exchange");
	return file_read(request, s->arena, path, MESSAGE_LIMIT, fi);
}

enum fault
agreement_run(struct bytes *request, struct arena *arena, const char *dir,
    const char *pca, const char *la, struct fault_info *fi)
{
	const struct sides s = {arena, dir, {pca, la}};
	struct fault_info cleaning;
	char path[PATH_SIZE];
	enum fault f;

	path_join(path, dir, EXCHANGE);
	TRY(file_mkdir(path, 0700, fi));
	f = exchange(&s, request, fi);
	if (tree_remove(path, &cleaning) != FAULT_OK && f == FAULT_OK) {
		*fi = cleaning;
		f = cleaning.code;
	}
	return f;
}
