/* status.c - scms-obe status: what devices have and how they fare. */
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/time32.h"
#include "device/monarch.h"
#include "tool/obe/cmd.h"
#include "tool/obe/lists.h"

static const char *
state_word(const struct monarch_status *s)
{
	if (!s->bootstrapped)
		return "new";
	if (s->blocked != 0 || s->lists.revoked[0] != '\0')
		return "revoked";
	if (s->stopped)
		return "gave up";
	if (!s->provisioned)
		return "bootstrapped";
	return s->kind[MONARCH_ANY].certificates == 0 ? "provisioned"
						      : "supplied";
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
print_kind(const struct monarch_held *h, const char *name)
{
	char hash[17];

	if (!h->asked && h->certificates == 0)
		return;
	printf("  %s\n", name);
	if (h->provisioned) {
		hex_encode(hash, h->request_hash, sizeof(h->request_hash));
		printf("    %-20s %s\n", "request hash", hash);
	}
	if (h->certificates > 0)
		printf("    %-20s %u in %u periods (%X to %X), %u incomplete; "
		       "%u valid now\n",
		    "certificates", h->certificates, h->periods + h->incomplete,
		    (unsigned)h->i_first, (unsigned)h->i_last, h->incomplete,
		    h->usable);
	print_time("  until", h->end);
	print_time("  download from", h->provisioned ? h->download_time : 0);
}

static void
print_lists(const struct monarch_status *s)
{
	char text[LISTS_LINE];

	for (size_t k = 0; k < s->lists.n; k++) {
		list_text(text, &s->lists.list[k]);
		printf("  %-22s %s\n", "CRL", text);
	}
	if (s->lists.revoked[0] != '\0')
		printf("  %-22s %s\n", "revoked", s->lists.revoked);
	print_time("blocked by the RA since", s->blocked);
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
	print_time("successor until", s->successor_end);
	for (unsigned k = MONARCH_PSEUDONYM; k < MONARCH_KINDS; k++)
		print_kind(
		    &s->kind[k], monarch_kind_name((enum monarch_kind)k));
	print_time("next expected", s->next);
	print_time("last contact", s->last_contact);
	if (s->reports > 0)
		printf("  %-22s %u not yet sent\n", "misbehavior reports",
		    s->reports);
	print_time("oldest report", s->oldest_report);
	print_lists(s);
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

/* Adds what is held of a kind, or of all, to an object. */
static int
add_held(json_t *to, const struct monarch_held *h)
{
	char hash[17] = "";
	json_t *held;
	int failed;

	if (h->provisioned)
		hex_encode(hash, h->request_hash, sizeof(h->request_hash));
	held = json_pack("{s:b, s:s, s:o, s:o, s:i, s:i, s:i, s:i, s:i, s:i}",
	    "provisioned", h->provisioned, "request_hash", hash,
	    "download_time", json_time(h->download_time), "end",
	    json_time(h->end), "i_first", (int)h->i_first, "i_last",
	    (int)h->i_last, "periods", (int)h->periods, "incomplete",
	    (int)h->incomplete, "certificates", (int)h->certificates, "usable",
	    (int)h->usable);
	failed = json_object_update(to, held);
	json_decref(held);
	return failed;
}

static json_t *
json_kinds(const struct monarch_status *s)
{
	json_t *kinds = json_object(), *one;

	for (unsigned k = MONARCH_PSEUDONYM; k < MONARCH_KINDS; k++) {
		const struct monarch_held *h = &s->kind[k];

		if (!h->asked && h->certificates == 0)
			continue;
		one = json_object();
		if (add_held(one, h) != 0 ||
		    json_object_set(kinds,
			monarch_kind_name((enum monarch_kind)k), one) != 0)
			json_object_clear(kinds);
		json_decref(one);
	}
	return kinds;
}

static json_t *
json_lists(const struct monarch_lists *l)
{
	json_t *lists = json_array();

	for (size_t k = 0; k < l->n; k++) {
		const struct monarch_list *one = &l->list[k];
		char root[17];

		hex_encode(root, one->root, sizeof(one->root));
		if (json_array_append_new(
			lists, json_pack("{s:i, s:s, s:I, s:I, s:i}", "series",
				   (int)one->series, "root", root, "issued",
				   (json_int_t)one->issued, "next",
				   (json_int_t)one->next, "entries",
				   (int)one->entries)) != 0)
			break;
	}
	return lists;
}

static json_t *
to_json(const char *path, const struct monarch_status *s)
{
	char enrollment[17] = "";
	json_t *out;

	if (s->bootstrapped)
		hex_encode(enrollment, s->enrollment, sizeof(s->enrollment));
	out = json_pack("{s:s, s:s, s:b, s:b, s:s, s:s, s:o, s:o, s:o, s:o, "
			"s:i, s:s, s:o, s:o, s:s, s:o, s:i, s:o}",
	    "device", path, "state", state_word(s), "bootstrapped",
	    s->bootstrapped, "stopped", s->stopped, "ra", s->ra, "enrollment",
	    enrollment, "enrollment_end", json_time(s->enrollment_end),
	    "successor_end", json_time(s->successor_end), "next",
	    json_time(s->next), "last_contact", json_time(s->last_contact),
	    "failures", (int)s->failures, "last_error", s->last_error, "kinds",
	    json_kinds(s), "lists", json_lists(&s->lists), "revoked",
	    s->lists.revoked, "blocked", json_time(s->blocked), "reports",
	    (int)s->reports, "oldest_report", json_time(s->oldest_report));
	if (out != NULL && add_held(out, &s->kind[MONARCH_ANY]) != 0) {
		json_decref(out);
		out = NULL;
	}
	return out;
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
