/* commands.c - see commands.h. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "role/ma/commands.h"
#include "role/ma/decide.h"
#include "role/ma/view.h"

#define EXIT_USAGE 64

/* What was said besides the name of the command. */
struct command {
	struct ma *ma;
	int64_t number; /* 0: not said */
	const char *svg, *reason, *rif;
	char who[32];
};

/* ---- words ---- */

struct option {
	const char *name;
	size_t offset; /* of a const char * in struct command */
};

static const struct option options[] = {
    {"--svg", offsetof(struct command, svg)},
    {"--reason", offsetof(struct command, reason)},
    {"--rif", offsetof(struct command, rif)},
};

static const char **
option_of(struct command *c, const char *name)
{
	for (size_t k = 0; k < sizeof(options) / sizeof(options[0]); k++)
		if (strcmp(options[k].name, name) == 0)
			return (const char **)(void *)((char *)c +
						       options[k].offset);
	return NULL;
}

static bool
parse_number(int64_t *out, const char *text)
{
	char *end;

	errno = 0;
	*out = strtoll(text, &end, 10);
	return errno == 0 && *end == '\0' && *out > 0;
}

static bool
parse(struct command *c, int argc, char **argv)
{
	const char **value;

	for (int k = 1; k < argc; k++) {
		value = option_of(c, argv[k]);
		if (value != NULL && k + 1 < argc && *value == NULL)
			*value = argv[++k];
		else if (value != NULL || c->number != 0 ||
			 !parse_number(&c->number, argv[k]))
			return false;
	}
	snprintf(c->who, sizeof(c->who), "local-user-%u", (unsigned)getuid());
	return true;
}

/* ---- what they do ---- */

static enum fault
wrong_usage(struct fault_info *fi)
{
	return fault_set(fi, FAULT_USAGE, "wrong usage");
}

static enum fault
list_cases(struct command *c, struct fault_info *fi)
{
	if (c->number != 0 || c->svg != NULL || c->reason != NULL ||
	    c->rif != NULL)
		return wrong_usage(fi);
	return view_cases(c->ma, stdout, fi);
}

static enum fault
show_case(struct command *c, struct fault_info *fi)
{
	FILE *svg = NULL;
	enum fault f;

	if (c->number == 0 || c->reason != NULL || c->rif != NULL)
		return wrong_usage(fi);
	if (c->svg != NULL && (svg = fopen(c->svg, "we")) == NULL)
		return fault_errno(fi, FAULT_IO, "%s", c->svg);
	f = view_case(c->ma, stdout, svg, c->number, fi);
	if (svg != NULL && fclose(svg) != 0 && f == FAULT_OK)
		f = fault_errno(fi, FAULT_IO, "%s", c->svg);
	return f;
}

static enum fault
revoke_suspect(struct command *c, struct fault_info *fi)
{
	uint8_t rif[CERT_ID_SIZE];

	if (c->svg != NULL || (c->number == 0 && c->rif == NULL))
		return wrong_usage(fi);
	if (c->rif != NULL && !hex_decode(rif, sizeof(rif), c->rif))
		return fault_set(fi, FAULT_USAGE,
		    "--rif: 16 digits of an enrollment certificate's "
		    "HashedId8");
	if (c->rif != NULL)
		TRY(ma_case_of_rif(c->ma, &c->number, rif, fi));
	TRY(ma_decide(c->ma, c->number, CASE_REVOKED, c->who,
	    c->reason != NULL ? c->reason : "an operator decided", fi));
	printf("case %" PRId64 " will be revoked\n", c->number);
	return FAULT_OK;
}

static enum fault
dismiss_case(struct command *c, struct fault_info *fi)
{
	if (c->svg != NULL || c->number == 0 || c->rif != NULL)
		return wrong_usage(fi);
	TRY(ma_decide(c->ma, c->number, CASE_DISMISSED, c->who,
	    c->reason != NULL ? c->reason : "an operator decided", fi));
	printf("case %" PRId64 " is dismissed\n", c->number);
	return FAULT_OK;
}

/* ---- all of them ---- */

typedef enum fault command_fn(struct command *, struct fault_info *);

static enum fault
open_ma(struct ma **out, struct service *service, struct fault_info *fi)
{
	char path[PATH_SIZE];

	service_path(service, path, "data/ma.db");
	if (!file_exists(path))
		return fault_set(
		    fi, FAULT_NOT_FOUND, "this MA has never been started");
	return ma_open(out, service, fi);
}

static int
run(struct service *service, int argc, char **argv, command_fn *fn)
{
	struct command c = {.number = 0};
	struct fault_info fi;
	enum fault f = FAULT_OK;

	if (!parse(&c, argc, argv))
		f = wrong_usage(&fi);
	if (f == FAULT_OK)
		f = open_ma(&c.ma, service, &fi);
	if (f == FAULT_OK)
		f = fn(&c, &fi);
	ma_close(c.ma);
	if (f != FAULT_OK) {
		fflush(stdout);
		fprintf(stderr, "scms-ma: %s: %s (%s)\n", argv[0], fi.text,
		    fault_name(f));
	}
	return f == FAULT_OK	  ? EXIT_SUCCESS
	       : f == FAULT_USAGE ? EXIT_USAGE
				  : EXIT_FAILURE;
}

#define RUN(name, fn)                                                   \
	static int name(struct service *service, int argc, char **argv) \
	{                                                               \
		return run(service, argc, argv, fn);                    \
	}
RUN(run_cases, list_cases)
RUN(run_case, show_case)
RUN(run_revoke, revoke_suspect)
RUN(run_dismiss, dismiss_case)
#undef RUN

const struct service_command ma_commands[] = {
    {"cases", "", "every case, its reports and its state", run_cases},
    {"case", "N [--svg FILE]", "one case: evidence in words, and a drawing",
	run_case},
    {"revoke", "[N] [--rif HEX] [--reason TEXT]",
	"decide that the suspect of a case, or the holder of an enrollment, is "
	"revoked",
	run_revoke},
    {"dismiss", "N [--reason TEXT]", "decide that a case is none", run_dismiss},
};
const size_t ma_commands_n = sizeof(ma_commands) / sizeof(ma_commands[0]);
