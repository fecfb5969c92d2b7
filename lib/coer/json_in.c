/* json_in.c - JSON to C values; see json.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "coer/json.h"
#include "coer/value.h"

struct in {
	struct arena *arena;
	struct fault_info *fi;
	const char *type, *field; /* innermost, for errors */
	unsigned depth;
};

static enum fault
get_value(struct in *, const struct asn_type *, void *, json_t *);

static enum fault
bad(const struct in *in, enum fault code, const char *cause)
{
	return fault_set(in->fi, code, "%s%s%s: %s",
	    in->type != NULL ? in->type : "", in->field != NULL ? "." : "",
	    in->field != NULL ? in->field : "", cause);
}

static enum fault
no_memory(const struct in *in)
{
	return bad(in, FAULT_TOO_LARGE, "memory limit reached");
}

/* Integers, as numbers or as strings of digits (see json.h).  The sign is
 * kept apart, so that both ends of 64 bits are covered. */
static bool
get_number(json_t *json, bool *negative, uint64_t *v)
{
	const char *s, *digits;
	char *end;

	if (json_is_integer(json)) {
		*negative = json_integer_value(json) < 0;
		*v = (uint64_t)json_integer_value(json);
		return true;
	}
	if ((s = json_string_value(json)) == NULL)
		return false;
	*negative = *s == '-';
	digits = s + *negative;
	if (*digits < '0' || *digits > '9')
		return false;
	errno = 0;
	*v = strtoull(digits, &end, 10);
	if (errno != 0 || *end != '\0' ||
	    (*negative && *v > (uint64_t)INT64_MAX + 1))
		return false;
	if (*negative)
		*v = -*v;
	return true;
}

static enum fault
get_integer(struct in *in, const struct asn_type *t, void *out, json_t *json)
{
	bool negative, sign = t->kind == ASN_K_INT || t->kind == ASN_K_VARINT;
	uint64_t v;

	if (!get_number(json, &negative, &v))
		return bad(in, FAULT_BAD_MESSAGE, "not an integer");
	if (sign ? negative ? (int64_t)v < t->lo : v > t->hi
		 : negative || v < (uint64_t)t->lo || v > t->hi)
		return bad(in, FAULT_CONSTRAINT, "integer outside its range");
	store(out, t->size, v);
	return FAULT_OK;
}

static enum fault
get_enum(struct in *in, const struct asn_type *t, void *out, json_t *json)
{
	const char *name = json_string_value(json);
	const struct asn_field *f;

	if (name == NULL && t->extensible && json_is_integer(json) &&
	    json_integer_value(json) >= 0 && json_integer_value(json) <= 0x7f) {
		store(out, t->size, (uint64_t)json_integer_value(json));
		return FAULT_OK;
	}
	for (f = t->field; name != NULL && f < t->field + t->nfield; f++)
		if (strcmp(f->name, name) == 0) {
			store(out, t->size, (uint64_t)f->dflt);
			return FAULT_OK;
		}
	return bad(in, FAULT_BAD_MESSAGE, "not an enumerator of this type");
}

static enum fault
get_hex(struct in *in, struct bytes *out, json_t *json)
{
	const char *hex = json_string_value(json);
	size_t n = json_string_length(json) / 2;
	uint8_t *p;

	if (hex == NULL)
		return bad(in, FAULT_BAD_MESSAGE, "not a hexadecimal string");
	if ((p = arena_alloc(in->arena, n, 1)) == NULL)
		return no_memory(in);
	if (!hex_decode(p, n, hex))
		return bad(in, FAULT_BAD_MESSAGE, "not a hexadecimal string");
	*out = (struct bytes){p, n};
	return FAULT_OK;
}

static enum fault
get_octets(struct in *in, const struct asn_type *t, void *out, json_t *json)
{
	const char *hex = json_string_value(json);

	if (hex == NULL || !hex_decode(out, t->size, hex))
		return bad(in, FAULT_BAD_MESSAGE,
		    "not a hexadecimal string of this size");
	return FAULT_OK;
}

static enum fault
get_bits(struct in *in, void *out, json_t *json)
{
	json_t *bits = json_object_get(json, "bits");
	json_int_t nbit = json_integer_value(bits);
	struct bytes b = BYTES_NONE;
	uint8_t v = 0;

	if (json_object_size(json) != 2 || !json_is_integer(bits) || nbit < 0 ||
	    nbit > 8)
		return bad(in, FAULT_BAD_MESSAGE, "not {\"bits\", \"hex\"}");
	TRY(get_hex(in, &b, json_object_get(json, "hex")));
	if (b.n == 1)
		v = b.p[0];
	if (b.n != (nbit > 0) || (v & 0xff >> nbit) != 0)
		return bad(in, FAULT_BAD_MESSAGE, "bits and hex disagree");
	*(uint8_t *)out = v;
	return FAULT_OK;
}

static size_t
put_subidentifier(uint8_t *p, uint64_t v)
{
	size_t n = 1, i;

	for (i = 7; i < 64 && v >> i != 0; i += 7)
		n++;
	for (i = n; i-- > 0; v >>= 7)
		p[i] = (uint8_t)((v & 0x7f) | (i + 1 < n ? 0x80 : 0));
	return n;
}

static enum fault
get_oid(struct in *in, struct bytes *out, json_t *json)
{
	const char *s = json_string_value(json);
	uint64_t arc, top = 0;
	uint8_t *p;
	char *end;
	size_t i, n = 0;

	if (s == NULL)
		return bad(in, FAULT_BAD_MESSAGE, "not an object identifier");
	/* A digit never takes more than one octet, except the first arc. */
	if ((p = arena_alloc(in->arena, strlen(s) + 10, 1)) == NULL)
		return no_memory(in);
	for (i = 0; *s >= '0' && *s <= '9';
	     i++, s = *end == '.' ? end + 1 : end) {
		errno = 0;
		arc = strtoull(s, &end, 10);
		if (errno != 0 || arc > UINT64_MAX - 80 ||
		    (i == 0 && arc > 2) || (i == 1 && top < 2 && arc >= 40))
			break;
		if (i == 0)
			top = arc;
		else
			n += put_subidentifier(
			    p + n, i == 1 ? 40 * top + arc : arc);
	}
	if (*s != '\0' || i < 2 || s[-1] == '.')
		return bad(in, FAULT_BAD_MESSAGE, "not an object identifier");
	*out = (struct bytes){p, n};
	return FAULT_OK;
}

static enum fault
get_string(struct in *in, const struct asn_type *t, void *out, json_t *json)
{
	struct bytes b;

	if (t->kind == ASN_K_OID) {
		TRY(get_oid(in, &b, json));
	} else if (t->kind == ASN_K_UTF8) {
		if (!json_is_string(json))
			return bad(in, FAULT_BAD_MESSAGE, "not a string");
		b.p = (const uint8_t *)json_string_value(json);
		b.n = json_string_length(json);
		b = bytes_copy(in->arena, b);
		if (b.p == NULL)
			return no_memory(in);
	} else {
		TRY(get_hex(in, &b, json));
	}
	memcpy(out, &b, sizeof(b));
	return FAULT_OK;
}

static enum fault
get_sequence_of(
    struct in *in, const struct asn_type *t, void *out, json_t *json)
{
	struct list l = {json_array_size(json), NULL};
	size_t i;

	if (!json_is_array(json))
		return bad(in, FAULT_BAD_MESSAGE, "not an array");
	if (l.n > 0 && (l.v = arena_array(in->arena, l.n, t->elem->size,
			    t->elem->align)) == NULL)
		return no_memory(in);
	for (i = 0; i < l.n; i++)
		TRY(get_value(in, t->elem, (uint8_t *)l.v + i * t->elem->size,
		    json_array_get(json, i)));
	memcpy(out, &l, sizeof(l));
	return FAULT_OK;
}

/* The number in "[number]"; 0: of another form.  Number 0 is always known. */
static unsigned
bracketed(const char *name)
{
	unsigned n = 0;

	if (*name++ != '[')
		return 0;
	for (; *name >= '0' && *name <= '9' && n < 0x3f; name++)
		n = 10 * n + (unsigned)(*name - '0');
	return strcmp(name, "]") == 0 ? n : 0;
}

static enum fault
get_unknown(struct in *in, const struct asn_type *t, uint8_t *out,
    const char *name, json_t *json)
{
	unsigned index = bracketed(name);
	struct asn_unknown u;

	if (!t->extensible || index < t->nfield || index >= 0x3f)
		return bad(in, FAULT_UNKNOWN_ALTERNATIVE,
		    "not an alternative of this type");
	u.index = (uint8_t)index;
	TRY(get_hex(in, &u.octets, json));
	store(out, sizeof(int), t->nfield);
	memcpy(out + t->more, &u, sizeof(u));
	return FAULT_OK;
}

static enum fault
get_choice(struct in *in, const struct asn_type *t, uint8_t *out, json_t *json)
{
	void *it = json_object_iter(json);
	const char *name;
	uint32_t i;

	in->type = t->name;
	in->field = NULL;
	if (json_object_size(json) != 1)
		return bad(in, FAULT_BAD_MESSAGE, "not one alternative");
	name = json_object_iter_key(it);
	for (i = 0; i < t->nfield; i++)
		if (strcmp(t->field[i].name, name) == 0)
			break;
	if (i == t->nfield)
		return get_unknown(
		    in, t, out, name, json_object_iter_value(it));
	in->field = t->field[i].name;
	store(out, sizeof(int), i);
	return get_value(in, t->field[i].type, out + t->field[i].offset,
	    json_object_iter_value(it));
}

static enum fault
get_more_json(
    struct in *in, const struct asn_type *t, uint8_t *out, json_t *json)
{
	json_t *present = json_object_get(json, "present");
	json_t *bits = json_object_get(present, "bits");
	struct asn_more *m;

	in->field = "...";
	if (!t->extensible || !json_is_integer(bits) ||
	    json_integer_value(bits) < 1 ||
	    json_integer_value(bits) > COER_MAX_ADDITIONS)
		return bad(in, FAULT_BAD_MESSAGE, "not extension additions");
	if ((m = ARENA_NEW(in->arena, struct asn_more)) == NULL)
		return no_memory(in);
	m->nbit = (size_t)json_integer_value(bits);
	TRY(get_hex(in, &m->bitmap, json_object_get(present, "hex")));
	TRY(get_hex(in, &m->unknown, json_object_get(json, "unknown")));
	if (m->bitmap.n != (m->nbit + 7) / 8)
		return bad(in, FAULT_BAD_MESSAGE, "bits and hex disagree");
	set_pointer(out + t->more, m);
	return FAULT_OK;
}

static enum fault
get_component(struct in *in, const struct asn_type *t,
    const struct asn_field *f, uint8_t *at, json_t *json)
{
	void *sub;

	in->type = t->name;
	in->field = f->name;
	if (json == NULL && f->presence == ASN_REQUIRED)
		return bad(in, FAULT_BAD_MESSAGE, "missing");
	if (json == NULL) {
		if (f->presence == ASN_DEFAULT)
			store(at, f->type->size, (uint64_t)f->dflt);
		return FAULT_OK;
	}
	if (f->presence == ASN_OPTIONAL) {
		sub = arena_alloc(in->arena, f->type->size, f->type->align);
		if (sub == NULL)
			return no_memory(in);
		set_pointer(at, sub);
		at = sub;
	}
	return get_value(in, f->type, at, json);
}

static enum fault
get_sequence(
    struct in *in, const struct asn_type *t, uint8_t *out, json_t *json)
{
	const struct asn_field *f;
	size_t known = 0;
	json_t *member;

	in->type = t->name;
	in->field = NULL;
	if (!json_is_object(json))
		return bad(in, FAULT_BAD_MESSAGE, "not an object");
	for (f = t->field; f < t->field + t->nfield; f++) {
		if (f->name == NULL)
			continue;
		member = json_object_get(json, f->name);
		known += member != NULL;
		TRY(get_component(in, t, f, out + f->offset, member));
	}
	in->type = t->name;
	if ((member = json_object_get(json, "...")) != NULL) {
		known++;
		TRY(get_more_json(in, t, out, member));
	}
	in->field = NULL;
	if (known != json_object_size(json))
		return bad(in, FAULT_BAD_MESSAGE,
		    "member that the type does not"
		    " have");
	return FAULT_OK;
}

static enum fault
get_nested(struct in *in, const struct asn_type *t, void *out, json_t *json)
{
	enum fault f;

	if (in->depth == COER_MAX_DEPTH)
		return bad(in, FAULT_TOO_DEEP, "nested too deep");
	in->depth++;
	if (t->kind == ASN_K_SEQUENCE)
		f = get_sequence(in, t, out, json);
	else if (t->kind == ASN_K_CHOICE)
		f = get_choice(in, t, out, json);
	else
		f = get_sequence_of(in, t, out, json);
	in->depth--;
	return f;
}

static enum fault
get_value(struct in *in, const struct asn_type *t, void *out, json_t *json)
{
	switch (t->kind) {
	case ASN_K_NULL:
		return json_is_null(json)
			   ? FAULT_OK
			   : bad(in, FAULT_BAD_MESSAGE, "not null");
	case ASN_K_BOOLEAN:
		*(bool *)out = json_is_true(json);
		return json_is_boolean(json)
			   ? FAULT_OK
			   : bad(in, FAULT_BAD_MESSAGE, "not true or false");
	case ASN_K_UINT:
	case ASN_K_VARUINT:
	case ASN_K_INT:
	case ASN_K_VARINT:
		return get_integer(in, t, out, json);
	case ASN_K_ENUM:
		return get_enum(in, t, out, json);
	case ASN_K_BITS8:
		return get_bits(in, out, json);
	case ASN_K_OCTETS:
		return get_octets(in, t, out, json);
	case ASN_K_STRING:
	case ASN_K_UTF8:
	case ASN_K_OID:
	case ASN_K_OPEN:
		return get_string(in, t, out, json);
	case ASN_K_SEQUENCE:
	case ASN_K_SEQUENCE_OF:
	case ASN_K_CHOICE:
		return get_nested(in, t, out, json);
	case ASN_K_ALIAS:
		return get_value(in, t->elem, out, json);
	case ASN_K_EXTRA:
	case ASN_K_SPAN:
		break;
	}
	return FAULT_OK;
}

enum fault
coer_from_json(const struct asn_type *t, void *out, struct arena *arena,
    json_t *json, struct fault_info *fi)
{
	struct in in = {.arena = arena, .fi = fi, .type = t->name};

	memset(out, 0, t->size);
	return get_value(&in, t, out, json);
}

/* Octets of the integer that starts at p; 0: none does. */
static size_t
integer_at(const char *p, const char *end)
{
	size_t n = *p == '-' ? 1 : 0;

	while (p + n < end && p[n] >= '0' && p[n] <= '9')
		n++;
	return n;
}

/* Copies JSON text, with quotes around integers of 19 digits and more. */
static size_t
quote_long_integers(char *out, const char *p, size_t n)
{
	const char *end = p + n;
	bool quoted = false;
	char *o = out;
	size_t len;

	while (p < end) {
		if (quoted && *p == '\\' && p + 1 < end) {
			*o++ = *p++;
		} else if (*p == '"') {
			quoted = !quoted;
		} else if (!quoted && (len = integer_at(p, end)) > 0) {
			if (len >= 19)
				*o++ = '"';
			memcpy(o, p, len);
			o += len;
			p += len;
			if (len >= 19)
				*o++ = '"';
			continue;
		}
		*o++ = *p++;
	}
	return (size_t)(o - out);
}

json_t *
coer_json_load(const char *text, size_t n, struct fault_info *fi)
{
	json_error_t error;
	json_t *json;
	char *copy;

	/* 19 digits grow by two quotes. */
	if ((copy = malloc(n + n / 8 + 1)) == NULL) {
		fault_set(fi, FAULT_TOO_LARGE, "out of memory");
		return NULL;
	}
	n = quote_long_integers(copy, text, n);
	json = json_loadb(copy, n,
	    JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
	free(copy);
	if (json == NULL)
		fault_set(fi, FAULT_BAD_MESSAGE, "line %d: %s", error.line,
		    error.text);
	return json;
}
