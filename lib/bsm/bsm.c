/* bsm.c - basic safety messages, part I, in unaligned PER (SAE J2735). */
#include <stddef.h>
#include <string.h>

#include "bsm/bsm.h"

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

/* ---- decoding ---- */

struct bits {
	struct bytes in;
	size_t at; /* bits */
	bool failed;
};

static uint64_t
take_bits(struct bits *b, unsigned n)
{
	uint64_t value = 0;

	if (b->failed || n > 8 * b->in.n - b->at) {
		b->failed = true;
		return 0;
	}
	for (; n > 0; n--, b->at++)
		value =
		    value << 1 | (b->in.p[b->at / 8] >> (7 - b->at % 8) & 1);
	return value;
}

/* The octets of an open type (X.691 11.2), behind its length. */
static enum fault
take_open(struct bits *out, struct bits *from, struct fault_info *fi)
{
	uint64_t length = take_bits(from, 8);

	if (length >= 0xc0)
		return fault_set(fi, FAULT_TOO_LARGE, "BSM in fragments");
	if (length >= 0x80) {
		length = (length & 0x3f) << 8 | take_bits(from, 8);
		if (!from->failed && length < 0x80)
			return fault_set(fi, FAULT_NOT_CANONICAL,
			    "length of %u in two octets", (unsigned)length);
	}
	*out = (struct bits){.in = {from->in.p + from->at / 8, length}};
	if (from->failed || length > from->in.n - from->at / 8)
		return fault_set(fi, FAULT_TRUNCATED,
		    "BSM ends after %zu octets", from->in.n);
	from->at += 8 * length;
	return FAULT_OK;
}

static enum fault
take_fields(struct monarch_bsm *bsm, struct bits *b, struct fault_info *fi)
{
	for (size_t i = 0; i < FIELDS; i++) {
		const struct field *f = &fields[i];
		int64_t value = (int64_t)take_bits(b, f->bits) - f->bias;

		if (b->failed)
			return fault_set(
			    fi, FAULT_TRUNCATED, "BSM ends inside %s", f->name);
		if (value < f->least || value > f->most)
			return fault_set(fi, FAULT_CONSTRAINT,
			    "%s: %lld is not in %lld..%lld", f->name,
			    (long long)value, (long long)f->least,
			    (long long)f->most);
		*field_of(bsm, f) = value;
	}
	return FAULT_OK;
}

/* Nothing but padding follows. */
static enum fault
take_end(struct bits *b, struct fault_info *fi)
{
	if (take_bits(b, (8 - (unsigned)b->at % 8) % 8) != 0)
		return fault_set(
		    fi, FAULT_NOT_CANONICAL, "padding is not zero");
	if (b->at != 8 * b->in.n)
		return fault_set(fi, FAULT_TRAILING, "%zu octets after the BSM",
		    b->in.n - b->at / 8);
	return FAULT_OK;
}

enum fault
monarch_bsm_decode(
    struct monarch_bsm *bsm, struct bytes in, struct fault_info *fi)
{
	struct bits frame = {.in = in}, b;
	uint64_t extended = take_bits(&frame, 1);
	uint64_t id = take_bits(&frame, 15), more;

	if (!frame.failed && id != DSRC_MESSAGE_BSM)
		return fault_set(fi, FAULT_UNKNOWN_ALTERNATIVE,
		    "message %u, not a BSM", (unsigned)id);
	TRY(take_open(&b, &frame, fi));
	if (extended == 0)
		TRY(take_end(&frame, fi));
	more = take_bits(&b, 3); /* extensions, part II, regional */
	TRY(take_fields(bsm, &b, fi));
	return more == 0 ? take_end(&b, fi) : FAULT_OK;
}
