/* decode.c - from octets to C values; see coer.h. */
#include "coer/value.h"

struct decoder {
	struct reader r;
	struct arena *arena;
	const uint8_t *mark; /* where ASN_K_EXTRA began */
	unsigned depth;
	/* The error. */
	enum fault code;
	const char *cause; /* NULL: the general text of code */
	const uint8_t *at;
	const char *type, *field;
};

static bool read_value(struct decoder *, const struct asn_type *, void *);

static bool
fail(struct decoder *d, enum fault code, const char *cause)
{
	d->code = code;
	d->cause = cause;
	d->at = d->r.p;
	return false;
}

/* Names the component at fault, unless an inner type has done so. */
static bool
blame(struct decoder *d, const struct asn_type *t, const char *field)
{
	if (d->type == NULL) {
		d->type = t->name;
		d->field = field;
	}
	return false;
}

static inline const uint8_t *
take(struct decoder *d, size_t n)
{
	const uint8_t *p = d->r.p;

	if (n > (size_t)(d->r.end - p)) {
		fail(d, FAULT_TRUNCATED, NULL);
		return NULL;
	}
	d->r.p = p + n;
	return p;
}

static inline bool
take_uint(struct decoder *d, uint64_t *v, size_t n)
{
	const uint8_t *p = take(d, n);

	if (p == NULL)
		return false;
	for (*v = 0; n > 0; n--)
		*v = *v << 8 | *p++;
	return true;
}

/* Length determinant (X.696 8.6); canonical means the shortest form. */
static bool
take_long_length(struct decoder *d, uint64_t *v)
{
	size_t n = (size_t)*v & 0x7f;

	if (n == 0)
		return fail(d, FAULT_NOT_CANONICAL, "length without octets");
	if (d->r.p < d->r.end && *d->r.p == 0)
		return fail(d, FAULT_NOT_CANONICAL, "length with leading zero");
	if (n > 4)
		return fail(d, FAULT_TOO_LARGE, "length of more than 4 octets");
	if (!take_uint(d, v, n))
		return false;
	if (*v < 0x80)
		return fail(
		    d, FAULT_NOT_CANONICAL, "long form of a short length");
	return true;
}

static inline bool
take_length(struct decoder *d, size_t *n)
{
	uint64_t v;

	if (!take_uint(d, &v, 1) || (v >= 0x80 && !take_long_length(d, &v)))
		return false;
	*n = (size_t)v;
	return true;
}

/* Length-prefixed unsigned integer, also the quantity of SEQUENCE OF. */
static bool
take_varuint(struct decoder *d, uint64_t *v)
{
	size_t n;

	if (!take_length(d, &n))
		return false;
	if (n == 0)
		return fail(d, FAULT_NOT_CANONICAL, "integer without octets");
	if (n > 1 && d->r.p < d->r.end && *d->r.p == 0)
		return fail(
		    d, FAULT_NOT_CANONICAL, "integer with leading zero");
	if (n > 8)
		return fail(d, FAULT_TOO_LARGE, "integer of more than 64 bits");
	return take_uint(d, v, n);
}

static bool
read_varint(struct decoder *d, void *out)
{
	const uint8_t *p;
	uint64_t v;
	size_t n;

	if (!take_length(d, &n))
		return false;
	if (n == 0)
		return fail(d, FAULT_NOT_CANONICAL, "integer without octets");
	p = d->r.p;
	if (n > 1 && d->r.end - p >= 2 &&
	    ((p[0] == 0 && p[1] < 0x80) || (p[0] == 0xff && p[1] >= 0x80)))
		return fail(
		    d, FAULT_NOT_CANONICAL, "integer with leading octet");
	if (n > 8)
		return fail(d, FAULT_TOO_LARGE, "integer of more than 64 bits");
	if (!take_uint(d, &v, n))
		return false;
	store(out, 8, (uint64_t)sign_extend(v, (uint32_t)n));
	return true;
}

static bool
read_integer(struct decoder *d, const struct asn_type *t, void *out)
{
	uint64_t v;
	int64_t s;

	if (!take_uint(d, &v, t->size))
		return false;
	if (t->kind == ASN_K_UINT) {
		if (v < (uint64_t)t->lo || v > t->hi)
			return fail(d, FAULT_CONSTRAINT, NULL);
	} else {
		s = sign_extend(v, t->size);
		if (s < t->lo || s > (int64_t)t->hi)
			return fail(d, FAULT_CONSTRAINT, NULL);
	}
	store(out, t->size, v);
	return true;
}

static bool
read_boolean(struct decoder *d, void *out)
{
	uint64_t v;

	if (!take_uint(d, &v, 1))
		return false;
	if (v != 0 && v != 0xff)
		return fail(d, FAULT_NOT_CANONICAL, "boolean is not 00 or FF");
	*(bool *)out = v != 0;
	return true;
}

/* Numbers of 128 and more would take the long form; no edition has any. */
static bool
read_enum(struct decoder *d, const struct asn_type *t, void *out)
{
	uint64_t v;

	if (!take_uint(d, &v, 1))
		return false;
	if (v > 0x7f)
		return fail(
		    d, FAULT_UNKNOWN_ALTERNATIVE, "enumerator above 127");
	if (!t->extensible && asn_enumerator(t, v) == NULL)
		return fail(d, FAULT_UNKNOWN_ALTERNATIVE, NULL);
	store(out, t->size, v);
	return true;
}

static bool
read_bits(struct decoder *d, const struct asn_type *t, void *out)
{
	uint64_t v;

	if (!take_uint(d, &v, 1))
		return false;
	if (v < (uint64_t)t->lo)
		return fail(d, FAULT_CONSTRAINT, "no bit is set");
	store(out, 1, v);
	return true;
}

static bool
read_octets(struct decoder *d, const struct asn_type *t, void *out)
{
	const uint8_t *p = take(d, t->size);
	uint32_t i;

	if (p == NULL)
		return false;
	for (i = 0; t->hi == 0 && i < t->size; i++)
		if (p[i] != 0)
			return fail(d, FAULT_CONSTRAINT, "octets are not zero");
	memcpy(out, p, t->size);
	return true;
}

static bool
read_string(struct decoder *d, const struct asn_type *t, void *out)
{
	struct bytes b;
	const char *cause;

	if (!take_length(d, &b.n) || (b.p = take(d, b.n)) == NULL)
		return false;
	if (t->kind == ASN_K_UTF8) {
		if ((cause = asn_check_utf8(t, b)) != NULL)
			return fail(d, FAULT_CONSTRAINT, cause);
	} else if (b.n < (uint64_t)t->lo || b.n > t->hi) {
		return fail(d, FAULT_CONSTRAINT, "size outside its limits");
	} else if (t->kind == ASN_K_OID && !asn_check_oid(b)) {
		return fail(d, FAULT_NOT_CANONICAL, "not an object identifier");
	}
	memcpy(out, &b, sizeof(b));
	return true;
}

static bool
read_sequence_of(struct decoder *d, const struct asn_type *t, void *out)
{
	struct list l = {0, NULL};
	uint64_t n;
	uint8_t *at;

	if (!take_varuint(d, &n))
		return false;
	if (n < (uint64_t)t->lo || n > t->hi)
		return fail(d, FAULT_CONSTRAINT, "number of elements");
	/* An element takes at least one octet: never allocate for a lie. */
	if (n > (uint64_t)(d->r.end - d->r.p))
		return fail(d, FAULT_TRUNCATED, "more elements than octets");
	if (n > COER_MAX_ELEMENTS)
		return fail(d, FAULT_TOO_LARGE, "too many elements");
	if (n > 0) {
		l.v = arena_array(
		    d->arena, (size_t)n, t->elem->size, t->elem->align);
		if (l.v == NULL)
			return fail(d, FAULT_TOO_LARGE, "memory limit reached");
	}
	for (at = l.v; l.n < n; l.n++, at += t->elem->size)
		if (!read_value(d, t->elem, at))
			return false;
	memcpy(out, &l, sizeof(l));
	return true;
}

/* A value wrapped in a length; nothing may follow it inside. */
static bool
read_open(struct decoder *d, const struct asn_type *t, void *out)
{
	const uint8_t *end = d->r.end;
	size_t n;

	if (!take_length(d, &n))
		return false;
	if (n > (size_t)(end - d->r.p))
		return fail(d, FAULT_TRUNCATED, NULL);
	d->r.end = d->r.p + n;
	if (!read_value(d, t, out))
		return false;
	if (d->r.p != d->r.end)
		return fail(d, FAULT_TRAILING, "octets left in an open type");
	d->r.end = end;
	return true;
}

static bool
read_unknown(
    struct decoder *d, const struct asn_type *t, unsigned tag, uint8_t *out)
{
	struct asn_unknown u = {.index = (uint8_t)tag};

	if (!t->extensible)
		return fail(d, FAULT_UNKNOWN_ALTERNATIVE, NULL);
	if (!take_length(d, &u.octets.n) ||
	    (u.octets.p = take(d, u.octets.n)) == NULL)
		return false;
	store(out, sizeof(int), t->nfield);
	memcpy(out + t->more, &u, sizeof(u));
	return true;
}

/* Tags are context-specific; numbers from 63 on would take more octets, and
 * no edition has any. */
static bool
read_choice(struct decoder *d, const struct asn_type *t, void *out)
{
	const struct asn_field *f;
	uint64_t tag;
	bool ok;

	if (!take_uint(d, &tag, 1))
		return blame(d, t, NULL);
	if (tag < 0x80 || tag >= 0xbf) {
		fail(d, FAULT_UNKNOWN_ALTERNATIVE, "not a tag of this type");
		return blame(d, t, NULL);
	}
	tag &= 0x3f;
	if (tag >= t->nfield)
		return read_unknown(d, t, (unsigned)tag, out) ||
		       blame(d, t, NULL);
	f = &t->field[tag];
	store(out, sizeof(int), tag);
	if (tag < t->nroot)
		ok = read_value(d, f->type, (uint8_t *)out + f->offset);
	else
		ok = read_open(d, f->type, (uint8_t *)out + f->offset);
	return ok || blame(d, t, f->name);
}

static bool
bit_is_set(const uint8_t *bits, size_t i)
{
	return (bits[i / 8] & 0x80 >> i % 8) != 0;
}

/* Presence bitmap of extension additions (X.696 16.4): as many bits as the
 * sender's edition has additions, which may be fewer or more than ours. */
static bool
read_bitmap(struct decoder *d, struct asn_more *m)
{
	const uint8_t *p;
	size_t n, i, set = 0;

	if (!take_length(d, &n) || (p = take(d, n)) == NULL)
		return false;
	if (n < 2 || p[0] > 7)
		return fail(
		    d, FAULT_NOT_CANONICAL, "malformed extension bitmap");
	m->bitmap = (struct bytes){p + 1, n - 1};
	m->nbit = 8 * (n - 1) - p[0];
	if (m->nbit > COER_MAX_ADDITIONS)
		return fail(d, FAULT_TOO_LARGE, "too many extension additions");
	for (i = 0; i < m->nbit; i++)
		set += bit_is_set(m->bitmap.p, i);
	if (set == 0)
		return fail(
		    d, FAULT_NOT_CANONICAL, "extension without additions");
	if ((p[n - 1] & ((1u << p[0]) - 1)) != 0)
		return fail(d, FAULT_NOT_CANONICAL, "unused bits are set");
	return true;
}

static bool
read_additions(struct decoder *d, const struct asn_type *t, uint8_t *out)
{
	const struct asn_field *f = t->field + t->nroot;
	struct asn_more *m;
	size_t i, n;
	void *sub;

	if ((m = ARENA_NEW(d->arena, struct asn_more)) == NULL)
		return fail(d, FAULT_TOO_LARGE, "memory limit reached");
	if (!read_bitmap(d, m))
		return blame(d, t, "extension additions");
	set_pointer(out + t->more, m);
	for (i = 0; i < m->nbit && i < t->nfield - t->nroot; i++, f++) {
		if (!bit_is_set(m->bitmap.p, i))
			continue;
		sub = arena_alloc(d->arena, f->type->size, f->type->align);
		if (sub == NULL)
			return fail(d, FAULT_TOO_LARGE, "memory limit reached");
		set_pointer(out + f->offset, sub);
		if (!read_open(d, f->type, sub))
			return blame(d, t, f->name);
	}
	m->unknown.p = d->r.p;
	for (; i < m->nbit; i++)
		if (bit_is_set(m->bitmap.p, i) &&
		    (!take_length(d, &n) || take(d, n) == NULL))
			return blame(d, t, "unknown extension addition");
	m->unknown.n = (size_t)(d->r.p - m->unknown.p);
	return true;
}

static bool
read_component(struct decoder *d, const struct asn_field *f, uint8_t *at)
{
	void *sub;

	switch (f->presence) {
	case ASN_OPTIONAL:
		sub = arena_alloc(d->arena, f->type->size, f->type->align);
		if (sub == NULL)
			return fail(d, FAULT_TOO_LARGE, "memory limit reached");
		set_pointer(at, sub);
		return read_value(d, f->type, sub);
	case ASN_DEFAULT:
		if (!read_value(d, f->type, at))
			return false;
		if (load(at, f->type->size) == (uint64_t)f->dflt)
			return fail(
			    d, FAULT_NOT_CANONICAL, "default value is present");
		return true;
	default:
		return read_value(d, f->type, at);
	}
}

/* The preamble: extension bit, then one bit for each component that may be
 * absent, padded with zero bits (X.696 16.2). */
static const uint8_t *
read_preamble(struct decoder *d, const struct asn_type *t)
{
	unsigned nbit = t->extensible + t->nbit;
	const uint8_t *p = take(d, (nbit + 7) / 8);

	if (p != NULL && nbit % 8 != 0 &&
	    (p[nbit / 8] & 0xff >> nbit % 8) != 0) {
		fail(d, FAULT_NOT_CANONICAL, "padding bits of the preamble");
		return NULL;
	}
	return p;
}

static bool
read_sequence(struct decoder *d, const struct asn_type *t, uint8_t *out)
{
	const uint8_t *preamble, *start = d->r.p;
	const struct asn_field *f;
	unsigned bit = t->extensible;

	if ((preamble = read_preamble(d, t)) == NULL)
		return blame(d, t, NULL);
	for (f = t->field; f < t->field + t->nroot; f++) {
		if (f->presence != ASN_REQUIRED &&
		    !bit_is_set(preamble, bit++)) {
			if (f->presence == ASN_DEFAULT)
				store(out + f->offset, f->type->size,
				    (uint64_t)f->dflt);
			continue;
		}
		if (!read_component(d, f, out + f->offset))
			return blame(d, t, f->name);
	}
	if (t->extensible && bit_is_set(preamble, 0) &&
	    !read_additions(d, t, out))
		return blame(d, t, NULL);
	if (t->raw) {
		struct bytes raw = {start, (size_t)(d->r.p - start)};

		memcpy(out, &raw, sizeof(raw));
	}
	return true;
}

static bool
read_nested(struct decoder *d, const struct asn_type *t, void *out)
{
	bool ok;

	if (d->depth == COER_MAX_DEPTH) {
		fail(d, FAULT_TOO_DEEP, NULL);
		return blame(d, t, NULL);
	}
	d->depth++;
	if (t->kind == ASN_K_SEQUENCE)
		ok = read_sequence(d, t, out);
	else if (t->kind == ASN_K_CHOICE)
		ok = read_choice(d, t, out);
	else
		ok = read_sequence_of(d, t, out);
	d->depth--;
	return ok;
}

/* The optional octet 00; what follows it never starts with 00. */
static bool
read_extra(struct decoder *d, void *out)
{
	d->mark = d->r.p;
	*(bool *)out = d->r.p < d->r.end && *d->r.p == 0;
	d->r.p += *(bool *)out;
	return true;
}

static bool
read_span_value(struct decoder *d, void *out)
{
	struct bytes b = {d->mark, (size_t)(d->r.p - d->mark)};

	memcpy(out, &b, sizeof(b));
	return true;
}

static bool
read_value(struct decoder *d, const struct asn_type *t, void *out)
{
	uint64_t v;

	switch (t->kind) {
	case ASN_K_SEQUENCE:
	case ASN_K_SEQUENCE_OF:
	case ASN_K_CHOICE:
		return read_nested(d, t, out);
	case ASN_K_UINT:
	case ASN_K_INT:
		return read_integer(d, t, out);
	case ASN_K_VARUINT:
		if (!take_varuint(d, &v))
			return false;
		store(out, 8, v);
		return true;
	case ASN_K_VARINT:
		return read_varint(d, out);
	case ASN_K_ENUM:
		return read_enum(d, t, out);
	case ASN_K_OCTETS:
		return read_octets(d, t, out);
	case ASN_K_STRING:
	case ASN_K_UTF8:
	case ASN_K_OID:
	case ASN_K_OPEN:
		return read_string(d, t, out);
	case ASN_K_BITS8:
		return read_bits(d, t, out);
	case ASN_K_BOOLEAN:
		return read_boolean(d, out);
	case ASN_K_ALIAS:
		return read_value(d, t->elem, out);
	case ASN_K_EXTRA:
		return read_extra(d, out);
	case ASN_K_SPAN:
		return read_span_value(d, out);
	case ASN_K_NULL:
		break;
	}
	return true;
}

static enum fault
report(const struct decoder *d, const struct asn_type *t, struct fault_info *fi)
{
	const char *cause = d->cause != NULL ? d->cause : fault_text(d->code);

	fault_set(fi, d->code, "%s%s%s: %s (octet %zu)",
	    d->type != NULL ? d->type : t->name, d->field != NULL ? "." : "",
	    d->field != NULL ? d->field : "", cause,
	    (size_t)(d->at - d->r.start));
	if (fi != NULL)
		fi->offset = (size_t)(d->at - d->r.start);
	return d->code;
}

static enum fault
decode(const struct asn_type *t, void *out, struct arena *arena,
    struct bytes in, size_t *used, struct fault_info *fi)
{
	struct decoder d = {.arena = arena};

	if (in.p == NULL)
		in = bytes_of_string("");
	d.r = reader_of(in);
	memset(out, 0, t->size);
	if (!read_value(&d, t, out))
		return report(&d, t, fi);
	if (used != NULL) {
		*used = (size_t)(d.r.p - d.r.start);
	} else if (d.r.p != d.r.end) {
		fail(&d, FAULT_TRAILING, NULL);
		return report(&d, t, fi);
	}
	return FAULT_OK;
}

enum fault
coer_decode(const struct asn_type *t, void *out, struct arena *arena,
    struct bytes in, struct fault_info *fi)
{
	return decode(t, out, arena, in, NULL, fi);
}

enum fault
coer_decode_prefix(const struct asn_type *t, void *out, struct arena *arena,
    struct bytes in, size_t *used, struct fault_info *fi)
{
	return decode(t, out, arena, in, used, fi);
}
