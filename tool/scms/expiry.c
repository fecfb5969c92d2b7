/* expiry.c - see expiry.h. */
#include <stdio.h>
#include <string.h>

#include "base/time32.h"
#include "cert/cert.h"
#include "http/x509.h"
#include "tool/scms/ceremony.h"
#include "tool/scms/expiry.h"

#define DAY	    86400
#define CERTIFICATE "certificate"
#define TLS	    "tls"
#define DATE_SIZE   11 /* "2029-12-01" */

int64_t
expiry_days(uint32_t end, uint32_t now)
{
	int64_t left = (int64_t)end - now;

	return left >= 0 ? left / DAY : -((DAY - 1 - left) / DAY);
}

struct expiry
expiry_of_certificate(const char *path)
{
	struct arena arena = arena_new((size_t)1 << 20);
	struct expiry e = {.known = false};
	struct bytes raw;
	struct cert *c;

	if (file_read(&raw, &arena, path, 4096, NULL) == FAULT_OK &&
	    cert_load(&c, &arena, raw, NULL) == FAULT_OK)
		e = (struct expiry){c->end, true};
	arena_free(&arena);
	return e;
}

struct expiry
expiry_of_tls(const char *path)
{
	struct x509_validity v;

	if (x509_validity(&v, path, NULL) != FAULT_OK)
		return (struct expiry){.known = false};
	return (struct expiry){v.not_after, true};
}

static json_t *
describe(struct expiry e)
{
	char text[TIME32_TEXT];

	if (!e.known)
		return json_null();
	time32_text(text, e.end);
	return json_pack("{s:s, s:I}", "ends", text, "days",
	    (json_int_t)expiry_days(e.end, time32_now()));
}

void
expiry_describe_part(
    json_t *one, const struct site *site, const struct part *part)
{
	char dir[PATH_SIZE], path[PATH_SIZE];

	path_join(dir, site->dir, part->name);
	path_join(path, dir, "cert.oer");
	if (file_exists(path))
		json_object_set_new(
		    one, CERTIFICATE, describe(expiry_of_certificate(path)));
	path_join(path, dir, "tls.pem");
	json_object_set_new(one, TLS, describe(expiry_of_tls(path)));
}

static bool
runs(enum actor_id id)
{
	enum part_id part = actor_part(id);

	return part < PART_COUNT && parts[part].program != NULL;
}

/* A certificate among the public files, if it is there. */
static void
add_other(json_t *list, const struct site *site, const char *file)
{
	char dir[PATH_SIZE], path[PATH_SIZE], name[64];
	json_t *one;

	path_join(dir, site->dir, "public");
	snprintf(name, sizeof(name), "%s.oer", file);
	path_join(path, dir, name);
	if (!file_exists(path))
		return;
	one = json_pack("{s:s}", "name", file);
	json_object_set_new(
	    one, CERTIFICATE, describe(expiry_of_certificate(path)));
	json_array_append_new(list, one);
}

json_t *
expiry_describe_others(const struct site *site)
{
	char path[PATH_SIZE], elector[32];
	json_t *list = json_array(), *one;

	for (enum actor_id i = 0; i < ACTOR_COUNT; i++)
		if (!runs(i))
			add_other(list, site, actor_info[i].file);
	/* Those who came by ballot. */
	for (unsigned k = ELECTORS + 1; k <= UINT8_MAX; k++) {
		snprintf(elector, sizeof(elector), "elector%u", k);
		add_other(list, site, elector);
	}
	path_join(path, site->dir, "public/root.tls");
	one = json_pack("{s:s}", "name", "tls-ca");
	json_object_set_new(one, TLS, describe(expiry_of_tls(path)));
	json_array_append_new(list, one);
	return list;
}

/* ---- warnings ---- */

static const struct {
	const char *key, *what;
} kinds[] = {{CERTIFICATE, "certificate"}, {TLS, "TLS certificate"}};

static void
warn(json_t *warnings, const json_t *one, size_t kind)
{
	const json_t *e = json_object_get(one, kinds[kind].key);
	const char *name = json_string_value(json_object_get(one, "name"));
	json_int_t days;
	char text[160];

	if (json_is_null(e)) {
		snprintf(text, sizeof(text), "%s of %s cannot be read",
		    kinds[kind].what, name);
	} else if (e == NULL || (days = json_integer_value(json_object_get(
				     e, "days"))) >= EXPIRY_WARN_DAYS) {
		return;
	} else {
		snprintf(text, sizeof(text), "%s of %s %s %lld days (%s)",
		    kinds[kind].what, name,
		    days >= 0 ? "ends in" : "has been over for",
		    (long long)(days >= 0 ? days : -days),
		    json_string_value(json_object_get(e, "ends")));
	}
	json_array_append_new(warnings, json_string(text));
}

json_t *
expiry_warnings(const json_t *all)
{
	static const char *const lists[] = {"components", "certificates"};
	json_t *warnings = json_array();

	for (size_t l = 0; l < sizeof(lists) / sizeof(lists[0]); l++) {
		const json_t *list = json_object_get(all, lists[l]);

		for (size_t i = 0; i < json_array_size(list); i++)
			for (size_t k = 0; k < 2; k++)
				warn(warnings, json_array_get(list, i), k);
	}
	return warnings;
}

bool
expiry_text(char *out, size_t n, const json_t *one)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t k = 0; k < 2; k++) {
		const json_t *e = json_object_get(one, kinds[k].key);
		const json_t *ends = json_object_get(e, "ends");

		if (ends == NULL)
			continue;
		used += (size_t)snprintf(out + used, n - used,
		    "%s%s until %.*s (%lld days)", used > 0 ? ", " : "",
		    k == 0 ? "certificate" : "TLS", DATE_SIZE - 1,
		    json_string_value(ends),
		    (long long)json_integer_value(json_object_get(e, "days")));
		if (used >= n)
			return true;
	}
	return used > 0;
}
