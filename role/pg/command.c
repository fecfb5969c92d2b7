/* command.c - scms-pg DIR/pg make-policy and sign-policy: what the operator's
 * tool has done, whether the daemon runs or not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time32.h"
#include "role/pg/pg.h"
#include "service/versions.h"

#define MEMORY ((size_t)8 << 20)

struct command {
	const char *in, *out, *ra; /* values of --in, --out, --ra */
	struct arena arena;
	struct pg *pg;
};

static bool
parse(struct command *c, int argc, char **argv)
{
	for (int k = 1; k + 1 < argc; k += 2) {
		if (strcmp(argv[k], "--in") == 0)
			c->in = argv[k + 1];
		else if (strcmp(argv[k], "--out") == 0)
			c->out = argv[k + 1];
		else if (strcmp(argv[k], "--ra") == 0)
			c->ra = argv[k + 1];
		else
			return false;
	}
	return argc % 2 == 1;
}

static enum fault
make(struct command *c, struct bytes in, struct fault_info *fi)
{
	const char *name;
	enum fault f;
	int lock;

	TRY(versions_lock(&lock, c->pg->folder, fi));
	f = pg_make_policy(c->pg, &name, &c->arena, in, time64_now(), fi);
	versions_unlock(lock);
	if (f == FAULT_OK)
		puts(name);
	return f;
}

/* A refusal is told by its text; there is no reply then. */
static enum fault
sign(struct command *c, struct bytes in, struct fault_info *fi)
{
	struct bytes reply;

	TRY(pg_sign_policy(
	    c->pg, &reply, &c->arena, in, c->ra, time32_now(), fi));
	return file_write(c->out, reply, 0600, fi);
}

static int
run(struct service *service, struct command *c,
    enum fault (*fn)(struct command *, struct bytes, struct fault_info *))
{
	struct fault_info fi;
	struct bytes in;
	enum fault f;

	c->arena = arena_new(MEMORY);
	f = file_read(&in, &c->arena, c->in, PG_REQUEST_MAX, &fi);
	if (f == FAULT_OK)
		f = pg_open(&c->pg, service->dir, service->audit, &fi);
	if (f == FAULT_OK)
		f = fn(c, in, &fi);
	if (f != FAULT_OK)
		fprintf(stderr, "%s\n", fi.text);
	pg_close(c->pg);
	arena_free(&c->arena);
	return f == FAULT_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
pg_command_make(struct service *service, int argc, char **argv)
{
	struct command c = {0};

	if (!parse(&c, argc, argv) || c.in == NULL) {
		fprintf(stderr, "usage: make-policy --in POLICY\n");
		return EXIT_FAILURE;
	}
	return run(service, &c, make);
}

int
pg_command_sign(struct service *service, int argc, char **argv)
{
	struct command c = {0};

	if (!parse(&c, argc, argv) || c.in == NULL || c.out == NULL ||
	    c.ra == NULL) {
		fprintf(stderr, "usage: sign-policy --ra NAME --in REQUEST "
				"--out REPLY\n");
		return EXIT_FAILURE;
	}
	return run(service, &c, sign);
}
