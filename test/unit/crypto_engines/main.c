/*
 * main.c - compares the engines of lib/crypto with each other and with OpenSSL
 * used plainly.
 *
 * usage: engines [-v] [-s SEED] [-c CASES] [-f FROM] [-w ENGINE]
 *            [OPERATION...]
 *        engines -l
 *
 * Each operation (all, if none is named) is made CASES times, in batches of
 * many sizes, on random and on hard inputs that follow from SEED and CASES
 * alone.  -v tells every percent; -f leaves out the first FROM batches, as
 * these lines count them.  -w leaves an engine out.  -l lists the operations.
 * Exit status: 0, or 1 after a difference.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "compare.h"

struct settings {
	uint64_t seed;
	size_t cases, from;
	bool verbose;
};

/* Every size up to 40, the edges of chunks, sizes for which engines take other
 * ways, and all that they take at once and more. */
static size_t
batch_size(size_t batch, size_t cases)
{
	static const size_t edge[] = {63, 64, 65, 127, 128, 129};
	static const size_t large[] = {
	    BATCH_MAX, 767, 768, 4095, 4096, 2048, 4097, 769};
	size_t round = batch / 48, n;

	batch %= 48;
	if (batch < 40)
		return batch + 1;
	if (batch < 46)
		return edge[batch - 40];
	if (batch == 46 && round % 8 == 7)
		return 0;
	n = large[(2 * round + batch) % 8];
	return n < cases ? n : 1 + cases / 8 % 300;
}

static uint64_t
seed_of(const struct settings *set, const char *name, size_t batch)
{
	uint64_t state = set->seed;

	for (; *name != '\0'; name++)
		state = stream_next(&state) ^ (uint8_t)*name;
	state ^= batch;
	return stream_next(&state);
}

/* A line for each percent, or in the end. */
static void
progress(const struct settings *set, const struct operation *o, size_t done,
    size_t *shown, size_t batch)
{
	size_t percent = done >= set->cases ? 100 : 100 * done / set->cases;

	if (percent == *shown)
		return;
	*shown = percent;
	if (set->verbose || percent == 100)
		printf("%s: %zu %%, %zu cases, %zu batches\n", o->name, percent,
		    done, batch);
	fflush(stdout);
}

static bool
check(const struct settings *set, const struct operation *o)
{
	size_t done = 0, shown = 0;

	for (size_t batch = 0; done < set->cases; batch++) {
		size_t n = batch_size(batch, set->cases);
		struct stream s = {.state = seed_of(set, o->name, batch)};

		if (batch >= set->from && !compare(o, &s, n)) {
			fprintf(stderr, "again: -s %llu -c %zu -f %zu %s\n",
			    (unsigned long long)set->seed, set->cases, batch,
			    o->name);
			return false;
		}
		done += n;
		progress(set, o, done, &shown, batch + 1);
	}
	return true;
}

static void
list(void)
{
	const struct operation *o;

	for (size_t i = 0; (o = operation_at(i)) != NULL; i++)
		puts(o->name);
}

static size_t
number(const char *s)
{
	char *end;
	unsigned long long v = strtoull(s, &end, 0);

	if (*s == '\0' || *end != '\0')
		errx(2, "%s: no number", s);
	return (size_t)v;
}

static void
options(struct settings *set, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "c:f:ls:vw:")) != -1)
		switch (c) {
		case 'c':
			set->cases = number(optarg);
			break;
		case 'f':
			set->from = number(optarg);
			break;
		case 'l':
			list();
			exit(0);
		case 's':
			set->seed = number(optarg);
			break;
		case 'v':
			set->verbose = true;
			break;
		case 'w':
			if (!compare_use(optarg, false))
				errx(2, "%s: no such engine", optarg);
			break;
		default:
			exit(2);
		}
}

int
main(int argc, char **argv)
{
	struct settings set = {.seed = 1, .cases = 3000};
	const struct operation *o;
	bool good = true;

	options(&set, argc, argv);
	printf("seed %llu; engines:%s%s%s, OpenSSL\n",
	    (unsigned long long)set.seed,
	    compare_has("portable") ? " portable" : "",
	    compare_has("lanes") ? " lanes" : "",
	    compare_has("emulated") ? " emulated" : "");
	if (!compare_has("lanes"))
		puts("without the lanes, which this machine cannot run");
	if (optind == argc)
		for (size_t i = 0; (o = operation_at(i)) != NULL; i++)
			good &= check(&set, o);
	for (int i = optind; i < argc; i++) {
		o = operation_find(argv[i]);
		if (o == NULL)
			errx(2, "%s: no such operation", argv[i]);
		good &= check(&set, o);
	}
	compare_end();
	return good ? 0 : 1;
}
