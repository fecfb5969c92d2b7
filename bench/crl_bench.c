/*
 * crl_bench - CRLs of many revoked devices, from the MA's revocations to what
 * the CRL store gives out; everything durable, without HTTP.
 *
 *	crl_bench [devices]
 *
 * taken: revocations of all devices verified and stored, 200 in a
 *	message.  made: seeds read, grouped, signed, composed and stored.
 *	evolved: the same at the beginning of the next period, when all seeds go
 *	one step on.  verified: signatures and permissions of all lists,
 *columns. published: the same in the CRL store, and written.
 *
 * Prints "name value": milliseconds passed, the composite's octets, and the
 * most memory that the process had, in MiB.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/time32.h"
#include "bench/measure.h"
#include "cert/profile.h"
#include "crypto/random.h"
#include "role/crlg/enter.h"
#include "role/crlg/make.h"
#include "role/crlg/publish.h"
#include "role/crlg/take.h"
#include "test/unit/crlg/site.h"

#define MESSAGE 200u /* pairs; more are not taken */
#define I_MAX	52u  /* devices differ in how long they have certificates */

static double
ms_since(uint64_t start)
{
	return (double)(clock_ns() - start) / 1e6;
}

/* Revocations of n devices, all at once. */
static struct bytes
revocation_of(uint32_t id, size_t n)
{
	monarch_revocation_linkage *v =
	    ARENA_ARRAY(&A, n, monarch_revocation_linkage);
	uint32_t i = period_of(NOW);
	struct revocation r;

	one_pair(&r, 0, i, 0, 0);
	memcpy(r.r.revocation_id.b, &id, sizeof(id));
	for (size_t k = 0; k < n; k++) {
		v[k] = r.linkage[0];
		random_bytes(v[k].ls1.b, sizeof(v[k].ls1.b));
		random_bytes(v[k].ls2.b, sizeof(v[k].ls2.b));
		v[k].i_max = (uint16_t)(i + 2 + k % I_MAX);
	}
	r.r.linkage = (monarch_revocation_linkages){n, v};
	return signed_revocation(&world()->ma, &r.r, NOW);
}

static void
take_all(size_t devices)
{
	double ms = 0;

	for (size_t done = 0, n; done < devices; done += n) {
		struct bytes in;
		uint64_t start;

		n = devices - done < MESSAGE ? devices - done : MESSAGE;
		in = revocation_of((uint32_t)(done / MESSAGE), n);
		start = clock_ns();
		FINE(crlg_take(S.g, in, "MA", NOW, NULL));
		ms += ms_since(start);
		arena_reset(&A);
	}
	figure("taken", "_ms", ms);
}

static void
make_at(const char *name, uint32_t now)
{
	uint64_t start = clock_ns();

	S.now = now;
	FINE(make_composite(S.g, NULL));
	figure(name, "_ms", ms_since(start));
}

static void
verify(uint32_t now, size_t devices)
{
	struct crl_rules rules = {.now = now};
	struct bytes in = given_out();
	struct arena a = arena_new(CRL_MEMORY(in.n));
	struct crl_composite c;
	uint64_t start = clock_ns();

	FINE(crl_composite_open(&c, &a, in, world()->trust, &rules, NULL));
	figure("verified", "_ms", ms_since(start));
	figure("composite", "_octets", (double)in.n);
	MUST(pairs_of(&c.list[0]) == devices);
	arena_free(&a);
}

int
main(int argc, char **argv)
{
	size_t devices = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000;
	uint32_t later;
	struct rusage usage;
	uint64_t start;

	MUST(site_setup(NULL) == 0);
	S.generator.environment.ma_blacklists_per_day = UINT32_MAX;
	later = environment_period_start(&S.env, period_of(NOW) + 1);
	take_all(devices);
	make_at("made", NOW);
	FINE(enter_wish(S.g, NULL));
	make_at("evolved", later);
	start = clock_ns();
	publish_at(later); /* nothing new is due: the latest is brought */
	figure("published", "_ms", ms_since(start));
	verify(later, devices);
	MUST(getrusage(RUSAGE_SELF, &usage) == 0);
	figure("memory", "_mib", (double)usage.ru_maxrss / 1024);
	site_teardown(NULL);
	return EXIT_SUCCESS;
}
