/* enroll_test.c - certificate requests and bootstrap bundles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/sha.h>

#include "base/time32.h"
#include "device/zipfile.h"
#include "test/unit/device/folder.h"
#include "test/unit/device/world_int.h"

static char dir[PATH_SIZE];

static int
set_up(void **state)
{
	(void)state;
	temporary_folder(dir);
	world_clock(WORLD_NOW);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	remove_folder(dir);
	return 0;
}

static struct bytes
read_in(struct arena *arena, const char *folder, const char *name)
{
	char path[PATH_SIZE];
	struct bytes file;
	struct fault_info fi = {0};

	path_join(path, folder, name);
	MUST(file_read(&file, arena, path, 1u << 20, &fi));
	return file;
}

/* ---- the request, by OpenSSL and by hand ---- */

/* ECDSA with the compressed key over a digest, by EVP. */
static bool
openssl_verifies(const uint8_t point[33], const uint8_t digest[32],
    const uint8_t r[32], const uint8_t s[32])
{
	OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string(
		OSSL_PKEY_PARAM_GROUP_NAME, (char[]){"P-256"}, 0),
	    OSSL_PARAM_construct_octet_string(
		OSSL_PKEY_PARAM_PUB_KEY, (void *)(uintptr_t)point, 33),
	    OSSL_PARAM_construct_end()};
	EVP_PKEY_CTX *make = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	ECDSA_SIG *rs = ECDSA_SIG_new();
	EVP_PKEY_CTX *check;
	EVP_PKEY *key = NULL;
	uint8_t *der = NULL;
	int n, ok;

	assert_int_equal(EVP_PKEY_fromdata_init(make), 1);
	assert_int_equal(
	    EVP_PKEY_fromdata(make, &key, EVP_PKEY_PUBLIC_KEY, params), 1);
	ECDSA_SIG_set0(rs, BN_bin2bn(r, 32, NULL), BN_bin2bn(s, 32, NULL));
	n = i2d_ECDSA_SIG(rs, &der);
	check = EVP_PKEY_CTX_new(key, NULL);
	assert_int_equal(EVP_PKEY_verify_init(check), 1);
	ok = EVP_PKEY_verify(check, der, (size_t)n, digest, 32);
	OPENSSL_free(der);
	EVP_PKEY_CTX_free(check);
	EVP_PKEY_CTX_free(make);
	EVP_PKEY_free(key);
	ECDSA_SIG_free(rs);
	return ok == 1;
}

static unsigned
time_at(const uint8_t *p)
{
	return (unsigned)p[0] << 24 | (unsigned)p[1] << 16 |
	       (unsigned)p[2] << 8 | p[3];
}

/*
 * The octets that asn1-facts.md 8 explains one by one, for 6 years and with
 * minChainLength 0; then key, signature, and the rule of asn1-facts.md 1:
 * SHA-256(SHA-256(request, extra octet included) || SHA-256("")).
 */
static void
check_request(struct bytes request, bool extra)
{
	static const char fixed[] = "01"
				    "81"
				    "80"
				    "00"
				    "01"
				    "%08x"
				    "44"
				    "8100"
				    "000000"
				    "0000"
				    "%08x"
				    "860006"
				    "83"
				    "0103"
				    "80007c"
				    "8001e4"
				    "800348"
				    "0101"
				    "80"
				    "80"
				    "0102"
				    "800120"
				    "80"
				    "010100"
				    "800126"
				    "80"
				    "010100"
				    "0100"
				    "8080";
	const uint8_t *p = request.p, *pdu = p + (extra ? 6 : 5), *key;
	uint8_t want[256], point[33], both[64], digest[32];
	char text[512];
	unsigned now, start;
	size_t n;

	assert_memory_equal(p, "\x03\x83\x81", 3);
	assert_int_equal(p[3], request.n - 4);
	assert_int_equal(p[4], 0);
	assert_int_equal(p[5], extra ? 0 : 1);
	/* The clock goes on while keys are made. */
	now = time_at(pdu + 5);
	assert_in_range(now, WORLD_NOW, WORLD_NOW + 60);
	start = time_at(pdu + 17);
	assert_in_range(start, WORLD_NOW, WORLD_NOW + 60);
	snprintf(text, sizeof(text), fixed, now, start);
	n = strlen(text) / 2;
	assert_true(hex_decode(want, n, text));
	assert_memory_equal(pdu, want, n);
	key = pdu + n;
	assert_true(key[0] == 0x82 || key[0] == 0x83);
	point[0] = (uint8_t)(key[0] - 0x80);
	memcpy(point + 1, key + 1, 32);
	assert_memory_equal(key + 33, "\x82\x80\x80", 3);
	assert_int_equal(key + 33 + 3 + 64 - p, request.n);
	SHA256(p + 5, (size_t)(key + 33 - p - 5), both);
	SHA256(NULL, 0, both + 32);
	SHA256(both, sizeof(both), digest);
	assert_true(openssl_verifies(point, digest, key + 36, key + 68));
	digest[0] ^= 1;
	assert_false(openssl_verifies(point, digest, key + 36, key + 68));
}

static const struct monarch_psid psids[] = {{.psid = 0x20}, {.psid = 0x26}};
static const struct monarch_country north_america[] = {
    {.country = 124}, {.country = 484}, {.country = 840}};

static void
make_device(char out[PATH_SIZE], const char *name, bool extra)
{
	const struct monarch_csr_terms terms = {.psids = psids,
	    .psids_n = 2,
	    .region = {.country = north_america, .n = 3},
	    .extra_octet = extra};
	struct fault_info fi = {0};

	path_join(out, dir, name);
	MUST(monarch_csr_new(out, &terms, &fi));
}

static void
requests_are_what_the_field_sends(void **state)
{
	struct arena arena = arena_new(1u << 20);
	char folder[PATH_SIZE];

	(void)state;
	make_device(folder, "plain", false);
	check_request(read_in(&arena, folder, "request.oer"), false);
	make_device(folder, "extra", true);
	check_request(read_in(&arena, folder, "request.oer"), true);
	arena_free(&arena);
}

static unsigned
mode_of(const char *folder, const char *name)
{
	char path[PATH_SIZE];
	struct stat st;

	path_join(path, folder, name);
	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 0777;
}

static void
keys_stay_with_the_device(void **state)
{
	const struct zip_limits limits = {10, 1000, 10000};
	struct arena arena = arena_new(4u << 20);
	char one[PATH_SIZE], two[PATH_SIZE], path[PATH_SIZE];
	const char *folders[] = {one, two};
	struct zip_entry *entry;
	struct fault_info fi = {0};
	struct bytes zip, key;
	size_t n;

	(void)state;
	make_device(one, "one", false);
	make_device(two, "two", false);
	path_join(path, dir, "csr.zip");
	MUST(monarch_csr_zip(path, folders, 2, &fi));
	zip = read_in(&arena, dir, "csr.zip");
	MUST(zipfile_read(&entry, &n, &arena, zip, &limits, &fi));
	assert_int_equal(n, 2);
	assert_string_equal(entry[0].name, "one.oer");
	assert_string_equal(entry[1].name, "two.oer");
	assert_true(
	    bytes_equal(entry[1].data, read_in(&arena, two, "request.oer")));
	key = read_in(&arena, one, "request.key");
	assert_int_equal(key.n, 32);
	assert_null(memmem(zip.p, zip.n, key.p, key.n));
	assert_false(bytes_equal(key, read_in(&arena, two, "request.key")));
	assert_int_equal(mode_of(one, "request.key"), 0600);
	assert_int_equal(mode_of(dir, "one"), 0700);
	arena_free(&arena);
}

static void
a_device_is_never_made_twice(void **state)
{
	const struct monarch_csr_terms terms = {.psids = psids,
	    .psids_n = 2,
	    .region = {.country = north_america, .n = 1}};
	const struct monarch_csr_terms nothing = {0};
	char folder[PATH_SIZE];
	uint8_t before[32], after[32];

	(void)state;
	make_device(folder, "obe", false);
	folder_digest(before, dir);
	assert_int_equal(monarch_csr_new(folder, &terms, NULL), FAULT_EXISTS);
	path_join(folder, dir, "none");
	assert_int_equal(monarch_csr_new(folder, &nothing, NULL), FAULT_USAGE);
	folder_digest(after, dir);
	assert_memory_equal(before, after, 32);
}

/* ---- bundles ---- */

static void
a_good_bundle_is_taken_once_and_again(void **state)
{
	struct world *w = world_new();
	struct arena arena = arena_new(32u << 20);
	char folder[PATH_SIZE], zip[PATH_SIZE];
	const char *folders[] = {folder};
	struct monarch_status status;
	struct fault_info fi = {0};
	struct bytes bundle, other, mine;
	uint8_t hash[32];

	(void)state;
	make_device(folder, "obe", false);
	path_join(zip, dir, "csr.zip");
	MUST(monarch_csr_zip(zip, folders, 1, &fi));
	bundle = world_bundle(
	    w, &arena, read_in(&arena, dir, "csr.zip"), NULL, NULL);
	MUST(monarch_status(folder, &status, &fi));
	assert_false(status.bootstrapped);
	MUST(world_bootstrap(folder, bundle, &fi));
	MUST(world_bootstrap(folder, bundle, &fi));
	MUST(monarch_status(folder, &status, &fi));
	assert_true(status.bootstrapped);
	assert_false(status.provisioned);
	assert_string_equal(status.ra, "https://" WORLD_RA ":8892");
	assert_true(status.enrollment_end > WORLD_NOW + 5 * 31556952u);
	mine = read_in(&arena, folder, "bundle/enrollment.oer");
	SHA256(mine.p, mine.n, hash);
	assert_memory_equal(status.enrollment, hash + 24, 8);
	/* Another certificate for the same device is another bundle. */
	other = world_bundle(
	    w, &arena, read_in(&arena, dir, "csr.zip"), NULL, NULL);
	assert_int_equal(world_bootstrap(folder, other, &fi), FAULT_EXISTS);
	arena_free(&arena);
	world_free(w);
}

/* How a bundle is spoiled, and what the device must say. */
struct spoil {
	const char *file; /* whose data changes; NULL: none */
	const char *by;	  /* it gets the data of this one; NULL: see flip */
	int flip;	  /* octet from the end to be changed; -1: file goes */
	const char *text; /* or it gets this text */
	enum fault fault;
	uint32_t later;	   /* seconds */
	const char *named; /* instead of file; NULL: file */
};

static const char *
base_of(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash == NULL ? name : slash + 1;
}

static struct bytes
find_data(const struct world_file *file, size_t n, const char *name)
{
	for (size_t k = 0; k < n; k++)
		if (strcmp(base_of(file[k].name), name) == 0)
			return file[k].data;
	return BYTES_NONE;
}

static void
spoil_bundle(void *ctx, struct world_file *file, size_t n)
{
	static uint8_t copy[65536];
	const struct spoil *s = ctx;

	for (size_t k = 0; k < n; k++) {
		struct bytes *data = &file[k].data;

		if (s->file == NULL ||
		    strcmp(base_of(file[k].name), s->file) != 0)
			continue;
		if (s->text != NULL) {
			*data = bytes_of_string(s->text);
		} else if (s->by != NULL) {
			*data = find_data(file, n, s->by);
		} else if (s->flip < 0) {
			file[k].name = "elsewhere/file";
		} else {
			memcpy(copy, data->p, data->n);
			copy[data->n - 1 - (size_t)s->flip] ^= 1;
			*data = (struct bytes){copy, data->n};
		}
		return;
	}
}

#define YEAR 31556952u

static void
a_bad_bundle_is_refused_and_changes_nothing(void **state)
{
	static const struct spoil spoil[] = {
	    {"enrollment.oer", NULL, -1, NULL, FAULT_NOT_FOUND, 0, NULL},
	    {"elector3.oer", NULL, -1, NULL, FAULT_NOT_FOUND, 0, NULL},
	    {"root.oer", NULL, 0, NULL, FAULT_BAD_SIGNATURE, 0, NULL},
	    {"root.oer", "ICA.oer", 0, NULL, FAULT_SSP_NOT_PERMITTED, 0, NULL},
	    {"elector2.oer", NULL, 0, NULL, FAULT_BAD_SIGNATURE, 0, NULL},
	    {"elector1.oer", "root.oer", 0, NULL, FAULT_SSP_NOT_PERMITTED, 0,
		NULL},
	    {"ICA.oer", NULL, 0, NULL, FAULT_BAD_SIGNATURE, 0, NULL},
	    {"ECA.oer", NULL, 0, NULL, FAULT_BAD_SIGNATURE, 0, NULL},
	    {"PCA.oer", "RA.oer", 0, NULL, FAULT_WRONG_PROFILE, 0, NULL},
	    {"RA.oer", NULL, 0, NULL, FAULT_BAD_SIGNATURE, 0, NULL},
	    {"MA.oer", NULL, 0, NULL, FAULT_BAD_SIGNATURE, 0, NULL},
	    {"PG.oer", NULL, 0, NULL, FAULT_BAD_SIGNATURE, 0, NULL},
	    {"CRLG.oer", NULL, 0, NULL, FAULT_BAD_SIGNATURE, 0, NULL},
	    {"LCCF.oer", "CRL.oer", 0, NULL, FAULT_COUNT, 0, NULL},
	    {"LPF.oer", NULL, 0, NULL, FAULT_BAD_SIGNATURE, 0, NULL},
	    {"CRL.oer", NULL, 0, NULL, FAULT_COUNT, 0, NULL},
	    {"root.tls", "root.oer", 0, NULL, FAULT_BAD_MESSAGE, 0, NULL},
	    {"RA_URL.txt", NULL, 0, "https://ra.other.test:8892", FAULT_DENIED,
		0, "RA.oer"},
	    {"RA_URL.txt", NULL, 0, "http://" WORLD_RA, FAULT_BAD_MESSAGE, 0,
		NULL},
	    {"Cert_DL_URL.txt", NULL, 0, "https://evil.test/", FAULT_DENIED, 0,
		NULL},
	    {"enrollment.oer", "PCA.oer", 0, NULL, FAULT_WRONG_PROFILE, 0,
		NULL},
	    {"enrollment.oer", NULL, 0, NULL, FAULT_COUNT, 0, "enrollment"},
	    {"enrollment.s", NULL, 0, NULL, FAULT_KEY_MISMATCH, 0, NULL},
	    {"enrollment.s", "CRL.oer", 0, NULL, FAULT_BAD_MESSAGE, 0, NULL},
	    {NULL, NULL, 0, NULL, FAULT_EXPIRED, 5 * YEAR, NULL},
	};
	struct world *w = world_new();
	struct arena arena = arena_new(64u << 20);
	char folder[PATH_SIZE], zip[PATH_SIZE];
	const char *folders[] = {folder};
	uint8_t before[32], after[32];
	struct fault_info fi = {0};
	struct bytes csr;

	(void)state;
	make_device(folder, "obe", false);
	path_join(zip, dir, "csr.zip");
	MUST(monarch_csr_zip(zip, folders, 1, &fi));
	csr = read_in(&arena, dir, "csr.zip");
	folder_digest(before, dir);
	for (size_t k = 0; k < sizeof(spoil) / sizeof(spoil[0]); k++) {
		struct spoil s = spoil[k];
		struct bytes bundle =
		    world_bundle(w, &arena, csr, spoil_bundle, &s);
		enum fault fault;

		world_clock(WORLD_NOW + s.later);
		fault = world_bootstrap(folder, bundle, &fi);
		world_clock(WORLD_NOW);
		if (fault == FAULT_OK ||
		    (s.fault != FAULT_COUNT && fault != s.fault))
			fail_msg("%s, %zu: %s %s", s.file, k, fault_name(fault),
			    fi.text);
		/* The text begins with the file that is wrong. */
		if (s.named == NULL)
			s.named = s.file;
		if (s.file != NULL && strstr(fi.text, s.named) == NULL)
			fail_msg("%s: %s", s.file, fi.text);
	}
	folder_digest(after, dir);
	assert_memory_equal(before, after, 32);
	arena_free(&arena);
	world_free(w);
}

/* Two endorsements of our root are enough, one is not, and one that counts
 * twice is one. */
static void
the_root_needs_a_quorum(void **state)
{
	struct world *w = world_new();
	char folder[PATH_SIZE];
	struct fault_info fi = {0};
	enum fault fault = FAULT_OK;

	(void)state;
	world_endorsers(w, 2, false);
	world_device(w, dir, "two", folder);
	for (unsigned again = 0; again < 2; again++) {
		struct arena arena = arena_new(32u << 20);
		char name[8] = {'o', 'n', 'e', (char)('0' + again)};
		char path[PATH_SIZE];
		const char *folders[] = {folder};

		world_endorsers(w, 1, again == 1);
		make_device(folder, name, false);
		path_join(path, dir, "one.zip");
		MUST(monarch_csr_zip(path, folders, 1, &fi));
		fault = world_bootstrap(folder,
		    world_bundle(
			w, &arena, read_in(&arena, dir, "one.zip"), NULL, NULL),
		    &fi);
		assert_int_equal(fault, FAULT_NO_QUORUM);
		assert_non_null(strstr(fi.text, "LCCF.oer"));
		arena_free(&arena);
	}
	world_free(w);
}

static void
a_bundle_for_others_is_refused(void **state)
{
	struct world *w = world_new();
	struct arena arena = arena_new(32u << 20);
	char one[PATH_SIZE], two[PATH_SIZE], zip[PATH_SIZE];
	const char *folders[] = {one};
	struct fault_info fi = {0};

	(void)state;
	make_device(one, "one", false);
	make_device(two, "ne", false); /* "ne" ends "one" */
	path_join(zip, dir, "csr.zip");
	MUST(monarch_csr_zip(zip, folders, 1, &fi));
	assert_int_equal(world_bootstrap(two,
			     world_bundle(w, &arena,
				 read_in(&arena, dir, "csr.zip"), NULL, NULL),
			     &fi),
	    FAULT_NOT_FOUND);
	assert_int_equal(
	    world_bootstrap(two, bytes_of_string("no ZIP at all, surely"), &fi),
	    FAULT_BAD_MESSAGE);
	arena_free(&arena);
	world_free(w);
}

static void
urls_are_understood(void **state)
{
	static const struct {
		const char *in, *url, *host;
	} good[] = {
	    {"https://ra.scms.co.kr:8892", "https://ra.scms.co.kr:8892",
		"ra.scms.co.kr"},
	    {"https://ra.qa.v2xscms.com\r\n", "https://ra.qa.v2xscms.com:8892",
		"ra.qa.v2xscms.com"},
	    {"https://ra.monarch.test:8443/download/batch\n",
		"https://ra.monarch.test:8443", "ra.monarch.test"},
	    {"https://ra.monarch.test/x", "https://ra.monarch.test:8892",
		"ra.monarch.test"},
	};
	static const char *const bad[] = {"", "ra.test", "http://ra.test",
	    "https://", "https://:8892", "https://ra.test:", "https://a b",
	    "https://ra.test:123456", "https://ra.test@evil.test",
	    "https://ra.test\nX: y"};
	char url[URL_SIZE], host[URL_SIZE];

	(void)state;
	for (size_t k = 0; k < sizeof(good) / sizeof(good[0]); k++) {
		assert_int_equal(
		    url_parse(url, host, bytes_of_string(good[k].in), NULL),
		    FAULT_OK);
		assert_string_equal(url, good[k].url);
		assert_string_equal(host, good[k].host);
	}
	for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++)
		if (url_parse(url, host, bytes_of_string(bad[k]), NULL) ==
		    FAULT_OK)
			fail_msg("%s", bad[k]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(requests_are_what_the_field_sends),
	    TEST(keys_stay_with_the_device),
	    TEST(a_device_is_never_made_twice),
	    TEST(a_good_bundle_is_taken_once_and_again),
	    TEST(a_bad_bundle_is_refused_and_changes_nothing),
	    TEST(the_root_needs_a_quorum),
	    TEST(a_bundle_for_others_is_refused),
	    TEST(urls_are_understood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
