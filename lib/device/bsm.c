/* bsm.c - basic safety messages, part I, in unaligned PER (SAE J2735). */
#include <string.h>

#include "device/monarch.h"

#define DSRC_MESSAGE_BSM 20

struct field {
	size_t offset;
	const char *name;
	unsigned bits;
	int64_t bias, least, most, unavailable;
};

static const struct field fields[] = {
#define F(member, name, bits, bias, least, most, unavailable)                 \
	{offsetof(struct monarch_bsm, member), name, bits, bias, least, most, \
	    unavailable},
    MONARCH_BSM_FIELDS(F)
#undef F
};

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

static int64_t *
field_of(struct monarch_bsm *bsm, const struct field *f)
{
	return (int64_t *)(void *)((uint8_t *)bsm + f->offset);
}

static int64_t
field_value(const struct monarch_bsm *bsm, const struct field *f)
{
	int64_t value;

	memcpy(&value, (const uint8_t *)bsm + f->offset, sizeof(value));
	return value;
}

void
monarch_bsm_init(struct monarch_bsm *bsm)
{
	for (size_t i = 0; i < FIELDS; i++)
		*field_of(bsm, &fields[i]) = fields[i].unavailable;
}

bool
monarch_bsm_set(struct monarch_bsm *bsm, const char *name, int64_t value)
{
	for (size_t i = 0; i < FIELDS; i++)
		if (strcmp(fields[i].name, name) == 0) {
			*field_of(bsm, &fields[i]) = value;
			return true;
		}
	return false;
}

/* Appends the lowest bits of value, the highest of them first. */
static void
put_bits(uint8_t *out, size_t *at, uint64_t value, unsigned bits)
{
	while (bits-- > 0) {
		if (value >> bits & 1)
			out[*at / 8] |= (uint8_t)(0x80 >> *at % 8);
		++*at;
	}
}

enum fault
monarch_bsm_encode(uint8_t out[MONARCH_BSM_SIZE], const struct monarch_bsm *bsm,
    struct fault_info *fi)
{
	const struct field *f;
	size_t at = 0;
	int64_t value;

	memset(out, 0, MONARCH_BSM_SIZE);
	put_bits(out, &at, DSRC_MESSAGE_BSM, 16);
	put_bits(out, &at, MONARCH_BSM_SIZE - 3, 8);
	put_bits(out, &at, 0, 3); /* no extension, no part II, no regional */
	for (size_t i = 0; i < FIELDS; i++) {
		f = &fields[i];
		value = field_value(bsm, f);
		if (value < f->least || value > f->most)
			return fault_set(fi, FAULT_CONSTRAINT,
			    "%s: %lld is not in %lld..%lld", f->name,
			    (long long)value, (long long)f->least,
			    (long long)f->most);
		put_bits(out, &at, (uint64_t)(value + f->bias), f->bits);
	}
	return FAULT_OK;
}
