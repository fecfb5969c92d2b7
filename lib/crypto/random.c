/* random.c - see random.h. */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include <openssl/rand.h>

#include "base/secret.h"
#include "crypto/p256_int.h"
#include "crypto/random.h"
#include "crypto/random_int.h"

#define POOL 4096 /* octets drawn at a time */

struct pool {
	uint8_t octets[POOL];
	size_t left;	/* at the end of octets */
	unsigned forks; /* how many there had been when drawn */
	bool ends;	/* the key below will wipe it */
};

static _Thread_local struct pool pool;
static _Thread_local random_source *source;
static _Thread_local void *source_arg;
static _Thread_local uint64_t source_serial;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static atomic_uint forks;
static atomic_uint_fast64_t serial;

static void
serial_begin(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	atomic_store(
	    &serial, (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec);
}

static void
count_fork(void)
{
	atomic_fetch_add(&forks, 1);
	serial_begin();
}

static void
thread_end(void *p)
{
	wipe(p, sizeof(struct pool));
}

static void
process_begin(void)
{
	ossl_must(pthread_atfork(NULL, NULL, count_fork) == 0);
	ossl_must(pthread_key_create(&key, thread_end) == 0);
	serial_begin();
}

static void
draw(void *out, size_t n)
{
	/* OpenSSL reseeds its generators in a child by itself. */
	ossl_must(RAND_priv_bytes(out, (int)n));
}

static void
refill(void)
{
	if (!pool.ends) {
		ossl_must(pthread_once(&once, process_begin) == 0);
		ossl_must(pthread_setspecific(key, &pool) == 0);
		pool.ends = true;
	}
	pool.forks = atomic_load(&forks);
	draw(pool.octets, POOL);
	pool.left = POOL;
}

void
random_bytes(void *out, size_t n)
{
	uint8_t *p = out;

	if (source != NULL) {
		source(source_arg, out, n);
		return;
	}
	for (; n >= POOL; p += POOL, n -= POOL)
		draw(p, POOL);
	while (n > 0) {
		uint8_t *from;
		size_t m;

		if (pool.left == 0 || pool.forks != atomic_load(&forks))
			refill();
		m = n < pool.left ? n : pool.left;
		from = pool.octets + POOL - pool.left;
		memcpy(p, from, m);
		wipe(from, m);
		pool.left -= m;
		p += m;
		n -= m;
	}
}

void
random_scalars(struct scalar *out, size_t n)
{
	/* 256 random bits miss the range once in 2^32. */
	random_bytes(out, n * sizeof(*out));
	for (size_t i = 0; i < n; i++)
		while (!scalar_valid_secret(&out[i]))
			random_bytes(&out[i], sizeof(*out));
}

uint64_t
random_serial(size_t n)
{
	uint64_t first = source_serial;

	if (source == NULL) {
		ossl_must(pthread_once(&once, process_begin) == 0);
		return atomic_fetch_add(&serial, n);
	}
	source_serial += n;
	return first;
}

void
random_replace(random_source *s, void *arg)
{
	source = s;
	source_arg = arg;
	source_serial = 0;
}
