/* commands.c - scms-dcm DIR/dcm log | list | show | types | operators |
 * release. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/time32.h"
#include "role/dcm/dcm.h"

#define LOG_MAX ((size_t)1 << 30)
#define MEMORY	((size_t)3 << 30)

struct command {
	struct service *service;
	const struct dcm_conf *conf;
	struct arena arena;
	struct db *db;
	const char *argument;
};

/* ---- the activity log ---- */

static enum fault
show_log(struct command *c, struct fault_info *fi)
{
	char path[PATH_SIZE];
	struct bytes text;
	int64_t lines;

	service_path(c->service, path, ACTIVITY_FILE);
	TRY(file_read(&text, &c->arena, path, LOG_MAX, fi));
	fwrite(text.p, 1, text.n, stdout);
	TRY(activity_verify(c->db, &lines, text, fi));
	printf("%" PRId64 " lines, as they were written\n", lines);
	return FAULT_OK;
}

/* ---- devices ---- */

static const char *const states[] = {"asked", "enrolled", "released"};

static enum fault
print_device(void *ctx, const struct db_row *row, struct fault_info *fi)
{
	char id[17] = "-", ends[TIME32_TEXT] = "-";
	struct bytes enrollment = db_blob(row, 4);
	int64_t state = db_int(row, 3);

	(void)ctx;
	(void)fi;
	if (enrollment.n == 8) {
		hex_encode(id, enrollment.p, 8);
		time32_text(ends, (uint32_t)db_int(row, 5));
	}
	printf("%-24s %-16s %-9s %-9s %s  until %s  by %s\n", db_text(row, 0),
	    db_text(row, 1), db_text(row, 2),
	    state >= 0 && state < 3 ? states[state] : "?", id, ends,
	    db_text(row, 6));
	return FAULT_OK;
}

static enum fault
list_devices(struct command *c, struct fault_info *fi)
{
	return db_run(c->db, DO_DEVICES, NULL, 0, print_device, NULL, fi);
}

static enum fault
show_device(struct command *c, struct fault_info *fi)
{
	char id[17] = "-", ends[TIME32_TEXT] = "-";
	struct dcm_device d;

	TRY(dcm_store_find(&d, c->db, &c->arena, c->argument, fi));
	if (d.number == 0)
		return fault_set(
		    fi, FAULT_NOT_FOUND, "%s is not known", c->argument);
	if (d.state != DCM_ASKED) {
		hex_encode(id, d.enrollment, sizeof(d.enrollment));
		time32_text(ends, d.ends);
	}
	printf("serial     %s\nmethod     %s\nstate      %s\n"
	       "enrollment %s\nuntil      %s\n",
	    d.serial, d.method, states[d.state], id, ends);
	return FAULT_OK;
}

/* ---- the lists ---- */

static void
print_texts(const char *what, struct conf_list list, const char *none)
{
	printf("  %-9s", what);
	for (size_t i = 0; i < list.n; i++)
		printf("%s%s", i > 0 ? ", " : " ", list.v[i]);
	printf("%s\n", list.n == 0 ? none : "");
}

static void
print_numbers(const char *what, struct conf_uints list, const char *format)
{
	printf("  %-9s", what);
	for (size_t i = 0; i < list.n; i++) {
		printf("%s", i > 0 ? ", " : " ");
		printf(format[1] == 'x' ? "0x%x" : "%u", list.v[i]);
	}
	printf("\n");
}

static enum fault
show_types(struct command *c, struct fault_info *fi)
{
	char path[PATH_SIZE];
	struct dcm_types types;

	service_path(c->service, path, c->conf->types);
	TRY(dcm_types_read(&types, &c->arena, path, fi));
	for (size_t i = 0; i < types.n; i++) {
		const struct dcm_type *t = &types.v[i];

		printf("%s\n", t->name);
		print_texts("versions", t->versions, " all");
		print_numbers("psids", t->psids, "%x");
		print_numbers("regions", t->regions, "%u");
		print_texts("methods", t->methods, " none");
	}
	return FAULT_OK;
}

static enum fault
show_operators(struct command *c, struct fault_info *fi)
{
	char path[PATH_SIZE];
	struct dcm_people people;

	service_path(c->service, path, c->conf->operators);
	TRY(dcm_people_read(&people, &c->arena, path, fi));
	for (size_t i = 0; i < people.operators.n; i++)
		printf("%s operator\n", people.operators.v[i]);
	for (size_t i = 0; i < people.auditors.n; i++)
		printf("%s auditor\n", people.auditors.v[i]);
	return FAULT_OK;
}

/* ---- release ---- */

/* With the HashedId8 that the RA must block, for scms dcm release. */
static enum fault
release(struct command *c, struct fault_info *fi)
{
	char who[32], path[PATH_SIZE], hex[17];
	uint8_t id[8];

	snprintf(who, sizeof(who), "local-user-%u", (unsigned)getuid());
	TRY(dcm_release(c->db, id, &c->arena, c->argument, who,
	    &c->service->environment, fi));
	service_path(c->service, path, ACTIVITY_FILE);
	TRY(activity_flush(c->db, path, fi));
	hex_encode(hex, id, sizeof(id));
	printf("%s is released; its enrollment was %s\n", c->argument, hex);
	return FAULT_OK;
}

/* ---- all of them ---- */

typedef enum fault command_fn(struct command *, struct fault_info *);

static enum fault
open_db(struct command *c, struct fault_info *fi)
{
	char path[PATH_SIZE];

	service_path(c->service, path, "data/dcm.db");
	if (!file_exists(path))
		return fault_set(
		    fi, FAULT_NOT_FOUND, "this DCM has never been started");
	return db_open(&c->db, path, &dcm_schema, fi);
}

static int
run(struct service *service, int argc, char **argv, int arguments, bool db,
    command_fn *fn)
{
	struct command c = {.service = service,
	    .conf = service->role_conf,
	    .arena = arena_new(MEMORY),
	    .argument = argc > 1 ? argv[1] : NULL};
	struct fault_info fi;
	enum fault f = FAULT_OK;

	if (argc != arguments + 1)
		f = fault_set(&fi, FAULT_USAGE, "%s: wrong usage", argv[0]);
	if (f == FAULT_OK && db)
		f = open_db(&c, &fi);
	if (f == FAULT_OK)
		f = fn(&c, &fi);
	if (f != FAULT_OK) {
		fflush(stdout);
		fprintf(stderr, "scms-dcm: %s: %s (%s)\n", argv[0], fi.text,
		    fault_name(f));
	}
	db_close(c.db);
	arena_free(&c.arena);
	return f == FAULT_OK ? 0 : f == FAULT_USAGE ? 64 : 1;
}

#define RUN(name, arguments, db, fn)                                    \
	static int name(struct service *service, int argc, char **argv) \
	{                                                               \
		return run(service, argc, argv, arguments, db, fn);     \
	}
RUN(run_log, 0, true, show_log)
RUN(run_list, 0, true, list_devices)
RUN(run_show, 1, true, show_device)
RUN(run_types, 0, false, show_types)
RUN(run_operators, 0, false, show_operators)
RUN(run_release, 1, true, release)
#undef RUN

const struct service_command dcm_commands[DCM_COMMANDS] = {
    {"log", "", "print the activity log and look for changes in it", run_log},
    {"list", "", "serial numbers, types and enrollments", run_list},
    {"show", "SERIAL", "the latest enrollment of a device", run_show},
    {"types", "", "device types that are certified", run_types},
    {"operators", "", "operators and auditors", run_operators},
    {"release", "SERIAL", "let a device be bootstrapped again", run_release},
};
