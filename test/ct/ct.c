/*
 * ct.c - runs every operation that handles secrets, with the secrets marked as
 * undefined memory, for valgrind's memcheck or clang's MemorySanitizer to
 * watch: either reports a branch or an address that depends on them.
 *
 * usage: ct ENGINE [NAME...]
 *
 * ENGINE is emulated (the source of the lanes on vectors that any machine
 * has), lanes or portable (whose arithmetic mod n is lib/crypto's own; what it
 * leaves to OpenSSL is not run).  Names are those of the table below; the
 * functions that leak on purpose run only when named: run.sh sees that they
 * are reported.  Exit status 77: this machine cannot run the engine.
 *
 * Not shown here: what OpenSSL does inside, and the hedge against the
 * compiler that only a look at the machine code would give for the real lanes
 * (memcheck does not know their instructions).
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "crypto/aes.h"
#include "crypto/butterfly.h"
#include "crypto/ecdsa.h"
#include "crypto/ecies.h"
#include "crypto/ecqv.h"
#include "crypto/engine_int.h"
#include "crypto/linkage.h"
#include "crypto/random.h"
#include "crypto/random_int.h"
#include "ct.h"

#define N 19 /* two vectors of eight, or one of sixteen, and a part */

/* Public inputs, made by the portable engine before anything is watched. */
static struct scalar d[N];
static struct point Q[N];

/* Octets that are no secret. */
static void
octets(void *out, size_t n)
{
	static uint64_t state = 88172645463325252u;
	uint8_t *p = out;

	while (n-- > 0) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		*p++ = (uint8_t)(state >> 32);
	}
}

/* The same, as secrets. */
static void
secrets(void *out, size_t n)
{
	octets(out, n);
	ct_secret(out, n);
}

static void
draw(void *arg, void *out, size_t n)
{
	(void)arg;
	secrets(out, n);
}

/* What came out was made of secrets, so it must be marked; otherwise nothing
 * was watched. */
static void
still_secret(const char *what, const void *p, size_t n)
{
	if (!ct_is_secret(p, n))
		errx(1, "%s: the mark of the secret was lost on the way", what);
}

/* A copy of the private keys that is secret. */
static void
secret_keys(struct scalar *k)
{
	memcpy(k, d, sizeof(d));
	ct_secret(k, sizeof(d));
}

static void
must(enum fault f)
{
	if (f != FAULT_OK)
		errx(1, "%s", fault_name(f));
}

/*
 * Points
 */

static void
base_mul(void)
{
	struct scalar k[N];
	struct point out[N];

	secret_keys(k);
	must(p256_base_mul(out, k, NULL, N));
	still_secret("base_mul", out, sizeof(out));
	ct_public(out, sizeof(out));
	if (memcmp(out, Q, sizeof(out)) != 0)
		errx(1, "base_mul: wrong");
}

/* One alone is for OpenSSL. */
static void
base_mul_few(void)
{
	struct scalar k[N];
	struct point out[2];

	secret_keys(k);
	must(p256_base_mul(out, k, NULL, 2));
	still_secret("base_mul_few", out, sizeof(out));
}

static void
add_base_mul(void)
{
	struct scalar k[N];
	struct point out[N];

	secrets(k, sizeof(k));
	must(p256_add_base_mul(out, Q, k, NULL, N));
	still_secret("add_base_mul", out, sizeof(out));
}

static void
mul(void)
{
	struct scalar k[N];
	struct point out[N];

	secret_keys(k);
	must(p256_mul(out, Q, k, NULL, N));
	still_secret("mul", out, sizeof(out));
}

static void
known_mul(void)
{
	struct p256_known *known = p256_known_new(&Q[0]);
	struct scalar k[N];
	struct point out[N];

	secret_keys(k);
	must(p256_known_mul(out, known, k, NULL, N));
	still_secret("known_mul", out, sizeof(out));
	p256_known_free(known);
}

static void
generate(void)
{
	struct scalar k[N];
	struct point out[N];

	p256_generate(k, out, N);
	still_secret("generate", k, sizeof(k));
}

/*
 * Arithmetic mod n
 */

static void
scalars(void)
{
	struct scalar a[3], r[8];
	uint8_t wide[48];

	secrets(a, sizeof(a));
	secrets(wide, sizeof(wide));
	scalar_reduce(&r[0], a[0].b);
	scalar_reduce384(&r[1], wide);
	scalar_add(&r[2], &a[0], &a[1]);
	scalar_sub(&r[3], &a[0], &a[1]);
	scalar_mul(&r[4], &a[0], &a[1]);
	scalar_mul_add(&r[5], &a[0], &a[1], &a[2]);
	scalar_invert(&r[6], a, 2);
	still_secret("scalars", r, sizeof(r));
}

static void
scalar_verdicts(void)
{
	struct scalar a[2];
	bool v[2];

	secrets(a, sizeof(a));
	v[0] = scalar_valid(&a[0]);
	v[1] = scalar_equal(&a[0], &a[1]);
	ct_public(v, sizeof(v));
	if (!v[0] || v[1])
		errx(1, "scalar_verdicts: wrong");
}

static void
scalar_batches(void)
{
	struct scalar a[N], r[N];

	secrets(a, sizeof(a));
	scalar_invert(r, a, N);
	still_secret("scalar_batches", r, sizeof(r));
	random_scalars(r, N);
	still_secret("scalar_batches", r, sizeof(r));
}

/*
 * Signatures, implicit certificates, wrapped keys, butterfly keys
 */

static void
sign(void)
{
	struct p256_signature sig[N];
	struct scalar key = d[0];
	struct digest e[N];
	struct point same[N];

	octets(e, sizeof(e));
	ct_secret(&key, sizeof(key));
	ecdsa_sign(sig, e, &key, N);
	ct_public(sig, sizeof(sig));
	for (size_t i = 0; i < N; i++)
		same[i] = Q[0];
	must(ecdsa_verify(same, e, sig, NULL, N));
}

static void
issue(void)
{
	struct scalar k[N], r[N], d_ca = d[0];
	struct digest e[N];
	struct point p_u[N];

	octets(e, sizeof(e));
	ct_secret(&d_ca, sizeof(d_ca));
	must(ecqv_issue(p_u, k, Q, &d_ca, NULL, N));
	still_secret("issue", k, sizeof(k));
	must(ecqv_respond(r, k, e, &d_ca, NULL, N));
}

static void
share(void)
{
	struct ecqv_share s[N];
	struct scalar out[N];
	struct digest e[N];
	struct point q[N];

	octets(e, sizeof(e));
	octets(s, sizeof(s));
	for (size_t i = 0; i < N; i++) {
		struct scalar h;

		memcpy(&h, &e[i], sizeof(h));
		scalar_mul_add(&out[i], &h, &s[i].k_u, &s[i].r);
	}
	must(p256_base_mul(q, out, NULL, N));
	ct_secret(s, sizeof(s));
	must(ecqv_private(out, s, e, q, NULL, N));
	still_secret("share", out, sizeof(out));
}

static void
ecies(void)
{
	struct ecies wrapped[N];
	struct key16 key[N], got[N];
	struct scalar k[N];
	uint8_t p1[32];

	octets(p1, sizeof(p1));
	secrets(key, sizeof(key));
	must(ecies_encrypt(wrapped, Q, key, p1, NULL, N));
	ct_public(wrapped, sizeof(wrapped));
	secret_keys(k);
	must(ecies_decrypt(got, wrapped, k, p1, NULL, N));
	still_secret("ecies", got, sizeof(got));
}

static void
butterfly(void)
{
	struct butterfly b = {.use = BUTTERFLY_ENCRYPTION};
	struct butterfly_index ij[N];
	struct scalar f[N], a = d[0];
	struct point out[N];

	for (uint32_t i = 0; i < N; i++)
		ij[i] = (struct butterfly_index){i, 2 * i};
	secrets(&b.expansion, sizeof(b.expansion));
	ct_secret(&a, sizeof(a));
	butterfly_expand(f, &b, ij, N);
	still_secret("butterfly", f, sizeof(f));
	must(butterfly_private(f, &b, &a, ij, NULL, N));
	still_secret("butterfly", f, sizeof(f));
	must(butterfly_public(out, &b, &Q[0], ij, NULL, N));
	still_secret("butterfly", out, sizeof(out));
}

static void
butterfly_many(void)
{
	struct butterfly b[2] = {{.use = BUTTERFLY_CERTIFICATE}};
	const struct butterfly *each[] = {&b[0], &b[1]};
	struct butterfly_index ij[N] = {{1, 2}};
	struct scalar f[2 * N];

	b[1].use = BUTTERFLY_ENCRYPTION;
	secrets(&b[0].expansion, 16);
	secrets(&b[1].expansion, 16);
	butterfly_expand_many(f, each, 2, ij, N);
	still_secret("butterfly_many", f, sizeof(f));
}

/*
 * Hashes and ciphers
 */

/* Messages of several lengths in one memory. */
#define TEXT 200

static void
texts(struct bytes *out, const uint8_t *from)
{
	for (size_t i = 0; i < N; i++)
		out[i] = (struct bytes){from + 7 * i, i < 9 ? 150 : 10 * i};
}

static void
hashes(void)
{
	uint8_t text[TEXT + 7 * N], p1[32], derived[48 * N], one[48];
	struct bytes in[N];
	struct digest out[N];

	secrets(text, sizeof(text));
	octets(p1, sizeof(p1));
	texts(in, text);
	sha256_batch(out, in, N);
	still_secret("sha256", out, sizeof(out));
	sha256_to_sign(out, in, p1, N);
	still_secret("sha256_to_sign", out, sizeof(out));
	hmac_sha256_batch(out, in, in, N);
	still_secret("hmac", out, sizeof(out));
	kdf2_sha256_batch(derived, 48, in, BYTES(p1), N);
	still_secret("kdf2", derived, sizeof(derived));
	hmac_sha256(one, in[0], in[1]);
	kdf2_sha256(one, 48, in[0].p, 32, p1, 32);
}

static void
ccm(void)
{
	uint8_t text[TEXT + 7 * N], sealed[N][TEXT + 16], opened[N][TEXT];
	uint8_t nonce[N][12];
	struct ccm_item m[N];
	struct key16 key[N];
	struct bytes in[N];

	secrets(text, sizeof(text));
	secrets(key, sizeof(key));
	octets(nonce, sizeof(nonce));
	texts(in, text);
	for (size_t i = 0; i < N; i++)
		m[i] = (struct ccm_item){key[i].b, nonce[i], in[i], sealed[i]};
	ccm_seal(m, N);
	for (size_t i = 0; i < N; i++) {
		still_secret("ccm_seal", sealed[i], in[i].n + 16);
		ct_public(sealed[i], in[i].n + 16);
		m[i].in = (struct bytes){sealed[i], in[i].n + 16};
		m[i].out = opened[i];
	}
	must(ccm_open(m, NULL, N));
	for (size_t i = 0; i < N; i++)
		still_secret("ccm_open", opened[i], in[i].n);
}

static void
aes(void)
{
	struct key16 key;
	uint8_t x[16 * N];

	secrets(&key, sizeof(key));
	secrets(x, sizeof(x));
	aes_blocks(x, &key, x, N);
	still_secret("aes", x, sizeof(x));
}

static void
linkage(void)
{
	static const uint8_t la_id[2] = {0x2a, 0xa0};
	struct key16 seed[N], chain[3 * N];
	struct lv lv[20 * N];
	uint8_t ei[16];

	secrets(seed, sizeof(seed));
	linkage_chain(chain, la_id, seed, 3);
	linkage_chains(chain, la_id, seed, N, 3);
	still_secret("linkage_chains", chain, sizeof(chain));
	linkage_step(seed, la_id, seed, N);
	still_secret("linkage_step", seed, sizeof(seed));
	linkage_plv(lv, la_id, seed, N, 0, 20);
	still_secret("linkage_plv", lv, sizeof(lv));
	linkage_group_index(ei, seed, 1, 2);
	still_secret("linkage_group_index", ei, sizeof(ei));
}

/*
 * Leaks, which must be reported.
 */

static volatile unsigned seen;

static void
leak_branch(void)
{
	uint8_t secret[16];

	secrets(secret, sizeof(secret));
	if (secret[3] & 1)
		seen++;
}

static void
leak_address(void)
{
	static const uint8_t table[256] = {1, 2, 3};
	uint8_t secret[16];

	secrets(secret, sizeof(secret));
	seen += table[secret[5]];
}

/* The leak of a real operation: whether the product of two secret scalars,
 * as the engine computed it, is odd. */
static void
leak_engine(void)
{
	struct scalar k[N];
	struct point out[N];

	secret_keys(k);
	must(p256_base_mul(out, k, NULL, N));
	if (out[N - 1].y[31] & 1)
		seen++;
}

/* The mark outlives a wrong comparison of tags. */
static void
leak_compare(void)
{
	uint8_t secret[16], other[16] = {0};

	secrets(secret, sizeof(secret));
	if (memcmp(secret, other, sizeof(secret)) == 0)
		seen++;
}

static const struct {
	const char *name;
	void (*run)(void);
	/* The portable engine leaves it to OpenSSL. */
	bool openssl;
} table[] = {
    {"base_mul", base_mul, true},
    {"base_mul_few", base_mul_few, true},
    {"add_base_mul", add_base_mul, true},
    {"mul", mul, true},
    {"known_mul", known_mul, true},
    {"generate", generate, true},
    {"scalars", scalars, false},
    {"scalar_verdicts", scalar_verdicts, false},
    {"scalar_batches", scalar_batches, false},
    {"sign", sign, true},
    {"issue", issue, true},
    {"share", share, true},
    {"ecies", ecies, true},
    {"butterfly", butterfly, true},
    {"butterfly_many", butterfly_many, true},
    {"hashes", hashes, true},
    {"ccm", ccm, true},
    {"aes", aes, true},
    {"linkage", linkage, true},
    {"leak_branch", leak_branch, false},
    {"leak_address", leak_address, false},
    {"leak_engine", leak_engine, true},
    {"leak_compare", leak_compare, false},
};
#define COUNT (sizeof(table) / sizeof(table[0]))

static void
choose(const char *name)
{
	const struct engine *e = strcmp(name, "emulated") == 0
				     ? &emulated_engine
				     : engine_find(name);

	if (e == NULL) {
		printf("skipped: this machine cannot run %s\n", name);
		exit(77);
	}
	engine_use_for_tests(&portable_engine);
	octets(d, sizeof(d));
	must(p256_base_mul(Q, d, NULL, N));
	ct_public(Q, sizeof(Q));
	engine_use_for_tests(e);
	random_replace(draw, NULL);
}

static void
run(size_t i)
{
	printf("%s\n", table[i].name);
	fflush(stdout);
	table[i].run();
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		errx(2, "usage: ct ENGINE [NAME...]");
	if (!ct_watched())
		errx(2, "nobody watches");
	choose(argv[1]);
	for (size_t i = 0; argc == 2 && i < COUNT; i++)
		if (strncmp(table[i].name, "leak", 4) != 0 &&
		    !(table[i].openssl && strcmp(argv[1], "portable") == 0))
			run(i);
	for (int a = 2; a < argc; a++) {
		size_t i = 0;

		while (i < COUNT && strcmp(table[i].name, argv[a]) != 0)
			i++;
		if (i == COUNT)
			errx(2, "%s: no such name", argv[a]);
		run(i);
	}
	random_replace(NULL, NULL);
	return 0;
}
