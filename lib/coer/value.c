/* value.c - see value.h. */
#include "coer/value.h"

const struct asn_type *
asn_resolve(const struct asn_type *t)
{
	while (t->kind == ASN_K_ALIAS)
		t = t->elem;
	return t;
}

const struct asn_field *
asn_enumerator(const struct asn_type *t, uint64_t v)
{
	const struct asn_field *f;

	/* Nearly all enumerations count from 0. */
	if (v < t->nfield && (uint64_t)t->field[v].dflt == v)
		return &t->field[v];
	for (f = t->field; f < t->field + t->nfield; f++)
		if ((uint64_t)f->dflt == v)
			return f;
	return NULL;
}

const char *
coer_name_of(const struct asn_type *t, unsigned value)
{
	const struct asn_field *f;

	t = asn_resolve(t);
	if (t->kind == ASN_K_CHOICE)
		return value < t->nfield ? t->field[value].name : NULL;
	if (t->kind != ASN_K_ENUM)
		return NULL;
	f = asn_enumerator(t, value);
	return f != NULL ? f->name : NULL;
}

/* Octets of the character that starts at p; 0: not UTF-8 (RFC 3629). */
static size_t
utf8_size(const uint8_t *p, size_t n)
{
	uint32_t c = p[0], least;
	size_t i, len;

	if (c < 0x80)
		return 1;
	if ((c & 0xe0) == 0xc0)
		len = 2, c &= 0x1f, least = 0x80;
	else if ((c & 0xf0) == 0xe0)
		len = 3, c &= 0x0f, least = 0x800;
	else if ((c & 0xf8) == 0xf0)
		len = 4, c &= 0x07, least = 0x10000;
	else
		return 0;
	if (len > n)
		return 0;
	for (i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3fu);
	}
	if (c < least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	return len;
}

const char *
asn_check_utf8(const struct asn_type *t, struct bytes b)
{
	size_t at, len, chars = 0;

	for (at = 0; at < b.n; at += len, chars++)
		if ((len = utf8_size(b.p + at, b.n - at)) == 0)
			return "not UTF-8";
	if ((int64_t)chars < t->lo || chars > t->hi)
		return "number of characters outside its limits";
	return NULL;
}

/* Subidentifiers end with an octet below 80 and never start with 80. */
bool
asn_check_oid(struct bytes b)
{
	bool first = true;
	size_t i;

	for (i = 0; i < b.n; i++) {
		if (first && b.p[i] == 0x80)
			return false;
		first = b.p[i] < 0x80;
	}
	return b.n > 0 && first;
}
