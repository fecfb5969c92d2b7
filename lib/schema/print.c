/* print.c - types in the notation of test/vectors/asn1-notation.txt. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "schema/schema.h"

static void print_type(FILE *, const struct asn_type *);

/* Types without a name of their own are written out where they are used. */
static void
print_reference(FILE *f, const struct asn_type *t)
{
	if (strchr(t->name, '.') == NULL && strchr(t->name, '(') == NULL)
		fputs(t->name, f);
	else
		print_type(f, t);
}

/* "(lo..hi)"; nothing where both ends are open. */
static void
print_size(FILE *f, const struct asn_type *t)
{
	if (t->hi != UINT32_MAX)
		fprintf(f, "(%" PRId64 "..%" PRIu64 ")", t->lo, t->hi);
	else if (t->lo > 0)
		fprintf(f, "(%" PRId64 "..MAX)", t->lo);
}

static void
print_integer(FILE *f, const struct asn_type *t)
{
	fputs(t->elem != NULL ? t->elem->name : "INT", f);
	if (t->lo == (int64_t)t->hi)
		fprintf(f, "(%" PRId64 ")", t->lo);
	else if (t->kind == ASN_K_UINT)
		fprintf(f, "(%" PRId64 "..%" PRIu64 ")", t->lo, t->hi);
	else
		fprintf(f, "(%" PRId64 "..%" PRId64 ")", t->lo, (int64_t)t->hi);
}

/* The default of a bit string is a list of its bits. */
static void
print_default(FILE *f, const struct asn_field *c)
{
	const struct asn_type *t = asn_resolve(c->type);
	const struct asn_field *bit;
	const char *sep = "";

	if (t->kind != ASN_K_BITS8) {
		fprintf(f, " DEFAULT %" PRId64, c->dflt);
		return;
	}
	fputs(" DEFAULT {", f);
	for (bit = t->field; bit < t->field + t->nfield; bit++) {
		if ((c->dflt & bit->dflt) == 0)
			continue;
		fprintf(f, "%s%s", sep, bit->name);
		sep = ", ";
	}
	fputc('}', f);
}

static void
print_sequence(FILE *f, const struct asn_type *t)
{
	const struct asn_field *c;
	const char *sep = "";

	fputs("SEQ{ ", f);
	for (c = t->field; c < t->field + t->nfield; c++) {
		if (c->name == NULL)
			continue;
		fprintf(f, "%s%s%s%s: ", sep,
		    c == t->field + t->nroot ? "...; " : "", c->name,
		    c->presence == ASN_OPTIONAL && !c->lax ? "?" : "");
		print_reference(f, c->type);
		if (c->presence == ASN_DEFAULT)
			print_default(f, c);
		sep = "; ";
	}
	if (t->extensible && t->nroot == t->nfield)
		fprintf(f, "%s...", sep);
	fputs(" }", f);
}

static void
print_choice(FILE *f, const struct asn_type *t)
{
	const struct asn_field *c;
	const char *sep = "";

	fputs("CHOICE{ ", f);
	for (c = t->field; c < t->field + t->nfield; c++) {
		fprintf(f, "%s%s[%td] %s: ", sep,
		    c == t->field + t->nroot ? "...; " : "", c - t->field,
		    c->name);
		print_reference(f, c->type);
		sep = "; ";
	}
	if (t->extensible && t->nroot == t->nfield)
		fprintf(f, "%s...", sep);
	fputs(" }", f);
}

static void
print_enum(FILE *f, const struct asn_type *t)
{
	const struct asn_field *c;
	const char *sep = "";

	fputs("ENUM{", f);
	for (c = t->field; c < t->field + t->nfield; c++) {
		fprintf(f, "%s%s%s=%" PRId64, sep,
		    c == t->field + t->nroot ? "..., " : "", c->name, c->dflt);
		sep = ", ";
	}
	if (t->extensible && t->nroot == t->nfield)
		fprintf(f, "%s...", sep);
	fputc('}', f);
}

/* Bits are numbered from the most significant. */
static void
print_bits(FILE *f, const struct asn_type *t)
{
	const struct asn_field *c;
	const char *sep = "";

	fputs("BITS{", f);
	for (c = t->field; c < t->field + t->nfield; c++) {
		fprintf(f, "%s%s (%d)", sep, c->name, 8 - ffs((int)c->dflt));
		sep = ", ";
	}
	fputs("}(SIZE(8))", f);
}

static void
print_type(FILE *f, const struct asn_type *t)
{
	switch (t->kind) {
	case ASN_K_NULL:
		fputs("NULL", f);
		break;
	case ASN_K_BOOLEAN:
		fputs("BOOLEAN", f);
		break;
	case ASN_K_UINT:
	case ASN_K_INT:
		print_integer(f, t);
		break;
	case ASN_K_VARUINT:
		fputs("INT(0..MAX)", f);
		break;
	case ASN_K_VARINT:
		fputs("INT", f);
		break;
	case ASN_K_ENUM:
		print_enum(f, t);
		break;
	case ASN_K_BITS8:
		print_bits(f, t);
		break;
	case ASN_K_OCTETS:
		fprintf(
		    f, "OCTETS(%u)%s", t->size, t->hi == 0 ? "(zero8)" : "");
		break;
	case ASN_K_STRING:
		fputs("OCTETS", f);
		print_size(f, t);
		break;
	case ASN_K_UTF8:
		fputs("UTF8String", f);
		print_size(f, t);
		break;
	case ASN_K_OID:
		fputs("OID", f);
		break;
	case ASN_K_OPEN:
		fputs("OPEN", f);
		break;
	case ASN_K_SEQUENCE:
		print_sequence(f, t);
		break;
	case ASN_K_SEQUENCE_OF:
		fputs("SEQOF", f);
		print_size(f, t);
		fputc(' ', f);
		print_reference(f, t->elem);
		break;
	case ASN_K_CHOICE:
		print_choice(f, t);
		break;
	case ASN_K_ALIAS:
		print_reference(f, t->elem);
		break;
	case ASN_K_EXTRA:
	case ASN_K_SPAN:
		break;
	}
}

void
schema_print(FILE *f, const struct asn_type *t)
{
	fprintf(f, "%s := ", t->name);
	print_type(f, t);
	fputc('\n', f);
}

void
schema_print_all(FILE *f, const char *module)
{
	const struct schema_entry *e;
	const char *current = "";
	size_t i;

	for (i = 0; (e = schema_entry(i)) != NULL; i++) {
		if (module != NULL && strcasecmp(e->module, module) != 0)
			continue;
		if (strcmp(current, e->module) != 0)
			fprintf(f, "%s`%s`\n", *current != '\0' ? "\n" : "",
			    e->module);
		current = e->module;
		schema_print(f, e->type);
	}
}
