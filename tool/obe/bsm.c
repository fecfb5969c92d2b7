/* bsm.c - scms-obe bsm: the payload of a basic safety message. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "bsm/bsm.h"
#include "tool/obe/cmd.h"

static enum fault
set(struct monarch_bsm *bsm, const char *text, struct fault_info *fi)
{
	const char *eq = strchr(text, '=');
	char name[32];
	int64_t value;

	if (eq == NULL || (size_t)(eq - text) >= sizeof(name) ||
	    !opt_number(&value, eq + 1))
		return fault_set(
		    fi, FAULT_USAGE, "\"%s\" is not FIELD=NUMBER", text);
	memcpy(name, text, (size_t)(eq - text));
	name[eq - text] = '\0';
	if (!monarch_bsm_set(bsm, name, value))
		return fault_set(fi, FAULT_USAGE, "no field \"%s\"", name);
	return FAULT_OK;
}

static enum fault
run(const char *out, char **argv, int argc, struct fault_info *fi)
{
	uint8_t octets[MONARCH_BSM_SIZE];
	struct monarch_bsm bsm;

	monarch_bsm_init(&bsm);
	for (int k = 0; k < argc; k++)
		TRY(set(&bsm, argv[k], fi));
	TRY(monarch_bsm_encode(octets, &bsm, fi));
	return file_write(out, BYTES(octets), 0644, fi);
}

int
cmd_bsm(int argc, char **argv)
{
	const char *out = NULL;
	const struct opt opts[] = {{"out", OPT_TEXT, &out}};
	struct fault_info fi = {0};
	struct cmd_common common;
	enum fault fault;

	fault = cmd_parse(&common, opts, 1, &argc, argv, &fi);
	if (fault == FAULT_OK)
		fault = cmd_need(out, "--out", &fi);
	if (fault == FAULT_OK)
		fault = run(out, argv, argc, &fi);
	return fault == FAULT_OK ? CMD_OK : cmd_fault("bsm", &fi);
}
