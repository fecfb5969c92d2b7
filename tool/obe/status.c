/* status.c - scms-obe status: what devices have and how they fare. */
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/time32.h"
#include "device/monarch.h"
#include "tool/obe/cmd.h"

static const char *
state_word(const struct monarch_status *s)
{
	if (!s->bootstrapped)
		return "new";
	if (!s->provisioned)
		return "bootstrapped";
	return s->certificates == 0 ? "provisioned" : "supplied";
}

static void
print_time(const char *label, uint32_t t)
{
	char text[TIME32_TEXT];

	if (t == 0)
		return;
	time32_text(text, t);
	printf("  %-22s %s\n", label, text);
}

static void
print(const char *path, const struct monarch_status *s)
{
	char hash[17];

	printf("%s: %s\n", path, state_word(s));
	if (s->ra[0] != '\0')
		printf("  %-22s %s\n", "RA", s->ra);
	if (s->bootstrapped) {
		hex_encode(hash, s->enrollment, sizeof(s->enrollment));
		printf("  %-22s %s\n", "enrollment", hash);
	}
	print_time("enrolled until", s->enrollment_end);
	if (s->provisioned) {
		hex_encode(hash, s->request_hash, sizeof(s->request_hash));
		printf("  %-22s %s\n", "request hash", hash);
		print_time("download from", s->download_time);
	}
	if (s->certificates > 0)
		printf("  %-22s %u in %u periods (%X to %X), %u incomplete; "
		       "%u valid now\n",
		    "certificates", s->certificates, s->periods + s->incomplete,
		    (unsigned)s->i_first, (unsigned)s->i_last, s->incomplete,
		    s->usable);
	print_time("next expected", s->next);
	print_time("last contact", s->last_contact);
	if (s->failures > 0)
		printf("  %-22s %u in a row; last: %s\n", "failures",
		    s->failures, s->last_error);
}

/* JSON null for what is not known. */
static json_t *
json_time(uint32_t t)
{
	return t == 0 ? json_null() : json_integer((json_int_t)t);
}

static json_t *
to_json(const char *path, const struct monarch_status *s)
{
	char hash[17] = "", enrollment[17] = "";

	if (s->bootstrapped)
		hex_encode(enrollment, s->enrollment, sizeof(s->enrollment));
	if (s->provisioned)
		hex_encode(hash, s->request_hash, sizeof(s->request_hash));
	return json_pack(
	    "{s:s, s:s, s:b, s:b, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:i, s:i, "
	    "s:i, s:i, s:i, s:i, s:i, s:s}",
	    "device", path, "state", state_word(s), "bootstrapped",
	    s->bootstrapped, "provisioned", s->provisioned, "ra", s->ra,
	    "enrollment", enrollment, "request_hash", hash, "enrollment_end",
	    json_time(s->enrollment_end), "download_time",
	    json_time(s->download_time), "next", json_time(s->next),
	    "last_contact", json_time(s->last_contact), "i_first",
	    (int)s->i_first, "i_last", (int)s->i_last, "periods",
	    (int)s->periods, "incomplete", (int)s->incomplete, "certificates",
	    (int)s->certificates, "usable", (int)s->usable, "failures",
	    (int)s->failures, "last_error", s->last_error);
}

static enum fault
show(const char *const *device, size_t n, json_t *list, struct fault_info *fi)
{
	struct monarch_status s;

	for (size_t k = 0; k < n; k++) {
		TRY(monarch_status(device[k], &s, fi));
		if (list == NULL)
			print(device[k], &s);
		else if (json_array_append_new(list, to_json(device[k], &s)) !=
			 0)
			return fault_set(fi, FAULT_TOO_LARGE, "no memory");
	}
	return FAULT_OK;
}

int
cmd_status(int argc, char **argv)
{
	bool json = false;
	const struct opt opts[] = {{"json", OPT_FLAG, &json}};
	struct arena arena = arena_new(64u << 20);
	struct fault_info fi = {0};
	struct cmd_common common;
	json_t *list = NULL;
	const char **device;
	enum fault fault;
	size_t n;

	fault = cmd_parse(&common, opts, 1, &argc, argv, &fi);
	if (fault == FAULT_OK)
		fault = cmd_devices(&device, &n, &arena, argv, argc, &fi);
	if (fault == FAULT_OK) {
		list = json ? json_array() : NULL;
		fault = show(device, n, list, &fi);
	}
	if (fault == FAULT_OK && list != NULL &&
	    json_dumpf(list, stdout, JSON_INDENT(2)) == 0)
		putchar('\n');
	json_decref(list);
	arena_free(&arena);
	return fault == FAULT_OK ? CMD_OK : cmd_fault("status", &fi);
}
