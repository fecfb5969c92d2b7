/* engine.c - see engine.h and engine_int.h. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "crypto/engine_int.h"

#ifdef HAVE_LANES
#include <cpuid.h>

/* Where CPUID tells of the instructions that lib/crypto/lanes is made of. */
static const struct {
	unsigned leaf;
	int reg; /* a, b, c, d */
	unsigned bit;
} needed[] = {
    {1, 2, 9},	/* SSSE3 */
    {1, 2, 25}, /* AES */
    {1, 2, 27}, /* OSXSAVE */
    {7, 1, 3},	/* BMI1 */
    {7, 1, 5},	/* AVX2 */
    {7, 1, 8},	/* BMI2 */
    {7, 1, 16}, /* AVX512F */
    {7, 1, 17}, /* AVX512DQ */
    {7, 1, 21}, /* AVX512_IFMA */
    {7, 1, 30}, /* AVX512BW */
    {7, 1, 31}, /* AVX512VL */
    {7, 2, 1},	/* AVX512_VBMI */
    {7, 2, 6},	/* AVX512_VBMI2 */
    {7, 2, 9},	/* VAES */
};

/* The operating system keeps the vector registers: XMM, YMM, masks, ZMM. */
static bool
registers_kept(void)
{
	unsigned low, high;

	__asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return (low & 0xe6) == 0xe6;
}

static bool
machine_has_lanes(void)
{
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		unsigned r[4] = {0};

		if (__get_cpuid_count(
			needed[i].leaf, 0, &r[0], &r[1], &r[2], &r[3]) == 0 ||
		    (r[needed[i].reg] >> needed[i].bit & 1) == 0)
			return false;
	}
	return registers_kept();
}
#endif

static _Atomic(const struct engine *) in_use;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static const struct engine *best;

const struct engine *
engine_find(const char *name)
{
#ifdef HAVE_LANES
	if (strcmp(name, "lanes") == 0 && machine_has_lanes())
		return &lanes_engine;
#endif
	return strcmp(name, "portable") == 0 ? &portable_engine : NULL;
}

static void
choose(void)
{
	const char *wish = getenv("MONARCH_ENGINE"), *wrong;

	if (wish != NULL) {
		best = engine_find(wish);
		if (best == NULL)
			log_fatal("MONARCH_ENGINE=%s: no such engine, or not "
				  "on this machine (lanes, portable)",
			    wish);
	} else {
		best = engine_find("lanes");
		if (best == NULL)
			best = &portable_engine;
	}
	wrong = best == &portable_engine ? NULL : engine_self_test(best);
	if (wrong != NULL)
		log_fatal("the engine \"%s\" fails its self-test: %s",
		    best->name, wrong);
	atomic_store(&in_use, best);
}

const struct engine *
engine(void)
{
	const struct engine *e = atomic_load(&in_use);

	if (e != NULL)
		return e;
	pthread_once(&once, choose);
	return atomic_load(&in_use);
}

void
engine_use_for_tests(const struct engine *e)
{
	pthread_once(&once, choose);
	atomic_store(&in_use, e == NULL ? best : e);
}

const char *
crypto_engine(void)
{
	return engine()->name;
}
