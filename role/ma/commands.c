/* commands.c - see commands.h. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "role/ma/asking.h"
#include "role/ma/certificate.h"
#include "role/ma/commands.h"
#include "role/ma/decide.h"
#include "role/ma/question_view.h"
#include "role/ma/view.h"

#define EXIT_USAGE	     64
#define CERTIFICATE_MEMORY   (1u << 20)
#define COUNTERSIGNATURE_MAX 4096u

/* What was said besides the name of the command. */
struct command {
	struct ma *ma;
	int64_t number; /* of a case, or of a question */
	const char *svg, *reason, *rif, *certificate, *in, *out;
	unsigned said; /* SAID_... */
	char who[32];
};

/* ---- words ---- */

enum said {
	SAID_NUMBER = 1,
	SAID_SVG = 2,
	SAID_REASON = 4,
	SAID_RIF = 8,
	SAID_CERTIFICATE = 16,
	SAID_IN = 32,
	SAID_OUT = 64
};

struct option {
	const char *name;
	enum said said;
	size_t offset; /* of a const char * in struct command */
};

static const struct option options[] = {
    {"--svg", SAID_SVG, offsetof(struct command, svg)},
    {"--reason", SAID_REASON, offsetof(struct command, reason)},
    {"--rif", SAID_RIF, offsetof(struct command, rif)},
    {"--certificate", SAID_CERTIFICATE, offsetof(struct command, certificate)},
    {"--in", SAID_IN, offsetof(struct command, in)},
    {"--out", SAID_OUT, offsetof(struct command, out)},
};

static const struct option *
option_of(const char *name)
{
	for (size_t k = 0; k < sizeof(options) / sizeof(options[0]); k++)
		if (strcmp(options[k].name, name) == 0)
			return &options[k];
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

/* Nothing twice. */
static bool
take(struct command *c, enum said said)
{
	bool is_new = (c->said & said) == 0;

	c->said |= said;
	return is_new;
}

static bool
parse(struct command *c, int argc, char **argv)
{
	const struct option *o;

	for (int k = 1; k < argc; k++) {
		o = option_of(argv[k]);
		if (o == NULL) {
			if (!parse_number(&c->number, argv[k]) ||
			    !take(c, SAID_NUMBER))
				return false;
		} else {
			if (k + 1 == argc || !take(c, o->said))
				return false;
			*(const char **)(void *)((char *)c + o->offset) =
			    argv[++k];
		}
	}
	snprintf(c->who, sizeof(c->who), "local-user-%u", (unsigned)getuid());
	return true;
}

/* ---- what they do ---- */

static enum fault
list_cases(struct command *c, struct fault_info *fi)
{
	return view_cases(c->ma, stdout, fi);
}

static enum fault
show_case(struct command *c, struct fault_info *fi)
{
	FILE *svg = NULL;
	enum fault f;

	if (c->svg != NULL && (svg = fopen(c->svg, "we")) == NULL)
		return fault_errno(fi, FAULT_IO, "%s", c->svg);
	f = view_case(c->ma, stdout, svg, c->number, fi);
	if (svg != NULL && fclose(svg) != 0 && f == FAULT_OK)
		f = fault_errno(fi, FAULT_IO, "%s", c->svg);
	return f;
}

static const char *
reason_of(const struct command *c)
{
	return c->reason != NULL ? c->reason : "an operator decided";
}

static enum fault
name_holder(struct command *c, struct fault_info *fi)
{
	uint8_t rif[CERT_ID_SIZE];

	if (!hex_decode(rif, sizeof(rif), c->rif))
		return fault_set(fi, FAULT_USAGE,
		    "--rif: 16 digits of an enrollment certificate's "
		    "HashedId8");
	return ma_case_of_rif(c->ma, &c->number, rif, fi);
}

static enum fault
name_certificate(struct command *c, struct fault_info *fi)
{
	struct arena arena = arena_new(CERTIFICATE_MEMORY);
	struct cert *cert;
	enum fault f;

	f = ma_certificate_read(&cert, &arena, c->certificate, fi);
	if (f == FAULT_OK)
		f = ma_case_of_certificate(c->ma, &c->number, cert, fi);
	arena_free(&arena);
	return f == FAULT_OK ? f : fault_prefix(fi, "%s", c->certificate);
}

static enum fault
revoke_suspect(struct command *c, struct fault_info *fi)
{
	unsigned whom = c->said & ~(unsigned)SAID_REASON;

	if (whom == SAID_CERTIFICATE)
		TRY(name_certificate(c, fi));
	else if (whom == SAID_RIF || whom == (SAID_RIF | SAID_NUMBER))
		TRY(name_holder(c, fi));
	else if (whom != SAID_NUMBER)
		return fault_set(fi, FAULT_USAGE,
		    "either a case, --rif or --certificate says whom");
	TRY(ma_decide(
	    c->ma, c->number, CASE_REVOKED, c->who, reason_of(c), fi));
	printf("case %" PRId64 " will be revoked\n", c->number);
	return FAULT_OK;
}

static enum fault
dismiss_case(struct command *c, struct fault_info *fi)
{
	TRY(ma_decide(
	    c->ma, c->number, CASE_DISMISSED, c->who, reason_of(c), fi));
	printf("case %" PRId64 " is dismissed\n", c->number);
	return FAULT_OK;
}

static enum fault
discredit_case(struct command *c, struct fault_info *fi)
{
	TRY(ma_decide(c->ma, c->number, CASE_FALSE, c->who, reason_of(c), fi));
	printf("case %" PRId64 " is false; its reporters count no more\n",
	    c->number);
	return FAULT_OK;
}

static enum fault
list_revocations(struct command *c, struct fault_info *fi)
{
	return view_revocations(c->ma, stdout, fi);
}

static enum fault
list_questions(struct command *c, struct fault_info *fi)
{
	return view_questions(c->ma, stdout, fi);
}

static enum fault
show_question(struct command *c, struct fault_info *fi)
{
	if (c->out != NULL)
		return question_export(c->ma, c->number, c->out, fi);
	return view_question(c->ma, stdout, c->number, fi);
}

static enum fault
countersign(struct command *c, struct fault_info *fi)
{
	struct arena arena = arena_new(CERTIFICATE_MEMORY);
	const char *auditor;
	struct bytes octets;
	enum fault f;

	f = file_read(&octets, &arena, c->in, COUNTERSIGNATURE_MAX, fi);
	if (f == FAULT_OK)
		f = question_countersign(
		    c->ma, &auditor, &arena, c->number, octets, fi);
	if (f == FAULT_OK)
		printf("question %" PRId64 " is countersigned by %s\n",
		    c->number, auditor);
	arena_free(&arena);
	return f;
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

struct row {
	command_fn *fn;
	unsigned needed, allowed; /* enum said */
};

static enum fault
check_words(
    const struct command *c, const struct row *row, struct fault_info *fi)
{
	if ((c->said & row->needed) == row->needed &&
	    (c->said & ~(row->needed | row->allowed)) == 0)
		return FAULT_OK;
	return fault_set(fi, FAULT_USAGE, "wrong usage");
}

static int
run(struct service *service, int argc, char **argv, const struct row *row)
{
	struct command c = {.number = 0};
	struct fault_info fi;
	enum fault f = FAULT_OK;

	if (!parse(&c, argc, argv))
		f = fault_set(&fi, FAULT_USAGE, "wrong usage");
	if (f == FAULT_OK)
		f = check_words(&c, row, &fi);
	if (f == FAULT_OK)
		f = open_ma(&c.ma, service, &fi);
	if (f == FAULT_OK)
		f = row->fn(&c, &fi);
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

#define RUN(name, fn, needed, allowed)                                  \
	static int name(struct service *service, int argc, char **argv) \
	{                                                               \
		static const struct row row = {fn, needed, allowed};    \
                                                                        \
		return run(service, argc, argv, &row);                  \
	}
RUN(run_cases, list_cases, 0, 0)
RUN(run_case, show_case, SAID_NUMBER, SAID_SVG)
RUN(run_revoke, revoke_suspect, 0,
    SAID_NUMBER | SAID_REASON | SAID_RIF | SAID_CERTIFICATE)
RUN(run_dismiss, dismiss_case, SAID_NUMBER, SAID_REASON)
RUN(run_discredit, discredit_case, SAID_NUMBER, SAID_REASON)
RUN(run_revocations, list_revocations, 0, 0)
RUN(run_questions, list_questions, 0, 0)
RUN(run_question, show_question, SAID_NUMBER, SAID_OUT)
RUN(run_countersign, countersign, SAID_NUMBER | SAID_IN, 0)
#undef RUN

const struct service_command ma_commands[] = {
    {"cases", "", "every case, its reports and its state", run_cases},
    {"case", "N [--svg FILE]", "one case: evidence in words, and a drawing",
	run_case},
    {"revoke", "[N] [--rif HEX] [--certificate FILE] [--reason TEXT]",
	"decide that the suspect of a case, the holder of an enrollment, or "
	"whoever has a certificate, is revoked",
	run_revoke},
    {"dismiss", "N [--reason TEXT]", "decide that a case is none", run_dismiss},
    {"discredit", "N [--reason TEXT]",
	"the same, and that its reporters were wrong: they count no more",
	run_discredit},
    {"revocations", "", "what was decided, how far it is, what it waits for",
	run_revocations},
    {"questions", "", "what waits to be asked, and for whom", run_questions},
    {"question", "N [--out FILE]", "one of them; its ScmsPDU to a file",
	run_question},
    {"countersign", "N --in FILE", "add the countersignature of an auditor",
	run_countersign},
};
const size_t ma_commands_n = sizeof(ma_commands) / sizeof(ma_commands[0]);
