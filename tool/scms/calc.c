/*
 * calc.c - scms calc: the cryptography of the daemons for those who check an
 * implementation of their own.  Hex in, one JSON object out.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "crypto/butterfly.h"
#include "crypto/ecies.h"
#include "crypto/ecqv.h"
#include "crypto/linkage.h"
#include "tool/scms/calc.h"
#include "tool/scms/cmd.h"

#define ARENA_LIMIT ((size_t)4 << 20)
#define OPTIONS_MAX 6
#define KDF_MAX	    1024
#define STEPS_MAX   65535

/* The value of one option, parsed as its kind says. */
struct calc_value {
	bool given;
	struct bytes hex;   /* HEX, FILE: its contents */
	uint64_t number;    /* NUMBER */
	struct point point; /* POINT */
	const char *word;   /* WORD */
};

enum kind { HEX, NUMBER, POINT, WORD, FILE_CONTENTS };

struct option {
	const char *name;
	enum kind kind;
	size_t octets; /* HEX: exactly, 0: any; NUMBER: max */
	bool optional;
};

struct calculation {
	const char *name, *usage;
	struct option option[OPTIONS_MAX]; /* "" : the one argument */
	enum fault (*run)(json_t *, struct calc_value *, struct fault_info *);
};

void
calc_put(json_t *out, const char *name, const void *p, size_t n)
{
	char *hex = malloc(2 * n + 1);

	if (hex == NULL)
		abort();
	hex_encode(hex, p, n);
	json_object_set_new(out, name, json_string(hex));
	wipe(hex, 2 * n);
	free(hex);
}

void
calc_put_point(json_t *out, const char *name, const struct point *p)
{
	uint8_t sec1[33];

	point_to_sec1(sec1, p);
	calc_put(out, name, sec1, sizeof(sec1));
}

static struct key16
key16_of(const struct calc_value *v)
{
	struct key16 k;

	memcpy(k.b, v->hex.p, sizeof(k.b));
	return k;
}

static struct scalar
scalar_of(const struct calc_value *v)
{
	struct scalar k;

	memcpy(k.b, v->hex.p, sizeof(k.b));
	return k;
}

static enum fault
run_hash(json_t *out, struct calc_value *v, struct fault_info *fi)
{
	static const struct {
		const char *name;
		size_t n;
	} ids[] = {
	    {"hashedId3", 3},
	    {"hashedId8", 8},
	    {"hashedId10", 10},
	};
	uint8_t hash[SHA256_SIZE], hash384[SHA384_SIZE];
	size_t i;

	(void)fi;
	sha256(hash, v[0].hex);
	sha384(hash384, v[0].hex);
	calc_put(out, "sha256", hash, sizeof(hash));
	for (i = 0; i < sizeof(ids) / sizeof(*ids); i++)
		calc_put(
		    out, ids[i].name, hash + sizeof(hash) - ids[i].n, ids[i].n);
	calc_put(out, "sha384", hash384, sizeof(hash384));
	return FAULT_OK;
}

static enum fault
run_butterfly(json_t *out, struct calc_value *v, struct fault_info *fi)
{
	const struct butterfly_index ij = {
	    (uint32_t)v[0].number, (uint32_t)v[1].number};
	struct butterfly b = {.expansion = key16_of(&v[3])};
	struct point A, B;
	struct scalar f, a, d;

	if (strcmp(v[2].word, "cert") == 0)
		b.use = BUTTERFLY_CERTIFICATE;
	else if (strcmp(v[2].word, "enc") == 0)
		b.use = BUTTERFLY_ENCRYPTION;
	else
		return fault_set(fi, FAULT_USAGE, "--use is cert or enc");
	if (v[4].given == v[5].given)
		return fault_set(fi, FAULT_USAGE,
		    "give one of --seed-public and --seed-private");
	butterfly_expand(&f, &b, &ij, 1);
	calc_put(out, "f", f.b, sizeof(f.b));
	A = v[4].point;
	if (v[5].given) {
		a = scalar_of(&v[5]);
		if (!scalar_valid(&a) ||
		    p256_base_mul(&A, &a, NULL, 1) != FAULT_OK ||
		    butterfly_private(&d, &b, &a, &ij, NULL, 1) != FAULT_OK)
			return fault_set(fi, FAULT_BAD_SCALAR,
			    "--seed-private gives no key");
		calc_put(out, "private", d.b, sizeof(d.b));
	}
	if (butterfly_public(&B, &b, &A, &ij, NULL, 1) != FAULT_OK)
		return fault_set(fi, FAULT_BAD_POINT, "no cocoon key");
	calc_put_point(out, "public", &B);
	return FAULT_OK;
}

static enum fault
run_linkage_seed(json_t *out, struct calc_value *v, struct fault_info *fi)
{
	struct key16 seed = key16_of(&v[1]);
	uint64_t i;

	(void)fi;
	for (i = 0; i < v[2].number; i++)
		linkage_step(&seed, v[0].hex.p, &seed, 1);
	calc_put(out, "linkage_seed", seed.b, sizeof(seed.b));
	return FAULT_OK;
}

static enum fault
run_plv(json_t *out, struct calc_value *v, struct fault_info *fi)
{
	const struct key16 seed = key16_of(&v[1]);
	struct lv plv;

	(void)fi;
	linkage_plv(&plv, v[0].hex.p, &seed, 1, (uint32_t)v[2].number, 1);
	calc_put(out, "pre_linkage_value", plv.b, sizeof(plv.b));
	return FAULT_OK;
}

static enum fault
run_lv(json_t *out, struct calc_value *v, struct fault_info *fi)
{
	struct key16 seed;
	struct lv plv[2];
	int la;

	(void)fi;
	for (la = 0; la < 2; la++) {
		seed = key16_of(&v[2 * la + 1]);
		linkage_plv(&plv[la], v[(ptrdiff_t)2 * la].hex.p, &seed, 1,
		    (uint32_t)v[4].number, 1);
	}
	linkage_combine(&plv[0], &plv[0], &plv[1], 1);
	calc_put(out, "linkage_value", plv[0].b, sizeof(plv[0].b));
	return FAULT_OK;
}

static enum fault
run_ecqv_public(json_t *out, struct calc_value *v, struct fault_info *fi)
{
	struct point q;
	struct digest e;

	TRY(calc_ecqv(&q, &e, v[0].hex, v[1].hex, fi));
	calc_put_point(out, "public", &q);
	return FAULT_OK;
}

static enum fault
run_ecqv_private(json_t *out, struct calc_value *v, struct fault_info *fi)
{
	struct ecqv_share share = {scalar_of(&v[2]), scalar_of(&v[3])};
	struct scalar d;
	struct point q;
	struct digest e;

	TRY(calc_ecqv(&q, &e, v[0].hex, v[1].hex, fi));
	if (ecqv_private(&d, &share, &e, &q, NULL, 1) != FAULT_OK)
		return fault_set(fi, FAULT_KEY_MISMATCH,
		    "request key and r do not give the certificate's key");
	calc_put(out, "private", d.b, sizeof(d.b));
	calc_put_point(out, "public", &q);
	wipe(&d, sizeof(d));
	return FAULT_OK;
}

static enum fault
run_ecies_encrypt(json_t *out, struct calc_value *v, struct fault_info *fi)
{
	const struct key16 key = key16_of(&v[1]);
	uint8_t sec1[33];
	struct ecies e;

	if (ecies_encrypt(&e, &v[0].point, &key, v[2].hex.p, NULL, 1) !=
	    FAULT_OK)
		return fault_set(fi, FAULT_BAD_POINT, "--public");
	sec1[0] = (uint8_t)(2 + e.v.y_bit);
	memcpy(sec1 + 1, e.v.x, sizeof(e.v.x));
	calc_put(out, "v", sec1, sizeof(sec1));
	calc_put(out, "c", e.c, sizeof(e.c));
	calc_put(out, "t", e.t, sizeof(e.t));
	return FAULT_OK;
}

static enum fault
run_ecies_decrypt(json_t *out, struct calc_value *v, struct fault_info *fi)
{
	const struct scalar d = scalar_of(&v[0]);
	struct key16 key;
	struct ecies e;
	enum fault f;

	point_compress(&e.v, &v[1].point);
	memcpy(e.c, v[2].hex.p, sizeof(e.c));
	memcpy(e.t, v[3].hex.p, sizeof(e.t));
	f = ecies_decrypt(&key, &e, &d, v[4].hex.p, NULL, 1);
	if (f != FAULT_OK)
		return fault_set(fi, f, "%s", fault_text(f));
	calc_put(out, "key", key.b, sizeof(key.b));
	return FAULT_OK;
}

static enum fault
run_kdf2(json_t *out, struct calc_value *v, struct fault_info *fi)
{
	uint8_t key[KDF_MAX];

	if (v[2].number == 0)
		return fault_set(fi, FAULT_USAGE, "--length is 1..%d", KDF_MAX);
	kdf2_sha256(
	    key, v[2].number, v[0].hex.p, v[0].hex.n, v[1].hex.p, v[1].hex.n);
	calc_put(out, "key", key, v[2].number);
	return FAULT_OK;
}

static enum fault
run_mac1(json_t *out, struct calc_value *v, struct fault_info *fi)
{
	uint8_t mac[SHA256_SIZE];

	(void)fi;
	hmac_sha256(mac, v[0].hex, v[1].hex);
	calc_put(out, "tag", mac, sizeof(mac) / 2);
	calc_put(out, "hmac_sha256", mac, sizeof(mac));
	return FAULT_OK;
}

static enum fault
run_ccm(json_t *out, struct calc_value *v, bool seal, struct fault_info *fi)
{
	uint8_t *text = malloc(v[2].hex.n + CCM_TAG_SIZE);
	const struct ccm_item item = {v[0].hex.p, v[1].hex.p, v[2].hex, text};
	enum fault f = FAULT_OK;

	if (text == NULL)
		abort();
	if (seal)
		ccm_seal(&item, 1);
	else if ((f = ccm_open(&item, NULL, 1)) != FAULT_OK)
		fault_set(fi, f, "%s", fault_text(f));
	if (f == FAULT_OK && seal)
		calc_put(out, "ciphertext", text, v[2].hex.n + CCM_TAG_SIZE);
	else if (f == FAULT_OK)
		calc_put(out, "plaintext", text, v[2].hex.n - CCM_TAG_SIZE);
	free(text);
	return f;
}

static enum fault
run_ccm_encrypt(json_t *out, struct calc_value *v, struct fault_info *fi)
{
	return run_ccm(out, v, true, fi);
}

static enum fault
run_ccm_decrypt(json_t *out, struct calc_value *v, struct fault_info *fi)
{
	return run_ccm(out, v, false, fi);
}

/* clang-format off */
static const struct calculation calculations[] = {
	{ "hash", "HEX", { { "", HEX, 0, false } }, run_hash },
	{ "butterfly", "--i N --j N --use cert|enc --expansion HEX "
	    "(--seed-public HEX | --seed-private HEX)", {
		{ "--i", NUMBER, UINT32_MAX, false },
		{ "--j", NUMBER, UINT32_MAX, false },
		{ "--use", WORD, 0, false },
		{ "--expansion", HEX, 16, false },
		{ "--seed-public", POINT, 0, true },
		{ "--seed-private", HEX, 32, true } }, run_butterfly },
	{ "linkage-seed", "--la-id HEX --seed HEX --steps N", {
		{ "--la-id", HEX, 2, false }, { "--seed", HEX, 16, false },
		{ "--steps", NUMBER, STEPS_MAX, false } }, run_linkage_seed },
	{ "plv", "--la-id HEX --seed HEX --j N", {
		{ "--la-id", HEX, 2, false }, { "--seed", HEX, 16, false },
		{ "--j", NUMBER, UINT32_MAX, false } }, run_plv },
	{ "lv", "--la1-id HEX --seed1 HEX --la2-id HEX --seed2 HEX --j N", {
		{ "--la1-id", HEX, 2, false }, { "--seed1", HEX, 16, false },
		{ "--la2-id", HEX, 2, false }, { "--seed2", HEX, 16, false },
		{ "--j", NUMBER, UINT32_MAX, false } }, run_lv },
	{ "ecqv-public", "--cert FILE --issuer FILE", {
		{ "--cert", FILE_CONTENTS, 0, false },
		{ "--issuer", FILE_CONTENTS, 0, false } }, run_ecqv_public },
	{ "ecqv-private", "--cert FILE --issuer FILE --request-private HEX "
	    "--r HEX", {
		{ "--cert", FILE_CONTENTS, 0, false },
		{ "--issuer", FILE_CONTENTS, 0, false },
		{ "--request-private", HEX, 32, false },
		{ "--r", HEX, 32, false } }, run_ecqv_private },
	{ "ecies-encrypt", "--public HEX --key HEX --p1 HEX", {
		{ "--public", POINT, 0, false }, { "--key", HEX, 16, false },
		{ "--p1", HEX, 32, false } }, run_ecies_encrypt },
	{ "ecies-decrypt", "--private HEX --v HEX --c HEX --t HEX --p1 HEX", {
		{ "--private", HEX, 32, false }, { "--v", POINT, 0, false },
		{ "--c", HEX, 16, false }, { "--t", HEX, 16, false },
		{ "--p1", HEX, 32, false } }, run_ecies_decrypt },
	{ "kdf2", "--secret HEX --p1 HEX --length N", {
		{ "--secret", HEX, 0, false }, { "--p1", HEX, 0, false },
		{ "--length", NUMBER, KDF_MAX, false } }, run_kdf2 },
	{ "mac1", "--key HEX --message HEX", {
		{ "--key", HEX, 0, false }, { "--message", HEX, 0, false } },
	    run_mac1 },
	{ "ccm-encrypt", "--key HEX --nonce HEX --plaintext HEX", {
		{ "--key", HEX, 16, false }, { "--nonce", HEX, 12, false },
		{ "--plaintext", HEX, 0, false } }, run_ccm_encrypt },
	{ "ccm-decrypt", "--key HEX --nonce HEX --ciphertext HEX", {
		{ "--key", HEX, 16, false }, { "--nonce", HEX, 12, false },
		{ "--ciphertext", HEX, 0, false } }, run_ccm_decrypt },
};
/* clang-format on */

#define CALCULATIONS (sizeof(calculations) / sizeof(*calculations))

static enum fault
parse_hex(struct calc_value *v, const struct option *o, const char *text,
    struct arena *arena, struct fault_info *fi)
{
	if (!hex_decode_new(arena, &v->hex, text))
		return fault_set(
		    fi, FAULT_USAGE, "%s: not hexadecimal", o->name);
	if (o->octets != 0 && v->hex.n != o->octets)
		return fault_set(fi, FAULT_USAGE, "%s: %zu octets, not %zu",
		    o->name, o->octets, v->hex.n);
	return FAULT_OK;
}

static enum fault
parse_number(struct calc_value *v, const struct option *o, const char *text,
    struct fault_info *fi)
{
	unsigned long long n;
	char *end;

	n = strtoull(text, &end, 0);
	if (*text < '0' || *text > '9' || *end != '\0' || n > o->octets)
		return fault_set(fi, FAULT_USAGE, "%s: a number of 0..%zu",
		    o->name, o->octets);
	v->number = n;
	return FAULT_OK;
}

static enum fault
parse_value(struct calc_value *v, const struct option *o, const char *text,
    struct arena *arena, struct fault_info *fi)
{
	v->given = true;
	switch (o->kind) {
	case HEX:
		return parse_hex(v, o, text, arena, fi);
	case POINT:
		TRY(parse_hex(v, o, text, arena, fi));
		if (point_of_sec1(&v->point, v->hex) != FAULT_OK)
			return fault_set(fi, FAULT_BAD_POINT,
			    "%s: not a point of P-256", o->name);
		return FAULT_OK;
	case NUMBER:
		return parse_number(v, o, text, fi);
	case WORD:
		v->word = text;
		return FAULT_OK;
	case FILE_CONTENTS:
		return file_read(&v->hex, arena, text, ARENA_LIMIT / 4, fi);
	}
	return FAULT_INTERNAL;
}

static enum fault
parse_options(struct calc_value v[OPTIONS_MAX], const struct calculation *c,
    char **argv, struct arena *arena, struct fault_info *fi)
{
	size_t i;

	for (; *argv != NULL; argv++) {
		for (i = 0; i < OPTIONS_MAX; i++)
			if (c->option[i].name != NULL &&
			    (*c->option[i].name == '\0' ||
				strcmp(*argv, c->option[i].name) == 0))
				break;
		if (i == OPTIONS_MAX || v[i].given)
			return fault_set(fi, FAULT_USAGE, "%s: %s", *argv,
			    i == OPTIONS_MAX ? "unknown" : "given twice");
		if (*c->option[i].name != '\0' && *++argv == NULL)
			return fault_set(fi, FAULT_USAGE, "%s: value missing",
			    c->option[i].name);
		TRY(parse_value(&v[i], &c->option[i], *argv, arena, fi));
	}
	for (i = 0; i < OPTIONS_MAX && c->option[i].name != NULL; i++)
		if (!v[i].given && !c->option[i].optional)
			return fault_set(fi, FAULT_USAGE, "%s is missing",
			    *c->option[i].name == '\0' ? "HEX"
						       : c->option[i].name);
	return FAULT_OK;
}

static void
usage(void)
{
	size_t i;

	for (i = 0; i < CALCULATIONS; i++)
		fprintf(stderr, "%s scms calc %s %s\n",
		    i == 0 ? "usage:" : "      ", calculations[i].name,
		    calculations[i].usage);
}

static enum fault
calculate(const struct calculation *c, char **argv, struct fault_info *fi)
{
	struct arena arena = arena_new(ARENA_LIMIT);
	struct calc_value v[OPTIONS_MAX] = {0};
	json_t *out = json_object();
	enum fault f;

	f = parse_options(v, c, argv, &arena, fi);
	if (f == FAULT_OK)
		f = c->run(out, v, fi);
	if (f == FAULT_OK && (json_dumpf(out, stdout, JSON_INDENT(1)) != 0 ||
				 puts("") == EOF || fflush(stdout) != 0))
		f = fault_set(fi, FAULT_IO, "cannot write the result");
	json_decref(out);
	arena_free(&arena);
	return f;
}

int
cmd_calc(int argc, char **argv)
{
	struct fault_info fi;
	size_t i;

	if (argc < 2) {
		usage();
		return 1;
	}
	for (i = 0; i < CALCULATIONS; i++)
		if (strcmp(argv[1], calculations[i].name) == 0)
			break;
	if (i == CALCULATIONS) {
		fprintf(
		    stderr, "scms calc: %s: no such calculation\n", argv[1]);
		usage();
		return 1;
	}
	if (calculate(&calculations[i], argv + 2, &fi) != FAULT_OK) {
		fprintf(stderr, "scms calc %s: %s\n", argv[1], fi.text);
		return 1;
	}
	return 0;
}
