/* explain.c - see explain.h. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "base/time32.h"
#include "coer/value.h"
#include "crypto/hash.h"
#include "schema/schema.h"
#include "tool/scms/explain.h"

#define OPEN_DEPTH_MAX 12

struct out {
	FILE *f;
	struct arena *arena;
	unsigned indent, opened;
};

/* Names from the CAMP base types (use-cases.md 3.5). */
static const struct {
	uint64_t first, last;
	const char *name;
} psids[] = {
    {0x20, 0x20, "basic safety message"},
    {0x23, 0x23, "security management"},
    {0x26, 0x26, "misbehavior reporting"},
    {0x27, 0x27, "vulnerable road users"},
    {0x80, 0x80, "differential GPS, uncompressed"},
    {0x81, 0x81, "differential GPS, compressed"},
    {0x82, 0x82, "intersection safety"},
    {0x83, 0x83, "traveller information"},
    {0x87, 0x87, "WAVE service advertisement"},
    {0x100, 0x100, "certificate revocation list"},
    {0x4082, 0x4082, "vehicle initiated distress"},
    {0x204083, 0x204083, "software update"},
    {0x204088, 0x204097, "CV pilot application"},
};

const char *
explain_psid(uint64_t psid)
{
	size_t i;

	for (i = 0; i < sizeof(psids) / sizeof(*psids); i++)
		if (psid >= psids[i].first && psid <= psids[i].last)
			return psids[i].name;
	return NULL;
}

static void value(struct out *, const struct asn_type *, const void *);

static void
new_line(struct out *o)
{
	fprintf(o->f, "\n%*s", (int)(2 * o->indent), "");
}

static void
octets(struct out *o, struct bytes b)
{
	size_t i;

	if (b.n == 0)
		fputs("(empty)", o->f);
	for (i = 0; i < b.n; i++)
		fprintf(o->f, "%02x", b.p[i]);
}

/* UTF-8 from outside may hold control characters; a terminal sees none. */
static void
text(struct out *o, struct bytes b)
{
	size_t i;

	fputc('"', o->f);
	for (i = 0; i < b.n; i++) {
		if (b.p[i] < ' ' || b.p[i] == 0x7f || b.p[i] == '"')
			fprintf(o->f, "\\x%02x", b.p[i]);
		else
			fputc(b.p[i], o->f);
	}
	fputc('"', o->f);
}

static void
opened(struct out *o, struct bytes b)
{
	struct guess g;

	if (b.n < 3 || o->opened == OPEN_DEPTH_MAX ||
	    explain_guess(&g, o->arena, b, NULL) != FAULT_OK) {
		octets(o, b);
		return;
	}
	fprintf(o->f, "%zu octets, contents: %s", b.n, g.type->name);
	o->indent++;
	o->opened++;
	new_line(o);
	value(o, g.type, g.value);
	o->opened--;
	o->indent--;
}

/* Words behind a number, by the name of its type. */
static void
remark(struct out *o, const char *type, uint64_t v)
{
	char when[TIME32_TEXT];
	const char *name;

	if (strcmp(type, "Time32") == 0 || strcmp(type, "Time64") == 0) {
		if (strcmp(type, "Time64") == 0)
			v /= 1000000;
		if (v > UINT32_MAX)
			return;
		time32_text(when, (uint32_t)v);
		fprintf(o->f, "  (%s)", when);
	} else if (strcmp(type, "Psid") == 0) {
		name = explain_psid(v);
		fprintf(o->f, "  (0x%" PRIx64 "%s%s)", v,
		    name != NULL ? ", " : "", name != NULL ? name : "");
	} else if (strcmp(type, "IValue") == 0) {
		time32_text(when, (uint32_t)(I_ZERO_DEFAULT +
					     (v & 0xffff) * I_PERIOD_DEFAULT));
		fprintf(o->f, "  (week of %s)", when);
	} else if (strcmp(type, "CountryOnly") == 0 ||
		   strcmp(type, "UnCountryId") == 0) {
		name = v == 840	  ? "USA"
		       : v == 124 ? "Canada"
		       : v == 484 ? "Mexico"
				  : NULL;
		if (name != NULL)
			fprintf(o->f, "  (%s)", name);
	} else if (strcmp(type, "CrlSeries") == 0) {
		name = v == 1	  ? "OBE pseudonym"
		       : v == 2	  ? "SCMS components"
		       : v == 3	  ? "EE non-pseudonym"
		       : v == 4	  ? "EE enrollment"
		       : v == 256 ? "special components"
				  : NULL;
		if (name != NULL)
			fprintf(o->f, "  (%s)", name);
	}
}

/* The octet before ScmsPDU that some devices send; see asn.h. */
static bool
is_extra_octet(const struct asn_field *f, const void *at)
{
	return asn_resolve(f->type)->kind == ASN_K_EXTRA && *(const bool *)at;
}

static void
sequence(struct out *o, const struct asn_type *t, const void *obj)
{
	const struct asn_field *f;
	const uint8_t *at;
	bool any = false;

	for (f = t->field; f < t->field + t->nfield; f++) {
		at = (const uint8_t *)obj + f->offset;
		if ((f->name == NULL && !is_extra_octet(f, at)) ||
		    (f->presence == ASN_OPTIONAL && get_pointer(at) == NULL))
			continue;
		if (any)
			new_line(o);
		any = true;
		if (f->name == NULL) {
			fputs("(extra octet 00)", o->f);
			continue;
		}
		fprintf(o->f, "%s: ", f->name);
		o->indent++;
		if (asn_resolve(f->type)->kind == ASN_K_SEQUENCE)
			new_line(o);
		value(o, f->type, value_of(f, at));
		o->indent--;
	}
	if (t->extensible && get_more(t, obj) != NULL &&
	    get_more(t, obj)->unknown.n > 0) {
		new_line(o);
		fputs("(unknown additions): ", o->f);
		octets(o, get_more(t, obj)->unknown);
	}
}

static void
sequence_of(struct out *o, const struct asn_type *t, const void *obj)
{
	const struct list l = get_list(obj);
	const struct asn_type *elem = asn_resolve(t->elem);
	size_t i;

	if (l.n == 0)
		fputs("(none)", o->f);
	for (i = 0; i < l.n; i++) {
		new_line(o);
		fprintf(o->f, "%zu: ", i + 1);
		o->indent++;
		value(o, t->elem, (const uint8_t *)l.v + i * elem->size);
		o->indent--;
	}
}

static void
choice(struct out *o, const struct asn_type *t, const void *obj)
{
	uint64_t is = load(obj, sizeof(int));
	const struct asn_field *f = &t->field[is];
	const struct asn_unknown *u;

	if (is >= t->nfield) {
		u = (const void *)((const uint8_t *)obj + t->more);
		fprintf(o->f, "unknown alternative %u ", u->index);
		octets(o, u->octets);
		return;
	}
	fputs(f->name, o->f);
	if (asn_resolve(f->type)->kind == ASN_K_NULL)
		return;
	fputs(": ", o->f);
	o->indent++;
	if (asn_resolve(f->type)->kind == ASN_K_SEQUENCE)
		new_line(o);
	value(o, f->type, (const uint8_t *)obj + f->offset);
	o->indent--;
}

static void
named_bits(struct out *o, const struct asn_type *t, uint8_t bits)
{
	const char *separator = "";
	size_t i;

	fprintf(o->f, "%02x (", bits);
	for (i = 0; i < t->nfield; i++)
		if ((bits & t->field[i].dflt) != 0) {
			fprintf(o->f, "%s%s", separator, t->field[i].name);
			separator = ", ";
		}
	fputc(')', o->f);
}

static void
number(struct out *o, const struct asn_type *outer, const struct asn_type *t,
    const void *obj)
{
	uint64_t v = load(obj, t->size);

	if (t->kind == ASN_K_INT || t->kind == ASN_K_VARINT)
		fprintf(o->f, "%" PRId64, sign_extend(v, t->size));
	else
		fprintf(o->f, "%" PRIu64, v);
	remark(o, outer->name, v);
}

static void
value(struct out *o, const struct asn_type *outer, const void *obj)
{
	const struct asn_type *t = asn_resolve(outer);
	struct bytes b;
	const char *name;

	switch (t->kind) {
	case ASN_K_NULL:
		fputs("present", o->f);
		break;
	case ASN_K_BOOLEAN:
		fputs(*(const bool *)obj ? "true" : "false", o->f);
		break;
	case ASN_K_UINT:
	case ASN_K_INT:
	case ASN_K_VARUINT:
	case ASN_K_VARINT:
		number(o, outer, t, obj);
		break;
	case ASN_K_ENUM:
		name = coer_name_of(t, (unsigned)load(obj, t->size));
		fprintf(o->f, "%s", name != NULL ? name : "unknown");
		break;
	case ASN_K_BITS8:
		named_bits(o, t, *(const uint8_t *)obj);
		break;
	case ASN_K_OCTETS:
		octets(o, (struct bytes){obj, t->size});
		break;
	case ASN_K_STRING:
	case ASN_K_OPEN:
		memcpy(&b, obj, sizeof(b));
		opened(o, b);
		break;
	case ASN_K_OID:
		memcpy(&b, obj, sizeof(b));
		octets(o, b);
		break;
	case ASN_K_UTF8:
		memcpy(&b, obj, sizeof(b));
		text(o, b);
		break;
	case ASN_K_SEQUENCE:
		sequence(o, t, obj);
		break;
	case ASN_K_SEQUENCE_OF:
		sequence_of(o, t, obj);
		break;
	case ASN_K_CHOICE:
		choice(o, t, obj);
		break;
	case ASN_K_EXTRA:
	case ASN_K_ALIAS:
	case ASN_K_SPAN:
		break;
	}
}

void
explain_value(
    FILE *f, struct arena *arena, const struct asn_type *t, const void *obj)
{
	struct out o = {.f = f, .arena = arena, .indent = 1};

	fputs("  ", f);
	value(&o, t, obj);
	fputc('\n', f);
}
