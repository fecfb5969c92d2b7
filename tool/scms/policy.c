/* policy.c - scms policy: show, set, diff, publish. */
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/time32.h"
#include "service/versions.h"
#include "tool/common/opt.h"
#include "tool/scms/cmd.h"
#include "tool/scms/policy.h"

struct options {
	const char *from, *version;
	bool audit;
	char **arguments; /* behind DIR */
	int arguments_n;
};

/* The draft, or what is in force where there is none. */
static enum fault
read_draft(
    struct policy_desk *d, struct policy_view *out, struct fault_info *fi)
{
	if (!file_exists(d->draft)) {
		*out = d->now;
		return FAULT_OK;
	}
	return policy_view_parse(out, &d->arena, d->draft, fi);
}

/* ---- show ---- */

static enum fault
print_view(struct policy_desk *d, const struct policy_view *view,
    const char *title, struct fault_info *fi)
{
	struct bytes text;

	TRY(policy_view_text(&text, &d->arena, view, title, fi));
	fwrite(text.p, 1, text.n, stdout);
	return FAULT_OK;
}

/* A file as it was published: what it says, not what was wished. */
static enum fault
show_version(struct policy_desk *d, const char *version, struct fault_info *fi)
{
	char generated[TIME32_TEXT], title[160];
	const struct policy_head *head;
	struct policy_view view = {0};
	struct policy_file file;
	const char *name;
	enum policy_part part;

	TRY(policy_desk_version(d, &file, &name, version, fi));
	part = file.is_local ? POLICY_CUSTOM : POLICY_GLOBAL;
	head = file.is_local ? &file.local_head : &file.head;
	for (enum policy_key k = 0; k < POLICY_KEYS; k++)
		view.part[k < POLICY_GLOBAL_KEYS ? part : POLICY_LOCAL].of[k] =
		    file.set.of[k];
	time32_text(generated, (uint32_t)(head->generation_time / 1000000));
	snprintf(title, sizeof(title), "%s, generated %s", name, generated);
	return print_view(d, &view, title, fi);
}

static void
print_line(void *ctx, const struct audit_end *end, struct bytes time,
    struct bytes event, struct bytes text)
{
	(void)end;
	if (bytes_equal(event, bytes_of_string("policy")))
		printf("%.*s %s %.*s\n", (int)time.n, (const char *)time.p,
		    (const char *)ctx, (int)text.n, (const char *)text.p);
}

/* Who made what, by the audit logs, which are verified meanwhile. */
static enum fault
print_log(struct policy_desk *d, char *component, struct fault_info *fi)
{
	char folder[PATH_SIZE];
	struct audit_end end;
	enum fault f;

	path_join(folder, d->site->dir, component);
	f = audit_verify(&end, folder, print_line, component, fi);
	return f == FAULT_NOT_FOUND ? FAULT_OK : f; /* nothing changed yet */
}

static enum fault
show(struct policy_desk *d, const struct options *o, struct fault_info *fi)
{
	char now[TIME32_TEXT], title[200];

	if (o->audit) {
		char pg[] = "pg", ra[] = "ra";

		TRY(print_log(d, pg, fi));
		return print_log(d, ra, fi);
	}
	if (o->version != NULL)
		return show_version(d, o->version, fi);
	time32_text(now, time32_now());
	snprintf(title, sizeof(title), "In force at %s: %s, %s%s", now,
	    d->gpf_name, d->lpf_name,
	    file_exists(d->draft) ? " (there is a draft, " POLICY_DRAFT ")"
				  : "");
	return print_view(d, &d->now, title, fi);
}

/* ---- set ---- */

/* DER of a PEM file, or the file itself, as hexadecimal digits. */
static enum fault
text_of_file(struct policy_desk *d, const char **out, const char *path,
    struct fault_info *fi)
{
	struct bytes file;
	uint8_t *der = NULL;
	char *hex, *name = NULL, *header = NULL;
	long n;
	BIO *bio;

	TRY(file_read(&file, &d->arena, path, POLICY_FILE / 16, fi));
	if ((bio = BIO_new_mem_buf(file.p, (int)file.n)) != NULL &&
	    PEM_read_bio(bio, &name, &header, &der, &n) == 1)
		file = bytes_copy(&d->arena, (struct bytes){der, (size_t)n});
	BIO_free(bio);
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_free(der);
	if (file.p == NULL ||
	    (hex = arena_alloc(&d->arena, 2 * file.n + 1, 1)) == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "%s", path);
	hex_encode(hex, file.p, file.n);
	*out = hex;
	return FAULT_OK;
}

/* A value from a time on, among those that are there. */
static enum fault
put_from(struct policy_desk *d, struct policy_series *s,
    const struct policy_value *value, uint64_t start, struct fault_info *fi)
{
	struct policy_point *v =
	    ARENA_ARRAY(&d->arena, s->n + 1, struct policy_point);
	size_t n = 0, i;

	if (v == NULL)
		return fault_set(fi, FAULT_TOO_LARGE, "policy");
	for (i = 0; i < s->n && s->v[i].start < start; i++)
		v[n++] = s->v[i];
	v[n++] = (struct policy_point){start, *value};
	for (i += i < s->n && s->v[i].start == start; i < s->n; i++)
		v[n++] = s->v[i];
	*s = (struct policy_series){v, n};
	return FAULT_OK;
}

static enum fault
parse_start(uint64_t *out, const char *from, struct fault_info *fi)
{
	uint32_t start;

	if (!time32_parse(&start, from))
		return fault_set(fi, FAULT_USAGE,
		    "--from %s: must be a time such as 2027-01-04T09:00:00Z",
		    from);
	if (start <= time32_now())
		return fault_set(fi, FAULT_USAGE,
		    "--from %s is over; without it the value holds at once",
		    from);
	*out = start * UINT64_C(1000000);
	return FAULT_OK;
}

static enum fault
change(struct policy_desk *d, struct policy_view *view, const struct options *o,
    struct fault_info *fi)
{
	const char *text = o->arguments[1];
	const struct policy_line *l;
	struct policy_series *s, given;
	uint64_t start = 0;

	TRY(policy_line_find(&l, o->arguments[0], fi));
	s = &view->part[l->part].of[l->key];
	if (text[0] == '@')
		TRY(text_of_file(d, &text, text + 1, fi));
	TRY(policy_series_parse(&given, &d->arena, l, text, fi));
	if (o->from == NULL) {
		*s = given;
		return FAULT_OK;
	}
	TRY(parse_start(&start, o->from, fi));
	if (given.n != 1 || s->n == 0)
		return fault_set(fi, FAULT_USAGE,
		    "%s: --from needs one value, and one before it", l->name);
	return put_from(d, s, &given.v[0].value, start, fi);
}

static enum fault
set(struct policy_desk *d, const struct options *o, struct fault_info *fi)
{
	struct policy_view view;
	struct bytes text;

	if (o->arguments_n != 0 && o->arguments_n != 2)
		return fault_set(
		    fi, FAULT_USAGE, "KEY and VALUE needed, or neither");
	TRY(read_draft(d, &view, fi));
	if (o->arguments_n == 2)
		TRY(change(d, &view, o, fi));
	TRY(policy_check(d, &view, fi));
	TRY(policy_view_text(&text, &d->arena, &view,
	    "Draft of the policies; scms policy diff says what it changes",
	    fi));
	TRY(file_write(d->draft, text, 0644, fi));
	printf("%s: %s\n", d->draft,
	    policy_diff(stdout, d, &view) ? "to be published"
					  : "changes nothing so far");
	return FAULT_OK;
}

/* ---- diff, publish ---- */

static enum fault
diff(struct policy_desk *d, const struct options *o, struct fault_info *fi)
{
	struct policy_view view;

	(void)o;
	TRY(read_draft(d, &view, fi));
	if (!policy_diff(stdout, d, &view))
		printf("nothing would change\n");
	return policy_check(d, &view, fi);
}

static enum fault
publish(struct policy_desk *d, const struct options *o, struct fault_info *fi)
{
	struct policy_view view;

	(void)o;
	TRY(read_draft(d, &view, fi));
	if (!policy_diff(stdout, d, &view))
		printf("no value changes\n");
	TRY(policy_publish(d, &view, fi));
	if (file_exists(d->draft) && unlink(d->draft) != 0)
		return fault_errno(fi, FAULT_IO, "%s", d->draft);
	return FAULT_OK;
}

/* ---- the command ---- */

static const struct verb {
	const char *name;
	enum fault (*run)(
	    struct policy_desk *, const struct options *, struct fault_info *);
	enum site_use use;
	int arguments; /* most */
} verbs[] = {
    {"show", show, SITE_SHARED, 0},
    {"set", set, SITE_LOCKED, 2},
    {"diff", diff, SITE_SHARED, 0},
    {"publish", publish, SITE_LOCKED, 0},
};

static enum fault
find_verb(const struct verb **out, const struct options *o, const char *name,
    struct fault_info *fi)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		*out = &verbs[i];
		if (strcmp(verbs[i].name, name) != 0)
			continue;
		return o->arguments_n <= verbs[i].arguments
			   ? FAULT_OK
			   : fault_set(fi, FAULT_USAGE, "too many arguments");
	}
	return fault_set(
	    fi, FAULT_USAGE, "%s: show, set, diff or publish needed", name);
}

static enum fault
run(const struct verb *verb, const struct options *o, const char *dir,
    struct fault_info *fi)
{
	struct policy_desk desk;
	struct site site;
	enum fault f;

	TRY(site_open(&site, dir, verb->use, fi));
	if ((f = policy_desk_open(&desk, &site, fi)) == FAULT_OK)
		f = verb->run(&desk, o, fi);
	policy_desk_close(&desk);
	site_close(&site);
	return f;
}

int
cmd_policy(int argc, char **argv)
{
	struct options o = {0};
	const struct opt opts[] = {{"from", OPT_TEXT, &o.from},
	    {"version", OPT_TEXT, &o.version}, {"audit", OPT_FLAG, &o.audit}};
	const struct verb *verb = NULL;
	struct fault_info fi;
	enum fault f;

	f = opt_parse(opts, sizeof(opts) / sizeof(opts[0]), &argc, argv, &fi);
	if (f == FAULT_OK && argc < 2)
		f = fault_set(&fi, FAULT_USAGE,
		    "show, set, diff or publish, and DIR needed");
	if (f == FAULT_OK) {
		o.arguments = argv + 2;
		o.arguments_n = argc - 2;
		f = find_verb(&verb, &o, argv[0], &fi);
	}
	if (f == FAULT_OK)
		f = run(verb, &o, argv[1], &fi);
	return f == FAULT_OK ? CMD_OK : cmd_fault("policy", &fi);
}
