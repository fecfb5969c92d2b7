/*
 * attack.c - a curious PCA: from nothing but its directory, which
 * certificates belong to one device?
 *
 *	attack TRUTH K DIR
 *
 * TRUTH has one line "device i linkage_value" per certificate; the attacker
 * uses the linkage value (it stands in the certificates that the PCA issued)
 * and i, and looks at the device column only to count how good its guesses
 * were.  It finds every place in every file below DIR where a linkage value
 * stands, in whatever format, and guesses pairs by what lies close together:
 * in a file, in time, in rank, in the octets around.  Strategies with a
 * parameter try many on one half of the devices' periods and are judged on
 * the other half.
 *
 * Prints one line per strategy.  Exit status 0 if none is better than
 * 1/K + 3 sigma, 1 if one is (a leak), 2 if the input is unusable.
 */
#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LV	    9
#define BEFORE	    64	/* octets looked at before a linkage value */
#define AROUND	    384 /* and in all */
#define ALIKE	    8	/* of them at once */
#define STRIDE_MAX  40
#define GUESSES_MIN 30

struct certificate {
	uint8_t lv[LV];
	uint32_t device, i;
};

struct place { /* where a certificate's lv stands */
	uint32_t cert, file;
	uint64_t offset;
	int64_t mtime;		/* nanoseconds */
	uint32_t rank;		/* among the places of this file */
	uint8_t around[AROUND]; /* zeros beyond the file */
};

static struct certificate *certs;
static size_t ncerts;
static uint32_t *slots; /* hash table: index + 1 */
static size_t nslots;
static struct place *places;
static size_t nplaces, capacity;
static uint32_t nfiles;

static void *
must(void *p)
{
	if (p == NULL) {
		fputs("attack: out of memory\n", stderr);
		exit(2);
	}
	return p;
}

static size_t
slot_of(const uint8_t lv[LV])
{
	uint64_t h;

	memcpy(&h, lv, sizeof(h));
	return (size_t)(h * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (nslots - 1);
}

static uint32_t
find(const uint8_t lv[LV])
{
	size_t s = slot_of(lv);

	for (; slots[s] != 0; s = (s + 1) & (nslots - 1))
		if (memcmp(certs[slots[s] - 1].lv, lv, LV) == 0)
			return slots[s];
	return 0;
}

static void
index_certificates(void)
{
	size_t i, s;

	for (nslots = 1024; nslots < 4 * ncerts; nslots *= 2)
		;
	slots = must(calloc(nslots, sizeof(*slots)));
	for (i = 0; i < ncerts; i++) {
		for (s = slot_of(certs[i].lv); slots[s] != 0;)
			s = (s + 1) & (nslots - 1);
		slots[s] = (uint32_t)(i + 1);
	}
}

static void
read_truth(const char *path)
{
	FILE *f = fopen(path, "r");
	struct certificate c;
	char hex[2 * LV + 1];
	size_t cap = 0;
	unsigned octet;
	int i;

	if (f == NULL) {
		fprintf(stderr, "attack: %s: %s\n", path, strerror(errno));
		exit(2);
	}
	while (fscanf(f, "%" SCNu32 " %" SCNu32 " %18s", &c.device, &c.i,
		   hex) == 3) {
		for (i = 0; i < LV; i++) {
			if (sscanf(hex + (ptrdiff_t)2 * i, "%2x", &octet) != 1)
				exit(2);
			c.lv[i] = (uint8_t)octet;
		}
		if (ncerts == cap)
			certs = must(
			    realloc(certs, (cap = cap == 0 ? 4096 : 2 * cap) *
					       sizeof(*certs)));
		certs[ncerts++] = c;
	}
	fclose(f);
}

static void
look_around(struct place *at, const uint8_t *p, size_t n, size_t o)
{
	size_t from = o < BEFORE ? 0 : o - BEFORE, skip = from + BEFORE - o;
	size_t length = n - from < AROUND - skip ? n - from : AROUND - skip;

	memcpy(at->around + skip, p + from, length);
}

static void
scan(const uint8_t *p, size_t n, int64_t mtime)
{
	uint32_t cert, rank = 0;
	struct place *at;
	size_t o;

	for (o = 0; o + LV <= n; o++) {
		if ((cert = find(p + o)) == 0)
			continue;
		if (nplaces == capacity)
			places = must(realloc(places,
			    (capacity = capacity == 0 ? 4096 : 2 * capacity) *
				sizeof(*places)));
		at = &places[nplaces++];
		*at = (struct place){.cert = cert - 1,
		    .file = nfiles,
		    .offset = o,
		    .mtime = mtime,
		    .rank = rank++};
		look_around(at, p, n, o);
	}
}

static int
visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	uint8_t *p;
	FILE *f;
	size_t n;

	(void)ftw;
	if (type != FTW_F || st->st_size == 0)
		return 0;
	if ((f = fopen(path, "rb")) == NULL)
		return 0;
	p = must(malloc((size_t)st->st_size));
	n = fread(p, 1, (size_t)st->st_size, f);
	fclose(f);
	scan(p, n,
	    st->st_mtim.tv_sec * INT64_C(1000000000) + st->st_mtim.tv_nsec);
	nfiles++;
	free(p);
	return 0;
}

/* ---- guessing --------------------------------------------------------- */

struct score {
	uint64_t guesses, hits;
};

static void
guess(struct score *s, const struct place *a, const struct place *b)
{
	if (a->cert == b->cert)
		return;
	s->guesses++;
	s->hits += certs[a->cert].device == certs[b->cert].device;
}

static double
rate(const struct score *s)
{
	return s->guesses == 0 ? 0 : (double)s->hits / (double)s->guesses;
}

static int
by_place(const void *x, const void *y)
{
	const struct place *a = x, *b = y;

	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

static size_t alike_at; /* where by_alike looks */

static int
by_alike(const void *x, const void *y)
{
	const struct place *a = x, *b = y;

	return memcmp(a->around + alike_at, b->around + alike_at, ALIKE);
}

static int
by_rank(const void *x, const void *y)
{
	const struct place *a = x, *b = y;

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return a->file < b->file ? -1 : a->file > b->file;
}

static int
by_time(const void *x, const void *y)
{
	const struct place *a = x, *b = y;

	if (a->mtime != b->mtime)
		return a->mtime < b->mtime ? -1 : 1;
	return by_place(x, y);
}

static bool
same_file_and_period(const struct place *a, const struct place *b)
{
	return a->file == b->file && certs[a->cert].i == certs[b->cert].i;
}

/* Places that are d apart in the present order, for even or odd periods. */
static struct score
stride(size_t d, unsigned half,
    bool (*related)(const struct place *, const struct place *))
{
	struct score s = {0, 0};
	size_t k;

	for (k = 0; k + d < nplaces; k++)
		if (certs[places[k].cert].i % 2 == half &&
		    (related == NULL || related(&places[k], &places[k + d])))
			guess(&s, &places[k], &places[k + d]);
	return s;
}

static struct score
best_stride(bool (*related)(const struct place *, const struct place *))
{
	struct score s;
	size_t d, best = 1;
	double best_rate = -1;

	for (d = 1; d <= STRIDE_MAX; d++) {
		s = stride(d, 0, related);
		if (s.guesses >= GUESSES_MIN && rate(&s) > best_rate) {
			best_rate = rate(&s);
			best = d;
		}
	}
	return stride(best, 1, related);
}

static struct score
neighbours_in_file(void)
{
	qsort(places, nplaces, sizeof(*places), by_place);
	return stride(1, 0, same_file_and_period);
}

static struct score
stride_in_file(void)
{
	qsort(places, nplaces, sizeof(*places), by_place);
	return best_stride(same_file_and_period);
}

/* A message's certificates lie together: two random ones of a file. */
static struct score
anywhere_in_file(void)
{
	struct score s = {0, 0};
	size_t first, last, k, other;

	qsort(places, nplaces, sizeof(*places), by_place);
	srandom(1);
	for (first = 0; first < nplaces; first = last) {
		for (last = first;
		     last < nplaces && places[last].file == places[first].file;
		     last++)
			;
		for (k = first; k < last; k++) {
			other = first + (size_t)random() % (last - first);
			if (same_file_and_period(&places[k], &places[other]))
				guess(&s, &places[k], &places[other]);
		}
	}
	return s;
}

static struct score
equal_file_times(void)
{
	struct score s = {0, 0};
	size_t k;

	qsort(places, nplaces, sizeof(*places), by_time);
	for (k = 0; k + 1 < nplaces; k++)
		if (places[k].mtime == places[k + 1].mtime)
			guess(&s, &places[k], &places[k + 1]);
	return s;
}

static struct score
equal_rank_in_other_file(void)
{
	qsort(places, nplaces, sizeof(*places), by_rank);
	return best_stride(NULL);
}

/* A counter, a time, a number of a device anywhere in the record?  Sorted by
 * the octets at each distance from the linkage value. */
static struct score
alike_octets_around(void)
{
	struct score s;
	size_t best = 0;
	double best_rate = -1;

	for (alike_at = 0; alike_at + ALIKE <= AROUND; alike_at++) {
		qsort(places, nplaces, sizeof(*places), by_alike);
		s = stride(1, 0, NULL);
		if (s.guesses >= GUESSES_MIN && rate(&s) > best_rate) {
			best_rate = rate(&s);
			best = alike_at;
		}
	}
	alike_at = best;
	qsort(places, nplaces, sizeof(*places), by_alike);
	return stride(1, 1, NULL);
}

/* clang-format off */
static const struct {
	const char	*name;
	struct score	(*run)(void);
} strategies[] = {
	{ "neighbours in a file",		neighbours_in_file },
	{ "fixed distance in a file",		stride_in_file },
	{ "same file, same period",		anywhere_in_file },
	{ "equal file times",			equal_file_times },
	{ "equal rank in another file",		equal_rank_in_other_file },
	{ "alike octets around it",		alike_octets_around },
};
/* clang-format on */

static bool
judge(double k)
{
	const double limit = 1 / k;
	double sigma;
	struct score s;
	bool leak = false, bad;
	size_t i;

	printf("%zu certificates, %zu places in %" PRIu32 " files; "
	       "limit 1/K = %.4f\n",
	    ncerts, nplaces, nfiles, limit);
	for (i = 0; i < sizeof(strategies) / sizeof(*strategies); i++) {
		s = strategies[i].run();
		sigma = s.guesses == 0
			    ? 0
			    : sqrt(limit * (1 - limit) / (double)s.guesses);
		bad = s.guesses >= GUESSES_MIN && rate(&s) > limit + 3 * sigma;
		leak |= bad;
		printf("  %-28s %8" PRIu64 " guesses, %.4f right%s\n",
		    strategies[i].name, s.guesses, rate(&s),
		    bad ? "   LEAK" : "");
	}
	return leak;
}

int
main(int argc, char **argv)
{
	double k = argc == 4 ? strtod(argv[2], NULL) : 0;

	if (k < 1) {
		fputs("usage: attack TRUTH K DIR\n", stderr);
		return 2;
	}
	read_truth(argv[1]);
	index_certificates();
	if (ncerts < GUESSES_MIN || nftw(argv[3], visit, 16, FTW_PHYS) != 0 ||
	    nplaces < ncerts / 2) {
		fprintf(stderr,
		    "attack: %zu certificates, found at %zu places:"
		    " nothing to judge\n",
		    ncerts, nplaces);
		return 2;
	}
	return judge(k) ? 1 : 0;
}
