/* A vendor's ZIP: what is taken, what is refused by name, what as a whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zip.h>

#include "tool/scms/csr_zip.h"

/* An Ieee1609Dot2Data with an opaque signedCertificateRequest. */
static const uint8_t request[] = {0x03, 0x83, 0x01, 0x00};
static const uint8_t unsecured[] = {0x03, 0x80, 0x01, 0x00};
static const uint8_t torn[] = {0x03, 0x83, 0x05, 0x00};
static uint8_t big[CSR_MAX + 1];

static struct arena arena;
static struct fault_info fi;

struct file {
	const char *name;
	const void *p;
	size_t n;
	bool deflated, encrypted;
};

/* A ZIP by libzip itself, which permits names that we do not. */
static struct bytes
zip_of(const struct file *files, size_t n)
{
	zip_source_t *out = zip_source_buffer_create(NULL, 0, 0, NULL);
	zip_t *zip = zip_open_from_source(out, ZIP_TRUNCATE, NULL);
	struct bytes b;
	zip_stat_t st;
	uint8_t *p;

	zip_source_keep(out);
	for (size_t i = 0; i < n; i++) {
		zip_source_t *s =
		    zip_source_buffer(zip, files[i].p, files[i].n, 0);
		zip_int64_t at =
		    zip_file_add(zip, files[i].name, s, ZIP_FL_ENC_UTF_8);

		assert_true(at >= 0);
		zip_set_file_compression(zip, (zip_uint64_t)at,
		    files[i].deflated ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
		if (files[i].encrypted)
			assert_int_equal(
			    zip_file_set_encryption(zip, (zip_uint64_t)at,
				ZIP_EM_AES_256, "secret"),
			    0);
	}
	assert_int_equal(zip_close(zip), 0);
	assert_int_equal(zip_source_stat(out, &st), 0);
	p = arena_alloc(&arena, st.size, 1);
	assert_int_equal(zip_source_open(out), 0);
	assert_int_equal(
	    zip_source_read(out, p, st.size), (zip_int64_t)st.size);
	zip_source_close(out);
	zip_source_free(out);
	b = (struct bytes){p, st.size};
	return b;
}

static const struct csr *
find(const struct csr *c, size_t n, const char *file)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(c[i].file, file) == 0)
			return &c[i];
	fail_msg("%s is not in the list", file);
	return NULL;
}

#define GOOD(name)                                           \
	{                                                    \
		name, request, sizeof(request), false, false \
	}

static void
test_names_and_contents(void **state)
{
	static const struct file files[] = {
	    GOOD("b.oer"),
	    GOOD("vendor/a.OER"),
	    GOOD("1/2/3/4/5/6/7/8/deep.oer"),
	    GOOD("1/2/3/4/5/6/7/8/9/deeper.oer"),
	    GOOD("readme.txt"),
	    GOOD("vendor/._a.oer"),
	    GOOD("other/B.oer"),
	    GOOD("../up.oer"),
	    GOOD("/abs.oer"),
	    {"unsecured.oer", unsecured, sizeof(unsecured), false, false},
	    {"torn.oer", torn, sizeof(torn), false, false},
	    {"empty.oer", request, 0, false, false},
	    {"big.oer", big, sizeof(big), true, false},
	    {"locked.oer", request, sizeof(request), false, true},
	    {"deflated.oer", request, sizeof(request), true, false},
	};
	static const struct {
		const char *file;
		enum fault fault;
	} want[] = {
	    {"b.oer", FAULT_OK},
	    {"vendor/a.OER", FAULT_OK},
	    {"1/2/3/4/5/6/7/8/deep.oer", FAULT_OK},
	    {"1/2/3/4/5/6/7/8/9/deeper.oer", FAULT_TOO_LARGE},
	    {"readme.txt", FAULT_BAD_MESSAGE},
	    {"vendor/._a.oer", FAULT_BAD_MESSAGE},
	    {"other/B.oer", FAULT_DUPLICATE},
	    {"../up.oer", FAULT_BAD_MESSAGE},
	    {"/abs.oer", FAULT_BAD_MESSAGE},
	    {"unsecured.oer", FAULT_BAD_MESSAGE},
	    {"torn.oer", FAULT_TRUNCATED},
	    {"empty.oer", FAULT_TRUNCATED},
	    {"big.oer", FAULT_TOO_LARGE},
	    {"locked.oer", FAULT_UNSUPPORTED},
	    {"deflated.oer", FAULT_OK},
	};
	struct csr *c;
	size_t n;

	(void)state;
	assert_int_equal(
	    csr_zip_read(&c, &n, &arena, zip_of(files, 15), &fi), FAULT_OK);
	assert_int_equal(n, 15);
	for (size_t i = 0; i < n; i++) {
		const struct csr *got = find(c, n, want[i].file);

		if (got->why.code != want[i].fault)
			fail_msg("%s: %s: %s", want[i].file,
			    fault_name(got->why.code), got->why.text);
		if (want[i].fault == FAULT_OK)
			assert_true(bytes_equal(got->octets, BYTES(request)));
		else
			assert_true(got->why.text[0] != '\0');
	}
	assert_string_equal(find(c, n, "vendor/a.OER")->device, "a");
	/* devices are in order, whatever the order in the ZIP */
	for (size_t i = 1; i < n; i++)
		assert_true(strcasecmp(c[i - 1].device, c[i].device) <= 0);
}

static void
test_as_a_whole(void **state)
{
	static struct file many[CSR_ZIP_ENTRIES + 1];
	static char names[CSR_ZIP_ENTRIES + 1][16];
	struct bytes zip;
	struct csr *c;
	size_t n;

	(void)state;
	assert_int_equal(csr_zip_read(&c, &n, &arena, BYTES(request), &fi),
	    FAULT_BAD_MESSAGE);
	assert_int_equal(
	    csr_zip_read(&c, &n, &arena, BYTES_NONE, &fi), FAULT_BAD_MESSAGE);
	for (size_t i = 0; i <= CSR_ZIP_ENTRIES; i++) {
		snprintf(names[i], sizeof(names[i]), "%zu.oer", i);
		many[i] = (struct file)GOOD(names[i]);
	}
	zip = zip_of(many, CSR_ZIP_ENTRIES + 1);
	assert_int_equal(
	    csr_zip_read(&c, &n, &arena, zip, &fi), FAULT_TOO_LARGE);
	/* torn anywhere: refused or not, never a crash, never a wrong octet */
	zip = zip_of(many, 3);
	for (size_t cut = 0; cut < zip.n; cut++)
		assert_int_not_equal(csr_zip_read(&c, &n, &arena,
					 (struct bytes){zip.p, cut}, &fi),
		    FAULT_OK);
	for (size_t at = 0; at < zip.n; at++) {
		uint8_t *copy = arena_alloc(&arena, zip.n, 1);

		memcpy(copy, zip.p, zip.n);
		copy[at] ^= 0xff;
		if (csr_zip_read(&c, &n, &arena, (struct bytes){copy, zip.n},
			&fi) != FAULT_OK)
			continue;
		for (size_t i = 0; i < n; i++)
			if (c[i].why.code == FAULT_OK)
				assert_true(
				    bytes_equal(c[i].octets, BYTES(request)));
	}
}

static int
begin(void **state)
{
	(void)state;
	memset(big, 'x', sizeof(big));
	arena = arena_new(256u << 20);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names_and_contents),
	    cmocka_unit_test(test_as_a_whole),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
