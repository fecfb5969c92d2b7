/* encode.c - from C values to octets; see coer.h. */
#include "coer/value.h"

struct encoder {
	struct writer *w; /* NULL: only count */
	size_t n;	  /* octets so far */
	unsigned depth;
	/* The error. */
	enum fault code;
	const char *cause; /* NULL: the general text of code */
	const char *type, *field;
};

static bool
write_value(struct encoder *, const struct asn_type *, const void *);

static bool
fail(struct encoder *e, enum fault code, const char *cause)
{
	e->code = code;
	e->cause = cause;
	return false;
}

static bool
blame(struct encoder *e, const struct asn_type *t, const char *field)
{
	if (e->type == NULL) {
		e->type = t->name;
		e->field = field;
	}
	return false;
}

/* Room for n octets; NULL: none, or they are only counted. */
static inline uint8_t *
room(struct encoder *e, size_t n)
{
	struct writer *w = e->w;
	uint8_t *p;

	e->n += n;
	if (w == NULL)
		return NULL;
	if (w->failed || n > (size_t)(w->end - w->p)) {
		w->failed = true;
		return NULL;
	}
	p = w->p;
	w->p += n;
	return p;
}

static inline void
put(struct encoder *e, const void *in, size_t n)
{
	uint8_t *p = room(e, n);

	if (p != NULL && n > 0)
		memcpy(p, in, n);
}

static inline void
put_octet(struct encoder *e, uint64_t v)
{
	uint8_t *p = room(e, 1);

	if (p != NULL)
		*p = (uint8_t)v;
}

static inline void
put_uint(struct encoder *e, uint64_t v, unsigned n)
{
	uint8_t *p = room(e, n);

	if (p == NULL)
		return;
	for (; n > 0; v >>= 8)
		p[--n] = (uint8_t)v;
}

static inline unsigned
octets_of(uint64_t v)
{
	return 8 - (unsigned)__builtin_clzll(v | 1) / 8;
}

static void
put_length(struct encoder *e, size_t n)
{
	if (n < 0x80) {
		put_octet(e, n);
		return;
	}
	put_octet(e, 0x80 | octets_of(n));
	put_uint(e, n, octets_of(n));
}

static void
put_varuint(struct encoder *e, uint64_t v)
{
	unsigned n = octets_of(v);

	put_octet(e, n);
	put_uint(e, v, n);
}

static void
put_varint(struct encoder *e, int64_t v)
{
	unsigned n = 1;

	while (n < 8 && sign_extend((uint64_t)v, n) != v)
		n++;
	put_octet(e, n);
	put_uint(e, (uint64_t)v, n);
}

static bool
write_integer(struct encoder *e, const struct asn_type *t, const void *in)
{
	uint64_t v = load(in, t->size);
	int64_t s;

	if (t->kind == ASN_K_UINT) {
		if (v < (uint64_t)t->lo || v > t->hi)
			return fail(e, FAULT_CONSTRAINT, NULL);
	} else {
		s = sign_extend(v, t->size);
		if (s < t->lo || s > (int64_t)t->hi)
			return fail(e, FAULT_CONSTRAINT, NULL);
	}
	put_uint(e, v, t->size);
	return true;
}

static bool
write_enum(struct encoder *e, const struct asn_type *t, const void *in)
{
	uint64_t v = load(in, t->size);

	if (v > 0x7f || (!t->extensible && asn_enumerator(t, v) == NULL))
		return fail(e, FAULT_UNKNOWN_ALTERNATIVE, NULL);
	put_octet(e, v);
	return true;
}

static bool
write_bits(struct encoder *e, const struct asn_type *t, const void *in)
{
	if (load(in, 1) < (uint64_t)t->lo)
		return fail(e, FAULT_CONSTRAINT, "no bit is set");
	put(e, in, 1);
	return true;
}

static bool
write_octets(struct encoder *e, const struct asn_type *t, const void *in)
{
	const uint8_t *p = in;
	uint32_t i;

	for (i = 0; t->hi == 0 && i < t->size; i++)
		if (p[i] != 0)
			return fail(e, FAULT_CONSTRAINT, "octets are not zero");
	put(e, in, t->size);
	return true;
}

static bool
write_string(struct encoder *e, const struct asn_type *t, const void *in)
{
	struct bytes b;
	const char *cause;

	memcpy(&b, in, sizeof(b));
	if (t->kind == ASN_K_UTF8) {
		if ((cause = asn_check_utf8(t, b)) != NULL)
			return fail(e, FAULT_CONSTRAINT, cause);
	} else if (b.n < (uint64_t)t->lo || b.n > t->hi) {
		return fail(e, FAULT_CONSTRAINT, "size outside its limits");
	} else if (t->kind == ASN_K_OID && !asn_check_oid(b)) {
		return fail(e, FAULT_CONSTRAINT, "not an object identifier");
	}
	put_length(e, b.n);
	put(e, b.p, b.n);
	return true;
}

static bool
write_sequence_of(struct encoder *e, const struct asn_type *t, const void *in)
{
	struct list l = get_list(in);
	const uint8_t *at = l.v;

	if (l.n < (uint64_t)t->lo || l.n > t->hi)
		return fail(e, FAULT_CONSTRAINT, "number of elements");
	if (l.n > COER_MAX_ELEMENTS)
		return fail(e, FAULT_TOO_LARGE, "too many elements");
	put_varuint(e, l.n);
	for (; l.n > 0; l.n--, at += t->elem->size)
		if (!write_value(e, t->elem, at))
			return false;
	return true;
}

/* A value wrapped in its length, which is counted first. */
static bool
write_open(struct encoder *e, const struct asn_type *t, const void *in)
{
	struct encoder count = {.depth = e->depth};

	if (write_value(&count, t, in)) {
		put_length(e, count.n);
		if (e->w != NULL)
			return write_value(e, t, in);
		e->n += count.n;
		return true;
	}
	e->type = count.type;
	e->field = count.field;
	return fail(e, count.code, count.cause);
}

static bool
write_unknown(struct encoder *e, const struct asn_type *t, const uint8_t *in)
{
	struct asn_unknown u;

	memcpy(&u, in + t->more, sizeof(u));
	if (!t->extensible || u.index < t->nfield || u.index >= 0x3f)
		return fail(e, FAULT_UNKNOWN_ALTERNATIVE, NULL);
	put_octet(e, 0x80u | u.index);
	put_length(e, u.octets.n);
	put(e, u.octets.p, u.octets.n);
	return true;
}

static bool
write_choice(struct encoder *e, const struct asn_type *t, const uint8_t *in)
{
	const struct asn_field *f;
	uint64_t tag = load(in, sizeof(int));
	bool ok;

	if (tag > t->nfield || (tag == t->nfield && !t->extensible)) {
		fail(e, FAULT_UNKNOWN_ALTERNATIVE, NULL);
		return blame(e, t, NULL);
	}
	if (tag == t->nfield)
		return write_unknown(e, t, in) || blame(e, t, "unknown");
	f = &t->field[tag];
	put_octet(e, 0x80 | tag);
	if (tag < t->nroot)
		ok = write_value(e, f->type, in + f->offset);
	else
		ok = write_open(e, f->type, in + f->offset);
	return ok || blame(e, t, f->name);
}

static bool
has_additions(const struct asn_type *t, const uint8_t *in)
{
	const struct asn_more *more = get_more(t, in);
	const struct asn_field *f;

	for (f = t->field + t->nroot; f < t->field + t->nfield; f++)
		if (get_pointer(in + f->offset) != NULL)
			return true;
	return more != NULL && more->unknown.n > 0;
}

/* Sets the presence bits of additions; returns their number.  The number
 * received is kept, so that what was received is written again as it was; a
 * new value has as many as the edition it needs. */
static size_t
addition_bits(const struct asn_type *t, const uint8_t *in, uint8_t *bits)
{
	size_t i, nknown = t->nfield - t->nroot, nbit = t->nold - t->nroot;
	const struct asn_more *more = get_more(t, in);

	if (more != NULL) {
		nbit = more->nbit;
		for (i = nknown; i < nbit; i++)
			if ((more->bitmap.p[i / 8] & 0x80 >> i % 8) != 0)
				bits[i / 8] |= (uint8_t)(0x80 >> i % 8);
	}
	for (i = 0; i < nknown; i++) {
		if (get_pointer(in + t->field[t->nroot + i].offset) == NULL)
			continue;
		bits[i / 8] |= (uint8_t)(0x80 >> i % 8);
		if (i >= nbit)
			nbit = nknown;
	}
	return nbit;
}

static bool
write_additions(struct encoder *e, const struct asn_type *t, const uint8_t *in)
{
	uint8_t bits[COER_MAX_ADDITIONS / 8] = {0};
	const struct asn_more *more = get_more(t, in);
	size_t nbit = addition_bits(t, in, bits), n = (nbit + 7) / 8;
	const struct asn_field *f;
	const void *sub;

	put_length(e, n + 1);
	put_octet(e, 8 * n - nbit);
	put(e, bits, n);
	for (f = t->field + t->nroot; f < t->field + t->nfield; f++) {
		if ((sub = get_pointer(in + f->offset)) == NULL)
			continue;
		if (!write_open(e, f->type, sub))
			return blame(e, t, f->name);
	}
	if (more != NULL)
		put(e, more->unknown.p, more->unknown.n);
	return true;
}

/* The extension bit, then one bit for each component that may be absent. */
static void
write_preamble(struct encoder *e, const struct asn_type *t, const uint8_t *in,
    bool additions)
{
	unsigned n = t->extensible + t->nbit;
	const struct asn_field *f;
	uint64_t bits = additions;

	if (n == 0)
		return;
	for (f = t->field; t->nbit > 0 && f < t->field + t->nroot; f++)
		if (f->presence != ASN_REQUIRED)
			bits = bits << 1 | is_present(f, in + f->offset);
	put_uint(e, bits << (-n & 7), (n + 7) / 8);
}

static bool
write_sequence(struct encoder *e, const struct asn_type *t, const uint8_t *in)
{
	bool additions = t->extensible && has_additions(t, in);
	const struct asn_field *f;

	write_preamble(e, t, in, additions);
	for (f = t->field; f < t->field + t->nroot; f++) {
		if (!is_present(f, in + f->offset))
			continue;
		if (!write_value(e, f->type, value_of(f, in + f->offset)))
			return blame(e, t, f->name);
	}
	return !additions || write_additions(e, t, in);
}

static bool
write_nested(struct encoder *e, const struct asn_type *t, const void *in)
{
	bool ok;

	if (e->depth == COER_MAX_DEPTH) {
		fail(e, FAULT_TOO_DEEP, NULL);
		return blame(e, t, NULL);
	}
	e->depth++;
	if (t->kind == ASN_K_SEQUENCE)
		ok = write_sequence(e, t, in);
	else if (t->kind == ASN_K_CHOICE)
		ok = write_choice(e, t, in);
	else
		ok = write_sequence_of(e, t, in);
	e->depth--;
	return ok;
}

static bool
write_value(struct encoder *e, const struct asn_type *t, const void *in)
{
	switch (t->kind) {
	case ASN_K_SEQUENCE:
	case ASN_K_SEQUENCE_OF:
	case ASN_K_CHOICE:
		return write_nested(e, t, in);
	case ASN_K_UINT:
	case ASN_K_INT:
		return write_integer(e, t, in);
	case ASN_K_VARUINT:
		put_varuint(e, load(in, 8));
		break;
	case ASN_K_VARINT:
		put_varint(e, (int64_t)load(in, 8));
		break;
	case ASN_K_ENUM:
		return write_enum(e, t, in);
	case ASN_K_OCTETS:
		return write_octets(e, t, in);
	case ASN_K_STRING:
	case ASN_K_UTF8:
	case ASN_K_OID:
	case ASN_K_OPEN:
		return write_string(e, t, in);
	case ASN_K_BITS8:
		return write_bits(e, t, in);
	case ASN_K_BOOLEAN:
		put_octet(e, *(const bool *)in ? 0xff : 0);
		break;
	case ASN_K_ALIAS:
		return write_value(e, t->elem, in);
	case ASN_K_EXTRA:
		put_uint(e, 0, *(const bool *)in ? 1 : 0);
		break;
	case ASN_K_SPAN:
	case ASN_K_NULL:
		break;
	}
	return true;
}

static enum fault
report(const struct encoder *e, const struct asn_type *t, struct fault_info *fi)
{
	const char *cause = e->cause != NULL ? e->cause : fault_text(e->code);

	fault_set(fi, e->code, "%s%s%s: %s (encoding, octet %zu)",
	    e->type != NULL ? e->type : t->name, e->field != NULL ? "." : "",
	    e->field != NULL ? e->field : "", cause, e->n);
	if (fi != NULL)
		fi->offset = e->n;
	return e->code;
}

enum fault
coer_encode(const struct asn_type *t, const void *in, struct writer *w,
    struct fault_info *fi)
{
	struct encoder e = {.w = w};

	if (write_value(&e, t, in) && w->failed)
		fail(&e, FAULT_TOO_LARGE, "no room for the encoding");
	return e.code == FAULT_OK ? FAULT_OK : report(&e, t, fi);
}

enum fault
coer_encode_new(struct bytes *out, struct arena *arena,
    const struct asn_type *t, const void *in, struct fault_info *fi)
{
	struct encoder e = {0};
	struct writer w;
	uint8_t *p;

	*out = BYTES_NONE;
	if (!write_value(&e, t, in))
		return report(&e, t, fi);
	if ((p = arena_alloc(arena, e.n, 1)) == NULL) {
		fail(&e, FAULT_TOO_LARGE, "memory limit reached");
		return report(&e, t, fi);
	}
	w = writer_of(p, e.n);
	TRY(coer_encode(t, in, &w, fi));
	*out = writer_done(&w);
	return FAULT_OK;
}

size_t
coer_size(const struct asn_type *t, const void *in)
{
	struct encoder e = {0};

	return write_value(&e, t, in) ? e.n : 0;
}
