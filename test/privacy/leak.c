/*
 * leak.c - finds octets that must not be there.
 *
 *	leak PATTERNS PATH...
 *
 * PATTERNS has lines "hex name": at least 9 octets each (a linkage value).
 * Looks for each in every file at or below each PATH: as it is, in
 * hexadecimal, and in Base64, at any offset.  Prints "name form path" per kind
 * of find and file.  Exit status 0: nothing found, 1: something, 2: unusable.
 */
#include <ctype.h>
#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LEAST	  9
#define MOST	  512
#define SLOTS	  (1u << 20)
#define RUN_LEAST 12 /* characters of hexadecimal or Base64 worth a look */

struct pattern {
	char *name;
	uint8_t *octets;
	size_t n;
	uint64_t head;	     /* of octets */
	size_t seen_in;	     /* number of a file ... */
	const char *seen_as; /* ... and form */
	struct pattern *next;
};

static struct pattern *slots[SLOTS];
static size_t npatterns, nfiles, nfound; /* nfiles counts from 1 */
static bool failed;

static void *
must(void *p)
{
	if (p == NULL) {
		fputs("leak: out of memory\n", stderr);
		exit(2);
	}
	return p;
}

static uint64_t
head_of(const uint8_t *p)
{
	uint64_t h;

	memcpy(&h, p, sizeof(h));
	return h;
}

static struct pattern **
slot_of(uint64_t head)
{
	return &slots[head * UINT64_C(0x9e3779b97f4a7c15) >> 44];
}

static int
hex_digit(int c)
{
	return isdigit(c) ? c - '0' : isxdigit(c) ? tolower(c) - 'a' + 10 : -1;
}

static void
add_pattern(const char *hex, const char *name)
{
	struct pattern *p = must(calloc(1, sizeof(*p)));

	p->n = strlen(hex) / 2;
	if (p->n < LEAST) {
		fprintf(stderr, "leak: %s: too short\n", name);
		exit(2);
	}
	p->octets = must(malloc(p->n));
	for (size_t k = 0; k < p->n; k++)
		p->octets[k] = (uint8_t)(hex_digit(hex[2 * k]) << 4 |
					 hex_digit(hex[2 * k + 1]));
	p->name = must(strdup(name));
	p->head = head_of(p->octets);
	p->next = *slot_of(p->head);
	*slot_of(p->head) = p;
	npatterns++;
}

static void
read_patterns(const char *path)
{
	char hex[2 * MOST + 1], name[256];
	FILE *f = fopen(path, "r");

	if (f == NULL) {
		fprintf(stderr, "leak: %s: %s\n", path, strerror(errno));
		exit(2);
	}
	while (fscanf(f, "%1024[0-9a-fA-F] %255s ", hex, name) == 2)
		add_pattern(hex, name);
	if (!feof(f) || npatterns == 0) {
		fprintf(stderr, "leak: %s: not understood\n", path);
		exit(2);
	}
	fclose(f);
}

static void
report(struct pattern *p, const char *form, const char *path)
{
	if (p->seen_in == nfiles && p->seen_as == form)
		return;
	p->seen_in = nfiles;
	p->seen_as = form;
	printf("%s %s %s\n", p->name, form, path);
	nfound++;
}

static void
scan(const uint8_t *b, size_t n, const char *form, const char *path)
{
	for (size_t o = 0; o + LEAST <= n; o++) {
		uint64_t head = head_of(b + o);

		for (struct pattern *p = *slot_of(head); p != NULL; p = p->next)
			if (p->head == head && p->n <= n - o &&
			    memcmp(p->octets, b + o, p->n) == 0)
				report(p, form, path);
	}
}

static int
base64_digit(int c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *p = c == 0 ? NULL : strchr(digits, c);

	return p == NULL ? -1 : (int)(p - digits);
}

static const struct form {
	const char *name;
	int (*digit)(int c);
	unsigned bits, alignments;
} forms[] = {
    {"hexadecimal", hex_digit, 4, 2},
    {"base64", base64_digit, 6, 4},
};

/* A run of digits, from each place where an octet may begin. */
static void
scan_run(const uint8_t *b, size_t n, const struct form *f, uint8_t *out,
    const char *path)
{
	for (unsigned skip = 0; skip < f->alignments; skip++) {
		uint32_t acc = 0;
		unsigned bits = 0, seen = 0;
		size_t length = 0;

		for (size_t k = 0; k < n; k++) {
			if (f->digit(b[k]) < 0 || seen++ < skip)
				continue;
			acc = acc << f->bits | (uint32_t)f->digit(b[k]);
			if ((bits += f->bits) >= 8)
				out[length++] = (uint8_t)(acc >> (bits -= 8));
		}
		scan(out, length, f->name, path);
	}
}

/* Lines may be broken anywhere, as in PEM. */
static void
scan_text(const uint8_t *b, size_t n, const struct form *f, const char *path)
{
	uint8_t *out = must(malloc(n + 1));
	size_t from, to;

	for (from = 0; from < n; from = to + 1) {
		for (to = from; to < n && (f->digit(b[to]) >= 0 ||
					      b[to] == '\n' || b[to] == '\r');
		     to++)
			;
		if (to - from >= RUN_LEAST)
			scan_run(b + from, to - from, f, out, path);
	}
	free(out);
}

static int
visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	uint8_t *b;
	size_t n;
	FILE *f;

	(void)ftw;
	if (type != FTW_F || st->st_size == 0)
		return 0;
	if ((f = fopen(path, "rb")) == NULL) {
		fprintf(stderr, "leak: %s: %s\n", path, strerror(errno));
		failed = true;
		return 0;
	}
	b = must(malloc((size_t)st->st_size));
	n = fread(b, 1, (size_t)st->st_size, f);
	fclose(f);
	nfiles++;
	scan(b, n, "plain", path);
	for (size_t k = 0; k < sizeof(forms) / sizeof(*forms); k++)
		scan_text(b, n, &forms[k], path);
	free(b);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc < 3) {
		fputs("usage: leak PATTERNS PATH...\n", stderr);
		return 2;
	}
	read_patterns(argv[1]);
	for (int k = 2; k < argc; k++)
		if (nftw(argv[k], visit, 16, FTW_PHYS) != 0) {
			fprintf(
			    stderr, "leak: %s: %s\n", argv[k], strerror(errno));
			return 2;
		}
	fprintf(stderr, "leak: %zu patterns, %zu files, %zu found\n", npatterns,
	    nfiles, nfound);
	return failed ? 2 : nfound > 0;
}
