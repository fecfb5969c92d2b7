/*
 * revoked_bench - what a revocation list costs a device: the linkage values of
 * a week computed from the seeds of n devices, 20 each, and put where they are
 * looked up; the look-up; and a restart, which maps the file and checks it.
 * Computing is measured beside OpenSSL used in the straightforward way, one
 * value after another (plain.h), without a place to look them up.
 *
 *	revoked_bench [devices...]		default: 10000 100000
 *
 * Before anything is timed, values of some of the devices, made with OpenSSL,
 * must be found, and random ones must not.
 *
 * Prints "name value", for each number of devices, crl_<devices>_:
 * expand_ms a week, expand_openssl_ms, hit_ns and miss_ns a look-up, map_ms,
 * mib of the file (one week).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/measure.h"
#include "bench/plain.h"
#include "cert/crl.h"
#include "cert/profile.h"
#include "cert/revoked.h"
#include "crypto/linkage.h"
#include "crypto/random.h"

#define JMAX	20u
#define PERIOD	590u
#define NOW	(347619603u + PERIOD * 604800u + 86400u)
#define PLAIN	500u /* devices that OpenSSL does, scaled up */
#define LOOKUPS 4096u

static const uint8_t la1[2] = {0x2a, 0xa0}, la2[2] = {0x0e, 0x7e};
static const struct revoked_terms terms = {.now = NOW, .tolerance = UINT32_MAX};

static size_t devices;
static struct key16 *seed1, *seed2;
static struct crl_linkage_group group;
static struct crl list;
static struct revoked *made;
static struct lv present[LOOKUPS], absent[LOOKUPS];
static char file[] = "/tmp/revoked-bench-XXXXXX";

/* ---- OpenSSL ---- */

static EVP_CIPHER_CTX *aes;
static EVP_CIPHER *cipher;

static void
plain_mix(
    struct lv *out, const uint8_t la[2], const struct key16 *seed, uint32_t j)
{
	uint8_t in[16] = {la[0], la[1], 0, 0, 0, (uint8_t)j}, block[16];
	int n;

	MUST(EVP_EncryptInit_ex(aes, cipher, NULL, seed->b, NULL) == 1);
	MUST(EVP_EncryptUpdate(aes, block, &n, in, 16) == 1);
	for (unsigned o = 0; o < sizeof(out->b); o++)
		out->b[o] ^= block[o] ^ in[o];
}

static void
plain_value(struct lv *out, size_t device, uint32_t j)
{
	memset(out, 0, sizeof(*out));
	plain_mix(out, la1, &seed1[device], j);
	plain_mix(out, la2, &seed2[device], j);
}

static void
plain_expand_some(void *ctx)
{
	struct lv lv;

	(void)ctx;
	for (size_t d = 0; d < PLAIN; d++)
		for (uint32_t j = 0; j < JMAX; j++)
			plain_value(&lv, d, j);
}

/* ---- ours ---- */

static void
expand(void *ctx)
{
	const struct digest source = {{0}};

	(void)ctx;
	revoked_free(made);
	FINE(revoked_new(&made, &list, 1, NULL, &source, &terms, NULL));
}

static void
look_up(void *ctx)
{
	const struct lv *v = ctx;
	size_t found = 0;

	for (size_t i = 0; i < LOOKUPS; i++)
		found += revoked_has_linkage(made, v[i].b, PERIOD);
	MUST(found == (v == present ? LOOKUPS : 0));
}

static void
restart(void *ctx)
{
	struct revoked *r;

	(void)ctx;
	FINE(revoked_map(&r, file, &terms, NULL));
	revoked_free(r);
}

/* ---- one number of devices ---- */

/* Their last period is this one, so that nothing else is computed. */
static void
make_list(void)
{
	free(seed1);
	free(seed2);
	seed1 = malloc(devices * sizeof(*seed1));
	seed2 = malloc(devices * sizeof(*seed2));
	MUST(seed1 != NULL && seed2 != NULL);
	random_bytes(seed1, devices * sizeof(*seed1));
	random_bytes(seed2, devices * sizeof(*seed2));
	group = (struct crl_linkage_group){.jmax = JMAX,
	    .i_max = PERIOD,
	    .seed1 = seed1,
	    .seed2 = seed2,
	    .n = devices};
	memcpy(group.la1, la1, sizeof(group.la1));
	memcpy(group.la2, la2, sizeof(group.la2));
	list = (struct crl){.series = CRL_SERIES_PSEUDONYM,
	    .issued = NOW,
	    .next = NOW,
	    .i_rev = PERIOD,
	    .group = &group,
	    .groups = 1};
}

static void
make_values(void)
{
	for (size_t i = 0; i < LOOKUPS; i++)
		plain_value(
		    &present[i], i * 7919 % devices, (uint32_t)(i % JMAX));
	random_bytes(absent, sizeof(absent));
	look_up(present);
	look_up(absent);
}

static void
say(const char *what, double value)
{
	char name[32];

	snprintf(name, sizeof(name), "crl_%zu_", devices);
	figure(name, what, value);
}

static void
bench(void)
{
	const struct way none = {NULL, NULL, 0};
	struct measured m;
	FILE *f;

	make_list();
	expand(NULL);
	make_values();
	m = measure((struct way){expand, NULL, devices},
	    (struct way){plain_expand_some, NULL, PLAIN});
	say("expand_ms", m.first_us * (double)devices / 1000);
	say("expand_openssl_ms", m.second_us * (double)devices / 1000);
	m = measure((struct way){look_up, present, LOOKUPS}, none);
	say("hit_ns", m.first_us * 1000);
	m = measure((struct way){look_up, absent, LOOKUPS}, none);
	say("miss_ns", m.first_us * 1000);
	FINE(revoked_save(made, file, NULL));
	m = measure((struct way){restart, NULL, 1}, none);
	say("map_ms", m.first_us / 1000);
	MUST((f = fopen(file, "r")) != NULL && fseek(f, 0, SEEK_END) == 0);
	say("mib", (double)ftell(f) / (1 << 20));
	fclose(f);
}

int
main(int argc, char **argv)
{
	static const size_t usual[] = {10000, 100000};

	plain_start();
	aes = EVP_CIPHER_CTX_new();
	cipher = EVP_CIPHER_fetch(NULL, "AES-128-ECB", NULL);
	MUST(aes != NULL && cipher != NULL);
	MUST(mkstemp(file) >= 0);
	for (int k = 0; k < (argc > 1 ? argc - 1 : 2); k++) {
		devices = argc > 1 ? strtoul(argv[k + 1], NULL, 10) : usual[k];
		MUST(devices >= PLAIN);
		bench();
	}
	revoked_free(made);
	unlink(file);
	return 0;
}
