/* json.c - C values as JSON; see json.h. */
#include <stdlib.h>

#include "coer/json.h"
#include "coer/value.h"

struct out {
	FILE *f;
	unsigned level;
	bool first; /* no member written on this level yet */
};

static void put_value(struct out *, const struct asn_type *, const void *);

static void
put_hex(struct out *o, const void *in, size_t n)
{
	const uint8_t *p = in;

	fputc('"', o->f);
	for (; n > 0; n--, p++)
		fprintf(o->f, "%02x", *p);
	fputc('"', o->f);
}

/* A character outside ASCII as \uXXXX, as two of them where needed. */
static void
put_escape(struct out *o, uint32_t c)
{
	if (c < 0x10000) {
		fprintf(o->f, "\\u%04x", c);
		return;
	}
	c -= 0x10000;
	fprintf(o->f, "\\u%04x\\u%04x", 0xd800 | c >> 10, 0xdc00 | (c & 0x3ff));
}

static void
put_ascii(struct out *o, uint8_t c)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *at = c != 0 ? strchr(from, c) : NULL;

	if (at != NULL)
		fprintf(o->f, "\\%c", to[at - from]);
	else if (c < 0x20)
		put_escape(o, c);
	else
		fputc(c, o->f);
}

/* The value was checked to be UTF-8 when it was decoded; values made by
 * callers are shown octet by octet where they are not. */
static void
put_text(struct out *o, struct bytes b)
{
	static const struct asn_type any = {.hi = UINT64_MAX};
	bool utf8 = asn_check_utf8(&any, b) == NULL;
	uint32_t c = 0;
	unsigned more = 0;
	size_t i;

	fputc('"', o->f);
	for (i = 0; i < b.n; i++) {
		if (b.p[i] < 0x80) {
			put_ascii(o, b.p[i]);
			continue;
		}
		if (!utf8) {
			put_escape(o, b.p[i]);
			continue;
		}
		if (b.p[i] >= 0xc0) {
			more = b.p[i] >= 0xf0 ? 3 : b.p[i] >= 0xe0 ? 2 : 1;
			c = b.p[i] & (0x3fu >> more);
			continue;
		}
		c = c << 6 | (b.p[i] & 0x3fu);
		if (--more == 0)
			put_escape(o, c);
	}
	fputc('"', o->f);
}

static void
open_level(struct out *o, char c)
{
	fputc(c, o->f);
	o->level++;
	o->first = true;
}

static void
next_item(struct out *o)
{
	fprintf(o->f, "%s\n%*s", o->first ? "" : ",", (int)o->level, "");
	o->first = false;
}

static void
next_member(struct out *o, const char *name)
{
	next_item(o);
	fprintf(o->f, "\"%s\": ", name);
}

static void
close_level(struct out *o, char c)
{
	o->level--;
	if (!o->first)
		fprintf(o->f, "\n%*s", (int)o->level, "");
	fputc(c, o->f);
	o->first = false;
}

static void
put_bits(struct out *o, size_t nbit, const void *bits)
{
	open_level(o, '{');
	next_member(o, "bits");
	fprintf(o->f, "%zu", nbit);
	next_member(o, "hex");
	put_hex(o, bits, (nbit + 7) / 8);
	close_level(o, '}');
}

/* A default of a named bit list ends with its last bit that is set. */
static void
put_default_bits(struct out *o, uint8_t v)
{
	size_t nbit = 8;

	while (nbit > 0 && (v & 0x80 >> (nbit - 1)) == 0)
		nbit--;
	put_bits(o, nbit, &v);
}

static void
put_more(struct out *o, const struct asn_more *m)
{
	if (m == NULL || m->unknown.n == 0)
		return;
	next_member(o, "...");
	open_level(o, '{');
	next_member(o, "present");
	put_bits(o, m->nbit, m->bitmap.p);
	next_member(o, "unknown");
	put_hex(o, m->unknown.p, m->unknown.n);
	close_level(o, '}');
}

static void
put_sequence(struct out *o, const struct asn_type *t, const uint8_t *in)
{
	const struct asn_field *f;
	const uint8_t *at;

	open_level(o, '{');
	for (f = t->field; f < t->field + t->nfield; f++) {
		at = in + f->offset;
		if (f->name == NULL ||
		    (f->presence == ASN_OPTIONAL && !is_present(f, at)))
			continue;
		next_member(o, f->name);
		if (f->presence == ASN_DEFAULT && !is_present(f, at) &&
		    asn_resolve(f->type)->kind == ASN_K_BITS8)
			put_default_bits(o, *at);
		else
			put_value(o, f->type, value_of(f, at));
	}
	put_more(o, get_more(t, in));
	close_level(o, '}');
}

static void
put_sequence_of(struct out *o, const struct asn_type *t, const void *in)
{
	struct list l = get_list(in);
	const uint8_t *at = l.v;

	open_level(o, '[');
	for (; l.n > 0; l.n--, at += t->elem->size) {
		next_item(o);
		put_value(o, t->elem, at);
	}
	close_level(o, ']');
}

static void
put_choice(struct out *o, const struct asn_type *t, const uint8_t *in)
{
	uint64_t tag = load(in, sizeof(int));
	struct asn_unknown u;

	open_level(o, '{');
	if (tag < t->nfield) {
		next_member(o, t->field[tag].name);
		put_value(o, t->field[tag].type, in + t->field[tag].offset);
	} else if (t->extensible) {
		memcpy(&u, in + t->more, sizeof(u));
		next_item(o);
		fprintf(o->f, "\"[%u]\": ", u.index);
		put_hex(o, u.octets.p, u.octets.n);
	}
	close_level(o, '}');
}

static void
put_oid(struct out *o, struct bytes b)
{
	uint64_t v = 0, top;
	bool first = true;
	size_t i;

	fputc('"', o->f);
	for (i = 0; i < b.n; i++) {
		v = v << 7 | (b.p[i] & 0x7f);
		if (b.p[i] >= 0x80)
			continue;
		if (first) {
			top = v < 80 ? v / 40 : 2;
			fprintf(o->f, "%llu.%llu", (unsigned long long)top,
			    (unsigned long long)(v - 40 * top));
		} else {
			fprintf(o->f, ".%llu", (unsigned long long)v);
		}
		first = false;
		v = 0;
	}
	fputc('"', o->f);
}

static void
put_string(struct out *o, const struct asn_type *t, const void *in)
{
	struct bytes b;

	memcpy(&b, in, sizeof(b));
	if (t->kind == ASN_K_UTF8)
		put_text(o, b);
	else if (t->kind == ASN_K_OID)
		put_oid(o, b);
	else
		put_hex(o, b.p, b.n);
}

static void
put_enum(struct out *o, const struct asn_type *t, const void *in)
{
	const struct asn_field *f = asn_enumerator(t, load(in, t->size));

	if (f != NULL)
		fprintf(o->f, "\"%s\"", f->name);
	else
		fprintf(o->f, "%u", (unsigned)load(in, t->size));
}

static void
put_value(struct out *o, const struct asn_type *t, const void *in)
{
	switch (t->kind) {
	case ASN_K_NULL:
	case ASN_K_EXTRA:
	case ASN_K_SPAN:
		fputs("null", o->f);
		break;
	case ASN_K_BOOLEAN:
		fputs(*(const bool *)in ? "true" : "false", o->f);
		break;
	case ASN_K_UINT:
	case ASN_K_VARUINT:
		fprintf(o->f, "%llu", (unsigned long long)load(in, t->size));
		break;
	case ASN_K_INT:
	case ASN_K_VARINT:
		fprintf(o->f, "%lld",
		    (long long)sign_extend(load(in, t->size), t->size));
		break;
	case ASN_K_ENUM:
		put_enum(o, t, in);
		break;
	case ASN_K_BITS8:
		put_bits(o, 8, in);
		break;
	case ASN_K_OCTETS:
		put_hex(o, in, t->size);
		break;
	case ASN_K_STRING:
	case ASN_K_UTF8:
	case ASN_K_OID:
	case ASN_K_OPEN:
		put_string(o, t, in);
		break;
	case ASN_K_SEQUENCE:
		put_sequence(o, t, in);
		break;
	case ASN_K_SEQUENCE_OF:
		put_sequence_of(o, t, in);
		break;
	case ASN_K_CHOICE:
		put_choice(o, t, in);
		break;
	case ASN_K_ALIAS:
		put_value(o, t->elem, in);
		break;
	}
}

void
coer_json_write(FILE *f, const struct asn_type *t, const void *in)
{
	struct out o = {.f = f, .first = true};

	put_value(&o, t, in);
}

json_t *
coer_to_json(const struct asn_type *t, const void *in)
{
	json_t *json;
	char *text;
	size_t n;
	FILE *f;

	if ((f = open_memstream(&text, &n)) == NULL)
		return NULL;
	coer_json_write(f, t, in);
	json = fclose(f) == 0 ? coer_json_load(text, n, NULL) : NULL;
	free(text);
	return json;
}
