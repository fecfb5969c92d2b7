/* verify.c - scms-obe verify: what a stranger makes of a signed message. */
#include <inttypes.h>
#include <stdio.h>

#include "base/file.h"
#include "base/time32.h"
#include "device/monarch.h"
#include "tool/obe/cmd.h"

#define FILE_MAX_SIZE (4u << 20)
#define CRL_MAX_SIZE  (64u << 20)

struct options {
	struct opt_list trust, known, crl;
	const char *time, *payload;
	int64_t psid, tolerance, i_zero, i_seconds, overdue;
};

static enum fault
load(struct monarch_verifier *v, struct arena *arena, const struct options *o,
    struct fault_info *fi)
{
	struct bytes file;

	for (size_t k = 0; k < o->trust.n; k++) {
		TRY(file_read(&file, arena, o->trust.v[k], FILE_MAX_SIZE, fi));
		if (monarch_verifier_trust(v, file, fi) != FAULT_OK)
			return fault_prefix(fi, "%s", o->trust.v[k]);
	}
	for (size_t k = 0; k < o->known.n; k++) {
		TRY(file_read(&file, arena, o->known.v[k], FILE_MAX_SIZE, fi));
		if (monarch_verifier_add(v, file, fi) != FAULT_OK)
			return fault_prefix(fi, "%s", o->known.v[k]);
	}
	return FAULT_OK;
}

/* A list that is refused is no reason to do without the others. */
static enum fault
load_crls(struct monarch_verifier *v, struct arena *arena,
    const struct options *o, uint32_t now, struct fault_info *fi)
{
	const struct monarch_crl_rules rules = {.now = now,
	    .i_zero = (uint32_t)o->i_zero,
	    .i_seconds = (uint32_t)o->i_seconds,
	    .overdue = (uint32_t)o->overdue};
	struct fault_info why;
	struct bytes file;

	for (size_t k = 0; k < o->crl.n; k++) {
		TRY(file_read(&file, arena, o->crl.v[k], CRL_MAX_SIZE, fi));
		if (monarch_verifier_crl(v, file, &rules, &why) != FAULT_OK)
			printf("  %-4s %s: %s (%s)\n", "no", o->crl.v[k],
			    why.text, fault_name(why.code));
	}
	return FAULT_OK;
}

static void
print_report(const struct monarch_report *report)
{
	for (size_t k = 0; k < report->n; k++)
		printf("  %-4s %s\n",
		    report->step[k].verdict == FAULT_OK ? "ok" : "FAIL",
		    report->step[k].text);
}

static void
print_message(const struct monarch_message *m)
{
	char t[TIME32_TEXT], id[17];

	time32_text(t, (uint32_t)(m->generation_time / 1000000));
	hex_encode(id, m->signer, sizeof(m->signer));
	printf("valid: PSID 0x%" PRIx32 ", generated %s, signer %s, "
	       "%zu octets of payload\n",
	    m->psid, t, id, m->payload.n);
}

static enum fault
run(struct monarch_verifier *v, struct arena *arena, const struct options *o,
    const char *path, struct fault_info *fi)
{
	struct monarch_report *report = ARENA_NEW(arena, struct monarch_report);
	struct monarch_rules rules = {
	    .psid = (uint32_t)o->psid, .seconds = (uint32_t)o->tolerance};
	struct monarch_message message;
	struct bytes spdu;
	enum fault fault;
	uint64_t t;

	if (report == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	TRY(cmd_time(&t, o->time, fi));
	rules.now = (uint32_t)(t / 1000000);
	TRY(load(v, arena, o, fi));
	TRY(file_read(&spdu, arena, path, FILE_MAX_SIZE, fi));
	printf("%s\n", path);
	TRY(load_crls(v, arena, o, rules.now, fi));
	fault = monarch_verify(v, &message, report, spdu, &rules, fi);
	print_report(report);
	if (fault != FAULT_OK) {
		printf("invalid: %s: %s\n", fault_name(fault), fi->text);
		return fault;
	}
	print_message(&message);
	return o->payload == NULL
		   ? FAULT_OK
		   : file_write(o->payload, message.payload, 0644, fi);
}

static enum fault
check(const struct options *o, int argc, struct fault_info *fi)
{
	const int64_t numbers[] = {
	    o->psid, o->tolerance, o->i_zero, o->i_seconds, o->overdue};

	if (argc != 1)
		return fault_set(fi, FAULT_USAGE, "one SPDU is needed");
	if (o->trust.n == 0)
		return fault_set(fi, FAULT_USAGE, "--trust is needed");
	for (size_t k = 0; k < sizeof(numbers) / sizeof(numbers[0]); k++)
		if (numbers[k] < 0 || numbers[k] > UINT32_MAX)
			return fault_set(fi, FAULT_USAGE,
			    "%" PRId64 " is out of range", numbers[k]);
	return FAULT_OK;
}

int
cmd_verify(int argc, char **argv)
{
	struct options o = {.psid = 0x20};
	const struct opt opts[] = {
	    {"trust", OPT_LIST, &o.trust},
	    {"known", OPT_LIST, &o.known},
	    {"crl", OPT_LIST, &o.crl},
	    {"i-zero", OPT_NUMBER, &o.i_zero},
	    {"i-seconds", OPT_NUMBER, &o.i_seconds},
	    {"overdue", OPT_NUMBER, &o.overdue},
	    {"time", OPT_TEXT, &o.time},
	    {"payload", OPT_TEXT, &o.payload},
	    {"psid", OPT_NUMBER, &o.psid},
	    {"tolerance", OPT_NUMBER, &o.tolerance},
	};
	struct arena arena = arena_new(512u << 20);
	struct monarch_verifier *v = monarch_verifier_new();
	struct fault_info fi = {0};
	struct cmd_common common;
	enum fault fault;

	fault = cmd_parse(
	    &common, opts, sizeof(opts) / sizeof(opts[0]), &argc, argv, &fi);
	if (fault == FAULT_OK && v == NULL)
		fault = fault_set(&fi, FAULT_TOO_LARGE, "no memory");
	if (fault == FAULT_OK)
		fault = check(&o, argc, &fi);
	if (fault == FAULT_OK)
		fault = run(v, &arena, &o, argv[0], &fi);
	monarch_verifier_free(v);
	arena_free(&arena);
	return fault == FAULT_OK ? CMD_OK : cmd_fault("verify", &fi);
}
