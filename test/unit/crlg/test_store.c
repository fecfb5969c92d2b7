/* The CRL store: what it gives out changes only for the better. */
#include <stdio.h>

#include "cert/profile.h"
#include "role/crlg/publish.h"
#include "role/crlstore/accept.h"
#include "role/crlstore/published.h"
#include "site.h"

static struct crl
list_of(uint16_t series, uint32_t time)
{
	struct crl crl = {.series = series,
	    .issued = time,
	    .next = time + WEEK,
	    .i_rev = (uint16_t)period_of(time)};

	memcpy(crl.craca, world()->root.cert->id, sizeof(crl.craca));
	return crl;
}

static struct bytes
signed_list(const struct crl *crl)
{
	const struct world *w = world();
	struct bytes out;

	OK(crl_sign(&out, &A, crl,
	    crl->series == CRL_SERIES_SPECIAL ? &w->root.signer
					      : &w->crlg.signer,
	    FI));
	return out;
}

static struct bytes
composite_of(const struct bytes *list, size_t n)
{
	struct crl_parts parts = {.list = list, .lists = n};
	struct bytes out;

	OK(crl_composite_build(&out, &A, &parts, FI));
	return out;
}

/* Series 1 to 4 and 256, all of one time. */
static struct bytes
whole(struct bytes list[5], uint32_t time)
{
	for (uint16_t k = 0; k < 5; k++) {
		struct crl crl =
		    list_of(k < 4 ? k + 1 : CRL_SERIES_SPECIAL, time);

		list[k] = signed_list(&crl);
	}
	return composite_of(list, 5);
}

#define REFUSED(fault, in)                                                    \
	do {                                                                  \
		struct bytes before_ = snapshot();                            \
		FAULT_IS(fault, accept_composite(&S.s, (in), NOW + 100, FI)); \
		assert_bytes(snapshot(), before_);                            \
	} while (0)

static void
older_and_incomplete(void **state)
{
	struct bytes list[5], again[5], first, second;
	struct crl crl;

	(void)state;
	first = whole(list, NOW);
	OK(accept_composite(&S.s, first, NOW + 100, FI));
	assert_bytes(given_out(), first);
	second = whole(list, NOW + 50);
	OK(accept_composite(&S.s, second, NOW + 100, FI));
	assert_bytes(given_out(), second);
	/* The same again is fine, and no new file. */
	first = snapshot();
	OK(accept_composite(&S.s, second, NOW + 100, FI));
	assert_bytes(snapshot(), first);
	REFUSED(TOO_OLD, whole(again, NOW));
	/* One series older than the others; one missing; one twice. */
	for (size_t k = 0; k < 5; k++) {
		struct bytes mixed[6];

		whole(mixed, NOW + 60);
		mixed[k] = again[k];
		REFUSED(TOO_OLD, composite_of(mixed, 5));
		mixed[k] = mixed[4];
		REFUSED(TOO_OLD, composite_of(mixed, 4));
		whole(mixed, NOW + 60);
		mixed[5] = mixed[k];
		REFUSED(DUPLICATE, composite_of(mixed, 6));
	}
	REFUSED(TOO_OLD, BYTES(crl_composite_empty));
	/* Another list with the date of one that is there. */
	crl = list_of(2, NOW + 50);
	crl.serial = 99;
	whole(again, NOW + 60);
	again[1] = signed_list(&crl);
	REFUSED(DUPLICATE, composite_of(again, 5));
	/* The list of an earlier period. */
	crl = list_of(1, NOW + 60);
	crl.i_rev--;
	again[0] = signed_list(&crl);
	whole(list, NOW + 60);
	list[0] = again[0];
	REFUSED(TOO_OLD, composite_of(list, 5));
}

static void
forged(void **state)
{
	struct bytes list[5], in = whole(list, NOW);
	struct crl crl = list_of(2, NOW + 106);

	(void)state;
	for (size_t n = 0; n < in.n; n += 7)
		assert_int_not_equal(
		    accept_composite(&S.s, (struct bytes){in.p, n}, NOW, NULL),
		    FAULT_OK);
	assert_bytes(given_out(), BYTES(crl_composite_empty));
	REFUSED(TRAILING, cat(in, hex("00")));
	REFUSED(BAD_SIGNATURE, flipped(in, list[0].n + 2, 1));
	list[1] = signed_list(&crl);
	REFUSED(GENERATED_IN_FUTURE, composite_of(list, 5));
	in = cat(list[4], BYTES_NONE);
	list[1] = flipped(in, 20, 1);
	REFUSED(BAD_SIGNATURE, composite_of(list, 2));
}

/* What a revoked generator has signed may go, and only that. */
static void
generator_revoked(void **state)
{
	struct bytes list[5], in;
	struct crl_hash_entry e = {.expiry = UINT32_MAX};
	struct crl crl = list_of(CRL_SERIES_SPECIAL, NOW + 60);

	(void)state;
	OK(accept_composite(&S.s, whole(list, NOW), NOW + 100, FI));
	memcpy(e.id, world()->crlg.cert->hash + 22, sizeof(e.id));
	crl.entry = &e;
	crl.entries = 1;
	list[4] = signed_list(&crl);
	REFUSED(REVOKED, composite_of(list, 5));
	in = composite_of(&list[4], 1);
	OK(accept_composite(&S.s, in, NOW + 100, FI));
	assert_bytes(given_out(), in);
}

static void
names_and_old_files(void **state)
{
	struct bytes list[5];
	char name[PUBLISHED_NAME], path[PATH_SIZE];
	uint32_t i = period_of(NOW + 100);
	char want[40];

	(void)state;
	for (uint32_t k = 0; k < 5; k++)
		OK(accept_composite(
		    &S.s, whole(list, NOW + 10 * k), NOW + 100, FI));
	OK(published_find(name, S.data, FI));
	snprintf(want, sizeof(want), "crl_%04x_0005.oer", i);
	assert_string_equal(name, want);
	snprintf(want, sizeof(want), "crl_%04x_0003.oer", i);
	path_join(path, S.data, want);
	assert_true(file_exists(path));
	snprintf(want, sizeof(want), "crl_%04x_0002.oer", i);
	path_join(path, S.data, want);
	assert_false(file_exists(path));
	/* The clock went back: names do not. */
	OK(published_add(name, S.data, i - 3, hex("01"), FI));
	snprintf(want, sizeof(want), "crl_%04x_0006.oer", i);
	assert_string_equal(name, want);
	/* A new week; the end of the numbers; a name that is none of ours. */
	OK(published_add(name, S.data, i + 1, hex("02"), FI));
	snprintf(want, sizeof(want), "crl_%04x_0001.oer", i + 1);
	assert_string_equal(name, want);
	snprintf(want, sizeof(want), "crl_%04x_ffff.oer", i + 1);
	path_join(path, S.data, want);
	OK(file_write(path, hex("03"), 0644, FI));
	OK(published_add(name, S.data, i + 1, hex("04"), FI));
	snprintf(want, sizeof(want), "crl_%04x_0001.oer", i + 2);
	assert_string_equal(name, want);
	path_join(path, S.data, "crl_zzzz.oer");
	OK(file_write(path, hex("05"), 0644, FI));
	FAULT_IS(EXISTS, published_add(name, S.data, i, hex("06"), FI));
	/* What a crash left half written. */
	path_join(path, S.data, "crl_0001_0001.oer.Xa81Zk");
	OK(file_write(path, hex("07"), 0644, FI));
	published_clean(S.data);
	assert_false(file_exists(path));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    ST(older_and_incomplete),
	    ST(forged),
	    ST(generator_revoked),
	    ST(names_and_old_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
