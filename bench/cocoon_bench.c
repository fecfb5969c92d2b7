/*
 * cocoon_bench - pairs of cocoon keys that an RA expands per second of one
 * core, beside the same by OpenSSL used in the straightforward way (plain.h).
 *
 *	cocoon_bench [devices] [indices of each]
 *
 * A pair is B = A + f1(i,j)*G and H' = H + f2(i,j)*G of a device, uncompressed;
 * ours are the batch calls of lib/crypto over 102 devices with 20 indices,
 * some 2,048 pairs.
 * Nothing in it is random, so both must give the same octets, and do before
 * anything is timed.
 *
 * Prints "name value": microseconds per pair.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/measure.h"
#include "bench/plain.h"
#include "crypto/butterfly.h"
#include "crypto/engine.h"
#include "crypto/random.h"

#define DEVICES_MAX   1024u
#define EACH_MAX      100u
#define PLAIN_DEVICES 16u
#define PERIOD	      731u

struct device {
	struct butterfly butterfly[2];
	struct point caterpillar[2]; /* A, H */
	struct plain_butterfly plain[2];
	EC_POINT *plain_point[2];
};

static size_t devices = 102, each = 20;
static struct device *device;
static struct butterfly_index *ij;

/* ---- ours: of each device first all B, then all H ---- */

static const struct butterfly **butterfly;
static struct scalar *f;
static struct point *out;
static bool *ok;

static void
ours(void *arg)
{
	size_t at = 0;

	(void)arg;
	butterfly_expand_many(f, butterfly, 2 * devices, ij, each);
	for (size_t d = 0; d < devices; d++)
		for (unsigned k = 0; k < 2; k++)
			for (size_t j = 0; j < each; j++)
				out[at++] = device[d].caterpillar[k];
	FINE(p256_add_base_mul(out, out, f, ok, at));
}

/* ---- OpenSSL ---- */

static uint8_t (*plain_out)[65];
static size_t plain_devices, plain_at;
static EC_POINT *p;
static BIGNUM *k_bn;

static void
plain_one(uint8_t sec1[65], const struct device *d, unsigned k, uint32_t j)
{
	const EC_GROUP *g = plain_group();

	plain_expand(k_bn, &d->plain[k], PERIOD, j);
	MUST(EC_POINT_mul(g, p, k_bn, NULL, NULL, plain_bn()));
	MUST(EC_POINT_add(g, p, p, d->plain_point[k], plain_bn()));
	plain_encode(sec1, 65, p);
}

static void
plain_device(size_t d)
{
	for (unsigned k = 0; k < 2; k++)
		for (size_t j = 0; j < each; j++)
			plain_one(plain_out[(2 * d + k) * each + j], &device[d],
			    k, (uint32_t)j);
}

static void
plain_some(void *arg)
{
	(void)arg;
	for (size_t t = 0; t < plain_devices; t++)
		plain_device((plain_at + t) % devices);
	plain_at = (plain_at + plain_devices) % devices;
}

/* ---- inputs, checks ---- */

static void
prepare_key(struct device *d, unsigned k)
{
	struct scalar private;
	uint8_t sec1[65];

	d->butterfly[k].use =
	    k == 0 ? BUTTERFLY_CERTIFICATE : BUTTERFLY_ENCRYPTION;
	random_bytes(&d->butterfly[k].expansion, 16);
	p256_generate(&private, &d->caterpillar[k], 1);
	sec1[0] = 4;
	memcpy(sec1 + 1, &d->caterpillar[k], 64);
	d->plain_point[k] = EC_POINT_new(plain_group());
	MUST(plain_decode(d->plain_point[k], sec1, sizeof(sec1)));
	d->plain[k].use = k == 0 ? 0 : UINT32_MAX;
	d->plain[k].aes = EVP_CIPHER_CTX_new();
	MUST(EVP_EncryptInit_ex(d->plain[k].aes, EVP_aes_128_ecb(), NULL,
		 d->butterfly[k].expansion.b, NULL) == 1);
	EVP_CIPHER_CTX_set_padding(d->plain[k].aes, 0);
}

static void
prepare(void)
{
	size_t points = 2 * devices * each;

	plain_start();
	p = EC_POINT_new(plain_group());
	k_bn = BN_new();
	device = calloc(devices, sizeof(*device));
	butterfly = calloc(2 * devices, sizeof(*butterfly));
	ij = calloc(each, sizeof(*ij));
	f = calloc(points, sizeof(*f));
	out = calloc(points, sizeof(*out));
	ok = calloc(points, sizeof(*ok));
	plain_out = calloc(points, sizeof(*plain_out));
	MUST(device != NULL && butterfly != NULL && ij != NULL && f != NULL &&
	     out != NULL && ok != NULL && plain_out != NULL);
	for (size_t d = 0; d < devices; d++) {
		prepare_key(&device[d], 0);
		prepare_key(&device[d], 1);
		butterfly[2 * d] = &device[d].butterfly[0];
		butterfly[2 * d + 1] = &device[d].butterfly[1];
	}
	for (size_t j = 0; j < each; j++)
		ij[j] = (struct butterfly_index){PERIOD, (uint32_t)j};
}

static void
compare_all(void)
{
	ours(NULL);
	for (size_t d = 0; d < devices; d++)
		plain_device(d);
	for (size_t t = 0; t < 2 * devices * each; t++)
		must(plain_out[t][0] == 4 &&
			 memcmp(plain_out[t] + 1, &out[t], 64) == 0,
		    "equal to OpenSSL's");
}

int
main(int argc, char **argv)
{
	struct measured m;

	if (argc > 1)
		devices = strtoul(argv[1], NULL, 10);
	if (argc > 2)
		each = strtoul(argv[2], NULL, 10);
	MUST(devices > 0 && devices <= DEVICES_MAX && each > 0 &&
	     each <= EACH_MAX);
	plain_devices = devices < PLAIN_DEVICES ? devices : PLAIN_DEVICES;
	prepare();
	compare_all();
	printf("engine %s\n", crypto_engine());
	m = measure((struct way){ours, NULL, devices * each},
	    (struct way){plain_some, NULL, plain_devices * each});
	figures("cocoon", &m);
	return 0;
}
