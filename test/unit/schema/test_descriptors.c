/*
 * test_descriptors.c - what must hold for every descriptor, whatever its
 * notation says: C and wire sizes, limits of the engine.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "schema/schema.h"

static size_t
octets_for(uint64_t hi)
{
	return hi <= UINT8_MAX	  ? 1
	       : hi <= UINT16_MAX ? 2
	       : hi <= UINT32_MAX ? 4
				  : 8;
}

/* X.696 10.2 and 10.3: the fewest of 1, 2, 4, 8 octets. */
static void
check_integer(const struct asn_type *t)
{
	size_t n;

	if (t->kind == ASN_K_UINT) {
		assert_true(t->lo >= 0);
		assert_int_equal(t->size, octets_for(t->hi));
		return;
	}
	assert_true(t->lo < 0);
	for (n = 1; n < 8; n *= 2)
		if (t->lo >= -((int64_t)1 << (8 * n - 1)) &&
		    (int64_t)t->hi < (int64_t)1 << (8 * n - 1))
			break;
	assert_int_equal(t->size, n);
}

static void
check_enum(const struct asn_type *t)
{
	const struct asn_field *f;
	int64_t last = -1;

	assert_int_equal(t->size, sizeof(int));
	for (f = t->field; f < t->field + t->nfield; f++) {
		assert_true(f->dflt > last && f->dflt < 0x80);
		last = f->dflt;
	}
}

static void
check_sequence(const struct asn_type *t)
{
	const struct asn_field *f;
	uint32_t nbit = 0;

	assert_true(t->nfield == t->nroot || t->extensible);
	for (f = t->field; f < t->field + t->nfield; f++) {
		if (f < t->field + t->nroot)
			nbit += f->presence != ASN_REQUIRED;
		else
			assert_int_equal(f->presence, ASN_OPTIONAL);
		assert_true(
		    f->offset + (f->presence == ASN_OPTIONAL ? sizeof(void *)
							     : f->type->size) <=
		    t->size);
		if (f->presence == ASN_DEFAULT)
			assert_true(f->type->size <= 8);
	}
	assert_int_equal(nbit, t->nbit);
	assert_true(nbit < 63);
	if (t->raw)
		assert_true(t->field[0].offset >= sizeof(struct bytes));
}

/* Octets that any value of the type takes at least.  A list of elements
 * without octets could claim any length. */
static size_t
least_octets(const struct asn_type *t)
{
	const struct asn_field *f;
	size_t n = 0;

	t = asn_resolve(t);
	if (t->kind == ASN_K_NULL)
		return 0;
	if (t->kind != ASN_K_SEQUENCE || t->extensible || t->nbit > 0)
		return 1;
	for (f = t->field; f < t->field + t->nfield; f++)
		n += least_octets(f->type);
	return n;
}

static void
test_all(void **state)
{
	const struct schema_entry *e;
	const struct asn_type *t;
	size_t i;

	(void)state;
	for (i = 0; (e = schema_entry(i)) != NULL; i++) {
		t = e->type;
		assert_true(e->module[0] != '\0' && t->size > 0);
		assert_ptr_equal(schema_find(e->module, t->name), t);
		if (t->kind == ASN_K_UINT || t->kind == ASN_K_INT)
			check_integer(t);
		else if (t->kind == ASN_K_ENUM)
			check_enum(t);
		else if (t->kind == ASN_K_SEQUENCE)
			check_sequence(t);
		else if (t->kind == ASN_K_CHOICE)
			assert_true(t->nfield < 63 && t->nroot <= t->nfield);
		else if (t->kind == ASN_K_SEQUENCE_OF)
			assert_true(least_octets(t->elem) > 0);
	}
	assert_true(i > 500);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
