/* status.c - scms status: how the components are. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/time32.h"
#include "http/client.h"
#include "tool/common/opt.h"
#include "tool/scms/cmd.h"
#include "tool/scms/expiry.h"
#include "tool/scms/health.h"
#include "tool/scms/process.h"
#include "tool/scms/site.h"

static const char *
state_of(const struct process *p, unsigned net, const json_t *health)
{
	const char *said;

	if (p->pid == 0)
		return "stopped";
	if (!process_ready(p, net))
		return "starting";
	if (health == NULL)
		return "no answer";
	said = json_string_value(json_object_get(health, "status"));
	return said != NULL && strcmp(said, "ok") != 0 ? said : "running";
}

static json_t *
describe(struct http_client *client, const struct site *site,
    const struct part *part)
{
	struct process p;
	json_t *health = NULL, *one = json_object();

	process_find(&p, site->dir, part);
	if (p.pid != 0 && process_ready(&p, site->env.net))
		health = health_ask(client, site, part);
	json_object_set_new(one, "name", json_string(part->name));
	json_object_set_new(
	    one, "state", json_string(state_of(&p, site->env.net, health)));
	if (p.pid != 0) {
		json_object_set_new(one, "pid", json_integer(p.pid));
		json_object_set_new(
		    one, "memory_kib", json_integer(process_memory(&p)));
	}
	expiry_describe_part(one, site, part);
	if (health != NULL)
		json_object_set_new(one, "health", health);
	process_close(&p);
	return one;
}

static json_t *
describe_all(struct http_client *client, const struct site *site)
{
	json_t *all = json_object(), *list = json_array();
	char now[TIME32_TEXT];

	time32_text(now, time32_now());
	json_object_set_new(all, "kind", json_string(site->env.kind));
	json_object_set_new(all, "domain", json_string(site->env.domain));
	json_object_set_new(all, "net", json_integer(site->env.net));
	json_object_set_new(all, "time", json_string(now));
	json_object_set_new(all, "period",
	    json_integer(environment_period(&site->env, time32_now())));
	for (size_t i = 0; i < PART_COUNT; i++)
		if (parts[i].program != NULL &&
		    part_is_there(site->dir, &parts[i]))
			json_array_append_new(
			    list, describe(client, site, &parts[i]));
	json_object_set_new(all, "components", list);
	json_object_set_new(all, "certificates", expiry_describe_others(site));
	json_object_set_new(all, "warnings", expiry_warnings(all));
	return all;
}

static const char *
text_of(const json_t *object, const char *key)
{
	const char *s = json_string_value(json_object_get(object, key));

	return s != NULL ? s : "";
}

static void
print_counters(const json_t *health)
{
	json_t *counters = json_object_get(health, "counters"), *value;
	const char *key, *detail = text_of(health, "detail");

	if (detail[0] != '\0')
		printf("%11s%s\n", "", detail);
	json_object_foreach(counters, key, value)
	{
		char *text;

		/* For people: what has not happened is not worth a line. */
		if (json_is_integer(value) && json_integer_value(value) == 0)
			continue;
		text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
		printf("%11s%-28s %s\n", "", key, text != NULL ? text : "?");
		free(text);
	}
}

static void
print_expiry(const json_t *one)
{
	char text[160];

	if (expiry_text(text, sizeof(text), one))
		printf("%11s%s\n", "", text);
}

static void
print_others(const json_t *all)
{
	const json_t *list = json_object_get(all, "certificates"), *one;
	const json_t *warnings = json_object_get(all, "warnings");
	char text[160];
	size_t i;

	printf("others\n");
	json_array_foreach(list, i, one)
	{
		if (expiry_text(text, sizeof(text), one))
			printf("%11s%-9s %s\n", "", text_of(one, "name"), text);
	}
	json_array_foreach(warnings, i, one)
	{
		printf("WARNING: %s\n", json_string_value(one));
	}
}

static void
print_text(const json_t *all)
{
	const json_t *list = json_object_get(all, "components");

	printf("%s environment %s, %s, period %lld\n", text_of(all, "kind"),
	    text_of(all, "domain"), text_of(all, "time"),
	    (long long)json_integer_value(json_object_get(all, "period")));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		const json_t *pid = json_object_get(one, "pid");

		printf(
		    "%-10s %-10s", text_of(one, "name"), text_of(one, "state"));
		if (pid != NULL)
			printf(" process %-7lld memory %lld KiB",
			    (long long)json_integer_value(pid),
			    (long long)json_integer_value(
				json_object_get(one, "memory_kib")));
		printf("\n");
		print_expiry(one);
		print_counters(json_object_get(one, "health"));
	}
	print_others(all);
}

/* CMD_OK only when every component runs and finds itself well. */
static int
verdict(const json_t *all)
{
	const json_t *list = json_object_get(all, "components");

	for (size_t i = 0; i < json_array_size(list); i++)
		if (strcmp(text_of(json_array_get(list, i), "state"),
			"running") != 0)
			return CMD_FAILED;
	return CMD_OK;
}

static int
show(const struct site *site, bool as_json)
{
	struct http_client *client;
	struct fault_info fi;
	json_t *all;
	int status;

	if (health_client(&client, site, &fi) != FAULT_OK)
		return cmd_fault("status", &fi);
	all = describe_all(client, site);
	if (as_json) {
		json_dumpf(all, stdout, JSON_INDENT(1));
		printf("\n");
	} else {
		print_text(all);
	}
	status = verdict(all);
	json_decref(all);
	http_client_free(client);
	return status;
}

int
cmd_status(int argc, char **argv)
{
	bool as_json = false;
	const struct opt opts[] = {{"json", OPT_FLAG, &as_json}};
	struct fault_info fi;
	struct site site;
	int status;

	if (opt_parse(opts, 1, &argc, argv, &fi) != FAULT_OK ||
	    cmd_need(argc, 1, "DIR", &fi) != FAULT_OK ||
	    site_open(&site, argv[0], SITE_SHARED, &fi) != FAULT_OK)
		return cmd_fault("status", &fi);
	status = show(&site, as_json);
	site_close(&site);
	return status;
}
