/*
 * show.c - scms show: explains any file of an SCMS.
 *
 * Exit status: 0 all shown, 1 something does not decode, 2 something decodes
 * but is not canonical or has octets after it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "base/file.h"
#include "base/time32.h"
#include "cert/cert.h"
#include "coer/json.h"
#include "schema/all.h"
#include "schema/schema.h"
#include "tool/common/opt.h"
#include "tool/scms/cmd.h"
#include "tool/scms/explain.h"

#define FILE_LIMIT  ((size_t)256 << 20)
#define ARENA_LIMIT ((size_t)2 << 30)
#define ENTRY_LIMIT ((size_t)16 << 20)
#define ENTRIES_MAX 100000

enum { SHOWN = 0, NOT_DECODABLE = 1, NOT_CANONICAL = 2 };

struct show {
	const struct asn_type *type; /* --type, NULL: find it */
	bool json, check;
	struct arena arena;
};

static int
report(const char *name, const struct fault_info *fi)
{
	fflush(stdout);
	fprintf(stderr, "%s: octet %zu: %s\n", name, fi->offset, fi->text);
	return fi->code == FAULT_NOT_CANONICAL || fi->code == FAULT_TRAILING
		   ? NOT_CANONICAL
		   : NOT_DECODABLE;
}

/* What a certificate's name, times and hash are: the lines people look for. */
static void
certificate_summary(struct show *s, struct bytes in)
{
	char start[TIME32_TEXT], end[TIME32_TEXT], hex[2 * SHA384_SIZE + 1];
	const uint8_t *issuer;
	struct cert *c;

	if (cert_load(&c, &s->arena, in, NULL) != FAULT_OK)
		return;
	time32_text(start, c->start);
	time32_text(end, c->end);
	hex_encode(hex, c->id, CERT_ID_SIZE);
	printf("  %s certificate of %s, HashedId8 %s\n",
	    c->implicit ? "implicit" : "explicit", cert_name(&s->arena, c),
	    hex);
	printf("  valid from %s to %s\n", start, end);
	issuer = cert_issuer_id(c);
	if (issuer != NULL)
		hex_encode(hex, issuer, CERT_ID_SIZE);
	printf("  issued by %s\n", issuer != NULL ? hex : "itself");
	hex_encode(hex, c->hash, c->hash_n);
	printf("  whole-certificate hash %s (SHA-%zu)\n", hex, 8 * c->hash_n);
}

static void
print(struct show *s, const char *name, struct bytes in, const struct guess *g)
{
	if (s->json) {
		coer_json_write(stdout, g->type, g->value);
		puts("");
		return;
	}
	printf("%s: %s, %zu octets\n", name, g->type->name, in.n);
	if (s->check)
		return;
	if (g->type == &certificate_asn)
		certificate_summary(s, in);
	explain_value(stdout, &s->arena, g->type, g->value);
}

/* .info: one Time32, four octets; some servers send its hex digits instead. */
static int
show_info(struct show *s, const char *name, uint32_t t)
{
	char when[TIME32_TEXT];

	time32_text(when, t);
	if (s->json)
		printf("%u\n", t);
	else if (t == 0)
		printf("%s: .info: no further certificates are made\n", name);
	else
		printf("%s: .info: next batch expected at %s (%u)\n", name,
		    when, t);
	return SHOWN;
}

static bool
is_info(const char *name, struct bytes in, uint32_t *t)
{
	const char *dot = strrchr(name, '.');
	struct reader r = reader_of(in);
	uint8_t four[4];
	char digits[9] = {0};

	if (dot == NULL || strcmp(dot, ".info") != 0)
		return false;
	if (in.n == 8) {
		memcpy(digits, in.p, 8);
		if (!hex_decode(four, 4, digits))
			return false;
		r = reader_of(BYTES(four));
	}
	*t = (uint32_t)read_uint(&r, 4);
	return !r.failed && read_left(&r) == 0;
}

static int
show_octets(struct show *s, const char *name, struct bytes in)
{
	struct fault_info fi;
	struct guess g = {.type = s->type};
	enum fault f;
	uint32_t t;

	if (s->type == NULL && is_info(name, in, &t))
		return show_info(s, name, t);
	if (s->type == NULL) {
		f = explain_guess(&g, &s->arena, in, &fi);
	} else {
		g.value = arena_alloc(&s->arena, g.type->size, g.type->align);
		f = coer_decode(g.type, g.value, &s->arena, in, &fi);
	}
	if (f != FAULT_OK)
		return report(name, &fi);
	print(s, name, in, &g);
	return SHOWN;
}

static int
show_entry(struct show *s, const char *zip_name, zip_t *zip, zip_uint64_t i)
{
	char name[2 * PATH_SIZE];
	struct bytes in;
	zip_file_t *file;
	zip_stat_t st;
	uint8_t *p;

	if (zip_stat_index(zip, i, 0, &st) != 0 || st.size > ENTRY_LIMIT ||
	    (p = arena_alloc(&s->arena, st.size, 1)) == NULL)
		return fprintf(stderr,
			   "%s: entry %llu: unreadable or too large"
			   "\n",
			   zip_name, (unsigned long long)i),
		       NOT_DECODABLE;
	snprintf(name, sizeof(name), "%s: %s", zip_name, st.name);
	if (st.size == 0 && name[strlen(name) - 1] == '/')
		return SHOWN;
	in = (struct bytes){p, st.size};
	if ((file = zip_fopen_index(zip, i, 0)) == NULL)
		return fprintf(stderr, "%s: %s\n", name, zip_strerror(zip)),
		       NOT_DECODABLE;
	if (zip_fread(file, p, st.size) != (zip_int64_t)st.size)
		in.n = 0;
	if (zip_fclose(file) != 0 || in.n != st.size)
		return fprintf(stderr, "%s: torn\n", name), NOT_DECODABLE;
	return show_octets(s, name, in);
}

static int
show_zip(struct show *s, const char *name)
{
	int error, worst = SHOWN, status;
	zip_t *zip = zip_open(name, ZIP_RDONLY | ZIP_CHECKCONS, &error);
	zip_int64_t i, n;
	zip_error_t ze;

	if (zip == NULL) {
		zip_error_init_with_code(&ze, error);
		fprintf(stderr, "%s: %s\n", name, zip_error_strerror(&ze));
		zip_error_fini(&ze);
		return NOT_DECODABLE;
	}
	n = zip_get_num_entries(zip, 0);
	if (!s->json)
		printf("%s: ZIP with %lld entries\n", name, (long long)n);
	for (i = 0; i < n && i < ENTRIES_MAX; i++) {
		status = show_entry(s, name, zip, (zip_uint64_t)i);
		if (status != SHOWN && worst != NOT_DECODABLE)
			worst = status;
		arena_reset(&s->arena);
	}
	zip_discard(zip);
	return worst;
}

static int
show_file(struct show *s, const char *name)
{
	struct fault_info fi;
	struct bytes in;
	int status;

	if (file_read(&in, &s->arena, name, FILE_LIMIT, &fi) != FAULT_OK) {
		fprintf(stderr, "%s\n", fi.text);
		return NOT_DECODABLE;
	}
	if (s->type == NULL && in.n > 4 && memcmp(in.p, "PK\3\4", 4) == 0)
		status = show_zip(s, name);
	else
		status = show_octets(s, name, in);
	arena_reset(&s->arena);
	return status;
}

/* "MODULE.TYPE" or "TYPE". */
static enum fault
find_type(struct show *s, const char *name, struct fault_info *fi)
{
	const char *dot = strchr(name, '.');
	char module[128];

	if (dot != NULL && (size_t)(dot - name) < sizeof(module)) {
		memcpy(module, name, (size_t)(dot - name));
		module[dot - name] = '\0';
		s->type = schema_find(module, dot + 1);
	}
	if (s->type == NULL)
		s->type = schema_find(NULL, name);
	if (s->type == NULL)
		return fault_set(fi, FAULT_USAGE,
		    "--type %s: no such type (scms schema lists them)", name);
	return FAULT_OK;
}

int
cmd_show(int argc, char **argv)
{
	struct show s = {.arena = arena_new(ARENA_LIMIT)};
	const char *type = NULL;
	const struct opt opts[] = {
	    {"type", OPT_TEXT, &type},
	    {"json", OPT_FLAG, &s.json},
	    {"check", OPT_FLAG, &s.check},
	};
	struct fault_info fi;
	int i, status, worst = SHOWN;

	if (opt_parse(opts, 3, &argc, argv, &fi) != FAULT_OK ||
	    (type != NULL && find_type(&s, type, &fi) != FAULT_OK))
		return cmd_fault("show", &fi);
	if (argc == 0) {
		fault_set(&fi, FAULT_USAGE, "FILE needed");
		return cmd_fault("show", &fi);
	}
	for (i = 0; i < argc; i++) {
		status = show_file(&s, argv[i]);
		if (status != SHOWN && worst != NOT_DECODABLE)
			worst = status;
	}
	arena_free(&s.arena);
	return worst;
}
