/*
 * account - puts the books of all components and devices side by side.
 *
 *	account [--verbose] [--absent] ENVIRONMENT
 *
 * Afterwards everything must be done: every device planned to the end of its
 * supply, every unit issued once, every certificate where it belongs, and
 * nothing waiting anywhere.  Prints a table and the first differences; exit
 * status 1 when there is one, 2 when books cannot be read.  The devices are
 * those of scms-fleet --sample 1.  --absent: there were weeks in which nobody
 * was there, and for which nothing was made.
 */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time32.h"
#include "service/service.h"
#include "test/soak/books.h"

static void
begin(struct books *b)
{
	char path[PATH_SIZE];
	struct fault_info fi;

	b->arena = arena_new((size_t)1 << 30);
	books_path(b, path, "environment.conf");
	books_must(
	    environment_read(&b->environment, &b->arena, path, &fi), &fi);
	books_path(b, path, "clock");
	books_must(service_clock_read(path, &fi), &fi);
	b->period = environment_period(&b->environment, time32_now());
	b->ra_devices = LIST_OF(struct ra_device);
	b->units = LIST_OF(struct ra_unit);
	b->ra_hpcrs = LIST_OF(struct ra_hpcr);
	b->issued = LIST_OF(struct pca_issued);
	b->held = LIST_OF(struct holding);
}

static void
end(struct books *b)
{
	list_free(&b->ra_devices);
	list_free(&b->units);
	list_free(&b->ra_hpcrs);
	list_free(&b->issued);
	list_free(&b->held);
	arena_free(&b->arena);
}

/* What is to be the same everywhere. */
static void
check_sums(struct books *b)
{
	const enum check all[] = {CHECK_ANSWERS, CHECK_HPCRS, CHECK_ISSUED,
	    CHECK_MATCH, CHECK_LINKAGE, CHECK_PLV_LA1, CHECK_PLV_LA2};

	for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++)
		if (b->checks[all[k]].n != b->certificates)
			books_differ(b, all[k],
			    "%" PRIu64 ", and the RA gave %" PRIu64,
			    b->checks[all[k]].n, b->certificates);
	if (b->certificates == 0)
		books_differ(b, CHECK_UNITS, "nothing was issued");
}

static uint64_t
print_table(const struct books *b)
{
	static const char *const texts[] = {
#define CHECK(name, text) text,
#include "test/soak/check.def"
#undef CHECK
	};
	uint64_t differences = 0;

	printf("%-54s %10s %12s\n", "", "number", "differences");
	for (size_t k = 0; k < CHECKS; k++) {
		printf("%-54s %10" PRIu64 " %12" PRIu64 "\n", texts[k],
		    b->checks[k].n, b->checks[k].differences);
		differences += b->checks[k].differences;
	}
	printf("%s\n", differences == 0 ? "everything is accounted for"
					: "THE BOOKS DIFFER");
	return differences;
}

int
main(int argc, char **argv)
{
	struct books b = {0};
	uint64_t differences;

	for (; argc > 2; argv++, argc--)
		if (strcmp(argv[1], "--verbose") == 0)
			b.verbose = true;
		else if (strcmp(argv[1], "--absent") == 0)
			b.absent = true;
		else
			break;
	if (argc != 2)
		books_fatal("usage: account [--verbose] [--absent] "
			    "ENVIRONMENT");
	b.dir = argv[1];
	begin(&b);
	books_ra(&b);
	books_plv(&b);
	books_pca(&b);
	books_la(&b);
	books_device(&b);
	check_sums(&b);
	differences = print_table(&b);
	end(&b);
	return differences == 0 ? 0 : 1;
}
