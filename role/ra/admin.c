/* admin.c - scms-ra DIR/ra device list | show | block | unblock. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/time32.h"
#include "role/ra/admin.h"
#include "role/ra/auth.h"
#include "role/ra/ra.h"
#include "role/ra/supply.h"

#define EXIT_USAGE 64 /* as all our programs say it */

/* A device as the operator sees it. */
struct view {
	int64_t number;
	uint8_t enrollment[8], request[8];
	uint32_t created, contact, error_at;
	char error[128];
	bool has_chain, blocked;
	bool has_done, has_waiting;
	uint32_t last_done; /* period */
	/* that it may download: of the running period and those to come */
	int64_t periods, certificates;
	struct supply supply;
	bool inactive;
	/* A holder of identification or application certificates: only what
	 * these say, and the fields up to blocked, counts. */
	bool is_holder;
	uint32_t until, due; /* of its certificates */
	uint32_t done, waiting, failed;
};

struct command {
	struct ra *ra;
	struct supply_rule rule;
	struct supply_plan plan;
	bool json;
	const char *wanted; /* NULL: all */
	size_t shown;
	struct view last; /* the latest that was shown */
};

/* ---- rows ---- */

static enum fault
read_view(struct view *v, const struct command *c, const struct db_row *row,
    struct fault_info *fi)
{
	const char *error = db_text(row, 7);
	const struct ra_pca *pca = ra_pca_named(c->ra, db_text(row, 13));

	memset(v, 0, sizeof(*v));
	v->number = db_int(row, 0);
	TRY(db_blob_copy(row, 1, v->enrollment, sizeof(v->enrollment), fi));
	TRY(db_blob_copy(row, 2, v->request, sizeof(v->request), fi));
	v->created = (uint32_t)db_int(row, 3);
	v->contact = (uint32_t)db_int(row, 4);
	snprintf(v->error, sizeof(v->error), "%s", error != NULL ? error : "");
	v->error_at = (uint32_t)db_int(row, 8);
	v->has_chain = db_int(row, 9) != 0;
	v->has_done = !db_is_null(row, 10);
	v->last_done = (uint32_t)db_int(row, 10);
	v->has_waiting = !db_is_null(row, 11);
	v->blocked = db_int(row, 12) != 0;
	v->supply = (struct supply){
	    .next_i = (uint32_t)db_int(row, 5),
	    .end_i = (uint32_t)db_int(row, 6),
	    .pca_end = ra_pca_end(c->ra, pca),
	    .waiting = v->has_waiting,
	};
	v->periods = db_int(row, 14);
	v->certificates = db_int(row, 15);
	v->inactive = v->contact < c->rule.contact;
	return FAULT_OK;
}

static void
view_holder(struct view *v, const struct auth_view *a)
{
	memset(v, 0, sizeof(*v));
	v->is_holder = true;
	v->number = a->number;
	memcpy(v->enrollment, a->rif, sizeof(v->enrollment));
	v->created = a->created;
	v->contact = a->contact;
	v->error_at = a->error_at;
	memcpy(v->error, a->error, sizeof(v->error));
	v->blocked = a->blocked;
	v->until = a->until;
	v->due = a->due;
	v->done = a->done;
	v->waiting = a->waiting;
	v->failed = a->failed;
}

static bool
has_prefix(const uint8_t id[8], const char *text)
{
	char hex[17];
	size_t n = strlen(text);

	hex_encode(hex, id, 8);
	return n >= 4 && n <= 16 && strncasecmp(hex, text, n) == 0;
}

/* By enrollment (at least four digits of its HashedId8), request hash, or
 * number. */
static bool
is_wanted(const struct view *v, const char *text)
{
	char number[32];

	snprintf(number, sizeof(number), "%" PRId64, v->number);
	return strcmp(number, text) == 0 || has_prefix(v->enrollment, text) ||
	       (!v->is_holder && strlen(text) == 16 &&
		   has_prefix(v->request, text));
}

/* ---- words ---- */

static const char *
state_of(const struct command *c, const struct view *v)
{
	if (v->blocked)
		return "blocked";
	if (v->is_holder)
		return v->waiting > 0		  ? "generating"
		       : v->until <= time32_now() ? "ended"
						  : "supplied";
	if (supply_next(&v->supply, &c->plan) == SUPPLY_NEVER)
		return "ended";
	if (v->inactive)
		return "inactive";
	if (!v->has_chain)
		return "waiting for PLVs";
	return v->has_waiting ? "generating" : "supplied";
}

/* "-" for 0. */
static const char *
time_of(char out[TIME32_TEXT], uint32_t t)
{
	if (t == 0)
		return "-";
	time32_text(out, t);
	return out;
}

static uint32_t
supply_until(const struct command *c, const struct view *v)
{
	if (v->is_holder)
		return v->until;
	return v->has_done ? environment_period_start(
				 c->ra->environment, v->last_done + 1)
			   : 0;
}

/* 0: none will come, or not before it was here. */
static uint32_t
next_batch(const struct command *c, const struct view *v)
{
	uint32_t t = supply_next(&v->supply, &c->plan);

	if (v->is_holder)
		return v->blocked ? 0 : v->due;
	return v->blocked || v->inactive || t == SUPPLY_NEVER ? 0 : t;
}

static void
print_line(const struct command *c, const struct view *v)
{
	char number[24] = "-", enrollment[17], t[3][TIME32_TEXT];

	if (v->number != 0)
		snprintf(number, sizeof(number), "%" PRId64, v->number);
	hex_encode(enrollment, v->enrollment, sizeof(v->enrollment));
	printf("%-10s  %s  %-16s  %-20s  %7" PRId64 "  %6" PRId64
	       "  %-20s  %-20s  %s\n",
	    number, enrollment, state_of(c, v), time_of(t[0], v->contact),
	    v->periods, v->certificates, time_of(t[1], supply_until(c, v)),
	    time_of(t[2], next_batch(c, v)),
	    v->error[0] != '\0' ? v->error : "-");
}

static json_t *
json_of_time(uint32_t t)
{
	char text[TIME32_TEXT];

	if (t == 0)
		return json_null();
	time32_text(text, t);
	return json_string(text);
}

/* NULL for what a certificate that never asked does not have. */
static json_t *
json_of(const struct command *c, const struct view *v)
{
	bool known = v->number != 0, failed = v->error[0] != '\0';
	char enrollment[17], request[17];

	hex_encode(enrollment, v->enrollment, sizeof(v->enrollment));
	hex_encode(request, v->request, sizeof(v->request));
	return json_pack(
	    "{s:o,s:s,s:o,s:s,s:o,s:o,s:I,s:I,s:o,s:o,s:o,s:o,s:o}", "device",
	    known ? json_integer(v->number) : json_null(), "enrollment",
	    enrollment, "request",
	    known && !v->is_holder ? json_string(request) : json_null(),
	    "state", state_of(c, v), "provisioned", json_of_time(v->created),
	    "last_contact", json_of_time(v->contact), "periods",
	    (json_int_t)v->periods, "certificates", (json_int_t)v->certificates,
	    "supply_until", json_of_time(supply_until(c, v)), "last_period",
	    v->has_done ? json_integer(v->last_done) : json_null(),
	    "next_batch", json_of_time(next_batch(c, v)), "last_error",
	    failed ? json_string(v->error) : json_null(), "last_error_time",
	    json_of_time(v->error_at));
}

static void
print_json(json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT);

	printf("%s", text != NULL ? text : "null");
	free(text);
	json_decref(value);
}

/* ---- list and show ---- */

static void
show_one(struct command *c, const struct view *v)
{
	c->shown++;
	if (c->json) {
		printf("%s", c->shown > 1 ? ",\n " : " ");
		print_json(json_of(c, v));
	} else {
		print_line(c, v);
	}
}

static enum fault
show_row(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct command *c = ctx;
	struct view v;

	TRY(read_view(&v, c, row, fi));
	if (c->wanted == NULL) {
		show_one(c, &v);
	} else if (is_wanted(&v, c->wanted)) {
		c->shown++;
		c->last = v;
	}
	return FAULT_OK;
}

static void
show_holder(void *ctx, const struct auth_view *a)
{
	struct command *c = ctx;
	struct view v;

	view_holder(&v, a);
	if (c->wanted == NULL) {
		show_one(c, &v);
	} else if (is_wanted(&v, c->wanted)) {
		c->shown++;
		c->last = v;
	}
}

/* A certificate that was blocked before it asked for anything. */
static enum fault
show_stranger(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	struct command *c = ctx;
	struct view v = {.blocked = true};

	TRY(db_blob_copy(row, 0, v.enrollment, sizeof(v.enrollment), fi));
	show_one(c, &v);
	return FAULT_OK;
}

static enum fault
each_device(struct command *c, struct db *db, struct fault_info *fi)
{
	uint32_t now = time32_now();

	supply_rule_at(&c->rule, c->ra, now);
	supply_plan_make(&c->plan, c->ra, now);
	return DB_EACH(
	    db, DO_DEVICES, show_row, c, fi, DB_INT(ra_period_now(c->ra)));
}

static enum fault
list(struct command *c, struct db *db, struct fault_info *fi)
{
	enum fault f;

	if (c->json)
		printf("[\n");
	else
		printf("%-10s  %-16s  %-16s  %-20s  %7s  %6s  %-20s  %-20s  "
		       "%s\n",
		    "DEVICE", "ENROLLMENT", "STATE", "LAST CONTACT", "PERIODS",
		    "CERTS", "SUPPLY UNTIL", "NEXT BATCH", "LAST ERROR");
	f = each_device(c, db, fi);
	if (f == FAULT_OK)
		f = auth_views(db, show_holder, c, fi);
	if (f == FAULT_OK)
		f = db_run(
		    db, DO_BLOCKED_STRANGERS, NULL, 0, show_stranger, c, fi);
	if (c->json)
		printf("\n]\n");
	return f;
}

/* The one device that is meant. */
static enum fault
find(struct command *c, struct db *db, struct fault_info *fi)
{
	TRY(each_device(c, db, fi));
	TRY(auth_views(db, show_holder, c, fi));
	if (c->shown == 0)
		return fault_set(
		    fi, FAULT_NOT_FOUND, "no device %s", c->wanted);
	if (c->shown > 1)
		return fault_set(fi, FAULT_USAGE, "%zu devices are meant by %s",
		    c->shown, c->wanted);
	return FAULT_OK;
}

static const char *const unit_words[] = {
    [UNIT_POOLED] = "waiting",
    [UNIT_SENT] = "at the PCA",
    [UNIT_DONE] = "done",
    [UNIT_REMOVED] = "removed",
    [UNIT_LAPSED] = "lapsed",
    [UNIT_REFUSED] = "refused",
    [UNIT_FAILED] = "failed",
};

/* state, how many, first and last period, certificates */
static enum fault
show_units(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	json_t *units = ctx;
	int64_t state = db_int(row, 0);
	const char *word =
	    state >= 0 && state <= UNIT_FAILED ? unit_words[state] : "unknown";

	(void)fi;
	json_array_append_new(units,
	    json_pack("{s:s,s:I,s:I,s:I,s:I}", "state", word, "periods",
		(json_int_t)db_int(row, 1), "first", (json_int_t)db_int(row, 2),
		"last", (json_int_t)db_int(row, 3), "certificates",
		(json_int_t)db_int(row, 4)));
	return FAULT_OK;
}

static void
print_text(const json_t *device)
{
	const char *key;
	json_t *value, *unit, *ids = json_object_get(device, "certificates");
	size_t k;

	json_object_foreach((json_t *)(uintptr_t)device, key, value)
	{
		if (json_is_string(value))
			printf("%-16s %s\n", key, json_string_value(value));
		else if (json_is_integer(value))
			printf("%-16s %lld\n", key,
			    (long long)json_integer_value(value));
		else if (json_is_null(value))
			printf("%-16s -\n", key);
	}
	json_array_foreach(json_object_get(device, "units"), k, unit)
	    printf("%-16s %lld periods, %lld to %lld, %lld certificates\n",
		json_string_value(json_object_get(unit, "state")),
		(long long)json_integer_value(json_object_get(unit, "periods")),
		(long long)json_integer_value(json_object_get(unit, "first")),
		(long long)json_integer_value(json_object_get(unit, "last")),
		(long long)json_integer_value(
		    json_object_get(unit, "certificates")));
	json_object_foreach(ids, key, value)
	    printf("%-20s until %s\n", key, json_string_value(value));
}

static void
show_certificate(void *ctx, const uint8_t id[10], uint32_t end)
{
	char hex[21];

	hex_encode(hex, id, 10);
	json_object_set_new(ctx, hex, json_of_time(end));
}

/* How many, and those that are not over, as a CRL would name them. */
static enum fault
show_certificates(
    json_t *device, const struct view *v, struct db *db, struct fault_info *fi)
{
	json_t *valid = json_object();

	json_object_set_new(device, "done", json_integer(v->done));
	json_object_set_new(device, "waiting", json_integer(v->waiting));
	json_object_set_new(device, "failed", json_integer(v->failed));
	json_object_set_new(device, "certificates", valid);
	return auth_digests(
	    db, v->enrollment, time32_now(), show_certificate, valid, fi);
}

static enum fault
show(struct command *c, struct db *db, struct fault_info *fi)
{
	json_t *device, *units = json_array();
	enum fault f;

	f = find(c, db, fi);
	if (f == FAULT_OK && !c->last.is_holder)
		f = DB_EACH(db, DO_DEVICE_UNITS, show_units, units, fi,
		    DB_INT(c->last.number));
	if (f != FAULT_OK) {
		json_decref(units);
		return f;
	}
	device = json_of(c, &c->last);
	json_object_set_new(device, "units", units);
	if (c->last.is_holder)
		f = show_certificates(device, &c->last, db, fi);
	if (f != FAULT_OK) {
		json_decref(device);
		return f;
	}
	if (!c->json) {
		print_text(device);
		json_decref(device);
		return FAULT_OK;
	}
	print_json(device);
	printf("\n");
	return FAULT_OK;
}

/* ---- block and unblock ---- */

/* A device, or the whole HashedId8 of a certificate that was never seen. */
static enum fault
find_enrollment(
    uint8_t id[8], struct command *c, struct db *db, struct fault_info *fi)
{
	enum fault f = find(c, db, fi);

	if (f == FAULT_OK)
		memcpy(id, c->last.enrollment, 8);
	else if (f == FAULT_NOT_FOUND && hex_decode(id, 8, c->wanted))
		f = FAULT_OK;
	return f;
}

static void
report(const struct command *c, const uint8_t id[8], bool blocked, bool changed)
{
	const char *word = blocked ? "blocked" : "not blocked";
	char hex[17];

	hex_encode(hex, id, 8);
	if (c->json)
		print_json(json_pack("{s:s,s:b,s:b}", "enrollment", hex,
		    "blocked", blocked, "changed", changed));
	else
		printf("%s is %s%s", hex, word, changed ? "" : " already");
	printf("\n");
}

/* Before it is done; the RA's number of the device, 0: it was never here. */
static enum fault
audit(const struct command *c, const char *verb, struct fault_info *fi)
{
	return audit_write(c->ra->service->audit, AUDIT_BLACKLIST, fi,
	    "by=operator verb=%s device=%lld", verb, (long long)c->last.number);
}

static enum fault
block(struct command *c, struct db *db, struct fault_info *fi)
{
	uint8_t id[8];
	bool changed;

	TRY(find_enrollment(id, c, db, fi));
	TRY(audit(c, "block", fi));
	TRY(admin_block(&changed, db, id, time32_now(), fi));
	report(c, id, true, changed);
	return FAULT_OK;
}

static enum fault
unblock(struct command *c, struct db *db, struct fault_info *fi)
{
	uint8_t id[8];
	bool changed;

	if (!c->ra->environment->allow_reinstantiation)
		return fault_set(fi, FAULT_DENIED,
		    "re-instantiation is not allowed (allow_reinstantiation)");
	TRY(find_enrollment(id, c, db, fi));
	TRY(audit(c, "unblock", fi));
	TRY(admin_unblock(
	    &changed, db, id, time32_now(), ra_period_now(c->ra), fi));
	report(c, id, false, changed);
	return FAULT_OK;
}

/* ---- the command ---- */

static const struct verb {
	const char *name;
	bool has_device;
	enum fault (*run)(struct command *, struct db *, struct fault_info *);
} verbs[] = {
    {"list", false, list},
    {"show", true, show},
    {"block", true, block},
    {"unblock", true, unblock},
};

static const struct verb *
parse(struct command *c, int argc, char **argv)
{
	const struct verb *verb = NULL;

	for (size_t k = 0; k < sizeof(verbs) / sizeof(verbs[0]); k++)
		if (argc > 1 && strcmp(argv[1], verbs[k].name) == 0)
			verb = &verbs[k];
	for (int k = 2; k < argc; k++) {
		if (strcmp(argv[k], "--json") == 0)
			c->json = true;
		else if (c->wanted == NULL)
			c->wanted = argv[k];
		else
			return NULL;
	}
	if (verb != NULL && verb->has_device != (c->wanted != NULL))
		return NULL;
	return verb;
}

static enum fault
run(const struct verb *verb, struct command *c, struct service *service,
    struct fault_info *fi)
{
	struct db *db = NULL;
	enum fault f;

	TRY(ra_load(&c->ra, service, fi));
	if (!file_exists(c->ra->db_path))
		f = fault_set(
		    fi, FAULT_NOT_FOUND, "this RA has never been started");
	else
		f = db_open(&db, c->ra->db_path, &ra_schema, fi);
	if (f == FAULT_OK)
		f = verb->run(c, db, fi);
	db_close(db);
	ra_close(c->ra);
	return f;
}

int
admin_device(struct service *service, int argc, char **argv)
{
	struct command c = {.wanted = NULL};
	const struct verb *verb = parse(&c, argc, argv);
	struct fault_info fi;

	if (verb == NULL) {
		fprintf(stderr,
		    "usage: device list [--json]\n"
		    "       device show | block | unblock DEVICE [--json]\n"
		    "DEVICE: its number, the hash of its request, or the "
		    "beginning of its enrollment's HashedId8\n");
		return EXIT_USAGE;
	}
	if (run(verb, &c, service, &fi) != FAULT_OK) {
		fprintf(stderr, "device %s: %s\n", argv[1], fi.text);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
