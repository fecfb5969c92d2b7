/* policy_command.c - scms-ra DIR/ra policy-wishes, policy-request and
 * policy-install: what the operator's tool has done, whether the daemon runs or
 * not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time32.h"
#include "role/ra/policy_make.h"
#include "role/ra/policy_store.h"
#include "role/ra/policy_update.h"

#define FILES "--gpf GPF --custom POLICY --local POLICY"

struct command {
	const char *gpf, *custom, *local, *in, *out; /* values of options */
	struct arena arena;
	struct ra *ra;
	struct policy_input input;
};

static bool
parse(struct command *c, int argc, char **argv)
{
	const struct {
		const char *name, **value;
	} options[] = {{"--gpf", &c->gpf}, {"--custom", &c->custom},
	    {"--local", &c->local}, {"--in", &c->in}, {"--out", &c->out}};
	const size_t n = sizeof(options) / sizeof(options[0]);

	for (int k = 1; k + 1 < argc; k += 2) {
		size_t i = 0;

		while (i < n && strcmp(argv[k], options[i].name) != 0)
			i++;
		if (i == n)
			return false;
		*options[i].value = argv[k + 1];
	}
	return argc % 2 == 1 && c->custom != NULL && c->local != NULL;
}

static enum fault
read_part(struct policy_set *out, struct command *c, enum policy_part part,
    const char *path, struct fault_info *fi)
{
	struct policy_file file;
	struct bytes tbs;

	TRY(file_read(&tbs, &c->arena, path, POLICY_LIMIT, fi));
	TRY(policy_read_tbs(&file, &c->arena, part, tbs, 0, fi));
	*out = file.set;
	return FAULT_OK;
}

static enum fault
read_input(struct command *c, struct fault_info *fi)
{
	struct policy_input *in = &c->input;

	TRY(file_read(&in->gpf_file, &c->arena, c->gpf, POLICY_LIMIT, fi));
	TRY(policy_open(&in->gpf, &c->arena, in->gpf_file, c->ra->self.trust,
	    time32_now(), fi));
	TRY(read_part(&in->custom, c, POLICY_CUSTOM, c->custom, fi));
	return read_part(&in->local, c, POLICY_LOCAL, c->local, fi);
}

/* Writes the files. */
static enum fault
wishes(struct command *c, struct fault_info *fi)
{
	const struct policy_head nobody = {.id = BYTES_NONE};
	struct policy_input in;
	struct bytes tbs;

	TRY(policy_wishes(&in, c->ra, &c->arena, fi));
	TRY(policy_tbs_custom(
	    &tbs, &c->arena, &nobody, c->ra->self.name, &in.custom, fi));
	TRY(file_write(c->custom, tbs, 0600, fi));
	TRY(policy_tbs_local(&tbs, &c->arena, &nobody, &in.local, fi));
	return file_write(c->local, tbs, 0600, fi);
}

/* Ends without a file where there is nothing to ask for. */
static enum fault
request(struct command *c, struct fault_info *fi)
{
	struct policy_file current;
	struct bytes octets;

	TRY(read_input(c, fi));
	TRY(policy_request(
	    c->ra, &octets, &c->arena, &c->input, time64_now(), fi));
	if (policy_current(&current, c->ra, &c->arena, NULL) == FAULT_OK &&
	    !policy_is_needed(c->ra, &c->input, &current))
		return policy_keep_wishes(c->ra, &c->arena, &c->input, fi);
	return file_write(c->out, octets, 0600, fi);
}

static enum fault
install(struct command *c, struct fault_info *fi)
{
	struct bytes reply;
	const char *name;

	TRY(read_input(c, fi));
	TRY(file_read(&reply, &c->arena, c->in, POLICY_LIMIT, fi));
	TRY(policy_keep_gpf(c->ra, &c->arena, c->input.gpf_file, NULL, fi));
	TRY(policy_install(
	    c->ra, &name, &c->arena, &c->input, reply, time64_now(), NULL, fi));
	puts(name);
	return FAULT_OK;
}

/* Nobody else changes policies meanwhile. */
static enum fault
run_locked(struct command *c,
    enum fault (*fn)(struct command *, struct fault_info *),
    struct fault_info *fi)
{
	char folder[PATH_SIZE];
	enum fault f;
	int lock;

	policy_folder(c->ra, folder);
	TRY(file_mkdir(folder, 0700, fi));
	TRY(versions_lock(&lock, folder, fi));
	f = fn(c, fi);
	versions_unlock(lock);
	return f;
}

static int
run(struct command *c, struct service *service,
    enum fault (*fn)(struct command *, struct fault_info *))
{
	struct fault_info fi;
	enum fault f;

	c->arena = arena_new(POLICY_MEMORY);
	if ((f = ra_load(&c->ra, service, &fi)) == FAULT_OK)
		f = run_locked(c, fn, &fi);
	if (f != FAULT_OK)
		fprintf(stderr, "%s\n", fi.text);
	ra_close(c->ra);
	arena_free(&c->arena);
	return f == FAULT_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
policy_command_wishes(struct service *service, int argc, char **argv)
{
	struct command c = {0};

	if (!parse(&c, argc, argv)) {
		fprintf(stderr,
		    "usage: policy-wishes --custom POLICY --local POLICY\n");
		return EXIT_FAILURE;
	}
	return run(&c, service, wishes);
}

int
policy_command_request(struct service *service, int argc, char **argv)
{
	struct command c = {0};

	if (!parse(&c, argc, argv) || c.gpf == NULL || c.out == NULL) {
		fprintf(
		    stderr, "usage: policy-request " FILES " --out REQUEST\n");
		return EXIT_FAILURE;
	}
	return run(&c, service, request);
}

int
policy_command_install(struct service *service, int argc, char **argv)
{
	struct command c = {0};

	if (!parse(&c, argc, argv) || c.gpf == NULL || c.in == NULL) {
		fprintf(stderr, "usage: policy-install " FILES " --in REPLY\n");
		return EXIT_FAILURE;
	}
	return run(&c, service, install);
}
