/*
 * audit.c - scms audit: is anything missing from the audit logs, or changed?
 *
 * A chain of hashes cannot tell that its newest lines are gone.  So `head`
 * prints where the logs end, to be kept elsewhere; and a running PCA is asked
 * how many certificates it has issued, which its log must account for.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "base/file.h"
#include "base/log.h"
#include "tool/common/opt.h"
#include "tool/scms/cmd.h"
#include "tool/scms/health.h"
#include "tool/scms/issued.h"
#include "tool/scms/process.h"
#include "tool/scms/site.h"

#define HEADS_MAX ((size_t)64 << 10)
#define OPERATOR  "operator"

/* One log; that of the operator is the environment's own. */
struct ledger {
	const char *name;
	const struct part *part; /* NULL: the operator's */
	/* where it must have been, by a head that was kept */
	struct audit_end head;
	bool has_head, head_found;
	/* what verification found */
	struct audit_end end;
	char last[32];
	struct issued issued;
};

#define LEDGERS (PART_COUNT + 1)

struct ledgers {
	struct ledger v[LEDGERS];
};

static void
list_ledgers(struct ledgers *all)
{
	memset(all, 0, sizeof(*all));
	for (size_t k = 0; k < PART_COUNT; k++) {
		all->v[k].part = &parts[k];
		all->v[k].name = parts[k].name;
	}
	all->v[PART_COUNT].name = OPERATOR;
}

static void
free_ledgers(struct ledgers *all)
{
	for (size_t k = 0; k < LEDGERS; k++)
		issued_free(&all->v[k].issued);
}

static void
folder_of(char out[PATH_SIZE], const struct site *site, const struct ledger *l)
{
	if (l->part == NULL)
		snprintf(out, PATH_SIZE, "%s", site->dir);
	else
		path_join(out, site->dir, l->name);
}

/* ---- one log ---- */

static void
note_line(void *ctx, const struct audit_end *end, struct bytes time,
    struct bytes event, struct bytes text)
{
	struct ledger *l = ctx;

	snprintf(l->last, sizeof(l->last), "%.*s", (int)time.n,
	    (const char *)time.p);
	if (l->has_head && end->number == l->head.number)
		l->head_found = strcmp(end->hash, l->head.hash) == 0;
	if (bytes_equal(event, bytes_of_string("issue")))
		issued_add(&l->issued, text);
}

static enum fault
verify(struct ledger *l, const struct site *site, struct fault_info *fi)
{
	char folder[PATH_SIZE];

	folder_of(folder, site, l);
	TRY(audit_verify(&l->end, folder, note_line, l, fi));
	if (!l->has_head || l->head_found)
		return FAULT_OK;
	return l->end.number < l->head.number
		   ? fault_set(fi, FAULT_HASH_MISMATCH,
			 "%s/" AUDIT_FILE ": ends with line %" PRIu64
			 "; it had %" PRIu64,
			 folder, l->end.number, l->head.number)
		   : fault_set(fi, FAULT_HASH_MISMATCH,
			 "%s/" AUDIT_FILE ": line %" PRIu64
			 " is not the one of the head that was kept",
			 folder, l->head.number);
}

/* ---- heads ---- */

static struct ledger *
find_ledger(struct ledgers *all, const char *name)
{
	for (size_t k = 0; k < LEDGERS; k++)
		if (strcmp(all->v[k].name, name) == 0)
			return &all->v[k];
	return NULL;
}

/* "<component> <number> <hash>" */
static enum fault
read_head(struct ledgers *all, const char *line, struct fault_info *fi)
{
	struct audit_end head;
	struct ledger *l;
	char name[64];
	int n = 0;

	if (sscanf(line, "%63s %" SCNu64 " %64s%n", name, &head.number,
		head.hash, &n) != 3 ||
	    line[n] != '\0' || strlen(head.hash) != AUDIT_HASH - 1 ||
	    (l = find_ledger(all, name)) == NULL)
		return fault_set(
		    fi, FAULT_USAGE, "no head of a log: %.100s", line);
	l->head = head;
	l->has_head = true;
	l->head_found = head.number == 0;
	return FAULT_OK;
}

static enum fault
read_heads(struct ledgers *all, const char *path, struct fault_info *fi)
{
	struct arena arena = arena_new(2 * HEADS_MAX);
	struct bytes file;
	enum fault f = file_read(&file, &arena, path, HEADS_MAX, fi);
	char *text = NULL, *line;

	if (f == FAULT_OK && (text = arena_printf(&arena, "%.*s", (int)file.n,
				  (const char *)file.p)) == NULL)
		f = fault_set(fi, FAULT_TOO_LARGE, "%s", path);
	while (f == FAULT_OK && (line = strsep(&text, "\n")) != NULL)
		if (*line != '\0')
			f = read_head(all, line, fi);
	arena_free(&arena);
	return f;
}

static enum fault
print_heads(struct ledgers *all, const struct site *site, struct fault_info *fi)
{
	enum fault f;

	for (size_t k = 0; k < LEDGERS; k++) {
		f = verify(&all->v[k], site, fi);
		if (f == FAULT_NOT_FOUND)
			continue;
		TRY(f);
		printf("%s %" PRIu64 " %s\n", all->v[k].name,
		    all->v[k].end.number, all->v[k].end.hash);
	}
	return FAULT_OK;
}

/* ---- what was issued ---- */

static int64_t
counter(const json_t *health, const char *name)
{
	return json_integer_value(
	    json_object_get(json_object_get(health, "counters"), name));
}

/* The PCA must not have more than its log accounts for.  It may have fewer: a
 * batch whose line was written when the disk failed, and that never came
 * again. */
static enum fault
compare(struct ledger *l, const json_t *health, struct fault_info *fi)
{
	int64_t logged[ISSUED_KINDS], has[ISSUED_KINDS];

	if (health == NULL) {
		printf("%s: not running, so its certificates are not "
		       "counted\n",
		    l->name);
		return FAULT_OK;
	}
	has[ISSUED_PSEUDONYM] = counter(health, "certificates_issued");
	has[ISSUED_AUTH] = counter(health, "auth_certificates_issued");
	issued_sum(&l->issued, logged);
	for (unsigned k = 0; k < ISSUED_KINDS; k++)
		if (has[k] > logged[k])
			return fault_set(fi, FAULT_HASH_MISMATCH,
			    "%s has issued %" PRId64 " certificates, but "
			    "accounts for %" PRId64,
			    l->name, has[k], logged[k]);
	printf("%s: accounts for %" PRId64 " pseudonym and %" PRId64
	       " other certificates, and has %" PRId64 " and %" PRId64 "\n",
	    l->name, logged[ISSUED_PSEUDONYM], logged[ISSUED_AUTH],
	    has[ISSUED_PSEUDONYM], has[ISSUED_AUTH]);
	return FAULT_OK;
}

static bool
is_pca(const struct ledger *l)
{
	return l->part != NULL && l->part->program != NULL &&
	       strcmp(l->part->program, "scms-pca") == 0;
}

/* ---- all of them ---- */

/* What a PCA says of itself comes first: it may go on issuing meanwhile. */
static enum fault
verify_one(struct ledger *l, const struct site *site,
    struct http_client *client, struct fault_info *fi)
{
	json_t *health = is_pca(l) ? health_ask(client, site, l->part) : NULL;
	enum fault f = verify(l, site, fi);

	if (f == FAULT_OK)
		printf("%-9s %8" PRIu64 " lines, the last of %s\n", l->name,
		    l->end.number, l->last);
	if (f == FAULT_OK && is_pca(l))
		f = compare(l, health, fi);
	json_decref(health);
	return f;
}

/* Every log, whatever is wrong with those before. */
static enum fault
verify_all(struct ledgers *all, const struct site *site, struct fault_info *fi)
{
	enum fault f, worst = FAULT_OK;
	struct http_client *client;
	struct fault_info why;

	TRY(health_client(&client, site, fi));
	for (size_t k = 0; k < LEDGERS; k++) {
		struct ledger *l = &all->v[k];

		f = verify_one(l, site, client, &why);
		if (f == FAULT_OK || (f == FAULT_NOT_FOUND && !l->has_head))
			continue;
		printf("%-9s WRONG: %s\n", l->name, why.text);
		worst = f;
		*fi = why;
	}
	http_client_free(client);
	return worst;
}

struct options {
	const char *head;
};

static enum fault
run(const char *verb, const struct site *site, const struct options *o,
    struct fault_info *fi)
{
	struct ledgers *all = calloc(1, sizeof(*all));
	enum fault f = FAULT_OK;

	if (all == NULL)
		log_fatal("out of memory");
	list_ledgers(all);
	if (o->head != NULL)
		f = read_heads(all, o->head, fi);
	if (f == FAULT_OK)
		f = strcmp(verb, "head") == 0 ? print_heads(all, site, fi)
					      : verify_all(all, site, fi);
	free_ledgers(all);
	free(all);
	return f;
}

int
cmd_audit(int argc, char **argv)
{
	struct options o = {0};
	const struct opt opts[] = {{"head", OPT_TEXT, &o.head}};
	struct fault_info fi;
	struct site site;
	enum fault f;

	if (opt_parse(opts, 1, &argc, argv, &fi) != FAULT_OK ||
	    cmd_need(argc, 2, "verify or head, and DIR", &fi) != FAULT_OK)
		return cmd_fault("audit", &fi);
	if ((strcmp(argv[0], "verify") != 0 && strcmp(argv[0], "head") != 0) ||
	    (o.head != NULL && argv[0][0] == 'h')) {
		fault_set(&fi, FAULT_USAGE, "verify [--head FILE], or head");
		return cmd_fault("audit", &fi);
	}
	if (site_open(&site, argv[1], SITE_SHARED, &fi) != FAULT_OK)
		return cmd_fault("audit", &fi);
	f = run(argv[0], &site, &o, &fi);
	site_close(&site);
	return f == FAULT_OK ? CMD_OK : cmd_fault("audit", &fi);
}
